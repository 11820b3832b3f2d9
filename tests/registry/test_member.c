/* tests/registry/test_member.c - the member record: what is read, how it is written, and the exact words of every
 * refusal (member_cases.json; tests/schemas/test_schemas.py shows that the schema says the same). */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "registry/member.h"
#include "registry/oidc_client.h"

static struct {
	json_t *table; /* member_cases.json */
	struct arena arena;
} here;

static int
prepare(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/registry/member_cases.json", top ? top : ".");
	here.table = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(here.table);
	here.arena = arena_init(256 * MIB);
	return 0;
}

static int
clean_up(void **state)
{
	(void)state;
	json_decref(here.table);
	arena_release(&here.arena);
	return 0;
}

/* What the pointer leads to in `*holder`: its last part, as a key or an index. */
static const char *
find_holder(json_t **holder, const char *pointer)
{
	const char *slash;

	for (pointer++; (slash = strchr(pointer, '/')); pointer = slash + 1) {
		const char *part = arena_text(&here.arena, span_of(pointer, (size_t)(slash - pointer)));

		*holder = json_is_array(*holder) ? json_array_get(*holder, strtoul(part, NULL, 10))
		                                 : json_object_get(*holder, part);
	}
	assert_non_null(*holder);
	return pointer;
}

static json_t *
changed(const json_t *base, const json_t *change)
{
	json_t *record = json_deep_copy(base), *value, *holder;
	const char *pointer, *drop = json_string_value(json_object_get(change, "drop"));

	json_object_foreach (json_object_get(change, "set"), pointer, value) {
		const char *last;

		holder = record;
		last = find_holder(&holder, pointer);
		if (!json_is_array(holder))
			json_object_set(holder, last, value);
		else if (strtoul(last, NULL, 10) == json_array_size(holder))
			json_array_append(holder, value);
		else
			json_array_set(holder, strtoul(last, NULL, 10), value);
	}
	if (drop) {
		holder = record;
		pointer = find_holder(&holder, drop);
		assert_int_equal(json_object_del(holder, pointer), 0);
	}
	return record;
}

static struct span
case_text(const json_t *one)
{
	json_t *record = changed(json_object_get(here.table, "base"), one);
	char *text = json_dumps(record, JSON_INDENT(1));
	struct span s = arena_copy(&here.arena, span_text(text));

	free(text);
	json_decref(record);
	return s;
}

static struct span
printed(const struct member_record *m)
{
	struct buffer b = buffer_init(4 * MIB);
	struct span s;

	member_print(&b, m);
	assert_false(b.overflowed);
	s = arena_copy(&here.arena, buffer_span(&b));
	buffer_release(&b);
	return s;
}

static void
every_case_of_the_table_gets_its_answer(void **state)
{
	json_t *one;
	size_t i;

	(void)state;
	assert_true(json_array_size(json_object_get(here.table, "cases")) > 100);
	json_array_foreach (json_object_get(here.table, "cases"), i, one) {
		const char *title = json_string_value(json_object_get(one, "title"));
		const char *problem = json_string_value(json_object_get(one, "problem"));
		struct member_record m, again;
		struct problem why = { 0 };
		struct span text = case_text(one), canonical;

		if (problem) {
			expect_number(title, member_parse(&here.arena, "m.json", text, &m, &why), ERR_INVALID);
			expect_text(title, why.text, arena_print(&here.arena, "m.json: %s", problem));
			continue;
		}
		expect_ok(title, member_parse(&here.arena, "m.json", text, &m, &why), &why);
		canonical = printed(&m);
		expect_ok(title, member_parse(&here.arena, "canonical", canonical, &again, &why), &why);
		expect_true(title, span_equal(printed(&again), canonical));
	}
}

static struct member_record
read_case(const char *title)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(here.table, "cases"), i, one)
		if (strcmp(json_string_value(json_object_get(one, "title")), title) == 0) {
			struct member_record m;
			struct problem why;

			expect_ok(title, member_parse(&here.arena, "m.json", case_text(one), &m, &why), &why);
			return m;
		}
	fail_msg("no case is called %s", title);
	return (struct member_record){ 0 };
}

