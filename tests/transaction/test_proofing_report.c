/* tests/transaction/test_proofing_report.c - the costs of a period, summed over thousands of rows and many members. */
#include "expect.h"

#include "base/turn.h"
#include "registry/standing.h"
#include "store/memory.h"
#include "transaction/proofing/report.h"

#define RECORD "{\"id\":\"%s\",\"kind\":\"business\",\"name\":{\"ja\":\"甲\",\"en\":\"A\"}," \
	"\"contacts\":[{\"type\":\"technical\",\"email\":\"a@a.example\"}]," \
	"\"entities\":[{\"entity_id\":\"https://%s.example/\",\"roles\":[\"rp\"]}]%s}"
#define ENTRUSTED ",\"jpki\":{\"entrustments\":[{\"to\":\"platform\",\"uses\":[\"signature\"]," \
	"\"from\":\"2026-11-01\",\"until\":\"2027-11-01\",\"reported\":\"2026-11-01\"}]}"
#define MEMBERS 150
#define CHECKS 9001

static const struct table *const tables[] = { &member_table, &proofing_log_table, NULL };

struct run {
	struct arena arena;
	struct store *store;
	struct instant noon;
	bool done;
	enum err err;
	struct problem why;
	const struct cost_line *lines;
	size_t count;
};

static void
on_stored(void *arg, const struct committed *c)
{
	struct run *run = arg;

	run->done = true;
	expect_number("it is stored", c->code, OK);
}

static void
store_unit(struct run *run, const struct unit *unit, enum role role)
{
	store_memory_become(run->store, role);
	run->done = false;
	store_commit(run->store, unit, on_stored, run);
	while (!run->done && store_memory_step(run->store, run->noon))
		continue;
}

static void
add_member(struct run *run, const char *id, enum standing standing, struct instant since, const char *more)
{
	struct unit *unit = unit_new(&run->arena, tables, id_new(run->noon));
	struct buffer b = buffer_init(64 * KIB);

	member_write(&b, &(struct member){ .id = span_text(id), .standing = standing, .since = since,
	    .record = span_text(arena_print(&run->arena, RECORD, id, id, more)) });
	unit_put(unit, &member_table, span_text(id), buffer_span(&b));
	store_unit(run, unit, ROLE_STEWARD);
	buffer_release(&b);
}

/* A check a minute, the newest last, at noon. */
static void
add_checks(struct run *run)
{
	struct unit *unit = unit_new(&run->arena, tables, id_new(run->noon));

	for (int i = CHECKS - 1; i >= 0; i--)
		proofing_check_log(unit, &(struct proofing_check){
			.at = { run->noon.us - i * SECONDS(60) }, .member = span_text("bank"),
			.operator = span_text("platform"), .purpose = JPKI_SIGNATURE, .medium = JPKI_CARD,
			.outcome = ESTABLISHED, .kind = REVOCATION_BY_OCSP, .status = REVOCATION_GOOD, .charged = true,
		}, 0);
	store_unit(run, unit, ROLE_WORKER);
}

static int
set_up(void **state)
{
	static struct run run;

	run = (struct run){ .arena = arena_init(256 * MIB), .store = store_memory_new(tables, ROLE_STEWARD, 7) };
	if (!instant_read(span_text("2026-11-22T12:00:00Z"), &run.noon))
		return -1;
	for (int i = 0; i < MEMBERS; i++)
		add_member(&run, arena_print(&run.arena, "member-%03d", i), STANDING_APPROVED, run.noon,
		    i % 3 ? "" : ENTRUSTED);
	add_member(&run, "bank", STANDING_APPROVED, run.noon, ENTRUSTED);
	add_member(&run, "left", STANDING_WITHDRAWN, (struct instant){ 1 }, ENTRUSTED);
	add_checks(&run);
	*state = &run;
	return 0;
}

static int
tear_down(void **state)
{
	struct run *run = *state;

	store_free(run->store);
	arena_release(&run->arena);
	return 0;
}

static void
on_report(void *arg, enum err err, const struct costs *costs, const struct problem *why)
{
	struct run *run = arg;

	run->done = true;
	run->err = err;
	if (err != OK)
		run->why = *why;
	else
		run->lines = costs_lines(costs, &run->arena, &run->count);
}

