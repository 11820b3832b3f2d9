/* front/authzen/posed.h - a question with its meaning: what was asked, as facts under the policy that is to decide it.
 *
 * Facts come from five places, each with its provenance: what this decision point keeps (observed), the properties that
 * access.h calls facts and every object named "facts" in subject, action, resource and context (claimed), signed
 * statements in context.vouched (vouched, transaction/vouching.h), and the registry, of the relying party and of the
 * identity provider (observed, transaction/party.h). The relying party is the resource, where that is one (type
 * "relying_party", its id an entity ID), or else the member who asks; the identity provider is who vouches, or whom
 * context.idp names by entity ID.
 */
#pragma once

#include "front/authzen/asked.h"
#include "transaction/evaluation.h"

#define POSED_FRAMEWORKS 8   /* one question may be put to several; the first decides */
#define POSED_VOUCHERS 4

struct posing {
	const struct access *access;
	const struct policy_snapshot *policies;
	struct span caller, member;
	bool auditor;                /* may name a version that is not in force: context.version */
	struct instant now;
};

struct posed {
	struct facts facts;
	struct evaluation_request requests[POSED_FRAMEWORKS];
	size_t count;
	struct span vouched[POSED_VOUCHERS]; /* compact JWS */
	size_t vouched_count;
	struct span relying_party, idp; /* entity IDs; empty: not named */
	bool unplaced;               /* refused only because no policy is set for this action and resource */
	unsigned misnamed;           /* refused because the id of this part (a bit) is out of the domain of its fact */
	bool step_up;                /* the caller can act on a step-up obligation */
	const char *at;              /* JSON pointer of the question */
};

/* ERR_SYNTAX and ERR_INVALID with the JSON pointer; ERR_NOT_FOUND for a framework, version, profile or transaction that
 * there is not. `*out` lives in the arena, and is there whatever is returned. */
enum err pose(struct arena *, const struct posing *, const struct asked *, struct posed **out, struct problem *why);
