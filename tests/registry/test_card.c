/* tests/registry/test_card.c - a member's card and its row in the list: what the world sees, and what it does not. */
#include <stdio.h>

#include <jansson.h>

#include "expect.h"

#include "registry/card.h"
#include "registry/member_index.h"
#include "registry/view.h"

#define NOON "2026-11-22T12:00:00Z"

static struct arena arena;
static struct instant noon;

static const char city[] =
    "{\"id\":\"city\",\"kind\":\"public\",\"name\":{\"ja\":\"市役所\",\"en\":\"City\"},"
    "\"logo\":{\"url\":\"data:image/png;base64,iVBORw0KGgo=\",\"width\":8,\"height\":8},"
    "\"contacts\":[{\"type\":\"technical\",\"given_name\":\"Hanako\",\"surname\":\"Yamada\","
    "\"email\":\"hanako@city.example\",\"telephone\":\"+81-3-0000-0000\"},{\"type\":\"support\","
    "\"given_name\":\"Taro\",\"email\":\"help@city.example\"}],"
    "\"entities\":[{\"entity_id\":\"https://idp.city.example/\",\"roles\":[\"idp\",\"platform\"],"
    "\"oidc\":{\"provider\":{\"issuer\":\"https://idp.city.example/\"}},\"scopes\":[\"city.example\"],"
    "\"attributes\":[{\"name\":\"urn:oid:2.5.4.3\",\"friendly_name\":\"cn\",\"required\":true,"
    "\"purpose\":{\"ja\":\"本人への連絡\",\"en\":\"To reach the person\"},\"legal_basis\":\"Act 1\"}]}],"
    "\"certifications\":["
    "{\"framework\":\"jp-idtf\",\"area\":\"registration\",\"level\":\"3\",\"uri\":\"https://f.example/r3\","
    "\"assessor\":\"A\",\"from\":\"2026-01-01\",\"until\":\"2027-01-01\",\"document\":\"https://a.example/1.pdf\"},"
    "{\"framework\":\"jp-idtf\",\"area\":\"token\",\"level\":\"2\",\"uri\":\"https://f.example/t2\",\"assessor\":\"A\","
    "\"from\":\"2025-01-01\",\"until\":\"2026-01-01\"},"
    "{\"framework\":\"jp-idtf\",\"area\":\"token\",\"level\":\"3\",\"uri\":\"https://f.example/t3\",\"assessor\":\"A\","
    "\"from\":\"2027-01-01\",\"until\":\"2028-01-01\"}],"
    "\"jpki\":{\"accreditations\":[{\"name\":\"No. 1\",\"basis\":\"public-body\",\"uses\":[\"signature\"],"
    "\"from\":\"2026-04-01\",\"until\":\"2030-04-01\",\"notified\":\"2026-04-10\"}],\"entrustments\":[{"
    "\"to\":\"platform\",\"uses\":[\"authentication\",\"signature\"],\"from\":\"2025-04-01\","
    "\"until\":\"2026-04-01\",\"reported\":\"2025-04-01\"}]}}";

