/* registry/standing.c - a member's standing: its row, and what each step makes of it. */
#include "registry/standing.h"

#include <assert.h>

#include "base/record.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "registry/difference.h"

#define MEMBER_FORMAT 2
#define CLAIM_FORMAT 1

_Static_assert(AGREEMENT_LARGEST <= MEMBER_APPROVERS, "whoever may agree has room in the row");

const struct table member_table = { "member", ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };
const struct table member_event_table = { "member_event", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table member_claim_table = { "member_claim", ROLE_BIT(ROLE_STEWARD), 0 };

static const char *const standings[] = { "unknown", "applied", "approved", "suspended", "withdrawn" };
static const char *const actions[MEMBER_ACTIONS] = { "nothing", "apply", "change", "approve", "reject", "suspend",
	"reinstate", "withdraw", "confirm" };

const char *
standing_name(enum standing standing)
{
	return standings[standing];
}

const char *
member_action_name(enum member_action action)
{
	return actions[action];
}

enum member_action
member_action_read(struct span name)
{
	for (int i = MEMBER_APPLY; i < MEMBER_ACTIONS; i++)
		if (span_is(name, actions[i]))
			return (enum member_action)i;
	return MEMBER_NOTHING;
}

/* Rows */

void
member_write(struct buffer *b, const struct member *m)
{
	buffer_u8(b, MEMBER_FORMAT);
	buffer_u8(b, (uint8_t)m->standing);
	buffer_u8(b, (uint8_t)m->proposed);
	buffer_u8(b, (uint8_t)m->approver_count);
	buffer_instant(b, m->since);
	buffer_instant(b, m->registered);
	buffer_instant(b, m->confirmed);
	buffer_instant(b, m->proposed_at);
	buffer_instant(b, m->looked);
	buffer_u32(b, m->events);
	buffer_block(b, m->id);
	buffer_block(b, m->reason);
	buffer_block(b, m->record);
	buffer_block(b, m->warned);
	buffer_block(b, m->proposal);
	buffer_block(b, m->proposal_reason);
	buffer_block(b, m->proposer);
	for (size_t i = 0; i < m->approver_count; i++)
		buffer_block(b, m->approvers[i]);
}

bool
member_read(struct span value, struct member *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), standing = record_u8(&r), proposed = record_u8(&r), approvers = record_u8(&r);

	*out = (struct member){ .since = record_instant(&r) };
	out->registered = record_instant(&r);
	out->confirmed = record_instant(&r);
	out->proposed_at = record_instant(&r);
	out->looked = record_instant(&r);
	out->events = record_u32(&r);
	out->id = record_block(&r);
	out->reason = record_block(&r);
	out->record = record_block(&r);
	out->warned = record_block(&r);
	out->proposal = record_block(&r);
	out->proposal_reason = record_block(&r);
	out->proposer = record_block(&r);
	if (format != MEMBER_FORMAT || standing < STANDING_APPLIED || standing > STANDING_WITHDRAWN ||
	    proposed >= MEMBER_ACTIONS || approvers > MEMBER_APPROVERS || out->warned.size % 8)
		return false;
	out->standing = (enum standing)standing;
	out->proposed = (enum member_action)proposed;
	out->approver_count = approvers;
	for (size_t i = 0; i < out->approver_count; i++)
		out->approvers[i] = record_block(&r);
	return record_whole(&r);
}

struct span
member_event_key(struct arena *arena, struct span id, uint32_t number)
{
	uint8_t *key = arena_take(arena, id.size + 5);

	memcpy(key, id.data, id.size);
	for (size_t i = 0; i < 4; i++)
		key[id.size + 1 + i] = (uint8_t)(number >> (24 - 8 * i));
	return span_of(key, id.size + 5);
}

void
member_claim_write(struct buffer *b, const struct member_claim *c)
{
	buffer_u8(b, CLAIM_FORMAT);
	buffer_instant(b, c->registered);
	buffer_block(b, c->member);
}

bool
member_claim_read(struct span value, struct member_claim *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r);

	*out = (struct member_claim){ .registered = record_instant(&r) };
	out->member = record_block(&r);
	return format == CLAIM_FORMAT && record_whole(&r) && out->member.size;
}

static const char *
digest_text(struct arena *arena, struct span record)
{
	uint8_t sum[32];

	digest(DIGEST_SHA256, record, sum);
	return arena_print(arena, "sha256:%s", hex_write(arena, span_of(sum, sizeof(sum))));
}

