/* tests/signer/test_use_openid.c - the keys of the OpenID Provider sign its four kinds of tokens, each for whoever may
 * ask, and nothing that could pass for another kind. */
#include "crypto/softhsm.h"
#include "signer/stage.h"

#include "codec/text.h"
#include "crypto/jwk.h"
#include "crypto/jwt.h"
#include "signer/openid_token.h"

#define ISSUER "https://op.example"
#define EVENT "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"
/* NOW stands for the present second in claims, END for an hour later, SOON for two minutes later. */
#define ID_TOKEN "{\"aud\":\"rp\",\"exp\":END,\"iat\":NOW,\"iss\":\"" ISSUER "\",\"sub\":\"s\"}"
#define USERINFO "{\"aud\":\"rp\",\"iss\":\"" ISSUER "\",\"name\":\"\xe5\xa4\xaa\xe9\x83\x8e\",\"sub\":\"s\"}"
#define INTROSPECTION "{\"aud\":\"rs\",\"iat\":NOW,\"iss\":\"" ISSUER "\",\"token_introspection\":{\"active\":true}}"
#define LOGOUT_TOKEN "{\"aud\":\"rp\",\"events\":" EVENT ",\"exp\":SOON,\"iat\":NOW,\"iss\":\"" ISSUER "\"," \
	"\"jti\":\"1\",\"sid\":\"x\"}"

static const struct {
	const char *name;
	unsigned kind;
	enum role role;
	const char *claims;
} tokens[OIDC_SIGNED_KINDS] = {
	[OIDC_ID_TOKEN] = { "an ID token", SIGN_ID_TOKEN, ROLE_WORKER, ID_TOKEN },
	[OIDC_USERINFO] = { "a userinfo token", SIGN_USERINFO, ROLE_WORKER, USERINFO },
	[OIDC_INTROSPECTION] = { "an introspection token", SIGN_INTROSPECTION, ROLE_WORKER, INTROSPECTION },
	[OIDC_LOGOUT_TOKEN] = { "a logout token", SIGN_LOGOUT_TOKEN, ROLE_STEWARD, LOGOUT_TOKEN },
};

static int
begin(void **state)
{
	start(state);
	signer_serve_issuer(signer, span_text(ISSUER));
	return 0;
}

/* With the words for times replaced. */
static struct span
timed(struct arena *a, const char *claims)
{
	static const struct { const char *word; int64_t left; } words[] = {
		{ "NOW", 0 }, { "END", 3600 }, { "SOON", 120 }, { "PAST", -61 }, { "LATER", 61 }, { "LONG", 3601 },
		{ "SLOW", 121 },
	};
	struct buffer b = buffer_init(1 * MIB);
	struct span rest = span_text(claims), out;

	while (rest.size) {
		size_t i = 0;

		while (i < COUNT(words) && !span_starts(rest, words[i].word))
			i++;
		if (i < COUNT(words)) {
			buffer_print(&b, "%lld", (long long)(clock_now().us / SECONDS(1) + words[i].left));
			rest = span_skip(rest, strlen(words[i].word));
		} else {
			buffer_byte(&b, rest.data[0]);
			rest = span_skip(rest, 1);
		}
	}
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static const char *
header_of(struct arena *a, const char *key, enum oidc_signed kind)
{
	char *header = arena_take(a, OPENID_HEADER_LARGEST);
	struct key_descriptor d;
	struct problem why;
	const char *id;

	expect_ok("descriptor", key_descriptor_read(dir.path, key, a, &d, &why), &why);
	expect_ok("thumbprint", jwk_thumbprint(a, d.type, public_of(a, key), &id, &why), &why);
	openid_header_write(header, kind, d.type, id);
	return header;
}

static struct span
input_of(struct arena *a, const char *header, struct span claims)
{
	return span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, span_text(header))),
	    SPAN_ARGS(base64url_write(a, claims))));
}

static enum err
ask(struct arena *a, enum role role, unsigned kind, const char *key, struct span input, struct signing_answer *answer,
    struct problem *why)
{
	struct span message;

	if (signer_answer(signer, role, request(a, kind, key, input), a, &message, why) != OK)
		return why->code;
	expect_true("an answer", signing_answer_read(message, answer));
	return OK;
}

