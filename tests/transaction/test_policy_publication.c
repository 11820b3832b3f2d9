/* tests/transaction/test_policy_publication.c - versions proposed, approved and published; each bad one refused, in its
 * words. */
#include "transaction/policy_stage.h"

#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/note.h"

static struct stage stage;

static const char *
proposal_text(struct stage *s)
{
	return arena_print(&s->arena, "sha256:%s", hex_write(&s->arena, span_of(s->report.proposal, 32)));
}

static const char *
facts_digest(struct stage *s)
{
	uint8_t sum[32];

	digest(DIGEST_SHA256, span_text(policy_text_facts_file), sum);
	return hex_write(&s->arena, span_of(sum, sizeof(sum)));
}

/* What the world would check: the note says this version and digest, and is signed by the key told. */
static void
expect_signed(struct stage *s, const struct published_policy *p, const char *version)
{
	struct note note;
	struct note_key key;
	struct problem why;
	uint64_t good = 0;

	expect_ok("the note", note_read(&s->arena, p->note, &note, &why), &why);
	expect_ok("the key", note_key_read(&s->arena, p->key, &key, &why), &why);
	expect_span("by its name", key.name, STAGE_ORIGIN);
	expect_ok("holds", note_verify(&note, &key, 1, &good, &why), &why);
	expect_number("is signed by it", good, 1);
	expect_span("says", note.text, arena_print(&s->arena, STAGE_ORIGIN "/policy\nsmall %s\nsha256:%s\n", version,
	    hex_write(&s->arena, span_of(p->digest, 32))));
}

static void
one_operator_publishes_at_once(void **state)
{
	struct stage *s = &stage;
	struct published_policy p;
	struct ledger_entry entry;
	struct policy_files files, kept;
	struct stage_look look;
	struct problem why;
	struct hash commitment, computed;
	struct id id;

	(void)state;
	for (uint64_t seed = 1; seed < 6; seed++) {
		stage_open(s, seed, 1);
		files = stage_sealed(s, "1.0", STAGE_FROM);
		expect_ok("it is published", stage_propose(s, "uid:1000", files), &s->why);
		expect_number("published", s->report.standing.outcome, POLICY_PUBLISHED);
		expect_true("the row", stage_row(s, "1.0", &p));
		expect_number("is its leaf's", p.number, 1);
		expect_number("is of now", p.published.us, s->now.us);
		expect_span("and of whom", p.approvers, "uid:1000");
		expect_signed(s, &p, "1.0");
		expect_ok("the files", policy_files_unpack(&s->arena, p.files, &kept, &why), &why);
		expect_number("are all", kept.count, files.count);
		for (size_t i = 0; i < files.count; i++) {
			expect_text("by name", kept.items[i].name, files.items[i].name);
			expect_true("byte for byte", span_equal(kept.items[i].text, files.items[i].text));
		}

		look = stage_load(s, dictionary_ask());
		expect_span("the dictionary", look.rows[0].value, policy_text_facts_file);

		look = stage_load(s, (struct ask){ .table = &ledger_entry_table, .from = span_of(p.entry.bytes, 16) });
		expect_number("the entry", look.count, 1);
		expect_true("of our form", ledger_entry_read(look.rows[0].value, &entry));
		expect_number("is of a policy", entry.kind, LEDGER_POLICY);
		expect_true("tells all",
		    span_equal(entry.content,
			span_text(arena_print(&s->arena,
			    "{\"actor\":\"uid:1000\",\"approvers\":[\"uid:1000\"],\"at\":\"" STAGE_NOON "\",\"digest\":"
													"\"sha256:%s\","
			    "\"event\":\"policy.published\",\"facts\":\"sha256:%s\",\"framework\":\"small\",\"valid_"
			    "from\":\"" STAGE_FROM "\",\"version\":\"1.0\"}",
			    hex_write(&s->arena, span_of(p.digest, 32)), facts_digest(s)))));
		look = stage_load(
		    s, (struct ask){ .table = &ledger_leaf_table, .from = ledger_number_key(&s->arena, 1) });
		expect_true("the leaf", look.count == 1 && ledger_leaf_read(look.rows[0].value, &commitment, &id));
		computed = ledger_commitment(entry.salt, entry.content);
		expect_true("is of that entry", memcmp(id.bytes, p.entry.bytes, 16) == 0 &&
		    memcmp(&commitment, &computed, sizeof(computed)) == 0);
		stage_close(s);
	}
}

