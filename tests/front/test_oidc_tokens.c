/* tests/front/test_oidc_tokens.c - which keys sign, which are published, and how claims become a token. */
#include "front/oidc_keys_stage.h"

#include <jansson.h>

#include "base/log.h"
#include "crypto/jwk_set.h"
#include "crypto/jwt.h"
#include "net/loop.h"

static const struct table *const tables[] = { &key_table, NULL };

struct told {
	int calls;
	enum err err;
	struct span token;
	struct problem why;
};

static void
on_told(void *arg, enum err err, struct span token, const struct problem *why)
{
	struct told *t = arg;

	t->calls++;
	t->err = err;
	t->token = token;
	if (err != OK)
		t->why = *why;
}

static void
begin(struct keys_stage *s)
{
	log_open("test", LOG_LEVEL_ERROR);
	keys_stage_open(s, loop_new(), store_memory_new(tables, ROLE_STEWARD, 1));
}

static void
end(struct keys_stage *s)
{
	struct loop *loop = s->loop;
	struct store *store = s->store;

	keys_stage_close(s);
	store_free(store);
	loop_free(loop);
}

static struct span
id_token(struct keys_stage *s, const char *more)
{
	long long now = (long long)(clock_now().us / SECONDS(1));

	return span_text(arena_print(&s->arena, "{\"aud\":\"rp\",\"exp\":%lld,\"iat\":%lld,\"iss\":\"" KEYS_STAGE_ISSUER
	    "\",\"sub\":\"s\"%s}", now + 600, now, more));
}

static struct told
sign(struct keys_stage *s, enum oidc_signed kind, enum client_algorithm algorithm, struct span claims)
{
	struct told told = { 0 };

	oidc_sign(&s->settings, &s->arena, kind, algorithm, claims, on_told, &told);
	expect_number("nothing is told before it returns", told.calls, 0);
	for (int i = 0; i < 100 && !told.calls; i++)
		keys_stage_run(s);
	expect_number("it is told once", told.calls, 1);
	return told;
}

/* As a relying party looks at it: by the keys that are published. */
static void
expect_believed(struct keys_stage *s, const char *title, struct span token, struct span claims)
{
	const struct span audience = span_text("rp");
	const struct jwt_expectation expected = { .issuer = s->settings.issuer, .audiences = &audience,
	    .audience_count = 1,
		.now = clock_now(), .longest = SECONDS(3600), .skew = SECONDS(5) };
	const struct span *keys;
	struct jwt_unverified jwt;
	struct jwt_claims out;
	struct problem why;
	size_t count;

	keys = oidc_keys_public(s->settings.keys, &count);
	expect_ok(title, jwt_read(&s->arena, token, &jwt, &why), &why);
	expect_ok(title, jwt_verify(&jwt, keys, count, &expected, &s->arena, &out, &why), &why);
	expect_true("it says what was given", span_equal(out.payload, claims));
}

static void
claims_become_a_token_of_the_algorithm_asked_for(void **state)
{
	static const struct { enum client_algorithm algorithm; const char *name; } cases[] = {
		{ CLIENT_ES256, "ES256" }, { CLIENT_RS256, "RS256" },
	};
	struct keys_stage s;

	(void)state;
	begin(&s);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span claims = id_token(&s, "");
		struct told told = sign(&s, OIDC_ID_TOKEN, cases[i].algorithm, claims);
		struct jwt_unverified jwt;
		struct problem why;

		expect_ok(cases[i].name, told.err, &told.why);
		expect_believed(&s, cases[i].name, told.token, claims);
		expect_ok(cases[i].name, jwt_read(&s.arena, told.token, &jwt, &why), &why);
		expect_number("it is counted", s.figures.value[FIGURE_TOKENS_SIGNED], i + 1);
		expect_true("its header names the algorithm", span_is(jwt.algorithm, cases[i].name));
		expect_true("and the key", span_is(jwt.key_id,
		    oidc_keys_active(s.settings.keys, cases[i].algorithm)->id));
		expect_true("and that it is a JWT", span_is(jwt.type, "JWT"));
	}
	end(&s);
}

static void
every_size_of_claims_is_encoded(void **state)
{
	struct keys_stage s;
	char more[64] = ",\"x\":\"";

	(void)state;
	begin(&s);
	for (size_t i = 0; i < 7; i++) {
		struct span claims = id_token(&s, arena_print(&s.arena, "%s\"", more));
		struct told told = sign(&s, OIDC_ID_TOKEN, CLIENT_ES256, claims);

		expect_ok("a size", told.err, &told.why);
		expect_believed(&s, "a size", told.token, claims);
		strcat(more, "y");
	}
	end(&s);
}