static void
every_kind_is_signed_with_both_keys(void **state)
{
	static const struct { const char *key, *algorithm; } keys[] = { { "openid", "ES256" }, { "openid-rsa",
	    "RS256" } };
	struct arena a = arena_init(16 * MIB);
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		for (enum oidc_signed kind = 0; kind < OIDC_SIGNED_KINDS; kind++) {
			struct span input = input_of(&a, header_of(&a, keys[i].key, kind), timed(&a,
			    tokens[kind].claims));
			struct signing_answer answer;
			struct jwt_unverified jwt;
			const char *id;
			bool good = false;

			expect_ok(tokens[kind].name, ask(&a, tokens[kind].role, tokens[kind].kind, keys[i].key, input,
			    &answer, &why), &why);
			expect_ok(tokens[kind].name, answer.problem.code, &answer.problem);
			expect_ok("looked at", public_key_verify(public_of(&a, keys[i].key), input, answer.signature,
			    &good,
			    &why), &why);
			expect_true("the signature is good", good);
			expect_ok("read", jwt_read(&a, span_text(arena_print(&a, "%.*s.%.*s", SPAN_ARGS(input),
			    SPAN_ARGS(base64url_write(&a, answer.signature)))), &jwt, &why), &why);
			expect_true("of its algorithm", span_is(jwt.algorithm, keys[i].algorithm));
			expect_ok("thumbprint", jwk_thumbprint(&a, i ? KEY_RSA_2048 : KEY_P256, public_of(&a,
			    keys[i].key),
			    &id, &why), &why);
			expect_true("the key named by its thumbprint", span_is(jwt.key_id, id));
		}
	arena_release(&a);
}

static void
who_may_not_ask_is_cut_off(void **state)
{
	static const enum role roles[] = { ROLE_WORKER, ROLE_STEWARD, ROLE_RECORDER, ROLE_SUPERVISOR };
	struct arena a = arena_init(16 * MIB);
	struct signing_answer answer;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(roles); i++)
		for (enum oidc_signed kind = 0; kind < OIDC_SIGNED_KINDS; kind++) {
			struct span input = input_of(&a, header_of(&a, "openid", kind), timed(&a, tokens[kind].claims));

			if (roles[i] != tokens[kind].role)
				expect_problem(tokens[kind].name, ask(&a, roles[i], tokens[kind].kind, "openid", input,
				    &answer, &why), &why, ERR_DENIED, "may not have");
		}
	/* What the federation says, no worker can have signed. */
	for (unsigned kind = SIGN_NOTHING + 1; kind < SIGNING_KIND_COUNT; kind++)
		if (kind != SIGN_ID_TOKEN && kind != SIGN_USERINFO && kind != SIGN_INTROSPECTION)
			expect_problem("another kind", ask(&a, ROLE_WORKER, kind, "ec", signed_info(&a, KEY_P256),
			    &answer,
			    &why), &why, ERR_DENIED, "may not have");
	arena_release(&a);
}

static void
a_key_of_another_use_signs_none(void **state)
{
	static const struct { const char *key, *part; enum err code; } cases[] = {
		{ "ec", "serves metadata, not openid", ERR_INVALID },
		{ "list-rsa", "serves trusted-list, not openid", ERR_INVALID },
		{ "push", "serves push, not openid", ERR_INVALID },
		{ "nobody", "no key of this name", ERR_NOT_FOUND },
	};
	struct arena a = arena_init(16 * MIB);
	struct span input = input_of(&a, header_of(&a, "openid", OIDC_ID_TOKEN), timed(&a, ID_TOKEN));
	struct signing_answer answer;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_ok(cases[i].key, ask(&a, ROLE_WORKER, SIGN_ID_TOKEN, cases[i].key, input, &answer, &why), &why);
		expect_problem(cases[i].key, answer.problem.code, &answer.problem, cases[i].code, cases[i].part);
	}
	expect_ok("metadata", ask(&a, ROLE_STEWARD, SIGN_METADATA, "openid", signed_info(&a, KEY_P256), &answer, &why),
	    &why);
	expect_problem("an OpenID key signs no metadata", answer.problem.code, &answer.problem, ERR_INVALID,
	    "serves openid, not metadata");
	arena_release(&a);
}

