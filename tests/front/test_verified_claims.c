/* tests/front/test_verified_claims.c - what proofings vouch for: as much as was asked, agreed to and held, and no more.
 *
 * The titles of the first table are the modules of the conformance suite's plan `ekyc-test-plan-oidccore`.
 */
#include "expect.h"

#include <jansson.h>

#include "front/oidc/verified_claims.h"
#include "front/oidc/verified_request.h"

#define NOON INT64_C(1798804800000000) /* 2027-01-01T12:00:00Z */
#define T(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define OURS "https://federation.example/framework"

static const struct proofing_record card = { .id = { { 1 } }, .method = PROOFING_BY_CARD,
	.at = { NOON - SECONDS(1000) }, .handle = T("0123"),
	.facts = T("{\"proofing.certificate\":\"jpki-signature\","
	"\"proofing.evidence_checked\":[\"signature-chain\"]}") };
static const struct proofing_record phone = { .id = { { 2 } }, .method = PROOFING_BY_CARD, .at = { NOON },
	.facts = T("{\"proofing.certificate\":\"jpki-mobile-signature\"}") };
static const struct proofing_record desk = { .id = { { 3 } }, .method = PROOFING_AT_DESK, .at = { NOON },
	.evidence = T("driving-licence"), .facts = T("{\"proofing.evidence_checked\":[\"chip\",\"visual\"],"
	"\"proofing.portrait_compared\":\"by-agent\"}") };
static const struct proofing_record two = { .id = { { 4 } }, .method = PROOFING_AT_DESK, .at = { NOON },
	.evidence = T("passport,seal-certificate,utility-bill"),
	.facts = T("{\"proofing.evidence_checked\":[\"chip\",\"visual\"],\"proofing.portrait_compared\":\"both\"}") };

struct scene {
	struct attributes attributes;
	struct release_item items[8];
	const struct release_item *agreed[8];
	struct verified_proofing proofing;
	struct verified_telling telling;
};

static void
add(struct scene *s, const char *name, const char *of, const char *value, enum attribute_source source,
    const struct id *record)
{
	struct release_item *item = &s->items[s->telling.item_count];

	if (!attribute_find(&s->attributes, of))
		s->attributes.list[s->attributes.count++] = (struct attribute){ .kind =
		    attribute_kind_find(span_text(of)), .value = span_text(value), .source = source,
		    .record = *record };
	*item = (struct release_item){ .kind = release_kind_find(span_text(name)), .value = span_text(value),
		.source = source };
	s->agreed[s->telling.item_count++] = item;
}

/* What the person agreed to: name, whether twenty, the prefecture in the place of the address, and what nobody vouches
 * for. The birthdate itself and the sex are proofed, too, and were not agreed to. */
static void
scene_open(struct scene *s, const struct proofing_record *record)
{
	static const struct id nothing;

	*s = (struct scene){ .proofing = { .record = record, .level = T("3") } };
	add(s, "name", "name", "渡士花子", ATTRIBUTE_FROM_CARD, &record->id);
	add(s, "age_over_20", "birthdate", "true", ATTRIBUTE_FROM_CARD, &record->id);
	add(s, "address_region", "address", "東京都", ATTRIBUTE_FROM_CARD, &record->id);
	add(s, "nickname", "nickname", "hana", ATTRIBUTE_SELF_STATED, &nothing);
	s->telling.trust_framework = span_text(OURS);
	s->telling.proofings = &s->proofing;
	s->telling.proofing_count = 1;
	s->telling.attributes = &s->attributes;
	s->telling.items = s->agreed;
	s->telling.now = (struct instant){ NOON };
}

/* As JSON: in which order members come is nobody's business. */
static void
expect_told(const char *title, const struct verified_telling *t, const struct verified_asked *asked,
    enum release_place place, const char *told)
{
	struct buffer b = buffer_init(64 * KIB);
	struct arena a = arena_init(64 * KIB);
	struct release_wish wishes[RELEASE_KINDS];
	size_t wish_count = 0;
	struct span request;
	struct problem why;
	json_t *found, *expected;