static void
a_published_version_stays(void **state)
{
	struct stage *s = &stage;
	struct published_policy before, after;
	struct policy_files other;

	(void)state;
	stage_open(s, 3, 1);
	expect_ok("published", stage_propose(s, "uid:1000", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);
	expect_true("is there", stage_row(s, "1.0", &before));
	expect_ok("the same again", stage_propose(s, "uid:1001", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);
	expect_number("changes nothing", s->report.standing.outcome, POLICY_UNCHANGED);
	expect_problem("another date of the same version",
	    stage_propose(s, "uid:1000", stage_sealed(s, "1.0", "2027-01-01T00:00:00Z")), &s->why, ERR_CONFLICT,
	    "small/manifest.json: /version: expected a version that is not published yet, found small 1.0, which is "
	    "published with another digest");
	expect_problem("another version from the same moment",
	    stage_propose(s, "uid:1000", stage_sealed(s, "1.1", "2026-12-01T09:00:00+09:00")), &s->why, ERR_CONFLICT,
	    "small/manifest.json: /valid_from: expected another moment than that of small 1.0, found "
	    "2026-12-01T00:00:00Z");
	other = stage_unsealed(s, "1.0", STAGE_FROM);
	*stage_file(&other, "profiles/bank.json") = span_text(PROFILE("bank",
	    "\"requires\":[{\"area\":\"person\",\"level\":\"1\",\"comparison\":\"minimum\"}]"));
	stage_seal(s, &other);
	expect_problem(
	    "other files", stage_propose(s, "uid:1000", other), &s->why, ERR_CONFLICT, "published with another digest");
	expect_problem("nothing to approve",
	    stage_change(s,
		&(struct policy_change){
		    .step = POLICY_APPROVE, .framework = span_text("small"), .version = span_text("1.0") }),
	    &s->why, ERR_INVALID, "this version is published, and stays");
	expect_problem("nothing to take back",
	    stage_change(s,
		&(struct policy_change){
		    .step = POLICY_WITHDRAW, .framework = span_text("small"), .version = span_text("1.0") }),
	    &s->why, ERR_INVALID, "this version is published, and stays");
	expect_true("is there still", stage_row(s, "1.0", &after));
	expect_true("as it was", before.number == after.number && span_equal(before.note, after.note) &&
	    span_equal(before.files, after.files));
	expect_number("one entry in the log", stage_count(s, &ledger_leaf_table), 1);
	stage_close(s);
}

static void
several_operators_agree_to_the_same_files(void **state)
{
	struct stage *s = &stage;
	struct published_policy p;
	struct policy_change approval = {
		.step = POLICY_APPROVE, .framework = span_text("small"), .version = span_text("1.0")
	};
	const char *first;

	(void)state;
	stage_open(s, 4, 3);
	expect_ok("proposed", stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);
	expect_number("waits", s->report.standing.outcome, POLICY_PROPOSED);
	expect_number("one has agreed", s->report.standing.had, 1);
	first = proposal_text(s);
	expect_true("kept", stage_row(s, "1.0", &p));
	expect_number("not published", p.number, 0);
	expect_number("no dictionary yet", stage_count(s, &dictionary_table), 0);
	expect_number("nothing in the log", stage_count(s, &ledger_leaf_table), 0);

	expect_ok("the same again", stage_propose(s, "uid:2", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);
	expect_number("changes nothing, and agrees to nothing", s->report.standing.outcome, POLICY_UNCHANGED);
	expect_true("which waits", s->report.standing.waits);

	expect_ok("other files", stage_propose(s, "uid:1", stage_sealed(s, "1.0", "2026-12-02T00:00:00Z")), &s->why);
	approval.by.actor = span_text("uid:2");
	approval.proposal = span_text(first);
	expect_problem("what was looked at is not what waits", stage_change(s, &approval), &s->why, ERR_CONFLICT,
	    "another one now");
	expect_ok("the first files again", stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);

	approval.proposal = (struct span){ 0 };
	expect_problem(
	    "an approval names what it is of", stage_change(s, &approval), &s->why, ERR_INVALID, "expected the digest");
	approval.proposal = span_text(first);
	approval.by.actor = span_text("uid:1");
	expect_problem("who proposed it is no second", stage_change(s, &approval), &s->why, ERR_DENIED,
	    "uid:1 proposed this; expected another operator, 1 of 3 have agreed");
	approval.by.actor = span_text("uid:2");
	expect_ok("a second", stage_change(s, &approval), &s->why);
	expect_number("agrees", s->report.standing.outcome, POLICY_AGREED);
	expect_problem("not twice", stage_change(s, &approval), &s->why, ERR_DENIED, "uid:2 has agreed to this");
	approval.by.actor = span_text("uid:0");
	expect_problem(
	    "nor who is not named", stage_change(s, &approval), &s->why, ERR_DENIED, "not named in control/operators");
	approval.by.actor = span_text("uid:3");
	expect_ok("a third", stage_change(s, &approval), &s->why);
	expect_number("publishes", s->report.standing.outcome, POLICY_PUBLISHED);
	expect_true("the row", stage_row(s, "1.0", &p));
	expect_number("with a leaf", p.number, 1);
	expect_span("by whom", p.actor, "uid:1");
	expect_span("and with whom", p.approvers, "uid:1\nuid:2\nuid:3");
	expect_number("without the dictionary, which is in force", p.facts.size, 0);
	expect_number("there", stage_count(s, &dictionary_table), 1);
	expect_signed(s, &p, "1.0");
	stage_close(s);
}

static void
a_proposal_can_be_taken_back(void **state)
{
	struct stage *s = &stage;
	struct published_policy p;
	struct policy_change back = {
		.step = POLICY_WITHDRAW, .framework = span_text("small"), .version = span_text("1.0")
	};

	(void)state;
	stage_open(s, 5, 2);
	expect_problem("which is not there", stage_change(s, &back), &s->why, ERR_NOT_FOUND,
	    "there is no version 1.0 of small, published or proposed");
	expect_ok("proposed", stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);
	back.dry_run = true;
	expect_ok("only tried", stage_change(s, &back), &s->why);
	expect_true("is there still", stage_row(s, "1.0", &p));
	back.dry_run = false;
	expect_ok("taken back", stage_change(s, &back), &s->why);
	expect_true("is gone", !stage_row(s, "1.0", &p));
	stage_close(s);
}

static void
a_dry_run_changes_nothing(void **state)
{
	struct stage *s = &stage;

	(void)state;
	stage_open(s, 6, 1);
	expect_ok("tried", stage_change(s, &(struct policy_change){ .step = POLICY_PROPOSE, .dry_run = true,
	    .files = stage_sealed(s, "1.0", STAGE_FROM), .facts = span_text(policy_text_facts_file) }), &s->why);
	expect_number("would be published", s->report.standing.outcome, POLICY_PUBLISHED);
	expect_number("with facts", s->report.facts_added, policy_text_framework(&s->arena)->dictionary->count);
	expect_number("no version", stage_count(s, &policy_table), 0);
	expect_number("no dictionary", stage_count(s, &dictionary_table), 0);
	expect_number("no entry", stage_count(s, &ledger_leaf_table), 0);
	stage_close(s);
}

static void
the_past_is_not_changed(void **state)
{
	struct stage *s = &stage;

	(void)state;
	stage_open(s, 7, 1);
	expect_ok("a framework's first version may begin in the past: nothing was decided under it",
	    stage_propose(s, "uid:1", stage_sealed(s, "1.0", "2020-01-01T00:00:00Z")), &s->why);
	expect_problem("its second may not", stage_propose(s, "uid:1", stage_sealed(s, "1.1", "2026-11-22T11:59:59Z")),
	    &s->why, ERR_INVALID,
	    "small/manifest.json: /valid_from: expected a moment not before it is published, now "
	    "2026-11-22T12:00:00Z, for decisions were taken under the version before; found 2026-11-22T11:59:59Z: "
	    "give it a new valid_from, seal it and propose it anew");
	expect_ok("but from now on", stage_propose(s, "uid:1", stage_sealed(s, "1.1", STAGE_NOON)), &s->why);
	stage_close(s);
}

/* What was decided while it waited was decided under the version before. */
static void
an_approval_that_comes_late_is_refused(void **state)
{
	struct policy_change approval = { .step = POLICY_APPROVE, .framework = span_text("small"),
		.version = span_text("1.0"), .by.actor = span_text("uid:2") };
	struct stage *s = &stage;

	(void)state;
	stage_open(s, 7, 2);
	expect_ok("proposed", stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_NOON)), &s->why);
	approval.proposal = span_text(proposal_text(s));
	s->now = instant_after(s->now, SECONDS(11));
	expect_ok("a first version may come late", stage_change(s, &approval), &s->why);
	expect_ok("another", stage_propose(s, "uid:1", stage_sealed(s, "1.1", "2026-11-22T12:00:20Z")), &s->why);
	approval.version = span_text("1.1");
	approval.proposal = span_text(proposal_text(s));
	s->now = instant_after(s->now, SECONDS(10));
	expect_problem("may not", stage_change(s, &approval), &s->why, ERR_INVALID,
	    "expected a moment not before it is published, now 2026-11-22T12:00:21Z");
	stage_close(s);
}

static const char failing_tests[] = "{\"tests\":[{\"title\":\"what was meant\",\"facts\":{\"device.kind\":"
    "\"software\",\"login.age\":60,\"rp.asks_number\":false},\"expect\":{\"reached\":{\"token\":\"3\"}}}]}";

#define FAILING "the version's own test \"what was meant\" fails (tests/all.json/tests/0): reached token: expected " \
	"3, found 2"

static void
a_version_that_leads_elsewhere_than_its_tests_is_refused(void **state)
{
	struct stage *s = &stage;
	struct policy_files files;

	(void)state;
	stage_open(s, 9, 1);
	files = stage_unsealed(s, "1.0", STAGE_FROM);
	*stage_file(&files, "tests/all.json") = span_text(failing_tests);
	stage_seal(s, &files);
	expect_problem("whose own test fails", stage_propose(s, "uid:1", files), &s->why, ERR_INVALID, FAILING);
	files = stage_unsealed(s, "1.0", STAGE_FROM);
	for (size_t i = 0; i < files.count; i++)
		if (strcmp(files.items[i].name, "tests/all.json") == 0)
			files.items[i--] = files.items[--files.count];
	policy_files_sort(&files);
	stage_seal(s, &files);
	expect_problem("that has none", stage_propose(s, "uid:1", files), &s->why, ERR_INVALID,
	    "small/tests: expected tests that say where the version leads, found none");
	expect_number("nothing is kept", stage_count(s, &policy_table), 0);
	stage_close(s);
}

/* One that was taken in before anybody ran its tests. */
static void
a_proposal_that_fails_its_tests_is_not_approved(void **state)
{
	struct policy_change approval = { .step = POLICY_APPROVE, .framework = span_text("small"),
		.version = span_text("1.0"), .by.actor = span_text("uid:2") };
	struct buffer pack = buffer_init(POLICY_PACK_LARGEST), row = buffer_init(2 * POLICY_PACK_LARGEST);
	struct dictionary const *dictionary;
	const struct framework *f;
	struct stage *s = &stage;
	struct published_policy p;
	struct policy_files files;
	struct problem why;

	(void)state;
	stage_open(s, 10, 2);
	expect_ok("proposed", stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);
	expect_true("kept", stage_row(s, "1.0", &p));
	files = stage_unsealed(s, "1.0", STAGE_FROM);
	*stage_file(&files, "tests/all.json") = span_text(failing_tests);
	stage_seal(s, &files);
	expect_ok("the dictionary", dictionary_read(&s->arena, "facts.json", span_text(policy_text_facts_file),
	    &dictionary, &why), &why);
	expect_ok("it is a framework", framework_read(&s->arena, &files, dictionary, true, &f, &why), &why);
	policy_files_pack(&pack, &files);
	p.files = buffer_span(&pack);
	memcpy(p.digest, f->digest.data, sizeof(p.digest));
	published_policy_write(&row, &p);
	stage_put(s, &policy_table, policy_key(&s->arena, span_text("small"), span_text("1.0")), buffer_span(&row));
	approval.proposal = span_text(proposal_text(s));
	expect_problem("it is refused", stage_change(s, &approval), &s->why, ERR_INVALID, FAILING);
	expect_number("nothing is published", stage_count(s, &ledger_leaf_table), 0);
	buffer_release(&pack);
	buffer_release(&row);
	stage_close(s);
}

/* `facts`: what of facts.json is replaced by what. */
static void
facts_are_added_never_changed(void **state)
{
	static const struct { const char *title, *from, *to, *problem;
	} cases[] = {
		{ "a fact is dropped", FACT("login.tries", "integer", CLAIM ",\"least\":0,\"most\":100") ",", "",
		    "facts.json: fact \"login.tries\": expected it, for it is published, found none; facts are added, "
		    "never changed" },
		{ "a bound is another", "\"most\":100}", "\"most\":99}",
		    "facts.json: fact \"login.tries\": most: expected 100 as it is published, found 99" },
		{ "a word is added", "," WORD("phone") "]", "," WORD("phone") "," WORD("post") "]",
		    "facts.json: fact \"person.records\": values: expected [" },
		{ "a member is added", "\"most\":1000000", "\"most\":1000000,\"unit\":\"s\"",
		    "facts.json: fact \"login.age\": unit: expected none as it is published, found \"s\"" },
		{ "a member is dropped", CLAIM ",\"fresh_for\":\"PT1H\"", CLAIM,
		    "facts.json: fact \"device.lost\": fresh_for: expected \"PT1H\" as it is published, found none" },
	};
	struct stage *s = &stage;

	(void)state;
	stage_open(s, 8, 1);
	expect_ok("published", stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *at = strstr(policy_text_facts_file, cases[i].from);
		struct policy_change change = { .step = POLICY_PROPOSE,
			.files = stage_sealed(s, "1.1", "2027-01-01T00:00:00Z") };

		expect_true(cases[i].title, at != NULL);
		change.facts = span_text(arena_print(&s->arena, "%.*s%s%s", (int)(at - policy_text_facts_file),
		    policy_text_facts_file, cases[i].to, at + strlen(cases[i].from)));
		expect_problem(cases[i].title, stage_change(s, &change), &s->why, ERR_CONFLICT, cases[i].problem);
	}
	expect_number("nothing has changed", stage_count(s, &policy_table), 1);
	stage_close(s);
}

static void
agreements_count_by_the_operators_in_force(void **state)
{
	struct policy_change approval = { .step = POLICY_APPROVE, .framework = span_text("small"),
		.version = span_text("1.0") };
	struct stage *s = &stage;
	struct published_policy p;

	(void)state;
	stage_open(s, 14, 2);
	expect_ok("proposed", stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_FROM)), &s->why);
	approval.proposal = span_text(proposal_text(s));
	s->quorum.operators = span_text("uid:2\nuid:3");
	approval.by.actor = span_text("uid:2");
	expect_ok("who proposed it is dismissed, another agrees", stage_change(s, &approval), &s->why);
	expect_number("and is the first", s->report.standing.outcome, POLICY_AGREED);
	expect_number("of two", s->report.standing.had, 1);
	approval.by.actor = span_text("uid:3");
	expect_ok("the next", stage_change(s, &approval), &s->why);
	expect_number("is the second", s->report.standing.outcome, POLICY_PUBLISHED);
	expect_true("the row", stage_row(s, "1.0", &p));
	expect_span("tells of both", p.approvers, "uid:2\nuid:3");
	stage_close(s);
}

