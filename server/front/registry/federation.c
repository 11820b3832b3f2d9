/* front/registry/federation.c - what is published and how fresh it is: as JSON, and as server-sent events.
 *
 *     publication changes -> load once -> tell every follower
 *     each 15 s           -> a comment, so that nobody in between hangs up
 *
 * An event carries the whole state, so a follower that comes back has missed nothing: there is no history to resume.
 */
#include "front/registry/front.h"

#include <assert.h>

#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "front/registry/current.h"
#include "model/localized.h"
#include "registry/source.h"

#define HEARTBEAT SECONDS(15)
#define JSON_LARGEST (1 * MIB)
#define SOURCES_SHOWN 1000 /* more than any configuration names */

struct follower {
	struct feed *feed;
	struct exchange *exchange;
	struct follower *next, **at;
	bool told;           /* has been sent a state; until then it waits for the next load */
	uint64_t generation; /* of that state */
};

enum { ASK_PUBLICATION, ASK_DOCUMENTS, ASK_SOURCES = ASK_DOCUMENTS + DOCUMENT_PLACES, ASKS };
static_assert(ASKS == FEDERATION_ASKS, "one question for each document");

static void
asks_write(struct ask asks[FEDERATION_ASKS], struct arena *arena)
{
	asks[ASK_PUBLICATION] = publication_ask();
	for (size_t i = 0; i < DOCUMENT_PLACES; i++)
		asks[ASK_DOCUMENTS + i] = document_ask(arena, span_text(document_places[i].name));
	asks[ASK_SOURCES] = (struct ask){ .table = &source_table, .limit = SOURCES_SHOWN };
}

static void
write_url(struct buffer *json, const struct registry_front *front, const char *path)
{
	struct buffer url = buffer_init(4 * KIB);

	buffer_add(&url, front->settings.base_url);
	buffer_text(&url, path);
	json_write_string(json, buffer_span(&url));
	buffer_release(&url);
}

/* Those of document_places[first … end) that are published. */
static void
write_documents(struct buffer *json, const struct registry_front *front, const struct ask *asks, uint64_t generation,
    size_t first, size_t end)
{
	const char *separator = "";

	for (size_t i = first; i < end; i++) {
		struct published d;

		if (document_found(&asks[ASK_DOCUMENTS + i], span_text(document_places[i].name), generation, &d) !=
		    DOCUMENT_PRESENT)
			continue;
		buffer_print(json, "%s{\"name\":\"%s\",\"url\":", separator, document_places[i].name);
		write_url(json, front, document_places[i].path);
		buffer_print(json, ",\"size\":%llu,\"size_gzip\":%llu", (unsigned long long)d.plain.size,
		    (unsigned long long)d.gzip.size);
		json_write_member(json, "etag", d.plain.etag);
		json_write_time_or_null(json, "modified", d.modified);
		json_write_time_or_null(json, "valid_until", d.valid_until);
		buffer_byte(json, '}');
		separator = ",";
	}
}

/* Where else entities come from: when each was last taken over, and of what kind the trouble is if not. The sentence
 * about it names files and addresses of the operator's own: it stays on the control socket. */
static void
write_sources(struct buffer *json, const struct ask *ask)
{
	const char *separator = "";

	for (size_t i = 0; i < ask->count; i++) {
		struct source_state s;

		if (!source_state_read(ask->rows[i].value, &s)) {
			log_error("source.broken", "name=%s", LOG_SPAN(ask->rows[i].key));
			continue;
		}
		buffer_print(json, "%s{\"name\":", separator);
		json_write_string(json, ask->rows[i].key);
		json_write_time_or_null(json, "attempted", s.attempted);
		json_write_time_or_null(json, "succeeded", s.succeeded);
		json_write_time_or_null(json, "next", s.next);
		json_write_time_or_null(json, "valid_until", s.valid_until);
		buffer_print(json, ",\"entities\":%u,\"refused\":%u,\"held\":%s,\"code\":", s.entities, s.refused,
		    s.held ? "true" : "false");
		if (s.code != OK)
			buffer_print(json, "\"%s\"}", err_name(s.code));
		else
			buffer_text(json, "null}");
		separator = ",";
	}
}

/* Before the first publication: generation 0, no dates, no documents. Returns the generation written. */
static uint64_t
write_federation(struct buffer *json, const struct registry_front *front, const struct ask asks[FEDERATION_ASKS])
{
	struct publication p = { 0 };
	bool broken;

	if (!publication_found(&asks[ASK_PUBLICATION], &p, &broken))
		p = (struct publication){ 0 };
	buffer_byte(json, '{');
	localized_write(json, "name", (struct localized){ front->settings.name_ja, front->settings.name_en });
	json_write_member(json, "base_url", front->settings.base_url);
	json_write_member(json, "registration_authority", front->settings.registration_authority);
	buffer_print(json, ",\"generation\":%llu", (unsigned long long)p.generation);
	json_write_time_or_null(json, "published", p.published);
	json_write_time_or_null(json, "valid_until", p.valid_until);
	json_write_time_or_null(json, "refresh_at", p.refresh_at);
	buffer_print(json, ",\"entities\":%u,\"idps\":%u,\"rps\":%u", p.entities, p.idps, p.rps);
	json_write_member_or_null(json, "key", p.key);
	buffer_text(json, ",\"sets\":[");
	write_documents(json, front, asks, p.generation, 0, DOCUMENT_SETS);
	buffer_text(json, "],\"documents\":[");
	write_documents(json, front, asks, p.generation, DOCUMENT_SETS, DOCUMENT_PLACES);
	buffer_text(json, "],\"sources\":[");
	write_sources(json, &asks[ASK_SOURCES]);
	buffer_text(json, "]}");
	return p.generation;
}