	expect_ok(title, verified_request_read(&a, asked, &request, wishes, &wish_count, &why), &why);
	buffer_byte(&b, '{');
	verified_claims_write(&b, t, request, place);
	buffer_byte(&b, '}');
	found = json_loadb((const char *)b.data, b.end, 0, NULL);
	expected = json_loads(arena_print(&a, "{%s}", told), 0, NULL);
	expect_true(title, found && expected);
	if (!json_equal(found, expected))
		expect_span(title, buffer_span(&b), told);
	json_decref(found);
	json_decref(expected);
	arena_release(&a);
	buffer_release(&b);
}

static void
expect_userinfo(const char *title, const struct verified_telling *t, const char *asked, const char *told)
{
	expect_told(title, t, &(struct verified_asked){ .userinfo = span_text(asked) }, RELEASE_AT_USERINFO, told);
}

#define ANY "{\"verification\":{\"trust_framework\":null},\"claims\":"
#define TOLD(verification, claims) \
	"\"verified_claims\":{\"verification\":{" verification "},\"claims\":{" claims "}}"
#define FRAMEWORK "\"trust_framework\":\"" OURS "\""
#define NAME "\"name\":\"渡士花子\""

/* Asked at userinfo and answered there, unless it says otherwise. */
static const struct {
	const char *title, *request, *told;
} modules[] = {
	{ "ekyc-server-test-happypath with null", ANY "{\"name\":null}}", TOLD(FRAMEWORK, NAME) },
	{ "the same with an empty object", ANY "{\"name\":{}}}", TOLD(FRAMEWORK, NAME) },
	{ "the same with essential false", ANY "{\"name\":{\"essential\":false}}}",
	  TOLD(FRAMEWORK, NAME) },
	{ "the same with essential true", ANY "{\"name\":{\"essential\":true}}}", TOLD(FRAMEWORK, NAME) },
	{ "an unknown claim is left out", ANY "{\"shoe_size\":null,\"name\":null}}",
	  TOLD(FRAMEWORK, NAME) },
	{ "an unknown essential claim, too", ANY "{\"shoe_size\":{\"essential\":true},\"name\":null}}",
	  TOLD(FRAMEWORK, NAME) },
	{ "and one of special characters", ANY "{\"a%2525'b\\\"c\":null,\"name\":null}}",
	  TOLD(FRAMEWORK, NAME) },
	{ "a random value is not met, and its claim left out",
	  ANY "{\"name\":{\"value\":\"7f3a\"},\"age_over_20\":null}}",
	  TOLD(FRAMEWORK, "\"age_over_20\":true") },
	{ "nothing at all is told where no claim is left", ANY "{\"name\":{\"value\":\"7f3a\"}}}", "" },
	{ "a random trust framework is nobody's",
	  ("{\"verification\":{\"trust_framework\":{\"value\":\"7f3a\"}},\"claims\":{\"name\":null}}"), "" },
	{ "nothing was asked", "", "" },
};

static void
the_conformance_suite_finds_what_it_looks_for(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s, &card);
	for (size_t i = 0; i < COUNT(modules); i++)
		expect_userinfo(modules[i].title, &s.telling, modules[i].request, modules[i].told);
}

static void
what_is_asked_in_one_place_is_told_there_alone(void **state)
{
	const struct verified_asked id_token = { .id_token = T(ANY "{\"name\":null}}") };
	const struct verified_asked userinfo = { .userinfo = T(ANY "{\"name\":null}}") };
	struct scene s;

	(void)state;
	scene_open(&s, &card);
	expect_told("ekyc-server-idtoken: told in the ID token", &s.telling, &id_token, RELEASE_IN_ID_TOKEN,
	    TOLD(FRAMEWORK, NAME));
	expect_told("and nowhere else", &s.telling, &id_token, RELEASE_AT_USERINFO, "");
	expect_told("ekyc-server-userinfo: told at userinfo", &s.telling, &userinfo, RELEASE_AT_USERINFO,
	    TOLD(FRAMEWORK, NAME));
	expect_told("and nowhere else", &s.telling, &userinfo, RELEASE_IN_ID_TOKEN, "");
}

