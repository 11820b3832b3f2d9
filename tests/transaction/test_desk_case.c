/* tests/transaction/test_desk_case.c - a case at the desk: what may be said in it, who may do what, its row. */
#include "expect.h"

#include "transaction/desk/case.h"

static const struct instant noon = { INT64_C(1795348800) * 1000000 };
static struct arena arena;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_init(16 * MIB);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct account
account_of(uint8_t tag, const char *number)
{
	struct account a = { .standing = ACCOUNT_FULL, .staff = STAFF_REGISTRAR };

	memset(a.id.bytes, tag, sizeof(a.id.bytes));
	memcpy(a.number, number, strlen(number));
	return a;
}

static struct account first, second, third, applicant;

static int
make_people(void **state)
{
	first = account_of(1, "AAAA-AAAA-AA");
	second = account_of(2, "BBBB-BBBB-BB");
	third = account_of(3, "CCCC-CCCC-CC");
	applicant = account_of(9, "7K3M-Q2XH-9D");
	return set_up(state);
}

/* Checked by the first, for a new account. */
static struct desk_case
case_new(bool takes_two)
{
	struct desk_case c = { .id = id_new(noon), .state = DESK_CHECKED, .opened = noon, .changed = noon,
		.application = span_text("wrapped") };

	c.registrars[0].account = first.id;
	memcpy(c.registrars[0].number, first.number, sizeof(first.number));
	c.evidence.document_count = 1;
	c.evidence.documents[0] = (struct desk_document){ (unsigned)desk_kind_read(span_text("passport")), 1, true };
	c.evidence.portrait = PORTRAIT_BY_AGENT;
	c.evidence.records = 1;
	c.evidence.all_data_checked = c.evidence.biometric_recorded = takes_two;
	return c;
}

static void
similar_add(struct desk_case *c, const struct account *a)
{
	struct desk_similar *s = &c->similar[c->similar_count++];

	s->account = a->id;
	memcpy(s->number, a->number, sizeof(a->number));
}

/* What cannot be true */

static const struct {
	const char *title, *kinds;   /* each with + or -: in force or not */
	unsigned checked;
	enum desk_portrait portrait;
	unsigned records, addresses;
	bool all_data, of_record;
	enum err err;
	const char *why;
} stated[] = {
	{ "a passport by eye and chip", "passport+", 5, PORTRAIT_BY_AGENT, 1, 1, true, true, OK, "" },
	{ "no document", "", 1, 0, 0, 0, false, false, ERR_INVALID, "/documents: expected at least one" },
	{ "one kind twice", "passport+ passport+", 1, 0, 0, 0, false, false, ERR_INVALID,
	    "/documents/1/kind: expected each kind once" },
	{ "nobody looked at it", "passport+", 0, 0, 0, 0, false, false, ERR_INVALID,
	    "/documents/0/checked: expected how it was found genuine" },
	{ "a chip where there is none", "health-certificate+", 4, 0, 0, 0, false, false, ERR_INVALID,
	    "a health-certificate has no chip" },
	{ "a portrait where there is none", "health-certificate+", 1, PORTRAIT_BY_AGENT, 0, 0, false, false,
	    ERR_INVALID, "/portrait: expected none" },
	{ "a portrait of an expired one", "passport-", 1, PORTRAIT_BY_AGENT, 0, 0, false, false, ERR_INVALID,
	    "/portrait: expected none" },
	{ "all of it checked against nothing", "passport+", 1, 0, 0, 0, true, false, ERR_INVALID,
	    "/all_data_checked: expected with the records" },
	{ "an address of record that nobody confirmed", "passport+", 1, 0, 1, 0, false, true, ERR_INVALID,
	    "/address_of_record: expected with a confirmed address" },
	{ "an address of no record", "passport+", 1, 0, 0, 1, false, true, ERR_INVALID, "/address_of_record" },
};

