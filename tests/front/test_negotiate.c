/* tests/front/test_negotiate.c - what a requester can take, what it has already, and what it asks for. */
#include "expect.h"

#include "codec/text.h"
#include "front/registry/identifier.h"
#include "http/negotiate.h"
#include "registry/entity.h"

/* "Name: value\nName: value" */
static struct message
message_of(const char *lines)
{
	struct message m = { .method = GET };
	struct span rest = span_text(lines);

	while (rest.size) {
		struct span value = span_cut(&rest, '\n'), name = span_cut(&value, ':');

		m.headers[m.header_count++] = (struct header){ name, span_trim(value) };
	}
	return m;
}

static void
metadata_is_given_to_who_takes_it(void **state)
{
	static const struct {
		const char *title, *lines;
		bool accepted;
	} cases[] = {
		{ "no Accept at all: old SimpleSAMLphp", "", true },
		{ "an empty Accept", "Accept: ", true },
		{ "the registered type", "Accept: application/samlmetadata+xml", true },
		{ "in other letters", "accept: Application/SAMLMetadata+XML", true },
		{ "with a parameter", "Accept: application/samlmetadata+xml;charset=utf-8", true },
		{ "everything", "Accept: */*", true },
		{ "all of application", "Accept: application/*", true },
		{ "the generic type", "Accept: application/xml", true },
		{ "the older generic type", "Accept: text/xml", true },
		{ "another type", "Accept: application/json", false },
		{ "a browser", "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true },
		{ "refused by name", "Accept: application/samlmetadata+xml;q=0, */*", false },
		{ "refused by name, wanted under another", "Accept: application/samlmetadata+xml;q=0.0, text/xml",
		  false },
		{ "a generic type refused refuses only that name", "Accept: application/xml;q=0, */*", true },
		{ "all of application refused", "Accept: application/*;q=0, */*", false },
		{ "everything refused", "Accept: */*;q=0", false },
		{ "a weight of 0.001 is enough", "Accept: */*;q=0.001", true },
		{ "in the second line", "Accept: text/html\nAccept: application/samlmetadata+xml", true },
		{ "Java's HTTP client", "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", true },
		{ "a comma inside quotes separates nothing", "Accept: text/html;x=\",*/*,\"", false },
		{ "a weight that is none is passed over with its range", "Accept: */*;q=2", false },
		{ "a weight above one", "Accept: */*;q=1.001", false },
		{ "a weight of too many digits", "Accept: */*;q=0.1234", false },
		{ "nonsense", "Accept: ;;;,,,\"", false },
		{ "an open quote", "Accept: \"*/*", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct message m = message_of(cases[i].lines);

		expect_number(cases[i].title, accepts_metadata(&m), cases[i].accepted);
	}
}

static void
utf8_is_given_unless_it_is_refused(void **state)
{
	static const struct {
		const char *title, *lines;
		bool accepted;
	} cases[] = {
		{ "no field", "", true },
		{ "named", "Accept-Charset: UTF-8", true },
		{ "another one only: the field is passed over", "Accept-Charset: iso-8859-1", true },
		{ "refused", "Accept-Charset: utf-8;q=0", false },
		{ "everything refused", "Accept-Charset: *;q=0", false },
		{ "everything else refused", "Accept-Charset: utf-8, *;q=0", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct message m = message_of(cases[i].lines);

		expect_number(cases[i].title, accepts_utf8(&m), cases[i].accepted);
	}
}

static void
the_coding_is_the_best_that_is_acceptable(void **state)
{
	static const struct {
		const char *title, *lines;
		enum coding with_gzip, without;
	} cases[] = {
		{ "no field", "", CODING_IDENTITY, CODING_IDENTITY },
		{ "an empty field", "Accept-Encoding: ", CODING_IDENTITY, CODING_IDENTITY },
		{ "gzip", "Accept-Encoding: gzip", CODING_GZIP, CODING_IDENTITY },
		{ "its old name", "Accept-Encoding: x-gzip", CODING_GZIP, CODING_IDENTITY },
		{ "among others", "Accept-Encoding: br, deflate, gzip", CODING_GZIP, CODING_IDENTITY },
		{ "others only", "Accept-Encoding: br, zstd", CODING_IDENTITY, CODING_IDENTITY },
		{ "gzip refused", "Accept-Encoding: gzip;q=0", CODING_IDENTITY, CODING_IDENTITY },
		{ "gzip refused, all else welcome", "Accept-Encoding: gzip;q=0, *", CODING_IDENTITY, CODING_IDENTITY },
		{ "anything", "Accept-Encoding: *", CODING_GZIP, CODING_IDENTITY },
		{ "identity preferred", "Accept-Encoding: gzip;q=0.5, identity", CODING_IDENTITY, CODING_IDENTITY },
		{ "gzip preferred", "Accept-Encoding: gzip;q=0.5, identity;q=0.1", CODING_GZIP, CODING_IDENTITY },
		{ "identity refused", "Accept-Encoding: gzip, identity;q=0", CODING_GZIP, CODING_NONE },
		{ "everything unnamed refused", "Accept-Encoding: gzip, *;q=0", CODING_GZIP, CODING_NONE },
		{ "everything refused", "Accept-Encoding: *;q=0", CODING_NONE, CODING_NONE },
		{ "only identity left", "Accept-Encoding: identity, *;q=0", CODING_IDENTITY, CODING_IDENTITY },
		{ "identity refused, gzip not named", "Accept-Encoding: identity;q=0", CODING_NONE, CODING_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct message m = message_of(cases[i].lines);

		expect_number(cases[i].title, coding_choose(&m, true), cases[i].with_gzip);
		expect_number(cases[i].title, coding_choose(&m, false), cases[i].without);
	}
}

static void
what_the_requester_has_is_not_sent_again(void **state)
{
	static const struct {
		const char *title, *lines;
		bool fresh;
	} cases[] = {
		{ "nothing is known", "", false },
		{ "the tag", "If-None-Match: \"a,b\"", true },
		{ "the tag, weak", "If-None-Match: W/\"a,b\"", true },
		{ "another tag", "If-None-Match: \"a\"", false },
		{ "among others", "If-None-Match: \"x\" , W/\"y\",\"a,b\"", true },
		{ "in the second line", "If-None-Match: \"x\"\nIf-None-Match: \"a,b\"", true },
		{ "any", "If-None-Match: *", true },
		{ "without quotes it is no tag", "If-None-Match: a,b", false },
		{ "an open quote", "If-None-Match: \"a,b", false },
		{ "a backslash escapes nothing", "If-None-Match: \"x\\\", \"a,b\"", true },
		{ "the same date", "If-Modified-Since: Sun, 22 Nov 2026 05:20:07 GMT", true },
		{ "a later date", "If-Modified-Since: Sun, 22 Nov 2026 05:20:08 GMT", true },
		{ "an earlier date", "If-Modified-Since: Sun, 22 Nov 2026 05:20:06 GMT", false },
		{ "a date that is none", "If-Modified-Since: yesterday", false },
		{ "a tag that differs is believed before a date",
		  "If-None-Match: \"x\"\nIf-Modified-Since: Sun, 22 Nov 2026 05:20:08 GMT", false },
	};
	struct instant modified;

	(void)state;
	instant_read_http(span_text("Sun, 22 Nov 2026 05:20:07 GMT"), &modified);
	modified.us += 999999;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct message m = message_of(cases[i].lines);

		expect_number(cases[i].title, is_fresh(&m, span_text("\"a,b\""), modified), cases[i].fresh);
	}
}

static void
an_identifier_is_one_segment_decoded_once(void **state)
{
	static const struct {
		const char *title, *segment;
		enum identifier_kind kind;
		const char *entity_id; /* NULL: asked by its SHA-1 */
		const char *same_as;   /* the entity whose name it is */
	} cases[] = {
		{ "an entity ID", "http%3A%2F%2Fexample.org%2Fservice", IDENTIFIER_ENTITY, "http://example.org/service",
		  "http://example.org/service" },
		{ "a colon need not be encoded", "http:%2F%2Fexample.org%2Fservice", IDENTIFIER_ENTITY,
		  "http://example.org/service", "http://example.org/service" },
		{ "a plus stays a plus", "blue%2Fgreen+light%20blue", IDENTIFIER_ENTITY, "blue/green+light blue",
		  "blue/green+light blue" },
		{ "what is decoded is not decoded again", "a%252Fb", IDENTIFIER_ENTITY, "a%2Fb", "a%2Fb" },
		{ "the draft's vector", "%7Bsha1%7D11d72e8cf351eb6c75c721e838f469677ab41bdb", IDENTIFIER_ENTITY, NULL,
		  "http://example.org/service" },
		{ "braces as they are", "{sha1}11d72e8cf351eb6c75c721e838f469677ab41bdb", IDENTIFIER_ENTITY, NULL,
		  "http://example.org/service" },
		{ "upper-case digits name nobody", "{sha1}11D72E8CF351EB6C75C721E838F469677AB41BDB", IDENTIFIER_UNKNOWN,
		  NULL, NULL },
		{ "a digit short", "{sha1}11d72e8cf351eb6c75c721e838f469677ab41bd", IDENTIFIER_UNKNOWN, NULL, NULL },
		{ "a digit too many", "{sha1}11d72e8cf351eb6c75c721e838f469677ab41bdb0", IDENTIFIER_UNKNOWN, NULL,
		  NULL },
		{ "no digits", "{sha1}", IDENTIFIER_UNKNOWN, NULL, NULL },
		{ "another algorithm is an entity ID like any", "{SHA1}x", IDENTIFIER_ENTITY, "{SHA1}x", "{SHA1}x" },
		{ "the identity providers", "idps", IDENTIFIER_SET, NULL, NULL },
		{ "the service providers, encoded", "%73ps", IDENTIFIER_SET, NULL, NULL },
		{ "nothing", "", IDENTIFIER_BROKEN, NULL, NULL },
		{ "half an escape", "a%2", IDENTIFIER_BROKEN, NULL, NULL },
		{ "an escape that is none", "a%zz", IDENTIFIER_BROKEN, NULL, NULL },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct identifier id = identifier_read(&a, span_text(cases[i].segment));

		expect_number(cases[i].title, id.kind, cases[i].kind);
		expect_span(cases[i].title, id.entity_id, cases[i].entity_id ? cases[i].entity_id : "");
		if (cases[i].same_as) {
			struct entity_key key = entity_key_of(span_text(cases[i].same_as));

			expect_true(cases[i].title, span_equal(id.name, span_of(key.bytes, sizeof(key.bytes))));
		}
	}
	expect_number("1,024 bytes may be an entity's",
	    identifier_read(&a, span_text(arena_print(&a, "%01024d", 7))).kind, IDENTIFIER_ENTITY);
	expect_number("one more may not",
	    identifier_read(&a, span_text(arena_print(&a, "%01025d", 7))).kind, IDENTIFIER_UNKNOWN);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_is_given_to_who_takes_it),
		cmocka_unit_test(utf8_is_given_unless_it_is_refused),
		cmocka_unit_test(the_coding_is_the_best_that_is_acceptable),
		cmocka_unit_test(what_the_requester_has_is_not_sent_again),
		cmocka_unit_test(an_identifier_is_one_segment_decoded_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
