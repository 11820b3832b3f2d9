/* tests/crypto/test_jws.c - JAdES headers: known bytes, read back, and a token that the certificate in it verifies. */
#include "crypto/scratch.h"

#include "codec/text.h"
#include "crypto/certificate.h"
#include "crypto/jwk.h"
#include "crypto/jws.h"

static const struct instant noon = { SECONDS(1763812800) };

static void
a_header_has_known_bytes(void **state)
{
	static const struct {
		enum key_type type;
		const char *header;
	} cases[] = {
		{ KEY_RSA_2048, "{\"alg\":\"RS256\",\"cty\":\"json\",\"iat\":1763812800,\"x5c\":[\"MAA+/w==\"]}" },
		{ KEY_RSA_4096, "{\"alg\":\"RS256\",\"cty\":\"json\",\"iat\":1763812800,\"x5c\":[\"MAA+/w==\"]}" },
		{ KEY_P256, "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":1763812800,\"x5c\":[\"MAA+/w==\"]}" },
		{ KEY_P384, "{\"alg\":\"ES384\",\"cty\":\"json\",\"iat\":1763812800,\"x5c\":[\"MAA+/w==\"]}" },
	};
	struct arena a = arena_init(64 * KIB);
	struct span header;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum key_type type;
		struct instant at;

		expect_ok("written", jws_jades_header(cases[i].type, span_of("0\0>\xff", 4), "json",
		    instant_after(noon, 999999), &a, &header, &why), &why);
		expect_span(key_type_name(cases[i].type), header, cases[i].header);
		expect_ok("read back", jws_jades_header_read(header, &type, &at, &why), &why);
		expect_text("the algorithm", jws_algorithm(type), jws_algorithm(cases[i].type));
		expect_number("whole seconds", at.us, noon.us);
	}
	expect_problem("no Ed25519", jws_jades_header(KEY_ED25519, (struct span){ 0 }, "json", noon, &a, &header,
	    &why), &why, ERR_UNSUPPORTED, "a key of type ed25519 cannot sign a JWS");
	arena_release(&a);
}

static void
what_we_do_not_write_is_not_read(void **state)
{
	static const struct {
		const char *title, *header;
	} cases[] = {
		{ "nothing", "" },
		{ "another algorithm", "{\"alg\":\"none\",\"cty\":\"json\",\"iat\":1,\"x5c\":[\"AAAA\"]}" },
		{ "a shared secret", "{\"alg\":\"HS256\",\"cty\":\"json\",\"iat\":1,\"x5c\":[\"AAAA\"]}" },
		{ "a blank", "{\"alg\":\"ES256\", \"cty\":\"json\",\"iat\":1,\"x5c\":[\"AAAA\"]}" },
		{ "another order", "{\"cty\":\"json\",\"alg\":\"ES256\",\"iat\":1,\"x5c\":[\"AAAA\"]}" },
		{ "no content type", "{\"alg\":\"ES256\",\"cty\":\"\",\"iat\":1,\"x5c\":[\"AAAA\"]}" },
		{ "an escape", "{\"alg\":\"ES256\",\"cty\":\"js\\u006fn\",\"iat\":1,\"x5c\":[\"AAAA\"]}" },
		{ "V1.1.1's time", "{\"alg\":\"ES256\",\"cty\":\"json\",\"sigT\":\"2026-11-22T00:00:00Z\","
		    "\"x5c\":[\"AAAA\"]}" },
		{ "a fraction", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":1.5,\"x5c\":[\"AAAA\"]}" },
		{ "a leading zero", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":01,\"x5c\":[\"AAAA\"]}" },
		{ "beyond year 9999", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":253402300800,\"x5c\":[\"AAAA\"]}" },
		{ "no certificate", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":1,\"x5c\":[]}" },
		{ "an empty certificate", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":1,\"x5c\":[\"\"]}" },
		{ "base64url", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":1,\"x5c\":[\"-_-_\"]}" },
		{ "two certificates", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":1,\"x5c\":[\"AAAA\",\"AAAA\"]}" },
		{ "one member more", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":1,\"x5c\":[\"AAAA\"],"
		    "\"zip\":\"DEF\"}" },
		{ "crit", "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"cty\":\"json\",\"iat\":1,\"x5c\":[\"AAAA\"]}" },
		{ "bytes behind", "{\"alg\":\"ES256\",\"cty\":\"json\",\"iat\":1,\"x5c\":[\"AAAA\"]} " },
	};
	struct arena a = arena_init(256 * KIB);
	struct problem why;
	struct instant at;
	enum key_type type;
	struct span large;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_problem(cases[i].title, jws_jades_header_read(span_text(cases[i].header), &type, &at, &why),
		    &why, ERR_SYNTAX,
		    "the header is not as we write it, from byte ");
		expect_true("and nothing is given", type == KEY_UNKNOWN && at.us == 0);
	}
	expect_ok("a large certificate", jws_jades_header(KEY_P256, span_of(arena_take(&a, 40000), 40000), "json",
	    noon, &a, &large, &why), &why);
	expect_problem("too large", jws_jades_header_read(large, &type, &at, &why), &why, ERR_SYNTAX,
	    "expected at most 32768");
	arena_release(&a);
}

