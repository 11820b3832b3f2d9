/* tests/transaction/test_client_registration.c - clients register themselves, look, change and go; whose they are rules
 * them. */
#include "transaction/client_stage.h"

#include "transaction/client/client_authentication.h"
#include "transaction/client/client_metadata.h"
#include "transaction/client/client_registration.h"

#define TOKEN "wt_0000000000000000000000000000000000000000000"
#define DECIDES "wt_2222222222222222222222222222222222222222222"
#define RETURNS "\"redirect_uris\":[\"https://www.shop.example/new\"]"
#define OF_SHOP ",\"entity_id\":\"" SHOP "\""

struct scene {
	struct stage stage;
	struct client_book *book;
	struct arena *arena;     /* the stage's, also of a copy */
	enum client_fault fault;
	char id[REGISTERED_CLIENT_ID_TEXT], secret[CALLER_TOKEN_TEXT], access[CALLER_TOKEN_TEXT];
	const char *metadata;
};

static void
scene_open(struct scene *s, uint64_t seed, const char *more)
{
	*s = (struct scene){ .book = client_book_new(), .arena = &s->stage.arena };
	stage_open(&s->stage, seed);
	stage_member_as(&s->stage, "shop", STANDING_APPROVED, stage_shop(&s->stage, more, "", ""));
	stage_holder(&s->stage, "shop-reg", "shop", CALLER_REGISTER, TOKEN);
	stage_holder(&s->stage, "shop-point", "shop", CALLER_DECIDE, DECIDES);
}

static void
scene_close(struct scene *s)
{
	client_book_free(s->book);
	stage_close(&s->stage);
}

static void
on_registration(void *arg, enum err err, enum client_fault fault, struct client_information *told,
    const struct problem *why)
{
	struct scene *s = arg;

	s->stage.done = true;
	s->stage.err = err;
	s->fault = fault;
	if (why)
		s->stage.why = *why;
	if (!told)
		return;
	memcpy(s->id, told->id, sizeof(s->id));
	memcpy(s->secret, told->secret, sizeof(s->secret));
	memcpy(s->access, told->access, sizeof(s->access));
	s->metadata = arena_text(s->arena, told->client->metadata);
}

typedef struct pending *act(struct store *, struct arena *, const struct client_registering *, on_client_registration *,
    void *arg);

static enum err
play(struct scene *s, act *what, const char *token, const char *id, const char *body, size_t most)
{
	struct client_proposal proposal = { .provisioned = false };
	struct client_registering asked = {
		.authorization = span_text(arena_print(&s->stage.arena, "Bearer %s", token)),
		.id = span_text(id), .proposal = &proposal, .most = most, .now = s->stage.now,
	};
	struct problem why;

	if (body)
		expect_ok(body, client_proposal_read(&s->stage.arena, span_text(body), &proposal, &why), &why);
	s->stage.done = false;
	what(s->stage.store, &s->stage.arena, &asked, on_registration, s);
	expect_true("never before it returns", !s->stage.done);
	stage_run(&s->stage);
	s->stage.done = false;
	return s->stage.err;
}

static void
one_is_registered_and_is_a_client(void **state)
{
	struct client_credentials shown = { .basic = true };
	struct stage_client found;
	const struct client *c;
	struct scene s;

	(void)state;
	scene_open(&s, 1, "\"sector\":\"shop.example\",\"personas\":[\"business\"],");
	expect_ok("registered", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP ",\"client_name\":\"x\"}", 0),
	    &s.stage.why);
	expect_text("with all that is taken for granted", s.metadata,
	    "{\"acr_values_essential\":false,\"application_type\":\"web\","
	    "\"backchannel_logout_session_required\":false,"
	    "\"grant_types\":[\"authorization_code\"],\"id_token_signed_response_alg\":\"RS256\","
	    "\"redirect_uris\":[\"https://www.shop.example/new\"],\"refresh_token_rotation\":false,"
	    "\"require_auth_time\":false,\"require_pkce\":true,\"response_types\":[\"code\"],"
	    "\"subject_type\":\"pairwise\",\"token_endpoint_auth_method\":\"client_secret_basic\"}");
	c = stage_find_client(&s.stage, s.book, s.id);
	assert_non_null(c);
	expect_true("it registered itself", c->self_registered && c->has_secret);
	expect_span("its relying party's sector", c->rp.sector, "shop.example");
	expect_span("its own, too", c->metadata.sector, "shop.example");
	expect_number("its relying party's personas", c->rp.personas, PERSONA_BIT(PERSONA_BUSINESS));
	expect_true("its own way back",
	    oidc_client_redirects(&c->metadata, span_text("https://www.shop.example/new")) &&
	    !oidc_client_redirects(&c->metadata, span_text("https://www.shop.example/cb")));
	for (int wrong = 0; wrong < 2; wrong++) {
		shown.basic_id = span_text(s.id);
		shown.basic_secret = span_text(wrong ? s.access : s.secret);
		found = (struct stage_client){ .stage = &s.stage };
		s.stage.done = false;
		client_authenticate(s.stage.store, s.book, &s.stage.arena, &shown, span_text("https://op.example"),
		    s.stage.now, stage_on_client, &found);
		stage_run(&s.stage);
		expect_number(wrong ? "another secret" : "its secret", s.stage.err, wrong ? ERR_DENIED : OK);
	}
	scene_close(&s);
}

