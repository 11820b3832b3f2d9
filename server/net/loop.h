/* net/loop.h - the one loop of a process: libevent's, and the turn queue run after each round of events. */
#pragma once

#include <event2/event.h>

#include "base/turn.h"

struct loop;

struct loop *loop_new(void);
void loop_free(struct loop *);

struct event_base *loop_base(struct loop *);
struct turn *loop_turn(struct loop *);

/* Runs until loop_stop(). */
void loop_run(struct loop *);
void loop_stop(struct loop *);

/* Waits for one round of events, at most `us` microseconds, runs them and the turn queue: tests step with it. */
void loop_step(struct loop *, int64_t us);

/* A timer of the caller's: set again by timer_set(), stopped by timer_stop(), given back by timer_release(). */
struct timer {
	struct event *event;
	void (*on_timer)(void *arg);
	void *arg;
};
void timer_init(struct timer *, struct loop *, void (*on_timer)(void *arg), void *arg);
void timer_release(struct timer *);
void timer_set(struct timer *, int64_t us);
void timer_stop(struct timer *);
