/* tests/front/oidc_token_stage.h - the token side of the OpenID Provider over a real socket, with a real signer: a
 * shop, whose service has a secret and whose app has none, a person, and what they hold of a login.
 *
 *     scene_open -> scene_grant -> ask(line, fields, form) -> expect_answer -> scene_close
 */
#pragma once

#include <jansson.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "front/oidc_keys_stage.h"
#include "transaction/client_stage.h"
#include "transaction/shipped_policy.h"

#include "codec/text.h"
#include "crypto/jwt.h"
#include "front/oidc/oidc.h"
#include "http/server.h"
#include "net/address.h"
#include "person/proofing_record.h"
#include "transaction/policy/table.h"

#define ROUNDS 20000
#define APP "https://app.shop.example/"
#define SCENE_PROVIDER "https://op.example/idp"
#define BACK "https://www.shop.example/cb"
#define APP_BACK "https://app.shop.example/cb"
#define SECRET "wt_0000000000000000000000000000000000000000000"
#define DECIDES "wt_1111111111111111111111111111111111111111111"
#define BANKS "wt_2222222222222222222222222222222222222222222"
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define SHOP_CODED "https%3A%2F%2Fshop.example%2F"
#define APP_CODED "https%3A%2F%2Fapp.shop.example%2F"
#define BACK_CODED "https%3A%2F%2Fwww.shop.example%2Fcb"
#define APP_BACK_CODED "https%3A%2F%2Fapp.shop.example%2Fcb"

/* Those of the stage first: units that it makes count them so. */
static const struct table *const scene_tables[] = {
	&member_table, &member_claim_table, &caller_table, &caller_secret_table, &access_token_table, &assertion_table,
	&caller_proposal_table, &journal_table, &oidc_client_table, &oidc_client_count_table, &key_table, &grant_table,
	&grant_of_account_table, &account_table, &account_name_table, &attribute_table, &proofing_record_table,
	&policy_table, &dictionary_table, &policy_change_table, NULL,
};

struct scene {
	struct stage stage;
	struct loop *loop;
	struct keys_stage keys;
	struct policy_shelf *shelf;
	struct oidc_front *front;
	struct router *router;
	struct http_server *server;
	char socket[64], answer[128 * 1024];
	int fd;
	struct account account;
	struct id record;            /* of the proofing */
	const char *secret;          /* Basic credentials of the shop */
};

static inline struct unit *
scene_unit(struct scene *s)
{
	return unit_new(&s->stage.arena, scene_tables, id_new(s->stage.now));
}

static inline void
scene_callers(struct scene *s)
{
	static const struct {
		const char *name, *member, *token;
		unsigned rights;
	} callers[] = {
		{ "shop-web", "shop", SECRET, CALLER_CLIENT },
		{ "shop-point", "shop", DECIDES, CALLER_DECIDE },
		{ "bank-web", "bank", BANKS, CALLER_CLIENT },
	};

	for (size_t i = 0; i < COUNT(callers); i++) {
		uint8_t *sum = arena_take(&s->stage.arena, 32);

		digest(DIGEST_SHA256, span_text(callers[i].token), sum);
		stage_caller(&s->stage, &(struct caller){ .name = span_text(callers[i].name),
			.member = span_text(callers[i].member), .rights = callers[i].rights,
			.token = span_of(sum, 32) });
	}
}

#define PURPOSE "\"required\":false,\"purpose\":{\"en\":\"Orders\"}"
static inline void
scene_shop(struct scene *s, enum standing standing, const char *client)
{
	stage_member_as(&s->stage, "shop", standing, arena_print(&s->stage.arena,
	    "{\"id\":\"shop\",\"kind\":\"business\",\"name\":{\"ja\":\"店\",\"en\":\"Shop Inc.\"},"
	    "\"contacts\":[{\"type\":\"support\",\"email\":\"help@shop.example\"}],"
	    "\"entities\":[{\"entity_id\":\"" SHOP "\",\"roles\":[\"rp\"],\"name\":{\"en\":\"Shop\"},"
	    "\"attributes\":[{\"name\":\"name\"," PURPOSE "},{\"name\":\"birthdate\"," PURPOSE "},"
	    "{\"name\":\"age_over_20\"," PURPOSE "},{\"name\":\"nickname\"," PURPOSE "}],"
	    "\"oidc\":{\"client\":{\"redirect_uris\":[\"" BACK "\"],\"grant_types\":[\"authorization_code\","
	    "\"refresh_token\"]%s}}},"
	    "{\"entity_id\":\"" APP "\",\"roles\":[\"rp\"],\"oidc\":{\"client\":{\"redirect_uris\":[\"" APP_BACK "\"],"
	    "\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"token_endpoint_auth_method\":\"none\"}}}]}",
	    client));
}

