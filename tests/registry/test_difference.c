/* tests/registry/test_difference.c - what records differ in, and whether the difference raises trust. */
#include "expect.h"

#include <stdio.h>

#include "base/buffer.h"
#include "registry/difference.h"

static const struct {
	const char *title, *before, *after;
	const char *differences; /* "POINTER: BEFORE -> AFTER" each, `-` for none, joined by "; " */
	bool raises;
} cases[] = {
	{ "nothing", "{\"a\":1}", "{\"a\":1}", "", false },
	{ "from nothing, each part is added", "", "{\"id\":\"x\",\"name\":{\"ja\":\"あ\"}}",
	    "/id: - -> \"x\"; /name: - -> {\"ja\":\"あ\"}", true },
	{ "a text changes", "{\"name\":{\"en\":\"A\",\"ja\":\"あ\"}}", "{\"name\":{\"en\":\"B\",\"ja\":\"あ\"}}",
	    "/name/en: \"A\" -> \"B\"", true },
	{ "a value is taken away", "{\"entities\":[{\"entity_id\":\"urn:a\",\"scopes\":[\"x.jp\",\"y.jp\"]}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"scopes\":[\"y.jp\"]}]}", "/entities/0/scopes/0: \"x.jp\" -> -",
	    false },
	{ "a value is added", "{\"entities\":[{\"entity_id\":\"urn:a\",\"scopes\":[\"y.jp\"]}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"scopes\":[\"x.jp\",\"y.jp\"]}]}",
	    "/entities/0/scopes/0: - -> \"x.jp\"", true },
	{ "an order alone is no difference to tell", "{\"s\":[\"a\",\"b\"]}", "{\"s\":[\"b\",\"a\"]}", "", false },
	{ "entities are known by name, not by place",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"saml\":\"1\"},{\"entity_id\":\"urn:b\",\"saml\":\"2\"}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:b\",\"saml\":\"3\"}]}",
	    "/entities/0/saml: \"2\" -> \"3\"; /entities/0: {\"entity_id\":\"urn:a\",\"saml\":\"1\"} -> -", true },
	{ "a role is taken away", "{\"entities\":[{\"entity_id\":\"urn:a\",\"roles\":[\"idp\",\"rp\"]}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"roles\":[\"rp\"]}]}", "/entities/0/roles/0: \"idp\" -> -",
	    false },
	{ "a certification ends earlier", "{\"certifications\":[{\"until\":\"2027-03-31T00:00:00Z\",\"uri\":\"u\"}]}",
	    "{\"certifications\":[{\"until\":\"2026-12-31T00:00:00Z\",\"uri\":\"u\"}]}",
	    "/certifications/0/until: \"2027-03-31T00:00:00Z\" -> \"2026-12-31T00:00:00Z\"", false },
	{ "a certification ends later", "{\"certifications\":[{\"until\":\"2027-03-31T00:00:00Z\",\"uri\":\"u\"}]}",
	    "{\"certifications\":[{\"until\":\"2028-03-31T00:00:00Z\",\"uri\":\"u\"}]}",
	    "/certifications/0/until: \"2027-03-31T00:00:00Z\" -> \"2028-03-31T00:00:00Z\"", true },
	{ "an accreditation ends earlier",
	    "{\"jpki\":{\"accreditations\":[{\"name\":\"n\",\"until\":\"2027-03-31T00:00:00Z\"}]}}",
	    "{\"jpki\":{\"accreditations\":[{\"name\":\"n\",\"until\":\"2026-12-31T00:00:00Z\"}]}}",
	    "/jpki/accreditations/0/until: \"2027-03-31T00:00:00Z\" -> \"2026-12-31T00:00:00Z\"", false },
	{ "an accreditation begins earlier",
	    "{\"jpki\":{\"accreditations\":[{\"from\":\"2026-03-31T00:00:00Z\",\"name\":\"n\"}]}}",
	    "{\"jpki\":{\"accreditations\":[{\"from\":\"2026-01-31T00:00:00Z\",\"name\":\"n\"}]}}",
	    "/jpki/accreditations/0/from: \"2026-03-31T00:00:00Z\" -> \"2026-01-31T00:00:00Z\"", true },
	{ "the work is entrusted to another", "{\"jpki\":{\"entrustments\":[{\"to\":\"a\"}]}}",
	    "{\"jpki\":{\"entrustments\":[{\"to\":\"b\"}]}}",
	    "/jpki/entrustments/0: - -> {\"to\":\"b\"}; /jpki/entrustments/0: {\"to\":\"a\"} -> -", true },
	{ "the work is entrusted to nobody any more", "{\"jpki\":{\"entrustments\":[{\"to\":\"a\"}]}}", "{}",
	    "/jpki: {\"entrustments\":[{\"to\":\"a\"}]} -> -", false },
	{ "an assessor's fact is added", "{\"certifications\":[{\"uri\":\"u\"}]}",
	    "{\"certifications\":[{\"facts\":{\"operator.good\":true},\"uri\":\"u\"}]}",
	    "/certifications/0/facts: - -> {\"operator.good\":true}", true },
	{ "an assessor's fact is taken away: others may state it then",
	    "{\"certifications\":[{\"facts\":{\"operator.a\":true,\"operator.b\":false},\"uri\":\"u\"}]}",
	    "{\"certifications\":[{\"facts\":{\"operator.a\":true},\"uri\":\"u\"}]}",
	    "/certifications/0/facts/operator.b: false -> -", true },
	{ "a certification begins later", "{\"certifications\":[{\"from\":\"2026-03-31T00:00:00Z\",\"uri\":\"u\"}]}",
	    "{\"certifications\":[{\"from\":\"2026-04-30T00:00:00Z\",\"uri\":\"u\"}]}",
	    "/certifications/0/from: \"2026-03-31T00:00:00Z\" -> \"2026-04-30T00:00:00Z\"", false },
	{ "a certification of one entity becomes one of all",
	    "{\"certifications\":[{\"entity_id\":\"urn:a\",\"uri\":\"u\"}]}", "{\"certifications\":[{\"uri\":\"u\"}]}",
	    "/certifications/0: - -> {\"uri\":\"u\"}; /certifications/0: {\"entity_id\":\"urn:a\",\"uri\":\"u\"} -> -",
	    true },
	{ "why an attribute may be used is no longer told",
	    "{\"entities\":[{\"attributes\":[{\"legal_basis\":\"law\",\"name\":\"n\"}],"
	    "\"entity_id\":\"urn:a\"}]}",
	    "{\"entities\":[{\"attributes\":[{\"name\":\"n\"}],\"entity_id\":\"urn:a\"}]}",
	    "/entities/0/attributes/0/legal_basis: \"law\" -> -", true },
	{ "the policy it was registered by is no longer its own",
	    "{\"registration\":{\"policy\":{\"en\":\"https://a.example/\"}}}", "{}",
	    "/registration: {\"policy\":{\"en\":\"https://a.example/\"}} -> -", true },
	{ "or no longer in one language",
	    "{\"registration\":{\"policy\":{\"en\":\"https://a.example/\",\"ja\":\"https://b.example/\"}}}",
	    "{\"registration\":{\"policy\":{\"en\":\"https://a.example/\"}}}",
	    "/registration/policy/ja: \"https://b.example/\" -> -", true },
	{ "what is not said in OpenID Connect metadata has a default, which may be more",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"oidc\":{\"client\":{\"scope\":\"openid\"}}}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"oidc\":{\"client\":{}}}]}",
	    "/entities/0/oidc/client/scope: \"openid\" -> -", true },
	{ "another protocol is no longer spoken",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"oidc\":{\"client\":{\"scope\":\"openid\"}}}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\"}]}",
	    "/entities/0/oidc: {\"client\":{\"scope\":\"openid\"}} -> -", false },
	{ "a login needs to reach less",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"requires\":{\"framework\":\"f\",\"levels\":{\"token\":\"3\"},"
	    "\"profile\":\"p\"}}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"requires\":{\"framework\":\"f\",\"profile\":\"p\"}}]}",
	    "/entities/0/requires/levels: {\"token\":\"3\"} -> -", true },
	{ "or nothing any more",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"requires\":{\"framework\":\"f\",\"profile\":\"p\"}}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\"}]}",
	    "/entities/0/requires: {\"framework\":\"f\",\"profile\":\"p\"} -> -", true },
	{ "a persona is no longer met",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"personas\":[\"private\",\"business\"]}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"personas\":[\"private\"]}]}",
	    "/entities/0/personas/1: \"business\" -> -", false },
	{ "nothing is said of personas, and so more of them are met",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"personas\":[\"private\"]}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\"}]}",
	    "/entities/0/personas: [\"private\"] -> -", true },
	{ "of personas the order counts",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"personas\":[\"private\",\"business\"]}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"personas\":[\"business\",\"private\"]}]}",
	    "/entities/0/personas: [\"private\",\"business\"] -> [\"business\",\"private\"]", true },
	{ "persons get other names",
	    "{\"entities\":[{\"entity_id\":\"urn:a\",\"sector\":\"a.example\"}]}",
	    "{\"entities\":[{\"entity_id\":\"urn:a\"}]}",
	    "/entities/0/sector: \"a.example\" -> -", true },
	{ "an attribute is no longer asked for",
	    "{\"entities\":[{\"attributes\":[{\"name\":\"m\"},{\"name\":\"n\"}],"
	    "\"entity_id\":\"urn:a\"}]}",
	    "{\"entities\":[{\"attributes\":[{\"name\":\"n\"}],\"entity_id\":\"urn:a\"}]}",
	    "/entities/0/attributes/0: {\"name\":\"m\"} -> -", false },
	{ "one certification with two periods",
	    "{\"certifications\":[{\"from\":\"1\",\"uri\":\"u\"},{\"from\":\"2\",\"uri\":\"u\"}]}",
	    "{\"certifications\":[{\"from\":\"1\",\"uri\":\"u\"}]}",
	    "/certifications/1: {\"from\":\"2\",\"uri\":\"u\"} -> -", false },
	{ "keys of any form have pointers", "{\"o\":{}}", "{\"o\":{\"a/b~\":1}}", "/o/a~1b~0: - -> 1", true },
	{ "another kind of value", "{\"a\":[1]}", "{\"a\":{\"b\":1}}", "/a: [1] -> {\"b\":1}", true },
};

