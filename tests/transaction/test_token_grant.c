/* tests/transaction/test_token_grant.c - short-lived tokens for signed assertions: one each, and only for who may. */
#include <stdlib.h>

#include "crypto/cpu.h"
#include "crypto/jwt_maker.h"
#include "transaction/stage.h"

#include "net/rate.h"
#include "transaction/caller/token_grant.h"

#define BASE "https://federation.example/"
#define ENDPOINT BASE "v1/token"
#define CLAIMS(more) "{\"iss\":\"bank-1\",\"sub\":\"bank-1\",\"aud\":\"" ENDPOINT "\"" more "}"
#define UNTIL(seconds) ",\"exp\":" #seconds
#define STRANGER "expected a JWT signed with a key that is registered with the caller its /iss names, found another"
#define SOON UNTIL(1795349000) /* 200 seconds from noon */

static struct arena arena;
static struct maker_key key, stranger;
static struct token_granted granted;

static int
make_keys(void **state)
{
	(void)state;
	arena = arena_init(1 * MIB);
	key = maker_key_new(&arena, "P-256");
	stranger = maker_key_new(&arena, "P-256");
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	maker_key_free(&key);
	maker_key_free(&stranger);
	arena_release(&arena);
	return 0;
}

static void
scene_open(struct stage *s, uint64_t seed)
{
	stage_open(s, seed);
	stage_member(s, "bank", STANDING_APPROVED);
	stage_caller(s, &(struct caller){ .name = span_text("bank-1"), .member = span_text("bank"),
	    .rights = CALLER_DECIDE, .epoch = 42, .keys = { key.spki }, .key_count = 1 });
	stage_caller(s, &(struct caller){ .name = span_text("bank-3"), .member = span_text("bank"),
	    .rights = CALLER_DECIDE, .epoch = 43 });
}

static void
on_granted_here(void *arg, enum err err, const struct token_granted *g, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	granted = *g;
	if (err != OK)
		s->why = *why;
}

static struct token_grant
grant_of(const struct stage *s, struct span assertion)
{
	return (struct token_grant){
		.assertion = assertion, .base_url = span_text(BASE), .endpoint = span_text(ENDPOINT), .now = s->now,
	};
}

static enum err
ask(struct stage *s, const struct token_grant *asked)
{
	s->done = false;
	token_grant_start(s->store, &s->arena, asked, on_granted_here, s);
	expect_true("nothing is answered before the call returns", !s->done);
	stage_run(s);
	return s->err;
}

static struct span
assertion(struct stage *s, const struct maker_key *k, const char *payload)
{
	return maker_jwt(&s->arena, k, "ES256", "{\"alg\":\"ES256\"}", payload);
}

static void
on_identified(void *arg, enum err err, const struct caller *c, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	if (err == OK)
		expect_span("the caller", c->name, "bank-1");
	else
		s->why = *why;
}

static enum err
identify(struct stage *s, const char *token)
{
	struct credentials shown = { .authorization = span_text(arena_print(&s->arena, "Bearer %s", token)) };

	s->done = false;
	caller_identify(s->store, &s->arena, &shown, s->now, on_identified, s);
	stage_run(s);
	return s->err;
}

static void
an_assertion_is_worth_one_token_of_ten_minutes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct token_grant asked;
		struct stage s;
		const char *token;

		scene_open(&s, seed);
		asked = grant_of(&s, assertion(&s, &key, CLAIMS(SOON ",\"jti\":\"1\"")));
		expect_ok("granted", ask(&s, &asked), &s.why);
		token = arena_print(&s.arena, "%s", granted.token);
		expect_true("recognisable", strncmp(token, "wa_", 3) == 0 && strlen(token) == 46);
		expect_number("with the caller's rights", granted.rights, CALLER_DECIDE);
		expect_ok("it stands for the caller", identify(&s, token), &s.why);
		expect_problem("the assertion counts once", ask(&s, &asked), &s.why, ERR_DENIED, "used already");
		expect_number("its use is remembered until it ends, and half a minute",
		    stage_load(&s, &assertion_table).expires.us, SECONDS(1795349030));
		s.now = instant_after(s.now, ACCESS_TOKEN_LIFE - 1);
		expect_ok("to its last moment", identify(&s, token), &s.why);
		s.now = instant_after(s.now, 1);
		expect_problem("no longer", identify(&s, token), &s.why, ERR_DENIED, "expired");
		stage_close(&s);
	}
}

