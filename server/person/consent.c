/* person/consent.c - what a person agreed to.
 *
 *     row = form(u8) id(16) relying_party(block) name(block) purpose(block) items(block) persona(u8) given(u64)
 *           withdrawn(u64)
 */
#include "person/consent.h"

#include <assert.h>

#include "base/record.h"
#include "base/role.h"
#include "crypto/digest.h"

#define FORM 1
#define ROW_LARGEST (8 * KIB)

/* The steward erases what operators order. */
const struct table consent_table = { "consent", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), TABLE_OWNED };

struct id
consent_id(struct span relying_party, struct span purpose)
{
	const struct span pieces[] = { relying_party, span_of("", 1), purpose };
	uint8_t sum[32];
	struct id id;

	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), sum);
	memcpy(id.bytes, sum, sizeof(id.bytes));
	return id;
}

void
consent_item_add(struct buffer *items, const struct consent_item *item)
{
	if (buffer_span(items).size)
		buffer_byte(items, ',');
	if (item->declined)
		buffer_byte(items, '-');
	buffer_add(items, item->name);
}

bool
consent_item_next(struct span *items, struct consent_item *out)
{
	struct span one;

	if (!items->size)
		return false;
	one = span_cut(items, ',');
	out->declined = span_starts(one, "-");
	out->name = out->declined ? span_skip(one, 1) : one;
	return true;
}

void
consent_write(struct buffer *b, const struct consent *c)
{
	buffer_u8(b, FORM);
	buffer_id(b, &c->id);
	buffer_block(b, c->relying_party);
	buffer_block(b, c->name);
	buffer_block(b, c->purpose);
	buffer_block(b, c->items);
	buffer_u8(b, (uint8_t)c->persona);
	buffer_instant(b, c->given);
	buffer_instant(b, c->withdrawn);
}

bool
consent_read(struct span value, struct consent *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r), persona;

	*out = (struct consent){ .id = record_id(&r) };
	out->relying_party = record_block(&r);
	out->name = record_block(&r);
	out->purpose = record_block(&r);
	out->items = record_block(&r);
	persona = record_u8(&r);
	out->given = record_instant(&r);
	out->withdrawn = record_instant(&r);
	if (form != FORM || !record_whole(&r) || persona >= PERSONAS || !out->given.us)
		return false;
	out->persona = (enum persona)persona;
	return true;
}

struct ask
consent_ask(struct arena *arena, const struct id *account, const struct id *consent)
{
	return (struct ask){ .table = &consent_table, .from = id_pair(arena, account, consent) };
}

static enum err
row_loaded(struct arena *arena, const struct row *row, struct consent *out, struct problem *why)
{
	if (!consent_read(arena_copy(arena, row->value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "a consent's row in the store is of a form this build does not know");
	out->generation = row->generation;
	return OK;
}

enum err
consent_loaded(struct arena *arena, const struct ask *ask, struct consent *out, struct problem *why)
{
	if (!ask->count)
		return problem_set(why, ERR_NOT_FOUND, "", "you have given no such consent");
	return row_loaded(arena, &ask->rows[0], out, why);
}

struct ask
consents_ask(struct arena *arena, const struct id *account)
{
	const struct id last = id_latest();

	return (struct ask){ .table = &consent_table, .from = arena_copy(arena, id_span(account)),
		.until = id_pair(arena, account, &last), .limit = CONSENTS_LOOKED_AT };
}

enum err
consents_loaded(struct arena *arena, const struct ask *ask, struct consent **out, size_t *count, struct problem *why)
{
	struct consent *consents = arena_array(arena, struct consent, ask->count);

	*out = consents;
	*count = 0;
	for (size_t i = 0; i < ask->count; i++)
		if (row_loaded(arena, &ask->rows[i], &consents[i], why) != OK)
			return why->code;
	*count = ask->count;
	return OK;
}

void
consent_put(struct unit *unit, struct arena *arena, const struct id *account, const struct consent *c)
{
	const struct span key = id_pair(arena, account, &c->id);
	struct buffer b = buffer_init(ROW_LARGEST);

	assert(c->relying_party.size <= CONSENT_TEXT_LARGEST && c->name.size <= CONSENT_TEXT_LARGEST &&
	    c->purpose.size <= CONSENT_TEXT_LARGEST && c->items.size <= CONSENT_TEXT_LARGEST);
	consent_write(&b, c);
	assert(!b.overflowed);
	unit_expect(unit, &consent_table, key, c->generation);
	unit_put(unit, &consent_table, key, buffer_span(&b));
	buffer_release(&b);
}

/* Steps */

void
consent_give(struct consent *c, struct instant now)
{
	c->id = consent_id(c->relying_party, c->purpose);
	c->given = now;
	c->withdrawn = (struct instant){ 0 };
}

bool
consent_in_force(const struct consent *c)
{
	return c->given.us && !c->withdrawn.us;
}

enum err
consent_withdraw(struct consent *c, struct instant now, bool *changed, struct problem *why)
{
	*changed = false;
	if (span_is(c->purpose, CONSENT_TO_ENROL))
		return problem_set(why, ERR_CONFLICT, "",
		    "the account rests on this consent: it ends when the account is erased");
	*changed = consent_in_force(c);
	if (*changed)
		c->withdrawn = now;
	return OK;
}