static int
set_up(void **state)
{
	(void)state;
	arena = arena_init(64 * MIB);
	return instant_read(span_text(NOON), &noon) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct member_record
record_of(const char *json)
{
	struct member_record record;
	struct problem why;

	expect_ok("the record is one", member_parse(&arena, "record", span_text(json), &record, &why), &why);
	return record;
}

static struct member
member_of(enum standing standing)
{
	return (struct member){
		.id = span_text("city"),
		.standing = standing,
		.since = noon,
		.reason = span_text("all papers seen"),
		.record = span_text(city),
		.registered = noon,
		.proposed = MEMBER_CHANGE,
		.proposal = span_text("{\"secret\":\"plan\"}"),
		.proposed_at = noon,
		.proposal_reason = span_text("a new wing"),
		.approvers = { span_text("uid:1000") },
		.approver_count = 1,
	};
}

/* The JSON, whole, for the caller to look into; it is released by the caller. */
static json_t *
written(struct buffer *b)
{
	json_error_t error;
	json_t *json = json_loadb((const char *)buffer_span(b).data, buffer_span(b).size, 0, &error);

	if (!json)
		print_error("%s in %.*s\n", error.text, SPAN_ARGS(buffer_span(b)));
	expect_true("it is JSON", json != NULL);
	return json;
}

static bool
says(const struct buffer *b, const char *text)
{
	return memmem(buffer_span(b).data, buffer_span(b).size, text, strlen(text)) != NULL;
}

static const char *
text_at(json_t *json, const char *member)
{
	return json_string_value(json_object_get(json, member));
}

static const char *const events[] = {
	"{\"action\":\"suspend\",\"actor\":\"uid:1001\",\"after\":\"00\",\"at\":\"2026-11-04T00:00:00Z\","
	    "\"before\":\"00\","
	"\"event\":\"member.suspended\",\"member\":\"city\",\"number\":6,\"proposal\":null,\"reason\":\"a key was "
	    "lost\","
	"\"standing\":\"suspended\"}",
	"{\"action\":null,\"actor\":\"steward\",\"at\":\"2026-11-03T12:00:00Z\","
	    "\"event\":\"member.certificate-ending\","
	"\"number\":5,\"reason\":\"of idp\",\"standing\":\"approved\"}",
	"{\"action\":\"change\",\"actor\":\"uid:1000\",\"at\":\"2026-11-03T00:00:00Z\","
	    "\"event\":\"member.change-proposed\","
	"\"number\":4,\"reason\":\"a hidden plan\",\"standing\":\"approved\"}",
	"{\"action\":\"approve\",\"actor\":\"uid:1001\",\"at\":\"2026-11-02T12:00:00Z\",\"event\":\"member.agreed\","
	    "\"number\":3,"
	"\"reason\":\"\",\"standing\":\"applied\"}",
	"not an entry",
	"{\"action\":\"approve\",\"actor\":\"steward\",\"at\":\"2026-11-02T00:00:00Z\",\"event\":\"member.approved\","
	    "\"number\":2,"
	"\"reason\":\"\",\"standing\":\"approved\"}",
};

static struct card
card_of(const struct member *member, const struct member_record *record, struct card_entity *entity)
{
	struct span *list = arena_array(&arena, struct span, COUNT(events));

	for (size_t i = 0; i < COUNT(events); i++)
		list[i] = span_text(events[i]);
	*entity = (struct card_entity){ .entity_id = record->entities[0].entity_id };
	return (struct card){ .member = member, .record = record, .entities = entity, .entity_count = 1, .events = list,
		.event_count = COUNT(events), .now = noon };
}

static void
the_world_sees_the_member_and_no_person(void **state)
{
	static const char *const hidden[] = { "Hanako", "Yamada", "hanako@", "+81", "Taro", "plan", "uid:", "1000",
		"a new wing", "a hidden plan", "certificate-ending", "agreed", "not an entry" };
	struct member member = member_of(STANDING_SUSPENDED);
	struct member_record record = record_of(city);
	struct buffer b = buffer_init(1 * MIB);
	struct card_entity entity;
	struct card card = card_of(&member, &record, &entity);
	json_t *json, *list, *one;

	(void)state;
	card_write(&b, &arena, &card);
	for (size_t i = 0; i < COUNT(hidden); i++)
		expect_true(hidden[i], !says(&b, hidden[i]));
	json = written(&b);
	expect_text("its id", text_at(json, "id"), "city");
	expect_text("its standing", text_at(json, "standing"), "suspended");
	expect_text("why", text_at(json, "reason"), "all papers seen");
	expect_text("since when", text_at(json, "since"), NOON);
	expect_text("its name", text_at(json_object_get(json, "name"), "ja"), "市役所");
	expect_text("its logo is ours to serve", text_at(json, "logo"), "/v1/members/city/logo");
	expect_number("one address of support", json_array_size(json_object_get(json, "support")), 1);
	list = json_object_get(json, "certifications");
	expect_text("one in force", text_at(json_array_get(list, 0), "state"), "in-force");
	expect_text("one that has ended", text_at(json_array_get(list, 1), "state"), "ended");
	expect_text("one that has not begun", text_at(json_array_get(list, 2), "state"), "not-yet");
	list = json_object_get(json, "accreditations");
	expect_text("on which ground it checks certificates", text_at(json_array_get(list, 0), "basis"), "public-body");
	expect_text("in force", text_at(json_array_get(list, 0), "state"), "in-force");
	expect_text("since when J-LIS knows", text_at(json_array_get(list, 0), "notified"), "2026-04-10T00:00:00Z");
	list = json_object_get(json, "entrustments");
	expect_text("to whom it was entrusted", text_at(json_array_get(list, 0), "to"), "platform");
	expect_text("and is no more", text_at(json_array_get(list, 0), "state"), "ended");
	expect_number("for both uses", json_array_size(json_object_get(json_array_get(list, 0), "uses")), 2);
	list = json_object_get(json, "history");
	expect_number("what came into force", json_array_size(list), 2);
	expect_text("the newest first", text_at(json_array_get(list, 0), "event"), "member.suspended");
	expect_text("with its reason", text_at(json_array_get(list, 0), "reason"), "a key was lost");
	expect_text("by an operator", text_at(json_array_get(list, 0), "actor"), "operator");
	expect_text("by the steward", text_at(json_array_get(list, 1), "actor"), "steward");
	one = json_array_get(json_object_get(json, "entities"), 0);
	expect_true("its entity is not published", json_is_false(json_object_get(one, "published")));
	expect_number("with both roles", json_array_size(json_object_get(one, "roles")), 2);
	expect_text("and what it asks for", text_at(json_array_get(json_object_get(one, "attributes"), 0),
	    "legal_basis"), "Act 1");
	json_decref(json);
	buffer_release(&b);
}

static void
what_a_relying_party_needs_is_shown(void **state)
{
	static const char shop[] =
	    "{\"id\":\"city\",\"kind\":\"business\",\"name\":{\"ja\":\"店\",\"en\":\"Shop\"},"
	    "\"contacts\":[{\"type\":\"support\",\"email\":\"help@shop.example\"}],"
	    "\"entities\":[{\"entity_id\":\"https://shop.example/\",\"roles\":[\"rp\"],\"sector\":\"shop.example\","
	    "\"requires\":{\"framework\":\"jp-idtf\",\"levels\":{\"token\":\"2\",\"registration\":\"1+\"}},"
	    "\"personas\":[\"private\"]}]}";
	struct member member = member_of(STANDING_APPROVED);
	const char *const records[] = { shop, city };

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		struct member_record record = record_of(records[i]);
		struct buffer b = buffer_init(1 * MIB);
		struct card_entity entity;
		struct card card = card_of(&member, &record, &entity);
		json_t *json, *one, *levels;

		card_write(&b, &arena, &card);
		json = written(&b);
		one = json_array_get(json_object_get(json, "entities"), 0);
		levels = json_object_get(json_object_get(one, "requires"), "levels");
		if (records[i] == shop) {
			expect_text("what a login must reach", text_at(levels, "registration"), "1+");
			expect_text("in each area", text_at(levels, "token"), "2");
			expect_number("as whom people come", json_array_size(json_object_get(one, "personas")), 1);
			expect_text("where it knows them by one name", text_at(one, "sector"), "shop.example");
		} else {
			expect_true("who relies on nobody needs nothing",
			    json_is_null(json_object_get(one, "requires")) &&
			    json_is_null(json_object_get(one, "sector")) &&
			    json_array_size(json_object_get(one, "personas")) == 0);
		}
		json_decref(json);
		buffer_release(&b);
	}
}