static void
a_kind_passes_for_no_other(void **state)
{
	struct arena a = arena_init(16 * MIB);
	struct signing_answer answer;
	struct problem why;

	(void)state;
	for (enum oidc_signed said = 0; said < OIDC_SIGNED_KINDS; said++)
		for (enum oidc_signed is = 0; is < OIDC_SIGNED_KINDS; is++) {
			struct span claims = timed(&a, tokens[is].claims);

			if (said == is)
				continue;
			/* With its own header, and with that of what it is said to be. */
			expect_problem(tokens[is].name, ask(&a, tokens[said].role, tokens[said].kind, "openid",
			    input_of(&a, header_of(&a, "openid", said), claims), &answer, &why), &why, ERR_DENIED,
			    "not of kind");
			expect_problem(tokens[is].name, ask(&a, tokens[said].role, tokens[said].kind, "openid",
			    input_of(&a, header_of(&a, "openid", is), claims), &answer, &why), &why, ERR_DENIED,
			    "not of kind");
		}
	arena_release(&a);
}

#define ISS ",\"iss\":\"" ISSUER "\""
#define ID(more) "{\"aud\":\"rp\",\"exp\":END,\"iat\":NOW" ISS ",\"sub\":\"s\"" more "}"
#define INFO(more) "{\"aud\":\"rp\"" ISS ",\"sub\":\"s\"" more "}"
#define SEEN(more) "{\"aud\":\"rs\",\"iat\":NOW" ISS ",\"token_introspection\":{\"active\":false}" more "}"
#define OUT(more) "{\"aud\":\"rp\",\"events\":" EVENT ",\"exp\":SOON,\"iat\":NOW" ISS ",\"jti\":\"1\"" more "}"

