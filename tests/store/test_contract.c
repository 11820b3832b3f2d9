/* tests/store/test_contract.c - what every backend of the store promises, played on each of them. */
#include "stage.h"

#include "base/buffer.h"
#include "base/record.h"

struct stage {
	struct store *store;
	struct arena arena;
	/* LMDB with the recorder in the same process. */
	struct turn turn;
	struct recorder *recorder;
	struct post_box to_recorder, from_recorder;
	char directory[64];
};

static uint64_t seed; /* 0: LMDB, else memory */
static struct instant now;

static struct instant
stage_clock(void)
{
	return now;
}

static bool
post(void *arg, struct span message)
{
	struct stage *s = arg;

	post_box_add(&s->to_recorder, message);
	return true;
}

static int
raise_stage(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct problem why;

	now.us = SECONDS(1000000);
	s->arena = arena_init(64 * MIB);
	if (seed) {
		s->store = store_memory_new(stage_tables, ROLE_WORKER, seed);
	} else {
		struct store_lmdb_settings settings = { .tables = stage_tables, .commit_timeout = SECONDS(60),
			.in_flight = 1000, .now = stage_clock };
		struct recorder_settings recording;

		settings.directory = directory_make(s->directory);
		recording = stage_settings(s->directory);
		s->recorder = stage_recorder(&recording, &s->from_recorder);
		expect_ok("the store opens", store_lmdb_open(&s->turn, &settings, post, s, &s->store, &why), &why);
		store_lmdb_recorder_ready(s->store);
	}
	*state = s;
	return 0;
}

static int
strike_stage(void **state)
{
	struct stage *s = *state;

	store_free(s->store);
	recorder_free(s->recorder);
	post_box_empty(&s->to_recorder);
	post_box_empty(&s->from_recorder);
	if (s->directory[0])
		directory_remove(s->directory);
	arena_release(&s->arena);
	free(s);
	return 0;
}

static bool
play_lmdb(struct stage *s)
{
	struct letter *l = NULL;
	bool played = s->turn.first != NULL;

	turn_run(&s->turn);
	while ((l = post_box_take(&s->to_recorder))) {
		struct problem why;

		expect_ok("the unit is taken",
		    recorder_take(s->recorder, 1, ROLE_WORKER, span_of(l->bytes, l->size), &why), &why);
		free(l);
		played = true;
	}
	expect_ok("the recorder commits", recorder_commit(s->recorder, now, NULL), NULL);
	while ((l = post_box_take(&s->from_recorder))) {
		store_lmdb_recorder_said(s->store, span_of(l->bytes, l->size));
		free(l);
		played = true;
	}
	return played;
}

/* Until nothing is open any more. */
static void
play(struct stage *s)
{
	while (seed ? store_memory_step(s->store, now) : play_lmdb(s))
		continue;
}

struct outcome {
	int calls;
	enum err code;
	struct committed committed;
	const char *text;
	struct ask ask;
	struct stage *stage;
};

static void
keep_committed(void *arg, const struct committed *c)
{
	struct outcome *o = arg;

	o->calls++;
	o->committed = *c;
}

/* "a=1 b=2 +": the rows of an answer, and whether there are more. */
static void
keep_loaded(void *arg, enum err code, const struct problem *why)
{
	struct outcome *o = arg;
	struct buffer b = buffer_init(64 * KIB);

	expect_ok("what is asked is answered", code, why);
	o->calls++;
	for (size_t i = 0; i < o->ask.count; i++)
		buffer_print(&b, "%s%.*s=%.*s", i ? " " : "", SPAN_ARGS(o->ask.rows[i].key),
		    SPAN_ARGS(o->ask.rows[i].value));
	if (o->ask.more)
		buffer_text(&b, " +");
	o->text = arena_text(&o->stage->arena, buffer_span(&b));
	buffer_release(&b);
}

static const char *
load(struct stage *s, struct ask ask)
{
	struct outcome o = { .ask = ask, .stage = s };

	store_load(s->store, &o.ask, 1, keep_loaded, &o);
	expect_number("never before returning", o.calls, 0);
	play(s);
	expect_number("once", o.calls, 1);
	return o.text;
}

