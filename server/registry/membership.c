/* registry/membership.c - changing members: one, or many at once.
 *
 *     read_records … -> load_members -> decide … -> load_entities -> settle … -> load_entrusted -> warn …
 *                            ^                                                                       |
 *                            |                                     write_changes <- write_fragments … '
 *                            |                                          |
 *                            `- somebody changed one of many meanwhile -'
 */
#include "registry/membership.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "registry/entity_slots.h"
#include "registry/journal.h"
#include "registry/member_entities.h"
#include "registry/record_look.h"

#define AT_ONCE 16                /* members looked at before others come */
#define CONFLICTS 3              /* how often a bulk is decided again when somebody changes the same members */
#define ARENA_LARGEST (16 * GIB) /* never reached: bounded by what is asked for and by the store */

/* One request and what becomes of it. */
struct subject {
	const struct membership_request *request;
	struct membership_result *result;
	struct span id, record;          /* canonical; with APPLY and CHANGE */
	bool refused;

	uint64_t first;                  /* generation when it was loaded first */
	bool raises;                     /* the candidate does more than take away */
	uint64_t generation;             /* of the member's row; 0: there is none */
	struct member member;            /* with a generation */
	struct member_outcome outcome;
	struct span candidate;           /* canonical JSON to be looked at; empty: nothing new would be published */
	struct member_entities entities; /* as they would be published */
};

struct changing {
	struct pending pending;
	struct loop *loop;
	struct store *store;
	struct validator *validator;
	struct membership_change change;
	on_membership *on_membership;
	void *arg;

	struct later later;
	struct timer turn;               /* the next few subjects: others come first */
	void (*each)(struct changing *, struct subject *);
	void (*then)(struct changing *);
	size_t at;
	unsigned conflicts;
	struct pending *asked;
	struct arena arena, part;
	struct problem why;

	struct subject *subjects;
	struct membership_result *results;
	struct ask *asks;
	struct entity_slots slots;
	struct entrusted_members entrusted;
	size_t written_subject, written_entity; /* fragments up to here */
	bool changes;                    /* anything at all */
};

/* Beginning and ending */

static void
changing_free(struct changing *c)
{
	turn_cancel(loop_turn(c->loop), &c->later);
	timer_release(&c->turn);
	pending_cancel(&c->asked);
	arena_release(&c->part);
	arena_release(&c->arena);
	free(c);
}

static void
cancel(struct pending *pending)
{
	changing_free((struct changing *)pending);
}

static void
finish(struct changing *c, enum err err)
{
	c->on_membership(c->arg, err, err == OK ? c->results : NULL, err == OK ? c->change.count : 0,
	    err == OK ? NULL : &c->why);
	changing_free(c);
}

static void read_records(void *arg), go_on(void *arg);
static on_loaded on_members, on_entities;
static void write_fragments(struct changing *);
static on_committed on_fragments_written, on_changes_written;

struct pending *
membership_start(struct loop *loop, struct store *store, struct validator *validator,
    const struct membership_change *change, on_membership *on_done, void *arg)
{
	struct changing *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->pending.cancel = cancel;
	c->loop = loop;
	c->store = store;
	c->validator = validator;
	c->change = *change;
	if (c->change.now.us == 0)
		c->change.now = clock_now();
	c->on_membership = on_done;
	c->arg = arg;
	c->arena = arena_init(ARENA_LARGEST);
	c->part = arena_init(ARENA_LARGEST);
	timer_init(&c->turn, loop, go_on, c);
	c->later = (struct later){ .run = read_records, .arg = c };
	turn_later(loop_turn(loop), &c->later);
	return &c->pending;
}

/* A few of those not refused at a time. */
static void
go_on(void *arg)
{
	struct changing *c = arg;

	for (size_t n = 0; n < AT_ONCE && c->at < c->change.count; n++, c->at++)
		if (!c->subjects[c->at].refused)
			c->each(c, &c->subjects[c->at]);
	if (c->at < c->change.count)
		timer_set(&c->turn, 0);
	else
		c->then(c);
}

static void
in_parts(struct changing *c, void (*each)(struct changing *, struct subject *), void (*then)(struct changing *))
{
	c->each = each;
	c->then = then;
	c->at = 0;
	go_on(c);
}

