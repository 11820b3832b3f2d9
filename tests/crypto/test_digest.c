/* tests/crypto/test_digest.c - the digests of FIPS 180-4's examples, whole and piece by piece. */
#include "expect.h"

#include "codec/text.h"
#include "crypto/digest.h"

static const struct {
	const char *title;
	enum digest_algorithm algorithm;
	const char *text, *hex;
} cases[] = {
	{ "SHA-1 of abc", DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "SHA-256 of abc", DIGEST_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "SHA-256 of nothing", DIGEST_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "SHA-384 of abc", DIGEST_SHA384, "abc",
	    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
	{ "SHA-512 of abc", DIGEST_SHA512, "abc",
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
	    "454d4423643ce80e2a9ac94fa54ca49f" },
};

static void
digests_are_as_the_standard_says(void **state)
{
	struct arena a = arena_init(64 * KIB);
	uint8_t out[DIGEST_LARGEST];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		digest(cases[i].algorithm, span_text(cases[i].text), out);
		expect_text(cases[i].title, hex_write(&a, span_of(out, digest_size(cases[i].algorithm))), cases[i].hex);
	}
	arena_release(&a);
}

static void
a_stream_gives_the_same_and_starts_anew(void **state)
{
	struct arena a = arena_init(64 * KIB);
	uint8_t out[DIGEST_LARGEST];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct digest_stream *stream = digest_stream_new(cases[i].algorithm);

		for (int round = 0; round < 2; round++) {
			for (const char *c = cases[i].text; *c; c++)
				digest_stream_add(stream, span_of(c, 1));
			digest_stream_add(stream, (struct span){ 0 });
			digest_stream_end(stream, out);
			expect_text(cases[i].title, hex_write(&a, span_of(out, digest_size(cases[i].algorithm))),
			    cases[i].hex);
		}
		digest_stream_free(stream);
	}
	digest_stream_free(NULL);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_as_the_standard_says),
		cmocka_unit_test(a_stream_gives_the_same_and_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