static const char *
get(struct stage *s, const struct table *table, const char *key)
{
	return load(s, (struct ask){ .table = table, .from = span_text(key) });
}

static struct unit *
unit(struct stage *s)
{
	return unit_new(&s->arena, stage_tables, id_new(now));
}

static struct committed
commit(struct stage *s, const struct unit *u)
{
	struct outcome o = { .stage = s };

	store_commit(s->store, u, keep_committed, &o);
	expect_number("never before returning", o.calls, 0);
	play(s);
	expect_number("once", o.calls, 1);
	return o.committed;
}

static struct committed
put(struct stage *s, const struct table *table, const char *key, const char *value)
{
	struct unit *u = unit(s);

	unit_put(u, table, span_text(key), span_text(value));
	return commit(s, u);
}

static void
what_is_committed_is_read(void **state)
{
	struct stage *s = *state;
	struct committed first = put(s, &logins, "a", "1"), second = put(s, &logins, "a", "2");

	expect_number("it is committed", first.code, OK);
	expect_true("generations grow", first.generation && second.generation > first.generation);
	expect_text("the last value counts", get(s, &logins, "a"), "a=2");
	expect_text("in its own table only", get(s, &members, "a"), "");
	expect_text("what was never put is absent", get(s, &logins, "b"), "");
	expect_text("no row has an empty key", get(s, &logins, ""), "");
}

/* The answer to a commit asks at once for what was committed. */
static void
ask_after_commit(void *arg, const struct committed *c)
{
	struct outcome *o = arg;

	keep_committed(arg, c);
	store_load(o->stage->store, &o->ask, 1, keep_loaded, o);
}

static void
after_the_answer_every_load_sees_the_change(void **state)
{
	struct stage *s = *state;

	for (int i = 0; i < 50; i++) {
		struct outcome o = { .ask = { .table = &logins, .from = span_text("a") }, .stage = s };
		const char *value = arena_print(&s->arena, "%d", i);
		struct unit *u = unit(s);

		unit_put(u, &logins, span_text("a"), span_text(value));
		store_commit(s->store, u, ask_after_commit, &o);
		play(s);
		expect_number("committed and loaded", o.calls, 2);
		expect_text("and seen", o.text, arena_print(&s->arena, "a=%d", i));
	}
}

static void
a_unit_is_whole_or_absent(void **state)
{
	struct stage *s = *state;
	struct unit *u = unit(s);
	struct committed c;

	unit_put(u, &logins, span_text("a"), span_text("1"));
	unit_put(u, &members, span_text("m"), span_text("1"));
	unit_append(u, &journal, span_text("entry"));
	unit_expect(u, &logins, span_text("b"), 77);
	c = commit(s, u);
	expect_number("a precondition that does not hold is a conflict", c.code, ERR_CONFLICT);
	expect_number("it says which operation", c.operation, 3);
	expect_text("nothing was put", get(s, &logins, "a"), "");
	expect_text("nor in another table", get(s, &members, "m"), "");
	expect_text("nor appended", load(s, (struct ask){ .table = &journal, .limit = 9 }), "");
}

static void
keep_generation(void *arg, enum err code, const struct problem *why)
{
	struct outcome *o = arg;

	expect_ok("loaded", code, why);
	o->calls++;
	o->committed.generation = o->ask.count ? o->ask.rows[0].generation : 0;
}

static uint64_t
generation_of(struct stage *s, const struct table *table, const char *key)
{
	struct outcome o = { .ask = { .table = table, .from = span_text(key) }, .stage = s };

	store_load(s->store, &o.ask, 1, keep_generation, &o);
	play(s);
	return o.committed.generation;
}

