/* tests/authn/test_app_message.c - what a phone signs: its key, its text, the header of a call. */
#include "authn/phone.h"

#include <stdlib.h>

#define ORIGIN "https://watashi.example"
#define NOON_MILLISECONDS 1795348800000

static struct arena arena;
static struct phone phone;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_init(64 * MIB);
	phone = phone_new(&arena);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	EVP_PKEY_free(phone.key);
	arena_release(&arena);
	return 0;
}

static struct span
changed(struct span bytes, size_t at)
{
	struct span copy = arena_copy(&arena, bytes);

	((uint8_t *)(uintptr_t)copy.data)[at] ^= 1;
	return copy;
}

static struct span
key_of_kind(const char *group)
{
	EVP_PKEY *key = strcmp(group, "RSA") == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen(group);
	struct span spki = phone_spki(&arena, key);

	EVP_PKEY_free(key);
	return spki;
}

static void
a_key_is_of_p256_and_on_the_curve(void **state)
{
	const struct {
		const char *title;
		struct span key;
		enum err err;
		const char *part;
	} cases[] = {
		{ "a key of P-256", phone.spki, OK, "" },
		{ "of P-384", key_of_kind("P-384"), ERR_SYNTAX, "expected a P-256 key of 91 bytes, found 120" },
		{ "of RSA", key_of_kind("RSA"), ERR_SYNTAX, "expected a P-256 key of 91 bytes" },
		{ "nothing", { 0 }, ERR_SYNTAX, "found 0" },
		{ "a byte too many", span_of(arena_take(&arena, 92), 92), ERR_SYNTAX, "found 92" },
		{ "cut short", span_first(phone.spki, 90), ERR_SYNTAX, "found 90" },
		{ "another curve of the same size", changed(phone.spki, 22), ERR_UNSUPPORTED, "another algorithm" },
		{ "another algorithm's identifier", changed(phone.spki, 12), ERR_UNSUPPORTED, "another algorithm" },
		{ "a compressed point", changed(phone.spki, 26), ERR_UNSUPPORTED, "form" },
		{ "a point beside the curve", changed(phone.spki, 90), ERR_CRYPTO, "not on the curve" },
	};
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, app_key_check(cases[i].key, &why), &why, cases[i].err, cases[i].part);
}

static struct app_message
pairing(const char *code)
{
	return (struct app_message){ .word = "pair", .count = 3, .parts = { span_text(ORIGIN), span_text(code),
	    base64url_write(&arena, phone.spki) } };
}

static void
what_is_signed_is_one_text(void **state)
{
	struct app_message m = pairing("abc");
	struct span text, signature;
	struct problem why = { 0 };
	static const struct { const char *title, *code; } bad[] = {
		{ "an empty part", "" }, { "a line feed", "a\nb" }, { "a carriage return", "a\r" }, { "a tab", "a\tb" },
		{ "the character that deletes", "\x7f" },
	};

	(void)state;
	expect_ok("a text", app_message_text(&arena, &m, &text, &why), &why);
	expect_span("as documented", text, arena_print(&arena, "watashi-app-1\npair\n" ORIGIN "\nabc\n%.*s",
	    SPAN_ARGS(m.parts[2])));
	signature = phone_sign(&arena, &phone, text);
	expect_ok("signed by the key", app_message_verify(&arena, &m, phone.spki, signature, &why), &why);
	for (size_t i = 0; i < APP_SIGNATURE; i += 9)
		expect_problem("a signature altered", app_message_verify(&arena, &m, phone.spki, changed(signature, i),
		    &why), &why, ERR_CRYPTO, "");
	expect_problem("of 63 bytes", app_message_verify(&arena, &m, phone.spki, span_first(signature, 63), &why), &why,
	    ERR_SYNTAX, "expected a signature of 64 bytes, found 63");
	expect_problem("by another key", app_message_verify(&arena, &m, changed(phone.spki, 90), signature, &why), &why,
	    ERR_CRYPTO, "");
	m.word = "call";
	expect_problem("of another word", app_message_verify(&arena, &m, phone.spki, signature, &why), &why, ERR_CRYPTO,
	    "");
	for (size_t i = 0; i < COUNT(bad); i++) {
		m = pairing(bad[i].code);
		expect_problem(bad[i].title, app_message_text(&arena, &m, &text, &why), &why, ERR_INVALID,
		    "part 2 of what is signed: expected one line");
	}
	m = pairing(arena_print(&arena, "%s%0*d", "a", 16 * 1024, 7));
	expect_problem("too much", app_message_text(&arena, &m, &text, &why), &why, ERR_LIMIT, "larger than");
}

#define DEVICE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define NONCE "AAECAwQFBgcICQoLDA0ODw"
#define SIGNATURE \
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw"

