/* tests/assurance/table_stage.h - the table of policy files with its dictionary, there for a whole test program. */
#pragma once

#include "assurance/policy_table.h"

static struct arena arena;
static json_t *table;
static const struct dictionary *dictionary;

static inline int
set_up(void **state)
{
	(void)state;
	arena = arena_init(256 * MIB);
	table = table_read(&arena);
	dictionary = table_dictionary(&arena, table);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	json_decref(table);
	arena_release(&arena);
	return 0;
}