static void
what_cannot_be_true_is_not_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stated); i++) {
		struct desk_evidence e = { .portrait = stated[i].portrait, .records = stated[i].records,
			.addresses = stated[i].addresses, .all_data_checked = stated[i].all_data,
			.address_of_record = stated[i].of_record };
		struct span rest = span_text(stated[i].kinds);
		struct problem why = { 0 };

		while (rest.size) {
			struct span word = span_cut(&rest, ' ');

			e.documents[e.document_count++] = (struct desk_document){
				(unsigned)desk_kind_read(span_first(word, word.size - 1)), stated[i].checked,
				word.data[word.size - 1] == '+' };
		}
		expect_problem(stated[i].title, desk_evidence_check(&e, &why), &why, stated[i].err, stated[i].why);
	}
}

/* What makes an account full */

static const struct {
	const char *title, *kinds;   /* each with + or -: in force or not */
	unsigned checked;
	enum desk_portrait portrait;
	unsigned addresses;
	enum proofing_strength strength;
	enum err err;
	const char *why;
} enough[] = {
	{ "a licence whose portrait was compared", "driving-licence+", 1, PORTRAIT_BY_AGENT, 0, PROOFING_STRONG, OK,
	    "" },
	{ "one whose issuer was asked", "driving-licence+", 17, PORTRAIT_BY_AGENT, 0, PROOFING_VALIDATED, OK, "" },
	{ "a card whose chip was read", "my-number-card+", 4, PORTRAIT_AUTOMATED, 0, PROOFING_VALIDATED, OK, "" },
	{ "a card whose chip was read, and nobody's face", "my-number-card+", 4, 0, 0, PROOFING_FAIR, ERR_INVALID,
	    "/portrait: expected compared" },
	{ "an expired one", "driving-licence-", 1, 0, 0, PROOFING_OF_NO_STRENGTH, ERR_INVALID,
	    "/documents: expected one in force" },
	{ "a bill", "utility-bill+", 1, 0, 1, PROOFING_OF_NO_STRENGTH, ERR_INVALID,
	    "/documents: expected one in force" },
	{ "a company's card, compared", "company-card+", 1, PORTRAIT_BY_AGENT, 0, PROOFING_OF_NO_STRENGTH, ERR_INVALID,
	    "/documents: expected one in force that a public body issued" },
	{ "one without a portrait", "health-certificate+", 1, 0, 0, PROOFING_FAIR, ERR_INVALID,
	    "found one without a portrait" },
	{ "with a bill", "health-certificate+ utility-bill+", 1, 0, 0, PROOFING_FAIR, ERR_INVALID,
	    "found one without a portrait" },
	{ "with an expired second", "health-certificate+ resident-record-", 1, 0, 0, PROOFING_FAIR, ERR_INVALID,
	    "found one without a portrait" },
	{ "two without a portrait", "health-certificate+ resident-record+", 1, 0, 0, PROOFING_FAIR, OK, "" },
	{ "one, and the postal address", "health-certificate+", 1, 0, 1, PROOFING_FAIR, OK, "" },
	{ "one, and a mail address", "health-certificate+", 1, 0, 4, PROOFING_FAIR, ERR_INVALID,
	    "found one without a portrait" },
	{ "a portrait beside two without", "resident-record+ passport+", 1, 0, 0, PROOFING_FAIR, ERR_INVALID,
	    "/portrait: expected compared" },
};

static void
who_somebody_is_takes_so_much(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(enough); i++) {
		struct desk_evidence e = { .portrait = enough[i].portrait, .addresses = enough[i].addresses };
		struct span rest = span_text(enough[i].kinds);
		struct problem why = { 0 };

		while (rest.size) {
			struct span word = span_cut(&rest, ' ');

			e.documents[e.document_count++] = (struct desk_document){
				(unsigned)desk_kind_read(span_first(word, word.size - 1)), enough[i].checked,
				word.data[word.size - 1] == '+' };
		}
		expect_number(enough[i].title, desk_evidence_strength(&e), enough[i].strength);
		expect_problem(enough[i].title, desk_evidence_enough(&e, &why), &why, enough[i].err, enough[i].why);
	}
}