static void
facts_that_are_added_come_with_their_version(void **state)
{
	static const char new_fact[] = FACT("new.fact", "boolean", CLAIM);
	struct stage *s = &stage;
	const char *longer;
	struct policy_change change = { .step = POLICY_PROPOSE, .by.actor = span_text("uid:1") };
	struct published_policy p;
	struct stage_look look;

	(void)state;
	stage_open(s, 9, 2);
	longer = arena_print(
	    &s->arena, "%.*s,%s]}", (int)(sizeof(policy_text_facts_file) - 3), policy_text_facts_file, new_fact);
	change.files = stage_sealed(s, "1.0", STAGE_FROM);
	change.facts = span_text(policy_text_facts_file);
	expect_ok("the first", stage_change(s, &change), &s->why);
	change = (struct policy_change){ .step = POLICY_APPROVE, .by.actor = span_text("uid:2"),
		.framework = span_text("small"), .version = span_text("1.0"), .proposal = span_text(proposal_text(s)) };
	expect_ok("is published", stage_change(s, &change), &s->why);

	change = (struct policy_change){ .step = POLICY_PROPOSE, .by.actor = span_text("uid:1"),
		.files = stage_sealed(s, "1.1", "2027-01-01T00:00:00Z"), .facts = span_text(longer) };
	expect_ok("the second brings a fact", stage_change(s, &change), &s->why);
	expect_number("one", s->report.facts_added, 1);
	expect_true("which waits with it", stage_row(s, "1.1", &p) && span_is(p.facts, longer));
	look = stage_load(s, dictionary_ask());
	expect_span("and is in no dictionary yet", look.rows[0].value, policy_text_facts_file);
	change = (struct policy_change){ .step = POLICY_APPROVE, .by.actor = span_text("uid:2"),
		.framework = span_text("small"), .version = span_text("1.1"), .proposal = span_text(proposal_text(s)) };
	expect_ok("until it is published", stage_change(s, &change), &s->why);
	look = stage_load(s, dictionary_ask());
	expect_span("then it is", look.rows[0].value, longer);
	expect_true("the row", stage_row(s, "1.1", &p));
	expect_number("the second leaf", p.number, 2);
	stage_close(s);
}

