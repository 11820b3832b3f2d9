/* tests/crypto/test_jwt.c - JWTs of others: those that hold, and each way in which one may not. */
#include <stdlib.h>

#include "crypto/cpu.h"
#include "crypto/jwt_maker.h"

#include "crypto/jwt.h"

#define NOON 1795348800 /* 2026-11-22T12:00:00Z */
#define CLAIMS "{\"iss\":\"hospital\",\"sub\":\"alice\",\"aud\":\"https://federation.example/\",\"iat\":1795348790," \
	"\"exp\":1795349090,\"jti\":\"j1\"}"

static struct arena arena;
static struct maker_key rsa, small, p256, p384, p521, ed25519;
static const char base_url[] = "https://federation.example/";

static int
make_keys(void **state)
{
	(void)state;
	arena = arena_init(64 * MIB);
	rsa = maker_key_new(&arena, "RSA-2048");
	small = maker_key_new(&arena, "RSA-1024");
	p256 = maker_key_new(&arena, "P-256");
	p384 = maker_key_new(&arena, "P-384");
	p521 = maker_key_new(&arena, "P-521");
	ed25519 = maker_key_new(&arena, "ED25519");
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	maker_key_free(&rsa);
	maker_key_free(&small);
	maker_key_free(&p256);
	maker_key_free(&p384);
	maker_key_free(&p521);
	maker_key_free(&ed25519);
	arena_release(&arena);
	return 0;
}

static struct jwt_expectation
expectation(const char *type)
{
	static struct span audiences[2];

	audiences[0] = span_text(base_url);
	audiences[1] = span_text("https://federation.example/v1/token");
	return (struct jwt_expectation){
		.type = type, .issuer = span_text("hospital"), .audiences = audiences,
		.audience_count = COUNT(audiences),
		.now = { SECONDS(NOON) }, .longest = SECONDS(600), .skew = SECONDS(30),
	};
}

static enum err
check(struct span text, const struct span *keys, size_t key_count, const struct jwt_expectation *expected,
    struct jwt_claims *claims, struct problem *why)
{
	struct jwt_unverified jwt;

	*why = (struct problem){ .code = OK };
	if (jwt_read(&arena, text, &jwt, why) != OK)
		return why->code;
	return jwt_verify(&jwt, keys, key_count, expected, &arena, claims, why);
}

static void
each_algorithm_verifies_with_its_key_among_others(void **state)
{
	const struct {
		const char *algorithm;
		struct maker_key *key;
	} cases[] = {
		{ "RS256", &rsa }, { "PS256", &rsa }, { "ES256", &p256 }, { "ES384", &p384 }, { "EdDSA", &ed25519 },
		{ "Ed25519", &ed25519 },
	};
	const struct span keys[] = { small.spki, p521.spki, rsa.spki, p256.spki, p384.spki, ed25519.spki };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *header = arena_print(&arena, "{\"typ\":\"JWT\",\"alg\":\"%s\",\"kid\":\"k\",\"x\":[{}]}",
		    cases[i].algorithm);
		struct jwt_expectation expected = expectation(NULL);
		struct span jwt = maker_jwt(&arena, cases[i].key, cases[i].algorithm, header, CLAIMS);
		struct jwt_claims claims;
		struct problem why;
		uint8_t *changed;

		expect_ok(cases[i].algorithm, check(jwt, keys, COUNT(keys), &expected, &claims, &why), &why);
		expect_span("the issuer", claims.issuer, "hospital");
		expect_span("the subject", claims.subject, "alice");
		expect_span("the id", claims.id, "j1");
		expect_span("the payload", claims.payload, CLAIMS);
		expect_number("issued", claims.issued.us, SECONDS(1795348790));
		expect_number("expires", claims.expires.us, SECONDS(1795349090));

		changed = (uint8_t *)arena_text(&arena, jwt);
		changed[jwt.size - 8] = changed[jwt.size - 8] == 'A' ? 'B' : 'A';
		expect_problem("another signature", check(span_of(changed, jwt.size), keys, COUNT(keys), &expected,
		    &claims, &why), &why, ERR_DENIED, "signature is by none");
		expect_number("gives no claims", claims.issuer.size + claims.payload.size + (uint64_t)claims.expires.us,
		    0);
	}
}

