/* ledger/keeper_leaves.c - keeping the log: the journal's new entries become leaves, leaves become tiles. */
#include "ledger/keeping.h"

#include "base/random.h"
#include "ledger/tiling.h"

#define LEAVES_AT_ONCE 16384

static on_loaded on_leaves;

/* The journal */

void
keeping_take_journal(struct ledger_keeper *k)
{
	const struct ask *journal = &k->asks[LOOK_JOURNAL];
	struct unit *unit = keeping_unit(k);

	for (size_t i = 0; i < journal->count; i++) {
		struct ledger_entry entry = { .kind = LEDGER_CHANGE, .content = journal->rows[i].value };
		struct problem why;
		uint64_t number;

		if (!ledger_number_read(journal->rows[i].key, &number) || number != k->state.journal + 1) {
			problem_set(&why, ERR_INVALID, "", "entry %llu of the journal is missing",
			    (unsigned long long)k->state.journal + 1);
			keeping_fail(k, &why);
			return;
		}
		random_bytes(entry.salt, sizeof(entry.salt));
		ledger_append(unit, id_new(k->settings.now()), &entry);
		k->state.journal = number;
	}
	k->journal = k->state.journal;
	keeping_commit(k, unit);
}

/* Tiles */

struct part {
	struct ledger_keeper *keeper;
	struct tiling *tiling;
	struct unit *unit;
	struct ask asks[1 + TILE_LEVELS];
	unsigned levels[TILE_LEVELS]; /* of asks[1 + …] */
	size_t edges;
};

void
keeping_load_leaves(struct ledger_keeper *k)
{
	struct part *p = arena_new(&k->arena, struct part);

	p->keeper = k;
	p->tiling = tiling_new(&k->arena, k->state.tiled);
	p->asks[0] = (struct ask){ .table = &ledger_leaf_table,
		.from = ledger_number_key(&k->arena, k->state.tiled + 1), .limit = LEAVES_AT_ONCE };
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		uint64_t number;

		if (tiling_width(p->tiling, level, &number) == 0)
			continue;
		p->levels[p->edges++] = level;
		p->asks[p->edges] = (struct ask){ .table = &ledger_tile_table,
			.from = ledger_tile_key(&k->arena, level, number) };
	}
	k->step = store_load(k->store, p->asks, 1 + p->edges, on_leaves, p);
}

static void
put_tile(void *arg, unsigned level, uint64_t number, struct span hashes)
{
	struct part *p = arg;

	unit_put(p->unit, &ledger_tile_table, ledger_tile_key(&p->keeper->arena, level, number), hashes);
}

static enum err
add_leaves(struct part *p, struct problem *why)
{
	struct ledger_keeper *k = p->keeper;
	const struct ask *leaves = &p->asks[0];

	for (size_t i = 0; i < p->edges; i++) {
		const struct ask *edge = &p->asks[1 + i];

		if (!edge->count || !tiling_edge(p->tiling, p->levels[i], edge->rows[0].value))
			return problem_set(why, ERR_INVALID, "", "a tile of level %u is missing or too short",
			    p->levels[i]);
	}
	for (size_t i = 0; i < leaves->count; i++) {
		struct hash commitment, hash;
		uint64_t number;
		struct id id;

		if (!ledger_number_read(leaves->rows[i].key, &number) || number != k->state.tiled + 1 ||
		    !ledger_leaf_read(leaves->rows[i].value, &commitment, &id))
			return problem_set(why, ERR_INVALID, "", "leaf %llu is missing or cannot be read",
			    (unsigned long long)k->state.tiled + 1);
		hash = merkle_leaf(span_of(commitment.bytes, HASH_SIZE));
		tiling_add(p->tiling, &hash, put_tile, p);
		k->state.tiled = number;
	}
	tiling_end(p->tiling, put_tile, p);
	return OK;
}

static void
on_leaves(void *arg, enum err err, const struct problem *problem)
{
	struct part *p = arg;
	struct ledger_keeper *k = p->keeper;
	struct problem why;

	k->step = NULL;
	if (err != OK) {
		keeping_fail(k, problem);
		return;
	}
	p->unit = keeping_unit(k);
	if (add_leaves(p, &why) != OK) {
		keeping_fail(k, &why);
		return;
	}
	keeping_commit(k, p->unit);
}
