/* tests/crypto/test_wrapping.c - secrets at rest: keys derived as RFC 5869 says, values that open only where they were
 * put.
 */
#include "crypto/scratch.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "codec/text.h"
#include "crypto/wrapping.h"

/* RFC 5869 appendix A: the first 32 bytes of each OKM, from its PRK. */
static void
keys_are_as_the_standard_says(void **state)
{
	static const struct { const char *title, *prk, *info, *okm; } cases[] = {
		{ "A.1", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
		    "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9",
		    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf" },
		{ "A.3", "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04", "",
		    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d" },
	};
	struct arena a = arena_init(64 * KIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wrapping w;
		uint8_t key[32];

		expect_true(cases[i].title, hex_read(span_text(cases[i].prk), w.secret, sizeof(w.secret)));
		wrapping_derive(&w, cases[i].info, key);
		expect_text(cases[i].title, hex_write(&a, span_of(key, sizeof(key))), cases[i].okm);
	}
	arena_release(&a);
}

/* The same by OpenSSL's own HKDF, extraction and all. */
static void
hkdf(struct span secret, const char *use, uint8_t out[32])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *c = EVP_KDF_CTX_new(kdf);
	char sha256[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret.data, secret.size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)use, strlen(use)),
		OSSL_PARAM_construct_end(),
	};

	expect_number("HKDF", EVP_KDF_derive(c, out, 32, params), 1);
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
}

static void
a_file_is_the_secret_if_it_is_long_and_private(void **state)
{
	static const char secret[] = "0123456789abcdef0123456789abcdef and a little more";
	struct scratch s = scratch_new();
	struct wrapping w;
	struct problem why;
	uint8_t key[32], expected[32];

	(void)state;
	scratch_write(&s, "good", span_text(secret), 0600);
	expect_ok("read", wrapping_read(scratch_path(&s, "good"), &w, &why), &why);
	wrapping_derive(&w, "one-time codes", key);
	hkdf(span_text(secret), "one-time codes", expected);
	expect_number("HKDF of the file", memcmp(key, expected, sizeof(key)), 0);
	wrapping_derive(&w, "likeness", expected);
	expect_true("each use has its own key", memcmp(key, expected, sizeof(key)) != 0);

	scratch_write(&s, "short", span_first(span_text(secret), 31), 0600);
	expect_problem("a short one", wrapping_read(scratch_path(&s, "short"), &w, &why), &why, ERR_INVALID,
	    "short: expected at least 32 secret bytes, found 31");
	scratch_write(&s, "open", span_text(secret), 0644);
	expect_problem("one that others may read", wrapping_read(scratch_path(&s, "open"), &w, &why), &why, ERR_DENIED,
	    "mode 0644");
	expect_problem("none", wrapping_read(scratch_path(&s, "none"), &w, &why), &why, ERR_NOT_FOUND, "none");
	scratch_free(&s);
}

static void
what_is_wrapped_opens_again_and_only_there(void **state)
{
	static const char *const texts[] = { "", "a", "JBSWY3DPEHPK3PXP of nobody" };
	const struct wrapping w = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
	const struct span context = span_text("row 1");
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct span plain = span_text(texts[i]), opened = span_text("x");
		struct span wrapped = wrap(&a, &w, "codes", context, plain);
		struct span again = wrap(&a, &w, "codes", context, plain);

		expect_number("as much more as promised", wrapped.size, plain.size + WRAPPING_OVERHEAD);
		expect_true("a nonce of its own each time", !span_equal(wrapped, again));
		expect_true("opens", unwrap(&a, &w, "codes", context, wrapped, &opened));
		expect_span("the same", opened, texts[i]);
		expect_true("for no other use", !unwrap(&a, &w, "code", context, wrapped, &opened));
		expect_number("gives nothing", opened.size, 0);
		expect_true("in no other row", !unwrap(&a, &w, "codes", span_text("row 2"), wrapped, &opened));
		expect_true("in none", !unwrap(&a, &w, "codes", (struct span){ 0 }, wrapped, &opened));
		expect_true("by no other secret", !unwrap(&a, &other, "codes", context, wrapped, &opened));
		for (size_t at = 0; at < wrapped.size; at++) {
			uint8_t *altered = arena_take(&a, wrapped.size);

			memcpy(altered, wrapped.data, wrapped.size);
			altered[at] ^= 1;
			expect_true("altered", !unwrap(&a, &w, "codes", context, span_of(altered, wrapped.size),
			    &opened));
			expect_true("cut off", !unwrap(&a, &w, "codes", context, span_first(wrapped, at), &opened));
		}
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_as_the_standard_says),
		cmocka_unit_test(a_file_is_the_secret_if_it_is_long_and_private),
		cmocka_unit_test(what_is_wrapped_opens_again_and_only_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