static void
what_cannot_be_signed_is_told_later(void **state)
{
	static const struct {
		const char *title;
		enum client_algorithm algorithm;
		enum key_state rsa; /* in which the key for RS256 is */
		enum err code;
		const char *part;
	} cases[] = {
		{ "no key of that algorithm ever", CLIENT_PS256, KEY_ACTIVE, ERR_UNAVAILABLE, "no key for PS256" },
		{ "none that signs", CLIENT_RS256, KEY_RETIRING, ERR_UNAVAILABLE, "no key for RS256" },
	};
	struct keys_stage s;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct told told;

		begin(&s);
		keys_stage_life(&s, "openid-rsa-1", USE_OPENID_RSA, cases[i].rsa);
		for (int n = 0; n < 100 && cases[i].rsa != KEY_ACTIVE && oidc_keys_active(s.settings.keys,
		    CLIENT_RS256); n++)
			keys_stage_run(&s);
		told = sign(&s, OIDC_ID_TOKEN, cases[i].algorithm, id_token(&s, ""));
		expect_problem(cases[i].title, told.err, &told.why, cases[i].code, cases[i].part);
		expect_number("the signer is not asked", s.asked, 0);
		expect_number("nothing is counted", s.figures.value[FIGURE_TOKENS_SIGNED], 0);
		end(&s);
	}
	begin(&s);
	{
		char *large = arena_take(&s.arena, 64 * KIB);
		struct told told;

		memset(large, 'x', 64 * KIB - 1);
		told = sign(&s, OIDC_ID_TOKEN, CLIENT_ES256, id_token(&s, arena_print(&s.arena, ",\"x\":\"%s\"",
		    large)));
		expect_problem("too much", told.err, &told.why, ERR_LIMIT, "too large");
	}
	end(&s);
}

static void
a_cancelled_one_is_told_nobody(void **state)
{
	static const enum client_algorithm algorithms[] = { CLIENT_ES256, CLIENT_PS256 };
	struct keys_stage s;

	(void)state;
	begin(&s);
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct told told = { 0 };
		struct pending *p = oidc_sign(&s.settings, &s.arena, OIDC_ID_TOKEN, algorithms[i], id_token(&s, ""),
		    on_told,
		    &told);

		pending_cancel(&p);
		for (int n = 0; n < 5; n++)
			keys_stage_run(&s);
		expect_number("nobody is told", told.calls, 0);
	}
	end(&s);
}

/* What is published, as others read it. */
static size_t
published(struct keys_stage *s)
{
	struct span text = oidc_keys_set(s->settings.keys);
	json_t *root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
	struct jwk_set set = { .count = 0 };
	struct problem why;

	expect_true("it is JSON", root != NULL);
	if (json_array_size(json_object_get(root, "keys")))
		expect_ok("a key set", jwk_set_read(&s->arena, root, &set, &why), &why);
	json_decref(root);
	return set.count;
}

static void
wait_for(struct keys_stage *s, size_t count)
{
	for (int i = 0; i < 100 && published(s) != count; i++)
		keys_stage_run(s);
	expect_number("so many are published", published(s), count);
}

/* CORE-17: with a token of each key that is still looked at. */
static void
keys_are_published_before_and_after_they_sign(void **state)
{
	struct keys_stage s;
	struct span claims, tag;
	struct told first;

	(void)state;
	begin(&s);
	claims = id_token(&s, "");
	first = sign(&s, OIDC_ID_TOKEN, CLIENT_ES256, claims);
	expect_number("one for each algorithm", published(&s), 2);
	tag = arena_copy(&s.arena, oidc_keys_tag(s.settings.keys));
	keys_stage_make(&s, "openid-2", USE_OPENID, KEY_P256);
	keys_stage_link(&s);
	keys_stage_life(&s, "openid-2", USE_OPENID, KEY_CREATED);
	keys_stage_run(&s);
	expect_number("one that was only adopted is not", published(&s), 2);
	keys_stage_life(&s, "openid-2", USE_OPENID, KEY_ANNOUNCED);
	wait_for(&s, 3);
	expect_true("the tag is another", !span_equal(tag, oidc_keys_tag(s.settings.keys)));
	expect_text("the first still signs", oidc_keys_active(s.settings.keys, CLIENT_ES256)->name, "openid-1");
	keys_stage_life(&s, "openid-1", USE_OPENID, KEY_RETIRING);
	keys_stage_life(&s, "openid-2", USE_OPENID, KEY_ACTIVE);
	for (int i = 0; i < 100 && (!oidc_keys_active(s.settings.keys, CLIENT_ES256) ||
	    strcmp(oidc_keys_active(s.settings.keys, CLIENT_ES256)->name, "openid-2") != 0); i++)
		keys_stage_run(&s);
	expect_text("now the next", oidc_keys_active(s.settings.keys, CLIENT_ES256)->name, "openid-2");
	expect_number("both are published", published(&s), 3);
	expect_believed(&s, "what the first signed is still believed", first.token, claims);
	first = sign(&s, OIDC_ID_TOKEN, CLIENT_ES256, claims);
	expect_believed(&s, "and what the next does", first.token, claims);
	keys_stage_life(&s, "openid-1", USE_OPENID, KEY_RETIRED);
	wait_for(&s, 2);
	end(&s);
}

static void
files_that_are_not_those_adopted_replace_nothing(void **state)
{
	struct keys_stage s;
	char path[256];
	FILE *file;

	(void)state;
	begin(&s);
	keys_stage_make(&s, "other", USE_OPENID, KEY_P256);
	snprintf(path, sizeof(path), "%s/openid-rsa-1.cer", s.directory.path);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	keys_stage_life(&s, "other", USE_OPENID, KEY_ANNOUNCED);
	for (int i = 0; i < 30; i++)
		keys_stage_run(&s);
	expect_number("what was known stays", published(&s), 2);
	expect_true("with who signs", oidc_keys_active(s.settings.keys, CLIENT_RS256) != NULL);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_become_a_token_of_the_algorithm_asked_for),
		cmocka_unit_test(every_size_of_claims_is_encoded),
		cmocka_unit_test(what_cannot_be_signed_is_told_later),
		cmocka_unit_test(a_cancelled_one_is_told_nobody),
		cmocka_unit_test(keys_are_published_before_and_after_they_sign),
		cmocka_unit_test(files_that_are_not_those_adopted_replace_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
