/* tests/front/test_members.c - who is in, as the world asks for it: the list, the trusted list, a member's card and
 * logo. */
#include "front/stage.h"

#define CITY_IDP "https://idp.city.example/"
#define PLAIN_SP "https://sp.example/"
#define MEMBER_RECORD(id) \
	"{\"id\":\"" id "\",\"kind\":\"public\",\"name\":{\"ja\":\"市役所\",\"en\":\"City\"}," \
	"\"logo\":{\"url\":\"data:image/svg+xml;base64,PHN2Zy8+\",\"width\":8,\"height\":8}," \
	"\"contacts\":[{\"type\":\"technical\",\"given_name\":\"Hanako\",\"email\":\"hanako@city.example\"}]," \
	"\"entities\":[{\"entity_id\":\"" CITY_IDP "\",\"roles\":[\"idp\"],\"oidc\":{\"provider\":{\"issuer\":\"" \
	CITY_IDP "\"}}}]}"

static struct stage stage;

static void
put_member(struct stage *s, const char *id, enum standing standing, bool registered, const char *record)
{
	struct member member = { .id = span_text(id), .standing = standing, .since = s->now,
		.reason = span_text("the reason"), .record = span_text(record), .registered = registered ? s->now :
		(struct instant){ 0 } };
	struct buffer b = buffer_init(64 * KIB);

	member_write(&b, &member);
	stage_put(s, &member_table, span_text(id), buffer_span(&b));
	buffer_release(&b);
}

static void
put_event(struct stage *s, const char *id, uint32_t number, const char *event)
{
	const char *entry = arena_print(&s->arena,
	    "{\"actor\":\"uid:1000\",\"at\":\"2026-11-0%uT00:00:00Z\",\"event\":\"%s\",\"reason\":\"\","
	    "\"standing\":\"approved\"}", number, event);

	stage_put(s, &member_event_table, member_event_key(&s->arena, span_text(id), number), span_text(entry));
}