static void
preconditions_compare_generations(void **state)
{
	struct stage *s = *state;
	uint64_t first = put(s, &logins, "a", "1").generation, second = put(s, &logins, "a", "2").generation;
	const struct {
		const char *title, *key;
		uint64_t generation;
		enum err code;
	} cases[] = {
		{ "the row as it is", "a", second, OK },
		{ "the row as it was", "a", first, ERR_CONFLICT },
		{ "no row, but there is one", "a", 0, ERR_CONFLICT },
		{ "no row, and there is none", "b", 0, OK },
		{ "a row that is not there", "b", second, ERR_CONFLICT },
		{ "a generation still to come", "a", second + 100, ERR_CONFLICT },
	};

	expect_true("a row has its commit's generation", generation_of(s, &logins, "a") == second);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct unit *u = unit(s);

		unit_expect(u, &logins, span_text(cases[i].key), cases[i].generation);
		expect_number(cases[i].title, commit(s, u).code, cases[i].code);
	}
}

static void
of_two_who_expect_the_same_one_wins(void **state)
{
	struct stage *s = *state;
	uint64_t generation = put(s, &logins, "a", "0").generation;
	struct outcome o[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		struct unit *u = unit(s);

		unit_expect(u, &logins, span_text("a"), generation);
		unit_put(u, &logins, span_text("a"), span_text(i ? "2" : "1"));
		store_commit(s->store, u, keep_committed, &o[i]);
	}
	play(s);
	expect_true("one is committed, the other in conflict",
	    (o[0].committed.code == OK && o[1].committed.code == ERR_CONFLICT) ||
	        (o[1].committed.code == OK && o[0].committed.code == ERR_CONFLICT));
	expect_text("and the winner's value stays", get(s, &logins, "a"), o[0].committed.code == OK ? "a=1" : "a=2");
}

static void
preconditions_are_of_before_the_unit(void **state)
{
	struct stage *s = *state;
	struct unit *u = unit(s);

	unit_put(u, &logins, span_text("a"), span_text("1"));
	unit_expect(u, &logins, span_text("a"), 0);
	unit_put(u, &logins, span_text("a"), span_text("2"));
	expect_number("an expectation does not see the unit's own changes", commit(s, u).code, OK);
	expect_text("changes happen in their order", get(s, &logins, "a"), "a=2");
}

static void
a_role_writes_its_tables_only(void **state)
{
	struct stage *s = *state;
	struct unit *u = unit(s);
	struct committed c;

	unit_put(u, &logins, span_text("a"), span_text("1"));
	unit_put(u, &keys, span_text("k"), span_text("1"));
	c = commit(s, u);
	expect_number("another role's table is denied", c.code, ERR_DENIED);
	expect_number("it says which operation", c.operation, 1);
	expect_text("nothing happened", get(s, &logins, "a"), "");
	u = unit(s);
	unit_delete(u, &keys, span_text("k"));
	expect_number("deleting is writing", commit(s, u).code, ERR_DENIED);
	u = unit(s);
	unit_expect(u, &keys, span_text("k"), 0);
	expect_number("expecting is not", commit(s, u).code, OK);
	u = unit(s);
	unit_put(u, &journal, span_text("12345678"), span_text("1"));
	expect_number("an append-only table takes no put", commit(s, u).code, ERR_DENIED);
	u = unit(s);
	unit_delete(u, &journal, span_text("12345678"));
	expect_number("and no delete", commit(s, u).code, ERR_DENIED);
	u = unit(s);
	unit_append(u, &logins, span_text("1"));
	expect_number("another table takes no append", commit(s, u).code, ERR_DENIED);
}

static void
keep_numbers(void *arg, enum err code, const struct problem *why)
{
	struct outcome *o = arg;

	expect_ok("loaded", code, why);
	o->calls++;
	for (size_t i = 0; i < o->ask.count; i++) {
		uint8_t number[8] = { 0, 0, 0, 0, 0, 0, 0, (uint8_t)(i + 1) };

		expect_true("numbers count from 1", span_equal(o->ask.rows[i].key, span_of(number, 8)));
	}
	o->committed.generation = o->ask.count;
}