static void
operators_see_the_rest(void **state)
{
	static const char *const shown[] = { "Hanako", "+81-3-0000-0000", "{\"secret\":\"plan\"}",
		"\"approvers\":[\"uid:1000\"]", "\"action\":\"change\"", "a hidden plan", "a new wing",
		"\"proposal\":\"sha256:", "\"differences\":[{\"pointer\":" };
	struct member member = member_of(STANDING_APPROVED);
	struct member_record record = record_of(city);
	struct buffer b = buffer_init(1 * MIB);
	struct card_entity entity;
	struct card card = card_of(&member, &record, &entity);

	(void)state;
	card.whole = true;
	card.event_count = 4; /* all entries of ours: they stand there as they are */
	card_write(&b, &arena, &card);
	for (size_t i = 0; i < COUNT(shown); i++)
		expect_true(shown[i], says(&b, shown[i]));
	json_decref(written(&b));
	buffer_clear(&b);
	member.proposed = MEMBER_NOTHING;
	card_write(&b, &arena, &card);
	expect_true("nothing waits", says(&b, "\"proposed\":null}"));
	json_decref(written(&b));
	buffer_release(&b);
}

static void
reminders_are_between_member_and_operators(void **state)
{
	struct rule_finding list[] = {
		{ .rule = span_text("member.confirmation-due"), .level = FINDING_WARNING,
		    .found = span_text("since spring") },
		{ .rule = span_text("r.one"), .level = FINDING_WARNING, .found = span_text("a small thing") },
		{ .rule = span_text("member.certification-expires"), .level = FINDING_WARNING,
		    .found = span_text("in May") },
	};
	struct findings findings = { .looked = noon, .published = list, .published_count = COUNT(list) };
	struct member member = member_of(STANDING_APPROVED);
	struct member_record record = record_of(city);
	struct buffer b = buffer_init(1 * MIB);
	struct card_entity entity;
	struct card card = card_of(&member, &record, &entity);

	(void)state;
	entity.findings = &findings;
	card_write(&b, &arena, &card);
	expect_true("the world sees what a rule found", says(&b, "a small thing"));
	expect_true("but no reminder to confirm", !says(&b, "confirmation-due") && !says(&b, "since spring"));
	expect_true("nor one to renew", !says(&b, "certification-expires") && !says(&b, "in May"));
	json_decref(written(&b));
	buffer_clear(&b);
	card.whole = true;
	card.event_count = 4;
	card_write(&b, &arena, &card);
	expect_true("operators see all", says(&b, "since spring") && says(&b, "a small thing") && says(&b, "in May"));
	json_decref(written(&b));
	buffer_release(&b);
}

