/* tests/codec/test_mail_message.c - a mail says what it should, and nothing in it becomes a field of its own. */
#include "expect.h"

#include "codec/mail_message.h"

static const struct {
	const char *title, *address;
	bool valid;
} addresses[] = {
	{ "the usual", "hanako@example.jp", true },
	{ "with a tag", "hanako+watashi@mail.example.co.jp", true },
	{ "dots where a carrier had them", "..abc..def.@carrier.example", true },
	{ "one label", "root@localhost", true },
	{ "a host of digits", "a@1.2.example", true },
	{ "nothing", "", false },
	{ "no domain", "hanako@", false },
	{ "no local part", "@example.jp", false },
	{ "no at", "example.jp", false },
	{ "two of them", "a@b@example.jp", false },
	{ "a line of its own", "a@example.jp\r\nBcc: b@example.jp", false },
	{ "a line's end", "a@example.jp\n", false },
	{ "a NUL's neighbour", "a b@example.jp", false },
	{ "brackets", "<a@example.jp>", false },
	{ "a name before it", "Hanako <a@example.jp>", false },
	{ "two addresses", "a@example.jp,b@example.jp", false },
	{ "something quoted", "\"a b\"@example.jp", false },
	{ "letters beyond ASCII", "花子@example.jp", false },
	{ "a domain beyond ASCII", "a@例え.jp", false },
	{ "an address literal", "a@[127.0.0.1]", false },
	{ "an empty label", "a@example..jp", false },
	{ "a dot at the end", "a@example.jp.", false },
	{ "a hyphen before a label", "a@-example.jp", false },
	{ "a long local part",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.jp", false },
	{ "a long label",
	    "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.jp", false },
};

static void
only_addresses_are_sent_to(void **state)
{
	char long_one[300];

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++)
		expect_true(addresses[i].title, mail_address_valid(span_text(addresses[i].address)) ==
		    addresses[i].valid);
	for (size_t i = 0; i < sizeof(long_one); i++)
		long_one[i] = i % 2 ? '.' : 'a';
	memcpy(long_one, "a@", 2);
	long_one[2] = 'b';
	expect_true("as long as may be", mail_address_valid(span_of(long_one, 253)));
	expect_true("longer", !mail_address_valid(span_of(long_one, 255)));
	expect_true("no bytes at all", !mail_address_valid((struct span){ 0 }));
}

static const struct mail_message mail = {
	.language = "ja",
	.at = { SECONDS(1795323900) },
};

static struct mail_message
the_mail(void)
{
	struct mail_message m = mail;

	m.from = span_text("no-reply@watashi.example");
	m.from_name = span_text("わたし連携");
	m.to = span_text("hanako@example.jp");
	m.subject = span_text("認証器が追加されました");
	m.text = span_text("こんにちは。\n二行目\n");
	m.id = span_text("0123abcd");
	return m;
}

static void
it_is_written_as_mail_is(void **state)
{
	struct buffer b = buffer_init(8 * KIB);
	const struct mail_message m = the_mail();

	(void)state;
	mail_message_write(&b, &m);
	expect_span("whole", buffer_span(&b),
	    "From: =?UTF-8?B?44KP44Gf44GX6YCj5pC6?=\r\n <no-reply@watashi.example>\r\n"
	    "To: <hanako@example.jp>\r\n"
	    "Subject: =?UTF-8?B?6KqN6Ki85Zmo44GM6L+95Yqg44GV44KM44G+44GX44Gf?=\r\n"
	    "Date: Sun, 22 Nov 2026 05:05:00 +0000\r\n"
	    "Message-ID: <0123abcd@watashi.example>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Language: ja\r\n"
	    "Content-Type: text/plain; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "\r\n"
	    "44GT44KT44Gr44Gh44Gv44CCDQrkuozooYznm64NCg==\r\n");
	buffer_release(&b);
}

static void
words_are_cut_between_characters(void **state)
{
	static const char two_words[] =
	    "Subject: =?UTF-8?B?44GC44GE44GG44GI44GK44GL44GN44GP44GR44GT44GV44GX44GZ?=\r\n"
	    " =?UTF-8?B?44Gb44Gd44Gf44Gh44Gk44Gm44Go?=\r\nDate:";
	struct buffer b = buffer_init(8 * KIB);
	struct mail_message m = the_mail();

	(void)state;
	m.subject = span_text("あいうえおかきくけこさしすせそたちつてと");
	mail_message_write(&b, &m);
	expect_true("thirteen to a word", memmem(buffer_span(&b).data, buffer_span(&b).size, two_words,
	    sizeof(two_words) - 1) != NULL);
	buffer_release(&b);
}

/* Lines of at most 76 characters, fields before the empty line as many as we write, base64 behind it. */
static void
expect_shape(const char *title, struct span mail_text)
{
	size_t fields = 0, lines = 0;
	bool in_text = false;

	while (mail_text.size) {
		struct span line = span_cut(&mail_text, '\n');

		expect_true(title, line.size >= 1 && line.size <= 77 && line.data[line.size - 1] == '\r' &&
		    !memchr(line.data, '\r', line.size - 1));
		fields += !in_text && line.size > 1 && line.data[0] != ' ';
		in_text |= line.size == 1;
		lines++;
	}
	expect_number(title, fields, 10);
	expect_true(title, in_text && lines > fields);
}

static void
nothing_becomes_a_field_of_its_own(void **state)
{
	static const char *const texts[] = {
		"a\r\nBcc: eve@example.jp", "a\n\nbody", "?=\r\nX: y", "=?UTF-8?Q?a?=", "\r", "\n.\n", ".\nQUIT\n",
		    "\xff\xfe\n",
		"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
		"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
		"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
		"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buffer b = buffer_init(8 * KIB);
		struct mail_message m = the_mail();

		m.subject = m.from_name = m.text = span_text(texts[i]);
		mail_message_write(&b, &m);
		expect_shape(texts[i], buffer_span(&b));
		buffer_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_addresses_are_sent_to),
		cmocka_unit_test(it_is_written_as_mail_is),
		cmocka_unit_test(words_are_cut_between_characters),
		cmocka_unit_test(nothing_becomes_a_field_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
