/* registry/renewal.c - what time changes in members by itself: certifications begin and end, rules become stricter,
 * things run out.
 *
 *     load_members -> on_members -> on_entities -> write_fragments … -> write_changes -> load_members (the next page) …
 *
 * A page is a handful of members, so that memory does not grow with their number and nobody waits long for the steward.
 * What was warned of is kept as marks in the member's row (warning.h); looking again changes nothing then.
 */
#include "registry/membership.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "registry/journal.h"
#include "registry/member_entities.h"
#include "registry/warning.h"

#define PAGE 16
#define CONFLICTS 3              /* somebody changes the same members: look at the page again so often */
#define ARENA_LARGEST (4 * GIB)  /* never reached: a page of records, each bounded */
#define ACTOR "steward"

/* A certification that began or ended since the member was looked at. */
struct turned {
	const char *event, *text;
};

/* One member of the page. */
struct looked {
	struct member member, after;
	uint64_t generation;
	struct member_entities entities;
	struct warning *warnings;
	size_t warning_count;
	struct turned *turned;
	size_t turned_count;
	bool readable;
	struct entities_written written;
};

struct renewal {
	struct pending pending;
	struct loop *loop;
	struct store *store;
	struct validator *validator;
	struct renewal_settings settings;
	on_renewed *on_renewed;
	void *arg;

	struct later later;
	struct pending *asked;
	struct arena arena, part;    /* of the page; of a unit */
	struct problem why;
	struct ask ask[2], *asks;    /* the page; with the first one the newest entry of the journal */
	bool begun;
	struct buffer from, behind;  /* where the page begins, and the next one */
	bool more;
	unsigned conflicts;

	struct looked *list;
	size_t count;
	struct entity_slots slots;
	size_t written_member, written_entity;
	struct renewal_report report, page; /* of the pages written; of the one at hand */
};

/* Beginning and ending */

static void
renewal_free(struct renewal *r)
{
	turn_cancel(loop_turn(r->loop), &r->later);
	pending_cancel(&r->asked);
	buffer_release(&r->behind);
	buffer_release(&r->from);
	arena_release(&r->part);
	arena_release(&r->arena);
	free(r);
}

static void
cancel(struct pending *pending)
{
	renewal_free((struct renewal *)pending);
}

static void
finish(struct renewal *r, enum err err)
{
	r->on_renewed(r->arg, err, err == OK ? &r->report : NULL, err == OK ? NULL : &r->why);
	renewal_free(r);
}

static void load_members(void *arg);
static on_loaded on_members, on_entities;
static void write_fragments(struct renewal *);
static void write_changes(struct renewal *);
static on_committed on_fragments_written, on_changes_written;

struct pending *
renewal_start(struct loop *loop, struct store *store, struct validator *validator,
    const struct renewal_settings *settings, on_renewed *on_done, void *arg)
{
	struct renewal *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->pending.cancel = cancel;
	r->loop = loop;
	r->store = store;
	r->validator = validator;
	r->settings = *settings;
	if (r->settings.now.us == 0)
		r->settings.now = clock_now();
	r->report.generation = settings->after;
	r->on_renewed = on_done;
	r->arg = arg;
	r->arena = arena_init(ARENA_LARGEST);
	r->part = arena_init(ARENA_LARGEST);
	r->from = buffer_init(KEY_LARGEST + 1);
	r->behind = buffer_init(KEY_LARGEST + 1);
	r->later = (struct later){ .run = load_members, .arg = r };
	turn_later(loop_turn(loop), &r->later);
	return &r->pending;
}

/* Loading a page */

static void
load_members(void *arg)
{
	struct renewal *r = arg;

	arena_reset(&r->arena);
	r->page = (struct renewal_report){ 0 };
	r->ask[0] = (struct ask){ .table = &member_table, .from = buffer_span(&r->from), .limit = PAGE };
	r->ask[1] = (struct ask){ .table = &journal_table, .limit = 1, .backwards = true };
	r->asked = store_load(r->store, r->ask, r->begun ? 1 : 2, on_members, r);
}

