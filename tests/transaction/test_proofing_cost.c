/* tests/transaction/test_proofing_cost.c - who owes what for checks of certificates, to the yen. */
#include "expect.h"

#include "store/unit.h"
#include "transaction/proofing/cost.h"

/* Signature 20 yen, authentication 2 yen; in a phone 5 and 1; revocation lists are free; a linkage 7, in a phone 3. */
static const struct check_price prices[] = {
	{ JPKI_NO_PURPOSE, JPKI_NO_MEDIUM, REVOCATION_BY_CRL, false, 0 },
	{ JPKI_SIGNATURE, JPKI_PHONE, REVOCATION_BY_NOTHING, false, 5 },
	{ JPKI_AUTHENTICATION, JPKI_PHONE, REVOCATION_BY_NOTHING, false, 1 },
	{ JPKI_SIGNATURE, JPKI_NO_MEDIUM, REVOCATION_BY_NOTHING, false, 20 },
	{ JPKI_AUTHENTICATION, JPKI_NO_MEDIUM, REVOCATION_BY_NOTHING, false, 2 },
	{ JPKI_NO_PURPOSE, JPKI_PHONE, REVOCATION_BY_NOTHING, true, 3 },
	{ JPKI_NO_PURPOSE, JPKI_NO_MEDIUM, REVOCATION_BY_NOTHING, true, 7 },
};

/* "MEMBER PURPOSE MEDIUM KIND COUNT": s(ignature) a(uthentication), c(ard) p(hone), o(csp) l(ist) m(emory: a cache);
 * f: a further source, OCSP, of a verification that has its row; k: a linkage of its certificate. */
static const struct {
	const char *title;
	int64_t running;
	enum cost_share share;
	const char *entrusting; /* members who had nothing checked */
	const char *checks, *lines;
} cases[] = {
	{ "nothing happened", 1000, SHARE_EQUALLY, "", "", "" },
	{ "each check is its own", 0, SHARE_NOTHING, "", "bank sco 3,bank aco 2,city sco 1",
	    "bank 5/5 64+0 city 1/1 20+0" },
	{ "lists are free", 0, SHARE_NOTHING, "", "bank scl 10", "bank 10/10 0+0" },
	{ "a cache costs nothing", 0, SHARE_NOTHING, "", "bank sco 1,bank scm 4", "bank 5/1 20+0" },
	{ "a further source is paid, and is no check of its own", 0, SHARE_BY_CHECKS, "", "bank sco 1,bank scf 1",
	    "bank 1/2 40+0" },
	{ "nor where the answer that counts was free", 100, SHARE_BY_CHECKS, "", "bank scm 1,bank scf 1,city scm 1",
	    "bank 1/1 20+50 city 1/0 0+50" },
	{ "the phone instead of the card saves", 0, SHARE_NOTHING, "", "bank spo 2,bank apo 3",
	    "bank 5/5 13+0 saved 33 by 5" },
	{ "two sources asked about one phone: it is one, and each question saves what it would have cost more", 0,
	    SHARE_NOTHING, "", "bank spo 1,bank spf 1", "bank 1/2 10+0 saved 30 by 1" },
	{ "the one that counts was a cache: the phone is still one, and only what was paid for saves", 0, SHARE_NOTHING,
	    "", "bank spm 1,bank spf 1", "bank 1/1 5+0 saved 15 by 1" },
	{ "lists are as free for the card: nothing is saved", 0, SHARE_NOTHING, "", "bank spl 2",
	    "bank 2/2 0+0 saved 0 by 2" },
	{ "a linkage has its own price, and is no check", 0, SHARE_BY_CHECKS, "", "bank sco 1,bank sck 1",
	    "bank 1/2 27+0 linked 1" },
	{ "nor does it save anything with the phone", 0, SHARE_NOTHING, "", "bank spo 1,bank spk 1",
	    "bank 1/2 8+0 linked 1 saved 15 by 1" },
	{ "the running cost in equal parts", 100, SHARE_EQUALLY, "city,shop", "bank sco 1",
	    "bank 1/1 20+34 city 0/0 0+33 shop 0/0 0+33" },
	{ "by what was checked", 100, SHARE_BY_CHECKS, "shop", "bank acl 1,city acl 2",
	    "bank 1/1 0+33 city 2/2 0+67 shop 0/0 0+0" },
	{ "nobody had anything checked: nobody pays by checks", 100, SHARE_BY_CHECKS, "shop", "", "shop 0/0 0+0" },
	{ "who is accredited himself has no share", 90, SHARE_EQUALLY, "city", "self sco 1",
	    "city 0/0 0+90 self 1/1 20+0" },
};

