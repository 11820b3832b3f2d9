/* tests/front/test_point_metadata.c - what the decision point says of itself, plain and signed: by a real signer behind
 * a real channel, whoever is away, and through a change of keys. */
#include "crypto/scratch.h"
#include "front/authzen_stage.h"

#include "base/log.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "front/authzen/metadata_signing.h"
#include "net/channel.h"
#include "signer/wire.h"

#define DAY SECONDS(86400)

static struct scene scene;
static struct {
	struct scratch keys;
	struct signer *signer;
	struct signer_client *client;
	struct channel *channel;
	struct metadata_signing *signing;
	struct instant now;
	size_t asked;
} world;

static struct instant
world_clock(void)
{
	return world.now;
}

static void
on_request(void *arg, struct span message, int fd)
{
	struct arena a = arena_init(1 * MIB);
	struct problem why;
	struct span answer;

	(void)arg;
	(void)fd;
	expect_ok("the signer takes it", signer_answer(world.signer, ROLE_STEWARD, message, &a, &answer, &why), &why);
	world.asked++;
	channel_post(world.channel, answer);
	arena_release(&a);
}

static void
on_closed(void *arg)
{
	(void)arg;
}

/* A (new) signer, which has the keys that are there now. */
static void
signer_starts(void)
{
	static const struct channel_limits limits = { .message = 1 * MIB, .waiting = 1 * MIB };
	struct problem why;
	int fds[2];

	channel_free(world.channel);
	signer_free(world.signer);
	expect_ok("a signer", signer_open(world.keys.path, &world.signer, &why), &why);
	expect_ok("a pair of channels", channel_pair(fds, &why), &why);
	signer_client_link(world.client, fds[0]);
	world.channel = channel_new(scene.loop, fds[1], limits, on_request, on_closed, NULL);
	metadata_signing_on_signer(world.signing);
}

static void
put_key(const char *name, enum key_state state)
{
	struct key_life life = { .name = span_text(name), .use = USE_TRUSTED_LIST, .state = state, .created = { 1 },
		.announced = { 1 } };
	struct key_descriptor file;
	struct buffer b = buffer_init(4 * KIB);
	struct problem why;

	expect_ok("its descriptor", key_descriptor_read(world.keys.path, name, &scene.arena, &file, &why), &why);
	digest(DIGEST_SHA256, file.certificate, life.certificate);
	life.activated.us = state >= KEY_ACTIVE;
	life.retiring.us = state >= KEY_RETIRING;
	life.retired.us = state >= KEY_RETIRED;
	key_life_write(&b, &life);
	scene_put(&scene, &key_table, life.name, buffer_span(&b));
	buffer_release(&b);
}

static void
make_key(const char *name, enum key_type type)
{
	struct new_key new = { .name = name, .common_name = "test", .organization = "test", .country = "JP",
		.use = USE_TRUSTED_LIST, .type = type, .now = world.now, .valid_for = 3650 * DAY };
	struct problem why;

	expect_ok("a key", key_descriptor_new(world.keys.path, &new, &why), &why);
}

static void
world_open(uint64_t seed)
{
	scene_open(&scene, seed);
	scene_front(&scene, NULL);
	memset(&world, 0, sizeof(world));
	world.keys = scratch_new();
	world.now = clock_now();
	world.client = signer_client_new(scene.loop);
	store_memory_become(scene.store, ROLE_STEWARD);
	world.signing = metadata_signing_new(scene.loop, scene.store, world.client, &(struct metadata_signing_settings){
		.base_url = SCENE_BASE, .keys = world.keys.path, .valid_for = 30 * DAY, .clock = world_clock });
}

static void
world_close(void)
{
	metadata_signing_free(world.signing);
	signer_client_free(world.client);
	channel_free(world.channel);
	signer_free(world.signer);
	scratch_free(&world.keys);
	scene_close(&scene);
}

/* Long enough for a look, a signature and a commit. */
static void
world_runs(void)
{
	store_memory_become(scene.store, ROLE_STEWARD);
	for (int i = 0; i < 60; i++) {
		loop_step(scene.loop, SECONDS(1) / 200);
		while (store_memory_step(scene.store, clock_now()))
			turn_run(loop_turn(scene.loop));
	}
}