static void
what_is_said_is_read(void **state)
{
	struct member_record m = read_case("everything");
	const struct member_entity *e = &m.entities[0];
	struct instant t;

	(void)state;
	expect_span("the id", m.id, "midori-city");
	expect_span("its name", m.name.ja, "みどり市");
	expect_span("the kind", m.kind, "public");
	expect_span("a text of two lines", m.description.ja, "市役所です。\n窓口は本庁舎。");
	expect_span("the street", m.street_address, "1-1 Chuo");
	expect_span("the country", m.country, "JP");
	expect_number("the logo's height", m.logo.height, 48);
	expect_number("two contacts", m.contact_count, 2);
	expect_span("whom", m.contacts[0].given_name, "Operations");
	expect_span("for what", m.contacts[1].type, "security");
	expect_number("two entities", m.entity_count, 2);
	expect_number("a relying party", e->roles, ENTITY_RP);
	expect_span("its name in one language", e->name.en, "e-Applications");
	expect_number("and not in the other", e->name.ja.size, 0);
	expect_number("two scopes", e->scope_count, 2);
	expect_span("the second", e->scopes[1], "a-b.example.jp");
	expect_number("one category", e->category_count, 1);
	expect_number("one served", e->supported_count, 1);
	expect_number("two attributes", e->attribute_count, 2);
	expect_true("one of them is required", e->attributes[0].required && !e->attributes[1].required);
	expect_span("for this", e->attributes[0].purpose.ja, "氏名のため");
	expect_span("by that", e->attributes[0].legal_basis, "法第1条");
	expect_span("OpenID metadata is canonical", e->oidc_client,
	    "{\"default_max_age\":3600,\"jwks\":{\"keys\":[{\"crv\":\"Ed25519\",\"kid\":\"1\",\"kty\":\"OKP\","
	    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]},"
	    "\"redirect_uris\":[\"https://city.example.jp/cb\"]}");
	expect_number("and read", e->client->max_age, SECONDS(3600));
	expect_span("the record's sector is its own", e->client->sector, "city.example.jp");
	expect_text("what is not said is what members get", client_algorithm_name(e->client->id_token), "ES256");
	expect_span("what a login must reach", e->requires.framework, "jp-idtf");
	expect_span("a profile", e->requires.profile, "login");
	expect_number("and levels of two areas", e->requires.area_count, 2);
	expect_span("in the order of their names", e->requires.areas[0].area, "authentication");
	expect_span("such", e->requires.areas[0].level, "1+");
	expect_number("two personas", e->persona_count, 2);
	expect_span("this one before the other", e->personas[0], "private");
	expect_true("who has no client has none", !m.entities[1].client && !m.entities[1].persona_count);
	expect_number("roles beyond SAML's", m.entities[1].roles, ENTITY_IDP | ENTITY_AP | ENTITY_PLATFORM |
	    ENTITY_AUTHN_PROVIDER | ENTITY_PROOFING_PROVIDER);
	expect_true("a date is its midnight in UTC", instant_read(span_text("2026-04-01T00:00:00Z"), &t) &&
	    m.certifications[0].from.us == t.us);
	expect_true("an offset is taken into account, and a fraction cut off",
	    m.certifications[1].from.us == t.us && m.certifications[1].until.us % SECONDS(1) == 0);
	expect_span("the level", m.certifications[1].level, "1+");
	expect_span("of one entity", m.certifications[0].entity_id, "https://city.example.jp/saml");
	expect_span("the policy", m.registration_policy.en, "https://[2001:db8::1]:8443/policy");
}

