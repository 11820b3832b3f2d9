/* tests/front/test_mdq.c - metadata over the wire: MDQ to the letter, aggregates, and what is not served. */
#include "front/stage.h"

#define SAML "Accept: application/samlmetadata+xml\r\n"
#define SERVICE "http://example.org/service"
#define SERVICE_PATH "/entities/http%3A%2F%2Fexample.org%2Fservice"

static struct stage stage;

static void
put_set(struct stage *s, const char *name, uint64_t generation, const char *tag)
{
	struct published d = stage_published(s, "", tag, true);

	stage_document(s, span_text(name), generation, &d);
	stage_write(s, arena_print(&s->arena, "generations/%s", tag), span_text(arena_print(&s->arena, "<xml/> of %s",
	    tag)));
	stage_write(s, arena_print(&s->arena, "generations/%s.gz", tag), span_text(arena_print(&s->arena, "GZIP of %s",
	    tag)));
}

static void
requests_are_answered_to_the_letter(void **state)
{
	static const struct {
		const char *title, *line, *fields;
		int status;
		const char *parts;
	} cases[] = {
		{ "an entity", "GET " SERVICE_PATH, SAML, 200,
		  "Content-Type: application/samlmetadata+xml\r\n|ETag: \"service2\"\r\n|Cache-Control: "
		  "max-age=3600\r\n|Last-Modified: " STAGE_MODIFIED
		  "\r\n|Vary: Accept, Accept-Encoding\r\n|Content-Length: 18\r\n|"
		  "\r\n\r\n<xml/> of service2|!Content-Encoding" },
		{ "by its SHA-1", "GET /entities/%7Bsha1%7D11d72e8cf351eb6c75c721e838f469677ab41bdb", SAML, 200,
		  "<xml/> of service2" },
		{ "by its SHA-1, raw braces", "GET /entities/{sha1}11d72e8cf351eb6c75c721e838f469677ab41bdb", SAML, 200,
		  "<xml/> of service2" },
		{ "packed", "GET " SERVICE_PATH, SAML "Accept-Encoding: gzip\r\n", 200,
		  "Content-Encoding: gzip\r\n|ETag: \"service2-gz\"|GZIP of service2" },
		{ "packing refused", "GET " SERVICE_PATH, SAML "Accept-Encoding: gzip;q=0\r\n", 200,
		  "<xml/> of service2|!Content-Encoding" },
		{ "HEAD: the header alone", "HEAD " SERVICE_PATH, SAML, 200, "Content-Length: 18\r\n|!<xml/>" },
		{ "no Accept", "GET " SERVICE_PATH, "", 200, "<xml/> of service2" },
		{ "a type we do not have", "GET " SERVICE_PATH, "Accept: application/json\r\n", 406,
		  "problem+json|!<xml/>" },
		{ "no coding left", "GET " SERVICE_PATH, SAML "Accept-Encoding: *;q=0\r\n", 406, "problem+json" },
		{ "the requester has it", "GET " SERVICE_PATH, SAML "If-None-Match: \"x\", W/\"service2\"\r\n", 304,
		  "ETag: \"service2\"|Cache-Control: max-age=3600|Vary: |Last-Modified: |!Content-Type|!<xml/>" },
		{ "it has the other coding", "GET " SERVICE_PATH, SAML "If-None-Match: \"service2-gz\"\r\n", 200,
		  "<xml/> of service2" },
		{ "it has it packed", "GET " SERVICE_PATH, SAML "Accept-Encoding: gzip\r\nIf-None-Match: "
		  "\"service2-gz\"\r\n", 304, "ETag: \"service2-gz\"|!Content-Encoding|!GZIP" },
		{ "it has it since", "GET " SERVICE_PATH, SAML "If-Modified-Since: " STAGE_MODIFIED "\r\n", 304,
		  "ETag: \"service2\"" },
		{ "an unknown entity", "GET /entities/http%3A%2F%2Fexample.org%2Fnobody", SAML, 404,
		  "Cache-Control: max-age=60\r\n|\"code\":\"" },
		{ "a plus is not a blank", "GET /entities/blue%2Fgreen%20light+blue", SAML, 404, "" },
		{ "the draft's other example", "GET /entities/blue%2Fgreen+light%20blue", SAML, 200, "<xml/> of blue" },
		{ "a case apart", "GET /entities/http%3A%2F%2Fexample.org%2FService", SAML, 404, "" },
		{ "a malformed SHA-1", "GET /entities/{sha1}11d7", SAML, 404, "max-age=60" },
		{ "half an escape", "GET /entities/a%2", SAML, 400, "" },
		{ "two segments", "GET /entities/a/b", SAML, 404, "" },
		{ "one removed since", "GET /entities/removed", SAML, 404, "max-age=60" },
		{ "one of a generation to come", "GET /entities/tomorrow", SAML, 404, "" },
		{ "one that differs from what its SHA-1 keeps", "GET /entities/collision", SAML, 404, "" },
		{ "everything", "GET /entities", SAML, 200, "ETag: \"all1\"|<xml/> of all1" },
		{ "everything, packed", "GET /entities", SAML "Accept-Encoding: gzip\r\n", 200,
		  "ETag: \"all1-gz\"|GZIP of all1" },
		{ "a group", "GET /entities/idps", SAML, 200, "<xml/> of idps1" },
		{ "another group is empty", "GET /entities/sps", SAML, 404, "max-age=60" },
		{ "the aggregate", "GET /metadata.xml", "", 200, "Content-Length: 14\r\n|<xml/> of all1" },
		{ "the aggregate, HEAD", "HEAD /metadata.xml", "", 200, "Content-Length: 14\r\n|!<xml/>" },
		{ "the requester has the aggregate", "GET /metadata.xml", "If-None-Match: \"all1\"\r\n", 304,
		  "ETag: \"all1\"|!<xml/>" },
		{ "a subset", "GET /metadata/idps.xml", "", 200, "<xml/> of idps1" },
		{ "another method", "POST /entities/x", "Content-Length: 0\r\n", 405, "Allow: GET, HEAD" },
		{ "another method on everything", "DELETE /entities", "", 405, "Allow: GET, HEAD" },
	};
	struct published other, gone = { .gone = true };
	struct entity_key key;

	(void)state;
	stage_init(&stage);
	stage_entity(&stage, SERVICE, 1, "service1");
	stage_entity(&stage, SERVICE, 2, "service2");
	stage_entity(&stage, SERVICE, 4, "service4");
	stage_entity(&stage, "blue/green+light blue", 1, "blue");
	stage_entity(&stage, "removed", 1, "removed");
	key = entity_key_of(span_text("removed"));
	stage_document(&stage, span_of(key.bytes, sizeof(key.bytes)), 3, &gone);
	stage_entity(&stage, "tomorrow", 4, "tomorrow");
	key = entity_key_of(span_text("collision"));
	other = stage_published(&stage, "another", "another", false);
	stage_document(&stage, span_of(key.bytes, sizeof(key.bytes)), 1, &other);
	put_set(&stage, DOCUMENT_ALL, 1, "all1");
	put_set(&stage, DOCUMENT_IDPS, 1, "idps1");
	stage_publish(&stage, 3, instant_after(stage.now, SECONDS(3600)));
	stage_open(&stage);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(cases[i].title, stage_ask(&stage, cases[i].line, cases[i].fields), cases[i].status,
		    cases[i].parts);
	stage_close(&stage);
}

