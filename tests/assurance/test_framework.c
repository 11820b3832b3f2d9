/* tests/assurance/test_framework.c - versions of frameworks read: what is said, what is wrong, and where. */
#include "assurance/framework.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assurance/policy_table.h"

static struct {
	struct arena arena;
	json_t *table;
	const struct dictionary *dictionary;
} here;

static int
set_up(void **state)
{
	(void)state;
	here.arena = arena_init(GIB);
	here.table = table_read(&here.arena);
	here.dictionary = table_dictionary(&here.arena, here.table);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	json_decref(here.table);
	arena_release(&here.arena);
	return 0;
}

/* The whole of it: dictionary and version. A problem's sentence is without the version's label. */
static enum err
read_case(struct arena *a, const json_t *one, const struct framework **out, struct problem *why)
{
	struct span text;
	struct policy_files files = table_files(a, here.table, one, &text);
	const struct dictionary *d;
	enum err err = dictionary_read(a, "facts.json", text, &d, why);

	*out = NULL;
	if (err == OK)
		err = framework_read(a, &files, d, false, out, why);
	if (err != OK && strncmp(why->text, "demo/", 5) == 0)
		memmove(why->text, why->text + 5, strlen(why->text + 5) + 1);
	return err;
}

static void
every_case_of_the_table_gets_its_answer(void **state)
{
	json_t *one;
	size_t i;

	(void)state;
	assert_true(json_array_size(json_object_get(here.table, "cases")) > 200);
	json_array_foreach (json_object_get(here.table, "cases"), i, one) {
		struct arena a = arena_init(GIB);
		const char *title = json_string_value(json_object_get(one, "title"));
		const char *problem = json_string_value(json_object_get(one, "problem"));
		const struct framework *f;
		struct problem why = { 0 };

		if (!problem) {
			expect_ok(title, read_case(&a, one, &f, &why), &why);
		} else {
			expect_number(title, read_case(&a, one, &f, &why), ERR_INVALID);
			expect_text(title, why.text, problem);
			expect_true(title, f == NULL);
		}
		arena_release(&a);
	}
}

static const struct framework *
read_base(void)
{
	const struct framework *f;
	struct problem why = { 0 };

	expect_ok("the base", read_case(&here.arena, NULL, &f, &why), &why);
	return f;
}

