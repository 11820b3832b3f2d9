/* transaction/grant/row.c - a grant as the store keeps it. */
#include "transaction/grant/grant.h"

#include <assert.h>

#include "base/id.h"
#include "base/record.h"
#include "base/role.h"

#define FORM 2
#define ROW_LARGEST (24 * KIB)
#define MARK_LARGEST (8 * KIB)
#define KEY (2 * sizeof(struct id))

const struct table grant_table = { "grant", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };
const struct table grant_of_account_table = {
	"grant-of-account", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), TABLE_OWNED
};

static void
write_span(struct buffer *b, struct span s)
{
	assert(s.size <= GRANT_TEXT_LARGEST);
	buffer_block(b, s);
}

void
grant_claim_add(struct buffer *claims, const struct grant_claim *claim)
{
	if (buffer_span(claims).size)
		buffer_byte(claims, ',');
	buffer_add(claims, claim->name);
	buffer_byte(claims, ' ');
	buffer_number(claims, claim->places);
}

bool
grant_claim_next(struct span *claims, struct grant_claim *out)
{
	struct span places;
	uint64_t bits = 0;

	if (!claims->size)
		return false;
	places = span_cut(claims, ',');
	out->name = span_cut(&places, ' ');
	out->places = span_number(places, &bits) ? (unsigned)bits : 0;
	return true;
}

void
grant_write(struct buffer *b, const struct grant *g)
{
	const struct grant_code *c = &g->code;

	assert(g->access_count <= GRANT_ACCESS_TOKENS);
	buffer_u8(b, FORM);
	buffer_id(b, &g->id);
	buffer_u8(b, (uint8_t)g->protocol);
	write_span(b, g->client);
	write_span(b, g->entity_id);
	buffer_id(b, &g->account);
	buffer_u8(b, (uint8_t)g->persona);
	buffer_id(b, &g->session);
	buffer_id(b, &g->begun_in);
	write_span(b, g->subject);
	write_span(b, g->scope);
	write_span(b, g->claims);
	write_span(b, g->request);
	write_span(b, g->context);
	write_span(b, g->methods);
	buffer_instant(b, g->authenticated);
	write_span(b, g->nonce);
	buffer_id(b, &g->decision);
	buffer_id(b, &g->record);
	buffer_instant(b, g->made);
	buffer_instant(b, g->expires);
	buffer_instant(b, g->ended);
	buffer_add(b, span_of(c->digest, sizeof(c->digest)));
	buffer_add(b, span_of(c->redirect, sizeof(c->redirect)));
	buffer_add(b, span_of(c->challenge, sizeof(c->challenge)));
	buffer_instant(b, c->until);
	buffer_u8(b, c->used);
	buffer_u8(b, (uint8_t)g->access_count);
	for (size_t i = 0; i < g->access_count; i++) {
		buffer_add(b, span_of(g->access[i].digest, sizeof(g->access[i].digest)));
		buffer_instant(b, g->access[i].since);
		buffer_instant(b, g->access[i].until);
		write_span(b, g->access[i].scope);
	}
	buffer_add(b, span_of(g->refresh.salt, sizeof(g->refresh.salt)));
	buffer_u32(b, g->refresh.number);
	buffer_instant(b, g->refresh.since);
}

bool
grant_read(struct span value, struct grant *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r);
	struct grant g = { .id = record_id(&r) };

	if (form != FORM)
		return false;
	g.protocol = (enum grant_protocol)record_u8(&r);
	g.client = record_block(&r);
	g.entity_id = record_block(&r);
	g.account = record_id(&r);
	g.persona = (enum persona)record_u8(&r);
	g.session = record_id(&r);
	g.begun_in = record_id(&r);
	g.subject = record_block(&r);
	g.scope = record_block(&r);
	g.claims = record_block(&r);
	g.request = record_block(&r);
	g.context = record_block(&r);
	g.methods = record_block(&r);
	g.authenticated = record_instant(&r);
	g.nonce = record_block(&r);
	g.decision = record_id(&r);
	g.record = record_id(&r);
	g.made = record_instant(&r);
	g.expires = record_instant(&r);
	g.ended = record_instant(&r);
	record_copy(&r, g.code.digest, sizeof(g.code.digest));
	record_copy(&r, g.code.redirect, sizeof(g.code.redirect));
	record_copy(&r, g.code.challenge, sizeof(g.code.challenge));
	g.code.until = record_instant(&r);
	g.code.used = record_flag(&r);
	g.access_count = record_u8(&r);
	if (g.access_count > GRANT_ACCESS_TOKENS)
		return false;
	for (size_t i = 0; i < g.access_count; i++) {
		record_copy(&r, g.access[i].digest, sizeof(g.access[i].digest));
		g.access[i].since = record_instant(&r);
		g.access[i].until = record_instant(&r);
		g.access[i].scope = record_block(&r);
	}
	record_copy(&r, g.refresh.salt, sizeof(g.refresh.salt));
	g.refresh.number = record_u32(&r);
	g.refresh.since = record_instant(&r);
	if (!record_whole(&r) || g.protocol > GRANT_SAML || g.persona >= PERSONAS)
		return false;
	*out = g;
	return true;
}

