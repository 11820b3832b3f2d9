/* tests/jpki/answers.h - answers of peers as tables have them, which the schemas' tests read, too. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "expect.h"

/* A table of this folder: `base` is a good answer, each of `cases` changes it. */
static inline json_t *
answers_read(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	json_error_t error;
	json_t *table;

	snprintf(path, sizeof(path), "%s/tests/jpki/%s", top ? top : ".", name);
	table = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(table);
	return table;
}

/* The answer of one case, to be freed. */
static inline char *
answer_of(json_t *base, json_t *row)
{
	json_t *answer = json_copy(base), *value;
	const char *pointer, *drop = json_string_value(json_object_get(row, "drop"));
	char *text;

	json_object_foreach(json_object_get(row, "set"), pointer, value)
		json_object_set(answer, pointer + 1, value);
	if (drop)
		json_object_del(answer, drop + 1);
	text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	return text;
}