static void
what_is_said_is_read(void **state)
{
	const struct framework *f = read_base();
	const struct area *whole;
	const struct criterion *c;
	struct instant t;

	(void)state;
	expect_span("its id", f->id, "demo");
	expect_span("its version", f->version, "1.0");
	expect_span("its name", f->title.ja, "見本");
	expect_true("when it takes effect", instant_read(span_text("2026-11-30T15:00:00Z"), &t) &&
	    t.us == f->valid_from.us);
	expect_number("a digest", f->digest.size, 32);

	expect_number("areas", f->area_count, 3);
	expect_number("of which its own", f->own_count, 2);
	expect_number("the second", area_find(f, span_text("proof")), 1);
	expect_number("none", area_find(f, span_text("privacy")), -1);
	expect_number("levels are counted from 1", level_find(&f->areas[0], span_text("1+")), 2);
	expect_number("0 is below the lowest", level_find(&f->areas[0], span_text("0")), 0);
	expect_number("and others are none", level_find(&f->areas[0], span_text("3")), -1);
	expect_span("by number", level_id(&f->areas[0], 2), "1+");
	expect_span("also 0", level_id(&f->areas[0], 0), "0");
	expect_span("what stands for a level", f->areas[0].levels[2].acr[0], "https://demo.example/token/2");
	whole = &f->areas[2];
	expect_number("composed of two", whole->of_count, 2);
	expect_number("the token's 1+ is its second", whole->ranks[0][2], 2);
	expect_number("the proof's second is its third", whole->ranks[1][2], 3);
	expect_span("SAML's name of it", whole->levels[0].authn_context[0], "urn:demo:1");
	expect_span("eduPersonAssurance's", whole->levels[0].assurance[1], "low");

	expect_number("criteria", f->criterion_count, 6);
	expect_span("of every level first", f->criteria[0].id, "token-any");
	expect_number("which is level 0", f->criteria[0].level, 0);
	expect_span("then level by level", f->criteria[1].id, "token-1.1");
	expect_span("and", f->criteria[2].id, "token-1p.1");
	expect_span("and", f->criteria[3].id, "token-2.1");
	expect_span("then the next area's", f->criteria[4].id, "proof-1");
	expect_number("found by name", criterion_find(f, span_text("proof-2")), 5);
	c = &f->criteria[3];
	expect_number("observed", c->provenance, OBSERVED);
	expect_number("in an hour", c->parameters[0].value, 3600);
	expect_true("only when", c->when.count == 1 && c->condition.count == 3);
	expect_span("where it stands", c->file, "criteria/token.json");
	expect_span("and there", c->pointer, "/criteria/0");
	expect_span("its source", f->criteria[5].citations[1].document, "law");
	expect_span("its relation", f->criteria[5].citations[1].relation, "see");
	expect_number("its status", c->status, STATUS_DERIVED);

	expect_number("two steps", f->step_count, 2);
	expect_number("found by name", step_find(f, span_text("ask-date")), 1);
	expect_true("who, where, at which cost",
	    f->steps[1].who == STEP_OPERATOR && f->steps[1].in_person && f->steps[1].cost == 1);
	expect_true("a word joins a set", f->steps[0].effects[0].add && f->steps[0].effects[0].value == 2);
	expect_true("a value is set", !f->steps[0].effects[1].add && f->steps[0].effects[1].value == 1);
	expect_number("a fact is asked for", f->steps[1].collects[0], 4);
	expect_number("all eight facts are used", f->uses[0], 0xff);

	expect_number("one cell", f->cell_count, 1);
	expect_number("over two levels", f->cells[0].levels, 1 << 1 | 1 << 2);
	expect_span("as it stands there", f->cells[0].text.ja, "【推定】");
	expect_span("a mapping to another framework", f->mappings[0].framework, "other");
	expect_span("and its level", f->mappings[0].their_level, "high");
	expect_number("two documents", f->source_count, 2);
	expect_span("a clause that is excluded", f->sources[0].clauses[2].excluded.en, "Not about us.");
	expect_number("one that is not", f->sources[0].clauses[1].excluded.en.size, 0);
	expect_number("two tests", f->test_count, 2);
	expect_span("canonical", f->tests[1].json,
	    "{\"expect\":{\"reached\":{\"token\":\"0\"}},\"facts\":{},\"title\":\"Nothing shown, nothing reached.\"}");
	expect_span("where it stands", f->tests[1].pointer, "/tests/1");
}

static void
a_profile_changes_what_it_says_and_nothing_else(void **state)
{
	const struct framework *f = read_base();
	const struct profile *p = profile_find(f, span_text("shop"));
	const struct criterion *own = &p->criteria[3], *referring = &p->criteria[5];
	int64_t found = 0;

	(void)state;
	expect_true("no other", profile_find(f, span_text("bank")) == NULL);
	expect_number("two levels", p->requirement_count, 2);
	expect_true("the first", p->requirements[0].area == 0 && p->requirements[0].level == 2 &&
	    p->requirements[0].comparison == COMPARE_MINIMUM);
	expect_true("the second, of what is composed", p->requirements[1].area == 2 && p->requirements[1].level == 1 &&
	    p->requirements[1].comparison == COMPARE_BETTER);
	expect_number("what is vouched for counts", p->provenance, VOUCHED);
	expect_true("one criterion is left out", p->excluded[0] && !p->excluded[1]);
	expect_span("and why", p->exclusions[0].reason.en, "Not needed.");
	expect_number("five minutes", own->parameters[0].value, 300);
	expect_number("in the condition, too", own->condition.nodes[1].operand, 300);
	expect_number("the framework's own stays", f->criteria[3].condition.nodes[1].operand, 3600);
	expect_span("who refers to it has the parameter by its full name", referring->parameters[0].id,
	    "token-2.1/max-age");
	expect_number("with the profile's value", referring->parameters[0].value, 300);
	for (size_t i = 0; i < referring->condition.count; i++)
		if (referring->condition.nodes[i].parameter)
			found = referring->condition.nodes[i].operand;
	expect_number("in its condition, too", found, 300);
}

