/* transaction/account/person_agreement.c - which operators want the same done with one account.
 *
 *     row = form(u8) operators(block)
 */
#include "transaction/account/person_agreement.h"

#include <assert.h>

#include "base/buffer.h"
#include "base/record.h"
#include "base/role.h"

#define FORM 1
#define ROW_LARGEST (4 * KIB)
#define ID_SIZE sizeof(((struct id *)NULL)->bytes)

const struct table person_agreement_table = { "person-agreement", ROLE_BIT(ROLE_STEWARD), 0 };

struct span
person_agreement_key(struct arena *arena, const struct id *account, uint32_t what)
{
	uint8_t *key = arena_take(arena, ID_SIZE + sizeof(what));

	memcpy(key, account->bytes, ID_SIZE);
	for (size_t i = 0; i < sizeof(what); i++)
		key[ID_SIZE + i] = (uint8_t)(what >> 8 * (sizeof(what) - 1 - i));
	return span_of(key, ID_SIZE + sizeof(what));
}

struct ask
person_agreement_ask(struct span key)
{
	return (struct ask){ .table = &person_agreement_table, .from = key };
}

enum err
person_agreement_loaded(struct arena *arena, const struct ask *ask, struct agreement *out, struct problem *why)
{
	struct record r;
	uint8_t form;

	*out = (struct agreement){ .approvers = { 0 } };
	if (ask->count == 0)
		return OK;
	r = record_of(arena_copy(arena, ask->rows[0].value));
	form = record_u8(&r);
	out->approvers = record_block(&r);
	if (form != FORM || !record_whole(&r))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "which operators agree: the row in the store is of a form this build does not know");
	return OK;
}

enum err
person_agree(struct arena *arena, struct agreement *g, const struct agreeing *by, struct problem *why)
{
	agreement_recount(arena, g, &by->quorum);
	if (agreement_whole(g, &by->quorum))
		return OK;
	return agreement_repeat(arena, g, by, why);
}

void
person_agreement_put(struct unit *unit, const struct ask *ask, const struct agreement *g, struct instant now)
{
	struct buffer b = buffer_init(ROW_LARGEST);

	buffer_u8(&b, FORM);
	buffer_block(&b, g->approvers);
	assert(!b.overflowed); /* AGREEMENT_LARGEST of them */
	unit_expect(unit, &person_agreement_table, ask->from, ask->count ? ask->rows[0].generation : 0);
	unit_put_until(unit, &person_agreement_table, ask->from, buffer_span(&b),
	    instant_after(now, PERSON_AGREEMENT_LIFE));
	buffer_release(&b);
}
