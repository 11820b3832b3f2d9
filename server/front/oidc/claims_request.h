/* front/oidc/claims_request.h - the `claims` parameter (OpenID Connect Core s5.5): which claims a client asks for, of
 * whom, at which level.
 *
 *     JSON -> claims_request_read -> wishes, acr, sub, and verified claims as the grant keeps them
 *
 * Claims that nobody here can tell are passed over (s5.5), and so is which value a claim should have, but for acr and
 * sub: what is so is told, whatever was hoped for.
 */
#pragma once

#include "front/oidc/verified_request.h"

#define CLAIMS_REQUEST_LARGEST (16 * KIB) /* of the parameter */
#define CLAIMS_REQUEST_DEPTH 16

struct claims_request {
	struct release_wish wishes[RELEASE_KINDS]; /* each kind once; of verified claims alone: in no place */
	size_t wish_count;
	struct span acr_values;          /* words and blanks, the best first */
	bool acr_essential;              /* and none but these will do (s5.5.1.1) */
	struct span subject;             /* of whom alone (s5.5.1); empty: of whoever */
	struct span verified;            /* front/oidc/verified_request.h; empty: none are asked for */
};
/* ERR_SYNTAX: no JSON, or a member twice; ERR_LIMIT; ERR_INVALID: it asks for what cannot be asked. All of them are
 * `invalid_request`. In the arena. */
enum err claims_request_read(struct arena *, struct span json, struct claims_request *, struct problem *why);
