/* tests/daemon/test_roster.c - who is running: seats, their names, and what is told of them. */
#include "expect.h"

#include <sys/wait.h>
#include <unistd.h>

#include "daemon/roster.h"

static void
seats_are_taken_in_order_and_run_out(void **state)
{
	struct roster *r = roster_new(2, (struct instant){ 1 });
	size_t first = roster_free_seat(r, ROLE_WORKER), second;
	char name[SEAT_NAME];

	(void)state;
	expect_number("one recorder, one steward, two signers, two workers", r->count, 6);
	expect_text("the first worker's seat", seat_name(&r->seats[first], name), "worker-1");
	r->seats[first].state = SEAT_STARTING;
	second = roster_free_seat(r, ROLE_WORKER);
	expect_text("then the second", seat_name(&r->seats[second], name), "worker-2");
	r->seats[second].state = SEAT_WAITING;
	expect_number("then there is none", roster_free_seat(r, ROLE_WORKER), r->count);
	expect_text("who is alone has no number", seat_name(&r->seats[roster_free_seat(r, ROLE_RECORDER)], name), "recorder");
	expect_text("a signer has one", seat_name(&r->seats[roster_free_seat(r, ROLE_SIGNER)], name), "signer-1");
	r->seats[first].state = SEAT_EMPTY;
	expect_number("a seat left is free again", roster_free_seat(r, ROLE_WORKER), first);
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
the_list_leaves_out_empty_seats(void **state)
{
	struct roster *r = roster_new(2, (struct instant){ 0 });
	struct buffer b = buffer_init(4 * KIB);
	size_t worker = roster_free_seat(r, ROLE_WORKER);

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
	    "\"since\":\"1970-01-01T00:01:00Z\",\"restarts\":3}]");
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seats_are_taken_in_order_and_run_out),
		cmocka_unit_test(what_one_process_writes_another_reads),
		cmocka_unit_test(the_list_leaves_out_empty_seats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
