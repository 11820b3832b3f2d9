/* http/events.c - pages that wait for a row to change. */
#include "http/events.h"

#include <assert.h>
#include <stdlib.h>

#define HEARTBEAT SECONDS(15)

struct events_follower {
	struct exchange *exchange;
	uint8_t key[EVENTS_KEY_LARGEST];
	size_t key_size;
	struct events_follower *next, **at; /* what points to it */
};

struct events {
	struct events_follower *followers;
	struct timer heartbeat;
};

/* A write may cut a slow follower off, which takes it out of the list: the next is remembered first. */
void
events_tell(struct events *events, struct span key)
{
	for (struct events_follower *f = events->followers, *next; f; f = next) {
		next = f->next;
		if (!key.size || span_equal(span_first(key, f->key_size), span_of(f->key, f->key_size)))
			exchange_write(f->exchange, span_text("event: changed\ndata: {}\n\n"));
	}
}

/* An empty key: notices may have been lost, and everybody looks. */
static void
on_row_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	(void)table, (void)generation;
	events_tell(arg, key);
}

static void
on_heartbeat(void *arg)
{
	struct events *events = arg;

	for (struct events_follower *f = events->followers, *next; f; f = next) {
		next = f->next;
		exchange_write(f->exchange, span_text(": still here\n\n"));
	}
	if (events->followers)
		timer_set(&events->heartbeat, HEARTBEAT);
}

struct events *
events_new(struct loop *loop, struct store *store, const struct table *table)
{
	struct events *events = calloc(1, sizeof(*events));

	if (!events)
		abort();
	assert(table->flags & TABLE_NOTICED);
	timer_init(&events->heartbeat, loop, on_heartbeat, events);
	store_watch(store, table, on_row_changed, events);
	return events;
}

/* The server that holds the followers' connections is gone before this is. */
void
events_free(struct events *events)
{
	if (!events)
		return;
	timer_release(&events->heartbeat);
	free(events);
}

static void
on_follower_gone(void *arg)
{
	struct events_follower *f = arg;

	*f->at = f->next;
	if (f->next)
		f->next->at = f->at;
}

void
events_follow(struct events *events, struct exchange *e, struct span key)
{
	struct events_follower *f = arena_new(e->arena, struct events_follower);

	assert(key.size && key.size <= EVENTS_KEY_LARGEST);
	/* X-Accel-Buffering: nginx before us passes events on at once. */
	if (!exchange_stream(e, 200,
	        span_text("Content-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n")))
		return;
	if (e->request->method == HEAD) {
		exchange_end(e);
		return;
	}
	if (!events->followers)
		timer_set(&events->heartbeat, HEARTBEAT);
	*f = (struct events_follower){ .exchange = e, .key_size = key.size, .next = events->followers,
		.at = &events->followers };
	memcpy(f->key, key.data, key.size);
	if (f->next)
		f->next->at = &f->next;
	events->followers = f;
	exchange_on_gone(e, on_follower_gone, f);
	/* What changed between the last look and now is not missed. */
	exchange_write(e, span_text("event: changed\ndata: {}\n\n"));
}