static void
what_is_not_of_the_kind_is_refused(void **state)
{
	static const struct {
		const char *title;
		enum oidc_signed kind;
		const char *claims, *part;
	} cases[] = {
		{ "another issuer", OIDC_ID_TOKEN,
		    "{\"aud\":\"rp\",\"exp\":END,\"iat\":NOW,\"iss\":\"https://other.example\",\"sub\":\"s\"}",
		    "/iss" },
		{ "an issuer with a slash more", OIDC_ID_TOKEN,
		    "{\"aud\":\"rp\",\"exp\":END,\"iat\":NOW,\"iss\":\"" ISSUER "/\",\"sub\":\"s\"}", "/iss" },
		{ "no issuer", OIDC_ID_TOKEN, "{\"aud\":\"rp\",\"exp\":END,\"iat\":NOW,\"sub\":\"s\"}",
		    "/iss: it is not" },
		{ "an issuer twice", OIDC_ID_TOKEN, ID(ISS), "" },
		{ "a claim of the person's twice", OIDC_ID_TOKEN, ID(",\"name\":\"a\",\"name\":\"b\""), "" },
		{ "twice within a claim", OIDC_ID_TOKEN, ID(",\"address\":{\"a\":1,\"a\":2}"), "" },
		{ "no audience", OIDC_ID_TOKEN, "{\"exp\":END,\"iat\":NOW" ISS ",\"sub\":\"s\"}", "/aud" },
		{ "an audience of nobody", OIDC_ID_TOKEN, "{\"aud\":[],\"exp\":END,\"iat\":NOW" ISS ",\"sub\":\"s\"}",
		    "/aud" },
		{ "an empty audience", OIDC_ID_TOKEN, "{\"aud\":\"\",\"exp\":END,\"iat\":NOW" ISS ",\"sub\":\"s\"}",
		    "/aud" },
		{ "an audience that is a number", OIDC_ID_TOKEN,
		    "{\"aud\":[1],\"exp\":END,\"iat\":NOW" ISS ",\"sub\":\"s\"}",
		    "/aud" },
		{ "no subject", OIDC_ID_TOKEN, "{\"aud\":\"rp\",\"exp\":END,\"iat\":NOW" ISS "}", "/sub" },
		{ "a subject with a blank", OIDC_ID_TOKEN,
		    "{\"aud\":\"rp\",\"exp\":END,\"iat\":NOW" ISS ",\"sub\":\"s s\"}",
		    "/sub" },
		{ "no end", OIDC_ID_TOKEN, "{\"aud\":\"rp\",\"iat\":NOW" ISS ",\"sub\":\"s\"}", "/exp" },
		{ "an end before the beginning", OIDC_ID_TOKEN,
		    "{\"aud\":\"rp\",\"exp\":PAST,\"iat\":NOW" ISS ",\"sub\":\"s\"}", "/exp" },
		{ "a life of more than an hour", OIDC_ID_TOKEN,
		    "{\"aud\":\"rp\",\"exp\":LONG,\"iat\":NOW" ISS ",\"sub\":\"s\"}", "/exp" },
		{ "made a while ago", OIDC_ID_TOKEN, "{\"aud\":\"rp\",\"exp\":SOON,\"iat\":PAST" ISS ",\"sub\":\"s\"}",
		    "/iat" },
		{ "made later", OIDC_ID_TOKEN, "{\"aud\":\"rp\",\"exp\":END,\"iat\":LATER" ISS ",\"sub\":\"s\"}",
		    "/iat" },
		{ "a time with a fraction", OIDC_ID_TOKEN,
		    "{\"aud\":\"rp\",\"exp\":END,\"iat\":NOW.5" ISS ",\"sub\":\"s\"}",
		    "/iat" },
		{ "an event", OIDC_ID_TOKEN, ID(",\"events\":" EVENT), "/events" },
		{ "an introspection", OIDC_ID_TOKEN, ID(",\"token_introspection\":{}"), "/token_introspection" },
		{ "the scope of an access token", OIDC_ID_TOKEN, ID(",\"scope\":\"openid\""), "/scope" },
		{ "the client of an access token", OIDC_ID_TOKEN, ID(",\"client_id\":\"rp\""), "/client_id" },
		{ "bytes behind", OIDC_ID_TOKEN, ID("") " {}", "" },
		{ "no object", OIDC_ID_TOKEN, "[" ID("") "]", "" },
		{ "no JSON", OIDC_ID_TOKEN, "sub", "" },
		{ "an end", OIDC_USERINFO, INFO(",\"exp\":END"), "/exp" },
		{ "a nonce", OIDC_USERINFO, INFO(",\"nonce\":\"n\""), "/nonce" },
		{ "a session", OIDC_USERINFO, INFO(",\"sid\":\"n\""), "/sid" },
		{ "a time of authentication", OIDC_USERINFO, INFO(",\"auth_time\":1"), "/auth_time" },
		{ "no subject", OIDC_USERINFO, "{\"aud\":\"rp\"" ISS "}", "/sub" },
		{ "a subject", OIDC_INTROSPECTION, SEEN(",\"sub\":\"s\""), "/sub" },
		{ "an end", OIDC_INTROSPECTION, SEEN(",\"exp\":END"), "/exp" },
		{ "anything else", OIDC_INTROSPECTION, SEEN(",\"name\":\"n\""), "/name" },
		{ "a text for what it tells", OIDC_INTROSPECTION,
		    "{\"aud\":\"rs\",\"iat\":NOW" ISS ",\"token_introspection\":\"active\"}", "/token_introspection" },
		{ "a nonce", OIDC_LOGOUT_TOKEN, OUT(",\"sub\":\"s\",\"nonce\":\"n\""), "/nonce" },
		{ "neither person nor session", OIDC_LOGOUT_TOKEN, OUT(""), "/sub" },
		{ "anything else", OIDC_LOGOUT_TOKEN, OUT(",\"sub\":\"s\",\"name\":\"n\""), "/name" },
		{ "no name of its own", OIDC_LOGOUT_TOKEN,
		    "{\"aud\":\"rp\",\"events\":" EVENT ",\"exp\":SOON,\"iat\":NOW" ISS
		    ",\"sub\":\"s\"}", "/jti" },
		{ "no event", OIDC_LOGOUT_TOKEN,
		    "{\"aud\":\"rp\",\"exp\":SOON,\"iat\":NOW" ISS ",\"jti\":\"1\",\"sub\":\"s\"}",
		    "/events" },
		{ "an event of nothing", OIDC_LOGOUT_TOKEN,
		    "{\"aud\":\"rp\",\"events\":{},\"exp\":SOON,\"iat\":NOW" ISS ",\"jti\":\"1\",\"sub\":\"s\"}",
		    "/events" },
		{ "another event", OIDC_LOGOUT_TOKEN,
		    "{\"aud\":\"rp\",\"events\":{\"x\":{}},\"exp\":SOON,\"iat\":NOW" ISS
		    ",\"jti\":\"1\",\"sub\":\"s\"}",
		    "/events" },
		{ "an event that says something", OIDC_LOGOUT_TOKEN,
		    "{\"aud\":\"rp\",\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{\"a\":1}},"
		    "\"exp\":SOON,\"iat\":NOW" ISS ",\"jti\":\"1\",\"sub\":\"s\"}", "/events" },
		{ "a life of more than two minutes", OIDC_LOGOUT_TOKEN, "{\"aud\":\"rp\",\"events\":" EVENT
		    ",\"exp\":SLOW,\"iat\":NOW" ISS ",\"jti\":\"1\",\"sub\":\"s\"}", "/exp" },
	};
	struct arena a = arena_init(64 * MIB);
	struct signing_answer answer;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum oidc_signed kind = cases[i].kind;

		expect_problem(cases[i].title, ask(&a, tokens[kind].role, tokens[kind].kind, "openid",
		    input_of(&a, header_of(&a, "openid", kind), timed(&a, cases[i].claims)), &answer, &why), &why,
		    ERR_DENIED, cases[i].part);
	}
	arena_release(&a);
}