static const struct { const char *title, *header; enum err err; const char *part; } headers[] = {
	{ "all of it", "Watashi-App " DEVICE ".1795348800000." NONCE "." SIGNATURE, OK, "" },
	{ "the scheme in other letters", "watashi-APP " DEVICE ".1795348800000." NONCE "." SIGNATURE, OK, "" },
	{ "no header", "", ERR_NOT_FOUND, "found none, or another scheme" },
	{ "another scheme", "Bearer " DEVICE, ERR_NOT_FOUND, "another scheme" },
	{ "the scheme alone", "Watashi-App", ERR_SYNTAX, "expected the device to be 32 bytes" },
	{ "a device of other size", "Watashi-App AAEC.1795348800000." NONCE "." SIGNATURE, ERR_SYNTAX, "the device" },
	{ "with padding", "Watashi-App " DEVICE "=.1795348800000." NONCE "." SIGNATURE, ERR_SYNTAX, "the device" },
	{ "spare bits", "Watashi-App AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9.1795348800000." NONCE "." SIGNATURE,
	    ERR_SYNTAX, "the device" },
	{ "no time", "Watashi-App " DEVICE ".." NONCE "." SIGNATURE, ERR_SYNTAX, "the time in milliseconds" },
	{ "a sign", "Watashi-App " DEVICE ".+1795348800000." NONCE "." SIGNATURE, ERR_SYNTAX, "the time" },
	{ "a time in two spellings", "Watashi-App " DEVICE ".01795348800000." NONCE "." SIGNATURE, ERR_SYNTAX,
	    "the time" },
	{ "a time of 17 digits", "Watashi-App " DEVICE ".17953488000000000." NONCE "." SIGNATURE, ERR_SYNTAX,
	    "at most 16 digits" },
	{ "a short nonce", "Watashi-App " DEVICE ".1795348800000.AAEC." SIGNATURE, ERR_SYNTAX, "the nonce" },
	{ "no signature", "Watashi-App " DEVICE ".1795348800000." NONCE, ERR_SYNTAX, "the signature" },
	{ "a fifth part", "Watashi-App " DEVICE ".1795348800000." NONCE "." SIGNATURE ".a", ERR_SYNTAX,
	    "the signature" },
};

static void
a_header_says_who_calls(void **state)
{
	struct app_call call;
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		expect_problem(headers[i].title, app_call_read(&arena, span_text(headers[i].header), &call, &why), &why,
		    headers[i].err, headers[i].part);
		if (headers[i].err != OK)
			continue;
		expect_number("its time", call.at.us, NOON_MILLISECONDS * 1000);
		expect_number("its device", call.device.size, APP_DEVICE);
		expect_number("its nonce", call.nonce.size, APP_NONCE);
		expect_number("its signature", call.signature.size, APP_SIGNATURE);
	}
	expect_problem("too long", app_call_read(&arena, span_text(arena_print(&arena, "Watashi-App %0300d", 1)), &call,
	    &why), &why, ERR_LIMIT, "at most 256 bytes");
}

static const struct { const char *title, *origin, *method, *target, *body; enum err err; } calls[] = {
	{ "as it was signed", ORIGIN, "POST", "/v1/app/push?a=b", "{}", OK },
	{ "to another origin", "https://watashi.example:8443", "POST", "/v1/app/push?a=b", "{}", ERR_CRYPTO },
	{ "by another method", ORIGIN, "DELETE", "/v1/app/push?a=b", "{}", ERR_CRYPTO },
	{ "to another path", ORIGIN, "POST", "/v1/app/pushed?a=b", "{}", ERR_CRYPTO },
	{ "with another query", ORIGIN, "POST", "/v1/app/push?a=c", "{}", ERR_CRYPTO },
	{ "with another body", ORIGIN, "POST", "/v1/app/push?a=b", "{ }", ERR_CRYPTO },
	{ "without the body", ORIGIN, "POST", "/v1/app/push?a=b", "", ERR_CRYPTO },
};

static void
a_call_is_signed_with_all_it_says(void **state)
{
	const char *header = phone_call(&arena, &phone, ORIGIN, "POST /v1/app/push?a=b", "{}",
	    (struct instant){ NOON_MILLISECONDS * 1000 }, 7);
	struct app_call call;
	struct problem why = { 0 };

	(void)state;
	expect_ok("read", app_call_read(&arena, span_text(header), &call, &why), &why);
	for (size_t i = 0; i < COUNT(calls); i++)
		expect_problem(calls[i].title, app_call_verify(&arena, &call, span_text(calls[i].origin),
		    calls[i].method, span_text(calls[i].target), span_text(calls[i].body), phone.spki, &why), &why,
		    calls[i].err, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_of_p256_and_on_the_curve),
		cmocka_unit_test(what_is_signed_is_one_text),
		cmocka_unit_test(a_header_says_who_calls),
		cmocka_unit_test(a_call_is_signed_with_all_it_says),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