#define V(more) "{\"verification\":{\"trust_framework\":null," more "},\"claims\":{\"name\":null}}"
#define DOCUMENT(more) V("\"evidence\":[{\"type\":{\"value\":\"document\"}" more "}]")
#define CHECKS "[{\"check_method\":\"vcrypt\",\"time\":\"2027-01-01T11:43:00Z\"}," \
	"{\"check_method\":\"token\",\"time\":\"2027-01-01T11:43:00Z\"}]"

static const struct {
	const char *title, *asked, *verification;
} elements[] = {
	{ "the level is told where it is asked", V("\"assurance_level\":null"),
	  FRAMEWORK ",\"assurance_level\":\"3\"" },
	{ "and is a condition", V("\"assurance_level\":{\"values\":[\"3\",\"4\"]}"),
	  FRAMEWORK ",\"assurance_level\":\"3\"" },
	{ "that this proofing may not meet", V("\"assurance_level\":{\"value\":\"4\"}"), NULL },
	{ "the time is told to the minute", V("\"time\":null"), FRAMEWORK ",\"time\":\"2027-01-01T11:43:00Z\"" },
	{ "how long ago it may be is a condition", V("\"time\":{\"max_age\":1100}"),
	  FRAMEWORK ",\"time\":\"2027-01-01T11:43:00Z\"" },
	{ "which may not be met", V("\"time\":{\"max_age\":600}"), NULL },
	{ "of what is no time there is no age", V("\"assurance_level\":{\"max_age\":600}"), NULL },
	{ "what is not held is left out", V("\"verification_process\":null"), FRAMEWORK },
	{ "but meets no condition", V("\"verification_process\":{\"value\":\"a\"}"), NULL },
	{ "nor does one beneath it", V("\"assurance_process\":{\"policy\":{\"value\":\"a\"}}"), NULL },
	{ "without one it is only left out", V("\"assurance_process\":{\"policy\":null}"), FRAMEWORK },
	{ "evidence by its type", DOCUMENT(""), FRAMEWORK ",\"evidence\":[{\"type\":\"document\"}]" },
	{ "of a type that there is not", V("\"evidence\":[{\"type\":{\"value\":\"vouch\"}}]"), NULL },
	{ "of two types one is enough", V("\"evidence\":[{\"type\":{\"value\":\"vouch\"}},"
	  "{\"type\":{\"value\":\"document\"}}]"), FRAMEWORK ",\"evidence\":[{\"type\":\"document\"}]" },
	{ "its checks, member by member", DOCUMENT(",\"check_details\":[{\"check_method\":null,\"time\":null}]"),
	  FRAMEWORK ",\"evidence\":[{\"type\":\"document\",\"check_details\":" CHECKS "}]" },
	{ "a check that was asked for by name",
	  DOCUMENT(",\"check_details\":[{\"check_method\":{\"value\":\"token\"}}]"),
	  FRAMEWORK ",\"evidence\":[{\"type\":\"document\",\"check_details\":[{\"check_method\":\"token\"}]}]" },
	{ "a check that was not made", DOCUMENT(",\"check_details\":[{\"check_method\":{\"value\":\"pvp\"}}]"), NULL },
	{ "checks without saying what of them", DOCUMENT(",\"check_details\":null"),
	  FRAMEWORK ",\"evidence\":[{\"type\":\"document\",\"check_details\":[{\"check_method\":\"vcrypt\"},"
	  "{\"check_method\":\"token\"}]}]" },
	{ "a check without its method is none, and a list of none neither",
	  DOCUMENT(",\"check_details\":[{\"time\":null}]"), FRAMEWORK ",\"evidence\":[{\"type\":\"document\"}]" },
	{ "the document", DOCUMENT(",\"document_details\":{\"type\":null,\"issuer\":{\"country_code\":null}}"),
	  FRAMEWORK ",\"evidence\":[{\"type\":\"document\",\"document_details\":"
	  "{\"type\":\"jp_individual_number_card\",\"issuer\":{\"country_code\":\"JPN\"}}}]" },
	{ "a document without its type is none", DOCUMENT(",\"document_details\":{\"issuer\":{\"country_code\":null}}"),
	  FRAMEWORK ",\"evidence\":[{\"type\":\"document\"}]" },
	{ "another document", DOCUMENT(",\"document_details\":{\"type\":{\"value\":\"passport\"}}"), NULL },
	{ "no number of the card's, nor of its certificate",
	  DOCUMENT(",\"document_details\":{\"type\":null,\"serial_number\":null,\"document_number\":null}"),
	  FRAMEWORK ",\"evidence\":[{\"type\":\"document\",\"document_details\":"
	  "{\"type\":\"jp_individual_number_card\"}}]" },
	{ "no signature is shown", V("\"evidence\":[{\"type\":{\"value\":\"electronic_signature\"},"
	  "\"serial_number\":null}]"), NULL },
	{ "evidence of any type", V("\"evidence\":[{\"type\":null}]"),
	  FRAMEWORK ",\"evidence\":[{\"type\":\"document\"}]" },
	{ "what is asked by a text is not asked", V("\"time\":\"now\""), NULL },
};

