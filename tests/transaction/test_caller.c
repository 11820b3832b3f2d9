/* tests/transaction/test_caller.c - machine callers found by token or key, refused when they should be. */
#include <stdlib.h>

#include "transaction/stage.h"

#include "crypto/certificate.h"

static struct caller found;

static void
on_identified(void *arg, enum err err, const struct caller *c, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	expect_true("a caller comes without a problem, a problem without a caller", (err == OK) == (c && !why));
	if (c)
		found = *c;
	if (why)
		s->why = *why;
}

static enum err
identify(struct stage *s, const char *authorization, struct span certificate)
{
	struct credentials shown = { .authorization = span_text(authorization), .certificate = certificate };

	s->done = false;
	found = (struct caller){ 0 };
	caller_identify(s->store, &s->arena, &shown, s->now, on_identified, s);
	expect_true("nothing is answered before the call returns", !s->done);
	stage_run(s);
	return s->err;
}

static const char *
bearer(struct stage *s, const char *token)
{
	return arena_print(&s->arena, "Bearer %s", token);
}

/* A key's self-signed certificate, as a member's. */
static struct span
certificate_new(struct stage *s, struct span *spki)
{
	static const char *const names[] = { "member's machine" };
	const struct certificate_name name = { .common_name = names[0] };
	char uri[96], directory[] = "/tmp/watashi-caller-XXXXXX", command[96];
	struct key *key;
	struct problem why;
	struct span der;

	assert_non_null(mkdtemp(directory));
	snprintf(uri, sizeof(uri), "file:key.pem");
	expect_ok("a key", key_generate(uri, directory, KEY_P256, &why), &why);
	expect_ok("is opened", key_open(uri, directory, &key, &why), &why);
	expect_ok("and has a certificate", certificate_self_signed(key, &name, s->now, instant_after(s->now,
	    SECONDS(86400)), &s->arena, &der, &why), &why);
	*spki = arena_copy(&s->arena, key_public(key));
	key_free(key);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
	return der;
}

static void
a_row_is_read_as_it_was_written(void **state)
{
	struct caller c = { .name = span_text("bank-1"), .member = span_text("bank"),
	    .rights = CALLER_DECIDE | CALLER_VOUCH,
		.created = { 5 }, .expires = { 6 }, .rate = 7, .epoch = UINT64_MAX, .key_count = 2,
		.keys = { { (const uint8_t *)"first", 5 }, { (const uint8_t *)"second", 6 } } }, again;
	struct caller_pointer p = { span_text("bank-1"), span_text("bank"), 9 }, pointed;
	struct buffer b = buffer_init(4 * KIB);
	uint8_t sum[32] = { 1 };

	(void)state;
	c.token = span_of(sum, sizeof(sum));
	caller_write(&b, &c);
	expect_true("read", caller_read(buffer_span(&b), &again));
	expect_true("names", span_equal(again.name, c.name) && span_equal(again.member, c.member));
	expect_true("numbers", again.rights == c.rights && again.rate == 7 && again.epoch == UINT64_MAX &&
	    again.created.us == 5 && again.expires.us == 6);
	expect_true("token and keys", span_equal(again.token, c.token) && again.key_count == 2 &&
	    span_equal(again.keys[1], c.keys[1]));
	for (size_t cut = 0; cut < buffer_span(&b).size; cut++)
		expect_true("a part of it is none", !caller_read(span_first(buffer_span(&b), cut), &again));
	buffer_clear(&b);
	caller_pointer_write(&b, &p);
	expect_true("a pointer", caller_pointer_read(buffer_span(&b), &pointed) && pointed.epoch == 9 &&
	    span_equal(pointed.name, p.name) && span_equal(pointed.member, p.member));
	for (size_t cut = 0; cut < buffer_span(&b).size; cut++)
		expect_true("a part of it is none", !caller_pointer_read(span_first(buffer_span(&b), cut), &pointed));
	buffer_release(&b);
}