static int
get(const char *path)
{
	return scene_send(&scene, arena_print(&scene.arena, "GET %s", path), "", "");
}

/* The token in the answer; empty: there is none. */
static struct span
token(void)
{
	static const char before[] = "\"signed_metadata\":\"";
	const char *at;
	struct span rest;

	expect_answer(&scene, "the metadata", get("/.well-known/authzen-configuration"), 200,
	    "{\"policy_decision_point\":\"https://federation.example\"|\"access_evaluation_endpoint\":"
	    "\"https://federation.example/access/v1/evaluation\"|"
	    "\"jwks_uri\":\"https://federation.example/access/v1/jwks\"");
	at = strstr(scene.answer, before);
	rest = span_text(at ? at + sizeof(before) - 1 : "");
	return arena_copy(&scene.arena, span_cut(&rest, '"'));
}

static struct span
decoded(struct span part)
{
	struct span out = { 0 };

	expect_true("base64url", base64url_read(&scene.arena, part, &out));
	return out;
}

static void
expect_signed_by(const char *title, struct span text, const char *name)
{
	struct span rest = text, header = span_cut(&rest, '.'), payload = span_cut(&rest, '.');
	struct certificate_facts facts;
	struct key_descriptor file;
	struct problem why = { 0 };
	bool good = false;

	expect_true("a token", text.size > 0 && payload.size > 0);
	expect_ok("its descriptor", key_descriptor_read(world.keys.path, name, &scene.arena, &file, &why), &why);
	expect_ok("its certificate", certificate_read(file.certificate, &scene.arena, &facts, &why), &why);
	expect_ok("checked", public_key_verify(facts.spki, span_first(text, header.size + 1 + payload.size),
	    decoded(rest), &good, &why), &why);
	expect_true(title, good);
}

static void
the_metadata_is_there_plain_and_signed(void **state)
{
	struct span text, rest, header, payload;
	const char *kid;

	(void)state;
	world_open(1);
	expect_true("plain while nothing is signed", token().size == 0);
	expect_answer(&scene, "with no keys", get("/access/v1/jwks"), 200, "application/jwk-set+json|{\"keys\":[]}");
	make_key("list-1", KEY_P256);
	put_key("list-1", KEY_ACTIVE);
	world_runs();
	expect_true("and while the signer is away", token().size == 0);
	signer_starts();
	world_runs();
	text = rest = token();
	expect_signed_by("then signed", text, "list-1");
	header = decoded(span_cut(&rest, '.'));
	payload = decoded(span_cut(&rest, '.'));
	expect_true("as a JWT", span_starts(header, "{\"alg\":\"ES256\",\"kid\":\""));
	expect_text("with the values, iss and times", arena_text(&scene.arena, payload), arena_print(&scene.arena,
	    "{\"exp\":%lld,\"iat\":%lld,\"iss\":\"https://federation.example\",\"nbf\":%lld,%s",
	    (long long)((world.now.us + DAY) /
	    SECONDS(1)), (long long)(world.now.us / SECONDS(1)), (long long)(world.now.us / SECONDS(1)),
	    "\"policy_decision_point\":\"https://federation.example\","
	    "\"access_evaluation_endpoint\":\"https://federation.example/access/v1/evaluation\","
	    "\"access_evaluations_endpoint\":\"https://federation.example/access/v1/evaluations\","
	    "\"search_subject_endpoint\":\"https://federation.example/access/v1/search/subject\","
	    "\"search_resource_endpoint\":\"https://federation.example/access/v1/search/resource\","
	    "\"search_action_endpoint\":\"https://federation.example/access/v1/search/action\","
	    "\"jwks_uri\":\"https://federation.example/access/v1/jwks\",\"supported_obligations\":[\"step-up\"]}"));
	kid = arena_print(&scene.arena, "\"kid\":\"%.*s\"", 43, header.data + strlen("{\"alg\":\"ES256\",\"kid\":\""));
	expect_answer(&scene, "its key is published", get("/access/v1/jwks"), 200, kid);
	world_close();
}