static void
of_the_verification_is_told_what_was_asked(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct scene s;

	(void)state;
	scene_open(&s, &card);
	for (size_t i = 0; i < COUNT(elements); i++)
		expect_userinfo(elements[i].title, &s.telling, elements[i].asked, elements[i].verification ?
		    arena_print(&a, TOLD("%s", NAME), elements[i].verification) : "");
	arena_release(&a);
}

static const struct {
	const char *title, *asked, *claims;
} consents[] = {
	{ "what the person did not agree to is left out, though it is known",
	  "{\"birthdate\":null,\"name\":null}", NAME },
	{ "what nobody vouches for, too", "{\"nickname\":null,\"name\":null}", NAME },
	{ "nothing in the place of what was asked", "{\"birthdate\":null}", "" },
	{ "of the address the part that was given", "{\"address\":null}", "\"address\":{\"region\":\"東京都\"}" },
	{ "which can be asked for alone", "{\"address_region\":null}", "\"address\":{\"region\":\"東京都\"}" },
	{ "a condition on it is one on the whole", "{\"address\":{\"value\":{\"region\":\"京都府\"}}}", "" },
	{ "a value that fits", "{\"age_over_20\":{\"value\":true}}", "\"age_over_20\":true" },
	{ "one of several", "{\"name\":{\"values\":[\"a\",\"渡士花子\"]}}", NAME },
	{ "a text is no truth", "{\"age_over_20\":{\"value\":\"true\"}}", "" },
};

static void
of_claims_is_told_what_the_person_agreed_to(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct scene s;

	(void)state;
	scene_open(&s, &card);
	for (size_t i = 0; i < COUNT(consents); i++)
		expect_userinfo(consents[i].title, &s.telling, arena_print(&a, ANY "%s}", consents[i].asked),
		    *consents[i].claims ?
		    arena_print(&a, TOLD(FRAMEWORK, "%s"), consents[i].claims) : "");
	arena_release(&a);
}

#define ALL_OF(kind, more) "{\"verification\":{\"trust_framework\":null,\"evidence\":[{\"type\":" \
	"{\"value\":\"" kind "\"},\"check_details\":[{\"check_method\":null}]," more "}]},\"claims\":{\"name\":null}}"
#define A_DOCUMENT ALL_OF("document", "\"document_details\":{\"type\":null,\"issuer\":{\"country_code\":null}}")
#define A_RECORD ALL_OF("electronic_record", "\"record\":{\"type\":null,\"source\":{\"country_code\":null}}")

