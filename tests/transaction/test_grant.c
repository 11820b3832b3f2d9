/* tests/transaction/test_grant.c - what a relying party holds of a login: its row, its tokens, its life. */
#include "expect.h"

#include "crypto/digest.h"
#include "transaction/grant/grant.h"

#define NOON INT64_C(1798804800000000) /* 2027-01-01T12:00:00Z */
#define AT(seconds) ((struct instant){ NOON + (int64_t)(seconds) * 1000000 })
#define T(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define REDIRECT "https://bank.example/cb"
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

static const uint8_t key[32] = { 7 };

static struct grant
new_grant(struct grant_secret *code)
{
	struct grant g = { .id = { { 1, 2, 3 } }, .protocol = GRANT_OIDC, .client = T("https://bank.example/"),
		.entity_id = T("https://bank.example/"), .account = { { 4 } }, .persona = PERSONA_PRIVATE,
		.session = { { 5 } }, .subject = T("sub"), .scope = T("openid profile"), .claims = T("name 2"),
		.request = T("{}"), .context = T("urn:a"), .methods = T("hwk user"), .authenticated = AT(-60),
		.nonce = T("n"), .decision = { { 6 } }, .record = { { 7 } }, .made = AT(0), .expires = AT(3600) };

	*code = grant_secret_new(GRANT_CODE, &g.id);
	memcpy(g.code.digest, code->digest, sizeof(g.code.digest));
	digest(DIGEST_SHA256, span_text(REDIRECT), g.code.redirect);
	digest(DIGEST_SHA256, span_text(VERIFIER), g.code.challenge);
	g.code.until = AT(60);
	return g;
}

