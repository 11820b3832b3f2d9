/* tests/transaction/test_proofing_challenge.c - what a person is shown before signing, and how it is kept. */
#include "expect.h"

#include "registry/attribute_name.h"
#include "transaction/proofing/challenge.h"

static struct proofing_challenge
challenge(void)
{
	return (struct proofing_challenge){
		.id = { { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 1, 2, 3, 4, 5, 6, 7 } },
		.caller = span_text("bank-1"), .member = span_text("bank"),
		.relying_party = span_text("https://bank.example/"), .origin = span_text("https://www.bank.example"),
		.purpose = JPKI_SIGNATURE, .attributes = PROOFING_NAME | PROOFING_AGE_OVER_18,
		.reference = span_text("application 7"), .made = { SECONDS(1795348800) },
		.expires = { SECONDS(1795349100) },
	};
}

#define ALSO_JA "そのほかに、確認の結果と、同じ電子証明書かどうかが分かる記号" \
	"（「みどりグループ」のすべてのサービスに共通で、参加機関ごとに異なります）が伝わります。\n"
#define ALSO_EN "They also learn the result, and a sign by which the same certificate is known again: one for all " \
	"services of Midori Group, another for each other member.\n"

static const struct {
	const char *title;
	enum jpki_purpose purpose;
	unsigned attributes;
	const char *ja, *en, *what, *text, *continues, *what_en;
} cases[] = {
	{ "a signature, and what will be told", JPKI_SIGNATURE, PROOFING_NAME | PROOFING_AGE_OVER_18, "みどり銀行",
	    "Midori Bank", "口座の開設",
	    "マイナンバーカードの電子署名による本人確認\n依頼元：みどり銀行\n目的：口座の開設\n"
	    "日時：2026年11月22日 21時00分（日本時間）\n依頼元に伝わる項目：氏名、18歳以上かどうか\n"
	    "利用目的：\n・氏名：口座名義の確認\n・18歳以上かどうか：（英語だけの説明）To know\n"
	    ALSO_JA "番号：0123-4567-89AB-CDEF-0001-0203-0405-0607\n\n"
	    "Proof of identity by the My Number card's electronic signature\n"
	    "Asked by: Midori Bank\nFor, in the asker's own words: 口座の開設\n"
	    "At: 2026-11-22T12:00:00Z\nWhat they will learn: name, whether 18 or older\n"
	    "What they will use it for:\n- name: To name the account\n- whether 18 or older: To know\n"
	    ALSO_EN "Number: 0123-4567-89AB-CDEF-0001-0203-0405-0607\n", NULL, NULL },
	{ "an authentication tells nothing, and a name may be in one language", JPKI_AUTHENTICATION, 0, "", "Bank",
	    "ログイン",
	    "マイナンバーカードによる利用者の確認\n依頼元：Bank\n目的：ログイン\n日時：2026年11月22日 21時00分（日本時間）\n"
	    "依頼元に伝わる項目：なし\n" ALSO_JA "番号：0123-4567-89AB-CDEF-0001-0203-0405-0607\n\n"
	    "Authentication by the My Number card\nAsked by: Bank\nFor: Logging in\nAt: 2026-11-22T12:00:00Z\n"
	    "What they will learn: nothing of the certificate\n" ALSO_EN "Number: "
	    "0123-4567-89AB-CDEF-0001-0203-0405-0607\n", NULL, "Logging in" },
	{ "an earlier certificate is asked about", JPKI_AUTHENTICATION, 0, "", "Bank", "",
	    "マイナンバーカードによる利用者の確認\n依頼元：Bank\n日時：2026年11月22日 21時00分（日本時間）\n"
	    "依頼元に伝わる項目：なし\n" ALSO_JA
	    "また、依頼元が以前に確認した電子証明書と同じ人のものかどうかを照会し、その結果が伝わります。\n"
	    "番号：0123-4567-89AB-CDEF-0001-0203-0405-0607\n\n"
	    "Authentication by the My Number card\nAsked by: Bank\nAt: 2026-11-22T12:00:00Z\n"
	    "What they will learn: nothing of the certificate\n" ALSO_EN
	    "It is asked whether this certificate is the same person's as one they saw before, and they learn the "
	    "answer.\nNumber: 0123-4567-89AB-CDEF-0001-0203-0405-0607\n", "0123456789abcdef0123456789abcdef", NULL },
};

static struct proofing_wording
words_of(const char *ja, const char *en, const char *what)
{
	struct proofing_wording words = { .asker = { span_text(ja), span_text(en) }, .what = span_text(what),
		.member = { span_text("みどりグループ"), span_text("Midori Group") } };

	words.purposes[0] = (struct localized){ span_text("口座名義の確認"), span_text("To name the account") };
	words.purposes[5].en = span_text("To know");
	return words;
}

static void
the_person_reads_who_asks_for_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(1 * MIB);
		struct proofing_challenge c = challenge();
		struct proofing_wording words = words_of(cases[i].ja, cases[i].en, cases[i].what);
		struct problem why;
		struct span text;

		words.what_en = span_text(cases[i].what_en);
		c.purpose = cases[i].purpose;
		c.attributes = cases[i].attributes;
		if (cases[i].continues)
			c.continues = (struct proofing_earlier){ span_text(cases[i].continues),
				{ JPKI_AUTHENTICATION, JPKI_CARD } };
		expect_ok(cases[i].title, proofing_text(&a, &c, &words, &text, &why), &why);
		expect_span(cases[i].title, text, cases[i].text);
		arena_release(&a);
	}
}