static void
words_are_read_as_they_are_written(void **state)
{
	const char *names[CALLER_RIGHTS];

	(void)state;
	expect_number("seven rights", caller_right_names(~0U, names), 7);
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *again[CALLER_RIGHTS];

		expect_number("a right", caller_right_names(caller_right_read(span_text(names[i])), again), 1);
		expect_text("read as it is written", again[0], names[i]);
		expect_true("in order", i == 0 || strcmp(names[i - 1], names[i]) < 0);
	}
	expect_number("no right", caller_right_names(0, names), 0);
	expect_number("no other", caller_right_read(span_text("Decide")), 0);
	expect_true("a name", caller_name_valid(span_text("bank-1")));
	expect_true("no capital", !caller_name_valid(span_text("Bank")));
	expect_true("no nothing", !caller_name_valid(span_text("")));
	expect_true("no 65 letters",
	    !caller_name_valid(span_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
}

static void
secrets_are_new_each_time(void **state)
{
	struct caller_token one = caller_token_new(CALLER_TOKEN_PREFIX), two = caller_token_new(CALLER_TOKEN_PREFIX);
	uint8_t sum[32];

	(void)state;
	expect_true("recognisable", span_starts(span_text(one.text), "wt_"));
	expect_number("46 letters", strlen(one.text), 46);
	expect_true("never the same", strcmp(one.text, two.text) != 0);
	digest(DIGEST_SHA256, span_text(one.text), sum);
	expect_true("kept by the digest of all of it", memcmp(sum, one.digest, 32) == 0);
}

static void
a_caller_is_known_by_its_token(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct caller_token token = caller_token_new(CALLER_TOKEN_PREFIX);
		struct stage s;

		stage_open(&s, seed);
		stage_member(&s, "bank", STANDING_APPROVED);
		stage_caller(&s, &(struct caller){ .name = span_text("bank-1"), .member = span_text("bank"),
		    .rights = CALLER_DECIDE, .rate = 9, .token = span_of(token.digest, 32) });
		expect_ok("its token", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why);
		expect_span("its name", found.name, "bank-1");
		expect_span("its member", found.member, "bank");
		expect_true("its rights and rate", found.rights == CALLER_DECIDE && found.rate == 9);
		expect_ok("the scheme in any case", identify(&s, arena_print(&s.arena, "bEARER  %s ", token.text),
		    (struct span){ 0 }), &s.why);
		stage_close(&s);
	}
}