static void
claims_say_where_they_are_told(void **state)
{
	static const struct { const char *title, *claims, *read; } cases[] = {
		{ "none", "", "" },
		{ "one", "name 2", "name at 2;" },
		{ "several", "name 2,age_over_18 3,email 1", "name at 2;age_over_18 at 3;email at 1;" },
		{ "without a place it is told nowhere", "name", "name at 0;" },
		{ "nor with a word for one", "name everywhere", "name at 0;" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer written = buffer_init(KIB), read = buffer_init(KIB);
		struct span claims = span_text(cases[i].claims);
		struct grant_claim claim;

		while (grant_claim_next(&claims, &claim)) {
			buffer_print(&read, "%.*s at %u;", SPAN_ARGS(claim.name), claim.places);
			grant_claim_add(&written, &claim);
		}
		expect_span(cases[i].title, buffer_span(&read), cases[i].read);
		if (i < 3)
			expect_span("and written as it was", buffer_span(&written), cases[i].claims);
		buffer_release(&written);
		buffer_release(&read);
	}
}

static void
a_row_is_read_back_whole(void **state)
{
	struct buffer b = buffer_init(64 * KIB), again = buffer_init(64 * KIB);
	struct grant_secret code, access;
	struct grant g = new_grant(&code), found;

	(void)state;
	access = grant_secret_new(GRANT_ACCESS, &g.id);
	grant_access_add(&g, &access, span_text("openid"), AT(1));
	grant_refresh_begin(&g, AT(1));
	grant_write(&b, &g);
	expect_true("it is read", grant_read(buffer_span(&b), &found));
	grant_write(&again, &found);
	expect_true("to the same", span_equal(buffer_span(&b), buffer_span(&again)));
	for (size_t size = 0; size < buffer_span(&b).size; size++)
		expect_true("cut short it is none", !grant_read(span_first(buffer_span(&b), size), &found));
	buffer_byte(&b, 0);
	expect_true("nor with more behind it", !grant_read(buffer_span(&b), &found));
	buffer_release(&again);
	buffer_release(&b);
}

static void
a_token_tells_whose_it_is(void **state)
{
	const struct id grant = { { 0xfe, 1 } };
	struct grant_secret code = grant_secret_new(GRANT_CODE, &grant), access = grant_secret_new(GRANT_ACCESS,
	    &grant);
	uint8_t digest_of[32];
	char changed[GRANT_TOKEN_TEXT];
	struct id found;

	(void)state;
	expect_true("a code", grant_token_read(span_text(code.text), GRANT_CODE, &found, digest_of));
	expect_true("its grant", memcmp(&found, &grant, sizeof(found)) == 0);
	expect_true("its digest", memcmp(digest_of, code.digest, 32) == 0);
	expect_true("is no access token", !grant_token_read(span_text(code.text), GRANT_ACCESS, &found, digest_of));
	expect_true("nor the other way round", !grant_token_read(span_text(access.text), GRANT_CODE, &found,
	    digest_of));
	for (size_t i = 0; i < strlen(code.text); i++) {
		memcpy(changed, code.text, sizeof(changed));
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		expect_true("another letter is none of ours, or another secret",
		    !grant_token_read(span_text(changed), GRANT_CODE, &found, digest_of) ||
		    memcmp(digest_of, code.digest, 32) != 0);
		expect_true("one that is cut short is none",
		    !grant_token_read(span_first(span_text(code.text), i), GRANT_CODE, &found, digest_of));
	}
	expect_true("nothing is none", !grant_token_read((struct span){ 0 }, GRANT_CODE, &found, digest_of));
}

static const struct {
	const char *title, *client, *redirect, *verifier;
	int64_t after;
	bool other_code, no_challenge, no_redirect;
	enum grant_outcome outcome;
	const char *part;
} redeemed[] = {
	{ "at once", "https://bank.example/", REDIRECT, VERIFIER, 1, .outcome = GRANT_GOOD },
	{ "in the last moment", "https://bank.example/", REDIRECT, VERIFIER, 59, .outcome = GRANT_GOOD },
	{ "too late", "https://bank.example/", REDIRECT, VERIFIER, 60, .outcome = GRANT_REFUSED, .part = "expired" },
	{ "another code", "https://bank.example/", REDIRECT, VERIFIER, 1, .other_code = true, .outcome = GRANT_REFUSED,
	  .part = "no such code" },
	{ "another client", "https://shop.example/", REDIRECT, VERIFIER, 1, .outcome = GRANT_REFUSED, .part =
	  "another client's" },
	{ "another place to return to", "https://bank.example/", REDIRECT "/", VERIFIER, 1, .outcome = GRANT_REFUSED,
	  .part = "redirect_uri" },
	{ "none", "https://bank.example/", "", VERIFIER, 1, .outcome = GRANT_REFUSED, .part = "redirect_uri" },
	{ "one where none was asked for", "https://bank.example/", REDIRECT, VERIFIER, 1, .no_redirect = true,
	  .outcome = GRANT_REFUSED, .part = "redirect_uri" },
	{ "none then and now", "https://bank.example/", "", VERIFIER, 1, .no_redirect = true, .outcome = GRANT_GOOD },
	{ "another verifier", "https://bank.example/", REDIRECT, "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", 1,
	  .outcome = GRANT_REFUSED, .part = "code_verifier" },
	{ "no verifier", "https://bank.example/", REDIRECT, "", 1, .outcome = GRANT_REFUSED, .part = "code_verifier" },
	{ "the challenge as verifier", "https://bank.example/", REDIRECT, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
	  1,
	  .outcome = GRANT_REFUSED, .part = "code_verifier" },
	{ "a verifier without a challenge", "https://bank.example/", REDIRECT, VERIFIER, 1, .no_challenge = true,
	  .outcome = GRANT_REFUSED, .part = "code_verifier" },
	{ "neither", "https://bank.example/", REDIRECT, "", 1, .no_challenge = true, .outcome = GRANT_GOOD },
};

static void
a_code_is_redeemed_by_whom_it_is_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(redeemed); i++) {
		struct grant_secret code, other;
		struct grant g = new_grant(&code);
		struct problem why = { 0 };
		enum grant_outcome outcome;

		other = grant_secret_new(GRANT_CODE, &g.id);
		if (redeemed[i].no_challenge)
			memset(g.code.challenge, 0, sizeof(g.code.challenge));
		if (redeemed[i].no_redirect)
			memset(g.code.redirect, 0, sizeof(g.code.redirect));
		outcome = grant_redeem(&g, &(struct grant_redeeming){
		    .digest = redeemed[i].other_code ? other.digest : code.digest,
		    .client = span_text(redeemed[i].client), .redirect_uri = span_text(redeemed[i].redirect),
		    .verifier = span_text(redeemed[i].verifier), .now = AT(redeemed[i].after) }, &why);
		expect_number(redeemed[i].title, outcome, redeemed[i].outcome);
		expect_true("and it is used if it was good alone", g.code.used == (outcome == GRANT_GOOD) &&
		    !g.ended.us);
		if (outcome != GRANT_GOOD)
			expect_true(redeemed[i].part, strstr(why.text, redeemed[i].part) != NULL);
	}
}

