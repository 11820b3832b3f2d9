/* transaction/card/task.c - what a card is to sign for somebody who sits at a page: its row. */
#include "transaction/card/task.h"

#include <assert.h>

#include "base/record.h"
#include "transaction/card/task_row.h"

#define FORMAT 1
#define ROW_LARGEST (128 * KIB) /* a certificate of 64 KB, facts of 16 KB, and texts */
#define USE "card task"

const struct table card_code_table = { "card-code", ROLE_BIT(ROLE_WORKER), 0 };
const struct table card_task_table = { "card-task", ROLE_BIT(ROLE_WORKER), TABLE_NOTICED };

static void
card_task_write(struct buffer *b, const struct card_task *t)
{
	buffer_u8(b, FORMAT);
	buffer_id(b, &t->id);
	buffer_id(b, &t->owner);
	buffer_u8(b, (uint8_t)t->purpose);
	buffer_id(b, &t->challenge);
	buffer_instant(b, t->until);
	buffer_block(b, t->continues.handle);
	buffer_u8(b, (uint8_t)t->continues.kind.purpose);
	buffer_u8(b, (uint8_t)t->continues.kind.medium);
	buffer_u8(b, t->answered);
	buffer_u8(b, (uint8_t)t->outcome);
	buffer_block(b, t->handle);
	buffer_u8(b, t->mobile);
	buffer_block(b, t->facts);
	buffer_instant(b, t->at);
	buffer_block(b, t->attributes);
	buffer_block(b, t->certificate);
	buffer_u8(b, (uint8_t)t->continuity);
	buffer_block(b, t->relatives);
	buffer_block(b, t->terminal);
	buffer_id(b, &t->ledger);
	buffer_block(b, t->failed_step);
	buffer_block(b, t->why_ja);
	buffer_block(b, t->why_en);
}

bool
card_task_read(struct span value, struct card_task *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), purpose, earlier_purpose, medium, answered, outcome, mobile, continuity;

	*out = (struct card_task){ 0 };
	out->id = record_id(&r);
	out->owner = record_id(&r);
	purpose = record_u8(&r);
	out->challenge = record_id(&r);
	out->until = record_instant(&r);
	out->continues.handle = record_block(&r);
	earlier_purpose = record_u8(&r);
	medium = record_u8(&r);
	answered = record_u8(&r);
	outcome = record_u8(&r);
	out->handle = record_block(&r);
	mobile = record_u8(&r);
	out->facts = record_block(&r);
	out->at = record_instant(&r);
	out->attributes = record_block(&r);
	out->certificate = record_block(&r);
	continuity = record_u8(&r);
	out->relatives = record_block(&r);
	out->terminal = record_block(&r);
	out->ledger = record_id(&r);
	out->failed_step = record_block(&r);
	out->why_ja = record_block(&r);
	out->why_en = record_block(&r);
	if (format != FORMAT || !record_whole(&r) || purpose < JPKI_SIGNATURE || purpose > JPKI_AUTHENTICATION ||
	    earlier_purpose > JPKI_AUTHENTICATION || medium > JPKI_PHONE || answered > 1 || outcome > ESTABLISHED ||
	    mobile > 1 || continuity > CONTINUITY_SAME || out->relatives.size % PROOFING_HANDLE)
		return false;
	out->purpose = (enum jpki_purpose)purpose;
	out->continues.kind = (struct linkage_kind){ (enum jpki_purpose)earlier_purpose, (enum jpki_medium)medium };
	out->answered = answered;
	out->outcome = (enum outcome)outcome;
	out->mobile = mobile;
	out->continuity = (enum continuity)continuity;
	return true;
}

struct ask
card_task_ask(const struct id *id)
{
	return (struct ask){ .table = &card_task_table, .from = id_span(id) };
}

enum err
card_task_loaded(struct arena *arena, const struct ask *asked, const struct id *owner, struct card_task *out,
    struct problem *why)
{
	if (asked->count && !card_task_read(arena_copy(arena, asked->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the row of what a card was to sign is of a form this build does not know");
	if (!asked->count || (owner && !id_equal(&out->owner, owner)))
		return problem_set(why, ERR_NOT_FOUND, "",
		    "nothing that a card was to sign here waits any more: it was used, or its time is over");
	out->generation = asked->rows[0].generation;
	return OK;
}

void
card_task_put(struct unit *unit, const struct card_task *t, struct instant until)
{
	struct buffer row = buffer_init(ROW_LARGEST);

	card_task_write(&row, t);
	assert(!row.overflowed);
	unit_expect(unit, &card_task_table, id_span(&t->id), t->generation);
	unit_put_until(unit, &card_task_table, id_span(&t->id), buffer_span(&row), until);
	buffer_release(&row);
}

void
card_task_take(struct unit *unit, const struct card_task *t)
{
	unit_expect(unit, &card_task_table, id_span(&t->id), t->generation);
	unit_delete(unit, &card_task_table, id_span(&t->id));
}

struct span
card_task_wrap(struct arena *arena, const struct person_settings *settings, const struct id *task, struct span plain)
{
	return wrap(arena, &settings->wrapping, USE, id_span(task), plain);
}

bool
card_task_attributes(struct arena *arena, const struct person_settings *settings, const struct card_task *t,
    struct span *json)
{
	return t->attributes.size && unwrap(arena, &settings->wrapping, USE, id_span(&t->id), t->attributes, json);
}

bool
card_task_certificate(struct arena *arena, const struct person_settings *settings, const struct card_task *t,
    struct span *der)
{
	return t->certificate.size && unwrap(arena, &settings->wrapping, USE, id_span(&t->id), t->certificate, der);
}