struct attempt {
	struct span text;
	const struct span *keys;
	size_t key_count;
};

static void
attempt(void *arg)
{
	const struct attempt *t = arg;
	struct jwt_expectation expected = expectation(NULL);
	struct arena scratch = arena_init(4 * MIB);
	struct jwt_unverified jwt;
	struct jwt_claims claims;
	struct problem why;

	expect_ok("it is read", jwt_read(&scratch, t->text, &jwt, &why), &why);
	expect_number("it is nobody's", jwt_verify(&jwt, t->keys, t->key_count, &expected, &scratch, &claims, &why),
	    ERR_DENIED);
	arena_release(&scratch);
}

/* Whether there is a key cannot be told by the time: a signature costs tens of times what else there is to do. */
static void
without_a_key_it_takes_as_long(void **state)
{
	static const struct {
		const char *algorithm, *kind;
	} cases[] = {
		{ "RS256", "RSA-2048" }, { "PS256", "RSA-2048" }, { "ES256", "P-256" }, { "ES384", "P-384" },
		{ "EdDSA", "ED25519" },
	};
	const struct span keys[] = { rsa.spki, p256.spki, p384.spki, ed25519.spki };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct maker_key stranger = maker_key_new(&arena, cases[i].kind);
		struct attempt with = { maker_jwt(&arena, &stranger, cases[i].algorithm, arena_print(&arena,
		    "{\"alg\":\"%s\"}", cases[i].algorithm), CLAIMS), keys, COUNT(keys) };
		struct attempt without = { with.text, NULL, 0 };
		int64_t known = cpu_median(attempt, &with), unknown = cpu_median(attempt, &without);

		if (unknown * 2 < known || known * 2 < unknown)
			print_error("  %s: %lld ns with a key, %lld without\n", cases[i].algorithm, (long long)known,
			    (long long)unknown);
		expect_true(cases[i].algorithm, unknown * 2 >= known && known * 2 >= unknown);
		maker_key_free(&stranger);
	}
}

/* RFC 7515 appendix A.3: it is signed well, and says nothing of an audience. */
static void
the_standards_own_example_verifies(void **state)
{
	static const char text[] = "eyJhbGciOiJFUzI1NiJ9"
	    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
	static const char key[] = "3059301306072a8648ce3d020106082a8648ce3d030107034200"
	    "047fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"
	    "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad";
	uint8_t spki[91];
	const struct span keys[] = { span_of(spki, sizeof(spki)) };
	struct jwt_expectation expected = expectation(NULL);
	struct jwt_claims claims;
	struct problem why;

	(void)state;
	expect_true("the key", hex_read(span_text(key), spki, sizeof(spki)));
	expected.issuer = span_text("joe");
	expected.undated = true;
	expected.now.us = SECONDS(1300819000);
	expect_problem("all but the audience", check(span_text(text), keys, 1, &expected, &claims, &why), &why,
	    ERR_DENIED, "/aud");
}

