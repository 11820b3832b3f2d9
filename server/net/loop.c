/* net/loop.c - the one loop of a process. */
#include "net/loop.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"

struct loop {
	struct event_base *base;
	struct turn turn;
	bool stopped;
};

struct loop *
loop_new(void)
{
	struct event_config *config = event_config_new();
	struct loop *loop = calloc(1, sizeof(*loop));

	/* Adding and removing an event in one turn then costs no system call (perf.md 1). */
	if (!loop || !config || event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) ||
	    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK))
		abort();
	loop->base = event_base_new_with_config(config);
	if (!loop->base)
		abort();
	event_config_free(config);
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (!loop)
		return;
	event_base_free(loop->base);
	free(loop);
}

struct event_base *
loop_base(struct loop *loop)
{
	return loop->base;
}

struct turn *
loop_turn(struct loop *loop)
{
	return &loop->turn;
}

void
loop_run(struct loop *loop)
{
	turn_run(&loop->turn);
	while (!loop->stopped) {
		event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
		turn_run(&loop->turn);
	}
}

void
loop_stop(struct loop *loop)
{
	loop->stopped = true;
	event_base_loopbreak(loop->base);
}

static void
on_step_over(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

void
loop_step(struct loop *loop, int64_t us)
{
	struct timeval wait = { .tv_sec = us / SECONDS(1), .tv_usec = us % SECONDS(1) };
	struct event *over = event_new(loop->base, -1, 0, on_step_over, NULL);

	if (!over)
		abort();
	turn_run(&loop->turn);
	event_add(over, &wait);
	event_base_loop(loop->base, EVLOOP_ONCE);
	event_free(over);
	turn_run(&loop->turn);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct timer *timer = arg;

	(void)fd;
	(void)what;
	timer->on_timer(timer->arg);
}

void
timer_init(struct timer *timer, struct loop *loop, void (*on_timer)(void *arg), void *arg)
{
	*timer = (struct timer){ .on_timer = on_timer, .arg = arg };
	timer->event = event_new(loop->base, -1, 0, on_event, timer);
	if (!timer->event)
		abort();
}

void
timer_release(struct timer *timer)
{
	if (timer->event)
		event_free(timer->event);
	timer->event = NULL;
}

void
timer_set(struct timer *timer, int64_t us)
{
	struct timeval wait = { .tv_sec = us / SECONDS(1), .tv_usec = us % SECONDS(1) };

	event_add(timer->event, &wait);
}

void
timer_stop(struct timer *timer)
{
	event_del(timer->event);
}
