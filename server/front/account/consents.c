/* front/account/consents.c - GET /v1/account/consents: what a person agreed to. */
#include "person/consent.h"

#include <assert.h>

#include "codec/json_writer.h"
#include "front/account/visit.h"
#include "transaction/sign_on/choice.h"

#define ANSWER_LARGEST (12 * MIB)

struct consenting {
	struct visit visit;          /* first */
	struct ask ask;
};

static void
write_item(struct buffer *b, const struct consent_item *item)
{
	json_write_element(b);
	buffer_byte(b, '{');
	json_write_member(b, "name", item->name);
	localized_write(b, "title", choice_title(item->name));
	json_write_name(b, "told");
	buffer_text(b, item->declined ? "false}" : "true}");
}

static void
write_consent(struct buffer *b, const struct consent *c)
{
	struct span items = c->items;
	struct consent_item item;

	json_write_element(b);
	buffer_byte(b, '{');
	json_write_id(b, "id", &c->id);
	json_write_member(b, "relying_party", c->relying_party);
	json_write_member(b, "name", c->name);
	json_write_member(b, "purpose", c->purpose);
	json_write_member_or_null(b, "persona",
	    c->persona ? span_text(persona_name(c->persona)) : (struct span){ 0 });
	json_write_name(b, "items");
	buffer_byte(b, '[');
	while (consent_item_next(&items, &item))
		write_item(b, &item);
	buffer_byte(b, ']');
	json_write_time(b, "given", c->given);
	json_write_time_or_null(b, "withdrawn", c->withdrawn);
	buffer_byte(b, '}');
}

static void
on_consents(void *arg, enum err err, const struct problem *why)
{
	struct consenting *c = arg;
	struct visit *v = &c->visit;
	struct consent *all;
	struct buffer b;
	size_t count;

	exchange_hold(v->exchange, NULL);
	if (err != OK)
		v->why = *why;
	else
		err = consents_loaded(v->exchange->arena, &c->ask, &all, &count, &v->why);
	if (err != OK) {
		visit_refuse(v);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_text(&b, "{\"consents\":[");
	for (size_t i = 0; i < count; i++)
		write_consent(&b, &all[i]);
	buffer_text(&b, c->ask.more ? "],\"more\":true}" : "],\"more\":false}");
	assert(!b.overflowed); /* so many, of four texts of 1 KiB */
	exchange_reply_json(v->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

static void
go_on_listing(struct visit *v, const struct account_access *access)
{
	struct consenting *c = (struct consenting *)v;

	(void)access;
	c->ask = consents_ask(v->exchange->arena, &v->account.id);
	exchange_hold(v->exchange, store_load(v->front->store, &c->ask, 1, on_consents, c));
}

void
list_consents(struct exchange *e, void *front)
{
	struct consenting *c = arena_new(e->arena, struct consenting);

	visit_begin(&c->visit, e, front, VISIT_TO_LOOK, go_on_listing);
}