static void
words_are_read_and_written(void **state)
{
	enum comparison c;

	(void)state;
	for (int i = COMPARE_MINIMUM; i <= COMPARE_BETTER; i++)
		expect_true("a comparison", comparison_read(span_text(comparison_name((enum comparison)i)), &c) &&
		    (int)c == i);
	expect_true("none", !comparison_read(span_text("least"), &c));
	expect_text("a status", status_name(STATUS_TEMPLATE), "template");
	expect_text("none", status_name(STATUS_NONE), "");
	expect_text("who", step_who_name(STEP_RP), "rp");
}

/* Files */

static enum err
read_files(struct policy_files *files, bool sealed, struct problem *why)
{
	const struct framework *f;

	return framework_read(&here.arena, files, here.dictionary, sealed, &f, why);
}

static struct policy_file *
file_named(struct policy_files *files, const char *name)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, name) == 0)
			return &files->items[i];
	fail_msg("no %s", name);
	return NULL;
}

static struct policy_files
base_files(void)
{
	struct span dictionary;

	return table_files(&here.arena, here.table, NULL, &dictionary);
}

static struct policy_files
base_without(const char *name)
{
	struct policy_files files = base_files();
	size_t kept = 0;

	for (size_t i = 0; i < files.count; i++)
		if (strcmp(files.items[i].name, name) != 0)
			files.items[kept++] = files.items[i];
	files.count = kept;
	return files;
}

static void
what_may_be_absent_may(void **state)
{
	static const struct {
		const char *name, *problem;
		enum err code;
	} cases[] = {
		{ "manifest.json", "demo/manifest.json: expected the file, found none", ERR_NOT_FOUND },
		{ "levels.json", "demo/levels.json: expected the file, found none", ERR_NOT_FOUND },
		{ "steps.json", "demo/steps.json: expected the file, found none", ERR_NOT_FOUND },
		{ "sources.json", "demo/sources.json: expected the file, found none", ERR_NOT_FOUND },
		{ "criteria/proof.json",
		    "demo/levels.json: /areas/1: expected a criterion for level \"1\" in criteria/proof.json, found "
		    "none", ERR_INVALID },
		{ "table.json", NULL, OK },
		{ "mappings.json", NULL, OK },
		{ "tests/scenes.json", NULL, OK },
	};
	struct policy_files files;
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		files = base_without(cases[i].name);
		expect_number(cases[i].name, read_files(&files, false, &why), cases[i].code);
		if (cases[i].problem)
			expect_text(cases[i].name, why.text, cases[i].problem);
	}
	files = base_without("criteria/proof.json");
	memmove(files.items, files.items + 1, --files.count * sizeof(files.items[0]));
	expect_problem("no criteria at all", read_files(&files, false, &why), &why, ERR_NOT_FOUND,
	    "demo/criteria: expected at least one file, found none");
}

static void
files_of_other_names_are_refused(void **state)
{
	static const char *const names[] = { "criteria/token.json~", "criteria/more/token.json", "criteria/.json",
		"README.md", "criteria.json", "criteria", "profilesx/shop.json", "steps.json.bak", "../steps.json",
		"" };
	struct policy_files files;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		files = base_files();
		files.items[0].name = names[i];
		expect_problem(names[i], read_files(&files, false, &why), &why, ERR_INVALID, "found another file");
	}
	files = base_files();
	files.items[1].name = files.items[0].name;
	expect_problem("one twice", read_files(&files, false, &why), &why, ERR_INVALID,
	    "demo/criteria/proof.json: expected files sorted by name, each once");
}