static void
who_shows_nothing_good_is_nobody(void **state)
{
	static const struct {
		const char *title, *authorization, *part;
	} cases[] = {
		{ "nothing", "", "found neither" },
		{ "another scheme", "Basic YmFuazpwYXNz", "another scheme" },
		{ "only a scheme", "Bearer", "none of ours" },
		{ "nothing behind it", "Bearer ", "none of ours" },
		{ "a token of another make", "Bearer eyJhbGciOiJub25lIn0.e30.", "none of ours" },
		{ "a token cut short", "Bearer wt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "none of ours" },
		{ "a token made up", "Bearer wt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		    "unknown, expired or revoked" },
		{ "a short-lived one made up", "Bearer wa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		    "unknown, expired or revoked" },
	};
	struct stage s;

	(void)state;
	stage_open(&s, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_problem(cases[i].title, identify(&s, cases[i].authorization, (struct span){ 0 }), &s.why,
		    ERR_DENIED, cases[i].part);
		expect_true("and the secret is not told", !strstr(s.why.text, "AAAA"));
	}
	expect_problem("a certificate that is none", identify(&s, "", span_text("MAAA")), &s.why, ERR_DENIED,
	    "this is no certificate");
	stage_close(&s);
}

static void
a_caller_ends_with_its_time_its_row_and_its_member(void **state)
{
	struct caller_token token = caller_token_new(CALLER_TOKEN_PREFIX),
	    other = caller_token_new(CALLER_TOKEN_PREFIX);
	struct caller c = { .name = span_text("bank-1"), .member = span_text("bank"), .rights = CALLER_DECIDE };
	struct stage s;

	(void)state;
	stage_open(&s, 3);
	c.token = span_of(token.digest, 32);
	c.expires = instant_after(s.now, SECONDS(60));
	stage_caller(&s, &c);
	expect_problem("its member is not there", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why,
	    ERR_DENIED, "has no member any more");
	for (enum standing standing = STANDING_APPLIED; standing <= STANDING_WITHDRAWN; standing++) {
		stage_member(&s, "bank", standing);
		if (standing == STANDING_APPROVED)
			expect_ok("its member is approved", identify(&s, bearer(&s, token.text), (struct span){ 0 }),
			    &s.why);
		else
			expect_problem("its member is not", identify(&s, bearer(&s, token.text), (struct span){ 0 }),
			    &s.why, ERR_DENIED, arena_print(&s.arena, "\"bank-1\" is %s, not approved",
			    standing_name(standing)));
	}
	stage_member(&s, "bank", STANDING_APPROVED);
	s.now = instant_after(s.now, SECONDS(60) - 1);
	expect_ok("to its last moment", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why);
	s.now = instant_after(s.now, 1);
	expect_problem("its time has come", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why,
	    ERR_DENIED, "has expired");

	/* What points to a caller counts for nothing when the caller does not know it, or is gone, or belongs to
	 * another. */
	c.expires = (struct instant){ 0 };
	c.token = span_of(other.digest, 32);
	stage_caller(&s, &c);
	expect_ok("its new token", identify(&s, bearer(&s, other.text), (struct span){ 0 }), &s.why);
	expect_problem("its old one", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why, ERR_DENIED,
	    "unknown, expired or revoked");
	stage_delete(&s, &caller_table, span_text("bank-1"));
	expect_problem("its row is gone", identify(&s, bearer(&s, other.text), (struct span){ 0 }), &s.why, ERR_DENIED,
	    "unknown, expired or revoked");
	stage_member(&s, "shop", STANDING_APPROVED);
	c.member = span_text("shop");
	c.token = (struct span){ 0 };
	stage_caller(&s, &c);
	expect_problem("the name is another's now", identify(&s, bearer(&s, other.text), (struct span){ 0 }), &s.why,
	    ERR_DENIED, "unknown, expired or revoked");
	stage_close(&s);
}

/* Neither believed nor taken for absent: 503, so that the asker asks again where it can be read. */
static void
what_cannot_be_read_is_never_nobody(void **state)
{
	struct caller_token token = caller_token_new(CALLER_TOKEN_PREFIX);
	struct caller c = { .name = span_text("bank-1"), .member = span_text("bank"), .rights = CALLER_DECIDE };
	struct stage s;

	(void)state;
	stage_open(&s, 8);
	stage_member(&s, "bank", STANDING_APPROVED);
	c.token = span_of(token.digest, 32);
	stage_caller(&s, &c);
	stage_strange(&s, &member_table, span_text("bank"));
	expect_problem("its member's row", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why,
	    ERR_UNAVAILABLE, "the member \"bank\": its row in the store is of a form this build does not know");
	stage_strange(&s, &caller_table, span_text("bank-1"));
	expect_problem("its own", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why, ERR_UNAVAILABLE,
	    "the caller \"bank-1\": its row in the store is of a form this build does not know");
	stage_strange(&s, &caller_secret_table, c.token);
	expect_problem("what points to it", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why,
	    ERR_UNAVAILABLE, "its row in the store is of a form this build does not know");
	stage_close(&s);
}

static void
a_caller_is_known_by_its_certificates_key(void **state)
{
	struct caller_token token = caller_token_new(CALLER_TOKEN_PREFIX);
	struct caller c = { .name = span_text("bank-1"), .member = span_text("bank"), .key_count = 1 };
	struct span der, stranger, ignored;
	struct certificate_facts facts;
	struct stage s;

	(void)state;
	stage_open(&s, 4);
	stage_member(&s, "bank", STANDING_APPROVED);
	der = certificate_new(&s, &c.keys[0]);
	stranger = certificate_new(&s, &ignored);
	stage_caller(&s, &c);
	expect_ok("the library reads it", certificate_read(der, &s.arena, &facts, &s.why), &s.why);
	expect_true("the same key", span_equal(facts.spki, c.keys[0]));
	expect_ok("its certificate", identify(&s, "", der), &s.why);
	expect_span("its name", found.name, "bank-1");
	expect_problem("another's", identify(&s, "", stranger), &s.why, ERR_DENIED, "registered with no caller");
	expect_problem("where a token is shown the token counts", identify(&s, bearer(&s, token.text), der), &s.why,
	    ERR_DENIED, "bearer token is unknown");
	for (size_t cut = 0; cut < 200; cut++)
		expect_problem("half a certificate", identify(&s, "", span_first(der, der.size - 1 - cut)), &s.why,
		    ERR_DENIED, cut + 1 < der.size ? "certificate" : "neither");
	c.key_count = 0;
	{
		struct unit *unit = unit_new(&s.arena, stage_tables, id_new(s.now));
		struct buffer b = buffer_init(4 * KIB);

		caller_write(&b, &c);
		unit_put(unit, &caller_table, c.name, buffer_span(&b));
		stage_commit(&s, unit);
		buffer_release(&b);
	}
	expect_problem("a key that was taken away", identify(&s, "", der), &s.why, ERR_DENIED,
	    "registered with no caller");
	stage_close(&s);
}

static void
a_short_lived_token_is_void_in_another_epoch(void **state)
{
	struct caller_token token = caller_token_new(ACCESS_TOKEN_PREFIX);
	struct caller c = { .name = span_text("bank-1"), .member = span_text("bank"), .epoch = 7 };
	struct caller_pointer p = { .name = c.name, .member = c.member, .epoch = 7 };
	struct unit *unit;
	struct stage s;
	struct buffer b = buffer_init(4 * KIB);

	(void)state;
	stage_open(&s, 5);
	stage_member(&s, "bank", STANDING_APPROVED);
	stage_caller(&s, &c);
	unit = unit_new(&s.arena, stage_tables, id_new(s.now));
	caller_pointer_write(&b, &p);
	unit_put_until(unit, &access_token_table, span_of(token.digest, 32), buffer_span(&b), instant_after(s.now,
	    SECONDS(600)));
	s.done = false;
	store_commit(s.store, unit, stage_on_committed, &s);
	stage_run(&s);
	expect_number("a worker may write it", s.err, OK);
	expect_ok("its token", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why);
	c.epoch = 8;
	stage_caller(&s, &c);
	expect_problem("an epoch later", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why, ERR_DENIED,
	    "unknown, expired or revoked");
	c.epoch = 7;
	stage_caller(&s, &c);
	s.now = instant_after(s.now, SECONDS(600));
	expect_problem("its row has expired", identify(&s, bearer(&s, token.text), (struct span){ 0 }), &s.why,
	    ERR_DENIED, "unknown, expired or revoked");
	buffer_release(&b);
	stage_close(&s);
}

static void
who_goes_away_is_not_called_back(void **state)
{
	struct caller_token token = caller_token_new(CALLER_TOKEN_PREFIX);
	const char *shown[] = { "", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(shown); i++)
		for (int steps = 0; steps < 2; steps++) {
			struct credentials c;
			struct pending *pending;
			struct stage s;

			stage_open(&s, 6);
			stage_member(&s, "bank", STANDING_APPROVED);
			stage_caller(&s, &(struct caller){ .name = span_text("bank-1"), .member = span_text("bank"),
			    .token = span_of(token.digest, 32) });
			c = (struct credentials){ .authorization = span_text(shown[i] ? shown[i] : bearer(&s,
			    token.text)) };
			pending = caller_identify(s.store, &s.arena, &c, s.now, on_identified, &s);
			for (int n = 0; n < steps; n++)
				store_memory_step(s.store, s.now);
			if (!s.done)
				pending_cancel(&pending);
			while (store_memory_step(s.store, s.now))
				continue;
			expect_true("only who showed nothing was answered, a step later", s.done == (steps == 1 && !i));
			stage_close(&s);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_read_as_it_was_written),
		cmocka_unit_test(words_are_read_as_they_are_written),
		cmocka_unit_test(secrets_are_new_each_time),
		cmocka_unit_test(a_caller_is_known_by_its_token),
		cmocka_unit_test(who_shows_nothing_good_is_nobody),
		cmocka_unit_test(a_caller_ends_with_its_time_its_row_and_its_member),
		cmocka_unit_test(what_cannot_be_read_is_never_nobody),
		cmocka_unit_test(a_caller_is_known_by_its_certificates_key),
		cmocka_unit_test(a_short_lived_token_is_void_in_another_epoch),
		cmocka_unit_test(who_goes_away_is_not_called_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
