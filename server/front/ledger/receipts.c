/* front/ledger/receipts.c - the proof that an entry is in the log, made when it is asked for.
 *
 *     id -> entry (its number) and state -> tiles -> inclusion proof under the newest checkpoint
 */
#include "front/ledger/serving.h"

#include "base/log.h"
#include "ledger/receipt.h"

struct receipt_serving {
	struct serving serving;  /* first */
	struct tile_set tiles;
	uint64_t index;
};

/* That an ID is there is no secret to whoever has it: 80 of its bits are random, and only who asked was told them. */
static void
refuse_missing(struct serving *s)
{
	serving_refuse(s, 404, "", ERR_NOT_FOUND, "", "the log has no entry of this ID");
}

static on_loaded on_receipt_entry_loaded, on_tiles_loaded;
static void load_tiles(struct receipt_serving *);

void
serve_receipt(struct exchange *e, void *front)
{
	struct receipt_serving *r = arena_new(e->arena, struct receipt_serving);
	struct serving *s = &r->serving;
	struct id *id = arena_new(e->arena, struct id);

	*s = *serving_new(e, front);
	if (!ledger_id_read(e->segment, id)) {
		refuse_missing(s);
		return;
	}
	s->asks[1] = (struct ask){ .table = &ledger_entry_table, .from = id_span(id) };
	exchange_hold(e, store_load(s->store, s->asks, 2, on_receipt_entry_loaded, r));
}

static void
on_receipt_entry_loaded(void *arg, enum err err, const struct problem *why)
{
	struct receipt_serving *r = arg;
	struct serving *s = &r->serving;
	struct ledger_entry entry;
	struct problem strange;

	if (err == OK && s->asks[1].count == 0) {
		exchange_hold(s->exchange, NULL);
		refuse_missing(s);
		return;
	}
	if (err == OK && (err = ledger_entry_loaded(&s->asks[1].rows[0], &entry, &strange)) != OK) {
		log_error("ledger.unreadable", "problem=%s", LOG_TEXT(strange.text));
		why = &strange;
	}
	if (!serving_state(s, err, why))
		return;
	if (entry.number > s->state.newest.size) {
		serving_refuse(s, 503, s->state.halted.size ? "Retry-After: 60\r\n" : "Retry-After: 1\r\n",
		    ERR_UNAVAILABLE,
		    "C2SP tlog-proof", "the entry is recorded, and no checkpoint holds it yet");
		return;
	}
	r->index = entry.number - 1;
	load_tiles(r);
}

static void
load_tiles(struct receipt_serving *r)
{
	struct serving *s = &r->serving;

	r->tiles.count = 0;
	tiles_for_inclusion(r->index, s->state.newest.size, &r->tiles);
	ledger_tiles_ask(s->exchange->arena, &r->tiles, s->asks);
	exchange_hold(s->exchange, store_load(s->store, s->asks, r->tiles.count, on_tiles_loaded, r));
}

static void
on_tiles_loaded(void *arg, enum err err, const struct problem *problem)
{
	struct receipt_serving *r = arg;
	struct serving *s = &r->serving;
	struct receipt receipt = { .index = r->index, .checkpoint = s->state.note };
	struct problem why;
	struct buffer b;

	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		exchange_refuse_with(s->exchange, status_of(err), span_text("Retry-After: 5\r\n"), problem);
		return;
	}
	ledger_tiles_take(s->asks, &r->tiles);
	if (tiles_inclusion(&r->tiles, r->index, s->state.newest.size, &receipt.proof, &why) != OK) {
		log_error("ledger.proof", "problem=%s", LOG_TEXT(why.text));
		exchange_refuse(s->exchange, 500, &why);
		return;
	}
	b = buffer_init(RECEIPT_LARGEST);
	receipt_write(&b, &receipt);
	/* It stays true for ever; a later one is under a newer checkpoint. */
	serving_answer(s, "text/plain; charset=utf-8", "private, max-age=60", buffer_span(&b));
	buffer_release(&b);
}
