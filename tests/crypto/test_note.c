/* tests/crypto/test_note.c - signed notes: keys as text, form, signatures, and everything that is refused. */
#include "crypto/scratch.h"

#include <jansson.h>

#include "codec/text.h"
#include "crypto/key.h"
#include "crypto/note.h"

#define DASH "\xe2\x80\x94"
/* The example of C2SP signed-note. */
#define EXAMPLE_KEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define EXAMPLE_SIGNATURE "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
#define EXAMPLE "This is an example message.\n\n" DASH " example.com/foo " EXAMPLE_SIGNATURE "\n"

static struct arena a;

static int
begin(void **state)
{
	(void)state;
	a = arena_init(16 * MIB);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_release(&a);
	return 0;
}

static struct note_key
key_of(const char *text)
{
	struct problem why = { 0 };
	struct note_key key;

	expect_ok(text, note_key_read(&a, span_text(text), &key, &why), &why);
	return key;
}

/* Whether the note is signed by this key; the problem's sentence, or "". */
static const char *
verify_text(struct span text, const struct note_key *keys, size_t count, uint64_t *good)
{
	struct problem *why = arena_new(&a, struct problem);
	struct note *note = arena_new(&a, struct note);

	if (note_read(&a, text, note, why) != OK || note_verify(note, keys, count, good, why) != OK)
		return why->text;
	return "";
}

/* Keys */

