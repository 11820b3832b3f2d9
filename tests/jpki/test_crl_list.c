/* tests/jpki/test_crl_list.c - what a revocation list says, and lists that are none. */
#include "expect.h"

#include "jpki/crl_list.h"
#include "list_maker.h"

static struct arena arena;
static struct maker authority;

static const char scoped[] = "[x]\nauthorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,@p\n"
    "freshestCRL=URI:http://x.example/delta\n[p]\nfullname=dirName:d\nonlyuser=TRUE\nindirectCRL=TRUE\n"
    "onlysomereasons=keyCompromise,certificateHold\n[d]\nC=JP\nO=JPKI-TEST\nCN=Shibuya-ku CRLDP\n";

static const struct made_entry some[] = {
	{ "01", NULL, 0, NULL, NULL, NULL },
	{ "018C0001", "2026-11-01T10:20:30Z", 1, NULL, NULL, "remark" },
	{ "00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "2055-01-02T03:04:05Z", 6, "20260101000000Z", "C=JP/O=other", NULL },
	{ "-01", NULL, 10, NULL, NULL, "critical" },
};

static struct crl_list
read_good(struct span der)
{
	struct crl_list list = { .version = 0 };
	struct problem why;

	expect_ok("a good list is read", crl_list_read(der, &list, &why), &why);
	return list;
}

static void
all_it_says_is_read(void **state)
{
	struct made_list made = { .number = "2A", .extensions = scoped, .entries = some, .count = COUNT(some) };
	struct span der = maker_list(&arena, &authority, &made);
	struct crl_list list = read_good(der);

	(void)state;
	expect_number("version 2", list.version, 2);
	expect_true("its issuer", span_equal(list.issuer, authority.name));
	expect_number("thisUpdate", list.this_update.us, made_instant(MADE_MIDNIGHT).us);
	expect_number("nextUpdate", list.next_update.us, made_instant(MADE_NEXT).us);
	expect_number("the key identifier", list.authority_key_id.size, 20);
	expect_span("its number", list.number, "*");
	expect_number("it is complete", list.base_number.size, 0);
	expect_true(
	    "it is limited", list.scope.present && list.scope.full_name.size && list.scope.relative_name.size == 0);
	expect_true("to users", list.scope.only_users && !list.scope.only_authorities && !list.scope.only_attributes);
	expect_true("of several issuers", list.scope.indirect);
	expect_number("for two reasons", list.scope.reasons, 1 << 1 | 1 << 6);
	expect_true("deltas are named", list.freshest.size > 0);
	expect_number("nothing unknown must be understood", list.unknown_critical.size, 0);
	expect_true("what is signed is inside", list.tbs.size > list.entries.size && list.tbs.size < der.size);
}

static void
entries_come_one_by_one(void **state)
{
	struct made_list made = { .extensions = scoped, .entries = some, .count = COUNT(some) };
	struct crl_list list = read_good(maker_list(&arena, &authority, &made));
	struct crl_walk walk = crl_walk_of(&list);
	struct crl_entry e;
	struct problem why;

	(void)state;
	expect_true("the first", crl_walk_next(&walk, &e, &why));
	expect_true("has its serial", span_equal(e.serial, span_of("\x01", 1)));
	expect_number("and date", e.revoked_at.us, made_instant(MADE_MIDNIGHT).us);
	expect_true(
	    "no more", e.reason == CRL_NO_REASON && !e.invalid_from.us && !e.issuer.size && !e.unknown_critical);
	expect_true("the second", crl_walk_next(&walk, &e, &why));
	expect_true("has four bytes", span_equal(e.serial, span_of("\x01\x8c\x00\x01", 4)));
	expect_number("its own date", e.revoked_at.us, made_instant("2026-11-01T10:20:30Z").us);
	expect_number("keyCompromise", e.reason, 1);
	expect_true("a remark harms nobody", !e.unknown_critical);
	expect_true("the third", crl_walk_next(&walk, &e, &why));
	expect_number("has a long serial", e.serial.size, 17);
	expect_number("a date of the second form", e.revoked_at.us, made_instant("2055-01-02T03:04:05Z").us);
	expect_number("was invalid before", e.invalid_from.us, made_instant("2026-01-01T00:00:00Z").us);
	expect_true("and another issuer", e.issuer.size && e.issuer.data[0] == 0x30 && !e.unknown_critical);
	expect_true("the fourth", crl_walk_next(&walk, &e, &why));
	expect_true("is below zero", span_equal(e.serial, span_of("\xff", 1)));
	expect_true("and has what must be understood", e.unknown_critical);
	expect_true("that was all", !crl_walk_next(&walk, &e, &why));
	expect_number("and no failure", walk.err, OK);
}

static void
smaller_lists_are_lists(void **state)
{
	struct made_list empty = { .number = "01" }, first = { .first_version = true, .entries = some, .count = 1 };
	struct made_list endless = { .next_update = "" };
	struct crl_list list = read_good(maker_list(&arena, &authority, &empty));
	struct crl_entry e;
	struct crl_walk walk = crl_walk_of(&list);

	(void)state;
	expect_true("a list of nobody", !crl_walk_next(&walk, &e, NULL) && walk.err == OK);
	expect_number("without limits", list.scope.reasons, CRL_ALL_REASONS);
	list = read_good(maker_list(&arena, &authority, &first));
	walk = crl_walk_of(&list);
	expect_number("version 1", list.version, 1);
	expect_true("has entries", crl_walk_next(&walk, &e, NULL) && !crl_walk_next(&walk, &e, NULL));
	list = read_good(maker_list(&arena, &authority, &endless));
	expect_number("no nextUpdate is no time", list.next_update.us, 0);
}

static void
an_issuer_in_a_list_of_one_issuer_is_not_understood(void **state)
{
	static const struct made_entry one[] = { { .serial = "05", .issuer = "C=JP/O=other" } };
	struct made_list made = { .number = "01", .entries = one, .count = 1 };
	struct crl_list list = read_good(maker_list(&arena, &authority, &made));
	struct crl_walk walk = crl_walk_of(&list);
	struct crl_entry e;

	(void)state;
	expect_true("the entry is read", crl_walk_next(&walk, &e, NULL));
	expect_true("and not understood", e.unknown_critical);
}

/* The first place where `from` stands becomes `to`, of the same size. */
static struct span
patched(struct span der, struct span from, struct span to)
{
	struct span copy = arena_copy(&arena, der);
	uint8_t *at = memmem(copy.data, copy.size, from.data, from.size);

	maker_must(at && from.size == to.size, "what is to be changed is not there");
	memcpy(at, to.data, to.size);
	return copy;
}

#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static void
what_is_no_list_is_refused(void **state)
{
	static const struct {
		const char *title;
		struct span from, to;
		enum err code;
		const char *part;
	} cases[] = {
		{ "version 3", BYTES("\x02\x01\x01\x30\x0d"), BYTES("\x02\x01\x02\x30\x0d"), ERR_SYNTAX, "version" },
		{ "version 0 written out", BYTES("\x02\x01\x01\x30\x0d"), BYTES("\x02\x01\x00\x30\x0d"), ERR_SYNTAX,
		    "version" },
		{ "another algorithm inside", BYTES("\x0d\x01\x01\x0b"), BYTES("\x0d\x01\x01\x0c"), ERR_INVALID,
		    "algorithm" },
		{ "a thirteenth month", BYTES("261122000000Z"), BYTES("261322000000Z"), ERR_SYNTAX, "thisUpdate" },
		{ "a day November has not", BYTES("261122000000Z"), BYTES("261131000000Z"), ERR_SYNTAX, "thisUpdate" },
		{ "an offset", BYTES("261122000000Z"), BYTES("2611220000+09"), ERR_SYNTAX, "thisUpdate" },
		{ "a number below zero", BYTES("\x04\x03\x02\x01\x2a"), BYTES("\x04\x03\x02\x01\xaa"), ERR_SYNTAX,
		    "cRLNumber" },
		{ "cRLNumber twice", BYTES("\x55\x1d\x23"), BYTES("\x55\x1d\x14"), ERR_SYNTAX, "cRLNumber" },
		{ "a flag that is false", BYTES("\x81\x01\xff"), BYTES("\x81\x01\x00"), ERR_SYNTAX,
		    "issuingDistributionPoint" },
		{ "a flag that is neither", BYTES("\x81\x01\xff"), BYTES("\x81\x01\x01"), ERR_SYNTAX,
		    "issuingDistributionPoint" },
		{ "an indefinite length", BYTES("\x30\x0d\x06\x09"), BYTES("\x30\x80\x06\x09"), ERR_SYNTAX, "" },
	};
	struct made_list made = { .number = "2A", .extensions = scoped, .entries = some, .count = 2 };
	struct span der = maker_list(&arena, &authority, &made), longer = arena_copy(&arena, der);
	struct crl_list list;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, crl_list_read(patched(der, cases[i].from, cases[i].to), &list, &why),
		    &why, cases[i].code, cases[i].part);
	for (size_t cut = 0; cut < der.size; cut++)
		expect_true("a list cut short is none", crl_list_read(span_first(der, cut), &list, &why) == ERR_SYNTAX);
	longer.size++;
	expect_problem(
	    "something behind its end", crl_list_read(longer, &list, &why), &why, ERR_SYNTAX, "behind its end");
	der.size = CRL_LARGEST + 1;
	expect_problem("more than two gigabytes", crl_list_read(der, &list, &why), &why, ERR_LIMIT, "at most");
}