static void
differences_are_told_with_their_places(void **state)
{
	struct arena a = arena_init(4 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct difference *list;
		const char *found = "";
		size_t count;
		bool raises;

		difference_find(&a, span_text(cases[i].before), span_text(cases[i].after), &list, &count, &raises);
		for (size_t n = 0; n < count; n++)
			found = arena_print(&a, "%s%s%s: %s -> %s", found, n ? "; " : "", list[n].pointer,
			    list[n].before ? list[n].before : "-", list[n].after ? list[n].after : "-");
		expect_text(cases[i].title, found, cases[i].differences);
		expect_true(cases[i].title, raises == cases[i].raises);
	}
	arena_release(&a);
}

static void
of_long_texts_the_place_is_shown_where_they_differ(void **state)
{
	struct arena a = arena_init(4 * MIB);
	char first[3000], second[3000];
	struct difference *list;
	size_t count;
	bool raises;

	(void)state;
	snprintf(first, sizeof(first), "{\"saml\":\"%0*d<KeyName>old</KeyName>%0*d\"}", 1000, 0, 1000, 0);
	snprintf(second, sizeof(second), "{\"saml\":\"%0*d<KeyName>new</KeyName>%0*d\"}", 1000, 0, 1000, 0);
	difference_find(&a, span_text(first), span_text(second), &list, &count, &raises);
	expect_number("one difference", count, 1);
	expect_true(
	    "begins a little before it", strncmp(list[0].before, "\"…000000000000000000000<KeyName>old</", 35) == 0);
	expect_true("the other too", strncmp(list[0].after, "\"…000000000000000000000<KeyName>new</", 35) == 0);
	expect_true("and is cut", strlen(list[0].after) <= 210);
	arena_release(&a);
}

static void
very_many_differences_are_counted(void **state)
{
	struct arena a = arena_init(64 * MIB);
	struct buffer b = buffer_init(MIB);
	struct difference *list;
	size_t count;
	bool raises;

	(void)state;
	buffer_text(&b, "{");
	for (size_t i = 0; i < DIFFERENCES + 5; i++)
		buffer_print(&b, "%s\"k%04zu\":1", i ? "," : "", i);
	buffer_text(&b, "}");
	difference_find(&a, span_text(""), buffer_span(&b), &list, &count, &raises);
	expect_number("as many as are shown, and one line", count, DIFFERENCES + 1);
	expect_text("that says how many more", list[DIFFERENCES].after, "5 more");
	buffer_release(&b);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_told_with_their_places),
		cmocka_unit_test(of_long_texts_the_place_is_shown_where_they_differ),
		cmocka_unit_test(very_many_differences_are_counted),
	};

	return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}
