/* tests/store/look.h - what a stage sees when it looks into its store: rows, copied, for the store's own go. */
#pragma once

#include "expect.h"

#include "base/arena.h"
#include "store/store.h"

struct stage_look {
	struct ask ask;
	struct arena *arena;
	struct row *rows;
	size_t count;
	bool done;
};

static inline void
stage_on_loaded(void *arg, enum err err, const struct problem *why)
{
	struct stage_look *look = arg;

	expect_ok("the store answers", err, why);
	look->done = true;
	look->count = look->ask.count;
	look->rows = arena_array(look->arena, struct row, look->count);
	for (size_t i = 0; i < look->count; i++) {
		look->rows[i] = look->ask.rows[i];
		look->rows[i].key = arena_copy(look->arena, look->ask.rows[i].key);
		look->rows[i].value = arena_copy(look->arena, look->ask.rows[i].value);
	}
}

/* The stage goes on until it is done. */
static inline void
stage_look_start(struct stage_look *look, struct store *store, struct arena *arena, struct ask ask)
{
	*look = (struct stage_look){ .ask = ask, .arena = arena };
	store_load(store, &look->ask, 1, stage_on_loaded, look);
}