static void
a_code_that_comes_twice_ends_all_that_came_of_it(void **state)
{
	struct grant_secret code, access;
	struct grant g = new_grant(&code);
	struct grant_redeeming r = { .digest = code.digest, .client = g.client, .redirect_uri = span_text(REDIRECT),
		.verifier = span_text(VERIFIER), .now = AT(1) };
	struct problem why = { 0 };

	(void)state;
	expect_number("once", grant_redeem(&g, &r, &why), GRANT_GOOD);
	access = grant_secret_new(GRANT_ACCESS, &g.id);
	grant_access_add(&g, &access, (struct span){ 0 }, AT(1));
	expect_true("its token is good", grant_access_find(&g, access.digest, AT(30)) != NULL);
	r.client = span_text("https://shop.example/");
	expect_number("another client cannot end it", grant_redeem(&g, &r, &why), GRANT_REFUSED);
	expect_true("nor has", grant_in_force(&g, AT(30)));
	r.client = g.client;
	r.now = AT(30); /* oidcc-codereuse-30seconds */
	expect_number("twice", grant_redeem(&g, &r, &why), GRANT_REUSED);
	expect_true("has ended", !grant_in_force(&g, AT(30)) && !grant_access_find(&g, access.digest, AT(30)));
	expect_number("three times", grant_redeem(&g, &r, &why), GRANT_REFUSED);
}

static void
access_tokens_end_by_themselves_and_one_by_one(void **state)
{
	struct grant_secret code, access[GRANT_ACCESS_TOKENS + 1];
	struct grant g = new_grant(&code);

	(void)state;
	for (int i = 0; i <= GRANT_ACCESS_TOKENS; i++) {
		access[i] = grant_secret_new(GRANT_ACCESS, &g.id);
		grant_access_add(&g, &access[i], span_text("openid"), AT(i));
	}
	expect_true("the oldest went", !grant_access_find(&g, access[0].digest, AT(5)));
	expect_true("the others are there", grant_access_find(&g, access[1].digest, AT(5)) &&
	    grant_access_find(&g, access[GRANT_ACCESS_TOKENS].digest, AT(5)));
	expect_span("with their scope", grant_access_find(&g, access[1].digest, AT(5))->scope, "openid");
	expect_true("one is taken away", grant_access_remove(&g, access[2].digest));
	expect_true("once", !grant_access_remove(&g, access[2].digest));
	expect_true("and no other", !grant_access_find(&g, access[2].digest, AT(5)) &&
	    grant_access_find(&g, access[3].digest, AT(5)));
	expect_true("ten minutes", grant_access_find(&g, access[3].digest, AT(602)) != NULL);
	expect_true("and no longer", !grant_access_find(&g, access[3].digest, AT(603)));
	access[0] = grant_secret_new(GRANT_ACCESS, &g.id);
	grant_access_add(&g, &access[0], (struct span){ 0 }, AT(3500));
	expect_number("what has expired makes room", g.access_count, 1);
	expect_true("none outlives its grant", !grant_access_find(&g, access[0].digest, AT(3600)));
	expect_number("nor is meant to", g.access[0].until.us, AT(3600).us);
}

static enum grant_outcome
refresh(struct grant *g, const char *text, bool rotate, int64_t at)
{
	struct problem why = { 0 };

	return grant_refresh(g, &(struct grant_refreshing){ .key = key, .text = span_text(text), .client = g->client,
	    .rotate = rotate, .now = AT(at) }, &why);
}

