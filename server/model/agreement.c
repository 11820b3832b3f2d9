/* model/agreement.c - which operators have agreed to something that waits for them. */
#include "model/agreement.h"

#include "codec/text.h"

#define SUM_PREFIX "sha256:"

unsigned
agreement_had(const struct agreement *g)
{
	struct span lines = g->approvers;
	unsigned n = 0;

	while (lines.size) {
		span_cut(&lines, '\n');
		n++;
	}
	return n;
}

static bool
has_agreed(const struct agreement *g, struct span actor)
{
	struct span lines = g->approvers;

	while (lines.size)
		if (span_equal(span_cut(&lines, '\n'), actor))
			return true;
	return false;
}

static bool
counts(const struct agreeing *by)
{
	return by->counts || by->approvals == 1;
}

static void
add(struct arena *arena, struct agreement *g, struct span actor)
{
	g->approvers = span_text(
	    arena_print(arena, "%.*s%s%.*s", SPAN_ARGS(g->approvers), g->approvers.size ? "\n" : "", SPAN_ARGS(actor)));
}

struct agreement
agreement_begin(struct arena *arena, const struct agreeing *by)
{
	struct agreement g = { .proposer = by->actor };

	if (counts(by))
		add(arena, &g, by->actor);
	return g;
}

enum err
agreement_join(struct arena *arena, struct agreement *g, const struct agreeing *by, struct problem *why)
{
	bool agreed = has_agreed(g, by->actor), proposed = span_equal(g->proposer, by->actor);
	unsigned had = agreement_had(g);

	if (!counts(by))
		return problem_set(why, ERR_DENIED, "",
		    "%.*s is not named in control/operators, so its agreement does not count; expected an operator who "
		    "is, %u of %u have agreed", SPAN_ARGS(by->actor), had, by->approvals);
	if (by->approvals > 1 && (agreed || proposed))
		return problem_set(why, ERR_DENIED, "", "%.*s %s this; expected another operator, %u of %u have agreed",
		    SPAN_ARGS(by->actor), proposed ? "proposed" : "has agreed to", had, by->approvals);
	if (had >= AGREEMENT_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "expected at most %d operators, found %u needed",
		    AGREEMENT_LARGEST, by->approvals);
	if (!agreed)
		add(arena, g, by->actor);
	return OK;
}

enum err
agreement_is_about(const uint8_t waiting[32], struct span named, unsigned approvals, struct problem *why)
{
	struct span digits = span_skip(named, sizeof(SUM_PREFIX) - 1);
	uint8_t sum[32];

	if (named.size == 0 && approvals > 1)
		return problem_set(why, ERR_INVALID, "",
		    "expected the digest of what is approved (proposal), as the list has it, found none");
	if (named.size && (!span_starts(named, SUM_PREFIX) || !hex_read(digits, sum, sizeof(sum)) ||
	    memcmp(sum, waiting, sizeof(sum)) != 0))
		return problem_set(why, ERR_CONFLICT, "", "the proposal is another one now: look at it again");
	return OK;
}
