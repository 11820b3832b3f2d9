/* tests/assurance/test_difference_shipped.c - small changes of the frameworks that are shipped: what each makes of them
 * is told whole, with no more searched than a daemon may. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "assurance/difference.h"
#include "base/file.h"
#include "expect.h"

#define NODES 100000 /* front/policy/policy.c */

struct shipped {
	struct arena arena, step;
	const struct dictionary *dictionary;
	struct policy_files files;
	const struct framework *before;
	size_t compared, cut_off, told;
};

static const char *policy;

/* The version with another text of one of its files; NULL: that is no framework any more. */
static const struct framework *
changed(struct shipped *s, const char *name, const json_t *root)
{
	char *text = json_dumps(root, 0);
	struct policy_files files = s->files;
	const struct framework *framework = NULL;
	struct problem why;

	files.items = arena_array(&s->step, struct policy_file, files.count);
	memcpy(files.items, s->files.items, files.count * sizeof(*files.items));
	for (size_t i = 0; i < files.count; i++)
		if (strcmp(files.items[i].name, name) == 0)
			files.items[i].text = arena_copy(&s->step, span_text(text));
	free(text);
	return framework_read(&s->step, &files, s->dictionary, false, &framework, &why) == OK ? framework : NULL;
}

static void
compare(struct shipped *s, const char *name, json_t *root, const char *what, const char *id)
{
	const struct framework *after = changed(s, name, root);
	struct policy_difference found;

	if (after) {
		framework_difference(s->before, after, NODES, &s->step, &found);
		s->compared++;
		s->cut_off += found.cut_off;
		if (found.cut_off)
			print_error("%s: %s, %s: cut off\n", s->files.label, id, what);
		for (size_t i = 0; i < found.count; i++)
			s->told += found.criteria[i].change != POLICY_SAME;
		for (size_t i = 0; i < found.profile_count; i++)
			s->told += found.profiles[i].change != POLICY_SAME;
	}
	arena_reset(&s->step);
	json_decref(root);
}

static json_t *
criterion_at(json_t *root, size_t n)
{
	return json_array_get(json_object_get(root, "criteria"), n);
}

/* Each parameter one more and one less; one way, or one thing asked for, less; more or less weight of who says so; the
 * criterion gone. */
static void
change_criterion(struct shipped *s, const char *name, const json_t *root, size_t n, const json_t *criterion)
{
	static const char *const provenances[] = { "claimed", "vouched", "observed" };
	const char *id = json_string_value(json_object_get(criterion, "id")), *kind;
	json_t *one, *copy;
	size_t i;

	json_array_foreach(json_object_get(criterion, "parameters"), i, one)
		for (int by = -1; by <= 1; by += 2) {
			json_int_t value = json_integer_value(json_object_get(one, "value")) + by;

			if (!json_is_integer(json_object_get(one, "value")))
				continue;
			copy = json_deep_copy(root);
			json_object_set_new(json_array_get(json_object_get(criterion_at(copy, n), "parameters"), i),
			    "value", json_integer(value));
			compare(s, name, copy, "another value", id);
		}
	json_object_foreach(json_object_get(criterion, "condition"), kind, one) {
		if (json_array_size(one) < 2 || (strcmp(kind, "any") != 0 && strcmp(kind, "all") != 0))
			continue;
		copy = json_deep_copy(root);
		json_array_remove(json_object_get(json_object_get(criterion_at(copy, n), "condition"), kind), 0);
		compare(s, name, copy, "a part less", id);
	}
	for (i = 0; i < COUNT(provenances); i++) {
		copy = json_deep_copy(root);
		json_object_set_new(criterion_at(copy, n), "provenance", json_string(provenances[i]));
		compare(s, name, copy, provenances[i], id);
	}
	copy = json_deep_copy(root);
	json_array_remove(json_object_get(copy, "criteria"), n);
	compare(s, name, copy, "gone", id);
}

/* A profile that requires another level of one area. */
static void
change_profile(struct shipped *s, const char *name, const json_t *root)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(root, "requires"), i, one) {
		const char *id = json_string_value(json_object_get(one, "area"));
		const struct area *area = &s->before->areas[area_find(s->before, span_text(id))];

		for (size_t level = 0; level < area->level_count; level++) {
			json_t *copy = json_deep_copy(root);

			json_object_set_new(json_array_get(json_object_get(copy, "requires"), i), "level",
			    json_stringn((const char *)area->levels[level].id.data, area->levels[level].id.size));
			compare(s, name, copy, "another level", id);
		}
	}
}

static void
change_file(struct shipped *s, const struct policy_file *file)
{
	json_t *root = json_loadb((const char *)file->text.data, file->text.size, 0, NULL), *one;
	size_t i;

	if (strncmp(file->name, "criteria/", strlen("criteria/")) == 0)
		json_array_foreach(json_object_get(root, "criteria"), i, one)
			change_criterion(s, file->name, root, i, one);
	if (strncmp(file->name, "profiles/", strlen("profiles/")) == 0)
		change_profile(s, file->name, root);
	json_decref(root);
}

static void
change_version(const char *framework, const char *version)
{
	struct shipped s = { .arena = arena_init(GIB), .step = arena_init(GIB) };
	struct buffer facts = buffer_init(DICTIONARY_LARGEST);
	struct problem why = { .code = OK };

	expect_ok("the dictionary is there", file_read(arena_print(&s.arena, "%s/facts.json", policy), &facts, &why),
	    &why);
	expect_ok("and read", dictionary_read(&s.arena, "facts.json", buffer_span(&facts), &s.dictionary, &why), &why);
	expect_ok("the version is there", policy_files_read(&s.arena, arena_print(&s.arena, "%s/%s/%s", policy,
	    framework, version), &s.files, &why), &why);
	expect_ok("and read", framework_read(&s.arena, &s.files, s.dictionary, false, &s.before, &why), &why);
	for (size_t i = 0; i < s.files.count; i++)
		change_file(&s, &s.files.items[i]);
	print_message("%s %s: %zu changes\n", framework, version, s.compared);
	expect_true("something was changed", s.compared > 10);
	expect_true("and told", s.told > s.compared / 2);
	expect_number("and all of it whole", s.cut_off, 0);
	buffer_release(&facts);
	arena_release(&s.step);
	arena_release(&s.arena);
}

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

static void
a_small_change_of_what_is_shipped_is_told_whole(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct dirent **frameworks, **versions;
	int count;

	(void)state;
	policy = arena_print(&a, "%s/policy", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	count = scandir(policy, &frameworks, is_shown, alphasort);
	expect_true("frameworks are shipped", count > 0);
	for (int i = 0; i < count; i++) {
		const char *directory = arena_print(&a, "%s/%s", policy, frameworks[i]->d_name);
		int version_count = scandir(directory, &versions, is_shown, alphasort);

		for (int n = 0; n < version_count; n++) {
			change_version(frameworks[i]->d_name, versions[n]->d_name);
			free(versions[n]);
		}
		if (version_count >= 0)
			free(versions);
		free(frameworks[i]);
	}
	free(frameworks);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_small_change_of_what_is_shipped_is_told_whole) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