/* All of a card but that who verified it was accredited to. */
#define SCENE_PROOFED "{\"proofing.certificate\":\"jpki-signature\",\"proofing.certificate_status\":\"good\"," \
	"\"proofing.evidence_in_force\":true,\"proofing.government_ids\":1,\"proofing.mode\":\"remote\"," \
	"\"proofing.name_verified\":true,\"proofing.nonrepudiation\":[\"electronic-signature\"]," \
	"\"proofing.owner_verified_by\":[\"card-pin\"],\"proofing.records_checked\":[\"resident-register\"]," \
	"\"proofing.records_kept\":true,\"proofing.signature_verified\":true}"
static inline void
scene_person(struct scene *s)
{
	const struct proofed_attribute told[] = { { "name", span_text("渡士花子") },
		{ "birthdate", span_text("1980-02-17") } };
	struct proofing_record record = { .id = id_new(s->stage.now), .method = PROOFING_BY_CARD,
		.at = s->stage.now, .bearing = PROOFING_AGREES,
		.facts = span_text(SCENE_PROOFED) };
	struct attributes a = { .count = 0 };
	struct unit *unit = scene_unit(s);
	struct problem why;

	s->record = record.id;
	s->account = account_new(s->stage.now);
	s->account.standing = ACCOUNT_FULL;
	account_put(unit, &s->stage.arena, &s->account);
	attributes_take(&a, told, COUNT(told), ATTRIBUTE_FROM_CARD, &record.id, s->stage.now);
	expect_ok("shown in private, too", persona_choose(&a, PERSONA_PRIVATE, (const struct span[]){
		span_text("name"), span_text("birthdate") }, 2, &why), &why);
	expect_ok("stated", attribute_state(&a, span_text("nickname"), span_text("hana"),
	    PERSONA_BIT(PERSONA_PRIVATE), s->stage.now, &why), &why);
	attributes_put(unit, &s->account.id, &a);
	proofing_record_put(unit, &s->stage.arena, &s->account.id, &record);
	stage_commit(&s->stage, unit);
	s->account.generation = 1;
}

/* The policy that is shipped, and this server's own provider, certified for these facts. */
static inline void
scene_levels(struct scene *s, const char *facts)
{
	struct unit *unit = scene_unit(s);

	shipped_framework_put(&s->stage.arena, unit, "jp-idtf", s->stage.now);
	store_memory_become(s->stage.store, ROLE_STEWARD);
	stage_commit(&s->stage, unit);
	store_memory_become(s->stage.store, ROLE_WORKER);
	stage_member_as(&s->stage, "operator", STANDING_APPROVED, arena_print(&s->stage.arena,
	    "{\"certifications\":[{\"facts\":{%s},\"from\":\"2020-01-01T00:00:00Z\",\"until\":"
	    "\"2099-01-01T00:00:00Z\"}],\"entities\":[{\"entity_id\":\"" SCENE_PROVIDER "\",\"roles\":[\"idp\"]}]}",
	    facts));
	stage_claim(&s->stage, SCENE_PROVIDER, "operator");
	keys_stage_run(&s->keys);
}