static const struct {
	const char *title;
	struct desk_application application;
	enum err err;
	const char *why;
} applications[] = {
#define SAID(n, b, g, a, t) { .name = { (const uint8_t *)(n), sizeof(n) - 1 }, \
	.birthdate = { (const uint8_t *)(b), sizeof(b) - 1 }, .gender = { (const uint8_t *)(g), sizeof(g) - 1 }, \
	.address = { (const uint8_t *)(a), sizeof(a) - 1 }, .note = { (const uint8_t *)(t), sizeof(t) - 1 } }
	{ "a whole one", SAID("試験　太郎", "1980-02-17", "male", "東京都渋谷区１－１", ""), OK, "" },
	{ "an unspecified gender, a note", SAID("試験　花子", "1980-02-17", "unspecified", "東京都", "耳が遠い"), OK, "" },
	{ "no name", SAID("", "1980-02-17", "male", "東京都", ""), ERR_INVALID, "/attributes/name: expected a text" },
	{ "a name of blanks", SAID("　 ", "1980-02-17", "male", "東京都", ""), ERR_INVALID, "blanks alone" },
	{ "a name in two lines", SAID("試験\n太郎", "1980-02-17", "male", "東京都", ""), ERR_INVALID,
	    "/attributes/name: expected one line" },
	{ "a day that is none", SAID("試験", "1980-02-30", "male", "東京都", ""), ERR_INVALID,
	    "/attributes/birthdate: expected a date" },
	{ "somebody not born", SAID("試験", "2026-11-25", "male", "東京都", ""), ERR_INVALID, "the last 150 years" },
	{ "somebody long dead", SAID("試験", "1776-07-04", "male", "東京都", ""), ERR_INVALID, "the last 150 years" },
	{ "a gender of another form", SAID("試験", "1980-02-17", "1", "東京都", ""), ERR_INVALID,
	    "/attributes/gender: expected male, female" },
	{ "no address", SAID("試験", "1980-02-17", "male", "", ""), ERR_INVALID, "/attributes/address" },
	{ "an individual number in the note", SAID("試験", "1980-02-17", "male", "東京都", "番号 123456789018"),
	    ERR_INVALID, "/note" },
	{ "an individual number in the address", SAID("試験", "1980-02-17", "male", "１２３４ ５６７８ ９０１８", ""),
	    ERR_INVALID, "/attributes/address" },
};

static void
an_application_is_of_its_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(applications); i++) {
		struct problem why = { 0 };

		expect_problem(applications[i].title, desk_application_check(&applications[i].application, noon, &why),
		    &why, applications[i].err, applications[i].why);
	}
}

static void
an_application_opens_only_in_its_case(void **state)
{
	const struct wrapping w = { { 1, 2, 3 } }, other = { { 4, 5, 6 } };
	struct desk_case c = case_new(false), elsewhere = c;
	struct desk_application out;
	struct problem why = { 0 };

	(void)state;
	c.application = desk_application_wrap(&arena, &w, &c.id, &applications[1].application);
	expect_true("nothing of it stands there", !memmem(c.application.data, c.application.size, "1980", 4));
	expect_ok("it opens", desk_application_unwrap(&arena, &w, &c, &out, &why), &why);
	expect_span("with the name", out.name, "試験　花子");
	expect_span("and the note", out.note, "耳が遠い");
	elsewhere.application = c.application;
	elsewhere.id.bytes[0] ^= 1;
	expect_problem("not in another case", desk_application_unwrap(&arena, &w, &elsewhere, &out, &why), &why,
	    ERR_UNAVAILABLE, "does not open");
	expect_problem("nor with another secret", desk_application_unwrap(&arena, &other, &c, &out, &why), &why,
	    ERR_UNAVAILABLE, "does not open");
}

/* Who may */

static void
two_are_two_people(void **state)
{
	struct desk_case c = case_new(true);
	struct problem why = { 0 };

	(void)state;
	expect_problem("one is not enough", desk_case_completable(&c, &first, &why), &why, ERR_CONFLICT,
	    "takes a second registrar");
	expect_problem("the first is not the second", desk_case_confirm(&c, &first, noon, &why), &why, ERR_DENIED,
	    "the second is another person");
	expect_number("and nothing came of it", c.state, DESK_CHECKED);
	expect_ok("another one is", desk_case_confirm(&c, &second, noon, &why), &why);
	expect_problem("and that is all", desk_case_confirm(&c, &third, noon, &why), &why, ERR_CONFLICT,
	    "has confirmed it already");
	expect_problem("who did neither does not complete it", desk_case_completable(&c, &third, &why), &why,
	    ERR_DENIED, "only who checked or confirmed");
	expect_ok("who did does", desk_case_completable(&c, &second, &why), &why);
}

