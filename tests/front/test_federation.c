/* tests/front/test_federation.c - freshness as data and as events, signing keys and their certificates. */
#include "front/stage.h"

#include "crypto/digest.h"

static struct stage stage;

static void
put_source(struct stage *s, const char *name, const struct source_state *source)
{
	struct buffer b = buffer_init(4 * KIB);

	source_state_write(&b, source);
	stage_put(s, &source_table, span_text(name), buffer_span(&b));
	buffer_release(&b);
}

static void
what_is_published_is_told_as_json(void **state)
{
	struct published d;

	(void)state;
	stage_init(&stage);
	stage_open(&stage);
	expect_answer("before the first publication", stage_ask(&stage, "GET /v1/federation", ""), 200,
	    "Cache-Control: no-store|{\"name\":{\"ja\":\"連携\",\"en\":\"Federation\"},"
	    "\"base_url\":\"https://federation.example/\"|"
	    "\"generation\":0,\"published\":null,\"valid_until\":null,\"refresh_at\":null|\"key\":null,"
	    "\"sets\":[],\"documents\":[],\"sources\":[]}");
	d = stage_published(&stage, "", "all5", true);
	stage_document(&stage, span_text(DOCUMENT_ALL), 5, &d);
	stage_publish(&stage, 5, instant_after(stage.now, SECONDS(3600)));
	expect_answer("after it", stage_ask(&stage, "GET /v1/federation", ""), 200,
	    "\"generation\":5,\"published\":\"20|\"entities\":3,\"idps\":1,\"rps\":2,\"key\":\"first\"|"
	    "\"sets\":[{\"name\":\"all\",\"url\":\"https://federation.example/metadata.xml\",\"size\":14,"
	    "\"size_gzip\":12,\"etag\":\"\\\"all5\\\"\","
	    "\"modified\":\"2026-11-22T05:20:07Z\"|!idps.xml|\"documents\":[]");
	stage_document(&stage, span_text(DOCUMENT_TRUSTED_LIST), 4, &d);
	put_source(&stage, "feed", &(struct source_state){ .attempted = stage.now, .succeeded = stage.now,
	    .entities = 7 });
	put_source(&stage, "late", &(struct source_state){ .attempted = stage.now, .held = true, .refused = 2,
		.code = ERR_DENIED, .problem = span_text("/srv/late.xml: http://10.0.0.1/ lost half"),
		.clause = span_text("RFC 0000") });
	expect_answer("with sources and other documents", stage_ask(&stage, "GET /v1/federation", ""), 200,
	    "],\"documents\":[{\"name\":\"trusted-list\",\"url\":\"https://federation.example/trusted-list.json\","
	    "\"size\":14|\"sources\":[{\"name\":\"feed\",\"attempted\":\"20|\"entities\":7,\"refused\":0,"
	    "\"held\":false,\"code\":null}|{\"name\":\"late\"|\"succeeded\":null,\"next\":null,\"valid_until\":null|"
	    "\"held\":true,\"code\":\"denied\"}]}|!late.xml|!10.0.0.1|!RFC 0000|!problem");
	stage_close(&stage);
}

static void
every_source_is_shown(void **state)
{
	(void)state;
	stage_init(&stage);
	for (unsigned i = 0; i < 100; i++)
		put_source(&stage, arena_print(&stage.arena, "feed-%02u", i),
		    &(struct source_state){ .attempted = stage.now, .code = ERR_UNAVAILABLE });
	stage_open(&stage);
	expect_answer("as many as may be configured", stage_ask(&stage, "GET /v1/federation", ""), 200,
	    "{\"name\":\"feed-00\"|{\"name\":\"feed-64\"|{\"name\":\"feed-99\"|\"code\":\"unavailable\"}]}");
	stage_close(&stage);
}

static void
followers_are_told_of_each_publication(void **state)
{
	size_t at;
	int first, second;

	(void)state;
	stage_init(&stage);
	stage_publish(&stage, 1, instant_after(stage.now, SECONDS(3600)));
	stage_open(&stage);
	first = stage_connect(&stage, "GET /v1/federation/events HTTP/1.1\r\nHost: t\r\n\r\n");
	at = stage_read(&stage, first, 0, "\"sources\":[]}\n\n");
	expect_answer("the present state comes at once", stage.answer, 200,
	    "Content-Type: text/event-stream|event: publication\ndata: {\"name\"|\"generation\":1,");
	second = stage_connect(&stage, "GET /v1/federation/events HTTP/1.1\r\nHost: t\r\n\r\n");
	stage_read(&stage, second, 0, "\"sources\":[]}\n\n");
	expect_answer("to a second one too", stage.answer, 200, "\"generation\":1,");
	close(second);
	stage_publish(&stage, 2, instant_after(stage.now, SECONDS(3600)));
	stage.answer[0] = '\0';
	at = stage_read(&stage, first, 0, "\"sources\":[]}\n\n");
	expect_true("then each change", at && strstr(stage.answer, "\"generation\":2,"));
	expect_true("once, though another came and went", !strstr(stage.answer, "\"generation\":1,"));
	expect_answer("HEAD is no follower", stage_ask(&stage, "HEAD /v1/federation/events", ""), 200,
	    "text/event-stream|!data:");
	close(first);
	for (int i = 0; i < 20; i++)
		stage_step(&stage);
	stage_publish(&stage, 3, instant_after(stage.now, SECONDS(3600)));
	for (int i = 0; i < 20; i++)
		stage_step(&stage);
	stage_close(&stage);
}

