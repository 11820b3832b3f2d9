/* transaction/enrolment/enrolment.c - one person enrolled by the card: its row. */
#include "transaction/enrolment/enrolment.h"

#include <assert.h>

#include <openssl/crypto.h>

#include "base/record.h"

#define FORMAT 2
#define ROW_LARGEST (2 * KIB)

const struct table enrolment_table = { "enrolment", ROLE_BIT(ROLE_WORKER), 0 };

static void
enrolment_write(struct buffer *b, const struct enrolment *e)
{
	buffer_u8(b, FORMAT);
	buffer_id(b, &e->id);
	buffer_add(b, span_of(e->browser, sizeof(e->browser)));
	buffer_u8(b, e->reissue);
	buffer_u8(b, e->english);
	buffer_id(b, &e->opened);
	buffer_id(b, &e->task);
	buffer_add(b, span_of(e->code, sizeof(e->code)));
	buffer_u8(b, (uint8_t)e->purpose);
	buffer_instant(b, e->card_until);
	buffer_id(b, &e->taken);
	buffer_id(b, &e->record);
	buffer_block(b, e->handle);
	buffer_u8(b, e->mobile);
	buffer_instant(b, e->made);
	buffer_instant(b, e->expires);
}

bool
enrolment_read(struct span value, struct enrolment *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), reissue, english, purpose, mobile;

	*out = (struct enrolment){ 0 };
	out->id = record_id(&r);
	record_copy(&r, out->browser, sizeof(out->browser));
	reissue = record_u8(&r);
	english = record_u8(&r);
	out->opened = record_id(&r);
	out->task = record_id(&r);
	record_copy(&r, out->code, sizeof(out->code));
	purpose = record_u8(&r);
	out->card_until = record_instant(&r);
	out->taken = record_id(&r);
	out->record = record_id(&r);
	out->handle = record_block(&r);
	mobile = record_u8(&r);
	out->made = record_instant(&r);
	out->expires = record_instant(&r);
	if (format != FORMAT || !record_whole(&r) || reissue > 1 || english > 1 || mobile > 1 ||
	    purpose > JPKI_AUTHENTICATION)
		return false;
	out->reissue = reissue;
	out->english = english;
	out->mobile = mobile;
	out->purpose = (enum jpki_purpose)purpose;
	return true;
}

struct ask
enrolment_ask(const struct id *id)
{
	return (struct ask){ .table = &enrolment_table, .from = id_span(id) };
}

enum err
enrolment_loaded(struct arena *arena, const struct ask *asked, const uint8_t browser[32], struct enrolment *out,
    struct problem *why)
{
	if (asked->count && !enrolment_read(arena_copy(arena, asked->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the enrolment's row in the store is of a form this build does not know");
	if (!asked->count || CRYPTO_memcmp(out->browser, browser, sizeof(out->browser)) != 0)
		return problem_set(why, ERR_NOT_FOUND, "",
		    "no enrolment of this browser's waits here: its time may be over; begin it anew");
	out->generation = asked->rows[0].generation;
	return OK;
}

void
enrolment_put(struct unit *unit, const struct enrolment *e)
{
	struct buffer row = buffer_init(ROW_LARGEST);

	enrolment_write(&row, e);
	assert(!row.overflowed);
	unit_expect(unit, &enrolment_table, id_span(&e->id), e->generation);
	unit_put_until(unit, &enrolment_table, id_span(&e->id), buffer_span(&row), e->expires);
	buffer_release(&row);
}

const char *
enrolment_state_name(enum enrolment_state state)
{
	static const char *const names[] = { "begun", "waiting", "answered", "refused", "taken", "over" };

	return names[state];
}

const char *
enrolment_account_name(enum enrolment_account account)
{
	static const char *const names[] = { "new", "this", "existing", "similar" };

	return names[account];
}
