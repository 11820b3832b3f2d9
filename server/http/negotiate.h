/* http/negotiate.h - what the requester can take, and what it has already (RFC 9110 s12, s13; MDQ s2.4, s4).
 *
 * Pure functions of a request's header. An element that is not of its field's form is passed over.
 */
#pragma once

#include "base/clock.h"
#include "http/message.h"

/* Whether SAML metadata is an acceptable answer. No Accept header is consent: older SAML software sends none. */
bool accepts_metadata(const struct message *);

/* Whether a type is asked for by name, and not by anything else that would do. */
bool accepts_by_name(const struct message *, const char *type);
/* The same of text/html, as browsers do; a machine takes anything. */
bool accepts_html(const struct message *);

/* False only when UTF-8 is refused by name or by `*;q=0`: the field is deprecated (RFC 9110 s12.5.2) and what we serve
 * has no other form. */
bool accepts_utf8(const struct message *);

enum coding { CODING_NONE, CODING_IDENTITY, CODING_GZIP };
/* The better of the codings there are; CODING_NONE when none of them is acceptable. */
enum coding coding_choose(const struct message *, bool have_gzip);

/* Whether the requester has the representation already: If-None-Match by weak comparison, else If-Modified-Since. */
bool is_fresh(const struct message *, struct span etag, struct instant modified);
