/* tests/person/test_proofing_record.c - proofings of a person, and whose a certificate is. */
#include "person/rows.h"
#include "person/stage.h"

#include "person/proofing_record.h"

#define HANDLE "0123456789abcdef0123456789abcdef"

static const struct table *const tables[] = { &proofing_record_table, &account_certificate_table, NULL };

static struct proofing_record
a_record(struct instant at)
{
	return (struct proofing_record){
		.id = id_new(at),
		.method = PROOFING_AT_DESK,
		.strength = PROOFING_STRONG,
		.bearing = PROOFING_APART,
		.at = at,
		.by = { span_text("7K3M-Q2XH-9D"), span_text("1111-1111-11") },
		.evidence = span_text("driving-licence,passport"),
		.handle = span_text(HANDLE),
		.ledger = { { 9, [15] = 1 } },
		.facts = span_text("{\"proofing.method\":\"face-to-face\"}"),
	};
}

static bool
reads(struct span row)
{
	struct proofing_record p;

	return proofing_record_read(row, &p);
}

static void
expect_same(const struct proofing_record *a, const struct proofing_record *b)
{
	expect_number("id", memcmp(&a->id, &b->id, sizeof(a->id)), 0);
	expect_text("method", proofing_method_name(a->method), proofing_method_name(b->method));
	expect_number("strength", a->strength, b->strength);
	expect_number("bearing", a->bearing, b->bearing);
	expect_number("at", a->at.us, b->at.us);
	expect_true("by one", span_equal(a->by[0], b->by[0]));
	expect_true("by another", span_equal(a->by[1], b->by[1]));
	expect_true("evidence", span_equal(a->evidence, b->evidence));
	expect_true("handle", span_equal(a->handle, b->handle));
	expect_number("ledger", memcmp(&a->ledger, &b->ledger, sizeof(a->ledger)), 0);
	expect_true("facts", span_equal(a->facts, b->facts));
}

static void
a_row_says_all_there_is(void **state)
{
	struct proofing_record p = a_record((struct instant){ 99 }), read;
	struct buffer b = buffer_init(4 * KIB);

	(void)state;
	proofing_record_write(&b, &p);
	expect_only_whole("a proofing's row", buffer_span(&b), reads);
	expect_true("read", proofing_record_read(buffer_span(&b), &read));
	expect_same(&read, &p);
	b.data[17] = PROOFING_NO_METHOD;
	expect_true("no method", !reads(buffer_span(&b)));
	b.data[17] = PROOFING_AT_DESK + 1;
	expect_true("a method of a later build", !reads(buffer_span(&b)));
	b.data[17] = PROOFING_AT_DESK;
	b.data[18] = PROOFING_VALIDATED + 1;
	expect_true("a strength of a later build", !reads(buffer_span(&b)));
	b.data[18] = PROOFING_STRONG;
	b.data[19] = PROOFING_APART + 1;
	expect_true("a bearing of a later build", !reads(buffer_span(&b)));
	buffer_release(&b);
}

/* Of each, the newest first, what it bears: as it agrees, replaces, or stands apart; and whether it speaks. */
static const struct { const char *title, *bearings, *speak; } spoken[] = {
	{ "all that agree", "===", "yyy" },
	{ "none before what replaced it", "=r=", "yyn" },
	{ "the newest alone where it replaced all", "r==", "ynn" },
	{ "not what stands apart", "a=", "ny" },
	{ "what stands apart takes nothing from others", "ar=", "nyn" },
	{ "what stood apart does not come back", "=ra", "yyn" },
};

static void
a_proofing_speaks_of_what_it_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(spoken); i++) {
		struct proofing_record records[3] = { { .method = PROOFING_AT_DESK } };
		size_t count = strlen(spoken[i].bearings);

		for (size_t at = 0; at < count; at++)
			records[at].bearing = spoken[i].bearings[at] == 'r' ? PROOFING_REPLACES :
			    spoken[i].bearings[at] == 'a' ? PROOFING_APART : PROOFING_AGREES;
		for (size_t at = 0; at < count; at++)
			expect_number(spoken[i].title, proofing_record_speaks(records, at), spoken[i].speak[at] == 'y');
	}
}

