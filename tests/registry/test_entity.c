/* tests/registry/test_entity.c - rows of entities and fragments: what is written is read, of both formats, nothing
 * else. */
#include "expect.h"

#include "codec/text.h"
#include "registry/entity.h"

#define CONTENT "<md:Extensions><mdattr:EntityAttributes></mdattr:EntityAttributes></md:Extensions>"

static struct span
text(const char *s)
{
	return span_text(s);
}

static void
entities_are_read_as_they_were_written(void **state)
{
	const struct entity e = {
		.entity_id = text("https://a.example/"), .roles = ENTITY_IDP | ENTITY_AP, .prefixes = text("t1 t2"),
		.member = text("city"), .name_ja = text("\xe5\xb8\x82"), .name_en = text("City"),
		    .stated = text("<saml:Attribute>"),
		.policy_ja = text("https://city.example/ja"), .policy_en = text("https://city.example/en"),
		.valid_until = { 5 }, .errors = 65535, .warnings = 258, .fragment = { 1, [31] = 2 }, .size = 70000,
		.registered = { -3 }, .imported = { 1795348800000000 },
	};
	const struct entity from_source = { .entity_id = text("urn:a"), .source = text("feed.xml") };
	struct buffer b = buffer_init(KIB);
	struct entity found;

	(void)state;
	entity_write(&b, &e);
	expect_true("a member's", entity_read(buffer_span(&b), &found));
	expect_span("its name", found.entity_id, "https://a.example/");
	expect_number("its roles", found.roles, ENTITY_IDP | ENTITY_AP);
	expect_span("its prefixes", found.prefixes, "t1 t2");
	expect_span("its source", found.source, "");
	expect_span("its member", found.member, "city");
	expect_span("its Japanese name", found.name_ja, "\xe5\xb8\x82");
	expect_span("its English name", found.name_en, "City");
	expect_span("its Japanese policy", found.policy_ja, "https://city.example/ja");
	expect_span("its English policy", found.policy_en, "https://city.example/en");
	expect_span("what is stated of it", found.stated, "<saml:Attribute>");
	expect_number("its validity", found.valid_until.us, 5);
	expect_number("its errors", found.errors, 65535);
	expect_number("its warnings", found.warnings, 258);
	expect_true("its fragment", memcmp(found.fragment, e.fragment, sizeof(e.fragment)) == 0);
	expect_number("its size", found.size, 70000);
	expect_number("its registration", found.registered.us, -3);
	expect_number("its change", found.imported.us, 1795348800000000);
	for (size_t size = 0; size < buffer_span(&b).size; size++)
		expect_true("a row cut short is none", !entity_read(span_first(buffer_span(&b), size), &found));
	buffer_byte(&b, 0);
	expect_true("nor is one with more behind it", !entity_read(buffer_span(&b), &found));
	buffer_clear(&b);
	entity_write(&b, &from_source);
	expect_true("a source's", entity_read(buffer_span(&b), &found));
	expect_span("has its source", found.source, "feed.xml");
	buffer_release(&b);
}

static void
fragments_are_read_as_they_were_written(void **state)
{
	const struct fragment f = { { 7 }, REGISTRATION_MISSING, 15, 40, text(" a=\"1\""), text(CONTENT) };
	struct buffer b = buffer_init(KIB);
	struct fragment found;

	(void)state;
	fragment_write(&b, &f);
	expect_true("one of ours", fragment_read(buffer_span(&b), &found));
	expect_number("its time", found.written.us, 7);
	expect_number("its registration", found.registration, REGISTRATION_MISSING);
	expect_number("its extensions", found.extensions, 15);
	expect_number("its attributes", found.attributes_at, 40);
	expect_span("the root's attributes", found.attributes, " a=\"1\"");
	expect_span("its content", found.content, CONTENT);
	for (size_t size = 0; size < buffer_span(&b).size; size++)
		expect_true("a row cut short is none", !fragment_read(span_first(buffer_span(&b), size), &found));
	buffer_release(&b);
}

