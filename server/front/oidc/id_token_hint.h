/* front/oidc/id_token_hint.h - an ID token of ours that comes back, to say who is meant (OpenID Connect Core s3.1.2.1,
 * RP-Initiated Logout 1.0 s2).
 *
 * By its signature it was ours, whatever was in force since: it may have expired, and proves nothing but of whom
 * somebody speaks.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"

struct id_token_hint {
	struct span client;      /* whom it was issued to (aud) */
	struct span subject;     /* sub */
	struct span session;     /* sid; may be empty */
};
/* `keys` are ours (SubjectPublicKeyInfo). `client` is who shows it; empty: whoever it was issued to. ERR_SYNTAX,
 * ERR_INVALID, ERR_LIMIT, ERR_UNSUPPORTED (without a signature, too): no ID token; ERR_DENIED: none of ours, or another
 * client's. In the arena. */
struct id_token_terms {
	const struct span *keys;
	size_t key_count;
	struct span issuer, client;
	struct instant now;
};
enum err id_token_hint_read(struct arena *, struct span token, const struct id_token_terms *, struct id_token_hint *,
    struct problem *why);