static void
what_is_no_entry_is_refused(void **state)
{
	static const struct {
		const char *title;
		struct span from, to;
		enum err code;
		const char *part;
	} cases[] = {
		{ "a serial with a zero in front", BYTES("\x02\x04\x01\x8c"), BYTES("\x02\x04\x00\x0c"), ERR_SYNTAX,
		    "serial" },
		{ "no serial", BYTES("\x02\x04\x01\x8c"), BYTES("\x03\x04\x01\x8c"), ERR_SYNTAX, "serial" },
		{ "a 25th hour", BYTES("261101102030Z"), BYTES("261101252030Z"), ERR_SYNTAX, "date" },
		{ "a date without seconds", BYTES("261101102030Z"), BYTES("2611011020Z30"), ERR_SYNTAX, "date" },
		{ "reason 7", BYTES("\x0a\x01\x01"), BYTES("\x0a\x01\x07"), ERR_SYNTAX, "reasonCode" },
		{ "reason 11", BYTES("\x0a\x01\x01"), BYTES("\x0a\x01\x0b"), ERR_SYNTAX, "reasonCode" },
		{ "a reason that is an INTEGER", BYTES("\x0a\x01\x01"), BYTES("\x02\x01\x01"), ERR_SYNTAX,
		    "reasonCode" },
		{ "extensions that are none", BYTES("\x55\x1d\x15\x04\x03"), BYTES("\x55\x1d\x15\x05\x03"), ERR_SYNTAX,
		    "extension" },
	};
	static const struct made_entry very_long[] = {
		{ .serial = "0102030405060708091011121314151617181920212223242526" }
	};
	struct made_list made = { .number = "01", .entries = some + 1, .count = 1 };
	struct made_list other = { .number = "01", .entries = very_long, .count = 1 };
	struct span der = maker_list(&arena, &authority, &made);
	struct crl_list list;
	struct crl_walk walk;
	struct crl_entry e;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		list = read_good(patched(der, cases[i].from, cases[i].to));
		walk = crl_walk_of(&list);
		expect_true(cases[i].title, !crl_walk_next(&walk, &e, &why));
		expect_problem(cases[i].title, walk.err, &why, cases[i].code, cases[i].part);
		expect_true("and none follows", !crl_walk_next(&walk, &e, &why));
	}
	list = read_good(maker_list(&arena, &authority, &other));
	walk = crl_walk_of(&list);
	expect_true("a serial longer than any certificate's", !crl_walk_next(&walk, &e, &why));
	expect_problem("is too long", walk.err, &why, ERR_LIMIT, "at most 24");
	/* Version 1 has no extensions: the version's three bytes become part of nothing. */
	made.first_version = true;
	made.number = NULL;
	list = read_good(maker_list(&arena, &authority, &made));
	walk = crl_walk_of(&list);
	expect_true("version 1 with extensions", !crl_walk_next(&walk, &e, &why));
	expect_problem("is refused", walk.err, &why, ERR_SYNTAX, "version 1");
}

