/* transaction/caller/proposal.c - a change of a machine caller that waits for operators. */
#include "transaction/caller/proposal.h"

#include <assert.h>

#include "base/record.h"
#include "crypto/digest.h"

#define PROPOSAL_FORMAT 2 /* from 2 on a key that waits is reserved */

const struct table caller_proposal_table = { "caller_proposal", ROLE_BIT(ROLE_STEWARD), 0 };

/* Rows */

static void
change_write(struct buffer *b, const struct caller_change *c)
{
	buffer_u8(b, PROPOSAL_FORMAT);
	buffer_u8(b, (uint8_t)c->action);
	buffer_u8(b, c->tokenless);
	buffer_u32(b, c->rights);
	buffer_u32(b, c->rate);
	buffer_instant(b, c->now);
	buffer_instant(b, c->expires);
	buffer_block(b, c->name);
	buffer_block(b, c->member);
	buffer_block(b, c->token);
	buffer_block(b, c->key);
}

void
caller_proposal_write(struct buffer *b, const struct caller_proposal *p)
{
	change_write(b, &p->change);
	buffer_block(b, p->agreement.proposer);
	buffer_block(b, p->agreement.approvers);
}

bool
caller_proposal_read(struct span value, struct caller_proposal *out)
{
	struct record r = record_of(value);
	struct caller_change *c = &out->change;
	uint8_t format = record_u8(&r), action = record_u8(&r);

	*out = (struct caller_proposal){ .change.action = (enum caller_action)action };
	c->tokenless = record_u8(&r) != 0;
	c->rights = record_u32(&r);
	c->rate = record_u32(&r);
	c->now = record_instant(&r);
	c->expires = record_instant(&r);
	c->name = record_block(&r);
	c->member = record_block(&r);
	c->token = record_block(&r);
	c->key = record_block(&r);
	out->agreement.proposer = record_block(&r);
	out->agreement.approvers = record_block(&r);
	return format == PROPOSAL_FORMAT && record_whole(&r) && caller_name_valid(c->name) &&
	    (action == CALLER_CREATE || action == CALLER_ADD_KEY);
}

void
caller_proposal_digest(const struct caller_proposal *p, uint8_t out[32])
{
	struct buffer b = buffer_init(CALLER_ROW_LARGEST);

	change_write(&b, &p->change);
	buffer_block(&b, p->agreement.proposer);
	assert(!b.overflowed);
	digest(DIGEST_SHA256, buffer_span(&b), out);
	buffer_release(&b);
}

/* Deciding */

static bool
raises_trust(const struct caller_change *c, const struct caller_outcome *outcome)
{
	return (c->action == CALLER_CREATE || c->action == CALLER_ADD_KEY) && (outcome->after.rights & CALLER_TRUSTED);
}

static enum err
propose(struct arena *arena, const struct caller_proposal *waiting, const struct caller_step *s,
    struct caller_verdict *out, struct problem *why)
{
	const struct caller_token *told = &out->outcome.token;

	if (waiting)
		return problem_set(why, ERR_CONFLICT, "",
		    "a change of the caller \"%.*s\" waits for operators: approve it or take it back first",
		    SPAN_ARGS(s->change.name));
	out->fate = CALLER_WAITS;
	out->proposal = (struct caller_proposal){ s->change, agreement_begin(arena, &s->by) };
	if (told->text[0])
		out->proposal.change.token = arena_copy(arena, span_of(told->digest, sizeof(told->digest)));
	return OK;
}

/* What waits may not be possible any more: its member may be suspended, its name or its time gone. */
static enum err
approve(struct arena *arena, const struct caller_proposal *waiting, const struct caller *before,
    const struct ask *member, const struct caller_step *s, struct caller_verdict *out, struct problem *why)
{
	uint8_t sum[32];

	caller_proposal_digest(waiting, sum);
	out->proposal = *waiting;
	out->change = waiting->change;
	out->change.now = s->change.now;
	if (agreement_is_about(sum, s->proposal, &s->by.quorum, why) != OK ||
	    agreement_join(arena, &out->proposal.agreement, &s->by, why) != OK ||
	    caller_decide(before, member, &out->change, &out->outcome, why) != OK)
		return why->code;
	out->outcome.key_reserved = true;
	out->fate = agreement_whole(&out->proposal.agreement, &s->by.quorum) ? CALLER_EFFECTIVE : CALLER_WAITS;
	return OK;
}

enum err
caller_step_decide(struct arena *arena, const struct caller_proposal *waiting, const struct caller *before,
    const struct ask *member, const struct caller_step *s, struct caller_verdict *out, struct problem *why)
{
	bool of_what_waits = s->change.action == CALLER_APPROVE || s->change.action == CALLER_WITHDRAW;

	*out = (struct caller_verdict){ .change = s->change };
	if (of_what_waits && !waiting)
		return problem_set(why, ERR_NOT_FOUND, "", "no change of a caller \"%.*s\" waits for operators",
		    SPAN_ARGS(span_first(s->change.name, 100)));
	if (s->change.action == CALLER_APPROVE)
		return approve(arena, waiting, before, member, s, out, why);
	if (s->change.action == CALLER_WITHDRAW) {
		out->proposal = *waiting;
		out->freed = waiting->change.key;
		out->fate = CALLER_TAKEN_BACK;
		return OK;
	}
	if (caller_decide(before, member, &s->change, &out->outcome, why) != OK)
		return why->code;
	if (quorum_needed(&s->by.quorum) > 1 && raises_trust(&s->change, &out->outcome))
		return propose(arena, waiting, s, out, why);
	if (waiting && s->change.action == CALLER_REVOKE)
		out->freed = waiting->change.key;
	out->fate = CALLER_EFFECTIVE;
	return OK;
}

/* Rows of a step */

static void
put_proposal(struct unit *unit, const struct caller_proposal *p)
{
	struct buffer b = buffer_init(CALLER_ROW_LARGEST);

	caller_proposal_write(&b, p);
	assert(!b.overflowed);
	unit_put(unit, &caller_proposal_table, p->change.name, buffer_span(&b));
	buffer_release(&b);
}

void
caller_step_write(struct unit *unit, const struct caller_step *s, const struct caller_verdict *verdict,
    uint64_t proposal, uint64_t caller)
{
	struct span name = s->change.name;

	unit_expect(unit, &caller_proposal_table, name, proposal);
	unit_expect(unit, &caller_table, name, caller);
	if (verdict->fate == CALLER_WAITS) {
		put_proposal(unit, &verdict->proposal);
		if (verdict->outcome.key_changed && !verdict->outcome.key_reserved)
			caller_key_reserve(unit, &verdict->outcome);
		return;
	}
	/* What waits for a caller that has ended has ended too. */
	if (verdict->fate == CALLER_TAKEN_BACK || s->change.action == CALLER_APPROVE ||
	    s->change.action == CALLER_REVOKE)
		unit_delete(unit, &caller_proposal_table, name);
	if (verdict->freed.size)
		caller_key_free(unit, verdict->freed);
	if (verdict->fate == CALLER_EFFECTIVE)
		caller_change_write(unit, &verdict->change, &verdict->outcome);
}