/* `client`: more of the shop's metadata. */
static inline void
scene_open(struct scene *s, uint64_t seed, const char *client)
{
	static struct sign_on_settings sign_on;
	struct http_settings http = { .limits = http_limits_default };
	struct oidc_settings *settings = &s->keys.settings;
	struct problem why;

	*s = (struct scene){ .fd = -1 };
	s->stage = (struct stage){ .arena = arena_init(64 * MIB), .now = clock_now() };
	s->stage.store = store_memory_new(scene_tables, ROLE_STEWARD, seed);
	s->loop = loop_new();
	keys_stage_open(&s->keys, s->loop, s->stage.store);
	store_memory_become(s->stage.store, ROLE_WORKER);
	stage_member(&s->stage, "bank", STANDING_APPROVED);
	scene_shop(s, STANDING_APPROVED, client);
	stage_claim(&s->stage, SHOP, "shop");
	stage_claim(&s->stage, APP, "shop");
	scene_callers(s);
	scene_person(s);
	s->shelf = policy_shelf_new(s->stage.store);
	keys_stage_run(&s->keys);
	s->keys.person.shelf = s->shelf;
	s->keys.person.roll = roll_new();
	s->keys.person.identity_provider = span_text(SCENE_PROVIDER);
	s->keys.person.account = (struct requirement_name){ .framework = span_text("jp-idtf"),
		.version = span_text("1.0"), .area_count = 1, .areas = { { span_text("token"), span_text("2") } } };
	settings->sign_on = sign_on;
	settings->clients = client_book_new();
	settings->id_token_for = SECONDS(600);
	settings->trust_framework = span_text("https://op.example/framework");
	s->front = oidc_front_new(s->loop, s->stage.store, settings);
	s->router = router_new(&(struct mount){ oidc_routes, s->front }, 1);
	s->server = http_server_new(s->loop, &http);
	s->secret = arena_print(&s->stage.arena, "Authorization: Basic %.*s\r\n",
	    SPAN_ARGS(base64_write(&s->stage.arena, span_text(SHOP_CODED ":" SECRET))));
	snprintf(s->socket, sizeof(s->socket), "/tmp/watashi-oidc-%d", (int)getpid());
	expect_ok("a socket", listen_on(arena_print(&s->stage.arena, "unix:%s", s->socket), &s->fd, &why), &why);
	http_server_listen(s->server, s->fd, s->router, NULL);
}

static inline void
scene_close(struct scene *s)
{
	http_server_free(s->server);
	router_free(s->router);
	oidc_front_free(s->front);
	client_book_free(s->keys.settings.clients);
	policy_shelf_free(s->shelf);
	roll_free(s->keys.person.roll);
	keys_stage_close(&s->keys);
	close(s->fd);
	unlink(s->socket);
	stage_close(&s->stage);
	loop_free(s->loop);
}

/* What a person agreed to: the name to userinfo, the age in the ID token, and both in verified claims. */
static inline struct grant
scene_grant(struct scene *s, struct grant_secret *code)
{
	struct grant g = { .id = id_new(s->stage.now), .protocol = GRANT_OIDC, .client = span_text(SHOP),
		.entity_id = span_text(SHOP), .account = s->account.id, .persona = PERSONA_PRIVATE,
		.session = { { 5 } }, .decision = { { 6 } }, .subject = span_text("the-subject"),
		.scope = span_text("openid profile email"),
		.claims = span_text("name 2,age_over_20 1"), .context = span_text("urn:a"),
		.methods = span_text("hwk user"), .authenticated = { s->stage.now.us - SECONDS(60) },
		.nonce = span_text("n-0S6_WzA2Mj"), .made = s->stage.now,
		.expires = instant_after(s->stage.now, SECONDS(3600)) };

	*code = grant_secret_new(GRANT_CODE, &g.id);
	memcpy(g.code.digest, code->digest, sizeof(g.code.digest));
	digest(DIGEST_SHA256, span_text(BACK), g.code.redirect);
	digest(DIGEST_SHA256, span_text(VERIFIER), g.code.challenge);
	g.code.until = instant_after(s->stage.now, GRANT_CODE_FOR);
	return g;
}

static inline void
scene_put(struct scene *s, const struct grant *g)
{
	struct unit *unit = scene_unit(s);

	grant_put(unit, g);
	stage_commit(&s->stage, unit);
}

static inline void
scene_delete(struct scene *s, const struct table *table, const struct id *id)
{
	struct unit *unit = scene_unit(s);

	unit_delete(unit, table, id_span(id));
	stage_commit(&s->stage, unit);
}

/* As it is stored now. */
static inline struct grant
scene_look(struct scene *s, const struct id *id)
{
	struct stage_look look = { .ask = grant_ask(id), .stage = &s->stage };
	struct grant g = { .ended = { 1 } };

	s->stage.done = false;
	store_load(s->stage.store, &look.ask, 1, stage_on_loaded, &look);
	stage_run(&s->stage);
	s->stage.done = false;
	if (look.count)
		expect_true("it can be read", grant_read(look.value, &g));
	return g;
}

