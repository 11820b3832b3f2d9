/* tests/jpki/test_source_fault.c - what is known of sources that fail, and how often the log tells. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"

#include "base/log.h"
#include "jpki/source_fault.h"

#define ROWS 3

static struct world {
	struct source_faults *all, *row;
	struct revocation_source source;
	struct instant now;
	char log[64 * KIB];
} world;

static int
set_up(void **state)
{
	(void)state;
	world = (struct world){ .all = source_faults_new(ROWS), .now = { SECONDS(1795348800) },
		.source = { .name = "ocsp-1", .kind = REVOCATION_BY_OCSP } };
	world.row = source_faults_row(world.all, 1);
	log_open("test", LOG_LEVEL_INFO);
	return 0;
}

static void
answered(struct source_faults *row, enum revocation_status status, const char *text, int64_t later)
{
	struct revocation_answer answer;

	revocation_answer_set(&answer, status, "%s", text);
	world.now = instant_after(world.now, later);
	source_fault_note(row, 2, &world.source, &answer, world.now);
}

/* What `work` writes to the log. */
static void
catch_log(void (*work)(void))
{
	char path[] = "/tmp/watashi-fault-XXXXXX";
	int file = mkstemp(path), kept = dup(2);
	ssize_t size;

	assert_true(file >= 0 && kept >= 0);
	dup2(file, 2);
	work();
	dup2(kept, 2);
	close(kept);
	size = pread(file, world.log, sizeof(world.log) - 1, 0);
	assert_true(size >= 0);
	world.log[size] = '\0';
	close(file);
	unlink(path);
}

static size_t
lines_with(const char *part)
{
	size_t count = 0;

	for (const char *at = world.log; (at = strstr(at, part)); at++)
		count++;
	return count;
}

static void
failures_in_a_row_are_counted(void **state)
{
	struct source_fault f;
	struct instant first;

	(void)state;
	expect_true("nothing is known of whom nobody asked", !source_fault_read(world.all, ROWS, 2, "ocsp-1", &f));
	answered(world.row, REVOCATION_UNAVAILABLE, "no connection", SECONDS(1));
	first = world.now;
	answered(world.row, REVOCATION_UNAVAILABLE, "the responder answered with HTTP status 503", SECONDS(1));
	expect_true("now it is", source_fault_read(world.all, ROWS, 2, "ocsp-1", &f));
	expect_number("twice", f.failures, 2);
	expect_number("since", f.since.us, first.us);
	expect_number("until", f.at.us, world.now.us);
	expect_text("why last", f.text, "the responder answered with HTTP status 503");
	expect_number("it never answered", f.answered.us, 0);
	answered(source_faults_row(world.all, 0), REVOCATION_UNAVAILABLE, "no name", SECONDS(1));
	source_fault_read(world.all, ROWS, 2, "ocsp-1", &f);
	expect_number("another process adds to it", f.failures, 3);
	expect_text("the latest counts", f.text, "no name");
	expect_number("the first, too", f.since.us, first.us);
	answered(world.row, REVOCATION_GOOD, "", SECONDS(1));
	answered(source_faults_row(world.all, 0), REVOCATION_UNKNOWN, "", SECONDS(1));
	source_fault_read(world.all, ROWS, 2, "ocsp-1", &f);
	expect_number("whoever answers fails no more", f.failures, 0);
	expect_number("since now", f.answered.us, world.now.us);
	expect_text("but why it did is known still", f.text, "no name");
	expect_true("another source of that place is another", !source_fault_read(world.all, ROWS, 2, "other", &f));
	source_faults_forget(world.row);
	source_faults_forget(source_faults_row(world.all, 0));
	expect_true("forgotten", !source_fault_read(world.all, ROWS, 2, "ocsp-1", &f));
}

static void
what_is_missing_is_named_and_what_was_found_is_not(void **state)
{
	struct revocation_answer answer;
	struct source_fault f;

	(void)state;
	answered(world.row, REVOCATION_UNAVAILABLE, "the operator's answer: /status: expected a word, found \"0AC9\"",
	    1);
	source_fault_read(world.all, ROWS, 2, "ocsp-1", &f);
	expect_text("no quotation", f.text, "the operator's answer: /status: expected a word, found ");
	revocation_answer_set(&answer, REVOCATION_UNAVAILABLE, "no revocation list about it is at hand");
	snprintf(answer.point, sizeof(answer.point), "CN=Shibuya-ku CRLDP");
	source_fault_note(world.row, 2, &world.source, &answer, instant_after(world.now, 1));
	source_fault_read(world.all, ROWS, 2, "ocsp-1", &f);
	expect_text("whose list", f.text, "no revocation list about it is at hand: CN=Shibuya-ku CRLDP");
}

static void
fail_often(void)
{
	for (int i = 0; i < 150; i++)
		answered(world.row, REVOCATION_UNAVAILABLE, "no connection", SECONDS(1));
	answered(world.row, REVOCATION_GOOD, "", SECONDS(1));
	answered(world.row, REVOCATION_GOOD, "", SECONDS(1));
}

static void
the_log_tells_once_a_minute(void **state)
{
	(void)state;
	source_faults_forget(world.row);
	catch_log(fail_often);
	expect_number("three lines in 150 seconds", lines_with(" jpki.source name="), 3);
	expect_number("the first at once",
	    lines_with("name=\"ocsp-1\" kind=ocsp failures=1 problem=\"no connection\"\n"), 1);
	expect_number("then what there was in between", lines_with("failures=60 problem="), 2);
	expect_number("and once that it answers", lines_with(" jpki.source-answers name=\"ocsp-1\""), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_in_a_row_are_counted),
		cmocka_unit_test(what_is_missing_is_named_and_what_was_found_is_not),
		cmocka_unit_test(the_log_tells_once_a_minute),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
