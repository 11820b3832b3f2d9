/* front/oidc/id_token.h - the claims of an ID token (OpenID Connect Core s2, s3.1.3.3, s12.2; `txn`: RFC 8417 s2.2).
 * Pure.
 *
 * There is no azp: who has the token is the only audience, and the standard would rather have it left out (s2, errata
 * set 2).
 */
#pragma once

#include "base/buffer.h"
#include "transaction/grant/grant.h"

struct id_token {
	struct span issuer;
	const struct grant *grant;   /* sub, aud, auth_time, acr, amr, txn: the decision */
	struct span nonce;           /* of the first one alone */
	struct span session;         /* sid; empty: none */
	struct span access_token;    /* that it comes with: at_hash, for algorithms with SHA-256 */
	struct instant now;
	int64_t lasts;               /* microseconds */
};
/* An object, left open for further claims. */
void id_token_begin(struct buffer *, struct arena *, const struct id_token *);