static void
what_is_of_the_kind_is_signed(void **state)
{
	static const struct {
		const char *title;
		enum oidc_signed kind;
		const char *claims;
	} cases[] = {
		{ "an ID token of a person", OIDC_ID_TOKEN, ID(",\"nonce\":\"n\",\"acr\":\"urn:x\",\"amr\":[\"hwk\"],"
		    "\"auth_time\":1,\"at_hash\":\"x\",\"azp\":\"rp\",\"sid\":\"x\",\"birthdate\":\"1990-01-01\","
		    "\"verified_claims\":{\"verification\":{\"trust_framework\":\"x\"},\"claims\":{\"name\":\"n\"}}") },
		{ "an ID token for several", OIDC_ID_TOKEN,
		    "{\"aud\":[\"rp\",\"other\"],\"exp\":END,\"iat\":NOW" ISS ",\"sub\":\"s\"}" },
		{ "userinfo with the time it was made", OIDC_USERINFO, INFO(",\"iat\":NOW") },
		{ "a logout of a person", OIDC_LOGOUT_TOKEN, OUT(",\"sub\":\"s\"") },
		{ "of a person's session", OIDC_LOGOUT_TOKEN, OUT(",\"sub\":\"s\",\"sid\":\"x\"") },
	};
	struct arena a = arena_init(16 * MIB);
	struct signing_answer answer;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum oidc_signed kind = cases[i].kind;

		expect_ok(cases[i].title, ask(&a, tokens[kind].role, tokens[kind].kind, "openid",
		    input_of(&a, header_of(&a, "openid", kind), timed(&a, cases[i].claims)), &answer, &why), &why);
		expect_ok(cases[i].title, answer.problem.code, &answer.problem);
	}
	arena_release(&a);
}

static void
a_wrong_header_is_refused(void **state)
{
	struct arena a = arena_init(16 * MIB);
	struct span claims = timed(&a, ID_TOKEN), good;
	const char *right = header_of(&a, "openid", OIDC_ID_TOKEN);
	const char *const headers[] = {
		"", "{}", "{\"alg\":\"none\"}", "{\"alg\":\"ES256\",\"typ\":\"JWT\"}",
		header_of(&a, "openid-rsa", OIDC_ID_TOKEN), /* of another key */
		header_of(&a, "openid", OIDC_LOGOUT_TOKEN),
		arena_print(&a, "%s ", right),
		arena_print(&a, "%.*s,\"crit\":[]}", (int)strlen(right) - 1, right),
		arena_print(&a, "%.*s,\"jku\":\"https://x.example\"}", (int)strlen(right) - 1, right),
	};
	struct signing_answer answer;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++)
		expect_problem(headers[i], ask(&a, ROLE_WORKER, SIGN_ID_TOKEN, "openid", input_of(&a, headers[i],
		    claims),
		    &answer, &why), &why, ERR_DENIED, "the header is not that of such a token");
	good = input_of(&a, right, claims);
	expect_problem("a token signed already", ask(&a, ROLE_WORKER, SIGN_ID_TOKEN, "openid",
	    span_text(arena_print(&a, "%.*s.AAAA", SPAN_ARGS(good))), &answer, &why), &why, ERR_DENIED,
	    "there is no base64url");
	expect_problem("padded", ask(&a, ROLE_WORKER, SIGN_ID_TOKEN, "openid",
	    span_text(arena_print(&a, "%.*s=", SPAN_ARGS(good))), &answer, &why), &why, ERR_DENIED,
	    "there is no base64url");
	expect_problem("no claims", ask(&a, ROLE_WORKER, SIGN_ID_TOKEN, "openid",
	    span_text(arena_print(&a, "%.*s.", SPAN_ARGS(base64url_write(&a, span_text(right))))), &answer, &why), &why,
	    ERR_DENIED, "not of kind an ID token");
	arena_release(&a);
}