static void
what_cannot_be_answered_is_503_and_never_404(void **state)
{
	(void)state;
	stage_init(&stage);
	stage_open(&stage);
	expect_answer("nothing has been published", stage_ask(&stage, "GET " SERVICE_PATH, SAML), 503, "Retry-After: ");
	expect_answer("not even everything", stage_ask(&stage, "GET /metadata.xml", ""), 503, "Retry-After: ");

	stage_entity(&stage, SERVICE, 1, "service1");
	stage_publish(&stage, 1, stage.now);
	expect_answer("the publication has expired", stage_ask(&stage, "GET " SERVICE_PATH, SAML), 503,
	    "expired|!<xml/>");
	expect_answer("an expired one knows nobody", stage_ask(&stage, "GET /entities/nobody", SAML), 503, "expired");

	stage_publish(&stage, 1, instant_after(stage.now, SECONDS(3600)));
	expect_answer("a new one is served", stage_ask(&stage, "GET " SERVICE_PATH, SAML), 200, "<xml/> of service1");

	stage_put(&stage, &document_table, document_key(&stage.arena, span_text(DOCUMENT_IDPS), 1), span_text("junk"));
	expect_answer("a row that is not ours", stage_ask(&stage, "GET /entities/idps", SAML), 503, "Retry-After: ");
	stage_put(&stage, &publication_table, span_text("current"), span_text("junk"));
	expect_answer("a pointer that is not ours", stage_ask(&stage, "GET " SERVICE_PATH, SAML), 503, "Retry-After: ");
	stage_close(&stage);
}