static void
a_token_is_verified_with_the_certificate_in_it(void **state)
{
	static const enum key_type types[] = { KEY_RSA_2048, KEY_P256, KEY_P384 };
	static const struct certificate_name name = { "list", "Example", "JP" };
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		const char *uri = arena_print(&a, "file:%zu.pem", i), *input;
		struct span der, header, signature, read, certificate, in_header;
		struct certificate_facts facts;
		struct problem why;
		struct key *key;
		bool good;

		expect_ok("a key", key_generate(uri, dir.path, types[i], &why), &why);
		expect_ok("a key", key_open(uri, dir.path, &key, &why), &why);
		expect_ok("a certificate", certificate_self_signed(key, &name, noon,
		    instant_after(noon, SECONDS(86400)), &a, &der, &why), &why);
		expect_ok("a header", jws_jades_header(types[i], der, "json", noon, &a, &header, &why), &why);
		input = arena_print(&a, "%.*s.%.*s", SPAN_ARGS(base64url_write(&a, header)),
		    SPAN_ARGS(base64url_write(&a, span_text("{\"LoTE\":{}}"))));
		expect_ok("signed", key_sign(key, span_text(input), &a, &signature, &why), &why);
		key_free(key);

		/* As a reader does. */
		in_header = span_text(input);
		expect_true("the header", base64url_read(&a, span_cut(&in_header, '.'), &read));
		read = span_text(strstr(arena_text(&a, read), "\"x5c\":[\"") + strlen("\"x5c\":[\""));
		expect_true("its certificate", base64_read(&a, span_cut(&read, '"'), &certificate));
		expect_ok("its certificate", certificate_read(certificate, &a, &facts, &why), &why);
		expect_text("whose it is", facts.subject, "CN=list,O=Example,C=JP");
		expect_ok("verify", public_key_verify(facts.spki, span_text(input), signature, &good, &why), &why);
		expect_true(key_type_name(types[i]), good);
	}
	arena_release(&a);
	scratch_free(&dir);
}

/* Of RFC 7638 s3.1 and RFC 7515 A.3. */
#define RSA_N "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB" \
    "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8" \
    "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_" \
    "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
#define RSA_HEAD "30820122300d06092a864886f70d01010105000382010f003082010a0282010100"
#define EC_SPKI "3059301306072a8648ce3d020106082a8648ce3d0301070342000" \
	"47fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445" \
	"c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad"

static void
a_key_has_a_known_thumbprint(void **state)
{
	struct arena a = arena_init(64 * KIB);
	uint8_t rsa[33 + 256 + 5], ec[91];
	struct buffer b = buffer_init(4 * KIB);
	struct span n, header;
	struct problem why;
	const char *thumbprint;

	(void)state;
	assert_true(hex_read(span_text(RSA_HEAD), rsa, 33) && base64url_read(&a, span_text(RSA_N), &n) &&
	    n.size == 256);
	memcpy(rsa + 33, n.data, 256);
	assert_true(hex_read(span_text("0203010001"), rsa + 33 + 256, 5) && hex_read(span_text(EC_SPKI), ec,
	    sizeof(ec)));
	expect_ok("RSA", jwk_thumbprint(&a, KEY_RSA_2048, span_of(rsa, sizeof(rsa)), &thumbprint, &why), &why);
	expect_text("that of the RFC", thumbprint, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	expect_ok("RSA", jwk_write(&b, KEY_RSA_2048, span_of(rsa, sizeof(rsa)), &why), &why);
	expect_span("as a JWK", buffer_span(&b), "{\"alg\":\"RS256\",\"e\":\"AQAB\","
	    "\"kid\":\"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs\",\"kty\":\"RSA\",\"n\":\"" RSA_N
	    "\",\"use\":\"sig\"}");
	buffer_clear(&b);
	expect_ok("EC", jwk_write(&b, KEY_P256, span_of(ec, sizeof(ec)), &why), &why);
	expect_span("as a JWK", buffer_span(&b), "{\"alg\":\"ES256\",\"crv\":\"P-256\","
	    "\"kid\":\"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U\","
	    "\"kty\":\"EC\",\"use\":\"sig\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}");
	expect_ok("a header", jws_jwt_header(KEY_P256, span_of(ec, sizeof(ec)), &a, &header, &why), &why);
	expect_span("of a JWT", header, "{\"alg\":\"ES256\",\"kid\":\"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U\","
	    "\"typ\":\"JWT\"}");
	expect_problem("no Ed25519", jwk_thumbprint(&a, KEY_ED25519, span_of(ec, sizeof(ec)), &thumbprint, &why), &why,
	    ERR_UNSUPPORTED, "cannot sign a JWS");
	expect_problem("another type than it is", jwk_thumbprint(&a, KEY_RSA_2048, span_of(ec, sizeof(ec)), &thumbprint,
	    &why), &why, ERR_CRYPTO, "not of the type rsa-2048");
	expect_problem("no key", jwk_thumbprint(&a, KEY_P256, span_text("0"), &thumbprint, &why), &why, ERR_SYNTAX,
	    "no");
	buffer_release(&b);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_has_known_bytes),
		cmocka_unit_test(what_we_do_not_write_is_not_read),
		cmocka_unit_test(a_token_is_verified_with_the_certificate_in_it),
		cmocka_unit_test(a_key_has_a_known_thumbprint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
