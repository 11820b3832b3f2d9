/* tests/assurance/policy_table.h - the table of policy files (policy_cases.json): its base, and the base with
 * changes. */
#pragma once

#include <stdlib.h>

#include "assurance/policy_pack.h"
#include "base/file.h"
#include "expect.h"

static inline json_t *
table_read(struct arena *a)
{
	const char *top = getenv("top_srcdir");
	const char *path = arena_print(a, "%s/tests/assurance/policy_cases.json", top ? top : ".");
	json_error_t error;
	json_t *table = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (!table)
		fail_msg("%s: line %d: %s", path, error.line, error.text);
	return table;
}

/* Follows a pointer to what holds its last part, whose name is returned. */
static inline const char *
table_holder(struct arena *a, json_t **value, const char *pointer)
{
	for (;;) {
		const char *end = strchr(pointer + 1, '/');
		struct span part = end ? span_of(pointer + 1, (size_t)(end - pointer - 1)) : span_text(pointer + 1);
		char *name = arena_text(a, part), *to = name;

		for (const char *c = name; *c; c++)
			*to++ = *c == '~' ? (*++c == '1' ? '/' : '~') : *c;
		*to = 0;
		if (!end)
			return name;
		*value = json_is_array(*value) ? json_array_get(*value, strtoul(name, NULL, 10))
		                               : json_object_get(*value, name);
		assert_non_null(*value);
		pointer = end;
	}
}

/* The file with what a case sets and drops. */
static inline json_t *
table_changed(struct arena *a, const json_t *file, const json_t *one)
{
	json_t *value = json_deep_copy(file), *holder, *put;
	const char *pointer, *last;

	json_object_foreach (json_object_get(one, "set"), pointer, put) {
		holder = value;
		last = table_holder(a, &holder, pointer);
		if (!json_is_array(holder))
			json_object_set(holder, last, put);
		else if (strtoul(last, NULL, 10) == json_array_size(holder))
			json_array_append(holder, put);
		else
			json_array_set(holder, strtoul(last, NULL, 10), put);
	}
	pointer = json_string_value(json_object_get(one, "drop"));
	if (pointer) {
		holder = value;
		last = table_holder(a, &holder, pointer);
		if (json_is_array(holder))
			json_array_remove(holder, strtoul(last, NULL, 10));
		else
			assert_int_equal(json_object_del(holder, last), 0);
	}
	return value;
}

static inline struct span
table_text(struct arena *a, const json_t *value)
{
	char *text = json_dumps(value, JSON_INDENT(1));
	struct span s = arena_copy(a, span_text(text));

	free(text);
	return s;
}

/* The base's files, one of them changed as `one` says (NULL: none); the dictionary's text apart. */
static inline struct policy_files
table_files(struct arena *a, const json_t *table, const json_t *one, struct span *dictionary)
{
	const char *changed = json_string_value(json_object_get(one, "file")), *name;
	json_t *base = json_object_get(table, "base"), *file;
	struct policy_files files = {
		.label = "demo", .items = arena_array(a, struct policy_file, json_object_size(base)),
	};

	json_object_foreach (base, name, file) {
		json_t *value = table_changed(a, file, changed && strcmp(changed, name) == 0 ? one : NULL);

		if (strcmp(name, "facts.json") == 0)
			*dictionary = table_text(a, value);
		else
			files.items[files.count++] = (struct policy_file){ .name = name, .text = table_text(a, value) };
		json_decref(value);
	}
	policy_files_sort(&files);
	return files;
}

static inline const struct dictionary *
table_dictionary(struct arena *a, const json_t *table)
{
	const struct dictionary *d;
	struct problem why = { 0 };
	struct span text;

	table_files(a, table, NULL, &text);
	expect_ok("the base's dictionary", dictionary_read(a, "facts.json", text, &d, &why), &why);
	return d;
}