static void
a_document_that_has_expired_is_not_served(void **state)
{
	struct entity_key key = entity_key_of(span_text(SERVICE));
	struct published d;

	(void)state;
	stage_init(&stage);
	d = stage_published(&stage, SERVICE, "service1", false);
	d.valid_until = stage.now;
	stage_document(&stage, span_of(key.bytes, sizeof(key.bytes)), 1, &d);
	stage_publish(&stage, 1, instant_after(stage.now, SECONDS(3600)));
	stage_open(&stage);
	expect_answer("though the publication has not", stage_ask(&stage, "GET " SERVICE_PATH, SAML), 503,
	    "expired|!<xml/>");
	stage_close(&stage);
}

static void
files_come_from_the_generations_directory_only(void **state)
{
	static const char *const names[] = { "../secret", ".secret", "absent" };
	struct published d;

	(void)state;
	stage_init(&stage);
	stage_write(&stage, "secret", span_text("secret"));
	stage_write(&stage, "generations/.secret", span_text("secret"));
	stage_publish(&stage, 1, instant_after(stage.now, SECONDS(3600)));
	stage_open(&stage);
	for (size_t i = 0; i < COUNT(names); i++) {
		d = stage_published(&stage, "", "x", true);
		d.plain.file = span_text(names[i]);
		d.plain.size = 6;
		stage_document(&stage, span_text(DOCUMENT_ALL), 1, &d);
		expect_answer(names[i], stage_ask(&stage, "GET /metadata.xml", ""), 503, "Retry-After|!secret");
	}
	stage_close(&stage);
}

static void
a_set_is_found_among_entities_whose_keys_begin_like_it(void **state)
{
	(void)state;
	stage_init(&stage);
	put_set(&stage, DOCUMENT_ALL, 1, "all1");
	/* Entity keys whose first bytes are the set's word and a small generation, as a collision hunter would make
	 * them. */
	for (uint8_t i = 0; i < 10; i++) {
		uint8_t name[20] = { 'a', 'l', 'l', 0, 0, 0, 0, 0, 0, 0, (uint8_t)(2 + i) };
		struct published d = stage_published(&stage, "hostile", "hostile", false);

		stage_document(&stage, span_of(name, sizeof(name)), 1, &d);
	}
	stage_publish(&stage, 1, instant_after(stage.now, SECONDS(3600)));
	stage_open(&stage);
	expect_answer("the set", stage_ask(&stage, "GET /entities", SAML), 200, "<xml/> of all1|!hostile");
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_to_the_letter),
		cmocka_unit_test(what_cannot_be_answered_is_503_and_never_404),
		cmocka_unit_test(a_document_that_has_expired_is_not_served),
		cmocka_unit_test(files_come_from_the_generations_directory_only),
		cmocka_unit_test(a_set_is_found_among_entities_whose_keys_begin_like_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
