/* ledger/keeper_checkpoint.c - keeping the log: its root is signed, when it continues what was signed before.
 *
 *     key -> [head, as the signer remembers it] -> tiles: root, and proof from the head -> signature -> kept
 *                  `-> nothing new, but asked once by each keeper: a log that was cut is halted before it grows
 */
#include "ledger/keeping.h"

#include <assert.h>

#include "base/log.h"
#include "signer/log_note.h"

static on_loaded on_tiles;
static on_ledger_head on_head;
static on_signed on_checkpoint_signed;

static void load_tiles(struct ledger_keeper *);

/* Of the moment: it may become another between two steps. */
static enum err
take_key(struct ledger_keeper *k, const char **name, struct problem *why)
{
	*name = k->settings.key(k->settings.arg);
	if (!*name)
		return problem_set(why, ERR_NOT_FOUND, "", "no key of use ledger is active");
	if (strlen(k->origin) > LOG_ORIGIN_LARGEST)
		return problem_set(why, ERR_INVALID, "",
		    "the log's name, the base URL and \"ledger\", has %zu bytes: at most %d can be signed",
		    strlen(k->origin), LOG_ORIGIN_LARGEST);
	return note_key_of(&k->arena, span_text(k->origin), k->settings.spki(k->settings.arg), &k->key, why);
}

static bool
is_signed(struct ledger_keeper *k)
{
	const struct ledger_state *s = &k->state;

	return s->newest.size == s->tiled && s->halted.size == 0 && span_is(s->origin, k->origin) &&
	    span_equal(s->key, note_key_write(&k->arena, &k->key));
}

/* Nothing new is to be signed: but is the log still the one that was? Without a signer it is looked again when one is
 * linked. */
static void
compare_or_rest(struct ledger_keeper *k, const char *name)
{
	k->complained = false;
	if (k->compared || !signer_client_linked(k->signer))
		keeping_rest(k, KEEPING_IDLE);
	else
		k->step = ledger_head_ask(k->signer, name, on_head, k);
}

void
keeping_sign(struct ledger_keeper *k)
{
	struct problem why;
	const char *name;
	enum err err;

	err = take_key(k, &name, &why);
	if (err != OK && name && k->state.tiled > 0) {
		keeping_halt(k, why.text);
	} else if (err != OK || k->state.tiled == 0) {
		/* There is nothing to be done; it is told when that changes. */
		k->complained = false;
		keeping_rest(k, KEEPING_IDLE);
	} else if (is_signed(k)) {
		compare_or_rest(k, name);
	} else if (k->head_known) {
		load_tiles(k);
	} else {
		k->step = ledger_head_ask(k->signer, name, on_head, k);
	}
}

static bool
is_refused(const struct ledger_keeper *k)
{
	return k->refused && k->refused_head.size == k->head.size && hash_equal(&k->refused_head.root, &k->head.root);
}

/* As large as what was signed, and another: the signer says so of what is put to it. */
static bool
is_forked(const struct ledger_keeper *k)
{
	return k->head.size == k->state.newest.size && !hash_equal(&k->head.root, &k->state.newest.root);
}

static void
on_head(void *arg, enum err err, uint64_t size, const struct hash *root, const struct problem *why)
{
	struct ledger_keeper *k = arg;

	k->step = NULL;
	if (err != OK) {
		keeping_fail(k, why);
		return;
	}
	k->head = (struct head){ size, *root };
	k->head_known = k->head_new = k->compared = true;
	if (size > k->state.tiled) {
		keeping_halt(k, arena_print(&k->arena,
		    "a checkpoint of %llu leaves has been signed, and the log is shorter: it was cut, or "
		    "restored from a backup; watashictl ledger accept-restored accepts it as it is",
		    (unsigned long long)size));
	} else if (is_refused(k)) {
		keeping_halt(k, k->refused_why.text);
	} else if (is_signed(k) && !is_forked(k)) {
		keeping_rest(k, KEEPING_IDLE);
	} else {
		load_tiles(k);
	}
}

struct loading {
	struct ledger_keeper *keeper;
	struct ask asks[2 * TILES_LARGEST];
};