static void
what_a_descriptor_says_is_shown_with_its_findings(void **state)
{
	struct lang_text names[] = { { .lang = span_text("en"), .text = span_text("An IdP") } };
	struct portrait_certificate keys[] = { { .use = span_text("signing"),
	    .der = span_text("no certificate at all") } };
	struct portrait_endpoint endpoints[] = { { .element = "SingleSignOnService", .binding = span_text("b"),
		.location = span_text("https://idp.example/sso") } };
	struct lang_text scopes[] = { { .text = span_text("idp.example") } };
	struct span values[] = { span_text(" http://refeds.org/sirtfi ") };
	struct portrait_attribute attributes[] =
		{ { .name = span_text("urn:oasis:names:tc:SAML:attribute:assurance-certification"),
		.values = values, .value_count = 1 } };
	struct portrait_role role = { .element = "IDPSSODescriptor", .ui.names = { names, 1 }, .keys = keys,
		.key_count = 1, .endpoints = endpoints, .endpoint_count = 1, .scopes = scopes, .scope_count = 1 };
	struct portrait portrait = { .roles = &role, .role_count = 1, .attributes = attributes, .attribute_count = 1 };
	struct rule_finding finding = { .rule = span_text("r.one"), .level = FINDING_WARNING,
		.right_ja = span_text("こう"), .right_en = span_text("so") };
	struct findings findings = { .looked = noon, .published = &finding, .published_count = 1, .refused = &finding,
		.refused_count = 1, .refused_at = noon };
	struct entity entity = { .entity_id = span_text("https://idp.example/"), .roles = ENTITY_IDP,
		.source = span_text("feed"), .name_en = span_text("An IdP"), .registered = noon, .imported = noon };
	struct card_entity shown = { entity.entity_id, &entity, &portrait, &findings };
	struct buffer b = buffer_init(1 * MIB);
	json_t *json, *one;

	(void)state;
	card_write(&b, &arena, &(struct card){ .entities = &shown, .entity_count = 1, .now = noon });
	json = written(&b);
	expect_text("its source", text_at(json, "source"), "feed");
	expect_true("no standing", json_is_null(json_object_get(json, "standing")));
	expect_number("an id of 40 digits", strlen(text_at(json, "id")), 40);
	one = json_array_get(json_object_get(json, "entities"), 0);
	expect_true("published", json_is_true(json_object_get(one, "published")));
	expect_text("its name", text_at(json_object_get(one, "name"), "en"), "An IdP");
	expect_text("its scope", json_string_value(json_array_get(json_object_get(one, "scopes"), 0)), "idp.example");
	expect_text("what it is certified for", json_string_value(json_array_get(json_object_get(one, "certified"), 0)),
	    "http://refeds.org/sirtfi");
	expect_text("where it is", text_at(json_array_get(json_object_get(one, "endpoints"), 0), "location"),
	    "https://idp.example/sso");
	expect_text("a finding", text_at(json_array_get(json_object_get(one, "findings"), 0), "rule"), "r.one");
	expect_text("one of a refused copy", text_at(json_array_get(json_object_get(one, "refused"), 0), "rule"),
	    "r.one");
	one = json_array_get(json_object_get(one, "certificates"), 0);
	expect_number("a fingerprint", strlen(text_at(one, "sha256")), 64);
	expect_true("of what cannot be read, no dates", json_is_null(json_object_get(one, "until")));
	expect_text("the bytes all the same", text_at(one, "der"), "bm8gY2VydGlmaWNhdGUgYXQgYWxs");
	json_decref(json);
	buffer_release(&b);
}

