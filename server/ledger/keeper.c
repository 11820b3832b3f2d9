/* ledger/keeper.c - the log kept: journal taken over, leaves made into tiles, a checkpoint signed.
 *
 *     look --> take the journal over --.
 *      ^  |--> make tiles -------------|      each step is one unit that expects the state it was made from, so whoever
 *      |  |                            |      dies between two of them is continued by whoever looks next
 *      |  `--> ask the head -> sign -> keep the checkpoint
 *      `-------------------------------'
 *
 * When the signer will not sign, because the log is shorter than what it signed or does not continue it, the log
 * goes on growing but has no checkpoint any more: it is halted, and says why, until an operator has released the head.
 */
#include "ledger/keeping.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "codec/json_writer.h"

#define STEP_LARGEST (64 * MIB)
#define STATE_LARGEST (NOTE_LARGEST + 8 * KIB)
#define HALTED SECONDS(5)             /* an operator who has decided waits for it */
#define SAY_AGAIN SECONDS(60)

static on_loaded on_looked;
static on_committed on_step_done;

/* When */

void
keeping_rest(struct ledger_keeper *k, int64_t wait)
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
	k->changed = k->kept = false;
	k->target = 0;
	k->began = clock_monotonic();
	keeping_look(k);
}

/* At once, or when what the last run left has gathered for a while. */
static void
wake(struct ledger_keeper *k)
{
	if (k->changed)
		return;
	k->changed = true;
	if (!k->running)
		keeping_rest(k, 0);
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
void
keeping_fail(struct ledger_keeper *k, const struct problem *why)
{
	complain(k, "ledger.waits", why->text);
	k->head_known = false;
	keeping_rest(k, SECONDS(1));
}

struct unit *
keeping_unit(struct ledger_keeper *k)
{
	struct unit *unit = unit_new(&k->arena, store_tables(k->store), id_new(k->settings.now()));

	unit_expect(unit, &ledger_state_table, span_text(LEDGER_STATE_KEY), k->state_generation);
	return unit;
}

void
keeping_commit(struct ledger_keeper *k, struct unit *unit)
{
	struct buffer b = buffer_init(STATE_LARGEST);

	ledger_state_write(&b, &k->state);
	assert(!b.overflowed);
	unit_put(unit, &ledger_state_table, span_text(LEDGER_STATE_KEY), buffer_span(&b));
	buffer_release(&b);
	k->step = store_commit(k->store, unit, on_step_done, k);
}

static void
show(struct ledger_keeper *k)
{
	k->seen.tiled = k->state.tiled;
	k->seen.signed_size = k->state.newest.size;
	k->seen.at = k->state.at;
	snprintf(k->seen.halted, sizeof(k->seen.halted), "%.*s", SPAN_ARGS(k->state.halted));
}

static void
rest_well(struct ledger_keeper *k)
{
	k->complained = false;
	keeping_rest(k, KEEPING_IDLE);
}

static void
on_step_done(void *arg, const struct committed *done)
{
	struct ledger_keeper *k = arg;
	struct problem why;

	k->step = NULL;
	if (done->code == OK) {
		show(k);
		if (k->kept)
			rest_well(k);
		else
			keeping_look(k);
		return;
	}
	problem_set(&why, done->code, "", "the ledger could not be written: %s", err_name(done->code));
	keeping_fail(k, &why);
}

/* The state says why once; the log goes on saying it. */
void
keeping_halt(struct ledger_keeper *k, const char *text)
{
	bool known = span_is(k->state.halted, text);

	k->complained = k->complained && known;
	complain(k, "ledger.halted", text);
	k->head_known = false;
	if (known) {
		keeping_rest(k, HALTED);
		return;
	}
	k->state.halted = span_text(arena_print(&k->arena, "%s", text));
	keeping_commit(k, keeping_unit(k));
}

/* Looking */

void
keeping_look(struct ledger_keeper *k)
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
		return problem_set(why, ERR_INVALID, "", "%llu leaves are there, and tiles of %llu",
		    (unsigned long long)k->size, (unsigned long long)k->state.tiled);
	show(k);
	return OK;
}

static void
on_looked(void *arg, enum err err, const struct problem *problem)
{
	struct ledger_keeper *k = arg;
	struct problem why;

	k->step = NULL;
	if (err != OK) {
		keeping_fail(k, problem);
	} else if (read_looked(k, &why) != OK) {
		keeping_fail(k, &why);
	} else if (k->journal != k->state.journal) {
		k->journal = k->state.journal;
		keeping_look(k);
	} else if (k->asks[LOOK_JOURNAL].count) {
		keeping_take_journal(k);
	} else {
		if (k->target == 0)
			k->target = k->size;
		if (k->target > k->state.tiled)
			keeping_load_leaves(k);
		else
			keeping_sign(k);
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

void
ledger_keeper_write(const struct ledger_keeper *k, struct buffer *json)
{
	const char *key = k->settings.key(k->settings.arg);

	buffer_print(json, "{\"size\":%llu,\"tiled\":%llu,\"signed\":%llu", (unsigned long long)k->size,
	    (unsigned long long)k->seen.tiled, (unsigned long long)k->seen.signed_size);
	json_write_time_or_null(json, "at", k->seen.at);
	json_write_member_or_null(json, "origin", span_text(k->origin));
	json_write_member_or_null(json, "key", span_text(key));
	json_write_member_or_null(json, "halted", span_text(k->seen.halted));
	json_write_member_or_null(json, "waits_for", span_text(key ? NULL : "an active key of use ledger"));
	buffer_byte(json, '}');
}
