/* transaction/enrolment/enrolment.c - one person enrolled by the card: its row. */
#include "transaction/enrolment/enrolment.h"

#include <assert.h>

#include <openssl/crypto.h>

#include "base/record.h"

#define FORMAT 1
#define ROW_LARGEST (2 * KIB)

const struct table enrolment_table = { "enrolment", ROLE_BIT(ROLE_WORKER), 0 };

static struct span
key_of(const struct id *id)
{
	return span_of(id->bytes, sizeof(id->bytes));
}

static void
read_id(struct record *r, struct id *out)
{
	struct span bytes = record_bytes(r, sizeof(out->bytes));

	if (bytes.size)
		memcpy(out->bytes, bytes.data, bytes.size);
}

static void
enrolment_write(struct buffer *b, const struct enrolment *e)
{
	buffer_u8(b, FORMAT);
	buffer_add(b, key_of(&e->id));
	buffer_add(b, span_of(e->browser, sizeof(e->browser)));
	buffer_u8(b, e->reissue);
	buffer_u8(b, e->english);
	buffer_add(b, key_of(&e->opened));
	buffer_add(b, key_of(&e->task));
	buffer_u8(b, (uint8_t)e->purpose);
	buffer_u64(b, (uint64_t)e->card_until.us);
	buffer_add(b, key_of(&e->taken));
	buffer_add(b, key_of(&e->record));
	buffer_block(b, e->handle);
	buffer_u8(b, e->mobile);
	buffer_u64(b, (uint64_t)e->made.us);
	buffer_u64(b, (uint64_t)e->expires.us);
}

bool
enrolment_read(struct span value, struct enrolment *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), reissue, english, purpose, mobile;
	struct span browser;

	*out = (struct enrolment){ 0 };
	read_id(&r, &out->id);
	browser = record_bytes(&r, sizeof(out->browser));
	if (browser.size)
		memcpy(out->browser, browser.data, browser.size);
	reissue = record_u8(&r);
	english = record_u8(&r);
	read_id(&r, &out->opened);
	read_id(&r, &out->task);
	purpose = record_u8(&r);
	out->card_until.us = (int64_t)record_u64(&r);
	read_id(&r, &out->taken);
	read_id(&r, &out->record);
	out->handle = record_block(&r);
	mobile = record_u8(&r);
	out->made.us = (int64_t)record_u64(&r);
	out->expires.us = (int64_t)record_u64(&r);
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
	return (struct ask){ .table = &enrolment_table, .from = key_of(id) };
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
	unit_expect(unit, &enrolment_table, key_of(&e->id), e->generation);
	unit_put_until(unit, &enrolment_table, key_of(&e->id), buffer_span(&row), e->expires);
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