static void
files_are_bounded(void **state)
{
	struct policy_files files = base_files(), many;
	uint8_t *large = arena_take(&here.arena, FRAMEWORK_FILE_LARGEST + 1);
	struct problem why;

	(void)state;
	memset(large, ' ', FRAMEWORK_FILE_LARGEST + 1);
	file_named(&files, "table.json")->text = span_of(large, FRAMEWORK_FILE_LARGEST + 1);
	expect_problem("a file", read_files(&files, false, &why), &why, ERR_LIMIT,
	    "demo/table.json: expected at most 1048576 bytes in a file and 4194304 in all, found more");
	many = (struct policy_files){ .label = "demo", .items = arena_array(&here.arena, struct policy_file, 129),
	    .count = 129 };
	expect_problem("their number", read_files(&many, false, &why), &why, ERR_LIMIT,
	    "demo: expected at most 128 files, found 129");
	for (size_t i = 0; i < 5; i++)
		many.items[i] = (struct policy_file){
			.name = arena_print(&here.arena, "tests/%zu.json", i),
			.text = span_of(large, FRAMEWORK_FILE_LARGEST),
		};
	many.count = 5;
	expect_problem("all together", read_files(&many, false, &why), &why, ERR_LIMIT,
	    "demo/tests/4.json: expected at most");
}

static void
what_is_no_json_is_told_by_line(void **state)
{
	struct policy_files files = base_files();
	struct problem why;

	(void)state;
	file_named(&files, "steps.json")->text = span_text("{\"steps\": [\n}");
	expect_problem("a bracket", read_files(&files, false, &why), &why, ERR_SYNTAX,
	    "demo/steps.json: line 2, column 1: unexpected token near '}'");
	file_named(&files, "steps.json")->text = span_text("{\"steps\": [], \"steps\": []}");
	expect_problem("a key twice", read_files(&files, false, &why), &why, ERR_SYNTAX,
	    "demo/steps.json: line 1, column 21: duplicate object key near '\"steps\"'");
	file_named(&files, "steps.json")->text = span_text("[]");
	expect_problem("a list", read_files(&files, false, &why), &why, ERR_INVALID,
	    "demo/steps.json: expected an object, found an array");
}

/* References multiply: what a file cannot hold, a few can name. */
static void
references_do_not_multiply_without_end(void **state)
{
	struct policy_files files = base_files();
	struct buffer b = buffer_init(FRAMEWORK_FILE_LARGEST);
	struct problem why;

	(void)state;
	buffer_text(&b, "{\"area\":\"proof\",\"criteria\":[");
	for (int i = 0; i < 400; i++) {
		buffer_print(&b, "%s{\"id\":\"p%d\",\"level\":\"%d\",\"status\":\"seed\",\"title\":{\"ja\":\"題\","
		                 "\"en\":\"t\"},\"text\":{\"ja\":\"文\",\"en\":\"t\"},\"reason\":{\"ja\":\"因\","
		                 "\"en\":\"r\"},\"sources\":[{\"document\":\"book\",\"at\":\"1\","
		                 "\"relation\":\"see\"}],\"condition\":", i ? "," : "",
		    i, i % 2 + 1);
		if (i < 2) {
			buffer_text(&b, "{\"fact\":\"token.resistant\",\"is\":true}}");
			continue;
		}
		buffer_text(&b, "{\"all\":[");
		for (int k = 0; k < (i == 2 ? 250 : 1); k++)
			buffer_print(&b, "%s{\"ref\":\"p%d\"}", k ? "," : "", i == 2 ? 0 : 2);
		buffer_text(&b, "]}}");
	}
	buffer_text(&b, "]}");
	assert_false(b.overflowed);
	file_named(&files, "criteria/proof.json")->text = buffer_span(&b);
	expect_problem("400 criteria of 250 parts", read_files(&files, false, &why), &why, ERR_INVALID,
	    "expected at most 65536 parts in all conditions, references included, found more");
	buffer_release(&b);
}

/* Seals */

static struct policy_files
sealed_files(void)
{
	struct policy_files files = base_files();
	struct problem why = { 0 };
	struct span manifest;

	expect_ok("the manifest is written", framework_manifest(&here.arena, &files, here.dictionary, &manifest, &why),
	    &why);
	file_named(&files, "manifest.json")->text = manifest;
	return files;
}