static void
appended_rows_are_numbered(void **state)
{
	struct stage *s = *state;
	struct outcome o = { .ask = { .table = &journal, .limit = 100 }, .stage = s };

	for (int i = 0; i < 5; i++) {
		struct unit *u = unit(s);

		unit_append(u, &journal, span_text("x"));
		unit_append(u, &journal, span_text("y"));
		expect_number("appended", commit(s, u).code, OK);
	}
	store_load(s->store, &o.ask, 1, keep_numbers, &o);
	play(s);
	expect_number("all are there", o.committed.generation, 10);
}

/* "1:a 3:b": each value's number, and what follows it. */
static void
keep_numbered(void *arg, enum err code, const struct problem *why)
{
	struct outcome *o = arg;
	struct buffer b = buffer_init(64 * KIB);

	expect_ok("loaded", code, why);
	o->calls++;
	for (size_t i = 0; i < o->ask.count; i++) {
		struct record r = record_of(o->ask.rows[i].value);
		uint64_t number = record_u64(&r);

		buffer_print(&b, "%s%.*s=%llu:%.*s", i ? " " : "", SPAN_ARGS(o->ask.rows[i].key),
		    (unsigned long long)number,
		    SPAN_ARGS(r.rest));
	}
	o->text = arena_text(&o->stage->arena, buffer_span(&b));
	buffer_release(&b);
}

static void
a_row_can_hold_the_number_of_what_was_appended_with_it(void **state)
{
	struct stage *s = *state;
	struct outcome o = { .ask = { .table = &logins, .limit = 100 }, .stage = s }, at_once[2] = { 0 };
	struct unit *u = unit(s);

	unit_append(u, &journal, span_text("x"));
	unit_append(u, &journal, span_text("y"));
	unit_put_numbered(u, &logins, span_text("b"), span_text("second"));
	unit_append(u, &journal, span_text("z"));
	unit_put_numbered(u, &logins, span_text("a"), span_text(""));
	unit_put_numbered(u, &logins, span_text("c"), span_text("also third"));
	expect_number("committed", commit(s, u).code, OK);
	for (int i = 0; i < 2; i++) {
		u = unit(s);
		unit_append(u, &journal, span_text("x"));
		unit_put_numbered(u, &logins, span_text(i ? "e" : "d"), span_text("x"));
		store_commit(s->store, u, keep_committed, &at_once[i]);
	}
	play(s);
	u = unit(s);
	unit_append(u, &journal, span_text("x"));
	unit_put_numbered(u, &keys, span_text("k"), span_text("x"));
	expect_number("it is a put, for which one must have the right", commit(s, u).code, ERR_DENIED);
	u = unit(s);
	unit_append(u, &journal, span_text("x"));
	unit_put_numbered(u, &journal, span_text("12345678"), span_text("x"));
	expect_number("and which append-only tables do not take", commit(s, u).code, ERR_DENIED);
	store_load(s->store, &o.ask, 1, keep_numbered, &o);
	play(s);
	expect_true("each has its own unit's last number",
	    strcmp(o.text, "a=3: b=2:second c=3:also third d=4:x e=5:x") == 0 ||
	        strcmp(o.text, "a=3: b=2:second c=3:also third d=5:x e=4:x") == 0);
}

static void
deleted_rows_are_absent(void **state)
{
	struct stage *s = *state;
	struct unit *u = unit(s);

	put(s, &logins, "a", "1");
	unit_delete(u, &logins, span_text("a"));
	unit_delete(u, &logins, span_text("never"));
	expect_number("deleting what is not there is fine", commit(s, u).code, OK);
	expect_text("what was there is gone", get(s, &logins, "a"), "");
}

