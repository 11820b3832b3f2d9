/* transaction/assessment.h - what a person has shown so far, against what somebody asks: the engine's answer on a login.
 *
 *     proofing records, authentications, parties -> facts -> decide (assurance/decision.h)
 *
 * Pure but for the parties, who are loaded as the registry has them now (party.h). Nothing is recorded here: the flow
 * whose decision it is does that (evaluation.h).
 */
#pragma once

#include "assurance/decision.h"
#include "person/proofing_record.h"
#include "transaction/party.h"
#include "transaction/policy_shelf.h"
#include "transaction/session.h"

/* Which levels somebody asks for: a profile of a framework, or (without one) a least level in each of some areas. All
 * empty: nothing is asked. */
#define REQUIREMENT_AREAS 6
struct requirement_name {
	struct span framework, profile;
	struct requirement_area {
		struct span area, level;     /* ids: "authentication", "2" */
	} areas[REQUIREMENT_AREAS];
	size_t area_count;
};

struct assessed {
	const struct shelf_policy *policy;
	const struct profile *profile;       /* NULL: areas were named */
	struct facts facts;
	struct question question;
	struct decision decision;
};
struct assessing {
	struct policy_snapshot *snapshot;    /* the flow's */
	struct requirement_name wanted;
	const struct proofing_record *records; /* the newest first */
	size_t record_count;
	const struct authentication *authentications;
	size_t authentication_count;
	const struct party *parties;         /* loaded; relying party and identity provider */
	size_t party_count;
	struct instant now;
};
/* All that was shown counts together; of one fact the newest. ERR_NOT_FOUND: no such framework in force, or profile,
 * area or level. */
enum err assess_login(struct arena *, const struct assessing *, struct assessed *out, struct problem *why);

/* The level of the framework's area `token` that these facts of one authenticator reach by themselves: for "adding one
 * needs authentication at the level it will have". 0: none. */
unsigned assess_token_level(struct arena *, const struct assessing *, struct span facts);
