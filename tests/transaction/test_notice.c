/* tests/transaction/test_notice.c - a notice waits in its row as it was put there. */
#include "expect.h"

#include "person/account.h"
#include "transaction/notice/notice.h"

static const struct table *const tables[] = { &notice_table, NULL };
static const uint8_t key[PUSH_KEY] = { 4, 1, 2, 3 }, secret[PUSH_SECRET] = { 9, 8 };
static const uint8_t long_text[2000] = { 'a' };

static struct notice
mail(void)
{
	return (struct notice){ .id = { { 1, 2, 3 } }, .kind = NOTICE_CONTACT_CODE, .english = true,
		.address = span_text("hanako@example.jp"), .code = span_text("012345"),
		.made = { SECONDS(1795348800) }, .until = { SECONDS(1795349100) }, .tries = 3,
		.next = { SECONDS(1795348900) } };
}

static struct notice
push(void)
{
	return (struct notice){ .id = { { 4 } }, .kind = NOTICE_APP_REQUEST, .name = span_text("私の電話"),
		.push = { span_text("https://push.example/1"), span_of(key, sizeof(key)),
		    span_of(secret, sizeof(secret)) },
		.account = { { 5 } }, .credential = { { 6 } }, .request = { { 7 } },
		.made = { 1 }, .until = { 2 } };
}

static struct notice
phones(void)
{
	return (struct notice){ .id = { { 8 } }, .kind = NOTICE_PROOFED, .account = { { 5 } }, .made = { 1 },
		.until = { 2 } };
}

static void
it_is_read_as_it_was_written(void **state)
{
	const struct notice both[] = { mail(), push(), phones() };

	(void)state;
	for (size_t i = 0; i < COUNT(both); i++) {
		struct buffer row = buffer_init(4 * KIB), again = buffer_init(4 * KIB);
		struct notice read;

		notice_write(&row, &both[i]);
		expect_true("it is read", notice_read(buffer_span(&row), &read));
		expect_span("to this address", read.address, i ? "" : "hanako@example.jp");
		expect_span("or there", read.push.endpoint, i == 1 ? "https://push.example/1" : "");
		expect_true("or to the account's phones", notice_to_phones(&read) == (i == 2));
		expect_number("of that account", read.account.bytes[0], i ? 5 : 0);
		expect_number("tried so often", read.tries, i ? 0 : 3);
		expect_true("in its language", read.english == !i);
		notice_write(&again, &read);
		expect_true("and nothing is lost", span_equal(buffer_span(&row), buffer_span(&again)));
		for (size_t n = 0; n < buffer_span(&row).size; n++)
			expect_true("a part of it is no notice",
			    !notice_read(span_first(buffer_span(&row), n), &read));
		buffer_byte(&row, 0);
		expect_true("nor is one with something behind it", !notice_read(buffer_span(&row), &read));
		buffer_release(&row);
		buffer_release(&again);
	}
}

static void
to_nowhere(struct notice *n)
{
	n->address = (struct span){ 0 };
}

static void
to_both(struct notice *n)
{
	n->push = push().push;
}

static void
to_phones_of_nobody(struct notice *n)
{
	*n = phones();
	n->account = (struct id){ { 0 } };
}

static void
to_a_phone_without_a_subscription(struct notice *n)
{
	*n = push();
	n->push = (struct push_subscription){ 0 };
}

static void
with_half_a_subscription(struct notice *n)
{
	*n = push();
	n->push.secret.size--;
}

static void
with_a_key_beside_an_address(struct notice *n)
{
	n->push.key = push().push.key;
}

static void
without_a_kind(struct notice *n)
{
	n->kind = NOTICE_NOTHING;
}

static void
of_no_kind_of_ours(struct notice *n)
{
	n->kind = NOTICE_KINDS;
}

static void
without_an_end(struct notice *n)
{
	n->until.us = 0;
}

static void
with_a_long_address(struct notice *n)
{
	n->address = span_of(long_text, NOTICE_ADDRESS_LARGEST + 1);
}

static void
with_a_long_name(struct notice *n)
{
	n->name = span_of(long_text, NOTICE_NAME_LARGEST + 1);
}

static void
with_a_long_endpoint(struct notice *n)
{
	*n = push();
	n->push.endpoint = span_of(long_text, PUSH_ENDPOINT_LARGEST + 1);
}

static const struct {
	const char *title;
	void (*change)(struct notice *);
} unsound[] = {
	{ "one that goes nowhere", to_nowhere },
	{ "one that goes two ways", to_both },
	{ "one to the phones of nobody", to_phones_of_nobody },
	{ "one to a phone that has no subscription", to_a_phone_without_a_subscription },
	{ "half a subscription", with_half_a_subscription },
	{ "a subscription's key beside an address", with_a_key_beside_an_address },
	{ "one that tells nothing", without_a_kind },
	{ "one of a kind that is not ours", of_no_kind_of_ours },
	{ "one that would wait for ever", without_an_end },
	{ "an address longer than addresses are", with_a_long_address },
	{ "a name longer than names are", with_a_long_name },
	{ "an endpoint longer than we keep", with_a_long_endpoint },
};