static void
ranges_go_both_ways(void **state)
{
	static const struct {
		const char *title, *from, *until;
		uint32_t limit;
		bool backwards;
		const char *rows;
	} cases[] = {
		{ "all", "", "", 9, false, "a=1 b=2 ba=3 c=4 d=5" },
		{ "all, backwards", "", "", 9, true, "d=5 c=4 ba=3 b=2 a=1" },
		{ "from is inclusive", "b", "", 9, false, "b=2 ba=3 c=4 d=5" },
		{ "from between rows", "bb", "", 9, false, "c=4 d=5" },
		{ "until is exclusive", "b", "d", 9, false, "b=2 ba=3 c=4" },
		{ "backwards the same rows", "b", "d", 9, true, "c=4 ba=3 b=2" },
		{ "until between rows, backwards", "", "bb", 9, true, "ba=3 b=2 a=1" },
		{ "until behind all, backwards", "c", "zz", 9, true, "d=5 c=4" },
		{ "the limit, and that there are more", "", "", 2, false, "a=1 b=2 +" },
		{ "from the end", "", "", 2, true, "d=5 c=4 +" },
		{ "exactly the limit is not more", "c", "", 2, false, "c=4 d=5" },
		{ "more within the range only", "a", "ba", 2, false, "a=1 b=2" },
		{ "an empty range", "b", "b", 9, false, "" },
		{ "a range the wrong way round", "d", "a", 9, false, "" },
		{ "and backwards", "d", "a", 9, true, "" },
		{ "before all", "A", "B", 9, false, "" },
		{ "behind all", "e", "", 9, false, "" },
		{ "behind all, backwards", "e", "", 9, true, "" },
	};
	struct stage *s = *state;
	struct unit *u = unit(s);

	expect_text("an empty table has no rows", load(s, (struct ask){ .table = &logins, .limit = 9 }), "");
	expect_text("backwards neither", load(s, (struct ask){ .table = &logins, .limit = 9, .backwards = true }), "");
	unit_put(u, &logins, span_text("d"), span_text("5"));
	unit_put(u, &logins, span_text("a"), span_text("1"));
	unit_put(u, &logins, span_text("ba"), span_text("3"));
	unit_put(u, &logins, span_text("b"), span_text("2"));
	unit_put(u, &logins, span_text("c"), span_text("4"));
	expect_number("rows to look for", commit(s, u).code, OK);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text(cases[i].title, load(s, (struct ask){ .table = &logins, .from = span_text(cases[i].from),
		    .until = span_text(cases[i].until), .limit = cases[i].limit, .backwards = cases[i].backwards }),
		    cases[i].rows);
}

static void
rows_end_at_their_instant(void **state)
{
	struct stage *s = *state;
	struct instant expires = instant_after(now, SECONDS(10));
	struct ask all = { .table = &logins, .limit = 2 }, back = { .table = &logins, .limit = 2, .backwards = true };
	struct unit *u = unit(s);
	struct committed c;

	unit_put(u, &logins, span_text("a"), span_text("1"));
	unit_put_until(u, &logins, span_text("b"), span_text("2"), expires);
	unit_put(u, &logins, span_text("c"), span_text("3"));
	c = commit(s, u);
	now = instant_after(expires, -1);
	expect_text("a microsecond before it is there", get(s, &logins, "b"), "b=2");
	expect_text("in ranges too", load(s, all), "a=1 b=2 +");
	now = expires;
	expect_text("at its instant it is not", get(s, &logins, "b"), "");
	expect_text("nor in ranges, nor in their limit", load(s, all), "a=1 c=3");
	expect_text("nor backwards", load(s, back), "c=3 a=1");
	u = unit(s);
	unit_expect(u, &logins, span_text("b"), c.generation);
	expect_number("it cannot be expected", commit(s, u).code, ERR_CONFLICT);
	u = unit(s);
	unit_expect(u, &logins, span_text("b"), 0);
	unit_put(u, &logins, span_text("b"), span_text("new"));
	expect_number("its absence can", commit(s, u).code, OK);
	now = instant_after(expires, SECONDS(1000));
	put(s, &logins, "z", "sweeps");
	expect_text("what was put anew stays", get(s, &logins, "b"), "b=new");
}

static void
rows_can_be_prolonged(void **state)
{
	struct stage *s = *state;
	struct instant start = now;

	for (int i = 1; i <= 3; i++) {
		struct unit *u = unit(s);

		unit_put_until(u, &logins, span_text("a"), span_text("1"), instant_after(start, SECONDS(10 * i)));
		expect_number("put until later", commit(s, u).code, OK);
	}
	now = instant_after(start, SECONDS(25));
	put(s, &logins, "z", "sweeps");
	expect_text("earlier ends do not count", get(s, &logins, "a"), "a=1");
	now = instant_after(start, SECONDS(30));
	put(s, &logins, "z", "sweeps");
	expect_text("the last one does", get(s, &logins, "a"), "");
}