/* The record that would be in force. */
static struct span
record_waiting(const struct member *m)
{
	if (m->proposed == MEMBER_NOTHING)
		return (struct span){ 0 };
	return m->proposed == MEMBER_CHANGE ? m->proposal : m->record;
}

struct span
member_proposal(struct arena *arena, const struct member *m)
{
	struct span record = record_waiting(m);

	return record.size ? span_text(digest_text(arena, record)) : record;
}

/* The rule is everybody's (model/agreement.h); a member's row keeps who agreed in its own way. */
struct agreement
member_agreement(struct arena *arena, const struct member *m)
{
	struct agreement out = { .proposer = m->proposer };

	for (size_t i = 0; i < m->approver_count; i++)
		out.approvers = span_text(arena_print(arena, "%.*s%s%.*s", SPAN_ARGS(out.approvers), i ? "\n" : "",
		    SPAN_ARGS(m->approvers[i])));
	return out;
}

static void
agreement_put(struct member *m, const struct agreement *g)
{
	struct span lines = g->approvers;

	m->proposer = g->proposer;
	m->approver_count = 0;
	memset(m->approvers, 0, sizeof(m->approvers));
	while (lines.size)
		m->approvers[m->approver_count++] = span_cut(&lines, '\n');
}

/* Steps */

struct step {
	struct arena *arena;
	const struct member *before;
	const struct member_change *change;
	struct member_outcome *out;
	struct problem *why;
};

static enum err
misplaced(const struct step *s, const char *expected)
{
	return problem_set(s->why, ERR_INVALID, "", "%.*s is %s; expected %s", SPAN_ARGS(s->before->id),
	    standing_name(s->before->standing), expected);
}

static void
drop_proposal(struct member *m)
{
	m->proposed = MEMBER_NOTHING;
	m->proposal = m->proposal_reason = m->proposer = (struct span){ 0 };
	m->proposed_at = (struct instant){ 0 };
	m->approver_count = 0;
	memset(m->approvers, 0, sizeof(m->approvers));
}

static bool
takes_others(const struct step *s)
{
	return quorum_needed(&s->change->by.quorum) > 1;
}

/* It waits for operators; who proposes is the first to agree. */
static enum err
propose(struct step *s, const char *event)
{
	struct agreement agreement = agreement_begin(s->arena, &s->change->by);
	struct member *m = &s->out->after;

	drop_proposal(m);
	m->proposed = s->change->action;
	m->proposal = s->change->action == MEMBER_CHANGE ? s->change->record : (struct span){ 0 };
	m->proposal_reason = s->change->reason;
	m->proposed_at = s->change->now;
	agreement_put(m, &agreement);
	s->out->waits = true;
	s->out->event = event;
	return OK;
}

static enum err
stand(struct step *s, enum standing standing, struct span reason, const char *event)
{
	struct member *m = &s->out->after;

	drop_proposal(m);
	m->standing = standing;
	m->since = s->change->now;
	m->reason = reason;
	s->out->standing_changed = true;
	s->out->event = event;
	return OK;
}

static enum err
put_in_force(struct step *s, struct span record)
{
	struct member *m = &s->out->after;

	drop_proposal(m);
	m->record = record;
	s->out->record_changed = true;
	s->out->event = "member.changed";
	return OK;
}

/* An application never approves itself, not even where one operator is enough: somebody looks at what was applied with.
 */
static enum err
apply(struct step *s)
{
	struct member *m = &s->out->after;

	if (s->before && s->before->standing == STANDING_APPLIED)
		return misplaced(s, "a change of the application, an approval or a rejection");
	if (s->before && s->before->standing != STANDING_WITHDRAWN)
		return misplaced(s, "a change");
	m->id = s->change->id;
	m->record = s->change->record;
	stand(s, STANDING_APPLIED, s->change->reason, "member.applied");
	return propose(s, "member.applied");
}

static enum err
change_record(struct step *s)
{
	const struct member *before = s->before;
	struct span record = s->change->record;
	struct difference *differences;
	size_t count;
	bool raises;

	if (before->standing == STANDING_WITHDRAWN)
		return misplaced(s, "a new application");
	if (before->proposed == MEMBER_REINSTATE)
		return misplaced(s, "an approval or a rejection of the reinstatement that waits");
	if (span_equal(record, before->record) ||
	    (before->proposed == MEMBER_CHANGE && span_equal(record, before->proposal))) {
		s->out->event = "member.unchanged";
		s->out->waits = before->proposed != MEMBER_NOTHING;
		return OK;
	}
	if (before->standing == STANDING_APPLIED) {
		s->out->after.record = record;
		propose(s, "member.application-changed");
		s->out->after.proposed = MEMBER_APPLY;
		s->out->after.proposal = (struct span){ 0 };
		return OK;
	}
	difference_find(s->arena, before->record, record, &differences, &count, &raises);
	if (raises && takes_others(s))
		return propose(s, "member.change-proposed");
	return put_in_force(s, record);
}

