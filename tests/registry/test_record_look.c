/* tests/registry/test_record_look.c - operators are warned of what is of no use in a record. */
#include "expect.h"

#include "registry/attribute_name.h"
#include "registry/record_look.h"

#define NOON "2026-11-22T12:00:00Z"
#define RIGHT(name, uses, until) "{\"name\":\"" name "\",\"basis\":\"court\",\"uses\":[" uses "]," \
	"\"from\":\"2026-04-01\",\"until\":\"" until "\",\"notified\":\"2026-04-10\"}"
#define LENT(to, uses, until) "{\"to\":\"" to "\",\"uses\":[" uses "],\"from\":\"2026-04-01\",\"until\":\"" until \
	"\",\"reported\":\"2026-04-10\"}"
#define SIGN "\"signature\""
#define AUTH "\"authentication\""
#define BOTH SIGN "," AUTH
#define ASKS(name) "{\"name\":\"" name "\",\"purpose\":{\"en\":\"x\"}}"

static struct arena arena;

static const struct member_record *
record_of(const char *id, const char *attributes, const char *jpki)
{
	struct member_record *record = arena_new(&arena, struct member_record);
	struct problem why;

	expect_ok(id, member_parse(&arena, id, span_text(arena_print(&arena,
	    "{\"id\":\"%s\",\"kind\":\"platform\",\"name\":{\"ja\":\"甲\",\"en\":\"A\"},"
	    "\"contacts\":[{\"type\":\"technical\",\"email\":\"a@a.example\"}],"
	    "\"entities\":[{\"entity_id\":\"https://%s.example/\",\"roles\":[\"rp\"],\"attributes\":[%s]}],"
	    "\"jpki\":{%s}}", id, id, attributes, jpki)), record, &why), &why);
	return record;
}