static void
bad_files_are_refused_in_their_words(void **state)
{
	static const struct {
		const char *title, *file, *text;
		bool sealed;
		enum err err;
		const char *problem;
	} cases[] = {
		{ "a file that changed since it was sealed", "steps.json", "{\"steps\":[]}", true, ERR_INVALID,
		    "small/manifest.json: /files/steps.json" },
		{ "a file that was never sealed", NULL, NULL, false, ERR_INVALID, "small/manifest.json: " },
		{ "no JSON", "manifest.json", "{", true, ERR_SYNTAX, "small/manifest.json: line 1" },
	};
	struct stage *s = &stage;

	(void)state;
	stage_open(s, 10, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct policy_files files =
		    cases[i].sealed ? stage_sealed(s, "1.0", STAGE_FROM) : stage_unsealed(s, "1.0", STAGE_FROM);

		if (cases[i].file)
			*stage_file(&files, cases[i].file) = span_text(cases[i].text);
		expect_problem(
		    cases[i].title, stage_propose(s, "uid:1", files), &s->why, cases[i].err, cases[i].problem);
	}
	expect_problem("a dictionary that cannot be read",
	    stage_change(s,
		&(struct policy_change){ .step = POLICY_PROPOSE,
		    .files = stage_sealed(s, "1.0", STAGE_FROM),
		    .facts = span_text("{\"facts\":1}") }),
	    &s->why, ERR_INVALID, "facts.json: /facts: expected an array");
	expect_problem("none at all",
	    stage_change(
		s, &(struct policy_change){ .step = POLICY_PROPOSE, .files = stage_sealed(s, "1.0", STAGE_FROM) }),
	    &s->why, ERR_INVALID, "facts.json: expected the dictionary of facts");
	expect_number("nothing has changed", stage_count(s, &policy_table) + stage_count(s, &dictionary_table), 0);
	stage_close(s);
}