static void
what_may_not_be_registered_is_refused(void **state)
{
	static const struct {
		const char *title, *token, *body;
		size_t most;
		enum err err;
		enum client_fault fault;
	} cases[] = {
		{ "nobody's token", "wt_9999999999999999999999999999999999999999999", "{" RETURNS OF_SHOP "}", 0,
		    ERR_DENIED, CLIENT_BAD_TOKEN },
		{ "no such token", "x", "{" RETURNS OF_SHOP "}", 0, ERR_DENIED, CLIENT_BAD_TOKEN },
		{ "a caller with another right", DECIDES, "{" RETURNS OF_SHOP "}", 0, ERR_DENIED, CLIENT_FORBIDDEN },
		{ "of which relying party is not said", TOKEN, "{" RETURNS "}", 0, ERR_INVALID, CLIENT_BAD_METADATA },
		{ "of another's", TOKEN, "{" RETURNS ",\"entity_id\":\"https://bank.example/\"}", 0, ERR_INVALID,
		    CLIENT_BAD_METADATA },
		{ "of one that relies on nobody", TOKEN, "{" RETURNS ",\"entity_id\":\"https://idp.shop.example/\"}", 0,
		    ERR_INVALID, CLIENT_BAD_METADATA },
		{ "that returns nowhere", TOKEN, "{\"redirect_uris\":[]" OF_SHOP "}", 0, ERR_INVALID,
		    CLIENT_BAD_REDIRECT },
		{ "that returns without TLS", TOKEN, "{\"redirect_uris\":[\"http://shop.example/\"]" OF_SHOP "}", 0,
		    ERR_INVALID, CLIENT_BAD_REDIRECT },
		{ "keys to be fetched", TOKEN, "{" RETURNS OF_SHOP ",\"jwks_uri\":\"https://shop.example/jwks\"}", 0,
		    ERR_INVALID, CLIENT_BAD_METADATA },
		{ "a sector of its own", TOKEN,
		    "{" RETURNS OF_SHOP ",\"sector_identifier_uri\":\"https://bank.example/s\"}", 0, ERR_INVALID,
		    CLIENT_BAD_METADATA },
		{ "a public subject", TOKEN, "{" RETURNS OF_SHOP ",\"subject_type\":\"public\"}", 0, ERR_INVALID,
		    CLIENT_BAD_METADATA },
		{ "null is not there", TOKEN, "{" RETURNS OF_SHOP ",\"jwks_uri\":null}", 0, OK, CLIENT_NO_FAULT },
		{ "none may be", TOKEN, "{" RETURNS OF_SHOP "}", 1, OK, CLIENT_NO_FAULT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene s;

		scene_open(&s, i, "");
		expect_number(cases[i].title, play(&s, client_register, cases[i].token, "", cases[i].body,
		    cases[i].most), cases[i].err);
		expect_number(cases[i].title, s.fault, cases[i].fault);
		expect_number(cases[i].title, stage_load(&s.stage, &oidc_client_table).count, cases[i].err == OK);
		scene_close(&s);
	}
}

/* In whatever order the store answers. */
static void
of_two_for_the_last_place_one_gets_it(void **state)
{
	struct client_proposal proposal = { .metadata = span_text("{" RETURNS "}"), .entity_id = span_text(SHOP) };
	struct client_registering asked = { .authorization = span_text("Bearer " TOKEN), .proposal = &proposal,
		.most = 1 };

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct scene s, both[2];

		scene_open(&s, seed, "");
		asked.now = s.stage.now;
		both[0] = both[1] = s;
		for (int i = 0; i < 2; i++)
			client_register(s.stage.store, &s.stage.arena, &asked, on_registration, &both[i]);
		while ((!both[0].stage.done || !both[1].stage.done) && store_memory_step(s.stage.store, s.stage.now))
			continue;
		expect_true("one of two", (both[0].stage.err == OK) != (both[1].stage.err == OK));
		expect_true("the other is told why",
		    both[0].fault == CLIENT_TOO_MANY || both[1].fault == CLIENT_TOO_MANY);
		expect_number("one is there", stage_load(&s.stage, &oidc_client_table).count, 1);
		scene_close(&s);
	}
}