static void
next_page(struct renewal *r)
{
	r->conflicts = 0;
	r->report.changed_entities += r->page.changed_entities;
	r->report.warnings += r->page.warnings;
	if (r->page.next.us && (r->report.next.us == 0 || instant_before(r->page.next, r->report.next)))
		r->report.next = r->page.next;
	if (!r->more) {
		finish(r, OK);
		return;
	}
	buffer_clear(&r->from);
	buffer_add(&r->from, buffer_span(&r->behind));
	load_members(r);
}

static void
keep_member(struct renewal *r, const struct row *row)
{
	struct looked *l = &r->list[r->count];

	if (row->generation <= r->settings.after)
		return;
	if (!member_read(arena_copy(&r->arena, row->value), &l->member)) {
		log_error("renewal.refused", "member=%s problem=%s", LOG_SPAN(row->key), "\"not of our form\"");
		return;
	}
	if (l->member.standing != STANDING_APPROVED)
		return;
	l->generation = row->generation;
	l->after = l->member;
	r->count++;
}

static void
on_members(void *arg, enum err err, const struct problem *why)
{
	struct renewal *r = arg;
	size_t asked;

	r->asked = NULL;
	if (err != OK) {
		r->why = *why;
		finish(r, err);
		return;
	}
	/* Every change of a member is an entry. What comes later than this, of members looked at already, is for the
	 * next run, and so this run's own changes are too. */
	if (!r->begun && r->ask[1].count && r->ask[1].rows[0].generation > r->report.generation)
		r->report.generation = r->ask[1].rows[0].generation;
	r->begun = true;
	r->list = arena_array(&r->arena, struct looked, r->ask[0].count);
	r->count = 0;
	r->more = r->ask[0].more;
	for (size_t i = 0; i < r->ask[0].count; i++)
		keep_member(r, &r->ask[0].rows[i]);
	if (r->more) {
		buffer_clear(&r->behind);
		buffer_add(&r->behind, r->ask[0].rows[r->ask[0].count - 1].key);
		buffer_byte(&r->behind, 0);
	}
	entity_slots_begin(&r->slots, &r->arena);
	for (size_t i = 0; i < r->count; i++)
		entity_slots_add(&r->slots, r->list[i].member.record);
	r->asks = entity_slots_asks(&r->slots, &asked);
	r->asked = store_load(r->store, r->asks, asked, on_entities, r);
}

/* Deciding. Pure, over what was loaded. */

static void
sooner(struct renewal *r, struct instant at)
{
	if (instant_before(r->settings.now, at) && (r->page.next.us == 0 || instant_before(at, r->page.next)))
		r->page.next = at;
}

/* What runs out is also found about the entities it concerns. Certificates the rules find themselves. */
static void
add_findings(struct renewal *r, struct looked *l)
{
	static const struct {
		const char *event, *right_ja, *right_en;
	} rules[] = {
		{ "member.confirmation-due", "記載内容が今も正しいことの年次確認",
		    "the yearly confirmation that the record is still true" },
		{ "member.certification-expires", "認定の更新", "a certification that goes on" },
	};

	for (size_t i = 0; i < l->entities.count; i++) {
		struct member_entities *m = &l->entities;
		struct rule_finding *list =
		    arena_array(&r->arena, struct rule_finding, m->found_count[i] + l->warning_count);
		size_t count = m->found_count[i];

		if (count)
			memcpy(list, m->found[i], count * sizeof(*list));
		for (size_t w = 0; w < l->warning_count; w++)
			for (size_t n = 0; n < COUNT(rules) && count < FINDINGS_OF_ENTITY; n++)
				if (strcmp(l->warnings[w].event, rules[n].event) == 0 &&
				    (l->warnings[w].entity_id.size == 0 ||
				        span_equal(l->warnings[w].entity_id, m->list[i].entity.entity_id)))
					list[count++] = (struct rule_finding){
						.rule = span_text(rules[n].event),
						.level = FINDING_WARNING,
						.found = span_text(l->warnings[w].text),
						.right_ja = span_text(rules[n].right_ja),
						.right_en = span_text(rules[n].right_en),
					};
		m->found[i] = list;
		m->found_count[i] = count;
	}
}