static void
put(struct costs *c, const char *words)
{
	struct span rest = span_text(words), fields;

	while ((fields = span_cut(&rest, ',')).size) {
		struct span member = span_cut(&fields, ' '), kind = span_cut(&fields, ' ');
		struct proofing_check check = {
			.at = { SECONDS(1500) },
			.member = member,
			.operator = span_is(member, "self") ? member : span_text("platform"),
			.purpose = kind.data[0] == 's' ? JPKI_SIGNATURE : JPKI_AUTHENTICATION,
			.medium = kind.data[1] == 'p' ? JPKI_PHONE : JPKI_CARD,
			.relying_party = member,
			.kind = kind.data[2] == 'l' ? REVOCATION_BY_CRL : kind.data[2] == 'k'
			    ? REVOCATION_BY_NOTHING : REVOCATION_BY_OCSP,
			.source = span_text(kind.data[2] == 'f' ? "second" : "first"),
			.charged = kind.data[2] != 'm',
			.further = kind.data[2] == 'f' || kind.data[2] == 'k',
			.continuity = kind.data[2] == 'k' ? CONTINUITY_SAME : CONTINUITY_NOT_ASKED,
		};
		uint64_t times = 0;

		expect_true("a count", span_number(fields, &times));
		for (uint64_t i = 0; i < times; i++)
			costs_add(c, &check);
	}
}

static const char *
told(struct arena *a, const struct costs *c)
{
	size_t count;
	const struct cost_line *lines = costs_lines(c, a, &count);
	const char *text = "";

	for (size_t i = 0; i < count; i++) {
		text = arena_print(a, "%s%s%.*s %lu/%lu %ld+%ld", text, i ? " " : "", SPAN_ARGS(lines[i].member),
		    (unsigned long)lines[i].checks, (unsigned long)lines[i].charged, (long)lines[i].yen_checks,
		    (long)lines[i].yen_share);
		if (lines[i].linkages)
			text = arena_print(a, "%s linked %lu", text, (unsigned long)lines[i].linkages);
		if (lines[i].by_phone)
			text = arena_print(a, "%s saved %ld by %lu", text, (long)lines[i].yen_saved,
			    (unsigned long)lines[i].by_phone);
	}
	return text;
}

/* Whatever the parts are, together they are the whole. */
static void
expect_parts(const char *title, struct arena *a, const struct costs *c)
{
	size_t row_count, count;
	const struct cost_row *rows = costs_rows(c, a, &row_count);
	const struct cost_line *lines = costs_lines(c, a, &count);

	for (size_t i = 0; i < count; i++) {
		struct cost_row sum = { 0 };

		for (size_t n = 0; n < row_count; n++)
			if (span_equal(rows[n].member, lines[i].member)) {
				sum.checks += rows[n].checks;
				sum.charged += rows[n].charged;
				sum.linkages += rows[n].linkages;
				sum.by_phone += rows[n].by_phone;
				sum.yen += rows[n].yen;
				sum.yen_saved += rows[n].yen_saved;
			}
		expect_true(title, sum.checks == lines[i].checks && sum.charged == lines[i].charged &&
		    sum.linkages == lines[i].linkages && sum.by_phone == lines[i].by_phone &&
		    sum.yen == lines[i].yen_checks && sum.yen_saved == lines[i].yen_saved);
	}
}