/* With its fragment and one finding; `member` or `source` is "". */
static const char *
put_entity(struct stage *s, const char *entity_id, const char *member, const char *source)
{
	static const char content[] =
	    "<md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
	    "<md:SingleSignOnService Binding=\"b\" Location=\"https://sso.example/\"></md:SingleSignOnService>"
	    "</md:IDPSSODescriptor>";
	static const char stated[] =
	    "<saml:Attribute Name=\"urn:oasis:names:tc:SAML:attribute:assurance-certification\""
	    " NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"
	    "<saml:AttributeValue>https://f.example/level-3</saml:AttributeValue></saml:Attribute>"
	    "<saml:Attribute Name=\"http://macedir.org/entity-category\""
	    " NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">"
	    "<saml:AttributeValue>https://f.example/category</saml:AttributeValue></saml:Attribute>";
	struct fragment fragment = { .written = s->now, .registration = REGISTRATION_HOMELESS,
	    .content = span_text(content) };
	struct entity entity = { .entity_id = span_text(entity_id), .roles = ENTITY_IDP, .source = span_text(source),
		.member = span_text(member), .name_en = span_text("A plain name"), .size = sizeof(content),
		.registered = s->now, .imported = s->now, .stated = span_text(stated) };
	struct rule_finding found = { .rule = span_text("r.one"), .level = FINDING_WARNING, .right_ja = span_text("右"),
		.right_en = span_text("right") };
	struct findings findings = { .looked = s->now, .published = &found, .published_count = 1 };
	struct entity_key key = entity_key_of(entity.entity_id);
	struct span name = arena_copy(&s->arena, span_of(key.bytes, sizeof(key.bytes)));
	struct buffer b = buffer_init(64 * KIB);
	char *id = arena_take(&s->arena, 41);

	fragment_digest(&fragment, entity.fragment);
	fragment_write(&b, &fragment);
	stage_put(s, &fragment_table, span_of(entity.fragment, 32), buffer_span(&b));
	buffer_clear(&b);
	entity_write(&b, &entity);
	stage_put(s, &entity_table, name, buffer_span(&b));
	buffer_clear(&b);
	findings_write(&b, &findings);
	stage_put(s, &finding_table, name, buffer_span(&b));
	buffer_release(&b);
	for (size_t i = 0; i < sizeof(key.bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", key.bytes[i]);
	return id;
}

static void
lists_are_sent_as_they_were_published(void **state)
{
	static const struct { const char *path, *name; } documents[] = {
		{ "GET /v1/members", DOCUMENT_MEMBERS },
		{ "GET /trusted-list.json", DOCUMENT_TRUSTED_LIST },
		{ "GET /trusted-list.jws", DOCUMENT_TRUSTED_LIST_SIGNED },
	};

	(void)state;
	stage_init(&stage);
	stage_open(&stage);
	expect_answer("before the first publication", stage_ask(&stage, "GET /v1/members", ""), 503, "Retry-After: ");
	stage_publish(&stage, 3, instant_after(stage.now, SECONDS(3600)));
	expect_answer("no list of this generation", stage_ask(&stage, "GET /v1/members", ""), 404,
	    "max-age=60|no list of members");
	expect_answer("no trusted list, and why", stage_ask(&stage, "GET /trusted-list.jws", ""), 404,
	    "named no key|TS 119 602");
	for (size_t i = 0; i < COUNT(documents); i++) {
		struct published d = stage_published(&stage, "", documents[i].name, false);

		d.valid_until = (struct instant){ 0 };
		stage_document(&stage, span_text(documents[i].name), 2, &d);
		expect_answer(documents[i].path, stage_ask(&stage, documents[i].path, ""), 200,
		    arena_print(&stage.arena, "ETag: \"%s\"|<xml/> of %s", documents[i].name, documents[i].name));
		expect_answer("packed", stage_ask(&stage, documents[i].path, "Accept-Encoding: gzip\r\n"), 200,
		    "Content-Encoding: gzip|GZIP of");
		expect_answer("asked for again", stage_ask(&stage, documents[i].path,
		    arena_print(&stage.arena, "If-None-Match: \"%s\"\r\n", documents[i].name)), 304, "!<xml/>");
		expect_answer("whatever type is liked best", stage_ask(&stage, documents[i].path,
		    "Accept: application/json\r\n"), 200, "");
		expect_answer("but no coding we do not have",
		    stage_ask(&stage, documents[i].path, "Accept-Encoding: br, identity;q=0, gzip;q=0\r\n"), 406,
		    "UTF-8");
	}
	stage_close(&stage);
}

static void
a_member_has_a_card(void **state)
{
	const char *answer, *id;
	char etag[64];

	(void)state;
	stage_init(&stage);
	put_member(&stage, "city", STANDING_APPROVED, true, MEMBER_RECORD("city"));
	put_member(&stage, "city-2", STANDING_APPROVED, true, MEMBER_RECORD("city-2"));
	put_event(&stage, "city", 1, "member.applied");
	put_event(&stage, "city", 2, "member.approved");
	put_event(&stage, "city-2", 1, "member.withdrawn");
	id = put_entity(&stage, CITY_IDP, "city", "");
	stage_open(&stage);
	answer = stage_ask(&stage, "GET /v1/members/city", "");
	expect_answer("the card", answer, 200,
	    "Content-Type: application/json|max-age=60|{\"id\":\"city\",\"standing\":\"approved\"|市役所|" CITY_IDP
	    "|\"published\":true|https://sso.example/|r.one|\"history\":[{\"at\":\"2026-11-02T00:00:00Z\","
	    "\"event\":\"member.approved\"|\"event\":\"member.applied\"|!Hanako|!uid:|!member.withdrawn");
	expect_answer("with what the registry states of it, and who registered it", answer, 200,
	    "\"certified\":[\"https://f.example/level-3\"]|\"registration_authority\":\"https://authority.example/\"|"
	    "\"registration_instant\":\"20");
	expect_number("its tag", sscanf(strstr(answer, "ETag: ") + 6, "%63[^\r]", etag), 1);
	expect_answer("asked for again",
	    stage_ask(&stage, "GET /v1/members/city", arena_print(&stage.arena, "If-None-Match: %s\r\n", etag)), 304,
	    "ETag: |!standing");
	expect_answer("an entity that belongs to somebody else is not shown as one's own",
	    stage_ask(&stage, "GET /v1/members/city-2", ""), 200,
	    "\"published\":false|member.withdrawn|!sso.example|!r.one");
	expect_answer("its entity leads to it", stage_ask(&stage, arena_print(&stage.arena, "GET /v1/members/%s", id),
	    ""), 307, "Location: /v1/members/city\r\n");
	expect_answer("HEAD", stage_ask(&stage, "HEAD /v1/members/city", ""), 200, "ETag: |!standing");
	stage_close(&stage);
}

static void
an_entity_of_a_source_has_one_too(void **state)
{
	const char *id;

	(void)state;
	stage_init(&stage);
	id = put_entity(&stage, PLAIN_SP, "", "feed");
	stage_open(&stage);
	expect_answer("its card", stage_ask(&stage, arena_print(&stage.arena, "GET /v1/members/%s", id), ""), 200,
	    "\"standing\":null|\"source\":\"feed\"|A plain name|https://sso.example/|r.one|\"history\":[]|"
	    "\"categories\":[\"https://f.example/category\"]|\"certified\":[\"https://f.example/level-3\"]|"
	    "\"registration_authority\":\"https://authority.example/\"");
	stage_close(&stage);
}

static void
who_is_not_public_is_not_found(void **state)
{
	static const struct { const char *title, *path; int status; const char *parts; } cases[] = {
		{ "an applicant", "GET /v1/members/applied", 404, "max-age=60|!City" },
		{ "an applicant's logo", "GET /v1/members/applied/logo", 404, "max-age=60" },
		{ "one that was never let in", "GET /v1/members/rejected", 404, "!City" },
		{ "one that applies again", "GET /v1/members/again", 404, "!City" },
		{ "one that left stays readable", "GET /v1/members/withdrawn", 200,
		    "\"standing\":\"withdrawn\"|the reason" },
		{ "a suspended one says so", "GET /v1/members/suspended", 200,
		    "\"standing\":\"suspended\"|the reason" },
		{ "nobody", "GET /v1/members/nobody", 404, "max-age=60" },
		{ "an entity nobody knows", "GET /v1/members/0123456789012345678901234567890123456789", 404, "" },
		{ "no id", "GET /v1/members/No%20Id", 404, "" },
		{ "a path", "GET /v1/members/..%2Fcity", 404, "" },
		{ "a record that cannot be read is our fault", "GET /v1/members/broken", 503, "Retry-After: |!0123" },
		{ "and its logo is not there", "GET /v1/members/broken/logo", 404, "" },
	};

	(void)state;
	stage_init(&stage);
	put_member(&stage, "applied", STANDING_APPLIED, false, MEMBER_RECORD("applied"));
	put_member(&stage, "rejected", STANDING_WITHDRAWN, false, MEMBER_RECORD("rejected"));
	put_member(&stage, "again", STANDING_APPLIED, true, MEMBER_RECORD("again"));
	put_member(&stage, "withdrawn", STANDING_WITHDRAWN, true, MEMBER_RECORD("withdrawn"));
	put_member(&stage, "suspended", STANDING_SUSPENDED, true, MEMBER_RECORD("suspended"));
	put_member(&stage, "broken", STANDING_APPROVED, true, "0123");
	stage_open(&stage);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(cases[i].title, stage_ask(&stage, cases[i].path, ""), cases[i].status, cases[i].parts);
	stage_close(&stage);
}

static void
a_logo_is_a_picture_that_can_do_nothing(void **state)
{
	const char *answer;
	char etag[64];

	(void)state;
	stage_init(&stage);
	put_member(&stage, "city", STANDING_APPROVED, true, MEMBER_RECORD("city"));
	stage_open(&stage);
	answer = stage_ask(&stage, "GET /v1/members/city/logo", "");
	expect_answer("the logo", answer, 200,
	    "Content-Type: image/svg+xml\r\n|Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
	    "sandbox\r\n|max-age=3600|<svg/>");
	expect_number("its tag", sscanf(strstr(answer, "ETag: ") + 6, "%63[^\r]", etag), 1);
	expect_answer("asked for again",
	    stage_ask(&stage, "GET /v1/members/city/logo", arena_print(&stage.arena, "If-None-Match: %s\r\n", etag)),
	    304, "!<svg/>");
	expect_answer("of nobody", stage_ask(&stage, "GET /v1/members/nobody/logo", ""), 404, "");
	put_member(&stage, "city", STANDING_APPROVED, true, MEMBER_RECORD("city"));
	expect_answer("asked for again after a change", stage_ask(&stage, "GET /v1/members/city/logo",
	    arena_print(&stage.arena, "If-None-Match: %s\r\n", etag)), 200, "<svg/>");
	put_member(&stage, "city", STANDING_WITHDRAWN, false, MEMBER_RECORD("city"));
	expect_answer("whoever is not public any more has none to confirm", stage_ask(&stage,
	    "GET /v1/members/city/logo", "If-None-Match: *\r\n"), 404, "!<svg/>");
	stage_close(&stage);
}

static void
one_page_stands_for_every_member(void **state)
{
	static const struct { const char *title, *path; int status; } cases[] = {
		{ "a member's page", "GET /members/city", 200 },
		{ "one that left stays readable", "GET /members/withdrawn", 200 },
		{ "a suspended one says so", "GET /members/suspended", 200 },
		{ "a record that cannot be read is our fault", "GET /members/broken", 200 },
		{ "of an applicant there is none", "GET /members/applied", 404 },
		{ "nor of nobody", "GET /members/nobody", 404 },
		{ "nor of an entity nobody knows", "GET /members/0123456789012345678901234567890123456789", 404 },
		{ "nor of what is no id", "GET /members/No%20Id", 404 },
	};
	const char *id;

	(void)state;
	stage_init(&stage);
	stage_open(&stage);
	expect_answer("without such a page", stage_ask(&stage, "GET /members/city", ""), 404, "");
	stage_close(&stage);
	stage_init(&stage);
	expect_number("a directory", mkdir(stage_path(&stage, "pages/members"), 0755), 0);
	stage_write(&stage, "pages/members/card.html", span_text("<!doctype html>card"));
	put_member(&stage, "city", STANDING_APPROVED, true, MEMBER_RECORD("city"));
	put_member(&stage, "applied", STANDING_APPLIED, false, MEMBER_RECORD("applied"));
	put_member(&stage, "withdrawn", STANDING_WITHDRAWN, true, MEMBER_RECORD("withdrawn"));
	put_member(&stage, "suspended", STANDING_SUSPENDED, true, MEMBER_RECORD("suspended"));
	put_member(&stage, "broken", STANDING_APPROVED, true, "0123");
	id = put_entity(&stage, PLAIN_SP, "", "feed");
	stage_open(&stage);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(cases[i].title, stage_ask(&stage, cases[i].path, ""), cases[i].status,
		    cases[i].status == 200 ? "text/html|Content-Security-Policy: |ETag: |card" :
		    "text/html|Content-Security-Policy: |no-cache|!ETag: |card");
	expect_answer("an entity of a source", stage_ask(&stage, arena_print(&stage.arena, "GET /members/%s", id), ""),
	    200, "card");
	expect_answer("the list is the front page", stage_ask(&stage, "GET /members/", ""), 308, "Location: /\r\n");
	expect_answer("with what was searched for", stage_ask(&stage, "GET /members?q=a%20b&role=idp", ""), 308,
	    "Location: /?q=a%20b&role=idp\r\n");
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_sent_as_they_were_published),
		cmocka_unit_test(a_member_has_a_card),
		cmocka_unit_test(an_entity_of_a_source_has_one_too),
		cmocka_unit_test(who_is_not_public_is_not_found),
		cmocka_unit_test(a_logo_is_a_picture_that_can_do_nothing),
		cmocka_unit_test(one_page_stands_for_every_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
