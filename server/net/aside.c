/* net/aside.c - one piece of work beside the loop, in a thread of its own. */
#include "net/aside.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "net/loop.h"

struct aside {
	aside_work *work;
	on_aside_ended *then;
	void *arg;

	pthread_t thread;
	bool running;           /* the thread must be waited for */
	bool worked;
	int ended_fd;           /* the thread writes when it is done */
	struct event *ended;
};

static void *
run(void *arg)
{
	struct aside *a = arg;

	a->work(a->arg);
	eventfd_write(a->ended_fd, 1);
	return NULL;
}

static void
join(struct aside *a)
{
	if (a->running)
		pthread_join(a->thread, NULL);
	a->running = false;
}

static void
on_ended(evutil_socket_t fd, short what, void *arg)
{
	struct aside *a = arg;

	(void)fd;
	(void)what;
	join(a);
	a->then(a->arg, a->worked);
}

/* Signals are the loop's. */
static bool
start_thread(struct aside *a)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&a->thread, NULL, run, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

struct aside *
aside_start(struct loop *loop, aside_work *work, on_aside_ended *then, void *arg)
{
	struct aside *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	*a = (struct aside){ .work = work, .then = then, .arg = arg,
		.ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	a->ended = event_new(loop_base(loop), a->ended_fd, EV_READ, on_ended, a);
	if (a->ended_fd < 0 || !a->ended || event_add(a->ended, NULL) != 0)
		abort();
	a->running = a->worked = start_thread(a);
	if (!a->running)
		eventfd_write(a->ended_fd, 1);
	return a;
}

void
aside_free(struct aside *a)
{
	if (!a)
		return;
	join(a);
	event_free(a->ended);
	close(a->ended_fd);
	free(a);
}