static void
what_is_no_jwt_is_not_read(void **state)
{
	/* eyJhbGciOiJFUzI1NiJ9 is {"alg":"ES256"}, e30 is {}. */
	static const struct {
		const char *title, *text;
		enum err code;
		const char *part;
	} cases[] = {
		{ "nothing", "", ERR_SYNTAX, "found no header" },
		{ "one part", "eyJhbGciOiJFUzI1NiJ9", ERR_SYNTAX, "found no payload" },
		{ "two parts", "eyJhbGciOiJFUzI1NiJ9.e30", ERR_SYNTAX, "found no signature" },
		{ "an empty signature", "eyJhbGciOiJFUzI1NiJ9.e30.", ERR_SYNTAX, "found no signature" },
		{ "an empty payload", "eyJhbGciOiJFUzI1NiJ9..AAAA", ERR_SYNTAX, "found no payload" },
		{ "four parts", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA", ERR_SYNTAX, "signature is not base64url" },
		{ "five parts, as a JWE has", "eyJhbGciOiJFUzI1NiJ9.AA.AAAA.AAAA.AAAA", ERR_SYNTAX,
		    "signature is not base64url" },
		{ "padding", "eyJhbGciOiJFUzI1NiJ9.e30=.AAAA", ERR_SYNTAX, "payload is not base64url" },
		{ "spare bits", "eyJhbGciOiJFUzI1NiJ9.e31.AAAA", ERR_SYNTAX, "payload is not base64url" },
		{ "a blank", "eyJhbGciOiJFUzI1NiJ9.e30 .AAAA", ERR_SYNTAX, "payload is not base64url" },
		{ "base64's other letters", "eyJhbGciOiJFUzI1NiJ9.e30.AA+/", ERR_SYNTAX, "signature is not base64url" },
		{ "a header that is no object", "W10.e30.AAAA", ERR_INVALID, "header: expected an object" },
		{ "a header that is no JSON", "AAAA.e30.AAAA", ERR_SYNTAX, "header: expected" },
		{ "a payload that is no object", "eyJhbGciOiJFUzI1NiJ9.W10.AAAA", ERR_INVALID,
		    "payload: expected an object" },
	};
	struct jwt_unverified jwt;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_problem(cases[i].title, jwt_read(&arena, span_text(cases[i].text), &jwt, &why), &why,
		    cases[i].code, cases[i].part);
		expect_number("nothing comes of it", jwt.payload.size, 0);
	}
}

static void
a_header_must_be_one_we_understand_whole(void **state)
{
	static const struct {
		const char *title, *header;
		enum err code;
		const char *part;
	} cases[] = {
		{ "no algorithm", "{}", ERR_INVALID, "/alg: expected one" },
		{ "none", "{\"alg\":\"none\"}", ERR_UNSUPPORTED, "found \"none\"" },
		{ "none in another case", "{\"alg\":\"NONE\"}", ERR_UNSUPPORTED, "found \"NONE\"" },
		{ "a shared secret", "{\"alg\":\"HS256\"}", ERR_UNSUPPORTED, "found \"HS256\"" },
		{ "an algorithm's name in another case", "{\"alg\":\"es256\"}", ERR_UNSUPPORTED, "found \"es256\"" },
		{ "SHA-1", "{\"alg\":\"RS1\"}", ERR_UNSUPPORTED, "found \"RS1\"" },
		{ "an algorithm that is no text", "{\"alg\":256}", ERR_INVALID, "/alg: expected" },
		{ "an algorithm that stands twice", "{\"alg\":\"ES256\",\"alg\":\"none\"}", ERR_SYNTAX, "/alg" },
		{ "a name that stands twice, further down", "{\"alg\":\"ES256\",\"x\":{\"a\":1,\"a\":2}}", ERR_SYNTAX,
		    "/x/a" },
		{ "an extension that must be understood", "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}",
		    ERR_UNSUPPORTED, "/crit" },
		{ "a payload that is not encoded", "{\"alg\":\"ES256\",\"b64\":false}", ERR_UNSUPPORTED, "/b64" },
		{ "a header of 17 levels", "{\"alg\":\"ES256\",\"x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", ERR_LIMIT,
		    "header" },
	};
	struct jwt_unverified jwt;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, jwt_read(&arena, maker_jwt(&arena, &p256, "ES256", cases[i].header,
		    CLAIMS), &jwt, &why), &why, cases[i].code, cases[i].part);
}

static void
a_large_one_is_not_looked_at(void **state)
{
	char *text = arena_take(&arena, JWT_LARGEST + 2);
	struct jwt_unverified jwt;
	struct problem why;

	(void)state;
	memset(text, 'A', JWT_LARGEST + 1);
	expect_problem("a byte more than the most", jwt_read(&arena, span_text(text), &jwt, &why), &why, ERR_LIMIT,
	    "at most 16384 bytes, found 16385");
	expect_problem("the most is looked at", jwt_read(&arena, span_first(span_text(text), JWT_LARGEST), &jwt, &why),
	    &why, ERR_SYNTAX, "found no payload");
}

