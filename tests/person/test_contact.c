/* tests/person/test_contact.c - an account's addresses: added, confirmed, taken away. */
#include "person/stage.h"

#include "person/contact.h"

#define TARO "taro@mail.example"

static const struct instant noon = { SECONDS(1000000) };

static enum err
add(struct account *a, const char *address, const char *code, struct instant now, struct problem *why)
{
	return contact_add(a, span_text(address), span_text(code), now, why);
}

static enum contact_answer
confirm(struct account *a, const char *address, const char *code, struct instant now)
{
	return contact_confirm(a, span_text(address), span_text(code), now);
}

static void
an_address_is_confirmed_by_its_code(void **state)
{
	struct account a = account_new(noon);
	struct problem why;

	(void)state;
	expect_number("nothing waits", confirm(&a, TARO, "123456", noon), CONTACT_UNKNOWN);
	expect_ok("added", add(&a, TARO, "123456", noon, &why), &why);
	expect_true("not confirmed", a.contact_count == 1 && !a.contacts[0].confirmed.us &&
	    a.contacts[0].added.us == noon.us);
	expect_number("another code", confirm(&a, TARO, "123457", noon), CONTACT_WRONG);
	expect_number("another address", confirm(&a, "jiro@mail.example", "123456", noon), CONTACT_UNKNOWN);
	expect_number("no address", confirm(&a, "taro", "123456", noon), CONTACT_UNKNOWN);
	expect_number("its code, however the address is typed", confirm(&a, "TARO@Mail.example", "123456", noon),
	    CONTACT_CONFIRMED);
	expect_true("confirmed", a.contacts[0].confirmed.us == noon.us && a.contacts[0].tries == 0);
	expect_span("as it was typed at first", a.contacts[0].address, TARO);
	expect_number("once", confirm(&a, TARO, "123456", noon), CONTACT_UNKNOWN);
	expect_problem("not added again", add(&a, TARO, "123456", noon, &why), &why, ERR_CONFLICT, "confirmed already");
}

static void
five_wrong_codes_or_a_day_spend_it(void **state)
{
	struct account a = account_new(noon), other;
	struct problem why;

	(void)state;
	expect_ok("added", add(&a, TARO, "123456", noon, &why), &why);
	for (int i = 0; i < CONTACT_CODE_TRIES; i++)
		expect_number("wrong", confirm(&a, TARO, "", noon), CONTACT_WRONG);
	expect_number("even the right one", confirm(&a, TARO, "123456", noon), CONTACT_SPENT);
	expect_ok("another code", add(&a, TARO, "654321", noon, &why), &why);
	expect_number("no second address", a.contact_count, 1);
	expect_number("the old one is wrong", confirm(&a, TARO, "123456", noon), CONTACT_WRONG);
	expect_number("a day later", confirm(&a, TARO, "654321", instant_after(noon, CONTACT_CODE_FOR)), CONTACT_SPENT);
	expect_number("just before", confirm(&a, TARO, "654321", instant_after(noon, CONTACT_CODE_FOR - 1)),
	    CONTACT_CONFIRMED);

	a = account_new(noon);
	other = account_new(noon);
	expect_ok("added", add(&a, TARO, "123456", noon, &why), &why);
	expect_ok("another's with the same code", add(&other, TARO, "123456", noon, &why), &why);
	expect_true("is kept otherwise", memcmp(a.contacts[0].code, other.contacts[0].code, 32) != 0);
}

static void
there_are_four_at_most_and_each_can_go(void **state)
{
	static const char *const addresses[] = { "a@a.example", "b@a.example", "c@a.example", "d@a.example" };
	struct account a = account_new(noon);
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++)
		expect_ok(addresses[i], add(&a, addresses[i], "123456", noon, &why), &why);
	expect_problem("a fifth", add(&a, "e@a.example", "123456", noon, &why), &why, ERR_LIMIT, "at most 4 addresses");
	expect_ok("another code for one of them", add(&a, "d@a.example", "654321", noon, &why), &why);
	expect_true("one in the middle", contact_remove(&a, span_text("B@A.example")));
	expect_true("once", !contact_remove(&a, span_text("b@a.example")));
	expect_true("no address", !contact_remove(&a, span_text("")));
	expect_number("three", a.contact_count, 3);
	expect_span("in their order", a.contacts[1].address, "c@a.example");
	expect_span("to the last", a.contacts[2].address, "d@a.example");
	expect_number("nothing behind", a.contacts[3].address.size, 0);
	expect_ok("room again", add(&a, "e@a.example", "123456", noon, &why), &why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_confirmed_by_its_code),
		cmocka_unit_test(five_wrong_codes_or_a_day_spend_it),
		cmocka_unit_test(there_are_four_at_most_and_each_can_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