static void
a_member_has_so_many(void **state)
{
	char first[REGISTERED_CLIENT_ID_TEXT], access[CALLER_TOKEN_TEXT];
	struct scene s;

	(void)state;
	scene_open(&s, 3, "");
	expect_number("one", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 2), OK);
	memcpy(first, s.id, sizeof(first));
	memcpy(access, s.access, sizeof(access));
	expect_number("two", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 2), OK);
	expect_number("a third", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 2), ERR_LIMIT);
	expect_number("for this", s.fault, CLIENT_TOO_MANY);
	expect_number("one goes", play(&s, client_remove, access, first, NULL, 0), OK);
	expect_number("which makes room", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 2), OK);
	expect_number("but no more", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 2), ERR_LIMIT);
	scene_close(&s);
}

static void
its_own_token_looks_changes_and_removes(void **state)
{
	char id[REGISTERED_CLIENT_ID_TEXT], access[CALLER_TOKEN_TEXT], secret[CALLER_TOKEN_TEXT];
	const char *body;
	struct scene s;

	(void)state;
	scene_open(&s, 4, "");
	expect_number("registered", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 0), OK);
	memcpy(id, s.id, sizeof(id));
	memcpy(access, s.access, sizeof(access));
	memcpy(secret, s.secret, sizeof(secret));
	expect_number("it looks", play(&s, client_look, access, id, NULL, 0), OK);
	expect_text("and is told its token again", s.access, access);
	expect_text("but no secret", s.secret, "");
	expect_number("another token", play(&s, client_look, TOKEN, id, NULL, 0), ERR_DENIED);
	expect_number("is none of its", s.fault, CLIENT_BAD_TOKEN);
	expect_number("no client's id", play(&s, client_look, access, "c_x", NULL, 0), ERR_DENIED);
	expect_number("an entity's", play(&s, client_look, access, SHOP, NULL, 0), ERR_DENIED);
	body = arena_print(&s.stage.arena, "{\"client_id\":\"%s\",\"client_secret\":\"%s\",\"redirect_uris\":"
	    "[\"https://www.shop.example/newer\"],\"grant_types\":[\"authorization_code\",\"refresh_token\"]}",
	    id, secret);
	expect_ok("it changes", play(&s, client_change, access, id, body, 0), &s.stage.why);
	expect_text("its secret stays", s.secret, "");
	expect_true("all is replaced", strstr(s.metadata, "/newer") && !strstr(s.metadata, "/new\""));
	expect_true("as it is found", oidc_client_redirects(&stage_find_client(&s.stage, s.book, id)->metadata,
	    span_text("https://www.shop.example/newer")));
	body = arena_print(&s.stage.arena,
	    "{\"client_id\":\"%s\"," RETURNS ",\"token_endpoint_auth_method\":\"none\"}", id);
	expect_number("it becomes public", play(&s, client_change, access, id, body, 0), OK);
	expect_true("without a secret", !stage_find_client(&s.stage, s.book, id)->has_secret);
	body = arena_print(&s.stage.arena, "{\"client_id\":\"%s\"," RETURNS "}", id);
	expect_number("and confidential again", play(&s, client_change, access, id, body, 0), OK);
	expect_true("with another secret", s.secret[0] && strcmp(s.secret, secret) != 0);
	expect_number("another may not remove it", play(&s, client_remove, TOKEN, id, NULL, 0), ERR_DENIED);
	expect_number("it removes itself", play(&s, client_remove, access, id, NULL, 0), OK);
	expect_true("and is none", !stage_find_client(&s.stage, s.book, id) && s.stage.err == ERR_NOT_FOUND);
	expect_number("nor has it a token", play(&s, client_look, access, id, NULL, 0), ERR_DENIED);
	scene_close(&s);
}

