/* ledger/keeper.c - the log kept: journal taken over, leaves made into tiles, a checkpoint signed.
 *
 *     look --> take the journal over --.
 *      ^  |--> make tiles -------------|      each step is one unit that expects the state it was made from, so whoever
 *      |  |                            |      dies between two of them is continued by whoever looks next
 *      |  `--> ask the head -> sign -> keep the checkpoint
 *      `-------------------------------'
 *
 * When the signer will not sign, because the log is shorter than what it signed or does not continue it, the log goes on
 * growing but has no checkpoint any more: it is halted, and says why, until an operator has released the head.
 */
#include "ledger/ledger.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "codec/text.h"
#include "ledger/tiling.h"
#include "net/loop.h"
#include "signer/log_note.h"

#define STEP_LARGEST (64 * MIB)
#define JOURNAL_AT_ONCE 256
#define LEAVES_AT_ONCE 16384
#define STATE_LARGEST (NOTE_LARGEST + 8 * KIB)
#define IDLE SECONDS(60)              /* nothing is told: look all the same */
#define HALTED SECONDS(5)             /* an operator who has decided waits for it */
#define SAY_AGAIN SECONDS(60)

enum question { LOOK_STATE, LOOK_LEAF, LOOK_JOURNAL, QUESTIONS };

struct head {
	uint64_t size;
	struct hash root;
};

struct ledger_keeper {
	struct loop *loop;
	struct store *store;
	struct signer_client *signer;
	struct ledger_keeper_settings settings;
	char *origin;
	struct timer timer;
	struct pending *step;
	struct arena arena;        /* since the last look */
	bool running, changed;     /* changed: since the run began */
	int64_t began, said;       /* monotonic: the run; the last complaint */
	bool complained;

	struct ask asks[QUESTIONS];
	uint64_t journal;          /* taken over, as far as is known */
	uint64_t size;             /* leaves */
	struct ledger_state state;
	uint64_t state_generation;

	bool head_known, head_new; /* new: asked for since the last look */
	struct head head;          /* what was signed last */
	bool refused;              /* after this head nothing of this log will be signed */
	struct head refused_head;

	/* Of the checkpoint in the making. */
	struct note_key key;
	struct tile_set root_tiles, proof_tiles;
	struct checkpoint checkpoint;

	/* For the operator: what was seen last. */
	struct {
		uint64_t tiled, signed_size;
		struct instant at;
		char halted[512];
	} seen;
};

static void look(struct ledger_keeper *);
static on_loaded on_looked, on_leaves, on_tiles;
static on_committed on_step_done;
static on_ledger_head on_head;
static on_signed on_checkpoint_signed;

/* When */

static void
finish(struct ledger_keeper *k, int64_t wait)
{
	int64_t gathered = clock_monotonic() - k->began, left = k->settings.every - gathered;

	k->running = false;
	timer_set(&k->timer, !k->changed ? wait : left > 0 ? left : 0);
}

static void
begin(void *arg)
{
	struct ledger_keeper *k = arg;

	if (k->running)
		return;
	k->running = true;
	k->changed = false;
	k->began = clock_monotonic();
	look(k);
}

/* At once, or when what the last run left has gathered for a while. */
static void
wake(struct ledger_keeper *k)
{
	if (k->changed)
		return;
	k->changed = true;
	if (!k->running)
		finish(k, 0);
}

static void
on_row_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	(void)table;
	(void)key;
	(void)generation;
	wake(arg);
}

void
ledger_keeper_look(struct ledger_keeper *k)
{
	wake(k);
}

/* Failing */

static void
complain(struct ledger_keeper *k, const char *event, const char *text)
{
	int64_t now = clock_monotonic();

	if (k->complained && now - k->said < SAY_AGAIN)
		return;
	k->complained = true;
	k->said = now;
	log_error(event, "problem=%s", LOG_TEXT(text));
}

/* Tried again: what failed will be done from where it stands. */
static void
fail(struct ledger_keeper *k, const struct problem *why)
{
	complain(k, "ledger.waits", why->text);
	k->head_known = false;
	finish(k, SECONDS(1));
}

static struct unit *
unit_of_state(struct ledger_keeper *k)
{
	struct unit *unit = unit_new(&k->arena, store_tables(k->store), id_new(k->settings.now()));

	unit_expect(unit, &ledger_state_table, span_text(LEDGER_STATE_KEY), k->state_generation);
	return unit;
}

static void
commit(struct ledger_keeper *k, struct unit *unit)
{
	struct buffer b = buffer_init(STATE_LARGEST);

	ledger_state_write(&b, &k->state);
	assert(!b.overflowed);
	unit_put(unit, &ledger_state_table, span_text(LEDGER_STATE_KEY), buffer_span(&b));
	buffer_release(&b);
	k->step = store_commit(k->store, unit, on_step_done, k);
}