/* By hand: of a month two signatures with the card were made at 20 yen, one with a phone at 5; then the prices
 * became 50 and 30. Kept, the month stays 20 + 20 + 5 = 45 with 15 saved; a row from before prices were kept is
 * reckoned by today's, 50, and counted. */
static void
a_month_costs_what_it_did(void **state)
{
	static const struct check_price dearer[] = {
		{ JPKI_SIGNATURE, JPKI_PHONE, REVOCATION_BY_NOTHING, false, 30 },
		{ JPKI_SIGNATURE, JPKI_NO_MEDIUM, REVOCATION_BY_NOTHING, false, 50 },
	};
	const struct cost_settings then = { .prices = prices, .price_count = COUNT(prices) },
		now = { .prices = dearer, .price_count = COUNT(dearer) };
	struct proofing_check check = { .at = { SECONDS(1500) }, .member = span_text("bank"),
		.relying_party = span_text("bank"), .operator = span_text("platform"), .purpose = JPKI_SIGNATURE,
		.medium = JPKI_CARD, .kind = REVOCATION_BY_OCSP, .source = span_text("first"), .charged = true };
	struct costs *c = costs_new(&now, (struct instant){ SECONDS(1000) }, (struct instant){ SECONDS(2000) });
	struct arena a = arena_init(1 * MIB);
	const struct cost_line *lines;
	size_t count;

	(void)state;
	cost_price(&then, &check);
	expect_true("as it was made", check.priced && check.yen == 20 && check.yen_by_card == 20);
	costs_add(c, &check);
	costs_add(c, &check);
	check.medium = JPKI_PHONE;
	cost_price(&then, &check);
	expect_true("with a phone", check.yen == 5 && check.yen_by_card == 20);
	costs_add(c, &check);
	lines = costs_lines(c, &a, &count);
	expect_number("by the prices of then", lines[0].yen_checks, 45);
	expect_number("and what was saved then", lines[0].yen_saved, 15);
	expect_number("all of them", lines[0].unpriced, 0);
	check.medium = JPKI_CARD;
	cost_price(NULL, &check);
	expect_true("nothing is said without prices", !check.priced && check.yen == 0);
	costs_add(c, &check);
	lines = costs_lines(c, &a, &count);
	expect_number("one without is reckoned by today's", lines[0].yen_checks, 95);
	expect_number("and counted", lines[0].unpriced, 1);
	check.charged = false;
	costs_add(c, &check);
	cost_price(&now, &check);
	expect_number("what is free has no price", check.yen, 0);
	lines = costs_lines(c, &a, &count);
	expect_number("so none is missing", lines[0].unpriced, 1);
	arena_release(&a);
	costs_free(c);
}