static void
note_turn(struct renewal *r, struct looked *l, const struct member_certification *c, struct instant at, bool begins)
{
	char text[INSTANT_TEXT];

	sooner(r, at);
	if (instant_before(r->settings.now, at) || !instant_before(l->member.looked, at))
		return;
	l->turned[l->turned_count++] = (struct turned){
		.event = begins ? "member.certification-began" : "member.certification-ended",
		.text = arena_print(&r->arena, "%.*s%sthe certification %.*s %.*s of %.*s %s at %s",
		    SPAN_ARGS(span_first(c->entity_id, 600)), c->entity_id.size ? ": " : "", SPAN_ARGS(c->area),
		    SPAN_ARGS(c->level), SPAN_ARGS(c->framework), begins ? "began" : "ended", instant_text(at, text)),
	};
}

/* Whatever speaks of certifications, entities' metadata and lists alike, is made anew when the member's row is. */
static void
note_turns(struct renewal *r, struct looked *l, const struct member_record *record)
{
	l->turned = arena_array(&r->arena, struct turned, 2 * record->certification_count);
	for (size_t i = 0; i < record->certification_count; i++) {
		note_turn(r, l, &record->certifications[i], record->certifications[i].from, true);
		note_turn(r, l, &record->certifications[i], record->certifications[i].until, false);
	}
	if (l->turned_count)
		l->after.looked = r->settings.now;
}

static void
look_at(struct renewal *r, struct looked *l)
{
	const struct warning_terms terms = { r->settings.confirm_every, r->settings.warn_before, r->settings.now };
	struct member_record record;
	struct instant next;
	struct problem why;

	l->readable = member_parse(&r->arena, "record", l->member.record, &record, &why) == OK &&
	    member_entities_make(&l->entities, &r->arena, &l->member, l->member.record, &r->slots, r->validator,
	    r->settings.now, &why) == OK;
	if (!l->readable) {
		log_error("renewal.refused", "member=%s problem=%s", LOG_SPAN(l->member.id), LOG_TEXT(why.text));
		return;
	}
	member_entities_hold(&l->entities, &r->slots);
	warnings_find(&r->arena, &l->member, &record, &terms, &l->warnings, &l->warning_count, &next);
	add_findings(r, l);
	note_turns(r, l, &record);
	sooner(r, next);
	sooner(r, l->entities.next);
	for (size_t i = 0; i < l->entities.finding_count; i++)
		sooner(r, l->entities.findings[i].error_from);
	l->after.warned = warnings_mark(&r->arena, l->warnings, l->warning_count);
}

static void
on_entities(void *arg, enum err err, const struct problem *why)
{
	struct renewal *r = arg;

	r->asked = NULL;
	if (err == OK)
		err = entity_slots_loaded(&r->slots, &r->why);
	else
		r->why = *why;
	if (err != OK) {
		finish(r, err);
		return;
	}
	for (size_t i = 0; i < r->count; i++)
		look_at(r, &r->list[i]);
	r->written_member = r->written_entity = 0;
	write_fragments(r);
}

/* Writing */

static struct unit *
part_new(struct renewal *r)
{
	arena_reset(&r->part);
	return unit_new(&r->part, r->store->tables, id_new(r->settings.now));
}

static void
write_fragments(struct renewal *r)
{
	struct fragment_part part = { .unit = part_new(r) };

	for (; r->written_member < r->count; r->written_member++, r->written_entity = 0) {
		const struct looked *l = &r->list[r->written_member];

		if (l->readable && !member_entities_write_fragments(&l->entities, &r->slots, &r->written_entity, &part))
			break;
	}
	if (part.count)
		r->asked = store_commit(r->store, part.unit, on_fragments_written, r);
	else
		write_changes(r);
}

