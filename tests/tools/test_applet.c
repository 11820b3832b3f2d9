/* tests/tools/test_applet.c - the software card's answers, command by command, as OpenSC's JPKI driver asks. */
#include "crypto/scratch.h"
#include "codec/text.h"
#include "expect.h"
#include "testcard/applet.h"
#include "testcard/key.h"

#define SELECT "00a4040c0ad392f000260100000001"

static struct stage {
	struct scratch scratch;
	struct arena arena;
	struct software_card card;
	struct applet applet;
} stage;

static int
stage_begin(void **state)
{
	struct software_card *card = &stage.card;
	struct problem why;

	(void)state;
	stage.scratch = scratch_new();
	stage.arena = arena_init(1 * MIB);
	*card = (struct software_card){ .directory = arena_text(&stage.arena,
	    span_text(scratch_path(&stage.scratch, "card"))) };
	for (size_t p = 0; p < PURPOSES; p++) {
		card->of[p].key = key_rsa(2048, 65537);
		card->of[p].certificate =
		    span_text(p == SIGNATURE ? "signature certificate" : "authentication certificate");
		card->of[p].authority = span_text("authority");
		card->of[p].pin =
		    (struct software_pin){ .left = pin_tries((enum purpose)p), .most = pin_tries((enum purpose)p) };
		strcpy(card->of[p].pin.pin, p == SIGNATURE ? "ABC123" : "1234");
	}
	expect_ok("a card is written", software_card_write(&stage.arena, card, &why), &why);
	stage.applet = (struct applet){ .card = card };
	return 0;
}

static int
stage_end(void **state)
{
	(void)state;
	software_card_close(&stage.card);
	arena_release(&stage.arena);
	scratch_free(&stage.scratch);
	return 0;
}

/* What the card answers, as hexadecimal digits. */
static const char *
say(const char *command)
{
	size_t size = strlen(command) / 2;
	uint8_t *bytes = arena_take(&stage.arena, size);
	struct buffer out = buffer_init(4096);
	const char *text;

	assert_true(hex_read(span_text(command), bytes, size));
	applet_answer(&stage.applet, span_of(bytes, size), &out);
	text = hex_write(&stage.arena, buffer_span(&out));
	buffer_release(&out);
	return text;
}

static void
test_commands(void **state)
{
	static const struct { const char *title, *command, *answer; } cases[] = {
		{ "nothing works before the application is selected", "00a4020c020001", "6985" },
		{ "nor does another application", "00a4040c0aa00000015141434c0001", "6a82" },
		{ "the application is selected", SELECT, "9000" },
		{ "a file that is not there", "00a4020c02ffff", "6a82" },
		{ "a file's name of one byte", "00a4020c0100", "6a80" },
		{ "the signature certificate", "00a4020c020001", "9000" },
		{ "is not read without its PIN", "00b0000004", "6982" },
		{ "the authentication certificate", "00a4020c02000a", "9000" },
		{ "is read by anybody", "00b0000004", "617574689000" },
		{ "from anywhere in it", "00b0000f04", "63657274" "9000" },
		{ "up to its end", "00b0001600", "63617465" "9000" },
		{ "not beyond", "00b0010004", "6b00" },
		{ "the signature key", "00a4020c02001a", "9000" },
		{ "does not sign without its PIN", "802a00800401020304", "6982" },
		{ "a key is not read", "00b0000004", "6985" },
		{ "the signature PIN", "00a4020c02001b", "9000" },
		{ "tells how many tries are left", "00200080", "63c5" },
		{ "a wrong one is counted", "0020008006414243313234", "63c4" },
		{ "one that is too long too", "002000801041424331323341424331323341424331", "63c3" },
		{ "the right one gives all again", "0020008006414243313233", "9000" },
		{ "so it says", "00200080", "63c5" },
		{ "now the certificate", "00a4020c020001", "9000" },
		{ "is read", "00b0000004", "7369676e9000" },
		{ "a PIN is no PIN of the other key", "00a4020c020017", "9000" },
		{ "which does not sign", "802a00800401020304", "6982" },
		{ "a command of three bytes", "00a404", "6700" },
		{ "a command that has less than it says", "00a4040c0ad392", "6700" },
		{ "a command that has more than it says", "00a4040c02d392f00026", "6700" },
		{ "a command nobody knows", "00ca000000", "6d00" },
		{ "another class may not sign", "002a00800401020304", "6d00" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text(cases[i].title, say(cases[i].command), cases[i].answer);
}

static void
test_signature(void **state)
{
	static const char info[] = "3031300d060960864801650304020105000420"
	    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	EVP_PKEY_CTX *context;
	uint8_t digest[32], signature[258];
	const char *answer;

	(void)state;
	say(SELECT);
	say("00a4020c020018");
	say("002000800431323334");
	say("00a4020c020017");
	answer = say(arena_print(&stage.arena, "802a008033%s00", info));
	assert_int_equal(strlen(answer), 2 * sizeof(signature));
	hex_read(span_text(answer), signature, sizeof(signature));
	for (size_t i = 0; i < sizeof(digest); i++)
		digest[i] = (uint8_t)i;
	context = EVP_PKEY_CTX_new(stage.card.of[AUTHENTICATION].key, NULL);
	assert_int_equal(EVP_PKEY_verify_init(context), 1);
	EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
	expect_number("what the card signs is a PKCS#1 signature over the digest",
	    EVP_PKEY_verify(context, signature, 256, digest, sizeof(digest)), 1);
	EVP_PKEY_CTX_free(context);
	expect_text("what does not fit the key is not signed",
	    say(arena_print(&stage.arena, "802a0080f9%0498d", 0)), "6a80");
}

static void
test_memory(void **state)
{
	struct software_card again;
	struct problem why;

	(void)state;
	say(SELECT);
	say("00a4020c020018");
	say("002000800439393939");
	expect_text("the second wrong one", say("002000800439393939"), "63c1");
	expect_ok("what the card counted is on disk",
	    software_card_open(&stage.arena, stage.card.directory, &again, &why), &why);
	expect_number("one try is left", again.of[AUTHENTICATION].pin.left, 1);
	expect_number("all of the other PIN", again.of[SIGNATURE].pin.left, 5);
	software_card_close(&again);
	expect_text("the third locks it", say("002000800439393939"), "6984");
	expect_text("then the right one does not open it", say("002000800431323334"), "6984");
	expect_text("and none are left", say("00200080"), "63c0");
	say("00a4020c020017");
	expect_text("its key signs no more", say("802a00800401020304"), "6982");
	expect_ok("unblocked", software_card_unblock(&stage.card, &why), &why);
	say("00a4020c020018");
	expect_text("it opens again", say("002000800431323334"), "9000");
	applet_reset(&stage.applet);
	say(SELECT);
	say("00a4020c020017");
	expect_text("after a reset the PIN is forgotten", say("802a00800401020304"), "6982");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_commands, stage_begin, stage_end),
		cmocka_unit_test_setup_teardown(test_signature, stage_begin, stage_end),
		cmocka_unit_test_setup_teardown(test_memory, stage_begin, stage_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
