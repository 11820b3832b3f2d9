/* tests/transaction/test_notice_text.c - what a person reads of a notice, in both languages. */
#include "expect.h"

#include "codec/text.h"
#include "transaction/notice/text.h"

static struct notice_wording
wording(void)
{
	return (struct notice_wording){ { span_text("みどり連携"), span_text("Midori Federation") },
		span_text("https://watashi.example/") };
}

static struct notice
notice(enum notice_kind kind, bool english)
{
	return (struct notice){ .kind = kind, .english = english, .address = span_text("hanako@example.jp"),
		.made = { SECONDS(1795323900) }, .until = { SECONDS(1795324500) } };
}

static bool
holds(struct span text, const char *part)
{
	return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static void
it_says_what_happened_and_what_can_be_done(void **state)
{
	const struct notice_wording w = wording();
	struct notice n = notice(NOTICE_CREDENTIAL_ADDED, false);
	struct buffer b = buffer_init(NOTICE_TEXT_LARGEST);

	(void)state;
	n.name = span_text("私のiPhone");
	notice_subject_write(&b, &n, &w);
	expect_span("the subject", buffer_span(&b), "認証器が追加されました｜みどり連携");
	buffer_clear(&b);
	notice_text_write(&b, &n, &w);
	expect_span("in Japanese", buffer_span(&b),
	    "ログインに使う認証器が、アカウントに追加されました。\n\n"
	    "認証器：私のiPhone\n日時：2026年11月22日（日）14:05\n\n"
	    "お心当たりがないときは、すぐに次のページでこの認証器を停止し、ほかの認証器も確かめてください。\n"
	    "https://watashi.example/account/\n\n-- \nみどり連携\nhttps://watashi.example/\n"
	    "このメールは自動で送信しています。返信されてもお答えできません。\n");
	buffer_clear(&b);
	n.english = true;
	notice_subject_write(&b, &n, &w);
	expect_span("the subject", buffer_span(&b), "An authenticator was added - Midori Federation");
	buffer_clear(&b);
	notice_text_write(&b, &n, &w);
	expect_span("in English", buffer_span(&b),
	    "An authenticator to log in with was added to your account.\n\n"
	    "Authenticator: 私のiPhone\nWhen: 22 Nov 2026, 14:05 JST\n\n"
	    "If this was not you, suspend it on this page at once, and look at your other authenticators:\n"
	    "https://watashi.example/account/\n\n-- \nMidori Federation\nhttps://watashi.example/\n"
	    "Replies to this mail are not read.\n");
	buffer_release(&b);
}

static void
a_code_stands_with_its_end(void **state)
{
	const struct notice_wording w = wording();
	struct notice n = notice(NOTICE_CONTACT_CODE, false);
	struct buffer b = buffer_init(NOTICE_TEXT_LARGEST);

	(void)state;
	n.code = span_text("048213");
	notice_text_write(&b, &n, &w);
	expect_true("the code", holds(buffer_span(&b), "\n確認コード：048213\n有効期限：2026年11月22日（日）14:15\n"));
	expect_true("nowhere to click", !holds(buffer_span(&b), "account/"));
	buffer_clear(&b);
	notice_subject_write(&b, &n, &w);
	expect_true("and not in the subject, which locked screens show", !holds(buffer_span(&b), "048213"));
	buffer_release(&b);
}

/* Each has its own words in both languages, well-formed, and never the address. */
static void
every_kind_has_its_words(void **state)
{
	const struct notice_wording w = wording();

	(void)state;
	for (unsigned kind = NOTICE_NOTHING + 1; kind < NOTICE_KINDS; kind++)
		for (unsigned english = 0; english < 2; english++) {
			const struct notice n = notice(kind, english);
			struct buffer subject = buffer_init(NOTICE_SUBJECT_LARGEST), text =
			    buffer_init(NOTICE_TEXT_LARGEST);
			struct span s, t;

			notice_subject_write(&subject, &n, &w);
			notice_text_write(&text, &n, &w);
			s = buffer_span(&subject);
			t = buffer_span(&text);
			expect_true(notice_kind_name(kind), !subject.overflowed && !text.overflowed);
			expect_true(notice_kind_name(kind), utf8_valid(s) && utf8_valid(t) && s.size > 30 && t.size >
			    200);
			expect_true("one line", !memchr(s.data, '\n', s.size));
			expect_true("in its language", (s.data[0] < 0x80) == english);
			expect_true("when", holds(t, english ? "22 Nov 2026, 14:05 JST" : "2026年11月22日（日）14:05"));
			expect_true("no address", !holds(t, "hanako@"));
			buffer_release(&subject);
			buffer_release(&text);
		}
}

static void
a_name_makes_no_line_of_ours(void **state)
{
	static const struct {
		const char *title, *name, *line;
	} names[] = {
		{ "a line break", "a\n日時：きのう", "認証器：a 日時：きのう\n" },
		{ "a carriage return", "a\rb", "認証器：a b\n" },
		{ "what turns the line around", "a\xe2\x80\xae""b", "認証器：a b\n" },
		{ "no UTF-8", "a\xff", "認証器：\n" },
	};
	const struct notice_wording w = wording();

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct notice n = notice(NOTICE_CREDENTIAL_LOCKED, false);
		struct buffer b = buffer_init(NOTICE_TEXT_LARGEST);

		n.name = span_text(names[i].name);
		notice_text_write(&b, &n, &w);
		expect_true(names[i].title, holds(buffer_span(&b), names[i].line));
		expect_true("the time is ours", holds(buffer_span(&b), "\n日時：2026年") &&
		    !holds(buffer_span(&b), "\n日時：きのう"));
		buffer_release(&b);
	}
}

static void
an_app_is_told_which_request(void **state)
{
	struct notice n = notice(NOTICE_APP_REQUEST, false);
	struct buffer b = buffer_init(256);

	(void)state;
	n.request = (struct id){ { 1, 2, 0xff } };
	notice_push_write(&b, &n);
	expect_span("a login", buffer_span(&b),
	    "{\"kind\":\"app-request\",\"request\":\"0102ff00000000000000000000000000\"}");
	buffer_clear(&b);
	n = notice(NOTICE_CREDENTIAL_SUSPENDED, false);
	notice_push_write(&b, &n);
	expect_span("or something else", buffer_span(&b), "{\"kind\":\"credential-suspended\"}");
	buffer_release(&b);
}

static void
times_are_japans(void **state)
{
	static const struct {
		const char *title, *utc, *ja, *en;
	} times[] = {
		{ "the day has changed there", "2026-12-31T15:00:00Z", "2027年1月1日（金）00:00", "1 Jan 2027, 00:00 JST" },
		{ "a leap day", "2028-02-29T03:04:59Z", "2028年2月29日（火）12:04", "29 Feb 2028, 12:04 JST" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct buffer b = buffer_init(256);
		struct instant at;

		expect_true(times[i].title, instant_read(span_text(times[i].utc), &at));
		notice_time_write(&b, at, false);
		expect_span(times[i].title, buffer_span(&b), times[i].ja);
		buffer_clear(&b);
		notice_time_write(&b, at, true);
		expect_span(times[i].title, buffer_span(&b), times[i].en);
		buffer_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_happened_and_what_can_be_done),
		cmocka_unit_test(a_code_stands_with_its_end),
		cmocka_unit_test(every_kind_has_its_words),
		cmocka_unit_test(a_name_makes_no_line_of_ours),
		cmocka_unit_test(an_app_is_told_which_request),
		cmocka_unit_test(times_are_japans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