static void
keys_are_read_and_written(void **state)
{
	static const struct { const char *title, *text; enum err code; const char *part; } cases[] = {
		{ "the specification's example", EXAMPLE_KEY, OK, "" },
		{ "base64 may hold a plus", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", OK,
		    "" },
		{ "no name", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", ERR_SYNTAX, "with a name of" },
		{ "a name with a blank", "example com+530d903a+AekyeRrm", ERR_SYNTAX, "with a name of" },
		{ "a name with a wide blank", "example\u3000com+530d903a+AekyeRrm", ERR_SYNTAX, "with a name of" },
		{ "a name with a control character", "example\x01+530d903a+AekyeRrm", ERR_SYNTAX, "with a name of" },
		{ "a name that is no UTF-8", "example\xff+530d903a+AekyeRrm", ERR_SYNTAX, "with a name of" },
		{ "nothing but a name", "example.com/foo", ERR_SYNTAX, "an id of 8 digits" },
		{ "an id in capitals", "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		    ERR_SYNTAX, "an id of 8 digits" },
		{ "an id too short", "example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", ERR_SYNTAX,
		    "an id of 8 digits" },
		{ "no key", "example.com/foo+530d903a+", ERR_SYNTAX, "the key in base64" },
		{ "a key that is no base64", "example.com/foo+530d903a+Aeky!", ERR_SYNTAX, "the key in base64" },
		{ "another key's id", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		    ERR_SYNTAX, "its id is 530d903b, but that of this name and key is 530d903a" },
		{ "another name's id", "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		    ERR_SYNTAX, "its id is 530d903a" },
		{ "a key of 31 bytes", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=",
		    ERR_SYNTAX, "a key of 32 bytes, found 31" },
		{ "ECDSA", "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", ERR_UNSUPPORTED,
		    "expected Ed25519 (type 1), found type 2" },
		{ "a cosigner's key", "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		    ERR_UNSUPPORTED, "found type 4" },
	};
	struct problem why = { 0 };
	struct note_key key;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_problem(cases[i].title, note_key_read(&a, span_text(cases[i].text), &key, &why), &why,
		    cases[i].code, cases[i].part);
		if (cases[i].code == OK)
			expect_span(cases[i].title, note_key_write(&a, &key), cases[i].text);
		else
			expect_number("nothing is given out", key.name.size, 0);
	}
	expect_problem("a name as long as an attack",
	    note_key_read(&a, span_text(arena_print(&a, "%0300d+530d903a+AekyeRrm", 1)), &key, &why), &why, ERR_SYNTAX,
	    "1 to 255 bytes");
}

static void
a_key_is_made_of_a_public_key(void **state)
{
	static const struct { const char *title, *type; enum err code; const char *part; } cases[] = {
		{ "Ed25519", "ed25519", OK, "" },
		{ "an EC key signs no notes", "p-256", ERR_UNSUPPORTED, "expected an Ed25519 key" },
	};
	struct scratch dir = scratch_new();
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(4 * KIB);
		struct note_key made, read;
		struct span signature;
		struct key *key;
		uint64_t good;

		expect_ok("made", key_generate(arena_print(&a, "file:%zu.pem", i), dir.path,
		    key_type_read(span_text(cases[i].type)), &why), &why);
		expect_ok("opened", key_open(arena_print(&a, "file:%zu.pem", i), dir.path, &key, &why), &why);
		expect_problem(cases[i].title,
		    note_key_of(&a, span_text("watashi.example/ledger"), key_public(key), &made, &why), &why,
		    cases[i].code, cases[i].part);
		if (cases[i].code == OK) {
			expect_ok("as text", note_key_read(&a, note_key_write(&a, &made), &read, &why), &why);
			expect_true("it is the same key", memcmp(made.key, read.key, sizeof(read.key)) == 0);
			expect_ok("signed", key_sign(key, span_text("a text\n"), &a, &signature, &why), &why);
			buffer_text(&b, "a text\n\n");
			note_signature_write(&b, &made, signature);
			expect_text("what it signs, it verifies", verify_text(buffer_span(&b), &read, 1, &good), "");
			expect_number("and is said to", good, 1);
			expect_problem("a name with a plus",
			    note_key_of(&a, span_text("a+b"), key_public(key), &made, &why), &why, ERR_INVALID,
			    "without spaces and '+', found \"a+b\"");
			expect_problem("half a key",
			    note_key_of(&a, span_text("a"), span_first(key_public(key), 43), &made, &why), &why,
			    ERR_UNSUPPORTED, "expected an Ed25519 key");
		}
		buffer_release(&b);
		key_free(key);
	}
	scratch_free(&dir);
}

/* Form */

static void
form_is_strict(void **state)
{
	static const struct { const char *title, *text; enum err code; const char *part; } cases[] = {
		{ "an empty line in the text", "one\n\ntwo\n\n" DASH " n AAAAAAA=\n", OK, "" },
		{ "a text of one empty line", "\n\n" DASH " n AAAAAAA=\n", OK, "" },
		{ "two signatures", "t\n\n" DASH " n AAAAAAA=\n" DASH " m AAAAAAA=\n", OK, "" },
		{ "nothing", "", ERR_SYNTAX, "an empty line and signatures" },
		{ "a text only", "text\n", ERR_SYNTAX, "an empty line and signatures" },
		{ "no signature", "text\n\n", ERR_SYNTAX, "at least one signature" },
		{ "the last newline is cut", "t\n\n" DASH " n AAAAAAA=", ERR_SYNTAX, "a newline at the end" },
		{ "a line behind the signatures", "t\n\n" DASH " n AAAAAAA=\nmore\n", ERR_SYNTAX,
		    "the note's signature 2" },
		{ "an empty line at the end", "t\n\n" DASH " n AAAAAAA=\n\n", ERR_SYNTAX, "at least one signature" },
		{ "a hyphen for the dash", "t\n\n- n AAAAAAA=\n", ERR_SYNTAX, "begins with U+2014" },
		{ "no blank behind the dash", "t\n\n" DASH "n AAAAAAA=\n", ERR_SYNTAX, "begins with U+2014" },
		{ "a name with a blank", "t\n\n" DASH " bad name AAAAAAA=\n", ERR_SYNTAX, "in base64" },
		{ "a name with another blank", "t\n\n" DASH " bad\u00a0name AAAAAAA=\n", ERR_SYNTAX, "without spaces" },
		{ "a name with a plus", "t\n\n" DASH " a+b AAAAAAA=\n", ERR_SYNTAX, "without spaces and '+'" },
		{ "no name", "t\n\n" DASH "  AAAAAAA=\n", ERR_SYNTAX, "without spaces" },
		{ "no signature behind the name", "t\n\n" DASH " n\n", ERR_SYNTAX, "in base64" },
		{ "an id without a signature", "t\n\n" DASH " n AAAAAA==\n", ERR_SYNTAX, "in base64" },
		{ "base64 without its padding", "t\n\n" DASH " n AAAAAAA\n", ERR_SYNTAX, "in base64" },
		{ "a control character", "\x01t\n\n" DASH " n AAAAAAA=\n", ERR_SYNTAX, "without control characters" },
		{ "a carriage return", "t\r\n\n" DASH " n AAAAAAA=\n", ERR_SYNTAX, "without control characters" },
		{ "no UTF-8", "\xfft\n\n" DASH " n AAAAAAA=\n", ERR_SYNTAX, "expected UTF-8" },
	};
	struct problem why = { 0 };
	struct note note;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, note_read(&a, span_text(cases[i].text), &note, &why), &why,
		    cases[i].code, cases[i].part);
	expect_ok("read", note_read(&a, span_text(cases[0].text), &note, &why), &why);
	expect_span("the text goes to the last empty line", note.text, "one\n\ntwo\n");
}

static void
signatures_are_bounded(void **state)
{
	static const struct { const char *title; size_t count, size; enum err code; const char *part; } cases[] = {
		{ "sixteen of 5 kB, which all must take", 16, 5000, OK, "" },
		{ "as many as we keep", NOTE_SIGNATURES, 68, OK, "" },
		{ "one more", NOTE_SIGNATURES + 1, 68, ERR_LIMIT, "more than 64 signatures" },
		{ "larger than any note", 32, 5000, ERR_LIMIT, "expected at most 131072 bytes" },
	};
	struct problem why = { 0 };
	struct note note;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(1 * MIB);

		buffer_text(&b, "text\n\n");
		for (size_t n = 0; n < cases[i].count; n++)
			buffer_print(&b, DASH " n %.*s\n",
			    SPAN_ARGS(base64_write(&a, span_of(arena_take(&a, cases[i].size), cases[i].size))));
		expect_problem(
		    cases[i].title, note_read(&a, buffer_span(&b), &note, &why), &why, cases[i].code, cases[i].part);
		if (cases[i].code == OK)
			expect_number(cases[i].title, note.signature_count, cases[i].count);
		buffer_release(&b);
	}
}