static void
without_its_key_nothing_is_published(void **state)
{
	const struct key_life announced = { .name = span_text(STAGE_KEY), .use = USE_LEDGER, .state = KEY_ANNOUNCED };
	struct buffer life = buffer_init(4 * KIB);
	struct stage *s = &stage;
	struct unit *unit;

	(void)state;
	stage_open(s, 11, 1);
	unit = unit_new(&s->arena, stage_tables, id_new(s->now));
	unit_delete(unit, &key_table, span_text(STAGE_KEY));
	stage_commit(s, unit);
	expect_problem("who has just been founded will have one", stage_propose(s, "uid:1", stage_sealed(s, "1.0",
	    STAGE_FROM)), &s->why, ERR_UNAVAILABLE, "first keys are being taken into use, and a version is signed with "
	    "one: try again");
	key_life_write(&life, &announced);
	stage_put(s, &key_table, announced.name, buffer_span(&life));
	buffer_release(&life);
	expect_problem("no key is active", stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_FROM)), &s->why,
	    ERR_NOT_FOUND, "no key for the ledger is active");
	expect_number("nothing is written", stage_count(s, &policy_table), 0);
	stage_close(s);
}

static void
a_commit_that_loses_is_tried_again(void **state)
{
	static const struct { const char *title; size_t lost; enum err code, err; } cases[] = {
		{ "somebody was first", 1, ERR_CONFLICT, OK },
		{ "and again", 3, ERR_CONFLICT, OK },
		{ "and always", 4, ERR_CONFLICT, ERR_CONFLICT },
		{ "the disk is full", 1, ERR_FULL, ERR_FULL },
	};
	struct stage *s = &stage;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		stage_open(s, 20 + i, 1);
		store_memory_fail_commits(s->store, cases[i].lost, cases[i].code);
		expect_problem(cases[i].title, stage_propose(s, "uid:1", stage_sealed(s, "1.0", STAGE_FROM)), &s->why,
		    cases[i].err, "small 1.0 could not be written");
		expect_number("written or not", stage_count(s, &policy_table), cases[i].err == OK);
		stage_close(s);
	}
}

