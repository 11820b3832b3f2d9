/* front/ledger/tiles.c - tiles of the log (C2SP tlog-tiles): of hashes, and of the entries themselves, which are
 * commitments. Only what a checkpoint holds is served, so a tile never changes. */
#include "front/ledger/serving.h"

#define FOR_EVER "public, max-age=31536000, immutable"
#define MISSING_FIELDS "Cache-Control: max-age=1\r\n"
#define ENTRY_SIZE (2 + HASH_SIZE)

struct tile_serving {
	struct serving serving;  /* first */
	struct tile_name name;
};

static void
refuse_missing(struct serving *s)
{
	serving_refuse(s, 404, MISSING_FIELDS, ERR_NOT_FOUND, "C2SP tlog-tiles",
	    "there is no such tile in the newest checkpoint's tree");
}

static on_loaded on_tile_loaded;

void
serve_tile(struct exchange *e, void *front)
{
	struct tile_serving *t = arena_new(e->arena, struct tile_serving);
	struct serving *s = &t->serving;

	*s = *serving_new(e, front);
	if (!tile_name_read(e->segment, &t->name) || t->name.level >= TILE_LEVELS) {
		refuse_missing(s);
		return;
	}
	if (t->name.entries && t->name.number < UINT64_MAX / TILE_WIDTH)
		s->asks[1] = (struct ask){ .table = &ledger_leaf_table, .limit = t->name.width,
			.from = ledger_number_key(e->arena, t->name.number * TILE_WIDTH + 1) };
	else
		s->asks[1] = (struct ask){ .table = &ledger_tile_table,
			.from = ledger_tile_key(e->arena, t->name.level, t->name.number) };
	exchange_hold(e, store_load(s->store, s->asks, 2, on_tile_loaded, t));
}

static void
send_hashes(struct tile_serving *t)
{
	struct serving *s = &t->serving;
	const struct ask *ask = &s->asks[1];
	size_t size = (size_t)t->name.width * HASH_SIZE;

	if (ask->count == 0 || ask->rows[0].value.size < size)
		refuse_missing(s);
	else
		serving_answer(s, "application/octet-stream", FOR_EVER, span_first(ask->rows[0].value, size));
}

/* Each with its size before it, big-endian. */
static void
send_entries(struct tile_serving *t)
{
	struct serving *s = &t->serving;
	const struct ask *ask = &s->asks[1];
	struct buffer b = buffer_init((size_t)TILE_WIDTH * ENTRY_SIZE);
	bool whole = ask->count == t->name.width;

	for (size_t i = 0; i < ask->count && whole; i++) {
		struct hash commitment;
		struct id id;

		whole = ledger_leaf_read(ask->rows[i].value, &commitment, &id);
		buffer_u16(&b, HASH_SIZE);
		buffer_add(&b, span_of(commitment.bytes, HASH_SIZE));
	}
	if (whole)
		serving_answer(s, "application/octet-stream", FOR_EVER, buffer_span(&b));
	else
		refuse_missing(s);
	buffer_release(&b);
}

static void
on_tile_loaded(void *arg, enum err err, const struct problem *why)
{
	struct tile_serving *t = arg;

	if (!serving_state(&t->serving, err, why))
		return;
	if (!tile_exists(&t->name, t->serving.state.newest.size))
		refuse_missing(&t->serving);
	else if (t->name.entries)
		send_entries(t);
	else
		send_hashes(t);
}
