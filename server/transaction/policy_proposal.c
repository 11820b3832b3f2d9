/* transaction/policy_proposal.c - what each operator's step makes of a version. */
#include "transaction/policy_proposal.h"

#include "codec/text.h"

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

static unsigned
count_lines(struct span lines)
{
	unsigned n = 0;

	while (lines.size) {
		span_cut(&lines, '\n');
		n++;
	}
	return n;
}

static bool
has_line(struct span lines, struct span wanted)
{
	while (lines.size)
		if (span_equal(span_cut(&lines, '\n'), wanted))
			return true;
	return false;
}

/* Where one operator is enough, everybody who may ask is one. */
static bool
counts(const struct policy_step_taken *s)
{
	return s->counts || s->approvals == 1;
}

static void
agreement_add(struct arena *arena, struct policy_standing *out, struct span actor)
{
	struct span before = out->after.approvers;

	out->after.approvers = span_text(arena_print(arena, "%.*s%s%.*s", SPAN_ARGS(before), before.size ? "\n" : "",
	    SPAN_ARGS(actor)));
	out->had++;
}

static void
publish(const struct policy_step_taken *s, struct policy_standing *out)
{
	out->outcome = POLICY_PUBLISHED;
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
	if (before && before->number && memcmp(before->digest, files->digest, sizeof(files->digest)) != 0)
		return problem_set(
		    why, ERR_CONFLICT, "", "this version is published with another digest, and stays as it is");
	if (before && (before->number || (same_files(before, files) && s->approvals > 1))) {
		out->outcome = POLICY_UNCHANGED;
		return OK;
	}
	out->after = *files;
	out->after.number = 0;
	out->after.published = s->now;
	out->after.actor = s->actor;
	out->after.approvers = (struct span){ 0 };
	out->had = 0;
	out->outcome = POLICY_PROPOSED;
	if (counts(s))
		agreement_add(arena, out, s->actor);
	if (out->had >= s->approvals)
		publish(s, out);
	return OK;
}

static enum err
check_proposal(struct arena *arena, const struct published_policy *before, const struct policy_step_taken *s,
    struct problem *why)
{
	uint8_t sum[32];

	published_policy_proposal(before, sum);
	if (s->proposal.size == 0 && s->approvals > 1)
		return problem_set(why, ERR_INVALID, "",
		    "expected the digest of what is approved (proposal), as the list of policies has it, found none");
	if (s->proposal.size &&
	    !span_is(s->proposal, arena_print(arena, "sha256:%s", hex_write(arena, span_of(sum, sizeof(sum))))))
		return problem_set(why, ERR_CONFLICT, "", "the proposal is another one now: look at it again");
	return OK;
}

/* Who has agreed already cannot be the other. */
static enum err
approve(struct arena *arena, const struct published_policy *before, const struct policy_step_taken *s,
    struct policy_standing *out, struct problem *why)
{
	if (check_proposal(arena, before, s, why) != OK)
		return why->code;
	if (!counts(s))
		return problem_set(why, ERR_DENIED, "",
		    "%.*s is not named in control/operators, so its agreement does not count; "
		    "expected an operator who is, %u of %u have agreed",
		    SPAN_ARGS(s->actor), out->had, s->approvals);
	if (s->approvals > 1 && (has_line(before->approvers, s->actor) || span_equal(before->actor, s->actor)))
		return problem_set(why, ERR_DENIED, "", "%.*s %s this; expected another operator, %u of %u have agreed",
		    SPAN_ARGS(s->actor), span_equal(before->actor, s->actor) ? "proposed" : "has agreed to", out->had,
		    s->approvals);
	if (out->had >= POLICY_APPROVERS)
		return problem_set(why, ERR_LIMIT, "", "expected at most %d operators, found %u needed",
		    POLICY_APPROVERS, s->approvals);
	if (!has_line(before->approvers, s->actor))
		agreement_add(arena, out, s->actor);
	out->outcome = POLICY_AGREED;
	if (out->had >= s->approvals)
		publish(s, out);
	return OK;
}

enum err
policy_step_decide(struct arena *arena, const struct published_policy *before, const struct published_policy *files,
    const struct policy_step_taken *s, struct policy_standing *out, struct problem *why)
{
	*out = (struct policy_standing){ .outcome = POLICY_UNCHANGED };
	if (before) {
		out->after = *before;
		out->had = count_lines(before->approvers);
	}
	if (s->step == POLICY_PROPOSE)
		return propose(arena, before, files, s, out, why);
	if (!before)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no such version, published or proposed");
	if (before->number)
		return problem_set(
		    why, ERR_INVALID, "", "this version is published, and stays; expected one that is proposed");
	if (s->step == POLICY_APPROVE)
		return approve(arena, before, s, out, why);
	out->outcome = POLICY_WITHDRAWN;
	return OK;
}