/* Asking */

static inline int
scene_send(struct scene *s, const char *line, const char *fields, const char *form)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	const char *length = form ? arena_print(&s->stage.arena, "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %zu\r\n", strlen(form)) : "";
	const char *text = arena_print(&s->stage.arena,
	    "%s HTTP/1.1\r\nHost: op.example\r\nConnection: close\r\n%s%s\r\n%s", line, fields, length,
	    form ? form : "");

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", s->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static inline int
scene_receive(struct scene *s, int fd)
{
	size_t used = 0;
	int status = 0;

	for (int round = 0; round < ROUNDS; round++) {
		ssize_t n = read(fd, s->answer + used, sizeof(s->answer) - 1 - used);

		if (n == 0)
			break;
		used += n > 0 ? (size_t)n : 0;
		loop_step(s->loop, 200);
		store_memory_step(s->stage.store, clock_now());
	}
	close(fd);
	s->answer[used] = '\0';
	sscanf(s->answer, "HTTP/1.1 %d", &status);
	return status;
}

static inline int
ask(struct scene *s, const char *line, const char *fields, const char *form)
{
	return scene_receive(s, scene_send(s, line, fields, form));
}

/* Every part, separated by '|', stands in the answer; none behind a '!' does. */
static inline void
expect_answer(struct scene *s, const char *title, int status, int wanted, const char *parts)
{
	struct span rest = span_text(parts);

	if (status != wanted)
		print_error("%s\n", s->answer);
	expect_number(title, status, wanted);
	while (rest.size) {
		struct span part = span_cut(&rest, '|');
		bool absent = part.data[0] == '!';
		const char *text = arena_text(&s->stage.arena, absent ? span_skip(part, 1) : part);

		if ((strstr(s->answer, text) != NULL) == absent)
			print_error("  %s \"%s\" in\n%s\n", absent ? "found" : "missing", text, s->answer);
		expect_true(title, (strstr(s->answer, text) != NULL) != absent);
	}
}

/* A text member of the answer's JSON; "" without it. */
static inline const char *
answered(struct scene *s, const char *name)
{
	const char *body = strstr(s->answer, "\r\n\r\n");
	json_t *json = body ? json_loads(body + 4, 0, NULL) : NULL;
	const char *value = json_string_value(json_object_get(json, name));
	const char *out = arena_print(&s->stage.arena, "%s", value ? value : "");

	json_decref(json);
	return out;
}

/* A JWT of this issuer's, by the keys that it publishes: its claims. */
static inline const char *
believed(struct scene *s, const char *token, const char *type, const char *audience)
{
	const struct span aud = span_text(audience);
	struct jwt_expectation expected = { .type = type, .issuer = span_text(KEYS_STAGE_ISSUER), .audiences = &aud,
		.audience_count = 1, .now = clock_now(), .longest = SECONDS(3600), .skew = SECONDS(5) };
	struct jwt_unverified jwt;
	struct jwt_claims claims;
	const struct span *keys;
	struct problem why;
	size_t count;

	keys = oidc_keys_public(s->keys.settings.keys, &count);
	expect_ok("a JWT", jwt_read(&s->stage.arena, span_text(token), &jwt, &why), &why);
	expect_ok("of ours", jwt_verify(&jwt, keys, count, &expected, &s->stage.arena, &claims, &why), &why);
	return arena_text(&s->stage.arena, claims.payload);
}

/* A form where "=CODE" stands for the code, or another token. */
static inline const char *
filled(struct scene *s, const char *form, const char *code)
{
	struct span rest = span_text(form);
	struct buffer b = buffer_init(64 * KIB);
	const char *out;

	while (rest.size) {
		if (span_starts(rest, "=CODE")) {
			buffer_print(&b, "=%s", code);
			rest = span_skip(rest, 5);
		} else {
			buffer_byte(&b, rest.data[0]);
			rest = span_skip(rest, 1);
		}
	}
	out = arena_text(&s->stage.arena, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static inline const char *
code_form(struct scene *s, const char *code, const char *more)
{
	return filled(s, arena_print(&s->stage.arena, "%s%s", "grant_type=authorization_code&code=CODE&redirect_uri="
	    BACK_CODED "&code_verifier=" VERIFIER, more), code);
}
