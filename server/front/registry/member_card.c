/* front/registry/member_card.c - `/v1/members/{id}`: one member's card, or that of a source's entity, put together from
 * the store.
 *
 *     id -> member, history; entity, findings -> the member's entities, findings -> fragments -> the card
 *                                  `----------- of a source -------------------------^
 *
 * Three states of the store, each read whole: an entity that changes in between is shown as it was, for its fragment
 * stays for a while. What was loaded for one step is copied for the next.
 */
#include "front/registry/front.h"

#include "base/log.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "http/negotiate.h"
#include "registry/card.h"

#define CARD_MEMORY (512 * MIB)       /* reached by nobody: see PORTRAITS_LARGEST, limits of records and findings */
#define CARD_LARGEST (16 * MIB)
#define PORTRAITS_LARGEST (4 * MIB)   /* of descriptors read for one card; entities beyond are shown without theirs */

enum { ASK_MEMBER, ASK_EVENTS, ASK_ENTITY, ASK_FINDINGS, ASK_COUNT };

struct card_query {
	struct exchange *exchange;
	struct registry_front *front;
	struct arena arena;
	struct ask asks[2 * MEMBER_ENTITIES];
	struct span id;
	struct entity_key key;        /* the id as 40 digits */
	bool is_key;

	struct member member;
	struct member_record record;
	struct entity entities[MEMBER_ENTITIES];
	struct findings findings[MEMBER_ENTITIES];
	struct card_entity shown[MEMBER_ENTITIES];
	size_t asked[MEMBER_ENTITIES]; /* of the fragments: whose */
	size_t ask_count;
	struct card card;
};

static void
on_gone(void *arg)
{
	struct card_query *q = arg;

	arena_release(&q->arena);
}

/* The exchange is about to be answered: nothing of it may be used later. */
static void
forget(struct card_query *q)
{
	exchange_on_gone(q->exchange, NULL, NULL);
	arena_release(&q->arena);
}

/* False: the exchange has been answered. */
static bool
loaded(struct card_query *q, enum err err, const struct problem *why)
{
	exchange_hold(q->exchange, NULL);
	if (err == OK)
		return true;
	log_error("card.unread", "error=%s", LOG_TEXT(why ? why->text : err_name(err)));
	forget(q);
	front_unavailable(q->exchange, "the store does not answer at the moment");
	return false;
}

static void
refuse_card(struct card_query *q)
{
	forget(q);
	front_refuse(q->exchange, 404, q->front->missing_fields, ERR_NOT_FOUND, "RFC 9110 s15.5.5",
	    "no member and no entity of this id is known here");
}

/* Like everything of the store that cannot be read: a matter for the operator, and not an answer that nothing is
 * there. */
static void
refuse_broken(struct card_query *q, const char *what)
{
	log_error("card.broken", "id=%s what=%s", LOG_SPAN(q->id), LOG_TEXT(what));
	forget(q);
	front_unavailable(q->exchange, "this card cannot be read at the moment");
}

static void on_first_loaded(void *arg, enum err err, const struct problem *why);

void
serve_member(struct exchange *exchange, void *front)
{
	struct card_query *q = arena_new(exchange->arena, struct card_query);
	struct span key;

	q->exchange = exchange;
	q->front = front;
	q->arena = arena_init(CARD_MEMORY);
	exchange_on_gone(exchange, on_gone, q);
	q->id = exchange->segment;
	q->is_key = hex_read(q->id, q->key.bytes, sizeof(q->key.bytes));
	if (!q->is_key && !member_id_valid(q->id)) {
		refuse_card(q);
		return;
	}
	q->asks[ASK_MEMBER] = (struct ask){ .table = &member_table, .from = q->id };
	q->asks[ASK_EVENTS] = (struct ask){
		.table = &member_event_table,
		.from = member_event_key(&q->arena, q->id, 0),
		.until = member_event_key(&q->arena, q->id, UINT32_MAX),
		.limit = CARD_EVENTS,
		.backwards = true,
	};
	key = span_of(q->key.bytes, sizeof(q->key.bytes));
	q->asks[ASK_ENTITY] = (struct ask){ .table = &entity_table, .from = key };
	q->asks[ASK_FINDINGS] = (struct ask){ .table = &finding_table, .from = key };
	exchange_hold(exchange,
	    store_load(q->front->store, q->asks, q->is_key ? ASK_COUNT : ASK_ENTITY, on_first_loaded, q));
}

static void load_fragments(struct card_query *q);
static void on_entities_loaded(void *arg, enum err err, const struct problem *why);

/* Copies the rows and reads them as the card's entity number `at`. */
static void
take_entity(struct card_query *q, size_t at, const struct ask *entity, const struct ask *findings)
{
	if (entity->count && entity_read(arena_copy(&q->arena, entity->rows[0].value), &q->entities[at]))
		q->shown[at].entity = &q->entities[at];
	if (findings->count &&
	    findings_read(&q->arena, arena_copy(&q->arena, findings->rows[0].value), &q->findings[at]))
		q->shown[at].findings = &q->findings[at];
}

/* An entity of a source is its own card; one of a member's is found on the member's. */
static void
show_entity(struct card_query *q)
{
	take_entity(q, 0, &q->asks[ASK_ENTITY], &q->asks[ASK_FINDINGS]);
	if (!q->shown[0].entity) {
		refuse_broken(q, "entity");
		return;
	}
	if (q->entities[0].member.size) {
		const char *fields = arena_print(q->exchange->arena,
		    "Location: /v1/members/%.*s\r\nCache-Control: no-cache\r\n", SPAN_ARGS(q->entities[0].member));

		forget(q);
		exchange_reply(q->exchange, &(struct reply){ .status = 307, .fields = span_text(fields) });
		return;
	}
	q->shown[0].entity_id = q->entities[0].entity_id;
	q->card = (struct card){ .entities = q->shown, .entity_count = 1 };
	load_fragments(q);
}