static void
what_must_be_understood_is_told(void **state)
{
	struct made_list made = { .number = "01", .extensions = "[x]\n1.2.392.200149.99.2=critical,DER:05:00\n" };
	struct crl_list list = read_good(maker_list(&arena, &authority, &made));

	(void)state;
	expect_true(
	    "its OID is told", span_equal(list.unknown_critical, span_of("\x2a\x83\x08\x8c\x9b\x55\x63\x02", 8)));
	made.extensions = "[x]\n1.2.392.200149.99.2=DER:05:00\n";
	list = read_good(maker_list(&arena, &authority, &made));
	expect_number("a remark harms nobody", list.unknown_critical.size, 0);
}

static void
whose_key_signed_is_read_as_in_a_certificate(void **state)
{
	static const struct {
		const char *title, *extensions;
	} cases[] = {
		{ "a key identifier of nothing", "[x]\n2.5.29.35=DER:30:02:80:00\n" },
		{ "an issuer that is no names", "[x]\n2.5.29.35=DER:30:06:a1:04:05:02:00:00\n" },
		{ "something behind it", "[x]\n2.5.29.35=DER:30:03:80:01:07:05:00\n" },
		{ "false, written out", "[x]\n2.5.29.28=critical,DER:30:03:81:01:00\n" },
	};
	struct made_list good = { .number = "01", .extensions = "[x]\n2.5.29.35=DER:30:03:80:01:07\n" };
	struct crl_list list = read_good(maker_list(&arena, &authority, &good));
	struct problem why;

	(void)state;
	expect_true("its key identifier", span_equal(list.authority_key_id, span_of("\x07", 1)));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct made_list made = { .number = "01", .extensions = cases[i].extensions };

		expect_problem(cases[i].title, crl_list_read(maker_list(&arena, &authority, &made), &list, &why), &why,
		    ERR_SYNTAX, "is not DER of one");
	}
}

static int
prepare(void **state)
{
	(void)state;
	arena = arena_init(64 * MIB);
	authority = maker_new(&arena, NULL, "C=JP/O=JPKI-TEST/OU=lists", "01", MAKER_AUTHORITY);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	maker_free(&authority);
	arena_release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_it_says_is_read),
		cmocka_unit_test(entries_come_one_by_one),
		cmocka_unit_test(smaller_lists_are_lists),
		cmocka_unit_test(an_issuer_in_a_list_of_one_issuer_is_not_understood),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(what_is_no_entry_is_refused),
		cmocka_unit_test(what_must_be_understood_is_told),
		cmocka_unit_test(whose_key_signed_is_read_as_in_a_certificate),
	};
	return cmocka_run_group_tests(tests, prepare, clean);
}