static void
what_cannot_be_is_not_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unsound); i++) {
		struct buffer row = buffer_init(4 * KIB);
		struct notice n = mail(), read;

		unsound[i].change(&n);
		notice_write(&row, &n);
		expect_true(unsound[i].title, !notice_read(buffer_span(&row), &read));
		buffer_release(&row);
	}
}

static void
every_kind_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NOTICE_KINDS; i++)
		for (unsigned other = 0; other < i; other++)
			expect_true(notice_kind_name(i), strcmp(notice_kind_name(i), notice_kind_name(other)) != 0);
	expect_text("and what is none is nothing", notice_kind_name(NOTICE_KINDS), "nothing");
}

static void
it_is_put_where_the_steward_finds_it(void **state)
{
	struct arena a = arena_init(1 * MIB);
	const struct notice n = mail();
	struct unit *unit = unit_new(&a, tables, id_new((struct instant){ 1 }));
	struct operation *operations;
	struct problem why;
	struct notice read;
	struct id id;
	size_t count;

	(void)state;
	notice_put(unit, &n);
	expect_ok("it is a unit", unit_read(&a, tables, unit_bytes(unit), &id, &operations, &count, &why), &why);
	expect_number("with one row", count, 1);
	expect_true("under its id", span_equal(operations[0].key, id_span(&n.id)));
	expect_true("that is a notice", notice_read(operations[0].value, &read));
	expect_true("and is still there when its time is over", instant_before(n.until, operations[0].expires));
	expect_true("a worker may put it", unit_allowed(ROLE_WORKER, operations, count, &count));
	expect_true("the steward may, too", unit_allowed(ROLE_STEWARD, operations, 1, &count));
	expect_true("nobody else", !unit_allowed(ROLE_SIGNER, operations, 1, &count));
	arena_release(&a);
}

static const struct {
	const char *title;
	enum notice_kind kind;
	const char *except;
	size_t mails;
	bool rings, is_new;
} told[] = {
	{ "a proofing is told by mail and on the phones", NOTICE_PROOFED, "", 2, true, false },
	{ "so is a new authenticator", NOTICE_CREDENTIAL_ADDED, "", 2, true, false },
	{ "and one that was revoked", NOTICE_CREDENTIAL_REVOKED, "", 2, true, false },
	{ "or re-issued", NOTICE_CREDENTIAL_REPLACED, "", 2, true, false },
	{ "what can wait for the mail is told there", NOTICE_CREDENTIAL_RESUMED, "", 2, false, false },
	{ "and what an address itself is told of is told to the others", NOTICE_CONTACT_CHANGED, "two@example.jp", 1,
	    false, false },
	{ "an account that is erased has no phone", NOTICE_ACCOUNT_ERASED, "", 2, false, false },
	{ "nor has one that is just being made", NOTICE_PROOFED, "", 2, false, true },
};

static void
an_account_is_told_where_it_can_be_reached(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct account account = { .id = { { 5 } }, .english = true, .contact_count = 3, .contacts = {
		{ .address = span_text("one@example.jp"), .confirmed = { 1 } },
		{ .address = span_text("two@example.jp"), .confirmed = { 1 } },
		{ .address = span_text("unconfirmed@example.jp") } } };

	(void)state;
	for (size_t i = 0; i < COUNT(told); i++) {
		struct unit *unit = unit_new(&a, tables, id_new((struct instant){ 1 }));
		size_t count, mails = 0, phones = 0;
		struct operation *operations;
		struct problem why;
		struct id id;

		account.generation = !told[i].is_new;
		account_tell(unit, &account, told[i].kind, span_text("私の鍵"), span_text(told[i].except),
		    (struct instant){ 1 });
		expect_ok(told[i].title, unit_read(&a, tables, unit_bytes(unit), &id, &operations, &count, &why), &why);
		for (size_t n = 0; n < count; n++) {
			struct notice read;

			expect_true(told[i].title, notice_read(operations[n].value, &read) &&
			    read.kind == told[i].kind && read.english);
			mails += read.address.size != 0;
			phones += notice_to_phones(&read) && id_equal(&read.account, &account.id) && !read.name.size;
		}
		expect_number(told[i].title, mails, told[i].mails);
		expect_number(told[i].title, phones, told[i].rings);
		expect_number(told[i].title, count, told[i].mails + told[i].rings);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_read_as_it_was_written),
		cmocka_unit_test(what_cannot_be_is_not_read),
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
		cmocka_unit_test(it_is_put_where_the_steward_finds_it),
		cmocka_unit_test(an_account_is_told_where_it_can_be_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
