/* tests/transaction/test_policy_shelf.c - what each process has of the published policies, and what it keeps when one
 * cannot be read.
 */
#include "transaction/policy_stage.h"

#include "transaction/policy/shelf.h"

#define LATER "2027-01-01T00:00:00Z"
#define LETTERS_80 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct stage stage;

/* Until nothing more happens. */
static void
settle(struct stage *s)
{
	do
		turn_run(loop_turn(s->loop));
	while (store_memory_step(s->store, s->now));
}

static struct instant
moment(const char *text)
{
	struct instant t;

	assert_true(instant_read(span_text(text), &t));
	return t;
}

static const char *
in_force_of(struct stage *s, struct policy_shelf *shelf, const char *framework, const char *version, const char *at)
{
	struct policy_snapshot *snapshot = policy_shelf_take(shelf);
	const struct shelf_policy *found = NULL;
	const char *name = "nothing";

	if (snapshot)
		found = shelf_policy_find(snapshot, span_text(framework), span_text(version), moment(at));
	if (found)
		name = arena_text(&s->arena, found->framework->version);
	policy_snapshot_unref(snapshot);
	return name;
}

static const char *
in_force(struct stage *s, struct policy_shelf *shelf, const char *version, const char *at)
{
	return in_force_of(s, shelf, "small", version, at);
}

static void
publish(struct stage *s, const char *version, const char *from)
{
	expect_ok(version, stage_propose(s, "uid:1", stage_sealed(s, version, from)), &s->why);
}

static void
what_is_in_force_follows_from_the_date(void **state)
{
	static const struct { const char *title, *version, *at, *found; } cases[] = {
		{ "before the first", "", "2026-11-30T23:59:59Z", "nothing" },
		{ "from its very moment", "", STAGE_FROM, "1.0" },
		{ "until the next", "", "2026-12-31T23:59:59Z", "1.0" },
		{ "then that one", "", LATER, "2.0" },
		{ "by name at any time", "2.0", "1980-01-01T00:00:00Z", "2.0" },
		{ "the older one too", "1.0", "2030-01-01T00:00:00Z", "1.0" },
		{ "never one there is not", "1.1", LATER, "nothing" },
	};
	struct stage *s = &stage;
	struct policy_shelf *shelf;

	(void)state;
	stage_open(s, 1, 1);
	publish(s, "2.0", LATER);
	publish(s, "1.0", STAGE_FROM);
	shelf = policy_shelf_new(s->store);
	expect_text("nothing is read yet", in_force(s, shelf, "", LATER), "nothing");
	settle(s);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text(cases[i].title, in_force(s, shelf, cases[i].version, cases[i].at), cases[i].found);
	policy_shelf_free(shelf);
	stage_close(s);
}

static void
a_publication_reaches_every_shelf(void **state)
{
	struct stage *s = &stage;
	struct policy_shelf *shelf;
	struct policy_snapshot *kept;

	(void)state;
	stage_open(s, 2, 1);
	shelf = policy_shelf_new(s->store);
	settle(s);
	kept = policy_shelf_take(shelf);
	expect_true(
	    "an empty store is a snapshot too", kept && kept->count == 0 && !kept->dictionary && !kept->rejected.size);
	publish(s, "1.0", STAGE_FROM);
	settle(s);
	expect_text("it is there", in_force(s, shelf, "", STAGE_FROM), "1.0");
	expect_number("what a flow holds stays as it was", kept->count, 0);
	policy_snapshot_unref(kept);
	kept = policy_shelf_take(shelf);
	expect_number("its leaf is known", kept->items[0].published.number, 1);
	expect_span("and the dictionary, as it was published", kept->facts, policy_text_facts_file);
	policy_shelf_free(shelf);
	expect_span("a snapshot outlives its shelf", kept->items[0].framework->id, "small");
	policy_snapshot_unref(kept);
	stage_close(s);
}

static void
a_proposal_is_on_no_shelf(void **state)
{
	struct stage *s = &stage;
	struct policy_shelf *shelf;

	(void)state;
	stage_open(s, 3, 2);
	shelf = policy_shelf_new(s->store);
	publish(s, "1.0", STAGE_FROM);
	settle(s);
	expect_text("it waits", in_force(s, shelf, "1.0", STAGE_FROM), "nothing");
	policy_shelf_free(shelf);
	stage_close(s);
}

/* What nobody can make through the flow: a row whose file is another one. */
static void
break_row(struct stage *s, const char *version)
{
	struct published_policy p;
	struct policy_files files;
	struct buffer pack = buffer_init(POLICY_PACK_LARGEST), row = buffer_init(2 * POLICY_PACK_LARGEST);
	struct problem why;

	expect_true("there is a row", stage_row(s, version, &p));
	expect_ok("its files", policy_files_unpack(&s->arena, p.files, &files, &why), &why);
	*stage_file(&files, "steps.json") = span_text("{\"steps\":[]}");
	policy_files_pack(&pack, &files);
	p.files = buffer_span(&pack);
	published_policy_write(&row, &p);
	stage_put(s, &policy_table, policy_key(&s->arena, span_text("small"), span_text(version)), buffer_span(&row));
	buffer_release(&pack);
	buffer_release(&row);
}