static void
the_cancelled_never_hear(void **state)
{
	struct stage *s = *state;
	struct outcome loaded = { .ask = { .table = &logins, .from = span_text("a") }, .stage = s }, other = loaded;
	struct outcome committed = { .stage = s };
	struct pending *load, *commit;
	struct unit *u = unit(s);

	unit_put(u, &logins, span_text("a"), span_text("1"));
	load = store_load(s->store, &loaded.ask, 1, keep_loaded, &loaded);
	store_load(s->store, &other.ask, 1, keep_loaded, &other);
	commit = store_commit(s->store, u, keep_committed, &committed);
	pending_cancel(&load);
	pending_cancel(&commit);
	expect_true("the handles are forgotten", !load && !commit);
	play(s);
	expect_number("no answer to the load", loaded.calls, 0);
	expect_number("no answer to the commit", committed.calls, 0);
	expect_number("others are answered", other.calls, 1);
	expect_text("cancelling does not undo", get(s, &logins, "a"), "a=1");
}

struct canceller {
	struct outcome outcome;
	struct pending **victim;
};

static void
cancel_another(void *arg, enum err code, const struct problem *why)
{
	struct canceller *c = arg;

	keep_loaded(&c->outcome, code, why);
	pending_cancel(c->victim);
}

/* Either may be answered first, and then cancels the other. */
static void
a_callback_may_cancel_another(void **state)
{
	struct stage *s = *state;
	struct pending *pending[3];
	struct canceller c[3];

	for (size_t i = 0; i < 2; i++) {
		c[i] = (struct canceller){ { .ask = { .table = &logins, .from = span_text("a") }, .stage = s },
			&pending[1 - i] };
		pending[i] = store_load(s->store, &c[i].outcome.ask, 1, cancel_another, &c[i]);
	}
	play(s);
	expect_number("one of the two was called", c[0].outcome.calls + c[1].outcome.calls, 1);
}

static void
many_questions_are_one_load(void **state)
{
	struct stage *s = *state;
	struct outcome o = { .stage = s };
	struct ask asks[3] = { { .table = &logins, .from = span_text("a") }, { .table = &members, .limit = 5 },
		{ .table = &logins, .from = span_text("none") } };

	put(s, &logins, "a", "1");
	put(s, &members, "m", "2");
	store_load(s->store, asks, 3, keep_generation, &o);
	play(s);
	expect_number("one answer", o.calls, 1);
	expect_number("to the first", asks[0].count, 1);
	expect_number("to the second", asks[1].count, 1);
	expect_number("to the third", asks[2].count, 0);
}

struct heard {
	char text[4000];
	uint64_t generation;
};

static void
hear(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct heard *h = arg;

	expect_true("of the table watched", table == &members);
	snprintf(h->text + strlen(h->text), sizeof(h->text) - strlen(h->text), "%.*s;", SPAN_ARGS(key));
	h->generation = generation;
}

static void
changes_are_told(void **state)
{
	struct stage *s = *state;
	struct heard h = { .text = "" }, other = { .text = "" };
	struct unit *u = unit(s);
	uint64_t generation;

	store_watch(s->store, &members, hear, &h);
	store_watch(s->store, &members, hear, &other);
	generation = put(s, &members, "m", "1").generation;
	expect_text("a put is told", h.text, "m;");
	expect_true("with its generation", h.generation == generation);
	unit_delete(u, &members, span_text("m"));
	commit(s, u);
	expect_text("a delete too", h.text, "m;m;");
	put(s, &logins, "a", "1");
	u = unit(s);
	unit_expect(u, &members, span_text("m"), 0);
	commit(s, u);
	u = unit(s);
	unit_put(u, &members, span_text("n"), span_text("1"));
	unit_expect(u, &members, span_text("m"), 9);
	commit(s, u);
	expect_text("other tables, expectations and refused units are not", h.text, "m;m;");
	expect_text("whoever else watches hears the same", other.text, h.text);
}