static void
the_newest_comes_first_and_nobody_else_s(void **state)
{
	struct stage s;
	const struct id account = { { 1 } }, other = { { 2 } };
	struct proofing_record *read, p;
	struct problem why;
	struct unit *unit;
	struct ask ask;
	size_t count;

	(void)state;
	stage_open(&s, tables);
	unit = stage_unit(&s);
	for (int i = 0; i < PROOFING_RECORDS_LOOKED_AT + 2; i++) {
		p = a_record(instant_after(s.now, SECONDS(i)));
		proofing_record_put(unit, &s.arena, &account, &p);
	}
	expect_number("put", stage_commit(&s, unit), OK);
	unit = stage_unit(&s);
	proofing_record_put(unit, &s.arena, &account, &p);
	expect_number("none is written over", stage_commit(&s, unit), ERR_CONFLICT);

	ask = proofing_record_ask(&s.arena, &account);
	stage_load(&s, &ask, 1);
	expect_ok("loaded", proofing_records_loaded(&s.arena, &ask, &read, &count, &why), &why);
	expect_number("so many are looked at", count, PROOFING_RECORDS_LOOKED_AT);
	expect_same(&read[0], &p);
	expect_true("then the older", read[1].at.us < read[0].at.us);

	ask = proofing_record_ask(&s.arena, &other);
	stage_load(&s, &ask, 1);
	expect_ok("another's", proofing_records_loaded(&s.arena, &ask, &read, &count, &why), &why);
	expect_number("are none", count, 0);
	stage_strange(&s, &proofing_record_table, span_of("\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "0123456789abcdef", 32));
	stage_load(&s, &ask, 1);
	expect_problem("a row we cannot read", proofing_records_loaded(&s.arena, &ask, &read, &count, &why), &why,
	    ERR_UNAVAILABLE, "does not know");
	expect_number("gives none", count, 0);
	stage_close(&s);
}

static void
a_certificate_is_one_account_s(void **state)
{
	struct stage s;
	struct certificate_owner o = { .account = { { 1 } }, .of = { { 2 } } }, read;
	struct problem why;
	struct unit *unit;
	struct ask ask;

	(void)state;
	stage_open(&s, tables);
	ask = account_certificate_ask(&s.arena, span_text(HANDLE));
	stage_load(&s, &ask, 1);
	expect_problem("nobody's", account_certificate_loaded(&ask, &read, &why), &why, ERR_NOT_FOUND, "no account's");
	unit = stage_unit(&s);
	account_certificate_put(unit, &s.arena, span_text(HANDLE), &o);
	expect_number("put", stage_commit(&s, unit), OK);
	unit = stage_unit(&s);
	account_certificate_put(unit, &s.arena, span_text(HANDLE), &o);
	expect_number("not as new again", stage_commit(&s, unit), ERR_CONFLICT);
	stage_load(&s, &ask, 1);
	expect_ok("whose", account_certificate_loaded(&ask, &read, &why), &why);
	expect_number("account", memcmp(&read.account, &o.account, sizeof(o.account)), 0);
	expect_number("what of", memcmp(&read.of, &o.of, sizeof(o.of)), 0);
	read.of.bytes[0] = 3;
	unit = stage_unit(&s);
	account_certificate_put(unit, &s.arena, span_text(HANDLE), &read);
	expect_number("as it was loaded", stage_commit(&s, unit), OK);
	stage_strange(&s, &account_certificate_table, span_text(HANDLE));
	stage_load(&s, &ask, 1);
	expect_problem("a row we cannot read", account_certificate_loaded(&ask, &read, &why), &why, ERR_UNAVAILABLE,
	    "does not know");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_says_all_there_is),
		cmocka_unit_test(a_proofing_speaks_of_what_it_told),
		cmocka_unit_test(the_newest_comes_first_and_nobody_else_s),
		cmocka_unit_test(a_certificate_is_one_account_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
