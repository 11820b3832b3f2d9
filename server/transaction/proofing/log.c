/* transaction/proofing/log.c - the operation log of verifications. */
#include "transaction/proofing/log.h"

#include <assert.h>

#include "base/buffer.h"
#include "base/id.h"
#include "base/record.h"
#include "base/role.h"

#define FORMAT 1
#define FORMAT_LINKAGE 2
#define FORMAT_PRICED 3
#define FORMAT_LINKAGE_PRICED 4
/* What stands for `charged` and `further`. */
enum { FREE, CHARGED, CHARGED_FURTHER };
#define NAME_LARGEST 1024 /* an entity ID is the longest there is */
#define ROW_LARGEST (8 * KIB)
#define TIME_OF_ID 6 /* its first bytes: milliseconds (base/random.h) */

const struct table proofing_log_table = { "proofing-log", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

void
proofing_check_log(struct unit *u, const struct proofing_check *c, int64_t kept_for)
{
	const struct instant until = { kept_for ? instant_after(c->at, kept_for).us : 0 };
	struct id id = id_new(c->at);
	struct buffer b = buffer_init(ROW_LARGEST);

	assert(!c->continuity || (c->further && !c->kind && !c->status));
	buffer_u8(&b, c->priced ? (c->continuity ? FORMAT_LINKAGE_PRICED : FORMAT_PRICED)
	    : c->continuity ? FORMAT_LINKAGE : FORMAT);
	buffer_instant(&b, c->at);
	buffer_u8(&b, (uint8_t)c->purpose);
	buffer_u8(&b, (uint8_t)c->medium);
	buffer_u8(&b, (uint8_t)c->outcome);
	buffer_u8(&b, (uint8_t)c->kind);
	buffer_u8(&b, (uint8_t)c->status);
	buffer_u8(&b, c->further ? CHARGED_FURTHER : c->charged ? CHARGED : FREE);
	buffer_block(&b, c->member);
	buffer_block(&b, c->relying_party);
	buffer_block(&b, c->operator);
	buffer_block(&b, c->source);
	if (c->continuity)
		buffer_u8(&b, (uint8_t)c->continuity);
	if (c->priced) {
		buffer_u64(&b, (uint64_t)c->yen);
		buffer_u64(&b, (uint64_t)c->yen_by_card);
	}
	assert(!b.overflowed);
	unit_put_until(u, &proofing_log_table, id_span(&id), buffer_span(&b), until);
	buffer_release(&b);
}

/* Before all rows of this millisecond. */
static struct span
key_of(struct arena *arena, struct instant at)
{
	uint64_t ms = at.us > 0 ? (uint64_t)at.us / 1000 : 0;
	uint8_t *key = arena_take(arena, sizeof(struct id));

	memset(key, 0, sizeof(struct id));
	for (size_t i = TIME_OF_ID; i-- > 0; ms >>= 8)
		key[i] = (uint8_t)ms;
	return span_of(key, sizeof(struct id));
}

struct ask
proofing_log_ask(struct arena *arena, struct instant from, struct instant until, const struct id *after,
    uint32_t limit)
{
	struct ask ask = { .table = &proofing_log_table, .from = key_of(arena, from),
		.until = key_of(arena, instant_after(until, 999)), .limit = limit };
	uint8_t *behind;

	if (after) {
		/* The next key there can be. */
		behind = arena_take(arena, sizeof(*after) + 1);
		memcpy(behind, after->bytes, sizeof(*after));
		behind[sizeof(*after)] = 0;
		ask.from = span_of(behind, sizeof(*after) + 1);
	}
	return ask;
}

bool
proofing_check_read(struct span value, struct proofing_check *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), charge;

	*out = (struct proofing_check){ .at = record_instant(&r) };
	out->purpose = (enum jpki_purpose)record_u8(&r);
	out->medium = (enum jpki_medium)record_u8(&r);
	out->outcome = (enum outcome)record_u8(&r);
	out->kind = (enum revocation_kind)record_u8(&r);
	out->status = (enum revocation_status)record_u8(&r);
	charge = record_u8(&r);
	out->charged = charge != FREE;
	out->further = charge == CHARGED_FURTHER;
	out->member = record_block(&r);
	out->relying_party = record_block(&r);
	out->operator = record_block(&r);
	out->source = record_block(&r);
	if (format == FORMAT_LINKAGE || format == FORMAT_LINKAGE_PRICED) {
		out->continuity = (enum continuity)record_u8(&r);
		if (out->continuity == CONTINUITY_NOT_ASKED || out->continuity > CONTINUITY_SAME || !out->further)
			return false;
	}
	out->priced = format == FORMAT_PRICED || format == FORMAT_LINKAGE_PRICED;
	if (out->priced) {
		out->yen = (int64_t)record_u64(&r);
		out->yen_by_card = (int64_t)record_u64(&r);
	}
	return format >= FORMAT && format <= FORMAT_LINKAGE_PRICED && record_whole(&r) &&
	    out->yen >= 0 && out->yen <= CHECK_YEN_MOST && out->yen_by_card >= 0 &&
	    out->yen_by_card <= CHECK_YEN_MOST &&
	    out->purpose <= JPKI_AUTHENTICATION &&
	    out->medium <= JPKI_PHONE && out->outcome <= ESTABLISHED && out->kind <= REVOCATION_BY_OPERATOR &&
	    out->status <= REVOCATION_GOOD && charge <= CHARGED_FURTHER && out->member.size > 0 &&
	    out->relying_party.size <= NAME_LARGEST;
}
