/* front/account/consents.c - what a person agreed to, and taking it back. */
#include "person/consent.h"

#include <assert.h>

#include "codec/json_writer.h"
#include "front/account/visit.h"
#include "ledger/entry.h"
#include "person/history.h"
#include "transaction/grant/grant.h"
#include "transaction/release/release.h"

#define ANSWER_LARGEST (8 * MIB)

struct consenting {
	struct visit visit;          /* first */
	struct ask ask;
	struct consent consent;
	struct ask *grants;          /* of the account's, the newest */
	size_t grant_count;
};

/* GET /v1/account/consents */

/* What can be told has a title, another name stands for itself. */
static void
write_item(struct buffer *b, struct span name)
{
	const struct release_kind *kind = release_kind_find(name);

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
	while (items.size) {
		struct span item = span_cut(&items, ',');

		/* What was asked for and declined is no consent. */
		if (!span_starts(item, "-"))
			write_item(b, item);
	}
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

static on_loaded on_marks, on_grants;

static void
on_consent(void *arg, enum err err, const struct problem *why)
{
	struct consenting *c = arg;
	struct visit *v = &c->visit;
	struct arena *arena = v->exchange->arena;
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
	c->ask = grants_ask(arena, &v->account.id);
	exchange_hold(v->exchange, store_load(v->front->store, &c->ask, 1, on_marks, c));
}

/* What the relying party holds by it ends with it: each of the account's grants, to see whose it is. */
static void
on_marks(void *arg, enum err err, const struct problem *why)
{
	struct consenting *c = arg;
	struct visit *v = &c->visit;
	struct arena *arena = v->exchange->arena;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		v->why = *why;
		visit_refuse(v);
		return;
	}
	c->grants = arena_array(arena, struct ask, c->ask.count);
	c->grant_count = c->ask.count;
	for (size_t i = 0; i < c->ask.count; i++)
		c->grants[i] = (struct ask){ .table = &grant_table,
			.from = arena_copy(arena, span_skip(c->ask.rows[i].key, sizeof(struct id))) };
	exchange_hold(v->exchange, store_load(v->front->store, c->grants, c->grant_count, on_grants, c));
}

static void
end_grants(struct consenting *c, struct unit *unit)
{
	struct grant grant;

	for (size_t i = 0; i < c->grant_count; i++) {
		if (grant_loaded(c->visit.exchange->arena, &c->grants[i], &grant, NULL) != OK || grant.ended.us ||
		    !span_equal(grant.entity_id, c->consent.relying_party))
			continue;
		grant_end(&grant, c->visit.now);
		grant_put(unit, &grant);
	}
}

static void
on_grants(void *arg, enum err err, const struct problem *why)
{
	struct consenting *c = arg;
	struct visit *v = &c->visit;
	struct unit *unit;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		v->why = *why;
		visit_refuse(v);
		return;
	}
	unit = visit_unit(v);
	consent_put(unit, v->exchange->arena, &v->account.id, &c->consent);
	end_grants(c, unit);
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
