/* tests/signer/test_pool.c - threads that sign: each task once, more than the queue holds, and an end at any time. */
#include <signal.h>
#include <unistd.h>

#include "crypto/scratch.h"

#include "base/log.h"
#include "crypto/certificate.h"
#include "signer/pool.h"
#include "signer/wire.h"

#define TASKS 2000 /* many times the queue */

static struct scratch dir;
static struct loop *loop;
static struct key *keys[2];
static struct signing_pool *pool;

static struct {
	unsigned calls[TASKS], total;
	struct span inputs[TASKS];
	enum err codes[TASKS];
	bool good[TASKS];
} seen;

static int
start(void **state)
{
	static const enum key_type types[] = { KEY_P256, KEY_RSA_2048 };
	struct problem why;

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	dir = scratch_new();
	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *uri = i ? "file:rsa.pem" : "file:ec.pem";

		expect_ok(uri, key_generate(uri, dir.path, types[i], &why), &why);
		expect_ok(uri, key_open(uri, dir.path, &keys[i], &why), &why);
	}
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		key_free(keys[i]);
	scratch_free(&dir);
	return 0;
}

static int
each(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	loop = loop_new();
	pool = signing_pool_new(loop);
	return 0;
}

static int
after_each(void **state)
{
	(void)state;
	signing_pool_free(pool);
	loop_free(loop);
	return 0;
}

static struct signing_task
task_of(size_t n)
{
	const struct key *key = keys[n % COUNT(keys)];
	struct signing_task task = { .id = n, .key = key };
	char message[32];

	snprintf(message, sizeof(message), "message %zu", n);
	task.input_size = key_input(key, span_text(message), task.input).size;
	return task;
}

static void
on_done(void *arg, const struct signing_task *task)
{
	const struct key *key = keys[task->id % COUNT(keys)];
	char message[32];
	struct problem why;

	(void)arg;
	snprintf(message, sizeof(message), "message %zu", (size_t)task->id);
	seen.calls[task->id]++;
	seen.total++;
	seen.codes[task->id] = task->problem.code;
	/* Verifying is the slower half: of each thread's work a part. */
	if (task->id % 16 < 2)
		expect_ok("verify", public_key_verify(key_public(key), span_text(message), span_of(task->signature,
		    task->signature_size), &seen.good[task->id], &why), &why);
}

static void
expect_all(size_t count)
{
	int64_t begun = clock_monotonic();

	while (seen.total < count && clock_monotonic() - begun < SECONDS(60))
		loop_step(loop, 100000);
	for (size_t i = 0; i < count; i++) {
		expect_number("each is answered once", seen.calls[i], 1);
		expect_number("and signed", seen.codes[i], OK);
		expect_true("with its own signature", i % 16 >= 2 || seen.good[i]);
	}
	expect_number("and nothing else", seen.total, count);
}

static void
each_task_is_signed_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < 100; i++) {
		struct signing_task task = task_of(i);

		signing_pool_add(pool, &task, on_done, NULL);
	}
	expect_number("nobody is called before the loop runs", seen.total, 0);
	expect_all(100);
}

static void
a_full_queue_is_worked_off_by_whoever_fills_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < TASKS; i++) {
		struct signing_task task = task_of(i);

		signing_pool_add(pool, &task, on_done, NULL);
	}
	expect_number("nobody is called before the loop runs", seen.total, 0);
	expect_all(TASKS);
}

static void
on_done_add_another(void *arg, const struct signing_task *task)
{
	struct signing_task next = task_of((size_t)task->id + 1);

	on_done(arg, task);
	if (task->id + 1 < 50)
		signing_pool_add(pool, &next, on_done_add_another, NULL);
}

static void
a_callback_may_add(void **state)
{
	struct signing_task first = task_of(0);

	(void)state;
	signing_pool_add(pool, &first, on_done_add_another, NULL);
	expect_all(50);
}

static void
a_task_that_is_answered_already_stays_as_it_is(void **state)
{
	struct signing_task task = { .id = 0 };

	(void)state;
	problem_set(&task.problem, ERR_NOT_FOUND, "", "no key");
	signing_pool_add(pool, &task, on_done, NULL);
	while (seen.total < 1)
		loop_step(loop, 100000);
	expect_number("its problem", seen.codes[0], ERR_NOT_FOUND);
}

/* after_each() frees it with work in the queue, under way, and done. */
static void
an_end_with_work_left_tells_nobody(void **state)
{
	(void)state;
	for (size_t i = 0; i < 200; i++) {
		struct signing_task task = task_of(i);

		signing_pool_add(pool, &task, on_done, NULL);
	}
	signing_pool_free(pool);
	pool = NULL;
	loop_step(loop, 1000);
	expect_number("nobody", seen.total, 0);
}

static volatile sig_atomic_t signalled_loop;
static pid_t loop_thread;

static void
on_signal(int number)
{
	(void)number;
	signalled_loop = gettid() == loop_thread;
}

static void
signals_are_the_loops(void **state)
{
	struct sigaction heard = { .sa_handler = on_signal }, before;

	(void)state;
	loop_thread = gettid();
	sigaction(SIGUSR1, &heard, &before);
	for (int i = 0; i < 100; i++) {
		signalled_loop = false;
		kill(getpid(), SIGUSR1);
		for (int turn = 0; !signalled_loop && turn < 1000; turn++)
			loop_step(loop, 1000);
		expect_true("the loop's thread hears it", signalled_loop);
	}
	sigaction(SIGUSR1, &before, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_task_is_signed_once, each, after_each),
		cmocka_unit_test_setup_teardown(a_full_queue_is_worked_off_by_whoever_fills_it, each, after_each),
		cmocka_unit_test_setup_teardown(a_callback_may_add, each, after_each),
		cmocka_unit_test_setup_teardown(a_task_that_is_answered_already_stays_as_it_is, each, after_each),
		cmocka_unit_test_setup_teardown(an_end_with_work_left_tells_nobody, each, after_each),
		cmocka_unit_test_setup_teardown(signals_are_the_loops, each, after_each),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
