/* front/authzen/posed.h - a question with its meaning: what was asked, as facts under the policy that is to decide it.
 *
 * Facts come from six places, each with its provenance: what this decision point keeps (observed), what it recorded of
 * the transaction that the question is about (observed when that was, transactions.h), the properties that access.h
 * calls facts and every object named "facts" in subject, action, resource and context (claimed), signed statements in
 * context.vouched (vouched, transaction/decision/vouching.h), and the registry, of the relying party and of the
 * identity provider (observed, transaction/decision/party.h). Claims that contradict each other are refused. The
 * relying party is the resource, where that is one (type "relying_party", its id an entity ID), or else the member who
 * asks; the identity provider is who vouches, or whom context.idp names by entity ID.
 */
#pragma once

#include "front/authzen/transactions.h"
#include "transaction/decision/evaluation.h"
#include "transaction/decision/vouching.h"

#define POSED_FRAMEWORKS 8   /* one question may be put to several; the first decides */
#define POSED_VOUCHERS 4

/* Statements of vouchers that came with the questions of one request: the same bytes once, whichever they came with. */
struct posed_statements {
	struct span list[VOUCHING_STATEMENTS]; /* compact JWS */
	size_t count;
};

struct posing {
	const struct access *access;
	const struct policy_snapshot *policies;
	struct span caller, member;
	bool auditor;                /* may name a version that is not in force: context.version */
	struct instant now;
	struct posed_statements *statements;
	const struct transactions *transactions; /* loaded: of all questions */
};

struct posed {
	struct facts facts;
	struct evaluation_request requests[POSED_FRAMEWORKS];
	size_t count;
	uint8_t vouched[POSED_VOUCHERS]; /* which of the request's statements, in the order they came */
	size_t vouched_count;
	struct span relying_party, idp; /* entity IDs; empty: not named */
	bool unplaced;               /* refused only because no policy in force is set for this action and resource */
	bool unheard;                /* refused only because there is no such transaction */
	unsigned misnamed;           /* refused because the id of this part (a bit) is out of the domain of its fact, or
	                              * another value of that is claimed elsewhere */
	bool step_up;                /* the caller can act on a step-up obligation */
	const char *at;              /* JSON pointer of the question */
};

/* ERR_SYNTAX and ERR_INVALID with the JSON pointer; ERR_NOT_FOUND for a framework, version, profile or transaction that
 * there is not; ERR_LIMIT for more statements than one request may have. `*out` lives in the arena, and is there
 * whatever is returned; of a question that cannot be posed no statements are kept. */
enum err pose(struct arena *, const struct posing *, const struct asked *, struct posed **out, struct problem *why);