static const struct {
	const char *title;
	const struct proofing_record *record;
	const char *request, *evidence;
} methods[] = {
	{ "a phone's certificate tells what the register has", &phone, A_RECORD,
	  "{\"type\":\"electronic_record\",\"check_details\":[{\"check_method\":\"vcrypt\"},"
	  "{\"check_method\":\"token\"}],\"record\":{\"type\":\"population_register\","
	  "\"source\":{\"country_code\":\"JPN\"}}}" },
	{ "and is no card", &phone, A_DOCUMENT, NULL },
	{ "a desk tells how one document was checked", &desk, A_DOCUMENT,
	  "{\"type\":\"document\",\"check_details\":[{\"check_method\":\"vpip\"},{\"check_method\":\"vcrypt\"},"
	  "{\"check_method\":\"pvp\"}],\"document_details\":{\"type\":\"jp_drivers_license\","
	  "\"issuer\":{\"country_code\":\"JPN\"}}}" },
	{ "of several only what is known of each; what has no name is not told", &two, A_DOCUMENT,
	  "{\"type\":\"document\",\"document_details\":{\"type\":\"passport\"}},"
	  "{\"type\":\"document\",\"document_details\":{\"type\":\"utility_statement\"}}" },
};

static void
each_method_has_its_evidence(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct scene s;

	(void)state;
	for (size_t i = 0; i < COUNT(methods); i++) {
		scene_open(&s, methods[i].record);
		expect_userinfo(methods[i].title, &s.telling, methods[i].request,
		    methods[i].evidence ? arena_print(&a, TOLD(FRAMEWORK ",\"evidence\":[%s]", NAME),
		    methods[i].evidence) : "");
	}
	arena_release(&a);
}

static void
each_request_of_a_list_is_answered_by_itself(void **state)
{
	struct verified_proofing both[] = { { &desk, T("2") }, { &card, T("3") } };
	struct scene s;

	(void)state;
	scene_open(&s, &card);
	expect_userinfo("as a list", &s.telling, "[" ANY "{\"name\":null}},"
	    "{\"verification\":{\"trust_framework\":{\"value\":\"jp_aml\"}},\"claims\":{\"name\":null}},"
	    ANY "{\"age_over_20\":null}}]",
	    "\"verified_claims\":[{\"verification\":{" FRAMEWORK "},\"claims\":{" NAME "}},"
	    "{\"verification\":{" FRAMEWORK "},\"claims\":{\"age_over_20\":true}}]");
	s.telling.proofings = both;
	s.telling.proofing_count = 2;
	expect_userinfo("of two proofings the one that told it", &s.telling, V("\"assurance_level\":null"),
	    TOLD(FRAMEWORK ",\"assurance_level\":\"3\"", NAME));
	s.attributes.list[0].record = desk.id;
	expect_userinfo("claims of two are two", &s.telling,
	    ("{\"verification\":{\"trust_framework\":null,\"assurance_level\":null},"
	    "\"claims\":{\"name\":null,\"age_over_20\":null}}"),
	    "\"verified_claims\":[{\"verification\":{" FRAMEWORK ",\"assurance_level\":\"2\"},\"claims\":{" NAME "}},"
	    "{\"verification\":{" FRAMEWORK ",\"assurance_level\":\"3\"},\"claims\":{\"age_over_20\":true}}]");
	s.telling.proofing_count = 0;
	expect_userinfo("of a proofing that is none of the account's nothing", &s.telling, ANY "{\"name\":null}}",
	    "");
	scene_open(&s, &card);
	s.telling.trust_framework = (struct span){ 0 };
	expect_userinfo("without a framework nothing", &s.telling, ANY "{\"name\":null}}",
	    "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_conformance_suite_finds_what_it_looks_for),
		cmocka_unit_test(what_is_asked_in_one_place_is_told_there_alone),
		cmocka_unit_test(of_the_verification_is_told_what_was_asked),
		cmocka_unit_test(of_claims_is_told_what_the_person_agreed_to),
		cmocka_unit_test(each_method_has_its_evidence),
		cmocka_unit_test(each_request_of_a_list_is_answered_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