static const struct check_price prices[] = { { JPKI_SIGNATURE, JPKI_NO_MEDIUM, REVOCATION_BY_NOTHING, false, 20 } };

static struct proofing_report
report_of(const char *from, const char *until)
{
	struct proofing_report report = { .settings = { prices, COUNT(prices), 51000, SHARE_EQUALLY },
		.operator = span_text("platform") };

	expect_true("a time", instant_read(span_text(from), &report.from));
	expect_true("and another", instant_read(span_text(until), &report.until));
	return report;
}

static void
report(struct run *run, const char *from, const char *until)
{
	struct proofing_report asked = report_of(from, until);

	run->done = false;
	proofing_report_start(run->store, &asked, on_report, run);
	while (!run->done && store_memory_step(run->store, run->noon))
		continue;
	expect_true("it has an end", run->done);
}

static void
all_that_is_in_the_period_is_summed(void **state)
{
	static const struct { const char *title, *from, *until; uint64_t checks; } cases[] = {
		{ "all of it", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", CHECKS },
		{ "the last hour", "2026-11-22T11:00:01Z", "2026-12-01T00:00:00Z", 60 },
		{ "an hour two days before", "2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", 60 },
		{ "before there was anything", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", 0 },
	};
	struct run *run = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		report(run, cases[i].from, cases[i].until);
		expect_ok(cases[i].title, run->err, &run->why);
		expect_number(cases[i].title, run->count, MEMBERS / 3 + 1);
		expect_span("the bank comes first", run->lines[0].member, "bank");
		expect_number(cases[i].title, run->lines[0].checks, cases[i].checks);
		expect_number("to pay for them", run->lines[0].yen_checks, cases[i].checks * 20);
		expect_number("and a share", run->lines[0].yen_share, 1000);
		expect_number("as every other", run->lines[50].yen_share, 1000);
	}
}

static void
nobody_entrusts_anything_before_it_began(void **state)
{
	struct run *run = *state;

	report(run, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
	expect_ok("a month before", run->err, &run->why);
	expect_number("nobody", run->count, 0);
}

/* What it had in the month it had, whatever it is now. */
static void
who_left_within_the_period_had_it(void **state)
{
	static const struct { const char *title, *from, *until; size_t more; } cases[] = {
		{ "the month it left in", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 2 },
		{ "the day after", "2026-11-23T00:00:00Z", "2026-12-01T00:00:00Z", 0 },
	};
	struct run *run = *state;

	add_member(run, "leaver", STANDING_WITHDRAWN, run->noon, ENTRUSTED);
	add_member(run, "stopped", STANDING_SUSPENDED, run->noon, ENTRUSTED);
	add_member(run, "asks", STANDING_APPLIED, run->noon, ENTRUSTED);
	for (size_t i = 0; i < COUNT(cases); i++) {
		report(run, cases[i].from, cases[i].until);
		expect_ok(cases[i].title, run->err, &run->why);
		expect_number(cases[i].title, run->count, MEMBERS / 3 + 1 + cases[i].more);
	}
}

static void
who_hangs_up_is_not_called(void **state)
{
	struct run *run = *state;
	struct proofing_report asked = report_of("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");

	for (int steps = 0; steps < 4; steps++) {
		struct pending *pending;

		run->done = false;
		pending = proofing_report_start(run->store, &asked, on_report, run);
		for (int i = 0; i < steps; i++)
			store_memory_step(run->store, run->noon);
		pending_cancel(&pending);
		while (store_memory_step(run->store, run->noon))
			continue;
		expect_true("nobody was called", !run->done);
	}
}

static void
a_row_that_cannot_be_read_is_no_zero(void **state)
{
	struct run *run = *state;
	struct unit *unit = unit_new(&run->arena, tables, id_new(run->noon));

	unit_put(unit, &proofing_log_table, span_text("\x01\x9a 14 bytes more"), span_text("\x7f..."));
	store_unit(run, unit, ROLE_WORKER);
	report(run, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
	expect_problem("of a newer build", run->err, &run->why, ERR_UNAVAILABLE, "of a form this build does not know");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_in_the_period_is_summed),
		cmocka_unit_test(nobody_entrusts_anything_before_it_began),
		cmocka_unit_test(who_left_within_the_period_had_it),
		cmocka_unit_test(who_hangs_up_is_not_called),
		cmocka_unit_test(a_row_that_cannot_be_read_is_no_zero),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