/* One of two flows that run at the same time. */
struct rival {
	struct policy_change change;
	bool done;
	enum err err;
	struct problem why;
};

static void
on_rival_done(void *arg, enum err err, const struct policy_report *report, const struct problem *why)
{
	struct rival *r = arg;

	(void)report;
	r->done = true;
	r->err = err;
	if (err != OK)
		r->why = *why;
}

static void
run_rivals(struct stage *s, struct rival *a, struct rival *b)
{
	policy_change_start(&s->publisher, &a->change, on_rival_done, a);
	policy_change_start(&s->publisher, &b->change, on_rival_done, b);
	turn_run(loop_turn(s->loop));
	while (!a->done || !b->done) {
		if (store_memory_step(s->store, s->now))
			turn_run(loop_turn(s->loop));
		else
			loop_step(s->loop, SECONDS(1) / 100);
	}
}

static struct rival
rival_of(struct stage *s, const char *version, const char *from)
{
	return (struct rival){ .change = { .step = POLICY_PROPOSE, .files = stage_sealed(s, version, from),
	    .facts = span_text(policy_text_facts_file), .by.actor = span_text("uid:1"), .now = s->now } };
}

/* Whichever commits first: both were admitted when neither was there. */
static void
two_at_one_time_look_at_each_other(void **state)
{
	static const struct { const char *title, *one, *other; enum err err; const char *problem; } cases[] = {
		{ "of one moment one is refused", STAGE_FROM, STAGE_FROM, ERR_CONFLICT,
		    "/valid_from: expected another moment" },
		{ "of two moments both stand", STAGE_FROM, "2027-01-01T00:00:00Z", OK, "" },
		{ "only one is the first, that may begin in the past", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z",
		    ERR_INVALID, "/valid_from: expected a moment not before it is published" },
	};
	struct stage *s = &stage;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (uint64_t seed = 40; seed < 44; seed++) {
			struct rival one, other, *loser;

			stage_open(s, seed, 1);
			one = rival_of(s, "1.0", cases[i].one);
			other = rival_of(s, "2.0", cases[i].other);
			run_rivals(s, &one, &other);
			loser = one.err != OK ? &one : &other;
			expect_problem(cases[i].title, loser->err, &loser->why, cases[i].err, cases[i].problem);
			expect_number("the other stands", (loser == &one ? &other : &one)->err, OK);
			expect_number("published", stage_count(s, &policy_table), cases[i].err == OK ? 2 : 1);
			expect_number("as the ledger says", stage_count(s, &ledger_leaf_table), cases[i].err == OK ? 2 :
			    1);
			stage_close(s);
		}
	}
}

