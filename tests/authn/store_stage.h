/* tests/authn/store_stage.h - a store in memory that answers late and out of order, a clock of the test's own, and what
 * tests ask of them.
 *
 *     stage_open -> unit … stage_commit -> stage_load -> stage_close
 */
#pragma once

#include "expect.h"

#include "authn/attempts.h"
#include "authn/credential.h"
#include "store/memory.h"

#define STAGE_NOON "2026-11-23T12:00:00Z"

static const struct table *const stage_tables[] = {
	&credential_table, &credential_name_table, &credential_model_table, &attempts_table, NULL,
};

static struct stage {
	struct arena arena;
	struct store *store;
	struct instant now;
	bool done;
	struct committed committed;
	enum err loaded;
} stage;

static inline int
stage_open(void **state)
{
	(void)state;
	stage = (struct stage){ .arena = arena_init(16 * MIB) };
	assert_true(instant_read(span_text(STAGE_NOON), &stage.now));
	stage.store = store_memory_new(stage_tables, ROLE_WORKER, 7);
	return 0;
}

static inline int
stage_close(void **state)
{
	(void)state;
	store_free(stage.store);
	arena_release(&stage.arena);
	return 0;
}

static inline void
stage_run(void)
{
	while (!stage.done && store_memory_step(stage.store, stage.now))
		continue;
	assert_true(stage.done);
}

static inline void
stage_on_committed(void *arg, const struct committed *c)
{
	(void)arg;
	stage.committed = *c;
	stage.done = true;
}

/* Rows are borrowed until this returns: the stage's are copies. */
static inline void
stage_on_loaded(void *arg, enum err err, const struct problem *why)
{
	struct ask *ask = arg;
	struct row *rows = arena_array(&stage.arena, struct row, ask->count);

	(void)why;
	for (size_t i = 0; i < ask->count; i++) {
		rows[i] = ask->rows[i];
		rows[i].key = arena_copy(&stage.arena, ask->rows[i].key);
		rows[i].value = arena_copy(&stage.arena, ask->rows[i].value);
	}
	ask->rows = rows;
	stage.loaded = err;
	stage.done = true;
}

static inline struct unit *
stage_unit(void)
{
	return unit_new(&stage.arena, store_tables(stage.store), id_new(stage.now));
}

static inline enum err
stage_commit(const struct unit *unit)
{
	stage.done = false;
	store_commit(stage.store, unit, stage_on_committed, NULL);
	stage_run();
	return stage.committed.code;
}

/* The answer stays as long as the stage. */
static inline void
stage_load(struct ask *ask)
{
	stage.done = false;
	store_load(stage.store, ask, 1, stage_on_loaded, ask);
	stage_run();
	assert_int_equal(stage.loaded, OK);
}

static inline size_t
stage_count(const struct table *table)
{
	struct ask ask = { .table = table, .limit = 1000 };

	stage_load(&ask);
	return ask.count;
}