static void
an_account_there_is_takes_two(void **state)
{
	struct desk_case c = case_new(false);
	struct problem why = { 0 };

	(void)state;
	expect_ok("a new one takes one", desk_case_completable(&c, &first, &why), &why);
	c.account = applicant.id;
	expect_true("one there is takes two", desk_case_takes_two(&c));
	expect_problem("so one does not complete it", desk_case_completable(&c, &first, &why), &why, ERR_CONFLICT,
	    "it hands over an account that there is already");
	expect_ok("another one confirms", desk_case_confirm(&c, &second, noon, &why), &why);
	expect_ok("then it is completed", desk_case_completable(&c, &first, &why), &why);
	c.evidence.portrait = PORTRAIT_NOT_COMPARED;
	expect_problem("but not by a portrait that nobody looked at", desk_case_completable(&c, &first, &why), &why,
	    ERR_INVALID, "/portrait");
}

static void
nobody_decides_on_the_own_account(void **state)
{
	struct desk_case c = case_new(false);
	struct problem why = { 0 };

	(void)state;
	c.account = first.id;
	expect_true("it is the own", desk_case_own(&c, &first));
	expect_problem("not to complete", desk_case_completable(&c, &first, &why), &why, ERR_DENIED, "another one");
	expect_problem("nor to withdraw", desk_case_withdraw(&c, &first, noon, &why), &why, ERR_DENIED, "another one");
	expect_ok("another one confirms", desk_case_confirm(&c, &second, noon, &why), &why);
	c = case_new(false);
	similar_add(&c, &second);
	expect_problem("nor where it may be the own", desk_case_confirm(&c, &second, noon, &why), &why, ERR_DENIED,
	    "or one like it");
	expect_problem("nor to say that it is not", desk_case_settle(&c, &second, &second.id, DESK_DIFFERENT, noon,
	    &why), &why, ERR_DENIED, "or one like it");
}

static void
similar_accounts_are_settled_first(void **state)
{
	struct account twin = account_of(8, "ZZZZ-ZZZZ-ZZ");
	struct desk_case c = case_new(false);
	struct problem why = { 0 };

	(void)state;
	similar_add(&c, &applicant);
	similar_add(&c, &twin);
	expect_problem("before, it is not completed", desk_case_completable(&c, &first, &why), &why, ERR_CONFLICT,
	    "7K3M-Q2XH-9D is similar");
	expect_problem("an account that is not", desk_case_settle(&c, &first, &third.id, DESK_SAME, noon, &why), &why,
	    ERR_NOT_FOUND, "/account");
	expect_ok("one is the same", desk_case_settle(&c, &first, &applicant.id, DESK_SAME, noon, &why), &why);
	expect_text("so the case is about it", c.number, applicant.number);
	expect_text("and who said so stands there", c.similar[0].by, first.number);
	expect_problem("two are not made one", desk_case_settle(&c, &first, &twin.id, DESK_SAME, noon, &why), &why,
	    ERR_CONFLICT, "not made one here");
	expect_problem("nothing is settled twice", desk_case_settle(&c, &first, &applicant.id, DESK_DIFFERENT, noon,
	    &why), &why, ERR_CONFLICT, "was settled as same");
	expect_ok("the other is not", desk_case_settle(&c, &first, &twin.id, DESK_DIFFERENT, noon, &why), &why);
	expect_problem("whose account it is takes two", desk_case_completable(&c, &first, &why), &why, ERR_CONFLICT,
	    "it hands over an account that there is already: that takes a second registrar");
	expect_ok("so another one confirms it", desk_case_confirm(&c, &second, noon, &why), &why);
	expect_ok("now it is", desk_case_completable(&c, &first, &why), &why);
}