static void
what_is_sealed_holds_until_something_changes(void **state)
{
	struct policy_files files = sealed_files();
	const struct framework *f, *again;
	struct problem why = { 0 };
	struct span twice;
	json_t *one = json_pack("{s:s,s:{s:s}}", "file", "facts.json", "set", "/facts/0/text/en", "It resists it all.");
	const struct dictionary *other;

	(void)state;
	expect_ok("sealed", framework_read(&here.arena, &files, here.dictionary, true, &f, &why), &why);
	expect_ok("sealed once more", framework_manifest(&here.arena, &files, here.dictionary, &twice, &why), &why);
	expect_true("it is the same", span_equal(twice, file_named(&files, "manifest.json")->text));
	expect_true("and in the order it was written", span_starts(twice,
	    "{\n  \"framework\": \"demo\",\n  \"version\""));

	files = base_files();
	expect_problem("not sealed yet", read_files(&files, true, &why), &why, ERR_INVALID,
	    "demo/manifest.json: /facts: expected \"sha256:\" and 64 hexadecimal digits, found nothing");

	for (size_t i = 0; i < files.count; i++) {
		struct policy_files changed = sealed_files();

		if (strcmp(files.items[i].name, "manifest.json") == 0)
			continue;
		changed.items[i].text = span_text(arena_print(&here.arena, "%.*s\n", SPAN_ARGS(changed.items[i].text)));
		expect_problem(files.items[i].name, read_files(&changed, true, &why), &why, ERR_INVALID,
		    ", found the digest of another text");
		expect_true(files.items[i].name, read_files(&changed, false, &why) == OK);
	}

	files = sealed_files();
	table_files(&here.arena, here.table, one, &twice);
	expect_ok("another dictionary", dictionary_read(&here.arena, "facts.json", twice, &other, &why), &why);
	expect_problem("a fact means something else", framework_read(&here.arena, &files, other, true, &again, &why),
	    &why, ERR_INVALID, "found the digest of other facts");
	json_decref(one);

	one = json_pack("{s:s,s:{s:o}}", "file", "facts.json", "set", "/facts/8",
	    json_deep_copy(json_array_get(json_object_get(json_object_get(json_object_get(here.table, "base"),
	    "facts.json"),
	        "facts"), 0)));
	json_object_set_new(json_object_get(json_object_get(one, "set"), "/facts/8"), "id", json_string("token.new"));
	table_files(&here.arena, here.table, one, &twice);
	expect_ok("a larger dictionary", dictionary_read(&here.arena, "facts.json", twice, &other, &why), &why);
	expect_ok("a fact that is added changes nothing",
	    framework_read(&here.arena, &files, other, true, &again, &why), &why);
	expect_true("not the version's digest", span_equal(f->digest, again->digest));
	json_decref(one);
}

static void
a_seal_names_all_files_and_no_other(void **state)
{
	struct policy_files files = sealed_files(), fewer = { .label = "demo" };
	struct problem why;

	(void)state;
	fewer.items = arena_array(&here.arena, struct policy_file, files.count);
	for (size_t i = 0; i < files.count; i++)
		if (strcmp(files.items[i].name, "table.json") != 0)
			fewer.items[fewer.count++] = files.items[i];
	expect_problem("one is gone", read_files(&fewer, true, &why), &why, ERR_INVALID,
	    "demo/manifest.json: /files/table.json: expected a file of this version, found none of this name");
	file_named(&files, "tests/scenes.json")->name = "tests/sight.json";
	expect_problem("one has another name", read_files(&files, true, &why), &why, ERR_INVALID,
	    "/files/tests~1scenes.json: expected a file of this version, found none of this name");

	files = sealed_files();
	fewer = (struct policy_files){ .label = "demo", .count = files.count + 1 };
	fewer.items = arena_array(&here.arena, struct policy_file, fewer.count);
	memcpy(fewer.items, files.items, files.count * sizeof(files.items[0]));
	fewer.items[files.count] =
	    (struct policy_file){ "tests/zzz.json", file_named(&files, "tests/scenes.json")->text };
	expect_problem("one is new", read_files(&fewer, true, &why), &why, ERR_INVALID,
	    "demo/manifest.json: /files/tests~1zzz.json: expected \"sha256:");
}