static void
on_step_done(void *arg, const struct committed *done)
{
	struct ledger_keeper *k = arg;
	struct problem why;

	k->step = NULL;
	if (done->code == OK) {
		look(k);
		return;
	}
	problem_set(&why, done->code, "", "the ledger could not be written: %s", err_name(done->code));
	fail(k, &why);
}

/* The state says why once; the log goes on saying it. */
static void
halt(struct ledger_keeper *k, const char *text)
{
	complain(k, "ledger.halted", text);
	k->head_known = false;
	if (span_is(k->state.halted, text)) {
		finish(k, HALTED);
		return;
	}
	k->state.halted = span_text(arena_print(&k->arena, "%s", text));
	commit(k, unit_of_state(k));
}

/* Looking */

static void
look(struct ledger_keeper *k)
{
	arena_reset(&k->arena);
	k->head_new = false;
	k->asks[LOOK_STATE] = ledger_state_ask();
	k->asks[LOOK_LEAF] = (struct ask){ .table = &ledger_leaf_table, .limit = 1, .backwards = true };
	k->asks[LOOK_JOURNAL] = (struct ask){ .table = k->settings.journal,
		.from = ledger_number_key(&k->arena, k->journal + 1), .limit = JOURNAL_AT_ONCE };
	k->step = store_load(k->store, k->asks, QUESTIONS, on_looked, k);
}

static enum err
read_looked(struct ledger_keeper *k, struct problem *why)
{
	const struct ask *state = &k->asks[LOOK_STATE], *leaf = &k->asks[LOOK_LEAF];

	k->state = (struct ledger_state){ 0 };
	k->state_generation = 0;
	k->size = 0;
	if (state->count && !ledger_state_read(&k->arena, state->rows[0].value, &k->state))
		return problem_set(why, ERR_INVALID, "", "the ledger's state cannot be read");
	if (state->count)
		k->state_generation = state->rows[0].generation;
	if (leaf->count && !ledger_number_read(leaf->rows[0].key, &k->size))
		return problem_set(why, ERR_INVALID, "", "the key of a leaf is no number");
	if (k->size < k->state.tiled)
		return problem_set(why, ERR_INVALID, "", "%llu leaves are there, and tiles of %llu", (unsigned long long)k->size,
		    (unsigned long long)k->state.tiled);
	k->seen.tiled = k->state.tiled;
	k->seen.signed_size = k->state.newest.size;
	k->seen.at = k->state.at;
	snprintf(k->seen.halted, sizeof(k->seen.halted), "%.*s", SPAN_ARGS(k->state.halted));
	return OK;
}

static void take_journal(struct ledger_keeper *);
static void load_leaves(struct ledger_keeper *);
static void sign(struct ledger_keeper *);

static void
on_looked(void *arg, enum err err, const struct problem *problem)
{
	struct ledger_keeper *k = arg;
	struct problem why;

	k->step = NULL;
	if (err != OK) {
		fail(k, problem);
	} else if (read_looked(k, &why) != OK) {
		fail(k, &why);
	} else if (k->journal != k->state.journal) {
		k->journal = k->state.journal;
		look(k);
	} else if (k->asks[LOOK_JOURNAL].count) {
		take_journal(k);
	} else if (k->size > k->state.tiled) {
		load_leaves(k);
	} else {
		sign(k);
	}
}

/* The journal */

static void
take_journal(struct ledger_keeper *k)
{
	const struct ask *journal = &k->asks[LOOK_JOURNAL];
	struct unit *unit = unit_of_state(k);

	for (size_t i = 0; i < journal->count; i++) {
		struct ledger_entry entry = { .kind = LEDGER_CHANGE, .content = journal->rows[i].value };
		struct problem why;
		uint64_t number;

		if (!ledger_number_read(journal->rows[i].key, &number) || number != k->state.journal + 1) {
			problem_set(&why, ERR_INVALID, "", "entry %llu of the journal is missing",
			    (unsigned long long)k->state.journal + 1);
			fail(k, &why);
			return;
		}
		random_bytes(entry.salt, sizeof(entry.salt));
		ledger_append(unit, id_new(k->settings.now()), &entry);
		k->state.journal = number;
	}
	k->journal = k->state.journal;
	commit(k, unit);
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

static void
load_leaves(struct ledger_keeper *k)
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
			return problem_set(why, ERR_INVALID, "", "a tile of level %u is missing or too short", p->levels[i]);
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
		fail(k, problem);
		return;
	}
	p->unit = unit_of_state(k);
	if (add_leaves(p, &why) != OK) {
		fail(k, &why);
		return;
	}
	commit(k, p->unit);
}

/* The checkpoint */