static void
what_is_too_large_is_refused(void **state)
{
	struct arena a = arena_init(16 * MIB);
	char *text = arena_take(&a, OPENID_CLAIMS_LARGEST + 1);
	struct signing_answer answer;
	struct problem why;

	(void)state;
	memset(text, 'x', OPENID_CLAIMS_LARGEST);
	expect_problem("claims of more than 32 KiB", ask(&a, ROLE_WORKER, SIGN_ID_TOKEN, "openid",
	    input_of(&a, header_of(&a, "openid", OIDC_ID_TOKEN), timed(&a, arena_print(&a, ID(",\"x\":\"%s\""), text))),
	    &answer, &why), &why, ERR_DENIED, "");
	arena_release(&a);
}

/* Both algorithms, with keys that never leave their token. */
static void
keys_in_a_token_sign_too(void **state)
{
	static const struct { const char *name; enum key_use use; enum key_type type; } keys[] = {
		{ "hsm", USE_OPENID, KEY_P256 }, { "hsm-rsa", USE_OPENID_RSA, KEY_RSA_2048 },
	};
	struct scratch token = scratch_new(), before = dir;
	struct arena a = arena_init(16 * MIB);
	struct signer *files = signer;
	struct signing_answer answer;
	struct problem why;

	(void)state;
	if (!softhsm_start(&token)) {
		scratch_free(&token);
		skip();
	}
	for (size_t i = 0; i < COUNT(keys); i++) {
		char uri[SOFTHSM_URI_ROOM];
		struct new_key k = { .name = keys[i].name, .common_name = "test", .use = keys[i].use,
		    .type = keys[i].type,
			.uri = softhsm_uri(&token, i ? "object=openid-rsa" : "object=openid", uri),
			    .now = { SECONDS(1) },
			.valid_for = SECONDS(86400) };

		mkdir(scratch_path(&token, "keys"), 0700);
		expect_ok("made", key_descriptor_new(scratch_path(&token, "keys"), &k, &why), &why);
	}
	snprintf(dir.path, sizeof(dir.path), "%s/keys", token.path);
	expect_ok("opened", signer_open(dir.path, &signer, &why), &why);
	signer_serve_issuer(signer, span_text(ISSUER));
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct span input = input_of(&a, header_of(&a, keys[i].name, OIDC_ID_TOKEN), timed(&a, ID_TOKEN));
		bool good = false;

		expect_ok(keys[i].name, ask(&a, ROLE_WORKER, SIGN_ID_TOKEN, keys[i].name, input, &answer, &why), &why);
		expect_ok(keys[i].name, answer.problem.code, &answer.problem);
		expect_ok("looked at", public_key_verify(public_of(&a, keys[i].name), input, answer.signature, &good,
		    &why),
		    &why);
		expect_true("the signature is good", good);
	}
	signer_free(signer);
	signer = files;
	dir = before;
	arena_release(&a);
	scratch_free(&token);
}

/* Without the configuration's section nobody's tokens are signed. */
static void
a_signer_without_an_issuer_signs_none(void **state)
{
	struct arena a = arena_init(16 * MIB);
	struct signing_answer answer;
	struct problem why;

	(void)state;
	signer_serve_issuer(signer, (struct span){ 0 });
	for (enum oidc_signed kind = 0; kind < OIDC_SIGNED_KINDS; kind++)
		expect_problem(tokens[kind].name, ask(&a, tokens[kind].role, tokens[kind].kind, "openid", input_of(&a,
		    header_of(&a, "openid", kind), timed(&a, tokens[kind].claims)), &answer, &why), &why, ERR_DENIED,
		    "was told no issuer");
	signer_serve_issuer(signer, span_text(ISSUER));
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_signed_with_both_keys),
		cmocka_unit_test(who_may_not_ask_is_cut_off),
		cmocka_unit_test(a_key_of_another_use_signs_none),
		cmocka_unit_test(a_kind_passes_for_no_other),
		cmocka_unit_test(what_is_not_of_the_kind_is_refused),
		cmocka_unit_test(what_is_of_the_kind_is_signed),
		cmocka_unit_test(a_wrong_header_is_refused),
		cmocka_unit_test(what_is_too_large_is_refused),
		cmocka_unit_test(keys_in_a_token_sign_too),
		cmocka_unit_test(a_signer_without_an_issuer_signs_none),
	};

	return cmocka_run_group_tests(tests, begin, stop);
}