static void
another_text_is_another_digest(void **state)
{
	const struct framework *f = read_base(), *g;
	json_t *one = json_pack("{s:s,s:{s:s}}", "file", "manifest.json", "set", "/version", "1.1");
	struct problem why = { 0 };

	(void)state;
	expect_ok("another version", read_case(&here.arena, one, &g, &why), &why);
	expect_true("differs", !span_equal(f->digest, g->digest));
	json_decref(one);
}

/* Directories */

static void
write_files(const char *directory, const struct policy_files *files)
{
	static const char *const folders[] = { "", "/criteria", "/profiles", "/tests" };

	for (size_t i = 0; i < COUNT(folders); i++)
		assert_int_equal(mkdir(arena_print(&here.arena, "%s%s", directory, folders[i]), 0700), 0);
	for (size_t i = 0; i < files->count; i++) {
		FILE *file = fopen(arena_print(&here.arena, "%s/%s", directory, files->items[i].name), "wb");

		assert_non_null(file);
		assert_int_equal(fwrite(files->items[i].text.data, 1, files->items[i].text.size, file),
		    files->items[i].text.size);
		assert_int_equal(fclose(file), 0);
	}
}

static void
a_directory_is_read_by_name(void **state)
{
	char root[] = "/tmp/watashi-policy-XXXXXX";
	struct policy_files files = base_files(), read;
	const char *directory;
	struct problem why = { 0 };
	char *command;

	(void)state;
	assert_non_null(mkdtemp(root));
	directory = arena_print(&here.arena, "%s/1.0", root);
	write_files(directory, &files);
	expect_ok("a directory", policy_files_read(&here.arena, directory, &read, &why), &why);
	expect_text("named for it", read.label, directory);
	expect_number("each file", read.count, files.count);
	for (size_t i = 0; i < read.count; i++) {
		expect_text("in the order of their names", read.items[i].name, files.items[i].name);
		expect_true(read.items[i].name, span_equal(read.items[i].text, files.items[i].text));
	}
	assert_int_equal(mkdir(arena_print(&here.arena, "%s/notes", directory), 0700), 0);
	expect_problem("a folder of another name", policy_files_read(&here.arena, directory, &read, &why), &why,
	    ERR_INVALID, "/1.0/notes");
	assert_int_equal(rmdir(arena_print(&here.arena, "%s/notes", directory)), 0);
	assert_int_equal(mkfifo(arena_print(&here.arena, "%s/criteria/pipe.json", directory), 0600), 0);
	expect_problem("a pipe is not waited for", policy_files_read(&here.arena, directory, &read, &why), &why,
	    ERR_INVALID, "/criteria/pipe.json");
	assert_int_equal(unlink(arena_print(&here.arena, "%s/criteria/pipe.json", directory)), 0);
	assert_int_equal(symlink("/etc/hostname", arena_print(&here.arena, "%s/criteria/other.json", directory)), 0);
	expect_problem("a link out of it is not followed", policy_files_read(&here.arena, directory, &read, &why), &why,
	    ERR_INVALID, "/1.0/criteria/other.json: expected a file or folder of the version's own, found a symbolic "
	    "link");
	assert_int_equal(unlink(arena_print(&here.arena, "%s/criteria/other.json", directory)), 0);
	expect_problem("none", policy_files_read(&here.arena, arena_print(&here.arena, "%s/2.0", root), &read, &why),
	    &why, ERR_NOT_FOUND, "/2.0");
	command = arena_print(&here.arena, "rm -r '%s'", root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own temporary directory */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_the_table_gets_its_answer),
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(a_profile_changes_what_it_says_and_nothing_else),
		cmocka_unit_test(words_are_read_and_written),
		cmocka_unit_test(what_may_be_absent_may),
		cmocka_unit_test(files_of_other_names_are_refused),
		cmocka_unit_test(files_are_bounded),
		cmocka_unit_test(what_is_no_json_is_told_by_line),
		cmocka_unit_test(references_do_not_multiply_without_end),
		cmocka_unit_test(what_is_sealed_holds_until_something_changes),
		cmocka_unit_test(a_seal_names_all_files_and_no_other),
		cmocka_unit_test(another_text_is_another_digest),
		cmocka_unit_test(a_directory_is_read_by_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