static bool
holds(struct span text, const char *part)
{
	return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static void
purposes_stand_whole_and_each_once(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct proofing_challenge c = challenge();
	struct proofing_wording words = words_of("銀行", "Bank", "");
	char long_one[2000];
	struct problem why;
	struct span text;

	(void)state;
	c.attributes = PROOFING_NAME | PROOFING_SEX | PROOFING_ADDRESS;
	words.purposes[2] = words.purposes[5];
	words.purposes[3] = words.purposes[0];
	expect_ok("some together", proofing_text(&a, &c, &words, &text, &why), &why);
	expect_true("in Japanese", holds(text, "\n利用目的：\n・氏名、住所：口座名義の確認\n・性別：（英語だけの説明）To know\n"));
	expect_true("and English", holds(text, "\n- name, address: To name the account\n- sex: To know\n"));
	words.purposes[2].ja = span_text("送付先\n依頼元：別の銀行");
	expect_ok("a line break", proofing_text(&a, &c, &words, &text, &why), &why);
	expect_true("makes no line of ours", holds(text, "・性別：送付先 依頼元：別の銀行\n") &&
	    !holds(text, "\n依頼元：別の銀行"));
	words.purposes[2].en = (struct span){ 0 };
	expect_ok("one that is told in Japanese alone", proofing_text(&a, &c, &words, &text, &why), &why);
	expect_true("is said to be", holds(text, "\n- sex: (told in Japanese only) 送付先"));
	memset(long_one, 'a', sizeof(long_one));
	words.purposes[2].ja = span_of(long_one, sizeof(long_one));
	expect_ok("a long one", proofing_text(&a, &c, &words, &text, &why), &why);
	expect_true("stands whole", memmem(text.data, text.size, long_one, sizeof(long_one)) != NULL);
	c.attributes = (1u << PROOFING_ATTRIBUTES) - 1;
	for (size_t i = 0; i < PROOFING_ATTRIBUTES; i++)
		words.purposes[i] = (struct localized){ span_of(long_one, sizeof(long_one) - i), { 0 } };
	expect_problem("more than anybody reads", proofing_text(&a, &c, &words, &text, &why), &why, ERR_LIMIT,
	    "the record of https://bank.example/ says its attributes are used for");
	arena_release(&a);
}

static void
it_is_kept_as_it_was(void **state)
{
	struct proofing_challenge c = challenge(), read;
	struct buffer b = buffer_init(8 * KIB), again = buffer_init(8 * KIB);
	struct span row;

	(void)state;
	c.text = span_text("sign this");
	c.name = (struct localized){ span_text("銀行"), span_text("Bank") };
	c.continues = (struct proofing_earlier){ span_text("0123456789abcdef0123456789abcdef"),
		{ JPKI_AUTHENTICATION, JPKI_PHONE } };
	proofing_challenge_write(&b, &c);
	row = buffer_span(&b);
	expect_true("it reads", proofing_challenge_read(row, &read));
	proofing_challenge_write(&again, &read);
	expect_true("to the same", span_equal(row, buffer_span(&again)));
	expect_span("what is to be signed", read.text, "sign this");
	expect_span("who asks", read.name.ja, "銀行");
	expect_span("in both languages", read.name.en, "Bank");
	expect_span("what it continues", read.continues.handle, "0123456789abcdef0123456789abcdef");
	expect_true("and of which kind that is", read.continues.kind.purpose == JPKI_AUTHENTICATION &&
	    read.continues.kind.medium == JPKI_PHONE);
	for (size_t cut = 0; cut < row.size; cut++)
		expect_true("cut short", !proofing_challenge_read(span_first(row, cut), &read));
	b.data[b.start + 17] = 9;
	expect_true("of an unknown purpose", !proofing_challenge_read(buffer_span(&b), &read));
	buffer_release(&b);
	buffer_release(&again);
}

static void
words_read_back(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < PROOFING_ATTRIBUTES; bit++) {
		const char *name = proofing_attribute_name((enum proofing_attribute)(1u << bit));

		expect_true("it has a name", name != NULL);
		expect_number(name, proofing_attribute_read(span_text(name)), 1u << bit);
		expect_true("no record is warned of it", attribute_name_known(span_text(name)));
	}
	expect_number("SAML's name", proofing_attribute_read(span_text("urn:oid:2.5.4.3")), PROOFING_NAME);
	expect_number("and address", proofing_attribute_read(span_text("urn:oid:2.5.4.16")), PROOFING_ADDRESS);
	expect_number("another of SAML's", proofing_attribute_read(span_text("urn:oid:2.5.4.1")), 0);
	expect_number("another claim", proofing_attribute_read(span_text("phone_number")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_person_reads_who_asks_for_what),
		cmocka_unit_test(purposes_stand_whole_and_each_once),
		cmocka_unit_test(it_is_kept_as_it_was),
		cmocka_unit_test(words_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