static void
write_entry(struct renewal *r, struct looked *l, struct unit *unit, const char *event, const char *text)
{
	const struct member_change change = {
		.by.actor = span_text(ACTOR), .reason = span_text(text), .now = r->settings.now
	};
	struct member_outcome outcome;
	struct span entry, key;

	l->after.events++;
	outcome = (struct member_outcome){ .after = l->after, .event = event };
	entry = member_entry(&r->arena, &l->member, &change, &outcome);
	key = member_event_key(&r->arena, l->member.id, l->after.events);
	unit_expect(unit, &member_event_table, key, 0);
	unit_put(unit, &member_event_table, key, entry);
	journal_member(unit, entry);
}

static bool
write_member(struct renewal *r, struct looked *l, struct unit *unit)
{
	struct buffer b;

	l->written = member_entities_write(&l->entities, &r->slots, unit, l->member.id, l->member.record);
	r->page.changed_entities += l->written.entities;
	for (size_t i = 0; i < l->turned_count; i++)
		write_entry(r, l, unit, l->turned[i].event, l->turned[i].text);
	if (l->written.entities)
		write_entry(r, l, unit, "member.renewed", "");
	for (size_t i = 0; i < l->warning_count; i++) {
		const struct warning *w = &l->warnings[i];

		if (warning_known(w, l->member.warned))
			continue;
		r->page.warnings++;
		write_entry(r, l, unit, w->event, w->entity_id.size ? arena_print(&r->arena, "%.*s: %s",
		    SPAN_ARGS(span_first(w->entity_id, 600)), w->text) : w->text);
	}
	if (l->after.events != l->member.events || !span_equal(l->after.warned, l->member.warned)) {
		b = buffer_init(4 * MEMBER_RECORD_LARGEST);
		member_write(&b, &l->after);
		assert(!b.overflowed);
		unit_put(unit, &member_table, l->member.id, buffer_span(&b));
		buffer_release(&b);
	} else if (l->written.findings == 0) {
		return false;
	}
	/* What was found is true of the record that was looked at. */
	unit_expect(unit, &member_table, l->member.id, l->generation);
	return true;
}

static void
write_changes(struct renewal *r)
{
	struct unit *unit = part_new(r);
	bool anything = false;

	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].readable && write_member(r, &r->list[i], unit))
			anything = true;
	if (anything)
		r->asked = store_commit(r->store, unit, on_changes_written, r);
	else
		next_page(r);
}

/* False: the page is looked at again, or all has ended. */
static bool
committed(struct renewal *r, const struct committed *answer)
{
	r->asked = NULL;
	if (answer->code == OK)
		return true;
	if (answer->code == ERR_CONFLICT && ++r->conflicts <= CONFLICTS)
		load_members(r);
	else
		finish(r, problem_set(&r->why, answer->code, "", answer->code == ERR_FULL ?
		    "no space is left to renew members" : "what time changed in members could not be written"));
	return false;
}

static void
on_fragments_written(void *arg, const struct committed *answer)
{
	struct renewal *r = arg;

	if (committed(r, answer))
		write_fragments(r);
}

static void
on_changes_written(void *arg, const struct committed *answer)
{
	struct renewal *r = arg;

	if (!committed(r, answer))
		return;
	for (size_t i = 0; i < r->count; i++) {
		const struct looked *l = &r->list[i];

		for (size_t w = 0; w < l->warning_count; w++)
			if (!warning_known(&l->warnings[w], l->member.warned))
				log_warning(l->warnings[w].event, "member=%s entity=%s problem=%s",
				    LOG_SPAN(l->member.id), LOG_SPAN(l->warnings[w].entity_id),
				    LOG_TEXT(l->warnings[w].text));
		for (size_t n = 0; n < l->turned_count; n++)
			log_info(l->turned[n].event, "member=%s what=%s", LOG_SPAN(l->member.id),
			    LOG_TEXT(l->turned[n].text));
		if (l->written.entities)
			log_info(
			    "member.renewed", "member=%s entities=%u", LOG_SPAN(l->member.id), l->written.entities);
	}
	next_page(r);
}