static void
what_may_not_be_changed_is_refused(void **state)
{
	static const struct {
		const char *title, *id, *more;
		enum client_fault fault;
	} cases[] = {
		{ "not its id", "c_AAAAAAAAAAAAAAAAAAAAAQ", "", CLIENT_BAD_REQUEST },
		{ "another secret", NULL, ",\"client_secret\":\"cs_other\"", CLIENT_BAD_REQUEST },
		{ "what is the server's", NULL, ",\"registration_access_token\":\"x\"", CLIENT_BAD_REQUEST },
		{ "another relying party", NULL, ",\"entity_id\":\"https://app.shop.example/\"", CLIENT_BAD_METADATA },
		{ "metadata that are none", NULL, ",\"default_max_age\":-1", CLIENT_BAD_METADATA },
	};
	struct scene s;

	(void)state;
	scene_open(&s, 5, "");
	expect_number("registered", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 0), OK);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *before = s.metadata, *body = arena_print(&s.stage.arena,
		    "{\"client_id\":\"%s\"," RETURNS "%s}", cases[i].id ? cases[i].id : s.id, cases[i].more);
		char id[REGISTERED_CLIENT_ID_TEXT], access[CALLER_TOKEN_TEXT];

		memcpy(id, s.id, sizeof(id));
		memcpy(access, s.access, sizeof(access));
		expect_number(cases[i].title, play(&s, client_change, access, id, body, 0), ERR_INVALID);
		expect_number(cases[i].title, s.fault, cases[i].fault);
		expect_number("it is as it was", play(&s, client_look, access, id, NULL, 0), OK);
		expect_text(cases[i].title, s.metadata, before);
	}
	scene_close(&s);
}

static void
its_members_word_holds(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s, 6, "");
	expect_number("registered", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 0), OK);
	expect_true("found", stage_find_client(&s.stage, s.book, s.id) != NULL);
	stage_member_as(&s.stage, "shop", STANDING_SUSPENDED, stage_shop(&s.stage, "", "", ""));
	expect_true("suspended", !stage_find_client(&s.stage, s.book, s.id) && s.stage.err == ERR_DENIED);
	expect_number("it may not look", play(&s, client_look, s.access, s.id, NULL, 0), ERR_DENIED);
	expect_number("though it is known", s.fault, CLIENT_FORBIDDEN);
	expect_number("nor may others register", play(&s, client_register, TOKEN, "", "{" RETURNS OF_SHOP "}", 0),
	    ERR_DENIED);
	stage_member_as(&s.stage, "shop", STANDING_APPROVED,
	    "{\"id\":\"shop\",\"kind\":\"business\",\"name\":{\"ja\":\"店\",\"en\":\"Shop\"},"
	    "\"contacts\":[{\"type\":\"support\",\"email\":\"help@shop.example\"}],"
	    "\"entities\":[{\"entity_id\":\"https://app.shop.example/\",\"roles\":[\"rp\"]}]}");
	expect_true("its relying party has gone", !stage_find_client(&s.stage, s.book, s.id) &&
	    s.stage.err == ERR_NOT_FOUND);
	expect_number("of the only one nobody need say which",
	    play(&s, client_register, TOKEN, "", "{" RETURNS "}", 0), OK);
	expect_span("it is this one", stage_find_client(&s.stage, s.book, s.id)->rp.entity_id,
	    "https://app.shop.example/");
	scene_close(&s);
}

static void
whoever_cancels_is_not_called(void **state)
{
	struct client_proposal proposal = { .metadata = span_text("{" RETURNS "}"), .entity_id = span_text(SHOP) };
	struct client_registering asked = { .authorization = span_text("Bearer " TOKEN), .proposal = &proposal };

	(void)state;
	for (int steps = 0; steps < 4; steps++) {
		struct scene s;

		scene_open(&s, 7, "");
		asked.now = s.stage.now;
		stage_cancel(&s.stage, client_register(s.stage.store, &s.stage.arena, &asked, on_registration, &s),
		    steps);
		scene_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_registered_and_is_a_client),
		cmocka_unit_test(what_may_not_be_registered_is_refused),
		cmocka_unit_test(of_two_for_the_last_place_one_gets_it),
		cmocka_unit_test(a_member_has_so_many),
		cmocka_unit_test(its_own_token_looks_changes_and_removes),
		cmocka_unit_test(what_may_not_be_changed_is_refused),
		cmocka_unit_test(its_members_word_holds),
		cmocka_unit_test(whoever_cancels_is_not_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
