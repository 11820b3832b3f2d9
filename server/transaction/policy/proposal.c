/* transaction/policy/proposal.c - what each operator's step makes of a version. */
#include "transaction/policy/proposal.h"

#include <assert.h>

static const char *const steps[] = { "none", "propose", "approve", "withdraw-proposal" };
static const char *const outcomes[] = { "unchanged", "proposed", "agreed", "published", "withdrawn" };

const char *
policy_step_name(enum policy_step step)
{
	return steps[step];
}

const char *
policy_outcome_name(enum policy_outcome outcome)
{
	return outcomes[outcome];
}

static struct agreement
agreement_of(const struct published_policy *p)
{
	return (struct agreement){ p->actor, p->approvers };
}

static void
agreement_put(struct policy_standing *out, const struct agreement *g, const struct quorum *q)
{
	out->after.actor = g->proposer;
	out->after.approvers = g->approvers;
	out->had = agreement_had(g, q);
}

static void
publish(const struct policy_step_taken *s, struct policy_standing *out)
{
	out->outcome = POLICY_PUBLISHED;
	out->waits = false;
	out->after.published = s->now;
}

static bool
same_files(const struct published_policy *a, const struct published_policy *b)
{
	return memcmp(a->digest, b->digest, sizeof(a->digest)) == 0 && span_equal(a->facts, b->facts) &&
	    span_equal(a->files, b->files);
}

static enum err
propose(struct arena *arena, const struct published_policy *before, const struct published_policy *files,
    const struct policy_step_taken *s, struct policy_standing *out, struct problem *why)
{
	struct agreement agreement;

	if (before && before->number && memcmp(before->digest, files->digest, sizeof(files->digest)) != 0)
		return problem_set(
		    why, ERR_CONFLICT, "", "this version is published with another digest, and stays as it is");
	if (before && (before->number || (same_files(before, files) && quorum_needed(&s->by.quorum) > 1))) {
		out->outcome = POLICY_UNCHANGED;
		out->waits = before->number == 0;
		return OK;
	}
	agreement = agreement_begin(arena, &s->by);
	out->after = *files;
	out->after.number = 0;
	out->after.published = s->now;
	agreement_put(out, &agreement, &s->by.quorum);
	out->outcome = POLICY_PROPOSED;
	out->waits = true;
	if (agreement_whole(&agreement, &s->by.quorum))
		publish(s, out);
	return OK;
}

static enum err
approve(struct arena *arena, const struct published_policy *before, const struct policy_step_taken *s,
    struct policy_standing *out, struct problem *why)
{
	struct agreement agreement = agreement_of(before);
	uint8_t sum[32];

	published_policy_proposal(before, sum);
	if (agreement_is_about(sum, s->proposal, &s->by.quorum, why) != OK ||
	    agreement_join(arena, &agreement, &s->by, why) != OK)
		return why->code;
	agreement_put(out, &agreement, &s->by.quorum);
	out->outcome = POLICY_AGREED;
	out->waits = true;
	if (agreement_whole(&agreement, &s->by.quorum))
		publish(s, out);
	return OK;
}

enum err
policy_step_decide(struct arena *arena, const struct published_policy *before, const struct published_policy *files,
    const struct policy_step_taken *s, struct policy_standing *out, struct problem *why)
{
	*out = (struct policy_standing){ .outcome = POLICY_UNCHANGED };
	if (before) {
		struct agreement agreement = agreement_of(before);

		out->after = *before;
		out->had = agreement_had(&agreement, &s->by.quorum);
	}
	if (s->step == POLICY_PROPOSE)
		return propose(arena, before, files, s, out, why);
	assert(before);
	if (before->number)
		return problem_set(
		    why, ERR_INVALID, "", "this version is published, and stays; expected one that is proposed");
	if (s->step == POLICY_APPROVE)
		return approve(arena, before, s, out, why);
	out->outcome = POLICY_WITHDRAWN;
	return OK;
}
