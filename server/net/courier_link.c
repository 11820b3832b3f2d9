/* net/courier_link.c - posting through a link to a process that may fetch.
 *
 *     asked -> posted -> answered
 *        |  ^     `-- (link cut, or no answer in time: unavailable; cancelled: the desk is told)
 *        `--' (no link: it waits for one, as when both processes have just begun; none in time: unavailable)
 *
 * Nothing is asked twice: what is posted may be counted and charged for.
 */
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/courier_wire.h"

#define PATIENCE SECONDS(2) /* for a link, and for an answer beyond what the desk itself allows */
#define WAITING (COURIER_AT_ONCE * COURIER_REQUEST_LARGEST)

struct linked;

struct question {
	struct pending pending; /* first: cancelling finds the question by it */
	struct linked *courier;
	struct question *next, **to_here;
	uint64_t id;
	struct timer timer;
	struct buffer unposted; /* as it will be posted; empty: it is */
	int64_t time;           /* that the desk may take */
	struct later failed;
	struct problem why;     /* for `failed` */
	on_delivered *done;
	void *arg;
};

struct linked {
	struct courier courier; /* first */
	struct loop *loop;
	struct channel *channel; /* NULL: no link now */
	struct question *questions;
	size_t count;
	uint64_t last_id;
	_Atomic uint64_t *waiting; /* NULL, or who is told of `count` */
};

static void
tell_waiting(struct linked *c)
{
	if (c->waiting)
		atomic_store_explicit(c->waiting, c->count, memory_order_relaxed);
}

void
courier_tell_waiting(struct courier *courier, _Atomic uint64_t *out)
{
	struct linked *c = (struct linked *)courier;

	c->waiting = out;
	tell_waiting(c);
}

static void
question_free(struct question *q)
{
	*q->to_here = q->next;
	if (q->next)
		q->next->to_here = q->to_here;
	q->courier->count--;
	tell_waiting(q->courier);
	timer_release(&q->timer);
	buffer_release(&q->unposted);
	turn_cancel(q->courier->courier.turn, &q->failed);
	free(q);
}

/* The callback may do anything: nothing is touched after it. */
static void
finish(struct question *q, int status, struct span body, const struct problem *why)
{
	on_delivered *done = q->done;
	void *arg = q->arg;

	question_free(q);
	done(arg, why->code, status, body, why);
}

static void
on_failed(void *arg)
{
	struct question *q = arg;
	struct problem why = q->why;

	finish(q, 0, (struct span){ 0 }, &why);
}

static void
fail_later(struct question *q, const char *sentence)
{
	problem_set(&q->why, ERR_UNAVAILABLE, "", "%s", sentence);
	timer_stop(&q->timer);
	turn_later(q->courier->courier.turn, &q->failed);
}

static bool
is_unposted(const struct question *q)
{
	return buffer_span(&q->unposted).size != 0;
}

static void
post(struct question *q)
{
	enum err err = channel_post(q->courier->channel, buffer_span(&q->unposted));

	buffer_release(&q->unposted);
	q->unposted = buffer_init(COURIER_REQUEST_LARGEST);
	if (err == OK)
		timer_set(&q->timer, q->time + PATIENCE);
	else
		fail_later(q, "the process that asks others takes no more questions now");
}

/* When it cannot be posted the desk ends the question in its own time. */
static void
tell_desk_cancelled(const struct question *q)
{
	struct buffer b = buffer_init(COURIER_REQUEST_LARGEST);

	if (!q->courier->channel || q->failed.waiting || is_unposted(q))
		return;
	courier_request_write(&b, &(struct courier_request){ .verb = COURIER_CANCEL, .id = q->id });
	channel_post(q->courier->channel, buffer_span(&b));
	buffer_release(&b);
}

static void
question_cancel(struct pending *pending)
{
	struct question *q = (struct question *)pending;

	tell_desk_cancelled(q);
	question_free(q);
}

static void
on_late(void *arg)
{
	struct question *q = arg;

	tell_desk_cancelled(q);
	problem_set(&q->why, ERR_UNAVAILABLE, "", "the process that asks others %s",
	    is_unposted(q) ? "is not there now" : "has not answered in time");
	on_failed(q);
}

static struct pending *
send_linked(struct courier *courier, const struct courier_post *what, on_delivered *done, void *arg)
{
	struct linked *c = (struct linked *)courier;
	struct question *q = calloc(1, sizeof(*q));

	if (!q)
		abort();
	*q = (struct question){
		.pending = { question_cancel },
		.courier = c,
		.next = c->questions,
		.to_here = &c->questions,
		.id = ++c->last_id,
		.unposted = buffer_init(COURIER_REQUEST_LARGEST),
		.time = what->time,
		.failed = { .run = on_failed, .arg = q },
		.done = done,
		.arg = arg,
	};
	if (q->next)
		q->next->to_here = &q->next;
	c->questions = q;
	c->count++;
	tell_waiting(c);
	timer_init(&q->timer, c->loop, on_late, q);
	courier_request_write(&q->unposted, &(struct courier_request){ COURIER_ASK, q->id, *what });
	assert(!q->unposted.overflowed);
	if (c->count > COURIER_AT_ONCE)
		fail_later(q, "too many questions wait for answers from outside");
	else if (c->channel)
		post(q);
	else
		timer_set(&q->timer, PATIENCE);
	return &q->pending;
}

/* Their callbacks run later: whoever they belong to may ask again, by then perhaps of a successor. */
static void
lose_link(struct linked *c)
{
	channel_free(c->channel);
	c->channel = NULL;
	for (struct question *q = c->questions; q; q = q->next)
		if (!q->failed.waiting && !is_unposted(q))
			fail_later(q, "the process that asks others has ended");
}

static void
on_reply(void *arg, struct span message, int fd)
{
	struct linked *c = arg;
	struct courier_reply reply;
	struct question *q;

	if (fd >= 0)
		close(fd);
	if (fd >= 0 || !courier_reply_read(message, &reply)) {
		log_error("courier.broken-reply", "bytes=%zu", message.size);
		lose_link(c);
		return;
	}
	/* A cancelled or late one is answered to nobody. */
	for (q = c->questions; q && (q->id != reply.id || q->failed.waiting); q = q->next)
		;
	if (q)
		finish(q, reply.status, reply.body, &reply.problem);
}

static void
on_link_gone(void *arg)
{
	lose_link(arg);
}

void
courier_link(struct courier *courier, int fd)
{
	static const struct channel_limits limits = { COURIER_REPLY_LARGEST, WAITING };
	struct linked *c = (struct linked *)courier;

	lose_link(c);
	c->channel = channel_new(c->loop, fd, limits, on_reply, on_link_gone, c);
	for (struct question *q = c->questions; q; q = q->next)
		if (!q->failed.waiting && is_unposted(q))
			post(q);
}

bool
courier_has_link(const struct courier *courier)
{
	return ((const struct linked *)courier)->channel != NULL;
}

static void
free_linked(struct courier *courier)
{
	struct linked *c = (struct linked *)courier;

	while (c->questions)
		question_free(c->questions);
	channel_free(c->channel);
	free(c);
}

struct courier *
courier_linked(struct loop *loop)
{
	struct linked *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->courier = (struct courier){ loop_turn(loop), send_linked, free_linked };
	c->loop = loop;
	return &c->courier;
}
