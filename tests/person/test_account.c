/* tests/person/test_account.c - an account's row: written, read, put and found again. */
#include "person/rows.h"
#include "person/stage.h"

#include "person/account.h"

static const struct table *const tables[] = { &account_table, &account_name_table, NULL };

static struct account
an_account(struct instant now)
{
	struct account a = account_new(now);

	a.standing = ACCOUNT_FULL;
	a.english = true;
	a.staff = STAFF_REGISTRAR;
	a.contacts[0] = (struct contact){ .address = span_text("taro@mail.example"), .added = now,
		.confirmed = instant_after(now, 7) };
	a.contacts[1] = (struct contact){ .address = span_text("t@b.example"), .added = instant_after(now, 1),
		.code = { 1, 2, 3, [31] = 9 }, .code_until = instant_after(now, 2), .tries = 3 };
	a.contact_count = 2;
	a.sessions_from = instant_after(now, 9);
	return a;
}

static bool
reads(struct span row)
{
	struct account a;

	return account_read(row, &a);
}

static void
expect_same(const struct account *a, const struct account *b)
{
	expect_number("id", memcmp(&a->id, &b->id, sizeof(a->id)), 0);
	expect_text("number", a->number, b->number);
	expect_number("standing", a->standing, b->standing);
	expect_number("created", a->created.us, b->created.us);
	expect_number("language", a->english, b->english);
	expect_number("staff", a->staff, b->staff);
	expect_number("sessions", a->sessions_from.us, b->sessions_from.us);
	expect_number("contacts", a->contact_count, b->contact_count);
	for (size_t i = 0; i < b->contact_count; i++) {
		const struct contact *x = &a->contacts[i], *y = &b->contacts[i];

		expect_true("address", span_equal(x->address, y->address));
		expect_number("added", x->added.us, y->added.us);
		expect_number("confirmed", x->confirmed.us, y->confirmed.us);
		expect_number("code", memcmp(x->code, y->code, sizeof(x->code)), 0);
		expect_number("until", x->code_until.us, y->code_until.us);
		expect_number("tries", x->tries, y->tries);
	}
}

static void
a_new_account_is_provisional_and_has_a_number_of_its_own(void **state)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct account a = account_new((struct instant){ 5 }), b = account_new((struct instant){ 5 });

	(void)state;
	expect_text("its standing", account_standing_name(a.standing), "provisional");
	expect_number("since", a.created.us, 5);
	expect_number("stored nowhere", a.generation, 0);
	expect_number("as long as promised", strlen(a.number), ACCOUNT_NUMBER_TEXT - 1);
	for (size_t i = 0; i < strlen(a.number); i++)
		expect_true(a.number, i == 4 || i == 9 ? a.number[i] == '-' : strchr(letters, a.number[i]) != NULL);
	expect_true("another's is another", strcmp(a.number, b.number) != 0 && memcmp(&a.id, &b.id, sizeof(a.id)) != 0);
}

static void
words_are_those_of_the_documents(void **state)
{
	(void)state;
	expect_text("full", account_standing_name(ACCOUNT_FULL), "full");
	expect_text("erased", account_standing_name(ACCOUNT_ERASED), "erased");
	expect_text("unknown", account_standing_name(ACCOUNT_UNKNOWN), "unknown");
	expect_number("a registrar", staff_role_read(span_text("registrar")), STAFF_REGISTRAR);
	expect_text("is called so", staff_role_name(STAFF_REGISTRAR), "registrar");
	expect_text("nobody is not", staff_role_name(0), "none");
	expect_number("nobody", staff_role_read(span_text("boss")), 0);
	expect_number("nothing", staff_role_read(span_text("")), 0);
}

static void
a_row_says_all_there_is(void **state)
{
	struct account a = an_account((struct instant){ 1000 }), read;
	struct buffer b = buffer_init(4 * KIB);

	(void)state;
	account_write(&b, &a);
	expect_only_whole("an account's row", buffer_span(&b), reads);
	expect_true("read", account_read(buffer_span(&b), &read));
	expect_same(&read, &a);
	buffer_clear(&b);
	account_write(&b, &(struct account){ .id = a.id, .standing = ACCOUNT_ERASED, .created = a.created });
	expect_true("an erased one has nothing", account_read(buffer_span(&b), &read));
	expect_text("nor a number", read.number, "");
	buffer_release(&b);
}

