/* transaction/session/assessment.h - what a person has shown so far, against what somebody asks: the engine's answer.
 *
 *     a proofing record, an authentication, parties -> facts -> decide (assurance/decision.h)
 *
 * Pure but for the parties, who are loaded as the registry has them now (decision/party.h). Nothing is recorded here:
 * the flow whose decision it is does that (decision/evaluation.h).
 */
#pragma once

#include "assurance/decision.h"
#include "model/requirement_name.h"
#include "person/proofing_record.h"
#include "transaction/decision/party.h"
#include "transaction/policy/shelf.h"
#include "transaction/session/session.h"

struct assessed {
	bool enough;                         /* decision.permit; or nothing is asked, and then there is no policy */
	const struct shelf_policy *policy;
	const struct profile *profile;       /* NULL: areas were named */
	struct facts facts;
	struct question question;
	struct decision decision;
	/* What it rests on, of those that were shown; NULL: none. */
	const struct proofing_record *record;
	const struct authentication *authentication;
};
struct assessing {
	struct policy_snapshot *snapshot;    /* the flow's */
	struct requirement_name wanted;
	const struct proofing_record *records; /* the newest first; those that speak of the account count */
	size_t record_count;
	const struct authentication *authentications;
	size_t authentication_count;
	const struct party *parties;         /* loaded; relying party and identity provider */
	size_t party_count;
	/* JSON, fact -> value: of what will be told whom, as the front makes it; empty: assertion_of_own_pages */
	struct span assertion;
	struct span persona;                 /* "administrative" …; empty: none */
	struct instant begun;                /* of the session; {0}: it begins now */
	struct instant seen;                 /* when the person last did something; {0}: now */
	bool step_up;                        /* somebody is logged in already */
	struct instant now;
};
/* The server's own pages: nothing leaves it. */
extern const char assertion_of_own_pages[];

/* The proofing and the authentication that together reach what is wanted, or else come nearest, the newest first. Each
 * counts whole: facts of two authentications never mix, or an old card would lend its hardware to a new code and the
 * code its freshness to the card. Nothing asked is met by anybody's account. ERR_NOT_FOUND: no such framework in force,
 * or profile, area or level. What `out` points to is itself: it stays where it is. */
enum err assess_login(struct arena *, const struct assessing *, struct assessed *out, struct problem *why);

/* The area of the wanted framework that is about authenticators: the one in which most criteria ask for facts of them
 * (token.…). ERR_NOT_FOUND: as above, or none does: then no two authenticators can be compared by this framework. */
enum err assess_token_area(const struct assessing *, const struct area **out, struct problem *why);
/* The level of that area that these facts of one authenticator reach by themselves: for "adding one needs
 * authentication at the level it will have". Of its criteria those count that ask for facts of authenticators: how old
 * a session is, or what the identity provider does, makes none better or worse; nor does what else its account has.
 * ERR_NOT_FOUND: as above; ERR_UNAVAILABLE: the facts do not fit. */
enum err assess_token_level(struct arena *, const struct assessing *, struct span facts, unsigned *level,
    struct problem *why);

/* The level that one proofing reaches without any authentication, of the area in which most criteria ask for facts of
 * proofings (proofing.…). Its id, in the arena; empty: none. Errors as above. */
enum err assess_proofing_level(struct arena *, const struct assessing *, const struct proofing_record *,
    struct span *level, struct problem *why);

/* What is asked, found: of the version named, or the one in force. */
enum err requirement_find(const struct policy_snapshot *, const struct requirement_name *, struct instant now,
    const struct shelf_policy **policy, const struct profile **profile, struct demand *, struct problem *why);
