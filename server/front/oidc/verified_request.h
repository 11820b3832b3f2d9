/* front/oidc/verified_request.h - verified claims that a client asks for (OpenID Connect for Identity Assurance 1.0
 * s6), as the grant keeps them.
 *
 *     two values of `verified_claims` -> verified_request_read -> canonical JSON, wishes -> verified_request
 *
 * Kept is canonical JSON (RFC 8785), {"id_token":[…],"userinfo":[…]}, without a place where none are asked for. Each
 * element is one object that verified_claims had or was: `verification` (an object with trust_framework) and `claims`
 * (not empty); what is asked of their members stands as it came: null, value, values, essential, max_age, or more
 * members.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "transaction/release/release.h"

#define VERIFIED_REQUEST_LARGEST 2048 /* as kept: GRANT_TEXT_LARGEST */

/* JSON of each place; empty: nothing is asked there. What is asked for is wished, too, in no place: it is released into
 * verified_claims, or nowhere. ERR_SYNTAX, ERR_LIMIT; ERR_INVALID: it asks for what cannot be asked. */
struct verified_asked {
	struct span id_token, userinfo;
};
enum err verified_request_read(struct arena *, const struct verified_asked *, struct span *kept,
    struct release_wish *, size_t *wish_count, struct problem *why);

/* The list for one place, JSON borrowed from what is kept; empty: none. */
struct span verified_request(struct span kept, enum release_place);

/* Puts a wish among others, RELEASE_KINDS at most: of one that is there the places come together. Names that no kind
 * has are passed over. */
void claims_wish(struct release_wish *, size_t *count, struct release_wish);
