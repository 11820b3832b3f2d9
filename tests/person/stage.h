/* tests/person/stage.h - a store in memory for rows of persons: written in a unit, loaded by questions. */
#pragma once

#include "expect.h"

#include "base/turn.h"
#include "store/memory.h"

#define STAGE_NOON "2026-11-22T12:00:00Z"

struct stage {
	struct arena arena;
	struct store *store;
	struct instant now;
	bool done;
	enum err err;
};

static inline void
stage_open(struct stage *s, table_list tables)
{
	*s = (struct stage){ .arena = arena_init(16 * MIB) };
	assert_true(instant_read(span_text(STAGE_NOON), &s->now));
	s->store = store_memory_new(tables, ROLE_WORKER, 5);
}

static inline void
stage_close(struct stage *s)
{
	store_free(s->store);
	arena_release(&s->arena);
}

static inline struct unit *
stage_unit(struct stage *s)
{
	return unit_new(&s->arena, store_tables(s->store), id_new(s->now));
}

static inline void
stage_on_committed(void *arg, const struct committed *c)
{
	struct stage *s = arg;

	s->done = true;
	s->err = c->code;
}

/* What came of it. */
static inline enum err
stage_commit(struct stage *s, const struct unit *unit)
{
	s->done = false;
	store_commit(s->store, unit, stage_on_committed, s);
	while (!s->done && store_memory_step(s->store, s->now))
		continue;
	expect_true("the unit has an answer", s->done);
	return s->err;
}

/* Rows last as long as the arena. */
struct stage_loading {
	struct stage *stage;
	struct ask *asks;
	size_t count;
};

static inline void
stage_on_loaded(void *arg, enum err err, const struct problem *why)
{
	struct stage_loading *l = arg;

	expect_ok("the store answers", err, why);
	for (size_t i = 0; i < l->count; i++) {
		struct row *rows = arena_array(&l->stage->arena, struct row, l->asks[i].count);

		for (size_t k = 0; k < l->asks[i].count; k++) {
			rows[k] = l->asks[i].rows[k];
			rows[k].key = arena_copy(&l->stage->arena, rows[k].key);
			rows[k].value = arena_copy(&l->stage->arena, rows[k].value);
		}
		l->asks[i].rows = rows;
	}
	l->stage->done = true;
}

static inline void
stage_load(struct stage *s, struct ask *asks, size_t count)
{
	struct stage_loading l = { s, asks, count };

	s->done = false;
	store_load(s->store, asks, count, stage_on_loaded, &l);
	while (!s->done && store_memory_step(s->store, s->now))
		continue;
	expect_true("the questions have an answer", s->done);
}

static inline void
stage_strange(struct stage *s, const struct table *table, struct span key)
{
	struct unit *unit = stage_unit(s);

	unit_put(unit, table, key, span_text("\x7f..."));
	expect_number("a row of another build", stage_commit(s, unit), OK);
}
