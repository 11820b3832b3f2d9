/* front/account/consents.c - what a person agreed to, and taking it back. */
#include "person/consent.h"

#include <assert.h>

#include "codec/json_writer.h"
#include "front/account/visit.h"
#include "ledger/entry.h"
#include "person/attribute.h"
#include "person/history.h"

#define ANSWER_LARGEST (8 * MIB)

struct consenting {
	struct visit visit;          /* first */
	struct ask ask;
	struct consent consent;
};

/* GET /v1/account/consents */

/* An attribute of ours has a title, another name stands for itself. */
static void
write_item(struct buffer *b, struct span name)
{
	const struct attribute_kind *kind = attribute_kind_find(name);

	json_write_element(b);
	buffer_byte(b, '{');
	json_write_member(b, "name", name);
	localized_write(b, "title", kind ? kind->title : (struct localized){ name, name });
	buffer_byte(b, '}');
}

static void
write_consent(struct buffer *b, const struct consent *c)
{
	struct span items = c->items;

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
	while (items.size)
		write_item(b, span_cut(&items, ','));
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

/* DELETE /v1/account/consents/{id} */

static void
on_consent(void *arg, enum err err, const struct problem *why)
{
	struct consenting *c = arg;
	struct visit *v = &c->visit;
	struct arena *arena = v->exchange->arena;
	struct unit *unit;
	bool changed;

	exchange_hold(v->exchange, NULL);
	if (err != OK)
		v->why = *why;
	else
		err = consent_loaded(arena, &c->ask, &c->consent, &v->why);
	if (err == OK)
		err = consent_withdraw(&c->consent, v->now, &changed, &v->why);
	if (err != OK) {
		visit_refuse(v);
		return;
	}
	if (!changed) {
		visit_done(v);
		return;
	}
	unit = visit_unit(v);
	consent_put(unit, arena, &v->account.id, &c->consent);
	history_add(unit, &v->account.id, &(struct history_event){ .kind = HISTORY_CONSENT_WITHDRAWN, .at = v->now,
	    .actor = span_text("person"), .name = c->consent.name, .detail = c->consent.purpose });
	visit_commit(v, unit, visit_done);
}

static void
go_on_withdrawing(struct visit *v, const struct account_access *access)
{
	struct consenting *c = (struct consenting *)v;
	struct id id;

	(void)access;
	if (!ledger_id_read(v->exchange->segment, &id)) {
		problem_set(&v->why, ERR_NOT_FOUND, "", "you have given no such consent");
		visit_refuse(v);
		return;
	}
	c->ask = consent_ask(v->exchange->arena, &v->account.id, &id);
	exchange_hold(v->exchange, store_load(v->front->store, &c->ask, 1, on_consent, c));
}

void
withdraw_consent(struct exchange *e, void *front)
{
	struct consenting *c = arena_new(e->arena, struct consenting);

	visit_begin(&c->visit, e, front, VISIT_TO_CHANGE, go_on_withdrawing);
}