static void
whose_account_it_is_takes_two_as_well(void **state)
{
	struct account twin = account_of(8, "ZZZZ-ZZZZ-ZZ");
	struct desk_case c = case_new(true);
	struct problem why = { 0 };

	(void)state;
	similar_add(&c, &applicant);
	similar_add(&c, &twin);
	expect_ok("confirmed", desk_case_confirm(&c, &second, noon, &why), &why);
	expect_ok("and settled afterwards", desk_case_settle(&c, &first, &applicant.id, DESK_SAME, noon, &why), &why);
	expect_number("is only checked", c.state, DESK_CHECKED);
	expect_text("and confirmed by nobody", c.registrars[1].number, "");
	expect_ok("the other is not", desk_case_settle(&c, &third, &twin.id, DESK_DIFFERENT, noon, &why), &why);
	expect_problem("so it is not completed", desk_case_completable(&c, &first, &why), &why, ERR_CONFLICT,
	    "takes a second registrar");
	expect_problem("nor confirmed by who settled it", desk_case_confirm(&c, &third, noon, &why), &why, ERR_DENIED,
	    "settled whose account it is");
	expect_ok("somebody else does", desk_case_confirm(&c, &second, noon, &why), &why);
	expect_ok("now it is", desk_case_completable(&c, &first, &why), &why);
}

static void
what_is_over_is_over(void **state)
{
	struct desk_case c = case_new(false);
	struct problem why = { 0 };
	struct id record = id_new(noon);

	(void)state;
	desk_case_complete(&c, &applicant, &record, noon);
	expect_number("nothing of the person is left", c.application.size, 0);
	expect_problem("not twice", desk_case_completable(&c, &first, &why), &why, ERR_CONFLICT, "is completed");
	expect_problem("nor withdrawn", desk_case_withdraw(&c, &first, noon, &why), &why, ERR_CONFLICT, "is completed");
	c = case_new(false);
	expect_ok("it is withdrawn", desk_case_withdraw(&c, &third, noon, &why), &why);
	expect_number("with all of the person", c.application.size, 0);
	expect_problem("and not confirmed", desk_case_confirm(&c, &second, noon, &why), &why, ERR_CONFLICT,
	    "is withdrawn");
}

/* The row */

static void
a_row_is_read_as_it_was_written(void **state)
{
	struct desk_case c = case_new(true), out;
	struct buffer b = buffer_init(64 * KIB), again = buffer_init(64 * KIB);
	struct problem why = { 0 };

	(void)state;
	similar_add(&c, &applicant);
	expect_ok("settled", desk_case_settle(&c, &first, &applicant.id, DESK_SAME, noon, &why), &why);
	expect_ok("confirmed", desk_case_confirm(&c, &second, noon, &why), &why);
	desk_case_write(&b, &c);
	expect_true("it is one", desk_case_read(buffer_span(&b), &out));
	desk_case_write(&again, &out);
	expect_true("with all of it", span_equal(buffer_span(&b), buffer_span(&again)));
	expect_text("and the second's number", out.registrars[1].number, second.number);
	for (size_t size = 0; size < b.end - b.start; size++)
		expect_true("cut short it is none", !desk_case_read(span_first(buffer_span(&b), size), &out));
	b.data[b.start] = 2;
	expect_true("of another form it is none", !desk_case_read(buffer_span(&b), &out));
	expect_problem("which is not the same as that there is none", desk_case_loaded(&arena,
	    &(struct row){ .value = buffer_span(&b) }, &out, &why), &why, ERR_UNAVAILABLE, "does not know");
	expect_problem("there is none", desk_case_loaded(&arena, NULL, &out, &why), &why, ERR_NOT_FOUND, "no case");
	buffer_release(&b);
	buffer_release(&again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_true_is_not_taken),
		cmocka_unit_test(who_somebody_is_takes_so_much),
		cmocka_unit_test(an_application_is_of_its_form),
		cmocka_unit_test(an_application_opens_only_in_its_case),
		cmocka_unit_test(two_are_two_people),
		cmocka_unit_test(an_account_there_is_takes_two),
		cmocka_unit_test(nobody_decides_on_the_own_account),
		cmocka_unit_test(similar_accounts_are_settled_first),
		cmocka_unit_test(whose_account_it_is_takes_two_as_well),
		cmocka_unit_test(what_is_over_is_over),
		cmocka_unit_test(a_row_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, make_people, tear_down);
}
