/* net/courier.c - posting a question to a server outside, from where fetching is allowed. */
#include "net/courier.h"

#include <assert.h>
#include <stdlib.h>

struct direct {
	struct courier courier; /* first */
	struct fetcher *fetcher;
	struct delivery *deliveries;
};

struct delivery {
	struct pending pending; /* first: cancelling finds the delivery by it */
	struct delivery *next, **to_here;
	struct pending *fetch;
	on_delivered *done;
	void *arg;
};

struct pending *
courier_send(struct courier *c, const struct courier_post *post, on_delivered *done, void *arg)
{
	assert(post->limit > 0 && post->limit <= COURIER_ANSWER && post->body.size <= COURIER_BODY);
	assert(post->time > 0 && post->time <= COURIER_TIME && strlen(post->url) <= COURIER_URL);
	return c->send(c, post, done, arg);
}

void
courier_free(struct courier *c)
{
	if (c)
		c->free(c);
}

static void
delivery_free(struct delivery *d)
{
	*d->to_here = d->next;
	if (d->next)
		d->next->to_here = d->to_here;
	free(d);
}

static void
delivery_cancel(struct pending *pending)
{
	struct delivery *d = (struct delivery *)pending;

	pending_cancel(&d->fetch);
	delivery_free(d);
}

/* The callback may do anything: nothing is touched after it. */
static void
on_answered(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct delivery *d = arg;
	on_delivered *done = d->done;
	void *asker = d->arg;

	delivery_free(d);
	done(asker, err, err == OK ? fetched->status : 0, err == OK ? fetched->body : (struct span){ 0 }, why);
}

static struct pending *
send_direct(struct courier *c, const struct courier_post *post, on_delivered *done, void *arg)
{
	struct direct *direct = (struct direct *)c;
	struct delivery *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	*d = (struct delivery){ .pending = { delivery_cancel }, .next = direct->deliveries, .done = done, .arg = arg };
	d->to_here = &direct->deliveries;
	if (d->next)
		d->next->to_here = &d->next;
	direct->deliveries = d;
	d->fetch = fetch_start(direct->fetcher,
	    &(struct fetch){
		.url = post->url,
		.accept = post->accept,
		.authorization = post->authorization,
		.post = post->body,
		.content_type = post->content_type,
		.limit = post->limit,
		.time = post->time,
	    },
	    on_answered, d);
	return &d->pending;
}

static void
free_direct(struct courier *c)
{
	struct direct *direct = (struct direct *)c;

	while (direct->deliveries)
		delivery_cancel(&direct->deliveries->pending);
	free(direct);
}

struct courier *
courier_direct(struct loop *loop, struct fetcher *fetcher)
{
	struct direct *direct = calloc(1, sizeof(*direct));

	if (!direct)
		abort();
	direct->courier = (struct courier){ loop_turn(loop), send_direct, free_direct };
	direct->fetcher = fetcher;
	return &direct->courier;
}