static void
load_tiles(struct ledger_keeper *k)
{
	struct loading *l = arena_new(&k->arena, struct loading);

	l->keeper = k;
	k->root_tiles.count = k->proof_tiles.count = 0;
	tiles_for_root(k->state.tiled, &k->root_tiles);
	if (k->head.size > 0 && k->head.size < k->state.tiled)
		tiles_for_consistency(k->head.size, k->state.tiled, &k->proof_tiles);
	ledger_tiles_ask(&k->arena, &k->root_tiles, l->asks);
	ledger_tiles_ask(&k->arena, &k->proof_tiles, l->asks + k->root_tiles.count);
	k->step = store_load(k->store, l->asks, k->root_tiles.count + k->proof_tiles.count, on_tiles, l);
}

static enum err
read_tiles(struct loading *l, struct merkle_proof *proof, struct problem *why)
{
	struct ledger_keeper *k = l->keeper;

	ledger_tiles_take(l->asks, &k->root_tiles);
	ledger_tiles_take(l->asks + k->root_tiles.count, &k->proof_tiles);
	*proof = (struct merkle_proof){ .count = 0 };
	k->checkpoint = (struct checkpoint){ .origin = span_text(k->origin), .size = k->state.tiled };
	if (tiles_root(&k->root_tiles, k->state.tiled, &k->checkpoint.root, why) != OK)
		return why->code;
	if (k->head.size == 0 || k->head.size >= k->state.tiled)
		return OK;
	return tiles_consistency(&k->proof_tiles, k->head.size, k->state.tiled, proof, why);
}

static void
on_tiles(void *arg, enum err err, const struct problem *problem)
{
	struct loading *l = arg;
	struct ledger_keeper *k = l->keeper;
	struct merkle_proof proof;
	struct problem why;
	struct buffer text;
	const char *name;

	k->step = NULL;
	if (err != OK) {
		keeping_fail(k, problem);
		return;
	}
	if (take_key(k, &name, &why) != OK || read_tiles(l, &proof, &why) != OK) {
		keeping_fail(k, &why);
		return;
	}
	text = buffer_init(LOG_NOTE_LARGEST);
	checkpoint_write(&text, &k->checkpoint);
	assert(!text.overflowed);
	k->step = sign_checkpoint(k->signer, name, buffer_span(&text), &proof, on_checkpoint_signed, k);
	buffer_release(&text);
}

static void
keep_checkpoint(struct ledger_keeper *k, struct span signature)
{
	struct buffer note = buffer_init(NOTE_LARGEST);
	struct unit *unit = keeping_unit(k);
	struct instant now = k->settings.now();

	checkpoint_write(&note, &k->checkpoint);
	buffer_byte(&note, '\n');
	note_signature_write(&note, &k->key, signature);
	assert(!note.overflowed);
	if (k->state.halted.size)
		log_info("ledger.continued", "size=%llu", (unsigned long long)k->checkpoint.size);
	k->state.newest = k->checkpoint;
	k->state.origin = k->checkpoint.origin;
	k->state.key = note_key_write(&k->arena, &k->key);
	k->state.note = buffer_span(&note);
	k->state.halted = (struct span){ 0 };
	k->state.at = now;
	ledger_state_grow(&k->state, now, k->checkpoint.size);
	unit_put_until(unit, &ledger_checkpoint_table, ledger_number_key(&k->arena, k->checkpoint.size), k->state.note,
	    instant_after(now, LEDGER_CHECKPOINT_LIFE));
	k->kept = true;
	keeping_commit(k, unit);
	buffer_release(&note);
}

static void
on_checkpoint_signed(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct ledger_keeper *k = arg;

	k->step = NULL;
	if (err == OK) {
		k->head = (struct head){ k->checkpoint.size, k->checkpoint.root };
		k->refused = false;
		keep_checkpoint(k, signature);
	} else if (err != ERR_CONFLICT) {
		keeping_fail(k, why);
	} else if (!k->head_new) {
		/* Another steward's, before this one. */
		k->head_known = false;
		keeping_look(k);
	} else {
		k->refused = true;
		k->refused_head = k->head;
		k->refused_why = *why;
		keeping_halt(k, why->text);
	}
}