static void
only_who_was_approved_has_a_card(void **state)
{
	static const struct { const char *title; enum standing standing; bool registered, shown; } cases[] = {
		{ "an applicant is nobody's business", STANDING_APPLIED, false, false },
		{ "a member", STANDING_APPROVED, true, true },
		{ "a suspended one, so that people learn of it", STANDING_SUSPENDED, true, true },
		{ "one that left, for its history", STANDING_WITHDRAWN, true, true },
		{ "one that was never let in", STANDING_WITHDRAWN, false, false },
		{ "one that applies again, with a record nobody approved", STANDING_APPLIED, true, false },
		{ "nobody", STANDING_UNKNOWN, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct member member = { .standing = cases[i].standing,
			.registered = cases[i].registered ? noon : (struct instant){ 0 } };

		expect_true(cases[i].title, card_is_public(&member) == cases[i].shown);
	}
}

static void
a_row_of_the_list_says_what_is_in_force(void **state)
{
	struct member member = member_of(STANDING_APPROVED);
	struct member_record record = record_of(city);
	struct entity entity = { .entity_id = span_text("https://sp.example/\"x"), .roles = ENTITY_RP | ENTITY_OTHER,
		.source = span_text("feed"), .name_ja = span_text("名"), .errors = 1, .warnings = 2,
		.registered = noon };
	struct entity_key key = entity_key_of(entity.entity_id);
	struct member_certification twice[2];
	struct buffer b = buffer_init(1 * MIB);
	json_t *json, *row;

	(void)state;
	twice[0] = twice[1] = record.certifications[0];
	twice[0].until = instant_after(twice[1].until, SECONDS(1));
	twice[0].entity_id = record.entities[0].entity_id;
	member_index_begin(&b, 9);
	member_index_member(&b, &member, &record, noon, true);
	record.certifications = twice;
	record.certification_count = 2;
	member_index_member(&b, &member, &record, noon, false);
	member_index_entity(&b, &key, &entity, false);
	member_index_end(&b);
	expect_true("no person is in it", !says(&b, "Hanako") && !says(&b, "help@"));
	json = written(&b);
	expect_number("of this generation", json_integer_value(json_object_get(json, "generation")), 9);
	row = json_array_get(json_object_get(json, "rows"), 0);
	expect_text("its standing", text_at(row, "standing"), "approved");
	expect_number("one level in force", json_array_size(json_object_get(row, "levels")), 1);
	expect_text("which one", text_at(json_array_get(json_object_get(row, "levels"), 0), "level"), "3");
	expect_text("until when", text_at(row, "until"), "2027-01-01T00:00:00Z");
	expect_number("its roles", json_array_size(json_object_get(row, "roles")), 2);
	row = json_array_get(json_object_get(json, "rows"), 1);
	expect_number("a level held twice is said once", json_array_size(json_object_get(row, "levels")), 1);
	expect_text("with the later end", text_at(json_array_get(json_object_get(row, "levels"), 0), "until"),
	    "2027-01-01T00:00:01Z");
	row = json_array_get(json_object_get(json, "rows"), 2);
	expect_number("an entity's id has 40 digits", strlen(text_at(row, "id")), 40);
	expect_text("its source", text_at(row, "source"), "feed");
	expect_text("its own id", json_string_value(json_array_get(json_object_get(row, "entities"), 0)),
	    "https://sp.example/\"x");
	expect_number("its warnings", json_integer_value(json_array_get(json_object_get(row, "findings"), 1)), 2);
	json_decref(json);
	buffer_release(&b);
}

static void
only_pictures_are_logos(void **state)
{
	static const struct { const char *title, *url, *type; } cases[] = {
		{ "a PNG", "data:image/png;base64,iVBORw0KGgo=", "image/png" },
		{ "an SVG", "data:image/svg+xml;base64,PHN2Zy8+", "image/svg+xml" },
		{ "one that lies elsewhere is not ours to show", "https://elsewhere.example/logo.png", NULL },
		{ "a page is no picture", "data:text/html;base64,PGI+", NULL },
		{ "broken base64", "data:image/png;base64,iVBOR", NULL },
		{ "nothing", "data:image/png;base64,", NULL },
		{ "none", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span bytes, type;
		bool is_one = logo_read(&arena, span_text(cases[i].url), &bytes, &type);

		expect_true(cases[i].title, is_one == (cases[i].type != NULL));
		if (is_one)
			expect_span(cases[i].title, type, cases[i].type);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_world_sees_the_member_and_no_person, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_relying_party_needs_is_shown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(operators_see_the_rest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reminders_are_between_member_and_operators, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_descriptor_says_is_shown_with_its_findings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_who_was_approved_has_a_card, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_row_of_the_list_says_what_is_in_force, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_pictures_are_logos, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