struct ask
grant_ask(const struct id *id)
{
	return (struct ask){ .table = &grant_table, .from = span_of(id->bytes, sizeof(id->bytes)) };
}

enum err
grant_loaded(struct arena *arena, const struct ask *asked, struct grant *out, struct problem *why)
{
	if (!asked->count)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no such grant, or it has expired");
	if (!grant_read(arena_copy(arena, asked->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "", "a grant is of a form that this build does not read");
	out->generation = asked->rows[0].generation;
	return OK;
}

/* The index */

static struct span
mark_key(uint8_t key[KEY], const struct grant *g)
{
	memcpy(key, g->account.bytes, sizeof(g->account.bytes));
	memcpy(key + sizeof(g->account.bytes), g->id.bytes, sizeof(g->id.bytes));
	return span_of(key, KEY);
}

static void
mark_write(struct buffer *b, const struct grant *g)
{
	buffer_u8(b, FORM);
	buffer_u8(b, (uint8_t)g->protocol);
	buffer_id(b, &g->begun_in);
	buffer_u8(b, !id_given(&g->session));
	write_span(b, g->client);
	write_span(b, g->subject);
	write_span(b, g->session_name);
}

void
grant_put(struct unit *unit, const struct grant *g)
{
	struct buffer row = buffer_init(ROW_LARGEST), mark = buffer_init(MARK_LARGEST);
	const struct span key = span_of(g->id.bytes, sizeof(g->id.bytes));
	uint8_t of_account[KEY];

	grant_write(&row, g);
	assert(!row.overflowed);
	unit_expect(unit, &grant_table, key, g->generation);
	unit_put_until(unit, &grant_table, key, buffer_span(&row), g->expires);
	if (!g->generation) {
		mark_write(&mark, g);
		assert(!mark.overflowed);
		unit_put_until(unit, &grant_of_account_table, mark_key(of_account, g), buffer_span(&mark), g->expires);
	}
	buffer_release(&mark);
	buffer_release(&row);
}

bool
grant_mark_read(struct span value, struct grant_mark *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r);

	*out = (struct grant_mark){ .protocol = (enum grant_protocol)record_u8(&r) };
	out->session = record_id(&r);
	out->lasts = record_flag(&r);
	out->client = record_block(&r);
	out->subject = record_block(&r);
	out->session_name = record_block(&r);
	return form == FORM && record_whole(&r) && out->protocol <= GRANT_SAML;
}

struct id
grant_mark_of(struct span key)
{
	struct id id;

	assert(key.size == KEY);
	memcpy(id.bytes, key.data + sizeof(id.bytes), sizeof(id.bytes));
	return id;
}

void
grant_remove(struct unit *unit, const struct row *mark)
{
	const struct id id = grant_mark_of(mark->key);

	unit_delete(unit, &grant_table, id_span(&id));
	unit_delete(unit, &grant_of_account_table, mark->key);
}

struct ask
grants_ask_before(struct arena *arena, const struct id *account, const struct id *before)
{
	const struct grant end = { .account = *account, .id = *before };
	uint8_t *until = arena_take(arena, KEY);

	return (struct ask){ .table = &grant_of_account_table, .from = arena_copy(arena, id_span(account)),
		.until = mark_key(until, &end), .limit = GRANTS_LOOKED_AT, .backwards = true };
}

struct ask
grants_ask(struct arena *arena, const struct id *account)
{
	const struct id latest = id_latest();

	return grants_ask_before(arena, account, &latest);
}