static void
each_part_stands_by_itself(void **state)
{
	static const char *const parts[] = {
		"bank https://bank.example/ linkage first 0/1 7", "bank https://bank.example/ none first 1/0 0",
		"bank https://bank.example/ ocsp first 2/2 40", "bank https://bank.example/ ocsp second 0/1 20",
		"bank https://bank.example/lounge ocsp first 1/1 20", "city https://bank.example/ crl first 1/1 0",
	};
	static const struct { const char *member, *party, *source; enum revocation_kind kind; bool charged, further,
	    linkage; } checks[] = {
		{ "city", "", "first", REVOCATION_BY_CRL, true, false, false },
		{ "bank", "", "first", REVOCATION_BY_OCSP, true, false, false },
		{ "bank", "", "second", REVOCATION_BY_OCSP, true, true, false },
		{ "bank", "lounge", "first", REVOCATION_BY_OCSP, true, false, false },
		{ "bank", "", "first", REVOCATION_BY_NOTHING, true, true, true },
		{ "bank", "", "first", REVOCATION_BY_NOTHING, false, false, false },
		{ "bank", "", "first", REVOCATION_BY_OCSP, true, false, false },
	};
	struct cost_settings settings = { prices, COUNT(prices), 0, SHARE_NOTHING };
	struct costs *c = costs_new(&settings, (struct instant){ SECONDS(1000) }, (struct instant){ SECONDS(2000) });
	struct arena a = arena_init(1 * MIB);
	const struct cost_row *rows;
	size_t count;

	(void)state;
	for (size_t i = 0; i < COUNT(checks); i++)
		costs_add(c, &(struct proofing_check){ .at = { SECONDS(1500) }, .member = span_text(checks[i].member),
			.relying_party = span_text(arena_print(&a, "https://bank.example/%s", checks[i].party)),
			.operator = span_text("platform"), .purpose = JPKI_SIGNATURE, .medium = JPKI_CARD,
			.kind = checks[i].kind, .source = span_text(checks[i].source), .charged = checks[i].charged,
			.further = checks[i].further,
			.continuity = checks[i].linkage ? CONTINUITY_OTHER : CONTINUITY_NOT_ASKED });
	rows = costs_rows(c, &a, &count);
	expect_number("so many parts", count, COUNT(parts));
	for (size_t i = 0; i < count; i++)
		expect_text(parts[i], arena_print(&a, "%.*s %.*s %s %.*s %lu/%lu %ld", SPAN_ARGS(rows[i].member),
		    SPAN_ARGS(rows[i].relying_party), rows[i].kind, SPAN_ARGS(rows[i].source),
		    (unsigned long)rows[i].checks, (unsigned long)rows[i].charged, (long)rows[i].yen), parts[i]);
	arena_release(&a);
	costs_free(c);
}

static void
who_owes_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cost_settings settings = { prices, COUNT(prices), cases[i].running, cases[i].share };
		struct costs *c = costs_new(&settings, (struct instant){ SECONDS(1000) },
		    (struct instant){ SECONDS(2000) });
		struct span rest = span_text(cases[i].entrusting), member;
		struct arena a = arena_init(1 * MIB);

		while ((member = span_cut(&rest, ',')).size)
			costs_entrusting(c, member);
		put(c, cases[i].checks);
		expect_text(cases[i].title, told(&a, c), cases[i].lines);
		expect_parts(cases[i].title, &a, c);
		arena_release(&a);
		costs_free(c);
	}
}

