/* transaction/proofing/kept.c - the row of what is kept of an outcome. */
#include "transaction/proofing/kept.h"

#include <assert.h>

#include "base/buffer.h"
#include "base/record.h"
#include "base/role.h"

#define FORMAT 2
#define ROW_LARGEST (17 * KIB)

const struct table proofing_outcome_table = { "proofing-outcome", ROLE_BIT(ROLE_WORKER), 0 };

void
proofing_kept_put(struct unit *unit, const struct id *id, const struct proofing_kept *kept, struct instant until)
{
	struct buffer b = buffer_init(ROW_LARGEST);

	buffer_u8(&b, FORMAT);
	buffer_instant(&b, kept->at);
	buffer_u8(&b, (uint8_t)kept->world);
	buffer_block(&b, kept->member);
	buffer_block(&b, kept->facts);
	assert(!b.overflowed); /* a member's id, and words of ours */
	unit_put_until(unit, &proofing_outcome_table, id_span(id), buffer_span(&b), until);
	buffer_release(&b);
}

enum err
proofing_kept_loaded(const struct ask *asked, struct span member, bool test, struct proofing_kept *out,
    struct problem *why)
{
	struct record r;
	uint8_t format;

	*out = (struct proofing_kept){ 0 };
	if (asked->count) {
		r = record_of(asked->rows[0].value);
		format = record_u8(&r);
		out->at = record_instant(&r);
		out->world = (enum jpki_world)record_u8(&r);
		out->member = record_block(&r);
		out->facts = record_block(&r);
		if (format != FORMAT || !record_whole(&r) || out->world > JPKI_TEST)
			return problem_set(why, ERR_UNAVAILABLE, "",
			    "the transaction's row in the store is of a form this build does not know");
	}
	if (!asked->count || !span_equal(out->member, member) || (out->world == JPKI_TEST && !test))
		return problem_set(why, ERR_NOT_FOUND, "", "no transaction of yours has this id");
	return OK;
}
