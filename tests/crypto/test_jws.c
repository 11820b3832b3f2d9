/* tests/crypto/test_jws.c - JAdES headers: known bytes, read back, and a token that the certificate in it verifies. */
#include "crypto/scratch.h"

#include "codec/text.h"
#include "crypto/certificate.h"
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_has_known_bytes),
		cmocka_unit_test(what_we_do_not_write_is_not_read),
		cmocka_unit_test(a_token_is_verified_with_the_certificate_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
