/* tests/daemon/test_roster.c - who is running: seats, their names, and what is told of them. */
#include "expect.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/roster.h"

static void
seats_are_made_in_order_with_their_names(void **state)
{
	static const char *const names[] = { "recorder", "steward", "signer-1", "signer-2", "worker-1", "worker-2" };
	struct roster *r = roster_new(2, (struct instant){ 1 });
	char name[SEAT_NAME];

	(void)state;
	expect_number("one recorder, one steward, two signers, two workers", r->count, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++) {
		expect_text("who is alone has no number, the others have", seat_name(&r->seats[i], name), names[i]);
		expect_number("nobody sits there yet", r->seats[i].state, SEAT_EMPTY);
	}
}

static void
what_one_process_writes_another_reads(void **state)
{
	struct roster *r = roster_new(1, (struct instant){ 1 });
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		r->seats[0].restarts = 7;
		_exit(0);
	}
	expect_number("the child ends", waitpid(child, &status, 0), child);
	expect_number("its word is seen", (int64_t)r->seats[0].restarts, 7);
}

static void
who_has_sealed_it_cannot_write(void **state)
{
	struct roster *r = roster_new(1, (struct instant){ 1 });
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		roster_seal(r, r->count);
		if (r->seats[0].restarts == 0)
			r->seats[0].restarts = 7;
		_exit(0);
	}
	expect_number("the child ends", waitpid(child, &status, 0), child);
	expect_true("and not in good order", status != 0);
	expect_number("its word is not there", (int64_t)r->seats[0].restarts, 0);
	r->seats[0].restarts = 1;
	expect_number("who has not sealed it writes", (int64_t)r->seats[0].restarts, 1);
}

static void
the_list_leaves_out_empty_seats(void **state)
{
	struct roster *r = roster_new(2, (struct instant){ 0 });
	struct buffer b = buffer_init(4 * KIB);
	size_t worker = 4; /* after the recorder, the steward and two signers */

	(void)state;
	r->supervisor = 10;
	r->seats[worker].state = SEAT_READY;
	r->seats[worker].pid = 11;
	r->seats[worker].since = SECONDS(60);
	r->seats[worker].restarts = 3;
	roster_write(&b, r);
	expect_span("supervisor and worker", buffer_span(&b),
	    "\"processes\":["
	    "{\"process\":\"supervisor\",\"role\":\"supervisor\",\"pid\":10,\"state\":\"ready\","
	    "\"since\":\"1970-01-01T00:00:00Z\",\"restarts\":0},"
	    "{\"process\":\"worker-1\",\"role\":\"worker\",\"pid\":11,\"state\":\"ready\","
	    "\"since\":\"1970-01-01T00:01:00Z\",\"restarts\":3}],\"refused\":{\"configuration\":null,\"keys\":null}");
	buffer_release(&b);
}

static void
what_was_refused_is_told_until_it_is_accepted(void **state)
{
	struct roster *r = roster_new(1, (struct instant){ 0 });
	char why[ROSTER_REFUSAL], long_text[2 * ROSTER_REFUSAL];
	struct buffer b = buffer_init(4 * KIB);
	struct instant since;

	(void)state;
	expect_true("at first nothing is", !roster_refused(r, RELOADED_CONFIGURATION, &since, why));
	roster_refuse(r, RELOADED_CONFIGURATION, (struct instant){ SECONDS(60) }, "/wrong: \"x\"");
	roster_refuse(r, RELOADED_CONFIGURATION, (struct instant){ SECONDS(120) }, "/workers: \"y\"");
	expect_true("two refusals", roster_refused(r, RELOADED_CONFIGURATION, &since, why));
	expect_number("the first says since when", since.us, SECONDS(60));
	expect_text("the last says why", why, "/workers: \"y\"");
	roster_write(&b, r);
	buffer_byte(&b, '\0');
	expect_true("they are told, as JSON", strstr((const char *)buffer_span(&b).data,
	    "\"refused\":{\"configuration\":{\"since\":\"1970-01-01T00:01:00Z\","
	    "\"why\":\"/workers: \\\"y\\\"\"},\"keys\":null}"));
	roster_refuse(r, RELOADED_KEYS, (struct instant){ SECONDS(180) }, "no key");
	roster_accept(r, RELOADED_CONFIGURATION);
	expect_true("what is accepted is in force", !roster_refused(r, RELOADED_CONFIGURATION, &since, why));
	expect_true("and says nothing of the other", roster_refused(r, RELOADED_KEYS, &since, why));
	memset(long_text, 'a', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	roster_refuse(r, RELOADED_KEYS, (struct instant){ SECONDS(180) }, long_text);
	expect_true("a long reason", roster_refused(r, RELOADED_KEYS, &since, why));
	expect_number("is cut", strlen(why), ROSTER_REFUSAL - 1);
	buffer_release(&b);
}

/* A reader meets a writer again and again: since and why always belong together. */
static void
nobody_reads_half_of_a_refusal(void **state)
{
	struct roster *r = roster_new(1, (struct instant){ 0 });
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		for (int i = 0; i < 200000; i++) {
			char why[ROSTER_REFUSAL];

			memset(why, 'a' + i % 26, sizeof(why) - 1);
			why[sizeof(why) - 1] = '\0';
			roster_accept(r, RELOADED_KEYS);
			roster_refuse(r, RELOADED_KEYS, (struct instant){ 1 + i % 26 }, why);
		}
		_exit(0);
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		char why[ROSTER_REFUSAL];
		struct instant since;

		if (!roster_refused(r, RELOADED_KEYS, &since, why))
			continue;
		for (size_t i = 0; i < sizeof(why) - 1; i++)
			if (why[i] != 'a' + since.us - 1)
				expect_fail(__FILE__, __LINE__, "a reader saw half of a refusal");
	}
	expect_number("the writer ends", status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seats_are_made_in_order_with_their_names),
		cmocka_unit_test(what_one_process_writes_another_reads),
		cmocka_unit_test(who_has_sealed_it_cannot_write),
		cmocka_unit_test(the_list_leaves_out_empty_seats),
		cmocka_unit_test(what_was_refused_is_told_until_it_is_accepted),
		cmocka_unit_test(nobody_reads_half_of_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