static void
take_events(struct card_query *q)
{
	const struct ask *ask = &q->asks[ASK_EVENTS];
	struct span *events = arena_array(&q->arena, struct span, ask->count);

	for (size_t i = 0; i < ask->count; i++)
		events[i] = arena_copy(&q->arena, ask->rows[i].value);
	q->card.events = events;
	q->card.event_count = ask->count;
}

/* What is kept of its entities is asked for in the order of the record. */
static void
load_entities(struct card_query *q)
{
	for (size_t i = 0; i < q->record.entity_count; i++) {
		struct entity_key key = entity_key_of(q->record.entities[i].entity_id);
		struct span name = arena_copy(&q->arena, span_of(key.bytes, sizeof(key.bytes)));

		q->shown[i].entity_id = q->record.entities[i].entity_id;
		q->asks[2 * i] = (struct ask){ .table = &entity_table, .from = name };
		q->asks[2 * i + 1] = (struct ask){ .table = &finding_table, .from = name };
	}
	exchange_hold(q->exchange,
	    store_load(q->front->store, q->asks, 2 * q->record.entity_count, on_entities_loaded, q));
}

static void
on_first_loaded(void *arg, enum err err, const struct problem *why)
{
	struct card_query *q = arg;

	if (!loaded(q, err, why))
		return;
	if (!q->asks[ASK_MEMBER].count) {
		if (q->is_key && q->asks[ASK_ENTITY].count)
			show_entity(q);
		else
			refuse_card(q);
		return;
	}
	if (!member_read(arena_copy(&q->arena, q->asks[ASK_MEMBER].rows[0].value), &q->member)) {
		refuse_broken(q, "member");
		return;
	}
	if (!card_is_public(&q->member)) {
		refuse_card(q);
		return;
	}
	if (member_parse(&q->arena, "record", q->member.record, &q->record, NULL) != OK) {
		refuse_broken(q, "record");
		return;
	}
	q->card = (struct card){ .member = &q->member, .record = &q->record, .entities = q->shown,
		.entity_count = q->record.entity_count };
	take_events(q);
	if (q->record.entity_count)
		load_entities(q);
	else
		load_fragments(q);
}

/* An entity that has moved to somebody else meanwhile is not this member's. */
static void
on_entities_loaded(void *arg, enum err err, const struct problem *why)
{
	struct card_query *q = arg;

	if (!loaded(q, err, why))
		return;
	for (size_t i = 0; i < q->card.entity_count; i++) {
		take_entity(q, i, &q->asks[2 * i], &q->asks[2 * i + 1]);
		if (q->shown[i].entity && !span_equal(q->entities[i].member, q->member.id))
			q->shown[i] = (struct card_entity){ .entity_id = q->shown[i].entity_id };
	}
	load_fragments(q);
}

static void on_fragments_loaded(void *arg, enum err err, const struct problem *why);
static void send_card(struct card_query *q);

static void
load_fragments(struct card_query *q)
{
	size_t bytes = 0;

	for (size_t i = 0; i < q->card.entity_count; i++) {
		if (!q->shown[i].entity)
			continue;
		bytes += q->entities[i].size;
		if (bytes > PORTRAITS_LARGEST)
			break;
		q->asked[q->ask_count] = i;
		q->asks[q->ask_count++] = (struct ask){
			.table = &fragment_table,
			.from = span_of(q->entities[i].fragment, sizeof(q->entities[i].fragment)),
		};
	}
	if (q->ask_count)
		exchange_hold(q->exchange, store_load(q->front->store, q->asks, q->ask_count, on_fragments_loaded, q));
	else
		send_card(q);
}

/* What cannot be read is shown as an entity without a portrait: the rest of the card is as good as before. */
static void
on_fragments_loaded(void *arg, enum err err, const struct problem *why)
{
	struct card_query *q = arg;
	const char *authority;

	if (!loaded(q, err, why))
		return;
	authority = arena_text(&q->arena, q->front->settings.registration_authority);
	for (size_t i = 0; i < q->ask_count; i++) {
		struct card_entity *shown = &q->shown[q->asked[i]];
		struct problem broken;

		if (!q->asks[i].count)
			continue;
		if (card_draw(&q->arena, authority, shown, q->asks[i].rows[0].value, &broken) != OK)
			log_error("card.portrait", "entity=%s error=%s", LOG_SPAN(shown->entity_id),
			    LOG_TEXT(broken.text));
	}
	send_card(q);
}

static void
send_card(struct card_query *q)
{
	struct buffer json = buffer_init(CARD_LARGEST);
	struct arena *arena = q->exchange->arena;
	struct reply reply = { .status = 200 };
	const char *etag, *caching;
	uint8_t sha256[32];

	q->card.now = clock_now();
	card_write(&json, &q->arena, &q->card);
	if (json.overflowed) {
		buffer_release(&json);
		refuse_broken(q, "larger than 16 MiB");
		return;
	}
	digest(DIGEST_SHA256, buffer_span(&json), sha256);
	etag = arena_print(arena, "\"%s\"", hex_write(arena, span_of(sha256, 12)));
	caching = arena_print(arena, "ETag: %s\r\n%s", etag, q->front->card_fields);
	reply.fields = span_text(arena_print(arena, "Content-Type: application/json\r\n%s", caching));
	reply.body = buffer_span(&json);
	if (is_fresh(q->exchange->request, span_text(etag), (struct instant){ 0 })) {
		reply.status = 304;
		reply.fields = span_text(caching);
	}
	forget(q);
	exchange_reply(q->exchange, &reply);
	buffer_release(&json);
}