static void
places_outside_the_content_are_not_ours(void **state)
{
	static const struct {
		const char *title;
		enum registration registration;
		uint32_t extensions, attributes_at;
		bool ours;
	} cases[] = {
		{ "extensions and attributes", REGISTRATION_MISSING, 15, 40, true },
		{ "extensions alone", REGISTRATION_PRESENT, 15, 0, true },
		{ "neither", REGISTRATION_HOMELESS, 0, 0, true },
		{ "the very end", REGISTRATION_MISSING, sizeof(CONTENT) - 1, sizeof(CONTENT) - 1, true },
		{ "extensions behind the end", REGISTRATION_MISSING, sizeof(CONTENT), 0, false },
		{ "attributes behind the end", REGISTRATION_MISSING, 15, sizeof(CONTENT), false },
		{ "attributes in front of the extensions", REGISTRATION_PRESENT, 15, 14, false },
		{ "a home that is nowhere", REGISTRATION_MISSING, 0, 0, false },
		{ "a registration that is nowhere", REGISTRATION_PRESENT, 0, 0, false },
		{ "extensions of the homeless", REGISTRATION_HOMELESS, 15, 0, false },
		{ "attributes of the homeless", REGISTRATION_HOMELESS, 0, 40, false },
		{ "a registration unknown", REGISTRATION_UNKNOWN, 15, 0, false },
		{ "one that does not exist", (enum registration)4, 15, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct fragment f = { { 7 }, cases[i].registration, cases[i].extensions, cases[i].attributes_at,
			{ 0 }, text(CONTENT) };
		struct buffer b = buffer_init(KIB);
		struct fragment found;

		fragment_write(&b, &f);
		expect_true(cases[i].title, fragment_read(buffer_span(&b), &found) == cases[i].ours);
		buffer_release(&b);
	}
}

/* Rows as they were before there were members. */
static void
rows_of_the_first_format_are_read(void **state)
{
	struct arena a = arena_init(MIB);
	struct buffer b = buffer_init(KIB);
	struct entity e;
	struct fragment f;
	uint8_t sum[32], sum_with[32];

	(void)state;
	buffer_u8(&b, 1);
	buffer_u8(&b, ENTITY_RP);
	for (int i = 0; i < 32; i++)
		buffer_u8(&b, (uint8_t)i);
	buffer_u32(&b, 99);
	buffer_u64(&b, 1000);
	buffer_u64(&b, 2000);
	buffer_block(&b, text("urn:a"));
	buffer_block(&b, text("t1"));
	buffer_block(&b, text("feed.xml"));
	expect_true("an entity", entity_read(buffer_span(&b), &e));
	expect_span("with its name", e.entity_id, "urn:a");
	expect_span("and source", e.source, "feed.xml");
	expect_number("and registration", e.registered.us, 1000);
	expect_number("and fragment", e.fragment[31], 31);
	expect_number("without a member", e.member.size, 0);
	expect_number("valid for ever", e.valid_until.us, 0);
	expect_number("with nothing stated", e.stated.size + e.name_ja.size + e.name_en.size + e.errors + e.warnings,
	    0);

	buffer_clear(&b);
	buffer_u8(&b, 1);
	buffer_u64(&b, 7);
	buffer_u8(&b, REGISTRATION_MISSING);
	buffer_u32(&b, 15);
	buffer_block(&b, text(" a=\"1\""));
	buffer_block(&b, text(CONTENT));
	expect_true("a fragment", fragment_read(buffer_span(&b), &f));
	expect_number("with its extensions", f.extensions, 15);
	expect_number("without a place for attributes", f.attributes_at, 0);
	expect_span("and content", f.content, CONTENT);

	/* SHA-256 of the row from its registration on. */
	fragment_digest(&f, sum);
	expect_text("its digest is what it was", hex_write(&a, span_of(sum, sizeof(sum))),
	    "a6f672314deba7f8186c5daa31fb55bd4aa999b1818e9b5e1d269f57381dc05a");
	f.attributes_at = 40;
	fragment_digest(&f, sum_with);
	expect_true("a place for attributes makes another", memcmp(sum, sum_with, sizeof(sum)) != 0);
	f.attributes_at = 0;
	f.written.us++;
	fragment_digest(&f, sum_with);
	expect_true("when it was written does not", memcmp(sum, sum_with, sizeof(sum)) == 0);

	buffer_clear(&b);
	buffer_u8(&b, 3);
	buffer_u64(&b, 7);
	buffer_u8(&b, REGISTRATION_HOMELESS);
	buffer_u32(&b, 0);
	buffer_block(&b, text(""));
	buffer_block(&b, text(CONTENT));
	expect_true("one of a format to come is not ours", !fragment_read(buffer_span(&b), &f));
	buffer_release(&b);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entities_are_read_as_they_were_written),
		cmocka_unit_test(fragments_are_read_as_they_were_written),
		cmocka_unit_test(places_outside_the_content_are_not_ours),
		cmocka_unit_test(rows_of_the_first_format_are_read),
	};

	return cmocka_run_group_tests_name("entity", tests, NULL, NULL);
}
