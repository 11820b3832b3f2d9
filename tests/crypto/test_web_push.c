/* tests/crypto/test_web_push.c - what is pushed comes out as RFC 8291 has it, and only for who subscribed. */
#include "expect.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "codec/text.h"
#include "crypto/web_push.h"

/* RFC 8291 s5. */
#define PLAIN "When I grow up, I want to be a watermelon"
#define RECEIVER "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define SECRET "BTBZMqHH6r4Tts7J_aSIgg"
#define SENDER "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
#define SENDER_POINT "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
#define SALT "DGv6ra1nlYgDCS1FRnbzlw"
#define BODY \
	"DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK" \
	"6PBru3jl" \
	"7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"

static struct span
decoded(struct arena *a, const char *text)
{
	struct span out;

	expect_true(text, base64url_read(a, span_text(text), &out));
	return out;
}

static EVP_PKEY *
sender(struct arena *a)
{
	struct span scalar = decoded(a, SENDER), point = decoded(a, SENDER_POINT);
	BIGNUM *number = BN_bin2bn(scalar.data, (int)scalar.size, NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *parameters;

	OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, number);
	OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.size);
	parameters = OSSL_PARAM_BLD_to_param(b);
	expect_number("the sender's key is made", EVP_PKEY_fromdata_init(context), 1);
	expect_number("of its numbers", EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters), 1);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(context);
	BN_free(number);
	return key;
}

static void
it_comes_out_as_in_the_standard(void **state)
{
	struct arena a = arena_init(1 * MIB);
	const struct web_push_receiver to = { decoded(&a, RECEIVER), decoded(&a, SECRET) };
	EVP_PKEY *own = sender(&a);
	struct problem why;
	struct span out;

	(void)state;
	expect_ok("the example", web_push_encrypt_with(&a, &to, span_text(PLAIN), 0, own, decoded(&a, SALT).data, &out,
	    &why), &why);
	expect_span("comes out the same", base64url_write(&a, out), BODY);
	EVP_PKEY_free(own);
	arena_release(&a);
}

static void
size_does_not_tell_what_it_says(void **state)
{
	struct arena a = arena_init(1 * MIB);
	const struct web_push_receiver to = { decoded(&a, RECEIVER), decoded(&a, SECRET) };
	struct span one, other;
	struct problem why;

	(void)state;
	expect_ok("a short one", web_push_encrypt(&a, &to, span_text("a"), 128, &one, &why), &why);
	expect_ok("a long one", web_push_encrypt(&a, &to, span_text(PLAIN), 128, &other, &why), &why);
	expect_number("are as large", one.size, other.size);
	expect_number("as they are to be", one.size, 86 + 128 + 1 + 16);
	expect_true("each under a salt and a key of its own", memcmp(one.data, other.data, 16) != 0 &&
	    memcmp(one.data + 21, other.data + 21, 65) != 0);
	arena_release(&a);
}

static void
the_largest_fits_into_what_services_take(void **state)
{
	static const uint8_t large[WEB_PUSH_PLAIN_LARGEST + 1];
	struct arena a = arena_init(1 * MIB);
	const struct web_push_receiver to = { decoded(&a, RECEIVER), decoded(&a, SECRET) };
	struct problem why;
	struct span out;

	(void)state;
	expect_ok("the largest", web_push_encrypt(&a, &to, span_of(large, sizeof(large) - 1), 0, &out, &why), &why);
	expect_number("is one record", out.size, 4096);
	expect_problem("one more", web_push_encrypt(&a, &to, span_of(large, sizeof(large)), 0, &out, &why), &why,
	    ERR_LIMIT, "at most 3993 bytes");
	arena_release(&a);
}

static const struct {
	const char *title, *key, *secret, *problem;
} wrong[] = {
	{ "no key", "", SECRET, "p256dh: expected an uncompressed point of 65 bytes" },
	{ "a compressed point", "AyVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx", SECRET,
	    "p256dh: expected an uncompressed" },
	{ "a point beside the curve",
	    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw8", SECRET,
	    "p256dh: the point is not on P-256" },
	{ "a short secret", RECEIVER, "BTBZMqHH6r4Tts7J_aSI", "auth: expected 16 bytes, found 15" },
	{ "no secret", RECEIVER, "", "auth: expected 16 bytes, found 0" },
};

static void
nothing_is_made_for_what_is_no_subscription(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct arena a = arena_init(1 * MIB);
		const struct web_push_receiver to = { decoded(&a, wrong[i].key), decoded(&a, wrong[i].secret) };
		struct problem why;
		struct span out;

		expect_problem(wrong[i].title, web_push_receiver_check(&to, &why), &why, ERR_SYNTAX, wrong[i].problem);
		expect_problem(wrong[i].title, web_push_encrypt(&a, &to, span_text(PLAIN), 0, &out, &why), &why,
		    ERR_SYNTAX, wrong[i].problem);
		expect_number("nothing comes out", out.size, 0);
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_out_as_in_the_standard),
		cmocka_unit_test(size_does_not_tell_what_it_says),
		cmocka_unit_test(the_largest_fits_into_what_services_take),
		cmocka_unit_test(nothing_is_made_for_what_is_no_subscription),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
