/* front/control/member.c - `GET /v1/control/members/{id}`: everything the registry holds of one member.
 *
 *     member and history -> its entities and their findings -> their fragments -> the card
 */
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/card.h"

#define SHOW_ARENA (4 * GIB) /* never reached: bounded by the record, CARD_EVENTS and MEMBER_ENTITIES */
#define ANSWER_LARGEST (64 * MIB)

enum showing_part { SHOWING_MEMBER, SHOWING_EVENTS, SHOWING_PARTS };
enum entity_part { ENTITY_ROW, ENTITY_FINDINGS, ENTITY_PARTS };

struct showing {
	struct control *control;
	struct exchange *exchange;
	struct request_room room;
	struct span id;
	struct ask asks[SHOWING_PARTS], entity_asks[MEMBER_ENTITIES * ENTITY_PARTS], fragment_asks[MEMBER_ENTITIES];
	size_t fragment_count;
	size_t fragment_of[MEMBER_ENTITIES]; /* which entity a fragment was asked for */
	struct member member;
	struct member_record record;
	struct entity entities[MEMBER_ENTITIES];
	struct findings findings[MEMBER_ENTITIES];
	struct card_entity cards[MEMBER_ENTITIES];
	struct card card;
};

static void
refuse(struct showing *s, enum err err, const struct problem *why)
{
	struct exchange *e = s->exchange;

	exchange_hold(e, NULL);
	request_room_close(&s->room);
	exchange_refuse(e, status_of(err), why);
}

static on_loaded on_member_loaded, on_entities_loaded, on_fragments_loaded;

void
member_show(struct exchange *e, void *front)
{
	struct control *c = front;
	struct showing *s = arena_new(e->arena, struct showing);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*s = (struct showing){ .control = c, .exchange = e };
	if (!percent_read(e->arena, e->segment, &s->id) || !member_id_valid(s->id)) {
		problem_set(&why, ERR_SYNTAX, "",
		    "a member's id is 2 to %d of a-z 0-9 -, a letter or digit first and last", MEMBER_ID_LARGEST);
		exchange_refuse(e, 400, &why);
		return;
	}
	request_room_open(&s->room, e, SHOW_ARENA);
	s->asks[SHOWING_MEMBER] = (struct ask){ .table = &member_table, .from = s->id };
	s->asks[SHOWING_EVENTS] = (struct ask){ .table = &member_event_table,
		.from = member_event_key(&s->room.arena, s->id, 0),
		.until = member_event_key(&s->room.arena, s->id, UINT32_MAX),
		.limit = CARD_EVENTS,
		.backwards = true };
	exchange_hold(e, store_load(c->store, s->asks, SHOWING_PARTS, on_member_loaded, s));
}

static void
keep_events(struct showing *s)
{
	const struct ask *ask = &s->asks[SHOWING_EVENTS];
	struct span *events = arena_array(&s->room.arena, struct span, ask->count);

	for (size_t i = 0; i < ask->count; i++)
		events[i] = arena_copy(&s->room.arena, ask->rows[i].value);
	s->card.events = events;
	s->card.event_count = ask->count;
}

static void
on_member_loaded(void *arg, enum err err, const struct problem *why)
{
	struct showing *s = arg;
	const struct ask *member = &s->asks[SHOWING_MEMBER];
	struct problem found;

	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		refuse(s, err, why);
		return;
	}
	if (member->count == 0) {
		problem_set(&found, ERR_NOT_FOUND, "", "there is no member \"%.*s\"", SPAN_ARGS(s->id));
		refuse(s, found.code, &found);
		return;
	}
	if (!member_read(arena_copy(&s->room.arena, member->rows[0].value), &s->member)) {
		problem_set(&found, ERR_IO, "", "the row of member \"%.*s\" is not of our form", SPAN_ARGS(s->id));
		refuse(s, found.code, &found);
		return;
	}
	if (member_parse(&s->room.arena, "record", s->member.record, &s->record, &found) != OK) {
		refuse(s, ERR_IO, &found);
		return;
	}
	keep_events(s);
	for (size_t i = 0; i < s->record.entity_count; i++) {
		struct entity_key key = entity_key_of(s->record.entities[i].entity_id);
		struct span kept = arena_copy(&s->room.arena, span_of(key.bytes, sizeof(key.bytes)));

		s->entity_asks[i * ENTITY_PARTS + ENTITY_ROW] = (struct ask){ .table = &entity_table, .from = kept };
		s->entity_asks[i * ENTITY_PARTS + ENTITY_FINDINGS] = (struct ask){ .table = &finding_table,
			.from = kept };
	}
	exchange_hold(s->exchange, store_load(s->control->store, s->entity_asks, s->record.entity_count * ENTITY_PARTS,
	    on_entities_loaded, s));
}

/* An entity that another has meanwhile is not the member's to show. */
static void
keep_entity(struct showing *s, size_t at)
{
	const struct ask *row = &s->entity_asks[at * ENTITY_PARTS + ENTITY_ROW];
	const struct ask *findings = &s->entity_asks[at * ENTITY_PARTS + ENTITY_FINDINGS];
	struct card_entity *card = &s->cards[at];

	card->entity_id = s->record.entities[at].entity_id;
	if (findings->count && findings_read(&s->room.arena, arena_copy(&s->room.arena, findings->rows[0].value),
	    &s->findings[at]))
		card->findings = &s->findings[at];
	if (!row->count || !entity_read(arena_copy(&s->room.arena, row->rows[0].value), &s->entities[at]) ||
	    !span_equal(s->entities[at].member, s->id))
		return;
	card->entity = &s->entities[at];
	s->fragment_of[s->fragment_count] = at;
	s->fragment_asks[s->fragment_count++] = (struct ask){ .table = &fragment_table,
		.from = span_of(s->entities[at].fragment, sizeof(s->entities[at].fragment)) };
}

static void
on_entities_loaded(void *arg, enum err err, const struct problem *why)
{
	struct showing *s = arg;

	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		refuse(s, err, why);
		return;
	}
	for (size_t i = 0; i < s->record.entity_count; i++)
		keep_entity(s, i);
	exchange_hold(s->exchange,
	    store_load(s->control->store, s->fragment_asks, s->fragment_count, on_fragments_loaded, s));
}

static void
on_fragments_loaded(void *arg, enum err err, const struct problem *why)
{
	struct showing *s = arg;
	struct exchange *e = s->exchange;
	struct buffer b;

	if (err != OK) {
		refuse(s, err, why);
		return;
	}
	s->card.now = clock_now();
	for (size_t i = 0; i < s->fragment_count; i++)
		if (s->fragment_asks[i].count)
			card_draw(&s->room.arena, s->control->settings.registration_authority,
			    &s->cards[s->fragment_of[i]], s->fragment_asks[i].rows[0].value, NULL);
	s->card.member = &s->member;
	s->card.record = &s->record;
	s->card.entities = s->cards;
	s->card.entity_count = s->record.entity_count;
	s->card.whole = true;
	b = buffer_init(ANSWER_LARGEST);
	card_write(&b, &s->room.arena, &s->card);
	exchange_hold(s->exchange, NULL);
	request_room_close(&s->room);
	request_answer(e, &b);
}
