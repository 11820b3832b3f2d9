/* transaction/sign_on/judge.h - what becomes of a sign-on as it is loaded now: pure.
 *
 *     left? -> who is there, and authenticated lately enough? -> which persona? -> enough? -> agreed? -> done
 *
 * The least is the registry's word: a request only adds. A level that was not reached is never told; whoever wants
 * nothing of the person asked is told what lacks by the protocol's word.
 */
#pragma once

#include "transaction/sign_on/case.h"
#include "transaction/sign_on/need.h"

struct sign_on_verdict {
	enum sign_on_outcome outcome;
	/* Refused. */
	const char *error, *description;
	/* Login. */
	struct sign_on_login {
		struct requirement_name wanted, least;
		bool may_be_less;
		bool joins;          /* the session that is there: it is the same person's */
		enum persona persona; /* asked for; none: any */
		struct instant since;
	} login;
	/* What the decision is of: done, and refused for what was not reached; else of no parts. */
	struct need_assessed decided;
	/* Who it is, wherever somebody is there; and done: as whom, with what. */
	enum persona persona;
	struct release_offer *offer;
	const struct release_item *told[RELEASE_KINDS];
	size_t told_count;
	bool agreed_now;             /* `items` is what was chosen on the page */
	struct span items;
	struct span acr;             /* empty: none is told */
	const struct authentication *authentication; /* that all rests on */
	const struct proofing_record *record; /* NULL: on none */
	struct span subject;
};
/* In the arena. ERR_UNAVAILABLE: what is required is of no policy in force. */
enum err sign_on_judge(struct arena *, const struct sign_on_case *, struct sign_on_verdict *out, struct problem *why);

/* The parts of it that the page needs, too. */

/* What must be reached as this persona, whatever is asked beside. False: too much at once. */
bool sign_on_least(const struct sign_on_case *, enum persona, struct need *out);
/* With what is to be assessed, but for what is wanted: authentications that count. In the arena. */
struct assessing sign_on_assessing(struct arena *, const struct sign_on_case *, enum persona);
void sign_on_offer(const struct sign_on_case *, enum persona, struct release_offer *out);
/* What it may be met as: PERSONA_BIT()s of its record; of these the one that a hint names. 0: the hint is another
 * person's. */
unsigned sign_on_personas(struct arena *, const struct sign_on_case *);
/* Whether so much is asked of this persona, here or by the registry, that what is bound by a certificate rests on a
 * late word on that (session/session.h). */
bool sign_on_asks_much(const struct sign_on_case *, enum persona);
/* Something without which the service does not work: as this persona it is not to be had. */
bool sign_on_lacks(const struct release_offer *);