static void
names_that_somebody_defined(void **state)
{
	static const struct { const char *name; bool known; } cases[] = {
		{ "name", true }, { "birthdate", true }, { "address_region", true }, { "nationalities", true },
		{ "eduperson_assurance", true }, { "urn:oid:2.5.4.3", true }, { "https://a.example/x", true },
		{ "birthday", false }, { "Name", false }, { "nam", false }, { "names", false }, { "", false },
		{ ":name", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_true(cases[i].name, attribute_name_known(span_text(cases[i].name)) == cases[i].known);
}

/* "RULE ELEMENT FOUND" of each, a line each. */
static const char *
told(const struct rule_finding *findings, size_t count)
{
	const char *all = "";

	for (size_t i = 0; i < count; i++) {
		const struct rule_finding *f = &findings[i];

		expect_number("a warning", f->level, FINDING_WARNING);
		expect_true("in both languages, with its clause", f->right_ja.size && f->right_en.size &&
		    f->clause.size);
		expect_span("of the member", f->member, "city");
		all = arena_print(&arena, "%s%.*s %.*s %.*s\n", all, SPAN_ARGS(f->rule), SPAN_ARGS(f->element),
		    SPAN_ARGS(f->found));
	}
	return all;
}

/* Of frameworks there is this one alone. */
static enum err
check(void *arg, const struct requirement_name *wanted, struct problem *why)
{
	(void)arg;
	if (span_is(wanted->framework, "jp-idtf"))
		return OK;
	return problem_set(why, ERR_NOT_FOUND, "", "no version is in force");
}
static const struct requirement_check known = { check, NULL };

static const char *
looked_at(const struct member_record *record, const struct entrusted_members *entrusted)
{
	const struct rule_finding *findings = NULL;
	struct instant now;
	size_t count = 0;

	expect_true("noon", instant_read(span_text(NOON), &now));
	record_look(&arena, record, entrusted, &known, now, &findings, &count);
	return told(findings, count);
}

static void
attributes_nobody_defined(void **state)
{
	const struct entrusted_members nobody = { 0 };
	const struct rule_finding before = { .rule = span_text("edugain.logo-missing"), .level = FINDING_WARNING };
	const struct rule_finding *findings = &before;
	const struct member_record *record;
	const char *many = ASKS("name");
	size_t count = 1;

	(void)state;
	arena = arena_init(16 * MIB);
	expect_text("all are known", looked_at(record_of("city", ASKS("name") "," ASKS("urn:x:y"), ""), &nobody), "");
	expect_text("one is not", looked_at(record_of("city", ASKS("name") "," ASKS("birthday"), ""), &nobody),
	    "member.attribute-unknown /entities/0/attributes/1/name birthday\n");
	for (size_t i = 0; i < 100; i++)
		many = arena_print(&arena, "%s,{\"name\":\"x%zu\",\"purpose\":{\"en\":\"x\"}}", many, i);
	record = record_of("city", many, "");
	record_look(&arena, record, &nobody, NULL, (struct instant){ 0 }, &findings, &count);
	expect_number("what was found before stays, and there are so many at most", count, 1 + RECORD_WARNINGS);
	expect_span("it is the first", findings[0].rule, "edugain.logo-missing");
	expect_span("of the entity", findings[1].entity_id, "https://city.example/");
	arena_release(&arena);
}

static void
levels_nobody_defined(void **state)
{
	static const struct {
		const char *framework, *found;
	} cases[] = {
		{ "jp-idtf", "" },
		{ "jp-itdf", "member.requires-unknown /entities/0/requires no version is in force\n" },
	};
	const struct entrusted_members nobody = { 0 };
	const struct rule_finding *findings = NULL;
	size_t count = 0;

	(void)state;
	arena = arena_init(16 * MIB);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct member_record record = *record_of("city", ASKS("name"), "");
		struct member_entity entity = record.entities[0];

		entity.requires.framework = span_text(cases[i].framework);
		record.entities = &entity;
		expect_text(cases[i].framework, looked_at(&record, &nobody), cases[i].found);
		record_look(&arena, &record, &nobody, NULL, (struct instant){ 0 }, &findings, &count);
		expect_number("where nobody knows frameworks, nobody tells", count, 0);
	}
	arena_release(&arena);
}

struct other {
	enum standing standing; /* STANDING_UNKNOWN: there is none */
	const char *jpki;
};

static struct entrusted_members
loaded(const struct member_record *record, const struct other *other)
{
	struct entrusted_members e;
	struct row row = { 0 };
	struct ask *asks;
	size_t count;

	entrusted_begin(&e, &arena);
	entrusted_add(&e, record);
	entrusted_add(&e, record);
	asks = entrusted_asks(&e, &count);
	expect_number("each is asked for once", count, record->entrustment_count != 0);
	if (count && other->standing) {
		struct buffer text = buffer_init(MIB), b = buffer_init(MIB);
		struct member member = { .id = span_text("platform"), .standing = other->standing };

		member_print(&text, record_of("platform", "", other->jpki));
		member.record = buffer_span(&text);
		member_write(&b, &member);
		row.value = arena_copy(&arena, buffer_span(&b));
		asks[0].rows = &row;
		asks[0].count = 1;
		buffer_release(&text);
		buffer_release(&b);
	}
	entrusted_loaded(&e);
	return e;
}

static void
checks_entrusted_to_nobody_who_could(void **state)
{
#define NOT_FOR(what) "member.entrusted-to-no-operator /jpki/entrustments/0/to platform, not accredited for " what \
	" certificates\n"
	static const struct {
		const char *title, *lent;
		struct other other;
		const char *told;
	} cases[] = {
		{ "to an operator", LENT("platform", BOTH, "2027-04-01"),
		    { STANDING_APPROVED, "\"accreditations\":[" RIGHT("1", BOTH, "2027-04-01") "]" }, "" },
		{ "by two accreditations", LENT("platform", BOTH, "2027-04-01"),
		    { STANDING_APPROVED, "\"accreditations\":[" RIGHT("1", SIGN, "2027-04-01") ","
		        RIGHT("2", AUTH, "2027-04-01") "]" }, "" },
		{ "to nobody", LENT("platform", BOTH, "2027-04-01"), { STANDING_UNKNOWN, NULL },
		    "member.entrusted-to-nobody /jpki/entrustments/0/to platform\n" },
		{ "to one that has withdrawn", LENT("platform", BOTH, "2027-04-01"),
		    { STANDING_WITHDRAWN, "\"accreditations\":[" RIGHT("1", BOTH, "2027-04-01") "]" },
		    "member.entrusted-to-nobody /jpki/entrustments/0/to platform\n" },
		{ "to one suspended for now", LENT("platform", BOTH, "2027-04-01"),
		    { STANDING_SUSPENDED, "\"accreditations\":[" RIGHT("1", BOTH, "2027-04-01") "]" }, "" },
		{ "to no operator", LENT("platform", SIGN, "2027-04-01"), { STANDING_APPROVED, "" },
		    NOT_FOR("signature") },
		{ "of one kind only", LENT("platform", BOTH, "2027-04-01"),
		    { STANDING_APPROVED, "\"accreditations\":[" RIGHT("1", SIGN, "2027-04-01") "]" },
		    NOT_FOR("authentication") },
		{ "whose accreditation is over", LENT("platform", BOTH, "2027-04-01"),
		    { STANDING_APPROVED, "\"accreditations\":[" RIGHT("1", BOTH, "2026-11-22") "]" },
		    NOT_FOR("signature") NOT_FOR("authentication") },
		{ "long ago", LENT("platform", BOTH, "2026-11-22"), { STANDING_UNKNOWN, NULL }, "" },
		{ "to none", NULL, { STANDING_UNKNOWN, NULL }, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct member_record *record;
		struct entrusted_members entrusted;

		arena = arena_init(16 * MIB);
		record = record_of("city", "", cases[i].lent ?
		    arena_print(&arena, "\"entrustments\":[%s]", cases[i].lent) : "");
		entrusted = loaded(record, &cases[i].other);
		expect_text(cases[i].title, looked_at(record, &entrusted), cases[i].told);
		arena_release(&arena);
	}
}

static void
one_changed_beside_it_counts_as_it_will_be(void **state)
{
	const struct other none = { STANDING_UNKNOWN, NULL };
	const struct member_record *record;
	struct entrusted_members entrusted;

	(void)state;
	arena = arena_init(16 * MIB);
	record = record_of("city", "", "\"entrustments\":[" LENT("platform", SIGN, "2027-04-01") "]");
	entrusted = loaded(record, &none);
	entrusted_note(&entrusted, record_of("museum", "", ""));
	expect_text("somebody else", looked_at(record, &entrusted),
	    "member.entrusted-to-nobody /jpki/entrustments/0/to platform\n");
	entrusted_note(&entrusted, record_of("platform", "", ""));
	expect_text("without accreditation", looked_at(record, &entrusted), NOT_FOR("signature"));
	entrusted_note(&entrusted, record_of("platform", "", "\"accreditations\":["
	    RIGHT("1", SIGN, "2027-04-01") "]"));
	expect_text("with it", looked_at(record, &entrusted), "");
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_somebody_defined),
		cmocka_unit_test(attributes_nobody_defined),
		cmocka_unit_test(levels_nobody_defined),
		cmocka_unit_test(checks_entrusted_to_nobody_who_could),
		cmocka_unit_test(one_changed_beside_it_counts_as_it_will_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