static void
what_cannot_be_read_replaces_nothing(void **state)
{
	struct stage *s = &stage;
	struct policy_shelf *shelf;
	struct policy_snapshot *snapshot;

	(void)state;
	stage_open(s, 4, 1);
	publish(s, "1.0", STAGE_FROM);
	shelf = policy_shelf_new(s->store);
	settle(s);
	publish(s, "2.0", LATER);
	settle(s);
	break_row(s, "2.0");
	settle(s);
	snapshot = policy_shelf_take(shelf);
	expect_text("what was read is there still", in_force(s, shelf, "", LATER), "2.0");
	expect_true("and it is told what could not be",
	    strstr(arena_text(&s->arena, snapshot->rejected), "policy/small/2.0/manifest.json: /files/steps.json") !=
		NULL);
	policy_snapshot_unref(snapshot);
	policy_shelf_free(shelf);

	/* A process that starts now has nothing to keep: the older version must not stand in for the one that is
	 * broken. */
	shelf = policy_shelf_new(s->store);
	settle(s);
	snapshot = policy_shelf_take(shelf);
	expect_text("none of its framework", in_force(s, shelf, "", LATER), "nothing");
	expect_text("not even by name", in_force(s, shelf, "1.0", LATER), "nothing");
	expect_true("and why", snapshot->rejected.size > 0);
	policy_snapshot_unref(snapshot);
	policy_shelf_free(shelf);
	stage_close(s);
}

/* Written by a newer build: nothing of it can be read here, not even whether its files are good. */
static void
strange_row(struct stage *s, const char *framework, const char *version, uint64_t number)
{
	struct buffer row = buffer_init(1 * KIB);

	buffer_u64(&row, number);
	buffer_u8(&row, 200);
	stage_put(s, &policy_table, policy_key(&s->arena, span_text(framework), span_text(version)), buffer_span(&row));
	buffer_release(&row);
}

static void
one_framework_s_broken_version_holds_up_no_other(void **state)
{
	struct stage *s = &stage;
	struct policy_shelf *shelf;
	struct policy_snapshot *snapshot;
	const char *told;

	(void)state;
	stage_open(s, 6, 1);
	publish(s, "1.0", STAGE_FROM);
	expect_ok("another", stage_propose(s, "uid:1", stage_sealed_of(s, "other", "1.0", STAGE_FROM)), &s->why);
	shelf = policy_shelf_new(s->store);
	settle(s);
	strange_row(s, "small", "2.0", 99);
	strange_row(s, "gone", "1.0", 98);
	settle(s);
	expect_text("the broken one stays as it was", in_force(s, shelf, "", LATER), "1.0");
	expect_ok("the other goes on", stage_propose(s, "uid:1", stage_sealed_of(s, "third", "1.0", LATER)), &s->why);
	break_row(s, "1.0");
	settle(s);
	expect_text("and is there", in_force_of(s, shelf, "third", "", LATER), "1.0");
	expect_text("as what was there before", in_force_of(s, shelf, "other", "", LATER), "1.0");
	expect_text("beside what was kept", in_force(s, shelf, "", LATER), "1.0");
	expect_text("what never was there is not", in_force_of(s, shelf, "gone", "", LATER), "nothing");
	snapshot = policy_shelf_take(shelf);
	told = arena_text(&s->arena, snapshot->rejected);
	expect_number("each that is broken is told", snapshot->rejected_count, 3);
	expect_true("by its name", strstr(told, "policy/gone/1.0: ") && strstr(told, "policy/small/2.0: ") &&
	    strstr(told, "policy/small/1.0/manifest.json: /files/steps.json"));
	policy_snapshot_unref(snapshot);
	policy_shelf_free(shelf);
	stage_close(s);
}

static void
a_proposal_nobody_can_read_breaks_nothing(void **state)
{
	struct stage *s = &stage;
	struct policy_shelf *shelf;
	struct policy_snapshot *snapshot;

	(void)state;
	stage_open(s, 7, 1);
	publish(s, "1.0", STAGE_FROM);
	strange_row(s, "small", "2.0", 0);
	shelf = policy_shelf_new(s->store);
	settle(s);
	expect_text("what is published stands", in_force(s, shelf, "", LATER), "1.0");
	snapshot = policy_shelf_take(shelf);
	expect_number("nothing that is in force was rejected", snapshot->rejected_count, 0);
	policy_snapshot_unref(snapshot);
	policy_shelf_free(shelf);
	stage_close(s);
}

