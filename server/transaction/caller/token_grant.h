/* transaction/caller/token_grant.h - a caller shows a JWT signed with its own key and gets a short-lived bearer token
 * for it (RFC 6749 s4.4 client credentials, RFC 7523 s2.2 private_key_jwt).
 *
 *     assertion -> its issuer's caller -> the member -> signature, audience, time -> used once, token -> on_granted
 *
 * The JWT: iss and sub the caller's name; aud our base URL (with or without its last slash) or that of POST /v1/token;
 * exp at most ASSERTION_LONGEST from now; jti, which counts once. The token is a row that ends by itself
 * (caller/caller.h), and is void when one of the caller's keys is taken away.
 */
#pragma once

#include "store/store.h"
#include "transaction/caller/caller.h"

#define ASSERTION_LONGEST SECONDS(300)
#define ACCESS_TOKEN_LIFE SECONDS(600)

struct rates;

struct token_grant {
	struct span assertion;
	struct span client_id;     /* of the form; must be the caller's name when it is there */
	struct span base_url;      /* with the slash at its end */
	struct span endpoint;      /* whole URL of POST /v1/token */
	struct rates *rates;       /* a token counts as one of the caller's questions; NULL: nobody counts */
	unsigned rate;             /* of a caller that has none of its own */
	int64_t monotonic;         /* clock_monotonic(), for the rates */
	struct instant now;
};

struct token_granted {
	char token[CALLER_TOKEN_TEXT];
	unsigned rights;
	struct span name;          /* the caller's */
	int64_t wait;              /* with ERR_LIMIT: microseconds until the caller may ask again */
};

/* ERR_DENIED: not this caller, not with this assertion. ERR_LIMIT: asked too often. ERR_UNAVAILABLE, ERR_FULL, ERR_IO:
 * the token could not be kept, so there is none. What the grant borrows stays until then. */
typedef void on_granted(void *arg, enum err, const struct token_granted *, const struct problem *why);
struct pending *token_grant_start(struct store *, struct arena *, const struct token_grant *, on_granted *, void *arg);