static void
an_assertion_must_hold(void **state)
{
	const struct {
		const char *title, *payload, *client_id;
		const struct maker_key *key;
		const char *part;       /* NULL: granted */
	} cases[] = {
		{ "for the base URL, with its date",
		    "{\"iss\":\"bank-1\",\"sub\":\"bank-1\",\"aud\":[\"" BASE "\"],\"jti\":\"1\""
		    ",\"iat\":1795348800" SOON "}", NULL, &key, NULL },
		{ "for five minutes", CLAIMS(UNTIL(1795349100) ",\"jti\":\"1\""), NULL, &key, NULL },
		{ "the form names the caller too", CLAIMS(SOON ",\"jti\":\"1\""), "bank-1", &key, NULL },
		{ "the form names another", CLAIMS(SOON ",\"jti\":\"1\""), "bank-2", &key, "client_id" },
		{ "a stranger's key", CLAIMS(SOON ",\"jti\":\"1\""), NULL, &stranger, STRANGER },
		{ "no jti", CLAIMS(SOON), NULL, &key, "/jti: expected one" },
		{ "no end", CLAIMS(",\"jti\":\"1\""), NULL, &key, "/exp: expected one" },
		{ "an hour", CLAIMS(UNTIL(1795352400) ",\"jti\":\"1\""), NULL, &key, "at most PT5M" },
		{ "an hour by its date", CLAIMS(UNTIL(1795349000) ",\"iat\":1795345000,\"jti\":\"1\""), NULL, &key,
		    "at most PT5M" },
		{ "too late", CLAIMS(UNTIL(1795348770) ",\"jti\":\"1\""), NULL, &key, "has expired" },
		{ "another's audience",
		    "{\"iss\":\"bank-1\",\"sub\":\"bank-1\",\"aud\":\"https://other.example/\",\"jti\":\"1\"" SOON "}",
		    NULL, &key, "/aud" },
		{ "another subject",
		    "{\"iss\":\"bank-1\",\"sub\":\"bank-2\",\"aud\":\"" BASE "\",\"jti\":\"1\"" SOON "}", NULL, &key,
		    "/sub" },
		{ "no subject", "{\"iss\":\"bank-1\",\"aud\":\"" BASE "\",\"jti\":\"1\"" SOON "}", NULL, &key, "/sub" },
		{ "a caller nobody knows",
		    "{\"iss\":\"bank-2\",\"sub\":\"bank-2\",\"aud\":\"" BASE "\",\"jti\":\"1\"" SOON "}", NULL,
		    &key, STRANGER },
		{ "a caller without a key",
		    "{\"iss\":\"bank-3\",\"sub\":\"bank-3\",\"aud\":\"" BASE "\",\"jti\":\"1\"" SOON "}", NULL,
		    &key, STRANGER },
		{ "an issuer that is no name",
		    "{\"iss\":\"https://bank.example/\",\"sub\":\"x\",\"aud\":\"" BASE "\",\"jti\":\"1\"" SOON
		    "}", NULL, &key, "expected the name of a caller" },
		{ "no issuer", "{\"sub\":\"x\"}", NULL, &key, "expected the name of a caller" },
		{ "a jti of nothing", CLAIMS(SOON ",\"jti\":\"\""), NULL, &key, "/jti" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct token_grant asked;
		struct stage s;
		enum err err;

		scene_open(&s, i + 1);
		asked = grant_of(&s, assertion(&s, cases[i].key, cases[i].payload));
		asked.client_id = span_text(cases[i].client_id);
		err = ask(&s, &asked);
		if (cases[i].part) {
			expect_problem(cases[i].title, err, &s.why, ERR_DENIED, cases[i].part);
			expect_number("no token is kept", stage_load(&s, &access_token_table).count, 0);
			expect_number("and the assertion is not used up", stage_load(&s, &assertion_table).count, 0);
			expect_number("nor told", strlen(granted.token), 0);
		} else {
			expect_ok(cases[i].title, err, &s.why);
		}
		stage_close(&s);
	}
}

struct attempt {
	struct stage *stage;
	struct token_grant asked;
	int steps;
};

static void
attempt(void *arg)
{
	struct attempt *t = arg;
	struct stage *s = t->stage;

	s->done = false;
	token_grant_start(s->store, &s->arena, &t->asked, on_granted_here, s);
	for (t->steps = 0; !s->done; t->steps++)
		store_memory_step(s->store, s->now);
	expect_problem("a stranger", s->err, &s->why, ERR_DENIED, STRANGER);
}

/* The same question of the store, the same number of times, and a signature looked at. */
static void
who_is_no_caller_takes_as_long(void **state)
{
	static const char *const names[] = { "bank-1", "bank-2", "bank-3" }; /* one with a key, none, one without */
	struct attempt attempts[COUNT(names)];
	int64_t costs[COUNT(names)];
	struct stage s;

	(void)state;
	scene_open(&s, 5);
	for (size_t i = 0; i < COUNT(names); i++) {
		attempts[i] = (struct attempt){ .stage = &s, .asked = grant_of(&s, assertion(&s, &stranger,
		    arena_print(&s.arena, "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"" ENDPOINT "\",\"jti\":\"1\"" SOON
		    "}", names[i], names[i]))) };
		costs[i] = cpu_median(attempt, &attempts[i]);
		expect_number("as many questions", attempts[i].steps, attempts[0].steps);
		if (costs[i] * 2 < costs[0] || costs[0] * 2 < costs[i])
			print_error("  %s: %lld ns, %s: %lld ns\n", names[0], (long long)costs[0], names[i],
			    (long long)costs[i]);
		expect_true("as much work", costs[i] * 2 >= costs[0] && costs[0] * 2 >= costs[i]);
	}
	stage_close(&s);
}

static void
what_is_no_jwt_is_nobodys(void **state)
{
	struct token_grant asked;
	struct stage s;

	(void)state;
	scene_open(&s, 1);
	asked = grant_of(&s, span_text("eyJhbGciOiJub25lIn0.e30."));
	expect_problem("unsigned", ask(&s, &asked), &s.why, ERR_DENIED, "found no signature");
	asked = grant_of(&s, maker_jwt(&s.arena, &key, "HS256", "{\"alg\":\"HS256\"}", CLAIMS(SOON ",\"jti\":\"1\"")));
	expect_problem("the public key as a secret", ask(&s, &asked), &s.why, ERR_DENIED, "found \"HS256\"");
	asked = grant_of(&s, maker_jwt(&s.arena, &key, "ES256", "{\"alg\":\"ES256\",\"typ\":\"assurance-facts+jwt\"}",
	    CLAIMS(SOON ",\"jti\":\"1\"")));
	expect_problem("what was signed for something else", ask(&s, &asked), &s.why, ERR_DENIED, "/typ");
	stage_close(&s);
}

static void
two_callers_may_use_the_same_jti(void **state)
{
	struct token_grant asked;
	struct stage s;

	(void)state;
	scene_open(&s, 1);
	stage_caller(&s, &(struct caller){ .name = span_text("bank-2"), .member = span_text("bank"),
	    .keys = { stranger.spki }, .key_count = 1 });
	asked = grant_of(&s, assertion(&s, &key, CLAIMS(SOON ",\"jti\":\"1\"")));
	expect_ok("one", ask(&s, &asked), &s.why);
	asked = grant_of(&s, assertion(&s, &stranger,
	    "{\"iss\":\"bank-2\",\"sub\":\"bank-2\",\"aud\":\"" BASE "\",\"jti\":\"1\"" SOON "}"));
	expect_ok("the other", ask(&s, &asked), &s.why);
	stage_close(&s);
}

static void
a_member_that_is_not_approved_gets_none(void **state)
{
	struct token_grant asked;
	struct stage s;

	(void)state;
	scene_open(&s, 2);
	stage_member(&s, "bank", STANDING_SUSPENDED);
	asked = grant_of(&s, assertion(&s, &key, CLAIMS(SOON ",\"jti\":\"1\"")));
	expect_problem("suspended", ask(&s, &asked), &s.why, ERR_DENIED, "is suspended, not approved");
	stage_member(&s, "bank", STANDING_APPROVED);
	expect_ok("and when it is back the assertion still holds", ask(&s, &asked), &s.why);
	asked = grant_of(&s, assertion(&s, &key, CLAIMS(SOON ",\"jti\":\"2\"")));
	stage_strange(&s, &caller_table, span_text("bank-1"));
	expect_problem("a caller's row that cannot be read is not nobody's", ask(&s, &asked), &s.why, ERR_UNAVAILABLE,
	    "its row in the store is of a form this build does not know");
	stage_close(&s);
}

static void
a_token_ends_when_a_key_is_taken_away(void **state)
{
	struct token_grant asked;
	struct stage s;

	(void)state;
	scene_open(&s, 3);
	asked = grant_of(&s, assertion(&s, &key, CLAIMS(SOON ",\"jti\":\"1\"")));
	expect_ok("granted", ask(&s, &asked), &s.why);
	stage_caller(&s, &(struct caller){ .name = span_text("bank-1"), .member = span_text("bank"), .epoch = 43 });
	expect_problem("its epoch is over", identify(&s, arena_print(&s.arena, "%s", granted.token)), &s.why,
	    ERR_DENIED, "revoked");
	stage_close(&s);
}

static void
who_asks_too_often_waits(void **state)
{
	struct rates *rates = rates_new(8);
	struct token_grant asked;
	struct stage s;

	(void)state;
	scene_open(&s, 4);
	for (int i = 0; i < 4; i++) {
		asked = grant_of(&s, assertion(&s, &key, arena_print(&s.arena, CLAIMS(SOON ",\"jti\":\"%d\""), i)));
		asked.rates = rates;
		asked.rate = 1;
		asked.monotonic = SECONDS(1000);
		if (i < 2)
			expect_ok("two at once", ask(&s, &asked), &s.why);
		else
			expect_problem("no third", ask(&s, &asked), &s.why, ERR_LIMIT, "more often");
		expect_true("and is told how long", (granted.wait > 0) == (i >= 2));
	}
	asked.monotonic = SECONDS(1002);
	expect_ok("the same assertion, two seconds later", ask(&s, &asked), &s.why);
	rates_free(rates);
	stage_close(&s);
}

static void
no_token_is_given_that_could_not_be_kept(void **state)
{
	struct token_grant asked;
	struct stage s;

	(void)state;
	scene_open(&s, 5);
	asked = grant_of(&s, assertion(&s, &key, CLAIMS(SOON ",\"jti\":\"1\"")));
	store_memory_fail_commits(s.store, 1, ERR_FULL);
	expect_problem("the disk is full", ask(&s, &asked), &s.why, ERR_FULL, "could not be kept");
	expect_number("and none is told", strlen(granted.token), 0);
	expect_ok("and then it is not", ask(&s, &asked), &s.why);
	stage_close(&s);
}

static void
who_goes_away_is_not_called_back(void **state)
{
	(void)state;
	for (int steps = 0; steps < 3; steps++) {
		struct token_grant asked;
		struct pending *pending;
		struct stage s;

		scene_open(&s, 6);
		asked = grant_of(&s, assertion(&s, &key, CLAIMS(SOON ",\"jti\":\"1\"")));
		s.done = false;
		pending = token_grant_start(s.store, &s.arena, &asked, on_granted_here, &s);
		stage_cancel(&s, pending, steps);
		stage_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_assertion_is_worth_one_token_of_ten_minutes),
		cmocka_unit_test(an_assertion_must_hold),
		cmocka_unit_test(who_is_no_caller_takes_as_long),
		cmocka_unit_test(what_is_no_jwt_is_nobodys),
		cmocka_unit_test(two_callers_may_use_the_same_jti),
		cmocka_unit_test(a_member_that_is_not_approved_gets_none),
		cmocka_unit_test(a_token_ends_when_a_key_is_taken_away),
		cmocka_unit_test(who_asks_too_often_waits),
		cmocka_unit_test(no_token_is_given_that_could_not_be_kept),
		cmocka_unit_test(who_goes_away_is_not_called_back),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
