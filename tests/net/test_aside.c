/* tests/net/test_aside.c - work beside the loop: done in another thread, told in the loop, waited for when given up. */
#include "expect.h"

#include <pthread.h>
#include <signal.h>

#include "base/clock.h"
#include "net/aside.h"
#include "net/loop.h"

struct piece {
	struct aside *aside;
	pthread_t by;            /* who worked */
	bool done, told, worked;
	bool hears;              /* a signal may reach the thread */
};

static void
work(void *arg)
{
	struct piece *p = arg;
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	p->hears = !sigismember(&blocked, SIGTERM) || !sigismember(&blocked, SIGCHLD);
	p->by = pthread_self();
	p->done = true;
}

static void
on_ended(void *arg, bool worked)
{
	struct piece *p = arg;

	p->told = true;
	p->worked = worked;
	aside_free(p->aside);
	p->aside = NULL;
}

static void
work_is_done_in_another_thread_and_told_in_the_loop(void **state)
{
	struct loop *loop = loop_new();
	struct piece p = { .told = false };

	(void)state;
	p.aside = aside_start(loop, work, on_ended, &p);
	expect_true("nobody is told before the loop turns", !p.told);
	while (!p.told)
		loop_step(loop, SECONDS(1));
	expect_true("it was done", p.done && p.worked);
	expect_true("by another thread", !pthread_equal(p.by, pthread_self()));
	expect_true("that signals do not reach", !p.hears);
	expect_true("and who was told gave it back", !p.aside);
	loop_free(loop);
}

static void
what_is_given_up_is_waited_for_and_told_to_nobody(void **state)
{
	struct loop *loop = loop_new();
	struct piece p = { .told = false };

	(void)state;
	p.aside = aside_start(loop, work, on_ended, &p);
	aside_free(p.aside);
	expect_true("the thread has ended", p.done);
	loop_step(loop, 1);
	expect_true("nobody was told", !p.told);
	aside_free(NULL);
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_is_done_in_another_thread_and_told_in_the_loop),
		cmocka_unit_test(what_is_given_up_is_waited_for_and_told_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
