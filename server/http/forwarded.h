/* http/forwarded.h - who the client is, as a believed proxy says (RFC 7239, or X-Forwarded-For and -Proto). */
#pragma once

#include "http/message.h"
#include "net/address.h"

/* The nearest address that is not itself a believed proxy's, and whether it came by https. False, and nothing written,
 * when the fields are absent, malformed, or Forwarded and X-Forwarded-For disagree: a proxy that sets one may pass on
 * the other as the client sent it. For the same reason it came by https only if each field that names it says so:
 * Forwarded by its proto, X-Forwarded-For by X-Forwarded-Proto. */
bool forwarded_read(const struct message *, const struct address_set *proxies, struct address *client, bool *secure);