static void
put_key(struct stage *s, const char *name, enum key_state key_state, const uint8_t sha256[32])
{
	struct key_life life = { .name = span_text(name), .use = USE_METADATA, .state = key_state, .created = s->now,
		.announced = s->now };
	struct buffer b = buffer_init(KIB);

	memcpy(life.certificate, sha256, 32);
	key_life_write(&b, &life);
	stage_put(s, &key_table, span_text(name), buffer_span(&b));
	buffer_release(&b);
}

static void
signing_keys_are_listed_and_their_certificates_given(void **state)
{
	static const char *const names[] = { "active", "made", "retired", "swapped" };
	struct key_descriptor *keys;
	struct problem why = { 0 };
	uint8_t sha256[32], other[32] = { 1 }, gone[32];
	const char *answer, *body;
	char etag[64];
	size_t count;

	(void)state;
	stage_init(&stage);
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct new_key new = { .name = names[i], .common_name = "Federation", .use = USE_METADATA,
			.type = KEY_P256, .now = stage.now, .valid_for = SECONDS(86400) };

		expect_ok(names[i], key_descriptor_new(stage_path(&stage, "keys"), &new, &why), &why);
	}
	expect_ok("read", key_descriptors_read(stage_path(&stage, "keys"), &stage.arena, &keys, &count, &why), &why);
	expect_text("in order", keys[0].name, "active");
	digest(DIGEST_SHA256, keys[0].certificate, sha256);
	put_key(&stage, "active", KEY_ACTIVE, sha256);
	digest(DIGEST_SHA256, keys[1].certificate, other);
	put_key(&stage, "made", KEY_CREATED, other);
	put_key(&stage, "swapped", KEY_RETIRING, sha256);
	digest(DIGEST_SHA256, keys[2].certificate, gone);
	put_key(&stage, "retired", KEY_RETIRED, gone);
	put_key(&stage, "unread", KEY_ANNOUNCED, other);
	stage_open(&stage);

	answer = stage_ask(&stage, "GET /v1/anchors", "");
	expect_answer("what the world may see", answer, 200,
	    "{\"keys\":[{\"name\":\"active\",\"use\":\"metadata\",\"state\":\"active\",\"announced\":\"20|"
	    "\"fingerprint\":\"|\"type\":\"p-256\"|CN=Federation|"
	    "\"url\":\"https://federation.example/anchors/active.cer\"|"
	    "{\"name\":\"unread\",\"use\":\"metadata\","
	    "\"state\":\"announced\"|!\"made\"|!\"retired\"|!swapped.cer|!unread.cer");
	expect_true("the fingerprint has 32 pairs with colons", strstr(answer,
	    arena_print(&stage.arena, "\"fingerprint\":\"%02X:%02X:", sha256[0], sha256[1])) != NULL);

	answer = stage_ask(&stage, "GET /anchors/active.cer", "");
	expect_answer("a certificate", answer, 200,
	    "Content-Type: application/pkix-cert\r\n|filename=\"active.cer\"|max-age=3600");
	body = strstr(answer, "\r\n\r\n") + 4;
	expect_true("byte for byte", memcmp(body, keys[0].certificate.data, keys[0].certificate.size) == 0);
	expect_number("its tag", sscanf(strstr(answer, "ETag: ") + 6, "%63[^\r]", etag), 1);
	expect_answer("asked for again",
	    stage_ask(&stage, "GET /anchors/active.cer", arena_print(&stage.arena, "If-None-Match: %s\r\n", etag)), 304,
	    "ETag: |!pkix-cert");
	expect_answer("one only made", stage_ask(&stage, "GET /anchors/made.cer", ""), 404, "");
	expect_answer("one whose publication has ended", stage_ask(&stage, "GET /anchors/retired.cer", ""), 404, "");
	expect_answer("one that is not what the store knows", stage_ask(&stage, "GET /anchors/swapped.cer", ""), 404,
	    "");
	expect_answer("one made since the start", stage_ask(&stage, "GET /anchors/unread.cer", ""), 404, "");
	expect_answer("one that is not there", stage_ask(&stage, "GET /anchors/nobody.cer", ""), 404, "");
	expect_answer("no suffix", stage_ask(&stage, "GET /anchors/active", ""), 404, "");
	expect_answer("a suffix alone", stage_ask(&stage, "GET /anchors/.cer", ""), 404, "");
	expect_answer("a private key is no page", stage_ask(&stage, "GET /anchors/active.pem", ""), 404, "");
	stage_close(&stage);
}

static void
a_front_that_cannot_read_its_files_does_not_start(void **state)
{
	static const struct { const char *title, *command, *part; } cases[] = {
		{ "no generations", "rmdir generations", "generations" },
		{ "no keys", "rmdir keys", "keys" },
		{ "a broken key", "echo nonsense >keys/x.json", "x.json" },
		{ "no pages", "rm -r pages", "pages" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct registry_front_settings settings = { 0 };
		struct problem why = { 0 };
		struct registry_front *front = NULL;

		stage_init(&stage);
		settings.generations = stage_path(&stage, "generations");
		settings.keys = stage_path(&stage, "keys");
		settings.pages = stage_path(&stage, "pages");
		expect_number(cases[i].title,
		    system(arena_print(&stage.arena, "cd %s && %s", stage.path, cases[i].command)), 0);
		expect_true(cases[i].title, registry_front_new(stage.loop, stage.store, &settings, &front, &why) != OK);
		expect_true(why.text, strstr(why.text, cases[i].part) != NULL);
		expect_true("nothing is left", front == NULL);
		stage_close(&stage);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_published_is_told_as_json),
		cmocka_unit_test(every_source_is_shown),
		cmocka_unit_test(followers_are_told_of_each_publication),
		cmocka_unit_test(signing_keys_are_listed_and_their_certificates_given),
		cmocka_unit_test(a_front_that_cannot_read_its_files_does_not_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
