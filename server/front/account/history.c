/* front/account/history.c - GET /v1/account/history: what happened to the account, the newest first, page by page. */
#include "person/history.h"

#include <assert.h>

#include "codec/form.h"
#include "codec/json_writer.h"
#include "front/account/visit.h"
#include "ledger/entry.h"
#include "person/consent.h"
#include "transaction/sign_on/choice.h"

#define PAGE 50
#define ANSWER_LARGEST (4 * MIB)

struct recalling {
	struct visit visit;          /* first */
	struct ask ask;
};

/* Who got what. */
static void
write_release(struct buffer *b, const struct history_event *event)
{
	struct span items = event->items;
	struct consent_item item;

	json_write_member(b, "relying_party", event->relying_party);
	json_write_name(b, "items");
	buffer_byte(b, '[');
	while (consent_item_next(&items, &item)) {
		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "name", item.name);
		localized_write(b, "title", choice_title(item.name));
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
	json_write_id_or_null(b, "consent", &event->consent);
}

static void
write_event(struct buffer *b, const struct history_event *event)
{
	json_write_element(b);
	buffer_byte(b, '{');
	json_write_id_or_null(b, "id", &event->id);
	json_write_member(b, "kind", span_text(history_kind_name(event->kind)));
	json_write_time(b, "at", event->at);
	json_write_member_or_null(b, "actor", event->actor);
	json_write_member_or_null(b, "name", event->name);
	json_write_member_or_null(b, "detail", event->detail);
	json_write_member_or_null(b, "where", event->where);
	json_write_id_or_null(b, "credential", &event->credential);
	json_write_id_or_null(b, "decision", &event->decision);
	if (event->kind == HISTORY_RELEASED)
		write_release(b, event);
	buffer_byte(b, '}');
}

static void
on_events(void *arg, enum err err, const struct problem *why)
{
	struct recalling *r = arg;
	struct visit *v = &r->visit;
	struct buffer b = buffer_init(ANSWER_LARGEST);
	struct history_event event;

	exchange_hold(v->exchange, NULL);
	if (err != OK)
		v->why = *why;
	buffer_text(&b, "{\"events\":[");
	for (size_t i = 0; i < r->ask.count && err == OK; i++) {
		if (history_read(r->ask.rows[i].value, &event))
			write_event(&b, &event);
		else
			err = problem_set(&v->why, ERR_UNAVAILABLE, "",
			    "an event's row in the store is of a form this build does not know");
	}
	buffer_text(&b, r->ask.more ? "],\"more\":true}" : "],\"more\":false}");
	assert(!b.overflowed); /* so many, of four texts of 200 bytes and two of 1 KiB, escaped, and titles */
	if (err != OK)
		visit_refuse(v);
	else
		exchange_reply_json(v->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

static void
go_on_recalling(struct visit *v, const struct account_access *access)
{
	static const char *const names[] = { "before" };
	struct recalling *r = (struct recalling *)v;
	struct arena *arena = v->exchange->arena;
	struct span before = { 0 };
	struct id id;

	(void)access;
	if (form_read(arena, v->exchange->request->query, names, &before, 1, &v->why) != OK) {
		visit_refuse(v);
		return;
	}
	if (before.size && !ledger_id_read(before, &id)) {
		problem_set(&v->why, ERR_INVALID, "", "before: expected the id of an event, 32 hexadecimal digits");
		visit_refuse(v);
		return;
	}
	r->ask = before.size ? history_ask_before(arena, &v->account.id, &id, PAGE) :
	    history_ask(arena, &v->account.id, PAGE);
	exchange_hold(v->exchange, store_load(v->front->store, &r->ask, 1, on_events, r));
}

void
show_history(struct exchange *e, void *front)
{
	struct recalling *r = arena_new(e->arena, struct recalling);

	visit_begin(&r->visit, e, front, VISIT_TO_LOOK, go_on_recalling);
}