/* Each is made well with the key it names, and must fail for the one thing that is wrong with it. */
static void
a_key_serves_its_own_algorithm_only(void **state)
{
	const struct {
		const char *title, *signs, *says;
		struct maker_key *key, *known;
		const char *part;
	} cases[] = {
		{ "a stranger's key", "ES256", "ES256", &p256, &p384,
		    "none of the 1 registered keys is of a kind for ES256" },
		{ "RSA of 1024 bits", "RS256", "RS256", &small, &small,
		    "none of the 1 registered keys is of a kind for RS256" },
		{ "ECDSA in DER", "ES256-DER", "ES256", &p256, &p256, "signature is by none" },
		{ "PKCS#1 v1.5 for PSS", "RS256", "PS256", &rsa, &rsa, "signature is by none" },
		{ "PSS for PKCS#1 v1.5", "PS256", "RS256", &rsa, &rsa, "signature is by none" },
		{ "P-384 for P-256", "ES384", "ES256", &p384, &p384, "is of a kind for ES256" },
		{ "the public key as a secret", "HS256", "RS256", &rsa, &rsa, "signature is by none" },
		{ "the public key as a secret, the curve's", "HS256", "ES256", &p256, &p256, "signature is by none" },
		{ "Ed25519 for RSA", "EdDSA", "RS256", &ed25519, &ed25519, "is of a kind for RS256" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *header = arena_print(&arena, "{\"alg\":\"%s\"}", cases[i].says);
		struct span jwt = maker_jwt(&arena, cases[i].key, cases[i].signs, header, CLAIMS);
		struct jwt_expectation expected = expectation(NULL);
		struct jwt_claims claims;
		struct problem why;

		expect_problem(cases[i].title, check(jwt, &cases[i].known->spki, 1, &expected, &claims, &why), &why,
		    ERR_DENIED, cases[i].part);
	}
}

static void
a_key_of_the_header_counts_for_nothing(void **state)
{
	struct maker_key own = maker_key_new(&arena, "P-256");
	const char *header = "{\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"},"
	    "\"jku\":\"https://evil.example/\",\"x5c\":[\"AAAA\"]}";
	struct jwt_expectation expected = expectation(NULL);
	struct jwt_claims claims;
	struct problem why;

	(void)state;
	expect_problem("the attacker's own key", check(maker_jwt(&arena, &own, "ES256", header, CLAIMS), &p256.spki, 1,
	    &expected, &claims, &why), &why, ERR_DENIED, "signature is by none");
	expect_problem("no key at all", check(maker_jwt(&arena, &own, "ES256", header, CLAIMS), NULL, 0, &expected,
	    &claims, &why), &why, ERR_DENIED, "none of the 0 registered keys");
	maker_key_free(&own);
}

#define WITH(more) "{\"iss\":\"hospital\",\"aud\":\"https://federation.example/\"" more "}"
#define TIMES ",\"iat\":1795348790,\"exp\":1795349090"