/* Refuses the request for what stands in its problem. */
static void
refuse(struct subject *s)
{
	s->refused = true;
	s->result->code = s->result->why.code;
	s->result->event = "member.refused";
	s->result->after = s->result->before;
	s->result->waits = false;
}

/* Reading */

static struct span
canonical(struct changing *c, const struct member_record *record)
{
	struct buffer b = buffer_init(2 * MEMBER_RECORD_LARGEST);
	struct span text;

	member_print(&b, record);
	assert(!b.overflowed);
	text = arena_copy(&c->arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
read_record(struct changing *c, struct subject *s)
{
	const struct membership_request *r = s->request;
	struct problem *why = &s->result->why;
	struct member_record record;

	s->id = s->result->id = r->id;
	if (r->action == MEMBER_APPLY || r->action == MEMBER_CHANGE) {
		if (member_parse(&c->part, r->file, r->record, &record, why) != OK) {
			refuse(s);
			return;
		}
		if (s->id.size && !span_equal(s->id, record.id)) {
			problem_set(why, ERR_INVALID, "", "%s: /id: expected \"%.*s\", found \"%.*s\"", r->file,
			    (int)span_first(s->id, 64).size, (const char *)s->id.data, SPAN_ARGS(record.id));
			refuse(s);
			return;
		}
		s->id = s->result->id = arena_copy(&c->arena, record.id);
		s->record = canonical(c, &record);
		arena_reset(&c->part);
	}
	if (!member_id_valid(s->id)) {
		problem_set(why, ERR_INVALID, "", "expected a member's id of 2 to %d letters, digits and hyphens",
		    MEMBER_ID_LARGEST);
		refuse(s);
	}
}

static int
compare_ids(const void *a, const void *b)
{
	const struct subject *x = *(const struct subject *const *)a, *y = *(const struct subject *const *)b;
	int order = span_compare(x->id, y->id);

	return order ? order : (x > y) - (x < y);
}

/* One request a member: what a second one means depends on what becomes of the first. */
static void
refuse_doubles(struct changing *c)
{
	const struct subject **sorted = arena_array(&c->arena, const struct subject *, c->change.count);
	size_t count = 0;

	for (size_t i = 0; i < c->change.count; i++)
		if (!c->subjects[i].refused)
			sorted[count++] = &c->subjects[i];
	qsort(sorted, count, sizeof(*sorted), compare_ids);
	for (size_t i = 1; i < count; i++)
		if (span_equal(sorted[i - 1]->id, sorted[i]->id)) {
			struct subject *s = (struct subject *)(uintptr_t)sorted[i];

			problem_set(&s->result->why, ERR_CONFLICT, "",
			    "%.*s stands in this request already; expected each member once", SPAN_ARGS(s->id));
			refuse(s);
		}
}

static void load_members(struct changing *);

static void
read_records(void *arg)
{
	struct changing *c = arg;

	if (c->change.count > MEMBERSHIP_CHANGES) {
		finish(c,
		    problem_set(&c->why, ERR_LIMIT, "", "expected at most %d changes at once, found %zu",
		        MEMBERSHIP_CHANGES, c->change.count));
		return;
	}
	c->subjects = arena_array(&c->arena, struct subject, c->change.count);
	c->results = arena_array(&c->arena, struct membership_result, c->change.count);
	for (size_t i = 0; i < c->change.count; i++) {
		struct subject *s = &c->subjects[i];

		s->request = &c->change.requests[i];
		s->result = &c->results[i];
		s->result->approvals_needed = quorum_needed(&c->change.by.quorum);
	}
	in_parts(c, read_record, load_members);
}

static void
load_members(struct changing *c)
{
	size_t asked = 0;

	if (c->conflicts == 0)
		refuse_doubles(c);
	c->asks = arena_array(&c->arena, struct ask, c->change.count);
	for (size_t i = 0; i < c->change.count; i++)
		if (!c->subjects[i].refused)
			c->asks[asked++] = (struct ask){ .table = &member_table, .from = c->subjects[i].id };
	c->asked = store_load(c->store, c->asks, asked, on_members, c);
}

/* Deciding. Pure, over what was read and what was loaded. */

/* What would be published if it went on like this, and so is looked at. */
static struct span
candidate_of(const struct subject *s)
{
	const struct member *after = &s->outcome.after;

	switch (s->request->action) {
	case MEMBER_APPLY:
	case MEMBER_CHANGE:
		return s->record;
	case MEMBER_APPROVE:
	case MEMBER_REINSTATE:
		return after->proposed == MEMBER_CHANGE ? after->proposal : after->record;
	default:
		return (struct span){ 0 };
	}
}

static void
compare_records(struct changing *c, struct subject *s)
{
	struct difference *differences;
	struct span before = s->generation ? s->member.record : (struct span){ 0 };

	if (s->candidate.size == 0)
		return;
	difference_find(&c->arena, before, s->candidate, &differences, &s->result->difference_count, &s->raises);
	s->result->differences = differences;
}

static void
decide(struct changing *c, struct subject *s)
{
	const struct member_change change = {
		.action = s->request->action,
		.id = s->id,
		.record = s->record,
		.by = c->change.by,
		.reason = span_text(c->change.reason),
		.now = c->change.now,
		.proposal = s->request->proposal,
	};
	struct membership_result *r = s->result;

	r->before = r->after = s->generation ? s->member.standing : STANDING_UNKNOWN;
	if (member_decide(&c->arena, s->generation ? &s->member : NULL, &change, &s->outcome, &r->why) != OK) {
		refuse(s);
		return;
	}
	s->candidate = candidate_of(s);
	compare_records(c, s);
}

/* Decided again, what somebody else has changed meanwhile is refused, and the others go on. */
static bool
keep_member(struct changing *c, struct subject *s, const struct ask *ask)
{
	s->generation = ask->count ? ask->rows[0].generation : 0;
	if (c->conflicts == 0)
		s->first = s->generation;
	if (s->generation != s->first) {
		problem_set(&s->result->why, ERR_CONFLICT, "", "%.*s was changed meanwhile; look at it and try again",
		    SPAN_ARGS(s->id));
		s->result->difference_count = s->result->finding_count = 0;
		refuse(s);
		return true;
	}
	if (ask->count == 0)
		return true;
	if (member_read(arena_copy(&c->arena, ask->rows[0].value), &s->member))
		return true;
	finish(c, problem_set(&c->why, ERR_SYNTAX, "", "the row of member %.*s is not of our form", SPAN_ARGS(s->id)));
	return false;
}

static void load_entities(struct changing *);

static void
on_members(void *arg, enum err err, const struct problem *why)
{
	struct changing *c = arg;
	size_t asked = 0;

	c->asked = NULL;
	if (err != OK) {
		c->why = *why;
		finish(c, err);
		return;
	}
	for (size_t i = 0; i < c->change.count; i++)
		if (!c->subjects[i].refused && !keep_member(c, &c->subjects[i], &c->asks[asked++]))
			return;
	in_parts(c, decide, load_entities);
}

static void
load_entities(struct changing *c)
{
	size_t asked;

	entity_slots_begin(&c->slots, &c->arena);
	for (size_t i = 0; i < c->change.count; i++) {
		const struct subject *s = &c->subjects[i];

		if (s->refused)
			continue;
		if (s->generation)
			entity_slots_add(&c->slots, s->member.record);
		entity_slots_add(&c->slots, s->candidate);
	}
	c->asks = entity_slots_asks(&c->slots, &asked);
	c->asked = store_load(c->store, c->asks, asked, on_entities, c);
}

static void settle(struct changing *, struct subject *);
static void load_entrusted(struct changing *);

static void
on_entities(void *arg, enum err err, const struct problem *why)
{
	struct changing *c = arg;

	c->asked = NULL;
	if (err == OK)
		err = entity_slots_loaded(&c->slots, &c->why);
	else
		c->why = *why;
	if (err != OK)
		finish(c, err);
	else
		in_parts(c, settle, load_entrusted);
}

/* Taking away always works: what is wrong with the rest is wrong now, and no worse for it. */
static bool
only_lowers(struct changing *c, struct subject *s)
{
	struct member_entities before;
	struct problem unread;

	if (s->request->action != MEMBER_CHANGE || !s->generation || s->member.standing == STANDING_APPLIED ||
	    s->raises ||
	    member_entities_make(&before, &c->arena, &s->member, s->member.record, &c->slots, c->validator,
		c->change.now, &unread) != OK ||
	    member_entities_worse(&s->entities, &before))
		return false;
	member_entities_leave_out(&s->entities, &c->slots);
	return true;
}

/* The candidate as entities: whether they are free, can be made and are good. */
static enum err
look_at(struct changing *c, struct subject *s)
{
	struct membership_result *r = s->result;
	struct member as = s->outcome.after;
	enum err err;

	if (entity_slots_take(&c->slots, s->candidate, s->id, &r->why) != OK)
		return r->why.code;
	as.standing = STANDING_APPROVED;
	err = member_entities_make(
	    &s->entities, &c->arena, &as, s->candidate, &c->slots, c->validator, c->change.now, &r->why);
	r->findings = s->entities.findings;
	r->finding_count = s->entities.finding_count;
	if (err == OK && s->entities.errors && !only_lowers(c, s))
		err = problem_set(&r->why, ERR_INVALID, "",
		    "%.*s: expected no finding of error level, found %u; the first: %s", SPAN_ARGS(s->id),
		    s->entities.errors, s->entities.first_error);
	return err;
}

static void
settle(struct changing *c, struct subject *s)
{
	const struct member_outcome *o = &s->outcome;
	struct agreement agreement;

	if (s->candidate.size && look_at(c, s) != OK) {
		entity_slots_give_back(&c->slots, s->id);
		refuse(s);
		return;
	}
	s->result->event = o->event;
	s->result->after = o->after.standing;
	s->result->waits = o->waits;
	agreement = member_agreement(&c->arena, &o->after);
	s->result->approvals_had = agreement_had(&agreement, &c->change.by.quorum);
	c->changes = c->changes || !s->generation || o->after.events != s->member.events;
}

/* Warning: of what is no error, and serves nobody. */

static on_loaded on_entrusted;

static void
load_entrusted(struct changing *c)
{
	size_t asked;

	entrusted_begin(&c->entrusted, &c->arena);
	for (size_t i = 0; i < c->change.count; i++)
		if (!c->subjects[i].refused && c->subjects[i].candidate.size)
			entrusted_add(&c->entrusted, c->subjects[i].entities.record);
	c->asks = entrusted_asks(&c->entrusted, &asked);
	c->asked = store_load(c->store, c->asks, asked, on_entrusted, c);
}

static void
warn(struct changing *c, struct subject *s)
{
	if (s->candidate.size)
		record_look(&c->arena, s->entities.record, &c->entrusted, c->change.known,
		    c->change.now, &s->result->findings, &s->result->finding_count);
}

static void write_all(struct changing *);

static void
on_entrusted(void *arg, enum err err, const struct problem *why)
{
	struct changing *c = arg;

	c->asked = NULL;
	if (err != OK) {
		c->why = *why;
		finish(c, err);
		return;
	}
	entrusted_loaded(&c->entrusted);
	for (size_t i = 0; i < c->change.count; i++)
		if (!c->subjects[i].refused && c->subjects[i].candidate.size)
			entrusted_note(&c->entrusted, c->subjects[i].entities.record);
	in_parts(c, warn, write_all);
}

static void
write_all(struct changing *c)
{
	if (c->change.dry_run || !c->changes)
		finish(c, OK);
	else
		write_fragments(c);
}

/* Writing */

static struct unit *
part_new(struct changing *c)
{
	arena_reset(&c->part);
	return unit_new(&c->part, c->store->tables, id_new(c->change.now));
}

static bool
is_done(const struct subject *s)
{
	return !s->refused && s->outcome.after.events != (s->generation ? s->member.events : 0);
}

/* Whether what is in force is to be published anew. */
static bool
moves(const struct subject *s)
{
	return is_done(s) && (s->outcome.record_changed || s->outcome.standing_changed);
}

static bool
publishes(const struct subject *s)
{
	return moves(s) && s->outcome.after.standing == STANDING_APPROVED;
}

/* An applicant's are its own already, and those of somebody suspended still. */
static struct span
claimed(const struct member *m)
{
	return m->standing == STANDING_WITHDRAWN ? (struct span){ 0 } : m->record;
}

static void
write_entry(struct changing *c, struct unit *unit, const struct subject *s, const struct member_outcome *outcome)
{
	const struct member_change change = { .action = s->request->action, .by = c->change.by,
		.reason = span_text(c->change.reason), .now = c->change.now };
	struct span entry = member_entry(&c->arena, s->generation ? &s->member : NULL, &change, outcome);
	struct span key = member_event_key(&c->arena, s->id, outcome->after.events);

	unit_expect(unit, &member_event_table, key, 0);
	unit_put(unit, &member_event_table, key, entry);
	journal_member(unit, entry);
}

static void
write_member(struct changing *c, struct unit *unit, struct subject *s)
{
	const struct member *before = s->generation ? &s->member : NULL, *after = &s->outcome.after;
	struct buffer b = buffer_init(4 * MEMBER_RECORD_LARGEST);

	member_write(&b, after);
	assert(!b.overflowed);
	unit_expect(unit, &member_table, s->id, s->generation);
	unit_put(unit, &member_table, s->id, buffer_span(&b));
	buffer_release(&b);
	if (s->outcome.drops) {
		const struct member_outcome dropped = member_dropped(before);

		write_entry(c, unit, s, &dropped);
	}
	write_entry(c, unit, s, &s->outcome);
	entity_slots_claim(&c->slots, unit, s->id, before ? claimed(before) : (struct span){ 0 }, claimed(after),
	    publishes(s) ? c->change.now : (struct instant){ 0 });
	if (moves(s))
		member_entities_write(publishes(s) ? &s->entities : NULL, &c->slots, unit, s->id,
		    before ? before->record : (struct span){ 0 });
}

/* The one moment of change. What each row was when we decided is a condition: somebody else's change in between fails
 * it all, and of many the others are decided again. */
static void
write_changes(struct changing *c)
{
	struct unit *unit = part_new(c);

	for (size_t i = 0; i < c->change.count; i++)
		if (is_done(&c->subjects[i]))
			write_member(c, unit, &c->subjects[i]);
	c->asked = store_commit(c->store, unit, on_changes_written, c);
}

static void
write_fragments(struct changing *c)
{
	struct fragment_part part = { .unit = part_new(c) };

	for (; c->written_subject < c->change.count; c->written_subject++, c->written_entity = 0) {
		const struct subject *s = &c->subjects[c->written_subject];

		if (publishes(s) &&
		    !member_entities_write_fragments(&s->entities, &c->slots, &c->written_entity, &part))
			break;
	}
	if (part.count)
		c->asked = store_commit(c->store, part.unit, on_fragments_written, c);
	else
		write_changes(c);
}

static bool
committed(struct changing *c, const struct committed *answer)
{
	c->asked = NULL;
	if (answer->code == OK)
		return true;
	finish(c, problem_set(&c->why, answer->code, "",
	    answer->code == ERR_CONFLICT ? "the members were changed meanwhile; look at them and try again" :
	    answer->code == ERR_FULL ? "no space is left to write the change" :
	    answer->code == ERR_LIMIT ? "these are too many changes for one unit of work; try with fewer members" :
	    "the change could not be written"));
	return false;
}

static void
on_fragments_written(void *arg, const struct committed *answer)
{
	struct changing *c = arg;

	if (committed(c, answer))
		write_fragments(c);
}

/* Of many, only those changed by somebody else fail. */
static void
decide_again(struct changing *c)
{
	c->conflicts++;
	c->changes = false;
	c->written_subject = c->written_entity = 0;
	load_members(c);
}

static void
on_changes_written(void *arg, const struct committed *answer)
{
	struct changing *c = arg;

	if (answer->code == ERR_CONFLICT && c->change.count > 1 && c->conflicts < CONFLICTS) {
		c->asked = NULL;
		decide_again(c);
		return;
	}
	if (!committed(c, answer))
		return;
	for (size_t i = 0; i < c->change.count; i++) {
		const struct subject *s = &c->subjects[i];

		if (is_done(s))
			log_info(s->outcome.event, "member=%s standing=%s actor=%s waits=%s", LOG_SPAN(s->id),
			    standing_name(s->outcome.after.standing), LOG_SPAN(c->change.by.actor),
			    s->outcome.waits ? "yes" : "no");
	}
	finish(c, OK);
}