/* What was looked at is what waits: somebody may have put another proposal in its place meanwhile. */
static enum err
check_proposal(const struct step *s)
{
	struct span wanted = s->change->proposal;

	if (wanted.size == 0 && takes_others(s))
		return problem_set(s->why, ERR_INVALID, "",
		    "expected the digest of what is approved (proposal), as the member's card has it, found none");
	if (wanted.size && !span_equal(wanted, member_proposal(s->arena, s->before)))
		return problem_set(s->why, ERR_CONFLICT, "", "the proposal is another one now: look at it again");
	return OK;
}

static enum err
agree(struct step *s)
{
	const struct agreeing *by = &s->change->by;
	struct agreement agreement = member_agreement(s->arena, s->before);

	if (agreement_join(s->arena, &agreement, by, s->why) != OK)
		return s->why->code;
	if (agreement_whole(&agreement, &by->quorum))
		return OK;
	agreement_put(&s->out->after, &agreement);
	s->out->waits = true;
	s->out->event = "member.agreed";
	return OK;
}

static enum err
approve(struct step *s)
{
	const struct member *before = s->before;
	struct member *m = &s->out->after;

	if (before->proposed == MEMBER_NOTHING)
		return misplaced(s, "something that waits for approval; nothing does");
	if (check_proposal(s) != OK || agree(s) != OK)
		return s->why->code;
	if (s->out->waits)
		return OK;
	if (before->proposed == MEMBER_CHANGE)
		return put_in_force(s, before->proposal);
	if (before->proposed == MEMBER_REINSTATE)
		return stand(s, STANDING_APPROVED, before->proposal_reason, "member.reinstated");
	if (m->registered.us == 0)
		m->registered = s->change->now;
	m->confirmed = s->change->now;
	s->out->record_changed = true;
	return stand(s, STANDING_APPROVED, s->change->reason, "member.approved");
}

static enum err
reject(struct step *s)
{
	switch (s->before->proposed) {
	case MEMBER_APPLY:
		return stand(s, STANDING_WITHDRAWN, s->change->reason, "member.rejected");
	case MEMBER_CHANGE:
		s->out->event = "member.change-rejected";
		break;
	case MEMBER_REINSTATE:
		s->out->event = "member.reinstatement-rejected";
		break;
	default:
		return misplaced(s, "something that waits for approval; nothing does");
	}
	drop_proposal(&s->out->after);
	return OK;
}

static enum err
suspend(struct step *s)
{
	if (s->before->standing != STANDING_APPROVED)
		return misplaced(s, "an approved member");
	return stand(s, STANDING_SUSPENDED, s->change->reason, "member.suspended");
}

static enum err
reinstate(struct step *s)
{
	if (s->before->standing != STANDING_SUSPENDED)
		return misplaced(s, "a suspended member");
	if (s->before->proposed != MEMBER_NOTHING)
		return misplaced(s, s->before->proposed == MEMBER_CHANGE ?
		    "an approval or a rejection of the change that waits" :
		    "an approval or a rejection of the reinstatement that waits");
	if (takes_others(s))
		return propose(s, "member.reinstatement-proposed");
	return stand(s, STANDING_APPROVED, s->change->reason, "member.reinstated");
}

static enum err
withdraw(struct step *s)
{
	if (s->before->standing == STANDING_APPLIED)
		return misplaced(s, "a rejection, which takes an application back too");
	if (s->before->standing == STANDING_WITHDRAWN)
		return misplaced(s, "an approved or a suspended member");
	s->out->record_changed = true;
	return stand(s, STANDING_WITHDRAWN, s->change->reason, "member.withdrawn");
}

static enum err
confirm(struct step *s)
{
	if (s->before->standing != STANDING_APPROVED)
		return misplaced(s, "an approved member");
	s->out->after.confirmed = s->change->now;
	s->out->event = "member.confirmed";
	return OK;
}