static void
a_row_that_says_what_cannot_be_is_not_read(void **state)
{
	static const struct { const char *title; size_t at; uint8_t value; } cases[] = {
		{ "a standing that is none", 17, ACCOUNT_UNKNOWN },
		{ "a standing of a later build", 17, ACCOUNT_ERASED + 1 },
		{ "a language that is none", 38, 2 },
		{ "too many contacts", 43, CONTACTS_LARGEST + 1 },
		{ "an address without a letter", 47, 0 },
		{ "a longer address", 46, 1 },
	};
	struct account a = an_account((struct instant){ 1000 });
	struct buffer b = buffer_init(4 * KIB);

	(void)state;
	account_write(&b, &a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t before = b.data[cases[i].at];

		b.data[cases[i].at] = cases[i].value;
		expect_true(cases[i].title, before != cases[i].value && !reads(buffer_span(&b)));
		b.data[cases[i].at] = before;
	}
	expect_true("as it was", reads(buffer_span(&b)));
	buffer_release(&b);
}

static enum err
load(struct stage *s, const struct id *id, struct account *out, struct problem *why)
{
	struct ask ask = account_ask(id);

	stage_load(s, &ask, 1);
	return account_loaded(&s->arena, &ask, out, why);
}

static enum err
put(struct stage *s, const struct account *a)
{
	struct unit *unit = stage_unit(s);

	account_put(unit, &s->arena, a);
	return stage_commit(s, unit);
}

static void
an_account_is_put_and_found_by_its_number(void **state)
{
	struct stage s;
	struct account a, read;
	struct problem why;
	struct ask ask;
	uint64_t generation;
	struct id id;

	(void)state;
	stage_open(&s, tables);
	a = an_account(s.now);
	expect_problem("not there", load(&s, &a.id, &read, &why), &why, ERR_NOT_FOUND, "no such account");
	expect_number("put", put(&s, &a), OK);
	expect_ok("there", load(&s, &a.id, &read, &why), &why);
	expect_same(&read, &a);
	ask = account_name_ask(&s.arena, span_text(a.number));
	stage_load(&s, &ask, 1);
	expect_ok("by its number", account_name_loaded(&ask, &id, &generation, &why), &why);
	expect_number("itself", memcmp(&id, &a.id, sizeof(id)), 0);
	expect_true("a row of its own", generation != 0);

	expect_number("as new again: it is there", put(&s, &a), ERR_CONFLICT);
	read.english = false;
	expect_number("as it was loaded", put(&s, &read), OK);
	expect_number("and not twice", put(&s, &read), ERR_CONFLICT);
	expect_ok("changed", load(&s, &a.id, &read, &why), &why);
	expect_true("the language", !read.english);
	stage_close(&s);
}

static void
a_number_is_given_once(void **state)
{
	struct stage s;
	struct account a, b;

	(void)state;
	stage_open(&s, tables);
	a = an_account(s.now);
	b = an_account(s.now);
	expect_number("the first", put(&s, &a), OK);
	memcpy(b.number, a.number, sizeof(b.number));
	expect_number("the second of this number", put(&s, &b), ERR_CONFLICT);
	stage_close(&s);
}

static void
an_erased_account_is_none_and_a_strange_row_is_not_none(void **state)
{
	struct stage s;
	struct account a, read;
	struct problem why;

	(void)state;
	stage_open(&s, tables);
	a = an_account(s.now);
	expect_number("put", put(&s, &a), OK);
	expect_ok("there", load(&s, &a.id, &read, &why), &why);
	read = (struct account){ .id = a.id, .standing = ACCOUNT_ERASED, .generation = read.generation };
	expect_number("erased", put(&s, &read), OK);
	expect_problem("as if never there", load(&s, &a.id, &read, &why), &why, ERR_NOT_FOUND, "no such account");
	stage_strange(&s, &account_table, id_span(&a.id));
	expect_problem("a row we cannot read", load(&s, &a.id, &read, &why), &why, ERR_UNAVAILABLE, "does not know");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_account_is_provisional_and_has_a_number_of_its_own),
		cmocka_unit_test(words_are_those_of_the_documents),
		cmocka_unit_test(a_row_says_all_there_is),
		cmocka_unit_test(a_row_that_says_what_cannot_be_is_not_read),
		cmocka_unit_test(an_account_is_put_and_found_by_its_number),
		cmocka_unit_test(a_number_is_given_once),
		cmocka_unit_test(an_erased_account_is_none_and_a_strange_row_is_not_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