static void
it_is_written_canonically_without_what_is_empty(void **state)
{
	static const char expected[] =
	    "{\"certifications\":[{\"area\":\"privacy\",\"assessor\":\"Institute\",\"framework\":\"jp-idtf\","
	    "\"from\":\"2026-04-01T00:00:00Z\",\"level\":\"2\",\"until\":\"2027-03-31T15:00:00Z\","
	    "\"uri\":\"https://federation.example/assurance/privacy/2\"}],"
	    "\"contacts\":[{\"email\":\"operations@city.example.jp\",\"type\":\"other\"}],"
	    "\"entities\":[{\"entity_id\":\"urn:example:entity\",\"roles\":[\"platform\"]}],"
	    "\"id\":\"midori-city\",\"kind\":\"public\",\"name\":{\"en\":\"Midori City\",\"ja\":\"みどり市\"}}";
	struct member_record m = read_case("an entity that speaks no SAML needs no technical contact");

	(void)state;
	expect_span("as RFC 8785 has it", printed(&m), expected);
	m = read_case("empty optional parts");
	expect_true("no comment, no empty part",
	    !strstr(arena_text(&here.arena, printed(&m)), "[]") &&
	        !strstr(arena_text(&here.arena, printed(&m)), "{}") &&
	        !strstr(arena_text(&here.arena, printed(&m)), "\"//"));
}

static void
a_text_that_is_no_record_is_refused(void **state)
{
	static const struct {
		const char *title, *text, *problem;
		enum err code;
	} cases[] = {
		{ "nothing", "", "m.json: line 1, column 0: '[' or '{' expected near end of file", ERR_SYNTAX },
		{ "a list", "[]", "m.json: expected an object, found an array", ERR_INVALID },
		{ "a key twice", "{\"id\":\"ab\",\n\"id\":\"cd\"}",
		    "m.json: line 2, column 4: duplicate object key near '\"id\"'", ERR_SYNTAX },
	};
	uint8_t *large = arena_take(&here.arena, MEMBER_RECORD_LARGEST + 1);
	struct member_record m;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_number(cases[i].title, member_parse(&here.arena, "m.json", span_text(cases[i].text), &m, &why),
		    cases[i].code);
		expect_text(cases[i].title, why.text, cases[i].problem);
	}
	memset(large, ' ', MEMBER_RECORD_LARGEST + 1);
	expect_problem("a record that is too large", member_parse(&here.arena, "m.json",
	    span_of(large, MEMBER_RECORD_LARGEST + 1), &m, &why), &why, ERR_LIMIT,
	    "m.json: expected at most 1048576 bytes, found 1048577");
}

static void
a_certification_holds_for_its_entity_in_its_time(void **state)
{
	const struct member_certification all = { .from = { SECONDS(100) }, .until = { SECONDS(200) } };
	struct member_certification one = all;
	static const struct {
		const char *title;
		int64_t at;
		bool all;
	} cases[] = {
		{ "before it begins", SECONDS(100) - 1, false },
		{ "when it begins", SECONDS(100), true },
		{ "until it ends", SECONDS(200) - 1, true },
		{ "no longer when it ends", SECONDS(200), false },
	};

	(void)state;
	one.entity_id = span_text("urn:a");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct instant at = { cases[i].at };

		expect_true(cases[i].title, certification_holds(&all, span_text("urn:b"), at) == cases[i].all);
		expect_true(cases[i].title, certification_holds(&one, span_text("urn:a"), at) == cases[i].all);
		expect_true("never for another entity", !certification_holds(&one, span_text("urn:b"), at));
	}
}

static void
roles_have_names(void **state)
{
	(void)state;
	for (const struct entity_role_name *r = entity_roles; r->name; r++) {
		expect_number(r->name, entity_role_read(span_text(r->name)), r->role);
		expect_true("in one byte", r->role < 256);
	}
	expect_number("another has none", entity_role_read(span_text("other")), 0);
	expect_number("nor has nothing", entity_role_read((struct span){ 0 }), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_the_table_gets_its_answer),
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(it_is_written_canonically_without_what_is_empty),
		cmocka_unit_test(a_text_that_is_no_record_is_refused),
		cmocka_unit_test(a_certification_holds_for_its_entity_in_its_time),
		cmocka_unit_test(roles_have_names),
	};

	return cmocka_run_group_tests_name("member", tests, prepare, clean_up);
}
