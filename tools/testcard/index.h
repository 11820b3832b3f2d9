/* tools/testcard/index.h - what an authority has issued, in OpenSSL's index of a CA: its OCSP responder reads it too.
 * The field for a file name has the distribution point.
 */
#pragma once

#include "testcard/world.h"

struct issued {
	bool revoked;
	struct instant expires;
	struct instant revoked_at; /* not revoked: when it was released from hold; {0}: it never was on it */
	const char *reason;      /* as OpenSSL names it, "superseded"; "removeFromCRL" of one released; NULL: none */
	const char *serial;      /* hexadecimal, upper case */
	const char *point;       /* "Tokyo-to/Shibuya-ku" */
	const char *subject;     /* whose it is, where its key is, which card: "/C=JP/O=hanako/OU=card/CN=hanako-2" */
};
enum err issued_read(struct arena *, const char *folder, struct issued **out, size_t *count, struct problem *why);
enum err issued_write(struct arena *, const char *folder, const struct issued *, size_t count, struct problem *why);
enum err issued_add(struct arena *, const struct authority *, const struct issued *, struct problem *why);

/* CRLReason (RFC 5280 s5.3.1) of OpenSSL's word for it; -1: none, or NULL. */
#define REASON_HOLD 6
int reason_number(const char *word);
