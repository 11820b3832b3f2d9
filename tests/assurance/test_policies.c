/* tests/assurance/test_policies.c - the frameworks that are shipped can be read, each file of each version, and
 * the dictionary says how long each fact counts. */
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

/* What is about this login was seen of this login: told of another year it is no longer known. */
static void
what_is_of_a_login_does_not_count_for_ever(void **state)
{
	static const char *const of_a_login[] = { "token.", "process.", "assertion.", "txn." };
	static const struct {
		const char *fact;
		int64_t days;
	} cases[] = {
		{ "token.factors", 30 },                /* as long as a session */
		{ "assertion.signed", 30 },
		{ "credential.active", 1 },              /* whether it still holds */
		{ "token.certificate_status", 1 },
		{ "privacy.consent", 1 },
		{ "process.age", 0 },
		{ "credential.rules_published", 365 }, /* how somebody operates */
	};
	/* Of a proofing, which is past; and what is held against somebody. */
	static const char *const lasting[] = { "proofing.mode", "proofing.certificate_status", "rp.requests",
		"credential.delivery" };
	struct arena a = arena_init(64 * MIB);
	const struct dictionary *d;

	(void)state;
	policy = arena_print(&a, "%s/policy", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	d = read_dictionary(&a);
	assert_non_null(d);
	for (size_t i = 0; i < d->count; i++)
		for (size_t n = 0; n < COUNT(of_a_login); n++)
			if (span_starts(d->facts[i].id, of_a_login[n]))
				expect_true(arena_text(&a, d->facts[i].id), d->facts[i].fresh_for != 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct fact *fact = fact_find(d, span_text(cases[i].fact));

		expect_number(cases[i].fact, fact->fresh_for / SECONDS(86400), cases[i].days);
		expect_true(cases[i].fact, fact->fresh_for > 0);
	}
	for (size_t i = 0; i < COUNT(lasting); i++)
		expect_number(lasting[i], fact_find(d, span_text(lasting[i]))->fresh_for, 0);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shipped_is_read),
		cmocka_unit_test(what_is_of_a_login_does_not_count_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
