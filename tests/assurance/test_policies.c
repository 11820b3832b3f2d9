/* tests/assurance/test_policies.c - the frameworks that are shipped can be read, each file of each version. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "assurance/framework.h"
#include "base/file.h"
#include "expect.h"

static const char *policy;

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

static const struct dictionary *
read_dictionary(struct arena *a)
{
	const char *path = arena_print(a, "%s/facts.json", policy);
	struct buffer bytes = buffer_init(DICTIONARY_LARGEST);
	const struct dictionary *d = NULL;
	struct problem why = { 0 };

	if (file_read(path, &bytes, &why) == OK)
		dictionary_read(a, "policy/facts.json", buffer_span(&bytes), &d, &why);
	buffer_release(&bytes);
	if (!d)
		print_error("%s (%s)\n", why.text, why.clause);
	return d;
}

static bool
read_version(const struct dictionary *d, const char *framework, const char *version)
{
	struct arena a = arena_init(GIB);
	const char *label = arena_print(&a, "policy/%s/%s", framework, version);
	const struct framework *f = NULL;
	struct policy_files files;
	struct problem why = { 0 };

	if (policy_files_read(&a, arena_print(&a, "%s/%s/%s", policy, framework, version), &files, &why) == OK) {
		files.label = label;
		framework_read(&a, &files, d, false, &f, &why);
	}
	if (!f)
		print_error("%s (%s)\n", why.text, why.clause);
	else if (!span_is(f->id, framework) || !span_is(f->version, version))
		print_error("%s/manifest.json: names another framework or version than its directory\n", label);
	else
		print_message("%s: %zu criteria, %zu profiles, %zu steps, %zu tests, %zu KiB of memory\n", label,
		    f->criterion_count, f->profile_count, f->step_count, f->test_count, a.used / KIB);
	f = f && span_is(f->id, framework) && span_is(f->version, version) ? f : NULL;
	arena_release(&a);
	return f != NULL;
}

static void
what_is_shipped_is_read(void **state)
{
	struct arena a = arena_init(64 * MIB);
	struct dirent **frameworks, **versions;
	const struct dictionary *d;
	int count, version_count;
	size_t bad = 0, found = 0;

	(void)state;
	policy = arena_print(&a, "%s/policy", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	count = scandir(policy, &frameworks, is_shown, alphasort);
	if (count <= 0) {
		print_message("skipped: %s holds no framework\n", policy);
		arena_release(&a);
		skip();
	}
	d = read_dictionary(&a);
	expect_true("the dictionary is read", d != NULL);
	for (int i = 0; i < count; i++) {
		version_count = scandir(arena_print(&a, "%s/%s", policy, frameworks[i]->d_name), &versions, is_shown,
		    alphasort);
		for (int n = 0; n < version_count; n++) {
			found++;
			bad += !read_version(d, frameworks[i]->d_name, versions[n]->d_name);
			free(versions[n]);
		}
		if (version_count >= 0)
			free(versions);
		free(frameworks[i]);
	}
	free(frameworks);
	arena_release(&a);
	expect_true("there is a version", found > 0);
	expect_number("each is read whole", bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_shipped_is_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
