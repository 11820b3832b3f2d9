/* transaction/decision/erasure_agreement.c - how many operators want a person's decisions erased, without keeping
 * whose.
 *
 *     row = format(u8) salt(16) digest(32) operators(block)
 */
#include "transaction/decision/erasure_agreement.h"

#include "base/buffer.h"
#include "base/random.h"
#include "base/record.h"
#include "crypto/digest.h"

#define FORMAT 1
#define WORDS_LARGEST (64 * KIB)
#define ROW_LARGEST (4 * KIB)

const struct table erasure_agreement_table = { "ledger-erasure-agreement", ROLE_BIT(ROLE_STEWARD), 0 };

struct ask
erasure_agreements_ask(void)
{
	return (struct ask){ .table = &erasure_agreement_table, .limit = ERASURE_AGREEMENTS };
}

static void
words_digest(const uint8_t salt[16], const struct erasure_subject *subject, struct span reason, uint8_t out[32])
{
	struct buffer b = buffer_init(WORDS_LARGEST);

	buffer_add(&b, span_of(salt, 16));
	buffer_block(&b, subject->type);
	buffer_block(&b, subject->id);
	buffer_block(&b, subject->member);
	buffer_block(&b, reason);
	digest(DIGEST_SHA256, buffer_span(&b), out);
	buffer_release(&b);
}

static bool
agreement_read(struct arena *a, const struct row *row, struct erasure_agreement *out)
{
	struct record r = record_of(arena_copy(a, row->value));
	uint8_t format = record_u8(&r);

	*out = (struct erasure_agreement){ .key = arena_copy(a, row->key), .generation = row->generation };
	record_copy(&r, out->salt, sizeof(out->salt));
	record_copy(&r, out->digest, sizeof(out->digest));
	out->agreement.approvers = record_block(&r);
	return record_whole(&r) && format == FORMAT;
}

static bool
is_about(const struct erasure_agreement *g, const struct erasure_subject *subject, struct span reason)
{
	uint8_t found[32];

	words_digest(g->salt, subject, reason, found);
	return memcmp(found, g->digest, sizeof(found)) == 0;
}

static void
agreement_new(struct arena *a, const struct erasure_subject *subject, struct span reason, struct erasure_agreement *out)
{
	uint8_t *key = arena_take(a, 16);

	*out = (struct erasure_agreement){ .key = span_of(key, 16) };
	random_bytes(key, 16);
	random_bytes(out->salt, sizeof(out->salt));
	words_digest(out->salt, subject, reason, out->digest);
}

/* Once enough have agreed whoever may ask goes on, part by part. */
enum err
erasure_agree(struct arena *a, const struct ask *ask, const struct erasure_subject *subject, struct span reason,
    const struct agreeing *by, struct erasure_agreement *out, struct problem *why)
{
	const struct quorum *q = &by->quorum;
	struct span before;
	bool found = false;

	for (size_t i = 0; i < ask->count && !found; i++)
		found = agreement_read(a, &ask->rows[i], out) && is_about(out, subject, reason);
	if (!found)
		agreement_new(a, subject, reason, out);
	before = out->agreement.approvers;
	agreement_recount(a, &out->agreement, q);
	if (!agreement_whole(&out->agreement, q) && agreement_repeat(a, &out->agreement, by, why) != OK)
		return why->code;
	out->had = agreement_had(&out->agreement, q);
	out->needed = quorum_needed(q);
	/* Where one is enough nobody else will ask for it. */
	out->changed = out->needed > 1 && !span_equal(out->agreement.approvers, before);
	if (!found && out->changed && ask->count == ERASURE_AGREEMENTS)
		return problem_set(why, ERR_LIMIT, "", "%d erasures wait for other operators already",
		    ERASURE_AGREEMENTS);
	return OK;
}

void
erasure_agreement_put(struct unit *unit, const struct erasure_agreement *g, struct instant now)
{
	struct buffer b = buffer_init(ROW_LARGEST);

	if (!g->changed)
		return;
	buffer_u8(&b, FORMAT);
	buffer_add(&b, span_of(g->salt, sizeof(g->salt)));
	buffer_add(&b, span_of(g->digest, sizeof(g->digest)));
	buffer_block(&b, g->agreement.approvers);
	unit_expect(unit, &erasure_agreement_table, g->key, g->generation);
	unit_put_until(unit, &erasure_agreement_table, g->key, buffer_span(&b),
	    instant_after(now, ERASURE_AGREEMENT_LIFE));
	buffer_release(&b);
}