static void
the_same_unit_happens_once(void **state)
{
	struct stage *s = *state;
	struct unit *u = unit(s);
	struct committed first, second;

	unit_append(u, &journal, span_text("once"));
	first = commit(s, u);
	second = commit(s, u);
	expect_number("committed", first.code, OK);
	expect_number("and answered alike", second.code, OK);
	expect_true("with the first's generation", first.generation == second.generation);
	expect_true("there is one row", !strstr(load(s, (struct ask){ .table = &journal, .limit = 1 }), "+"));
}

static void
a_unit_that_is_too_large_is_refused(void **state)
{
	struct stage *s = *state;
	struct unit *u = unit(s);

	for (size_t i = 0; i < UNIT_OPERATIONS; i++)
		unit_delete(u, &logins, span_text("a"));
	expect_number("as many operations as a unit may have", commit(s, u).code, OK);
	u = unit(s);
	for (size_t i = 0; i < UNIT_OPERATIONS + 1; i++)
		unit_delete(u, &logins, span_text("a"));
	expect_number("one more is its limit", commit(s, u).code, ERR_LIMIT);
}

static void
an_empty_unit_is_committed(void **state)
{
	struct stage *s = *state;

	expect_number("nothing to do, done", commit(s, unit(s)).code, OK);
}

static void
compare_value(void *arg, enum err code, const struct problem *why)
{
	struct outcome *o = arg;

	expect_ok("loaded", code, why);
	o->calls++;
	expect_number("found", o->ask.count, 1);
	expect_true("every byte of it", span_equal(o->ask.rows[0].value, span_text(o->text)));
}

static void
large_values_are_whole(void **state)
{
	struct stage *s = *state;
	size_t size = 3 * MIB;
	char *value = malloc(size + 1);
	struct outcome o = { .ask = { .table = &logins, .from = span_text("big") }, .text = value, .stage = s };
	struct unit *u = unit(s);

	for (size_t i = 0; i < size; i++)
		value[i] = (char)('a' + i % 23);
	value[size] = '\0';
	unit_put(u, &logins, span_text("big"), span_of(value, size));
	expect_number("committed", commit(s, u).code, OK);
	store_load(s->store, &o.ask, 1, compare_value, &o);
	play(s);
	expect_number("answered", o.calls, 1);
	free(value);
}

int
main(void)
{
#define SCENE(name) cmocka_unit_test_setup_teardown(name, raise_stage, strike_stage)
	const struct CMUnitTest scenes[] = {
		SCENE(what_is_committed_is_read),
		SCENE(after_the_answer_every_load_sees_the_change),
		SCENE(a_unit_is_whole_or_absent),
		SCENE(preconditions_compare_generations),
		SCENE(of_two_who_expect_the_same_one_wins),
		SCENE(preconditions_are_of_before_the_unit),
		SCENE(a_role_writes_its_tables_only),
		SCENE(appended_rows_are_numbered),
		SCENE(a_row_can_hold_the_number_of_what_was_appended_with_it),
		SCENE(deleted_rows_are_absent),
		SCENE(ranges_go_both_ways),
		SCENE(rows_end_at_their_instant),
		SCENE(rows_can_be_prolonged),
		SCENE(the_cancelled_never_hear),
		SCENE(a_callback_may_cancel_another),
		SCENE(many_questions_are_one_load),
		SCENE(changes_are_told),
		SCENE(the_same_unit_happens_once),
		SCENE(a_unit_that_is_too_large_is_refused),
		SCENE(an_empty_unit_is_committed),
		SCENE(large_values_are_whole),
	};
	int failed = cmocka_run_group_tests_name("on LMDB", scenes, NULL, NULL);

	/* Each seed is another order of answers. */
	for (seed = 1; seed <= 5; seed++)
		failed += cmocka_run_group_tests_name("in memory", scenes, NULL, NULL);
	return failed;
}