static void
a_dictionary_that_is_lost_leaves_nothing_to_decide_by(void **state)
{
	struct stage *s = &stage;
	struct policy_shelf *shelf;
	struct policy_snapshot *snapshot;

	(void)state;
	stage_open(s, 5, 1);
	publish(s, "1.0", STAGE_FROM);
	stage_put(s, &dictionary_table, span_text(DICTIONARY_KEY), span_text("{}"));
	shelf = policy_shelf_new(s->store);
	settle(s);
	snapshot = policy_shelf_take(shelf);
	expect_text("nothing", in_force(s, shelf, "", LATER), "nothing");
	expect_true("and why", strstr(arena_text(&s->arena, snapshot->rejected), "facts.json") != NULL);
	policy_snapshot_unref(snapshot);
	policy_shelf_free(shelf);
	stage_close(s);
}

static void
names_of_versions_and_files(void **state)
{
	static const struct { const char *name, *framework, *version;
	} names[] = {
		{ "jp-idtf@1.0", "jp-idtf", "1.0" },
		{ "a@b", "a", "b" },
		{ "jp-idtf", NULL, NULL },
		{ "@1.0", NULL, NULL },
		{ "jp-idtf@", NULL, NULL },
		{ "jp-idtf@1@0", NULL, NULL },
		{ "JP@1.0", NULL, NULL },
		{ "../x@1", NULL, NULL },
		{ ".a@1", NULL, NULL },
		{ "a@..", NULL, NULL },
		{ LETTERS_80 "@" LETTERS_80, LETTERS_80, LETTERS_80 },
		{ LETTERS_80 "a@1", NULL, NULL },
		{ "a@" LETTERS_80 "1", NULL, NULL },
	};
	static const struct { const char *name; bool valid;
	} files[] = {
		{ "manifest.json", true },
		{ "criteria/credential-management.json", true },
		{ "profiles/a+b.json", true },
		{ "", false },
		{ "/manifest.json", false },
		{ "criteria//x", false },
		{ "criteria/", false },
		{ "../x", false },
		{ "criteria/../x", false },
		{ ".hidden", false },
		{ "criteria/.x", false },
		{ "Criteria/x", false },
		{ "a b", false },
		{ "a\\b", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct span framework, version;
		bool read = policy_name_read(span_text(names[i].name), &framework, &version);

		expect_true(names[i].name, read == (names[i].framework != NULL));
		if (read) {
			expect_span(names[i].name, framework, names[i].framework);
			expect_span(names[i].name, version, names[i].version);
		}
	}
	for (size_t i = 0; i < COUNT(files); i++)
		expect_true(files[i].name, policy_file_name_valid(span_text(files[i].name)) == files[i].valid);
}

/* A good block, cut or changed. */
static void
packed_files_are_read_strictly(void **state)
{
	struct policy_file two[] = { { "a.json", { (const uint8_t *)"1", 1 } },
		{ "b.json", { (const uint8_t *)"22", 2 } } };
	struct policy_file wrong[] = { two[1], two[0] }, twice[] = { two[0], two[0] };
	const struct { const char *title; struct policy_files files; const char *problem; } cases[] = {
		{ "in order", { "x", two, 2 }, NULL },
		{ "none", { "x", two, 0 }, NULL },
		{ "out of order", { "x", wrong, 2 }, "comes after \"b.json\", found \"a.json\"" },
		{ "twice", { "x", twice, 2 }, "comes after \"a.json\"" },
	};
	struct arena a = arena_init(1 * MIB);
	struct policy_files out;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(4 * KIB);
		struct span bytes;
		enum err err;

		policy_files_pack(&b, &cases[i].files);
		bytes = buffer_span(&b);
		err = policy_files_unpack(&a, bytes, &out, &why);
		if (cases[i].problem) {
			expect_problem(cases[i].title, err, &why, ERR_SYNTAX, cases[i].problem);
		} else {
			expect_ok(cases[i].title, err, &why);
			expect_number(cases[i].title, out.count, cases[i].files.count);
			for (size_t size = 0; size < bytes.size; size++)
				expect_true(
				    "cut short", policy_files_unpack(&a, span_first(bytes, size), &out, &why) != OK);
			buffer_byte(&b, 0);
			expect_problem("with more behind", policy_files_unpack(&a, buffer_span(&b), &out, &why), &why,
			    ERR_SYNTAX, "followed by 1 more");
		}
		buffer_release(&b);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_force_follows_from_the_date),
		cmocka_unit_test(a_publication_reaches_every_shelf),
		cmocka_unit_test(a_proposal_is_on_no_shelf),
		cmocka_unit_test(what_cannot_be_read_replaces_nothing),
		cmocka_unit_test(one_framework_s_broken_version_holds_up_no_other),
		cmocka_unit_test(a_proposal_nobody_can_read_breaks_nothing),
		cmocka_unit_test(a_dictionary_that_is_lost_leaves_nothing_to_decide_by),
		cmocka_unit_test(names_of_versions_and_files),
		cmocka_unit_test(packed_files_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