/* The callback's promise: after a cancellation it never runs, wherever the flow waits. */
static void
a_flow_can_be_left_at_any_point(void **state)
{
	struct stage *s = &stage;

	(void)state;
	for (size_t steps = 0; steps < 4; steps++) {
		struct pending *p;

		stage_open(s, 30 + steps, 1);
		p = stage_start(s,
		    &(struct policy_change){ .step = POLICY_PROPOSE,
			.files = stage_sealed(s, "1.0", STAGE_FROM),
			.facts = span_text(policy_text_facts_file) });
		for (size_t i = 0; i < steps && !s->done; i++) {
			if (store_memory_step(s->store, s->now))
				turn_run(loop_turn(s->loop));
			else
				loop_step(s->loop, SECONDS(1) / 100);
		}
		if (!s->done) {
			pending_cancel(&p);
			for (int i = 0; i < 5; i++) {
				while (store_memory_step(s->store, s->now))
					turn_run(loop_turn(s->loop));
				loop_step(s->loop, SECONDS(1) / 1000);
			}
			expect_true("nobody is called back", !s->done);
		}
		stage_close(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_operator_publishes_at_once),
		cmocka_unit_test(a_published_version_stays),
		cmocka_unit_test(several_operators_agree_to_the_same_files),
		cmocka_unit_test(a_proposal_can_be_taken_back),
		cmocka_unit_test(a_dry_run_changes_nothing),
		cmocka_unit_test(the_past_is_not_changed),
		cmocka_unit_test(an_approval_that_comes_late_is_refused),
		cmocka_unit_test(a_version_that_leads_elsewhere_than_its_tests_is_refused),
		cmocka_unit_test(a_proposal_that_fails_its_tests_is_not_approved),
		cmocka_unit_test(facts_are_added_never_changed),
		cmocka_unit_test(agreements_count_by_the_operators_in_force),
		cmocka_unit_test(facts_that_are_added_come_with_their_version),
		cmocka_unit_test(bad_files_are_refused_in_their_words),
		cmocka_unit_test(without_its_key_nothing_is_published),
		cmocka_unit_test(a_commit_that_loses_is_tried_again),
		cmocka_unit_test(two_at_one_time_look_at_each_other),
		cmocka_unit_test(a_flow_can_be_left_at_any_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
