/* model/agreement.c - which operators have agreed to something that waits for them. */
#include "model/agreement.h"

#include "codec/text.h"

#define SUM_PREFIX "sha256:"

static bool
has_line(struct span lines, struct span wanted)
{
	while (lines.size)
		if (span_equal(span_cut(&lines, '\n'), wanted))
			return true;
	return false;
}

static void
add_line(struct arena *arena, struct span *lines, struct span line)
{
	*lines = span_text(
	    arena_print(arena, "%.*s%s%.*s", SPAN_ARGS(*lines), lines->size ? "\n" : "", SPAN_ARGS(line)));
}

unsigned
quorum_needed(const struct quorum *q)
{
	return q->approvals > 1 ? q->approvals : 1;
}

static bool
counts(const struct quorum *q, struct span actor)
{
	return quorum_needed(q) == 1 || has_line(q->operators, actor);
}

unsigned
agreement_had(const struct agreement *g, const struct quorum *q)
{
	struct span lines = g->approvers;
	unsigned n = 0;

	while (lines.size)
		n += counts(q, span_cut(&lines, '\n'));
	return n;
}

bool
agreement_whole(const struct agreement *g, const struct quorum *q)
{
	return agreement_had(g, q) >= quorum_needed(q);
}

struct agreement
agreement_begin(struct arena *arena, const struct agreeing *by)
{
	struct agreement g = { .proposer = by->actor };

	if (counts(&by->quorum, by->actor))
		add_line(arena, &g.approvers, by->actor);
	return g;
}

void
agreement_recount(struct arena *arena, struct agreement *g, const struct quorum *q)
{
	struct span lines = g->approvers, kept = { 0 };

	while (lines.size) {
		struct span line = span_cut(&lines, '\n');

		if (counts(q, line))
			add_line(arena, &kept, line);
	}
	g->approvers = kept;
}

enum err
agreement_repeat(struct arena *arena, struct agreement *g, const struct agreeing *by, struct problem *why)
{
	const struct quorum *q = &by->quorum;
	unsigned had = agreement_had(g, q);

	if (!counts(q, by->actor))
		return problem_set(why, ERR_DENIED, "",
		    "%.*s is not named in control/operators, so its agreement does not count; expected an operator who "
		    "is, %u of %u have agreed", SPAN_ARGS(by->actor), had, quorum_needed(q));
	if (had >= AGREEMENT_LARGEST && !has_line(g->approvers, by->actor))
		return problem_set(why, ERR_LIMIT, "", "expected at most %d operators, found %u needed",
		    AGREEMENT_LARGEST, quorum_needed(q));
	agreement_recount(arena, g, q);
	if (!has_line(g->approvers, by->actor))
		add_line(arena, &g->approvers, by->actor);
	return OK;
}

enum err
agreement_join(struct arena *arena, struct agreement *g, const struct agreeing *by, struct problem *why)
{
	const struct quorum *q = &by->quorum;
	bool proposed = span_equal(g->proposer, by->actor);

	if (quorum_needed(q) > 1 && counts(q, by->actor) && (proposed || has_line(g->approvers, by->actor)))
		return problem_set(why, ERR_DENIED, "", "%.*s %s this; expected another operator, %u of %u have agreed",
		    SPAN_ARGS(by->actor), proposed ? "proposed" : "has agreed to", agreement_had(g, q),
		    quorum_needed(q));
	return agreement_repeat(arena, g, by, why);
}

enum err
agreement_is_about(const uint8_t waiting[32], struct span named, const struct quorum *q,
    struct problem *why)
{
	struct span digits = span_skip(named, sizeof(SUM_PREFIX) - 1);
	uint8_t sum[32];

	if (named.size == 0 && quorum_needed(q) > 1)
		return problem_set(why, ERR_INVALID, "",
		    "expected the digest of what is approved (proposal), as the list has it, found none");
	if (named.size && (!span_starts(named, SUM_PREFIX) || !hex_read(digits, sum, sizeof(sum)) ||
	    memcmp(sum, waiting, sizeof(sum)) != 0))
		return problem_set(why, ERR_CONFLICT, "", "the proposal is another one now: look at it again");
	return OK;
}
