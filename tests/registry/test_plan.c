/* tests/registry/test_plan.c - what a publication makes, keeps and takes away: decisions over small tables. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/plan.h"

#define DAY SECONDS(86400)
#define NOW (1000 * DAY)
#define FRESH (14 * DAY) /* how long documents last, in whole days from now */
#define BEFORE (7 * DAY)

/* One entity published as it is: its document's end and its own, in days from now. 0: never, there is none. */
struct question {
	struct arena arena;
	struct plan_entity entities[4];
	struct plan_row rows[8];
	struct plan_question q;
	struct plan plan;
};

static void
add_entity(struct question *t, const char *id, double end)
{
	struct plan_entity *e = &t->entities[t->q.entity_count++];

	*e = (struct plan_entity){ .generation = 1,
		.entity = { .entity_id = span_text(id), .roles = ENTITY_IDP, .size = 100 } };
	e->key = entity_key_of(e->entity.entity_id);
	if (end != 0)
		e->entity.valid_until.us = NOW + (int64_t)(end * (double)DAY);
}

static void
add_row(struct question *t, struct span name, const uint8_t made_of[32], int64_t until, uint64_t size)
{
	struct plan_row *row = &t->rows[t->q.row_count++];

	*row = (struct plan_row){ .name = name, .generation = 1, .valid_until = { until }, .size = size };
	memcpy(row->made_of, made_of, 32);
}

static int
by_key(const void *a, const void *b)
{
	return memcmp(((const struct plan_entity *)a)->key.bytes, ((const struct plan_entity *)b)->key.bytes, 20);
}

static void
decide(struct question *t)
{
	qsort(t->entities, t->q.entity_count, sizeof(*t->entities), by_key);
	t->q.entities = t->entities;
	t->q.rows = t->rows;
	t->q.now.us = NOW;
	t->q.refresh_before = BEFORE;
	t->q.valid_until.us = NOW + FRESH;
	plan_make(&t->arena, &t->q, &t->plan);
}

static void
begin(struct question *t)
{
	*t = (struct question){ .arena = arena_init(1 * MIB) };
}

/* As if what the plan of a first publication makes had been made, each document with that end. */
static void
publish(struct question *t, int64_t until)
{
	decide(t);
	for (size_t i = 0; i < t->plan.job_count; i++)
		add_row(t, t->plan.jobs[i].name, t->plan.jobs[i].made_of, until, 1000);
	for (size_t i = 0; i < PLAN_SETS; i++)
		if (t->plan.sets[i].make)
			add_row(t, t->plan.sets[i].name, t->plan.sets[i].made_of, NOW + FRESH, 1000);
	t->q.current = 1;
}

static const struct {
	const char *title;
	double end, until;      /* of the entity, of its document: days from now */
	size_t jobs, endings;
	double horizon, refresh; /* of the publication then, in days */
} ends[] = {
	{ "an entity without an end keeps its document", 0, 12, 0, 0, 12, 5 },
	{ "until it is to be signed again", 0, 6, 2, 0, 14, 7 },
	{ "a document that ends with its entity is kept to the end", 3, 3, 0, 0, 14, 3 },
	{ "one that outlasts its entity is signed again", 3, 12, 2, 0, 14, 3 },
	{ "an entity that lives longer now has a document that does, when there is as much to be gained as is left",
	    10, 4, 2, 0, 14, 7 },
	{ "and not before", 10, 6, 0, 0, 14, 2 },
	{ "an entity that lives long enough is like one that has no end", 100, 12, 0, 0, 14, 5 },
	{ "an entity has ended", -1, 12, 0, 2, 14, 7 },
};

static void
no_document_outlasts_its_entity(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct horizon h;
		struct question t;

		begin(&t);
		add_entity(&t, "https://a.example/", 0);
		publish(&t, NOW + (int64_t)(ends[i].until * (double)DAY));
		if (ends[i].end != 0)
			t.entities[0].entity.valid_until.us = NOW + (int64_t)(ends[i].end * (double)DAY);
		decide(&t);
		/* Its own and the two sets it is alone in. */
		expect_number(ends[i].title, t.plan.job_count, ends[i].jobs ? 3 : 0);
		expect_number(ends[i].title, t.plan.ending_count, ends[i].endings ? 3 : 0);
		h = plan_horizon(&t.plan, &t.q, (struct instant){ NOW + FRESH }, true);
		expect_number(ends[i].title, h.valid_until.us - NOW, (int64_t)(ends[i].horizon * (double)DAY));
		expect_number(ends[i].title, h.refresh_at.us - NOW, (int64_t)(ends[i].refresh * (double)DAY));
		arena_release(&t.arena);
	}
}

/* Two entities in sets of that size; the first has changed. */
static const struct {
	const char *title;
	uint64_t size;
	int64_t sets_until;
	bool removed, restated;
	uint64_t member_bytes;
	bool swift, lists_follow;
} ways[] = {
	{ "small sets are made at once", 1000, FRESH, false, false, 0, false, false },
	{ "large ones follow", 8 * MIB, FRESH, false, false, 0, true, false },
	{ "with lists made of much", 8 * MIB, FRESH, false, false, 8 * MIB, true, true },
	{ "but not where something ends", 8 * MIB, FRESH, true, false, 0, false, false },
	{ "nor where a certification has", 8 * MIB, FRESH, false, true, 0, false, false },
	{ "nor where what is in force is about to", 8 * MIB, BEFORE - 1, false, false, 0, false, false },
};