/* Signatures */

static void
known_keys_count_and_others_do_not(void **state)
{
	const struct note_key key = key_of(EXAMPLE_KEY),
		other = key_of("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
	struct note_key namesake = other, wrong = key;
	const struct { const char *title, *text; struct note_key keys[2]; uint64_t good; const char *part; } cases[] = {
		{ "its own key", EXAMPLE, { other, key }, 2, "" },
		{ "two lines by one key", EXAMPLE DASH " example.com/foo " EXAMPLE_SIGNATURE "\n", { key, other }, 1,
		    "" },
		{ "a key we do not know signed too", EXAMPLE DASH " n AAAAAAA=\n", { key, other }, 1, "" },
		{ "the same name with another id is another key", EXAMPLE DASH " example.com/foo AAAAAAA=\n",
		    { key, other }, 1, "" },
		{ "the same id with another name is another key",
		    EXAMPLE DASH " example.com/bar " EXAMPLE_SIGNATURE "\n", { key, other }, 1, "" },
		{ "another key only", EXAMPLE, { other, other }, 0,
		    "not signed by any of the 2 keys that are trusted" },
		{ "one good and one bad signature by one key", EXAMPLE DASH " example.com/foo Uw2QOkn8srV1\n",
		    { key, other }, 0, "the signature by example.com/foo does not hold" },
		{ "another text", "this is an example message.\n\n" DASH " example.com/foo " EXAMPLE_SIGNATURE "\n",
		    { key, other }, 0, "does not hold" },
		{ "a text with an empty line more",
		    "This is an example message.\n\n\n" DASH " example.com/foo " EXAMPLE_SIGNATURE "\n", { key, other },
		    0, "does not hold" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t good = 99;
		const char *text = verify_text(span_text(cases[i].text), cases[i].keys, 2, &good);

		expect_true(cases[i].title, strstr(text, cases[i].part) && !text[0] == !cases[i].part[0]);
		expect_number(cases[i].title, good, cases[i].good);
	}
	/* A key made to have the same id changes nothing: the right one still has to hold, and alone it refuses. */
	namesake.name = key.name;
	memcpy(namesake.id, key.id, sizeof(key.id));
	{
		const struct note_key both[] = { namesake, key };
		uint64_t good;

		expect_text("the right key of two with one id", verify_text(span_text(EXAMPLE), both, 2, &good), "");
		expect_number("is the one that signed", good, 2);
		expect_true("the wrong one alone refuses", verify_text(span_text(EXAMPLE), both, 1, &good)[0]);
		expect_true("no key at all refuses", verify_text(span_text(EXAMPLE), both, 0, &good)[0]);
	}
	memset(wrong.key, 0xff, sizeof(wrong.key));
	{
		uint64_t good;

		expect_true("bytes that are no point of the curve refuse",
		    verify_text(span_text(EXAMPLE), &wrong, 1, &good)[0]);
	}
}

static void
every_changed_bit_is_refused(void **state)
{
	const struct note_key key = key_of(EXAMPLE_KEY);
	struct span text = arena_copy(&a, span_text(EXAMPLE));
	uint8_t *bytes = (uint8_t *)(uintptr_t)text.data;

	(void)state;
	for (size_t bit = 0; bit < text.size * 8; bit++) {
		struct arena of_all = a;
		uint64_t good;

		a = arena_init(1 * MIB);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect_true("one bit changed is refused", verify_text(text, &key, 1, &good)[0]);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		arena_release(&a);
		a = of_all;
	}
}

static void
published_notes_agree(void **state)
{
	const char *top = getenv("top_srcdir");
	struct problem why = { 0 };
	struct note_key key;
	json_t *vectors, *one;
	char path[4096];
	uint64_t good;
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/../shared/data/merkle/vectors/signed-notes.json", top ? top : ".");
	if (access(path, R_OK) != 0) {
		print_message("skipped: ../shared/data/merkle is not here\n");
		skip();
	}
	vectors = json_load_file(path, 0, NULL);
	json_array_foreach(json_object_get(vectors, "valid"), i, one) {
		key = key_of(json_string_value(json_object_get(one, "vkey")));
		expect_text(json_string_value(json_object_get(one, "name")),
		    verify_text(span_text(json_string_value(json_object_get(one, "note"))), &key, 1, &good), "");
	}
	expect_number("so many notes", i, 3);
	json_array_foreach(json_object_get(vectors, "bad_vkeys"), i, one)
		expect_true("a bad key is refused",
		    note_key_read(&a, span_text(json_string_value(one)), &key, &why) != OK);
	expect_number("so many bad keys", i, 2);
	json_decref(vectors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_are_read_and_written, begin, end),
		cmocka_unit_test_setup_teardown(a_key_is_made_of_a_public_key, begin, end),
		cmocka_unit_test_setup_teardown(form_is_strict, begin, end),
		cmocka_unit_test_setup_teardown(signatures_are_bounded, begin, end),
		cmocka_unit_test_setup_teardown(known_keys_count_and_others_do_not, begin, end),
		cmocka_unit_test_setup_teardown(every_changed_bit_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(published_notes_agree, begin, end),
	};

	return cmocka_run_group_tests_name("note", tests, NULL, NULL);
}
