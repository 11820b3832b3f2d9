/* assurance/word.h - whose word counts: what becomes of one statement of a fact, seen from who makes it.
 *
 *     provenance  who states it                          counts for facts that the dictionary gives (asserted_by)
 *     claimed     who asks, of himself or repeating      any of idp, proofing-provider, platform, rp
 *     vouched     the member that signed the statement   the parts this member has; rp only when it is who asks
 *     observed    this server, and its registry          watashi, registry
 *
 * So what only the registry or this server states, nobody else does, however little is asked for elsewhere. A statement
 * made for another asker is none at all, and never comes here (transaction/decision/vouching.h).
 */
#pragma once

#include "assurance/fact.h"
#include "base/clock.h"

struct word {
	enum provenance by;
	unsigned as;                 /* a set of enum asserter: the parts in which it is said */
	struct instant established;  /* when what is said was found out */
};
struct word word_claimed(struct instant);
struct word word_vouched(unsigned parts, struct instant);
struct word word_observed(unsigned parts, struct instant);

enum word_weight {
	WORD_NOT_THEIRS, /* others state this */
	WORD_TOO_WEAK,   /* the dictionary asks for more provenance */
	WORD_STALE,      /* it was so, too long ago */
	WORD_COUNTS,
};

/* For every fact of every request. */
static inline enum word_weight
word_weigh(const struct word *w, const struct fact *fact, struct instant now)
{
	if (!(w->as & fact->asserters))
		return WORD_NOT_THEIRS;
	if (fact->fresh_for && now.us - w->established.us > fact->fresh_for)
		return WORD_STALE;
	return w->by < fact->provenance ? WORD_TOO_WEAK : WORD_COUNTS;
}
