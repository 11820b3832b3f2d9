/* person/proofing_record.c - one proofing of a person.
 *
 *     row   = form(u8) id(16) method(u8) strength(u8) bearing(u8) at(u64) by(block) by(block) evidence(block)
 *             handle(block) ledger(16) facts(block)
 *     owner = form(u8) account(16) record or credential(16)
 */
#include "person/proofing_record.h"

#include <assert.h>

#include "base/record.h"
#include "base/role.h"

#define FORM 2
#define OWNER_FORM 1
#define ROW_LARGEST (20 * KIB) /* facts have at most 16 KiB */
#define ID sizeof(struct id)

/* The steward erases what operators order. */
const struct table proofing_record_table = { "proofing-record", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };
const struct table account_certificate_table = {
	"account-certificate", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0
};

static const char *const methods[] = {
	[PROOFING_NO_METHOD] = "none",
	[PROOFING_BY_CARD] = "card",
	[PROOFING_AT_TERMINAL] = "terminal",
	[PROOFING_AT_DESK] = "desk",
};

const char *
proofing_method_name(enum proofing_method method)
{
	return methods[method];
}

void
proofing_record_write(struct buffer *b, const struct proofing_record *p)
{
	buffer_u8(b, FORM);
	buffer_id(b, &p->id);
	buffer_u8(b, (uint8_t)p->method);
	buffer_u8(b, (uint8_t)p->strength);
	buffer_u8(b, (uint8_t)p->bearing);
	buffer_instant(b, p->at);
	buffer_block(b, p->by[0]);
	buffer_block(b, p->by[1]);
	buffer_block(b, p->evidence);
	buffer_block(b, p->handle);
	buffer_id(b, &p->ledger);
	buffer_block(b, p->facts);
}

bool
proofing_record_read(struct span value, struct proofing_record *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r), method, strength, bearing;

	*out = (struct proofing_record){ .id = record_id(&r) };
	method = record_u8(&r);
	strength = record_u8(&r);
	bearing = record_u8(&r);
	out->at = record_instant(&r);
	out->by[0] = record_block(&r);
	out->by[1] = record_block(&r);
	out->evidence = record_block(&r);
	out->handle = record_block(&r);
	out->ledger = record_id(&r);
	out->facts = record_block(&r);
	if (form != FORM || !record_whole(&r) || method < PROOFING_BY_CARD || method > PROOFING_AT_DESK ||
	    strength > PROOFING_VALIDATED || bearing > PROOFING_APART)
		return false;
	out->method = (enum proofing_method)method;
	out->strength = (enum proofing_strength)strength;
	out->bearing = (enum proofing_bearing)bearing;
	return true;
}

void
proofing_record_put(struct unit *unit, struct arena *arena, const struct id *account, const struct proofing_record *p)
{
	const struct span key = id_pair(arena, account, &p->id);
	struct buffer b = buffer_init(ROW_LARGEST);

	proofing_record_write(&b, p);
	assert(!b.overflowed); /* words of ours */
	unit_expect(unit, &proofing_record_table, key, 0);
	unit_put(unit, &proofing_record_table, key, buffer_span(&b));
	buffer_release(&b);
}

struct ask
proofing_record_ask(struct arena *arena, const struct id *account)
{
	const struct id last = id_latest();

	return (struct ask){ .table = &proofing_record_table, .from = arena_copy(arena, id_span(account)),
		.until = id_pair(arena, account, &last), .limit = PROOFING_RECORDS_LOOKED_AT, .backwards = true };
}

enum err
proofing_records_loaded(struct arena *arena, const struct ask *ask, struct proofing_record **out, size_t *count,
    struct problem *why)
{
	struct proofing_record *records = arena_array(arena, struct proofing_record, ask->count);

	*out = records;
	*count = 0;
	for (size_t i = 0; i < ask->count; i++)
		if (!proofing_record_read(arena_copy(arena, ask->rows[i].value), &records[i]))
			return problem_set(why, ERR_UNAVAILABLE, "",
			    "a proofing's row in the store is of a form this build does not know");
	*count = ask->count;
	return OK;
}

bool
proofing_record_speaks(const struct proofing_record *records, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (records[i].bearing == PROOFING_REPLACES)
			return false;
	return records[at].bearing != PROOFING_APART;
}

/* Certificates' owners */

struct span
account_certificate_key(struct arena *arena, struct span handle)
{
	assert(handle.size && handle.size <= KEY_LARGEST);
	return arena_copy(arena, handle);
}

struct ask
account_certificate_ask(struct arena *arena, struct span handle)
{
	return (struct ask){ .table = &account_certificate_table, .from = account_certificate_key(arena, handle) };
}

enum err
account_certificate_loaded(const struct ask *ask, struct certificate_owner *out, struct problem *why)
{
	struct record r = record_of(ask->count ? ask->rows[0].value : (struct span){ 0 });
	uint8_t form = record_u8(&r);

	*out = (struct certificate_owner){ .account = record_id(&r) };
	out->of = record_id(&r);
	if (!ask->count)
		return problem_set(why, ERR_NOT_FOUND, "", "this certificate is no account's");
	if (form != OWNER_FORM || !record_whole(&r))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "whose a certificate is: its row in the store is of a form this build does not know");
	out->generation = ask->rows[0].generation;
	return OK;
}

void
account_certificate_put(struct unit *unit, struct arena *arena, struct span handle, const struct certificate_owner *o)
{
	const struct span key = account_certificate_key(arena, handle);
	uint8_t row[1 + 2 * ID] = { OWNER_FORM };

	memcpy(row + 1, o->account.bytes, ID);
	memcpy(row + 1 + ID, o->of.bytes, ID);
	unit_expect(unit, &account_certificate_table, key, o->generation);
	unit_put(unit, &account_certificate_table, key, span_of(row, sizeof(row)));
}