static void
a_small_change_in_large_sets_is_swift(void **state)
{
	static const uint8_t other[32] = { 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct question t;
		struct horizon before, after;

		begin(&t);
		add_entity(&t, "https://a.example/", 0);
		add_entity(&t, "https://b.example/", 0);
		publish(&t, NOW + FRESH);
		t.q.lists[PLAN_MEMBER_INDEX] = true;
		add_row(&t, span_text(DOCUMENT_MEMBERS), other, NOW + FRESH, 1000);
		for (size_t k = 0; k < t.q.row_count; k++)
			if (t.rows[k].name.size != 20) {
				t.rows[k].size = ways[i].size;
				t.rows[k].valid_until.us = NOW + ways[i].sets_until;
			}
		t.q.member_bytes = ways[i].member_bytes;
		t.entities[0].entity.fragment[0] = 7;
		t.q.published.us = NOW - DAY;
		t.entities[0].entity.restated.us = ways[i].restated ? NOW : NOW - 2 * DAY;
		if (ways[i].removed)
			t.q.entity_count = 1;
		decide(&t);
		expect_true(ways[i].title, t.plan.needed);
		expect_number(ways[i].title, t.plan.swift, ways[i].swift);
		expect_number(ways[i].title, t.plan.lists_follow, ways[i].lists_follow);
		before = plan_horizon(&t.plan, &t.q, (struct instant){ NOW + FRESH + DAY }, false);
		after = plan_horizon(&t.plan, &t.q, (struct instant){ NOW + FRESH + DAY }, true);
		if (ways[i].swift)
			expect_number("what is in force meanwhile counts as it is", before.valid_until.us, NOW + FRESH);
		expect_true("and as it is made, then", !instant_before(after.valid_until, before.valid_until));
		arena_release(&t.arena);
	}
}

static void
the_lists_of_trust_are_made_together(void **state)
{
	struct question t;

	(void)state;
	begin(&t);
	t.q.lists[PLAN_TRUSTED_LIST] = t.q.lists[PLAN_TRUSTED_LIST_SIGNED] = t.q.lists[PLAN_MEMBER_INDEX] = true;
	decide(&t);
	for (size_t i = 0; i < PLAN_LISTS; i++) {
		expect_true("each list is made at first", t.plan.lists[i].make);
		if (i != PLAN_TRUSTED_LIST_SIGNED)
			add_row(&t, t.plan.lists[i].name, t.plan.lists[i].made_of, NOW + FRESH, 100);
	}
	t.q.current = 1;
	decide(&t);
	expect_true("a signed list that is lost is made again", t.plan.lists[PLAN_TRUSTED_LIST_SIGNED].make);
	expect_true("with the one it says the same as", t.plan.lists[PLAN_TRUSTED_LIST].make);
	expect_true("the index has nothing to do with it", !t.plan.lists[PLAN_MEMBER_INDEX].make);
	t.q.lists[PLAN_TRUSTED_LIST_SIGNED] = false;
	decide(&t);
	expect_true("without a key there is none", !t.plan.lists[PLAN_TRUSTED_LIST_SIGNED].make &&
	    !t.plan.lists[PLAN_TRUSTED_LIST].make && !t.plan.needed);
	add_entity(&t, "https://a.example/", 0);
	decide(&t);
	expect_true("an entity stands in the index", t.plan.lists[PLAN_MEMBER_INDEX].make);
	expect_true("and not in the trusted list, which is members'", !t.plan.lists[PLAN_TRUSTED_LIST].make);
	t.q.members[0] = 1;
	decide(&t);
	expect_true("which a member's change makes anew", t.plan.lists[PLAN_TRUSTED_LIST].make);
	arena_release(&t.arena);
}

static void
what_does_not_speak_saml_stands_in_no_metadata(void **state)
{
	struct question t;

	(void)state;
	begin(&t);
	add_entity(&t, "https://a.example/", 0);
	t.entities[0].entity.size = 0;
	decide(&t);
	expect_number("no member of any set", t.plan.member_count, 0);
	expect_number("and no document", t.plan.job_count, 0);
	arena_release(&t.arena);
}

/* What of an entity stands in its documents, and what does not. */
static void
a_document_is_made_of_what_it_says(void **state)
{
	static const struct {
		const char *title;
		struct entity entity;
		bool made;
	} cases[] = {
		{ "nothing has changed", { .roles = ENTITY_IDP }, false },
		{ "a name in lists is in no document", { .roles = ENTITY_IDP, .name_en = { (const uint8_t *)"A", 1 } },
		    false },
		{ "its fragment", { .roles = ENTITY_IDP, .fragment = { 1 } }, true },
		{ "when it was registered", { .roles = ENTITY_IDP, .registered = { 1 } }, true },
		{ "its policy in Japanese", { .roles = ENTITY_IDP, .policy_ja = { (const uint8_t *)"u:p", 3 } }, true },
		{ "its policy in English", { .roles = ENTITY_IDP, .policy_en = { (const uint8_t *)"u:p", 3 } }, true },
		{ "what is stated of it", { .roles = ENTITY_IDP, .stated = { (const uint8_t *)"<s>", 3 } }, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct question t;

		begin(&t);
		add_entity(&t, "https://a.example/", 0);
		publish(&t, NOW + FRESH);
		t.entities[0].entity = cases[i].entity;
		t.entities[0].entity.entity_id = span_text("https://a.example/");
		t.entities[0].entity.size = 100;
		decide(&t);
		expect_number(cases[i].title, t.plan.job_count, cases[i].made ? 3 : 0);
		arena_release(&t.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_document_outlasts_its_entity),
		cmocka_unit_test(a_small_change_in_large_sets_is_swift),
		cmocka_unit_test(the_lists_of_trust_are_made_together),
		cmocka_unit_test(a_document_is_made_of_what_it_says),
		cmocka_unit_test(what_does_not_speak_saml_stands_in_no_metadata),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
