/* transaction/caller/answer.h - machine callers over HTTP: what a request shows of its caller, and what is answered
 * where that is not enough.
 */
#pragma once

#include "http/exchange.h"
#include "transaction/caller/caller.h"

/* Borrowed from the exchange. */
struct credentials caller_credentials(const struct exchange *);

/* Whom nobody knows is told what would be accepted (RFC 6750 s3). */
#define CALLER_CHALLENGE "WWW-Authenticate: Bearer realm=\"watashi\"\r\n"

/* What caller_identify() said: 401 with the challenge, or when to come again. `fields`: more lines of the answer's
 * head, each ended by CRLF. */
void caller_refuse(struct exchange *, const char *fields, enum err, const struct problem *why);

/* It asks too often: 429, and when its rate lets it ask again (rate_take()). */
void caller_refuse_haste(struct exchange *, const char *fields, int64_t wait);