static const struct {
	enum err (*take)(struct step *);
	bool reason;                       /* is demanded */
} steps[MEMBER_ACTIONS] = {
	[MEMBER_APPLY] = { apply, false },
	[MEMBER_CHANGE] = { change_record, false },
	[MEMBER_APPROVE] = { approve, false },
	[MEMBER_REJECT] = { reject, true },
	[MEMBER_SUSPEND] = { suspend, true },
	[MEMBER_REINSTATE] = { reinstate, true },
	[MEMBER_WITHDRAW] = { withdraw, true },
	[MEMBER_CONFIRM] = { confirm, false },
};

/* An application has its own words: it is changed, or ends with its approval or rejection. */
static bool
drops(const struct member *before, enum member_action action, const struct member *after)
{
	if ((before->proposed != MEMBER_CHANGE && before->proposed != MEMBER_REINSTATE) || action == MEMBER_APPROVE ||
	    action == MEMBER_REJECT)
		return false;
	return after->proposed != before->proposed || !span_equal(after->proposal, before->proposal);
}

struct member_outcome
member_dropped(const struct member *before)
{
	struct member_outcome out = { .after = *before, .event = "member.proposal-dropped" };

	out.after.events++;
	return out;
}

enum err
member_decide(struct arena *arena, const struct member *before, const struct member_change *change,
    struct member_outcome *out, struct problem *why)
{
	struct step s = { arena, before, change, out, why };
	struct problem own;

	assert(change->by.actor.size >= 1 && change->by.actor.size <= ACTOR_LARGEST);
	if (!why)
		s.why = &own;
	*out = (struct member_outcome){ 0 };
	if (before)
		out->after = *before;
	if (change->action <= MEMBER_NOTHING || change->action >= MEMBER_ACTIONS)
		return problem_set(s.why, ERR_INVALID, "", "expected a step in a member's life, found none");
	if (!before && change->action != MEMBER_APPLY)
		return problem_set(s.why, ERR_NOT_FOUND, "", "there is no member %.*s",
		    (int)span_first(change->id, 64).size, (const char *)change->id.data);
	if (change->reason.size > MEMBER_REASON_LARGEST || !utf8_line(change->reason) ||
	    (steps[change->action].reason && change->reason.size == 0))
		return problem_set(s.why, ERR_INVALID, "",
		    "expected a reason of 1 to %d bytes without control characters, "
		    "found %zu bytes",
		    MEMBER_REASON_LARGEST, change->reason.size);
	if (steps[change->action].take(&s) != OK) {
		*out = (struct member_outcome){ 0 };
		if (before)
			out->after = *before;
		return s.why->code;
	}
	if (strcmp(out->event, "member.unchanged") != 0)
		out->after.events++;
	out->drops = before && drops(before, change->action, &out->after);
	out->after.events += out->drops;
	if (out->record_changed || out->standing_changed)
		out->after.looked = change->now; /* published anew, as it is at this time */
	return OK;
}

/* Its entry */

/* Of an applicant or of somebody who has left, no record is in force. */
static struct span
record_in_force(const struct member *m)
{
	if (!m || (m->standing != STANDING_APPROVED && m->standing != STANDING_SUSPENDED))
		return (struct span){ 0 };
	return m->record;
}

static void
print_digest(struct buffer *b, struct arena *arena, const char *key, struct span record)
{
	json_write_name(b, key);
	if (record.size == 0)
		buffer_text(b, "null");
	else
		buffer_print(b, "\"%s\"", digest_text(arena, record));
}

struct span
member_entry(struct arena *arena, const struct member *before, const struct member_change *change,
    const struct member_outcome *outcome)
{
	struct buffer b = buffer_init(16 * KIB);
	const struct member *after = &outcome->after;
	char at[INSTANT_TEXT];
	struct span entry;

	if (change->action == MEMBER_NOTHING)
		buffer_text(&b, "{\"action\":null");
	else
		buffer_print(&b, "{\"action\":\"%s\"", member_action_name(change->action));
	json_write_member(&b, "actor", change->by.actor);
	print_digest(&b, arena, "after", record_in_force(after));
	buffer_print(&b, ",\"at\":\"%s\"", instant_text(change->now, at));
	print_digest(&b, arena, "before", record_in_force(before));
	json_write_member(&b, "event", span_text(outcome->event));
	json_write_member(&b, "member", after->id);
	buffer_print(&b, ",\"number\":%u", after->events);
	print_digest(&b, arena, "proposal", record_waiting(after));
	json_write_member(&b, "reason", change->reason);
	buffer_print(&b, ",\"standing\":\"%s\"}", standing_name(after->standing));
	assert(!b.overflowed);
	entry = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return entry;
}