static void
a_refresh_token_that_stays_is_always_the_same(void **state)
{
	char first[GRANT_TOKEN_TEXT], later[GRANT_TOKEN_TEXT], foreign[GRANT_TOKEN_TEXT];
	const uint8_t other_key[32] = { 8 };
	struct grant_secret code;
	struct grant g = new_grant(&code), other = new_grant(&code);
	struct problem why = { 0 };

	(void)state;
	expect_true("before there is one", refresh(&g, "wr_", false, 1) == GRANT_REFUSED);
	grant_refresh_begin(&g, AT(0));
	grant_refresh_text(&g, key, first);
	expect_number("shown", refresh(&g, first, false, 1), GRANT_GOOD);
	expect_number("and again", refresh(&g, first, false, 3599), GRANT_GOOD);
	grant_refresh_text(&g, key, later);
	expect_text("it is the same", later, first);
	expect_number("until its grant expires", refresh(&g, first, false, 3600), GRANT_REFUSED);
	grant_refresh_begin(&other, AT(0));
	grant_refresh_text(&other, key, foreign);
	expect_number("one of another salt", refresh(&g, foreign, false, 1), GRANT_REFUSED);
	grant_refresh_text(&g, other_key, foreign);
	expect_number("one of another server's key", refresh(&g, foreign, false, 1), GRANT_REFUSED);
	expect_number("another client shows it", grant_refresh(&g, &(struct grant_refreshing){ .key = key,
	    .text = span_text(first), .client = span_text("https://shop.example/"), .now = AT(1) }, &why),
	    GRANT_REFUSED);
	expect_true("and nothing has ended", grant_in_force(&g, AT(1)));
}

static void
one_that_is_used_once_is_followed_by_one(void **state)
{
	char first[GRANT_TOKEN_TEXT], second[GRANT_TOKEN_TEXT], third[GRANT_TOKEN_TEXT], twin[GRANT_TOKEN_TEXT];
	struct grant_secret code;
	struct grant g = new_grant(&code);

	(void)state;
	grant_refresh_begin(&g, AT(0));
	grant_refresh_text(&g, key, first);
	expect_number("shown", refresh(&g, first, true, 100), GRANT_GOOD);
	grant_refresh_text(&g, key, second);
	expect_true("another follows", strcmp(first, second) != 0);
	expect_number("the client's other tab, ten seconds later", refresh(&g, first, true, 110), GRANT_GOOD);
	grant_refresh_text(&g, key, twin);
	expect_text("is told the same", twin, second);
	expect_number("and on", refresh(&g, second, true, 200), GRANT_GOOD);
	grant_refresh_text(&g, key, third);
	expect_number("the one before, much later", refresh(&g, second, true, 211), GRANT_REUSED);
	expect_number("ends the last, too", refresh(&g, third, true, 212), GRANT_REFUSED);
	expect_true("all of it", !grant_in_force(&g, AT(212)));
}

static void
any_that_was_replaced_is_known_again(void **state)
{
	char first[GRANT_TOKEN_TEXT], next[GRANT_TOKEN_TEXT];
	struct grant_secret code;
	struct grant g = new_grant(&code);

	(void)state;
	grant_refresh_begin(&g, AT(0));
	grant_refresh_text(&g, key, first);
	for (int i = 1; i <= 5; i++) {
		grant_refresh_text(&g, key, next);
		expect_number("used", refresh(&g, next, true, i), GRANT_GOOD);
	}
	expect_number("the first of six within ten seconds", refresh(&g, first, true, 6), GRANT_REUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_say_where_they_are_told),
		cmocka_unit_test(a_row_is_read_back_whole),
		cmocka_unit_test(a_token_tells_whose_it_is),
		cmocka_unit_test(a_code_is_redeemed_by_whom_it_is_for),
		cmocka_unit_test(a_code_that_comes_twice_ends_all_that_came_of_it),
		cmocka_unit_test(access_tokens_end_by_themselves_and_one_by_one),
		cmocka_unit_test(a_refresh_token_that_stays_is_always_the_same),
		cmocka_unit_test(one_that_is_used_once_is_followed_by_one),
		cmocka_unit_test(any_that_was_replaced_is_known_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