struct federation_query {
	struct exchange *exchange;
	struct registry_front *front;
	struct ask asks[FEDERATION_ASKS];
};

static void
on_federation_loaded(void *arg, enum err err, const struct problem *why)
{
	struct federation_query *q = arg;
	struct buffer json = buffer_init(JSON_LARGEST);

	exchange_hold(q->exchange, NULL);
	if (err != OK) {
		log_error("federation.unread", "error=%s", LOG_TEXT(why ? why->text : err_name(err)));
		front_unavailable(q->exchange, "the store does not answer at the moment");
		return;
	}
	write_federation(&json, q->front, q->asks);
	exchange_reply_json(q->exchange, 200, buffer_span(&json));
	buffer_release(&json);
}

void
serve_federation(struct exchange *exchange, void *arg)
{
	struct federation_query *q = arena_new(exchange->arena, struct federation_query);

	q->exchange = exchange;
	q->front = arg;
	asks_write(q->asks, exchange->arena);
	exchange_hold(exchange, store_load(q->front->store, q->asks, FEDERATION_ASKS, on_federation_loaded, q));
}

static void on_feed_loaded(void *arg, enum err err, const struct problem *why);

static void
feed_load(struct feed *feed)
{
	feed->again = feed->pending != NULL;
	if (feed->pending || !feed->followers)
		return;
	arena_reset(&feed->arena);
	asks_write(feed->asks, &feed->arena);
	feed->pending = store_load(feed->front->store, feed->asks, FEDERATION_ASKS, on_feed_loaded, feed);
}

/* A write may cut a slow follower off, which takes it out of the list: the next is remembered first. */
static void
tell_followers(struct feed *feed, uint64_t generation, struct span text)
{
	for (struct follower *f = feed->followers, *next; f; f = next) {
		next = f->next;
		if (f->told && f->generation == generation)
			continue;
		f->told = true;
		f->generation = generation;
		exchange_write(f->exchange, text);
	}
}

/* When the store does not answer, followers keep what they know and the heartbeat asks again. */
static void
on_feed_loaded(void *arg, enum err err, const struct problem *why)
{
	struct feed *feed = arg;
	struct buffer event = buffer_init(JSON_LARGEST);
	uint64_t generation;

	feed->pending = NULL;
	if (err == OK) {
		buffer_text(&event, "event: publication\ndata: ");
		generation = write_federation(&event, feed->front, feed->asks);
		buffer_text(&event, "\n\n");
		tell_followers(feed, generation, buffer_span(&event));
	} else {
		log_error("federation.unread", "error=%s", LOG_TEXT(why ? why->text : err_name(err)));
	}
	buffer_release(&event);
	if (feed->again)
		feed_load(feed);
}

static void
on_publication_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	(void)table, (void)key, (void)generation;
	feed_load(arg);
}

static void
on_heartbeat(void *arg)
{
	struct feed *feed = arg;
	bool untold = false;

	for (struct follower *f = feed->followers, *next; f; f = next) {
		next = f->next;
		untold = untold || !f->told;
		exchange_write(f->exchange, span_text(": still here\n\n"));
	}
	if (untold)
		feed_load(feed);
	if (feed->followers)
		timer_set(&feed->heartbeat, HEARTBEAT);
}

static void
on_follower_gone(void *arg)
{
	struct follower *f = arg;

	*f->at = f->next;
	if (f->next)
		f->next->at = f->at;
}

void
serve_federation_events(struct exchange *exchange, void *arg)
{
	struct feed *feed = &((struct registry_front *)arg)->feed;
	struct follower *f = arena_new(exchange->arena, struct follower);

	/* X-Accel-Buffering: nginx before us passes events on at once. */
	if (!exchange_stream(exchange, 200,
	        span_text("Content-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n")))
		return;
	if (exchange->request->method == HEAD) {
		exchange_end(exchange);
		return;
	}
	if (!feed->followers)
		timer_set(&feed->heartbeat, HEARTBEAT);
	*f = (struct follower){ .feed = feed, .exchange = exchange, .next = feed->followers, .at = &feed->followers };
	if (f->next)
		f->next->at = &f->next;
	feed->followers = f;
	exchange_on_gone(exchange, on_follower_gone, f);
	feed_load(feed);
}

void
feed_init(struct feed *feed, struct loop *loop, struct registry_front *front)
{
	feed->front = front;
	feed->arena = arena_init(64 * KIB);
	timer_init(&feed->heartbeat, loop, on_heartbeat, feed);
	store_watch(front->store, &publication_table, on_publication_changed, feed);
}

/* The server that holds the followers' connections is gone before the front is. */
void
feed_release(struct feed *feed)
{
	pending_cancel(&feed->pending);
	timer_release(&feed->heartbeat);
	arena_release(&feed->arena);
}