/* Of the moment: it may become another between two steps. */
static enum err
take_key(struct ledger_keeper *k, const char **name, struct problem *why)
{
	*name = k->settings.key(k->settings.arg);
	if (!*name)
		return problem_set(why, ERR_NOT_FOUND, "", "no key of use ledger is active");
	if (strlen(k->origin) > LOG_ORIGIN_LARGEST)
		return problem_set(why, ERR_INVALID, "",
		    "the log's name, the base URL and \"ledger\", has %zu bytes: at most %d can be signed", strlen(k->origin),
		    LOG_ORIGIN_LARGEST);
	return note_key_of(&k->arena, span_text(k->origin), k->settings.spki(k->settings.arg), &k->key, why);
}

static bool
is_signed(struct ledger_keeper *k)
{
	const struct ledger_state *s = &k->state;

	return s->newest.size == s->tiled && s->halted.size == 0 && span_is(s->origin, k->origin) &&
	    span_equal(s->key, note_key_write(&k->arena, &k->key));
}

static void load_tiles(struct ledger_keeper *);

static void
sign(struct ledger_keeper *k)
{
	struct problem why;
	const char *name;
	enum err err;

	err = take_key(k, &name, &why);
	if (err != OK && name && k->state.tiled > 0) {
		halt(k, why.text);
	} else if (err != OK || k->state.tiled == 0 || is_signed(k)) {
		/* There is nothing to be done; it is told when that changes. */
		k->complained = false;
		finish(k, IDLE);
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

static void
on_head(void *arg, enum err err, uint64_t size, const struct hash *root, const struct problem *why)
{
	struct ledger_keeper *k = arg;

	k->step = NULL;
	if (err != OK) {
		fail(k, why);
		return;
	}
	k->head = (struct head){ size, *root };
	k->head_known = k->head_new = true;
	if (size > k->state.tiled) {
		halt(k, arena_print(&k->arena, "a checkpoint of %llu leaves has been signed, and the log is shorter: it was cut, or "
		    "restored from a backup; watashictl ledger accept-restored accepts it as it is", (unsigned long long)size));
	} else if (is_refused(k)) {
		halt(k, arena_print(&k->arena, "%.*s", SPAN_ARGS(k->state.halted)));
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
		fail(k, problem);
		return;
	}
	if (take_key(k, &name, &why) != OK || read_tiles(l, &proof, &why) != OK) {
		fail(k, &why);
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
	struct unit *unit = unit_of_state(k);
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
	commit(k, unit);
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
		fail(k, why);
	} else if (!k->head_new) {
		/* Another steward's, before this one. */
		k->head_known = false;
		look(k);
	} else {
		k->refused = true;
		k->refused_head = k->head;
		halt(k, why->text);
	}
}

/* The whole */

struct ledger_keeper *
ledger_keeper_new(struct loop *loop, struct store *store, struct signer_client *signer,
    const struct ledger_keeper_settings *settings)
{
	struct ledger_keeper *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	k->loop = loop;
	k->store = store;
	k->signer = signer;
	k->settings = *settings;
	k->origin = strdup(settings->origin);
	if (!k->origin)
		abort();
	k->settings.origin = k->origin;
	k->arena = arena_init(STEP_LARGEST);
	k->began = clock_monotonic() - settings->every;
	timer_init(&k->timer, loop, begin, k);
	/* The first recorder counts as a change too. */
	store_watch(store, &ledger_leaf_table, on_row_changed, k);
	store_watch(store, settings->journal, on_row_changed, k);
	return k;
}

void
ledger_keeper_free(struct ledger_keeper *k)
{
	if (!k)
		return;
	pending_cancel(&k->step);
	timer_release(&k->timer);
	arena_release(&k->arena);
	free(k->origin);
	free(k);
}

static void
write_text(struct buffer *json, const char *name, const char *text)
{
	buffer_print(json, ",\"%s\":", name);
	if (text && text[0])
		json_write_string(json, span_text(text));
	else
		buffer_text(json, "null");
}

void
ledger_keeper_write(const struct ledger_keeper *k, struct buffer *json)
{
	const char *key = k->settings.key(k->settings.arg);
	char at[INSTANT_TEXT];

	buffer_print(json, "{\"size\":%llu,\"tiled\":%llu,\"signed\":%llu", (unsigned long long)k->size,
	    (unsigned long long)k->seen.tiled, (unsigned long long)k->seen.signed_size);
	write_text(json, "at", k->seen.at.us ? instant_text(k->seen.at, at) : NULL);
	write_text(json, "origin", k->origin);
	write_text(json, "key", key);
	write_text(json, "halted", k->seen.halted);
	write_text(json, "waits_for", key ? NULL : "an active key of use ledger");
	buffer_byte(json, '}');
}