static void
only_the_period_counts(void **state)
{
	static const struct { const char *title; int64_t at; size_t counted; } edges[] = {
		{ "a moment before it begins", SECONDS(1000) - 1, 0 },
		{ "when it begins", SECONDS(1000), 1 },
		{ "a moment before it ends", SECONDS(2000) - 1, 1 },
		{ "when it ends", SECONDS(2000), 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(edges); i++) {
		struct cost_settings settings = { prices, COUNT(prices), 0, SHARE_NOTHING };
		struct costs *c = costs_new(&settings, (struct instant){ SECONDS(1000) },
		    (struct instant){ SECONDS(2000) });
		struct arena a = arena_init(1 * MIB);
		size_t count;

		costs_add(c, &(struct proofing_check){ .at = { edges[i].at }, .member = span_text("bank") });
		costs_lines(c, &a, &count);
		expect_number(edges[i].title, count, edges[i].counted);
		arena_release(&a);
		costs_free(c);
	}
}

static void
a_check_is_kept_as_it_was(void **state)
{
	static const struct table *const tables[] = { &proofing_log_table, NULL };
	struct arena a = arena_init(1 * MIB);
	struct unit *u = unit_new(&a, tables, (struct id){ { 1 } });
	const struct proofing_check check = {
		.at = { SECONDS(1795348800) + 7 }, .member = span_text("bank"),
		.relying_party = span_text("https://bank.example/"), .operator = span_text("platform"),
		.purpose = JPKI_SIGNATURE, .medium = JPKI_PHONE, .outcome = REFUTED, .kind = REVOCATION_BY_OPERATOR,
		.source = span_text("jlis"), .status = REVOCATION_REVOKED, .charged = true,
	};
	struct operation *operations;
	struct proofing_check read;
	struct problem why;
	struct id id;
	size_t count;
	uint8_t bytes[512];
	struct span row;

	(void)state;
	proofing_check_log(u, &check, 400 * SECONDS(86400));
	expect_ok("a unit of work", unit_read(&a, tables, unit_bytes(u), &id, &operations, &count, &why), &why);
	expect_number("one operation", count, 1);
	row = operations[0].value;
	expect_number("it ends by itself, after what the law asks for", operations[0].expires.us,
	    check.at.us + 400 * SECONDS(86400));
	expect_true("it reads", proofing_check_read(row, &read));
	expect_true("all of it", read.at.us == check.at.us && read.purpose == check.purpose &&
	    read.medium == check.medium && read.outcome == check.outcome && read.kind == check.kind &&
	    read.status == check.status && read.charged && !read.further);
	expect_span("who asked", read.member, "bank");
	expect_span("for whom", read.relying_party, "https://bank.example/");
	expect_span("whose accreditation", read.operator, "platform");
	expect_span("which source", read.source, "jlis");
	for (size_t cut = 0; cut < row.size; cut++)
		expect_true("cut short", !proofing_check_read(span_first(row, cut), &read));
	memcpy(bytes, row.data, row.size);
	bytes[14]++;
	expect_true("and that it is not the first", proofing_check_read(span_of(bytes, row.size), &read) &&
	    read.charged && read.further);
	bytes[14]++;
	expect_true("charged in no way we know", !proofing_check_read(span_of(bytes, row.size), &read));
	bytes[14] = row.data[14];
	bytes[0]++;
	expect_true("of another form", !proofing_check_read(span_of(bytes, row.size), &read));
	arena_release(&a);
}

static void
a_linkage_is_kept_as_it_was(void **state)
{
	static const struct table *const tables[] = { &proofing_log_table, NULL };
	struct arena a = arena_init(1 * MIB);
	struct unit *u = unit_new(&a, tables, (struct id){ { 1 } });
	const struct proofing_check check = {
		.at = { SECONDS(1795348800) }, .member = span_text("bank"), .operator = span_text("platform"),
		.purpose = JPKI_SIGNATURE, .medium = JPKI_CARD, .outcome = ESTABLISHED, .source = span_text("links"),
		.charged = true, .further = true, .continuity = CONTINUITY_OTHER,
	};
	struct operation *operations;
	struct proofing_check read;
	struct problem why;
	struct id id;
	size_t count;
	uint8_t bytes[512];
	struct span row;

	(void)state;
	proofing_check_log(u, &check, 0);
	expect_ok("a unit of work", unit_read(&a, tables, unit_bytes(u), &id, &operations, &count, &why), &why);
	row = operations[0].value;
	expect_true("it reads", proofing_check_read(row, &read));
	expect_true("all of it", read.continuity == CONTINUITY_OTHER && read.charged && read.further &&
	    read.kind == REVOCATION_BY_NOTHING && read.status == REVOCATION_NOT_CHECKED);
	expect_span("who was asked", read.source, "links");
	for (size_t cut = 0; cut < row.size; cut++)
		expect_true("cut short", !proofing_check_read(span_first(row, cut), &read));
	memcpy(bytes, row.data, row.size);
	bytes[row.size - 1] = CONTINUITY_SAME + 1;
	expect_true("an answer nobody knows", !proofing_check_read(span_of(bytes, row.size), &read));
	bytes[row.size - 1] = CONTINUITY_NOT_ASKED;
	expect_true("none at all", !proofing_check_read(span_of(bytes, row.size), &read));
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_owes_what),
		cmocka_unit_test(a_month_costs_what_it_did),
		cmocka_unit_test(each_part_stands_by_itself),
		cmocka_unit_test(only_the_period_counts),
		cmocka_unit_test(a_check_is_kept_as_it_was),
		cmocka_unit_test(a_linkage_is_kept_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