static void
each_claim_must_hold(void **state)
{
	static const struct {
		const char *title, *payload;
		const char *part;       /* NULL: it holds */
	} cases[] = {
		{ "a list of audiences",
		    "{\"iss\":\"hospital\",\"aud\":[\"https://other.example/\",\"https://federation.example/v1/token\"]"
		    TIMES "}", NULL },
		{ "fractions of a second", WITH(",\"iat\":1795348790.25,\"exp\":1795349090.75"), NULL },
		{ "a claim nobody knows", WITH(TIMES ",\"x\":{\"y\":[1,2.5e3,null]}"), NULL },
		{ "a clock half a minute ahead", WITH(",\"iat\":1795348830,\"exp\":1795349400"), NULL },
		{ "a clock half a minute behind", WITH(",\"iat\":1795348400,\"exp\":1795348771"), NULL },
		{ "from now on", WITH(TIMES ",\"nbf\":1795348800"), NULL },
		{ "exactly ten minutes", WITH(",\"iat\":1795348790,\"exp\":1795349390"), NULL },
		{ "another issuer", "{\"iss\":\"clinic\",\"aud\":\"https://federation.example/\"" TIMES "}", "/iss" },
		{ "no issuer", "{\"aud\":\"https://federation.example/\"" TIMES "}", "/iss" },
		{ "an issuer that is a list",
		    "{\"iss\":[\"hospital\"],\"aud\":\"https://federation.example/\"" TIMES "}", "/iss" },
		{ "another audience", "{\"iss\":\"hospital\",\"aud\":\"https://federation.example\"" TIMES "}",
		    "/aud" },
		{ "no audience", "{\"iss\":\"hospital\"" TIMES "}", "/aud" },
		{ "an empty list of audiences", "{\"iss\":\"hospital\",\"aud\":[]" TIMES "}", "/aud" },
		{ "an audience that is a number", "{\"iss\":\"hospital\",\"aud\":1" TIMES "}", "/aud" },
		{ "no end", WITH(",\"iat\":1795348790"), "/exp: expected one" },
		{ "no beginning", WITH(",\"exp\":1795349090"), "/iat: expected one" },
		{ "its end has come", WITH(",\"iat\":1795348400,\"exp\":1795348770"), "has expired" },
		{ "it is of the future", WITH(",\"iat\":1795348831,\"exp\":1795349000"), "time to come" },
		{ "it begins in the future", WITH(TIMES ",\"nbf\":1795348831"), "time to come" },
		{ "it lives too long", WITH(",\"iat\":1795348790,\"exp\":1795349391"), "at most PT10M" },
		{ "it ends before it begins", WITH(",\"iat\":1795348820,\"exp\":1795348810"), "before it was issued" },
		{ "a time that is a text", WITH(",\"iat\":\"1795348790\",\"exp\":1795349090"), "/iat" },
		{ "a time with an exponent", WITH(",\"iat\":1795348790,\"exp\":18e8"), "/exp" },
		{ "a time before time", WITH(",\"iat\":-1,\"exp\":1795349090"), "/iat" },
		{ "a time beyond the calendar", WITH(",\"iat\":1795348790,\"exp\":99999999999999999999"), "/exp" },
		{ "an end that stands twice", WITH(TIMES ",\"exp\":1795349090"), "/exp" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span jwt = maker_jwt(&arena, &p256, "ES256", "{\"alg\":\"ES256\"}", cases[i].payload);
		struct jwt_expectation expected = expectation(NULL);
		struct jwt_claims claims;
		struct problem why;
		enum err err = check(jwt, &p256.spki, 1, &expected, &claims, &why);

		if (!cases[i].part)
			expect_ok(cases[i].title, err, &why);
		else
			expect_true(cases[i].title, err != OK && strstr(why.text, cases[i].part));
		if (cases[i].part && !strstr(cases[i].title, "twice") && !strstr(cases[i].title,
		    "issuer that is a list"))
			expect_number("it was read, and is not believed", err, ERR_DENIED);
	}
}

static void
a_subject_and_a_date_are_asked_for_where_they_are_needed(void **state)
{
	struct span dated = maker_jwt(&arena, &p256, "ES256", "{\"alg\":\"ES256\"}", CLAIMS);
	struct span undated = maker_jwt(&arena, &p256, "ES256", "{\"alg\":\"ES256\"}", WITH(",\"exp\":1795349090"));
	struct span late = maker_jwt(&arena, &p256, "ES256", "{\"alg\":\"ES256\"}", WITH(",\"exp\":1795349431"));
	struct jwt_expectation expected = expectation(NULL);
	struct jwt_claims claims;
	struct problem why;

	(void)state;
	expected.subject = span_text("alice");
	expect_ok("its subject", check(dated, &p256.spki, 1, &expected, &claims, &why), &why);
	expect_problem("no subject", check(undated, &p256.spki, 1, &expected, &claims, &why), &why, ERR_DENIED,
	    "found none");
	expected.subject = span_text("bob");
	expect_problem("another subject", check(dated, &p256.spki, 1, &expected, &claims, &why), &why, ERR_DENIED,
	    "found another");
	expected.subject = (struct span){ 0 };
	expected.undated = true;
	expect_ok("no date", check(undated, &p256.spki, 1, &expected, &claims, &why), &why);
	expect_number("none is made up", claims.issued.us, 0);
	expect_problem("and still an end that is near", check(late, &p256.spki, 1, &expected, &claims, &why), &why,
	    ERR_DENIED, "at most PT10M");
	expected.undated = false;
	expected.now.us += SECONDS(86400);
	expect_problem("a day later", check(dated, &p256.spki, 1, &expected, &claims, &why), &why, ERR_DENIED,
	    "has expired");
	expected.over = true;
	expect_ok("what it said was true", check(dated, &p256.spki, 1, &expected, &claims, &why), &why);
	expected.longest = SECONDS(1);
	expect_problem("and it was in force for no longer than any", check(dated, &p256.spki, 1, &expected, &claims,
	    &why), &why, ERR_DENIED, "at most PT1S");
}

static void
its_type_is_the_one_expected(void **state)
{
	static const struct {
		const char *title, *header, *expected;
		bool holds;
	} cases[] = {
		{ "none where none is asked for", "{\"alg\":\"ES256\"}", NULL, true },
		{ "JWT where none is asked for", "{\"alg\":\"ES256\",\"typ\":\"jwt\"}", NULL, true },
		{ "another where none is asked for", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", NULL, false },
		{ "the one asked for", "{\"alg\":\"ES256\",\"typ\":\"assurance-facts+jwt\"}", "assurance-facts+jwt",
		    true },
		{ "the same in full", "{\"alg\":\"ES256\",\"typ\":\"Application/Assurance-Facts+JWT\"}",
		    "assurance-facts+jwt", true },
		{ "none", "{\"alg\":\"ES256\"}", "assurance-facts+jwt", false },
		{ "JWT", "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", "assurance-facts+jwt", false },
		{ "one that begins like it", "{\"alg\":\"ES256\",\"typ\":\"assurance-facts+jwt2\"}",
		    "assurance-facts+jwt", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct jwt_expectation expected = expectation(cases[i].expected);
		struct jwt_claims claims;
		struct problem why;
		enum err err = check(maker_jwt(&arena, &p256, "ES256", cases[i].header, CLAIMS), &p256.spki, 1,
		    &expected, &claims, &why);

		if (cases[i].holds)
			expect_ok(cases[i].title, err, &why);
		else
			expect_problem(cases[i].title, err, &why, ERR_DENIED, "/typ: expected");
	}
}

static void
a_key_is_told_good_before_it_is_registered(void **state)
{
	struct problem why;

	(void)state;
	expect_ok("RSA", jwt_key_check(rsa.spki, &why), &why);
	expect_ok("P-256", jwt_key_check(p256.spki, &why), &why);
	expect_ok("P-384", jwt_key_check(p384.spki, &why), &why);
	expect_ok("Ed25519", jwt_key_check(ed25519.spki, &why), &why);
	expect_problem("RSA of 1024 bits", jwt_key_check(small.spki, &why), &why, ERR_INVALID,
	    "found RSA of 1024 bits");
	expect_problem("P-521", jwt_key_check(p521.spki, &why), &why, ERR_INVALID, "found EC on the curve secp521r1");
	expect_problem("half a key", jwt_key_check(span_first(p256.spki, 40), &why), &why, ERR_SYNTAX,
	    "SubjectPublicKeyInfo");
	expect_problem("nothing", jwt_key_check((struct span){ 0 }, &why), &why, ERR_SYNTAX, "SubjectPublicKeyInfo");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_algorithm_verifies_with_its_key_among_others),
		cmocka_unit_test(without_a_key_it_takes_as_long),
		cmocka_unit_test(the_standards_own_example_verifies),
		cmocka_unit_test(what_is_no_jwt_is_not_read),
		cmocka_unit_test(a_header_must_be_one_we_understand_whole),
		cmocka_unit_test(a_large_one_is_not_looked_at),
		cmocka_unit_test(a_key_serves_its_own_algorithm_only),
		cmocka_unit_test(a_key_of_the_header_counts_for_nothing),
		cmocka_unit_test(each_claim_must_hold),
		cmocka_unit_test(a_subject_and_a_date_are_asked_for_where_they_are_needed),
		cmocka_unit_test(its_type_is_the_one_expected),
		cmocka_unit_test(a_key_is_told_good_before_it_is_registered),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