static void
it_is_signed_anew_before_it_ends(void **state)
{
	struct span first, again;

	(void)state;
	world_open(2);
	make_key("list-1", KEY_P256);
	put_key("list-1", KEY_ACTIVE);
	signer_starts();
	world_runs();
	first = token();
	expect_number("once", world.asked, 1);
	world.now = instant_after(world.now, DAY / 2 - SECONDS(60));
	metadata_signing_on_signer(world.signing);
	world_runs();
	expect_true("not before it is due", span_equal(token(), first) && world.asked == 1);
	world.now = instant_after(world.now, SECONDS(120));
	metadata_signing_on_signer(world.signing);
	world_runs();
	again = token();
	expect_true("then it is another", !span_equal(again, first) && world.asked == 2);
	expect_signed_by("as good", again, "list-1");
	world_close();
}

static void
what_has_ended_or_says_something_else_is_not_shown(void **state)
{
	(void)state;
	world_open(3);
	world.now = instant_after(clock_now(), -2 * DAY);
	make_key("list-1", KEY_P256);
	put_key("list-1", KEY_ACTIVE);
	signer_starts();
	world_runs();
	expect_number("it was signed", world.asked, 1);
	expect_true("for a time that is over", token().size == 0);
	metadata_signing_free(world.signing);
	world.now = clock_now();
	store_memory_become(scene.store, ROLE_STEWARD);
	world.signing = metadata_signing_new(scene.loop, scene.store, world.client, &(struct metadata_signing_settings){
		.base_url = "https://other.example/", .keys = world.keys.path, .valid_for = DAY,
		    .clock = world_clock });
	metadata_signing_on_signer(world.signing);
	world_runs();
	expect_number("signed for another point", world.asked, 2);
	expect_true("is not this one's", token().size == 0);
	world_close();
}

static void
a_change_of_keys_is_followed(void **state)
{
	struct span first;

	(void)state;
	world_open(4);
	make_key("list-1", KEY_P256);
	put_key("list-1", KEY_ACTIVE);
	signer_starts();
	world_runs();
	first = token();
	make_key("list-2", KEY_RSA_2048);
	put_key("list-2", KEY_ANNOUNCED);
	world_runs();
	expect_answer(&scene, "the next one is announced", get("/access/v1/jwks"), 200,
	    "\"kty\":\"EC\"|\"kty\":\"RSA\"");
	expect_signed_by("and does not sign yet", token(), "list-1");
	put_key("list-1", KEY_RETIRING);
	put_key("list-2", KEY_ACTIVE);
	world_runs();
	expect_signed_by("a signer that lacks it leaves what there was", token(), "list-1");
	signer_starts();
	world_runs();
	expect_signed_by("the next one knows it", token(), "list-2");
	expect_answer(&scene, "old tokens can still be checked", get("/access/v1/jwks"), 200,
	    "\"kty\":\"EC\"|\"kty\":\"RSA\"");
	put_key("list-1", KEY_RETIRED);
	world_runs();
	expect_answer(&scene, "until they have ended", get("/access/v1/jwks"), 200, "!\"kty\":\"EC\"|\"kty\":\"RSA\"");
	expect_true("they were others", !span_equal(first, token()));
	world_close();
}

static void
a_key_that_is_not_the_one_adopted_signs_nothing(void **state)
{
	(void)state;
	world_open(5);
	make_key("list-1", KEY_P256);
	put_key("list-1", KEY_ACTIVE);
	scratch_free(&world.keys);
	expect_number("the directory is made anew", mkdir(world.keys.path, 0700), 0);
	make_key("list-1", KEY_P256);
	signer_starts();
	world_runs();
	expect_number("nobody was asked", world.asked, 0);
	expect_true("and the values are there plain", token().size == 0);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_metadata_is_there_plain_and_signed),
		cmocka_unit_test(it_is_signed_anew_before_it_ends),
		cmocka_unit_test(what_has_ended_or_says_something_else_is_not_shown),
		cmocka_unit_test(a_change_of_keys_is_followed),
		cmocka_unit_test(a_key_that_is_not_the_one_adopted_signs_nothing),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
