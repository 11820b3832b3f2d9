/* store/recorder.c - the only writer of the store: a turn's units, one transaction, then answers and notices.
 *
 *     taken -> [ checked -> applied ]* -> committed -> answered
 *                  |  no space: undone, then each unit alone, so that only those that do not fit are refused
 */
#include "store/recorder.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "store/answered.h"
#include "store/change.h"
#include "store/directory.h"
#include "store/format.h"
#include "store/hold.h"
#include "store/map.h"
#include "store/watchdog.h"
#include "store/wire.h"

#define BATCH_BYTES (256 * MIB)   /* of memory for what waits for a commit; past it: ERR_UNAVAILABLE */
#define AT_ONCE 64                /* rows and commits forgotten in a commit, one more a unit: faster than added */
#define IDLE_AT_ONCE 4096         /* of both in recorder_expire() */
#define NOTICE_KEYS 4096          /* of a table and a commit, and their bytes; past it: look at everything */
#define NOTICE_BYTES (64 * KIB)
#define SAY_FULL SECONDS(10)

/* A unit of this turn. */
struct taken {
	struct taken *next;
	unsigned peer;
	struct answer answer;
	struct operation *operations;
	size_t count;
	bool settled; /* the answer stands, nothing to apply */
	bool applied; /* in the transaction being made or committed */
	bool sent;
};

/* What a commit changed of a table whose changes are told. */
struct noticed {
	size_t keys, bytes;
	struct span last; /* key of what was appended */
};

struct recorder {
	struct recorder_settings settings;
	struct recorder_outlets outlets;
	int hold;
	MDB_env *env;
	MDB_dbi commits;
	uint64_t number; /* of the last LMDB transaction */
	struct answered answered;
	struct changes changes;
	struct noticed *noticed; /* one each of the tables */
	struct arena arena; /* of the turn */
	struct taken *first, *last;
	size_t waiting;
	struct buffer message;
	bool broken;
	struct instant full_said;
	struct recorder_figures figures;
};

static int
open_tables(struct recorder *r, MDB_txn *txn)
{
	MDB_dbi expiry = 0;
	int rc = 0;

	changes_forget(&r->changes);
	for (size_t i = 0; i < r->changes.count && !rc; i++)
		rc = mdb_dbi_open(txn, r->settings.tables[i]->name, MDB_CREATE, &r->changes.tables[i].dbi);
	if (!rc)
		rc = mdb_dbi_open(txn, TABLE_COMMITS, MDB_CREATE, &r->commits);
	if (!rc)
		rc = mdb_dbi_open(txn, TABLE_EXPIRY, MDB_CREATE, &expiry);
	if (!rc)
		rc = answered_load(&r->answered, txn, r->commits, &r->figures.generation);
	return rc ? rc : expiry_open(&r->changes.expiry, txn, expiry);
}

static enum err
open_map(struct recorder *r, struct problem *why)
{
	const char *directory = r->settings.directory;
	MDB_txn *txn;
	enum err code;
	int rc = mdb_env_create(&r->env);

	if (rc == 0)
		rc = mdb_env_set_maxdbs(r->env, (MDB_dbi)r->changes.count + TABLES_INTERNAL);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(r->env, MAP_READERS);
	if (rc == 0)
		rc = mdb_env_set_mapsize(r->env, r->settings.map_bytes);
	if (rc == 0)
		rc = mdb_env_open(r->env, directory, MDB_NOTLS, 0640);
	if (rc)
		return map_problem(why, rc, "%s", directory);
	code = directory_set_modes(directory, why);
	if (code == OK)
		code = format_settle(r->env, store_migrations, STORE_FORMAT, why);
	if (code != OK) {
		problem_within(why, "%s", directory);
		return code;
	}
	mdb_reader_check(r->env, NULL);
	rc = map_begin(r->env, 0, &txn, why);
	if (rc == MAP_DISTRUSTED)
		return ERR_IO;
	if (rc == 0) {
		rc = open_tables(r, txn);
		if (rc)
			mdb_txn_abort(txn);
		else
			rc = mdb_txn_commit(txn);
	}
	if (rc)
		return map_problem(why, rc, "%s: opening the tables", directory);
	r->number = map_number(r->env);
	return OK;
}

static void
close_map(struct recorder *r)
{
	if (r->env)
		mdb_env_close(r->env);
	r->env = NULL;
	answered_release(&r->answered);
}

/* A write that failed half-way makes LMDB refuse the environment; what is in the file then counts. */
static enum err
reopen(struct recorder *r, struct problem *why)
{
	log_warning("store.reopened", "generation=%llu", (unsigned long long)r->figures.generation);
	close_map(r);
	answered_init(&r->answered);
	return open_map(r, why);
}

enum err
recorder_open(const struct recorder_settings *settings, const struct recorder_outlets *outlets, struct recorder **out,
    struct problem *why)
{
	struct recorder *r = calloc(1, sizeof(*r));
	enum err code;

	if (!r)
		abort();
	r->settings = *settings;
	r->outlets = *outlets;
	r->hold = -1;
	r->changes.count = table_count(settings->tables);
	r->changes.tables = calloc(r->changes.count + 1, sizeof(*r->changes.tables));
	r->noticed = calloc(r->changes.count + 1, sizeof(*r->noticed));
	if (!r->changes.tables || !r->noticed)
		abort();
	r->arena = arena_init(SIZE_MAX / 2); /* bounded by BATCH_BYTES and one unit */
	r->message = buffer_init(SIZE_MAX / 2);
	answered_init(&r->answered);
	code = directory_make_ready(settings->directory, why);
	if (code == OK)
		code = store_hold(settings->directory, &r->hold, why);
	if (code == OK) {
		watchdog_arm(settings->watchdog_seconds);
		code = open_map(r, why);
		watchdog_disarm();
	}
	if (code != OK) {
		recorder_free(r);
		return code;
	}
	*out = r;
	return OK;
}

void
recorder_free(struct recorder *r)
{
	if (!r)
		return;
	close_map(r);
	if (r->hold >= 0)
		close(r->hold);
	arena_release(&r->arena);
	buffer_release(&r->message);
	free(r->changes.tables);
	free(r->noticed);
	free(r);
}

/* Answered at once and forgotten: what is refused for want of room must not take any. */
static enum err
refuse_crowded(struct recorder *r, unsigned peer, struct span message, struct problem *why)
{
	struct arena arena = arena_init(SIZE_MAX / 2); /* one unit's operations */
	struct answer answer = { .committed.code = ERR_UNAVAILABLE };
	struct operation *operations;
	size_t count;
	enum err code = unit_read(&arena, r->settings.tables, message, &answer.id, &operations, &count, why);

	arena_release(&arena);
	if (code != OK)
		return code;
	answers_begin(&r->message);
	answers_add(&r->message, &answer);
	r->figures.refused++;
	r->outlets.answer(r->outlets.arg, peer, buffer_span(&r->message));
	return OK;
}

enum err
recorder_take(struct recorder *r, unsigned peer, enum role role, struct span message, struct problem *why)
{
	struct taken *t;
	enum err code;

	if (r->arena.used > BATCH_BYTES)
		return refuse_crowded(r, peer, message, why);
	t = arena_new(&r->arena, struct taken);
	code = unit_read(&r->arena, r->settings.tables, arena_copy(&r->arena, message), &t->answer.id, &t->operations,
	    &t->count, why);
	if (code != OK)
		return code;
	t->peer = peer;
	if (!unit_allowed(role, t->operations, t->count, &t->answer.committed.operation))
		t->answer.committed.code = ERR_DENIED;
	t->settled = t->answer.committed.code != OK;
	if (r->last)
		r->last->next = t;
	else
		r->first = t;
	r->last = t;
	r->waiting++;
	return OK;
}

bool
recorder_waiting(const struct recorder *r)
{
	return r->waiting != 0;
}

static enum err
begin(struct recorder *r, struct instant now, MDB_txn **out, struct problem *why)
{
	int rc = 0;

	for (int tries = 0; tries < 2; tries++) {
		watchdog_arm(r->settings.watchdog_seconds);
		rc = map_begin(r->env, r->number, out, why);
		watchdog_disarm();
		if (rc == MAP_DISTRUSTED)
			return ERR_IO;
		if (rc != MDB_PANIC)
			break;
		if (reopen(r, why) != OK)
			return ERR_IO;
	}
	if (rc)
		return map_problem(why, rc, "beginning to write the store");
	changes_begin(&r->changes, *out, now);
	return OK;
}

static int
apply(struct recorder *r, struct taken *t, uint64_t generation)
{
	struct committed *c = &t->answer.committed;
	uint64_t before = answered_find(&r->answered, &t->answer.id);
	bool holds;
	int rc;

	if (before) {
		*c = (struct committed){ .code = OK, .generation = before };
		return 0;
	}
	rc = changes_check(&r->changes, t->operations, t->count, &holds, &c->operation);
	if (rc)
		return rc;
	if (!holds) {
		c->code = ERR_CONFLICT;
		return 0;
	}
	for (size_t i = 0; i < t->count; i++) {
		rc = changes_apply(&r->changes, &t->operations[i], generation, &r->arena);
		if (rc)
			return rc;
	}
	*c = (struct committed){ .code = OK, .generation = generation };
	t->applied = true;
	answered_add(&r->answered, &t->answer.id, generation);
	answered_row_add(&r->answered, &t->answer.id);
	return 0;
}

/* The transaction is lost: what these units did in memory too. */
static void
undo(struct recorder *r, struct taken *t, size_t count)
{
	for (; count; count--, t = t->next) {
		if (t->applied)
			answered_forget(&r->answered, &t->answer.id);
		t->applied = false;
		if (!t->settled)
			t->answer.committed = (struct committed){ .code = OK };
	}
	changes_forget(&r->changes);
}

struct cleaned {
	size_t expired, forgotten; /* rows, commits */
};

static int
clean(struct recorder *r, MDB_txn *txn, struct instant now, size_t at_once, struct cleaned *c)
{
	int rc = expiry_sweep(&r->changes.expiry, txn, r->settings.tables, r->changes.tables, now, at_once,
	    &c->expired);

	if (rc)
		return rc;
	return answered_prune(&r->answered, txn, r->commits, instant_after(now, -UNIT_REMEMBERED), at_once,
	    &c->forgotten);
}

/* Units in one transaction. Full is ERR_FULL and nothing happened; other failures are the end. */
static enum err
write_units(struct recorder *r, struct taken *from, size_t count, bool cleaning, struct instant now,
    struct problem *why)
{
	uint64_t generation;
	size_t applied = 0;
	struct cleaned cleaned = { 0 };
	struct taken *t = from;
	MDB_txn *txn;
	int rc = 0;

	if (begin(r, now, &txn, why) != OK)
		return ERR_IO;
	generation = r->figures.generation + 1;
	answered_row_begin(&r->answered, now);
	for (size_t i = 0; i < count && !rc; i++, t = t->next)
		if (!t->settled) {
			rc = apply(r, t, generation);
			applied += t->applied;
		}
	if (rc == 0 && applied)
		rc = answered_row_put(&r->answered, txn, r->commits, generation);
	if (rc == 0 && applied && cleaning)
		rc = clean(r, txn, now, AT_ONCE + count, &cleaned);
	if (rc || !applied)
		mdb_txn_abort(txn);
	else
		rc = mdb_txn_commit(txn);
	if (rc) {
		undo(r, from, count);
		if (rc == EIO && map_disk_is_full(r->settings.directory))
			rc = ENOSPC;
		return map_is_full(rc) ? map_problem(why, rc, "writing") : problem_set(why, ERR_IO, NULL,
		    "writing the store: %s", mdb_strerror(rc));
	}
	if (applied) {
		r->number = map_number(r->env);
		r->figures.generation = generation;
		r->figures.commits++;
		r->figures.expired += cleaned.expired;
	}
	return OK;
}

static bool
only_deletes(const struct taken *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->operations[i].kind != UNIT_DELETE && t->operations[i].kind != UNIT_EXPECT)
			return false;
	return true;
}

/* Copy on write needs space even to delete: a little beyond the limit is kept for that alone. */
static bool
open_reserve(struct recorder *r)
{
	size_t page = 4 * KIB, more = r->settings.map_bytes / 16 / page * page;

	return mdb_env_set_mapsize(r->env, r->settings.map_bytes + (more < MIB ? MIB : more)) == 0;
}

static void
close_reserve(struct recorder *r)
{
	/* LMDB keeps it at what is in use, should that be more. */
	if (r->env)
		mdb_env_set_mapsize(r->env, r->settings.map_bytes);
}

/* Once in a while: a full store refuses a thousand times a second. */
static void
say_full(struct recorder *r, struct instant now, const struct problem *why)
{
	if (r->full_said.us && now.us - r->full_said.us < SAY_FULL)
		return;
	r->full_said = now;
	log_warning("store.full", "cause=%s", LOG_TEXT(why->text));
}

static enum err
write_one(struct recorder *r, struct taken *t, struct instant now, struct problem *why)
{
	enum err code = write_units(r, t, 1, false, now, why);

	if (code == ERR_FULL && only_deletes(t) && open_reserve(r)) {
		code = write_units(r, t, 1, false, now, why);
		close_reserve(r);
	}
	if (code != ERR_FULL)
		return code;
	say_full(r, now, why);
	t->answer.committed = (struct committed){ .code = ERR_FULL };
	return OK;
}

static bool
is_noticed(const struct operation *o)
{
	return o->kind != UNIT_EXPECT && (o->table->flags & TABLE_NOTICED);
}

static bool
count_noticed(struct recorder *r, const struct operation *o)
{
	struct noticed *noticed = &r->noticed[o->table_number];

	if (!is_noticed(o))
		return false;
	noticed->keys++;
	noticed->bytes += o->key.size;
	if (o->kind == UNIT_APPEND)
		noticed->last = o->key;
	return true;
}

/* What one commit changed. Of what was appended the last tells all; the tables of which too much changed are told as a
 * whole. */
static void
tell_changes(struct recorder *r, const struct taken *from, size_t count)
{
	const struct taken *t = from;
	bool any = false;

	memset(r->noticed, 0, r->changes.count * sizeof(*r->noticed));
	for (size_t n = 0; n < count; n++, t = t->next)
		for (size_t i = 0; t->applied && i < t->count; i++)
			any |= count_noticed(r, &t->operations[i]);
	if (!any)
		return;
	notices_begin(&r->message, r->figures.generation);
	for (size_t i = 0; i < r->changes.count; i++) {
		struct noticed *noticed = &r->noticed[i];
		bool too_much = noticed->keys > NOTICE_KEYS || noticed->bytes > NOTICE_BYTES;

		if (!noticed->last.size && !too_much)
			continue;
		notices_add(&r->message, i, noticed->last);
		noticed->keys = 0;
	}
	t = from;
	for (size_t n = 0; n < count; n++, t = t->next)
		for (size_t i = 0; t->applied && i < t->count; i++)
			if (is_noticed(&t->operations[i]) && r->noticed[t->operations[i].table_number].keys)
				notices_add(&r->message, t->operations[i].table_number, t->operations[i].key);
	r->outlets.notice(r->outlets.arg, buffer_span(&r->message));
}

/* One message a peer. */
static void
answer_all(struct recorder *r)
{
	for (struct taken *t = r->first; t; t = t->next) {
		if (t->sent)
			continue;
		answers_begin(&r->message);
		for (struct taken *same = t; same; same = same->next)
			if (same->peer == t->peer) {
				answers_add(&r->message, &same->answer);
				same->sent = true;
				r->figures.units += same->answer.committed.code == OK;
				r->figures.refused += same->answer.committed.code != OK;
			}
		r->outlets.answer(r->outlets.arg, t->peer, buffer_span(&r->message));
	}
}

static void
forget_turn(struct recorder *r)
{
	r->first = r->last = NULL;
	r->waiting = 0;
	arena_reset(&r->arena);
}

static enum err
refuse_to_go_on(struct recorder *r, struct problem *why)
{
	r->broken = true;
	forget_turn(r);
	return why ? why->code : ERR_IO;
}

static enum err
is_sound(const struct recorder *r, struct problem *why)
{
	if (r->broken)
		return problem_set(why, ERR_IO, NULL, "the recorder has failed before and does not write any more");
	return OK;
}

enum err
recorder_commit(struct recorder *r, struct instant now, struct problem *why)
{
	struct problem own;
	enum err code;

	why = why ? why : &own;
	if (is_sound(r, why) != OK)
		return ERR_IO;
	if (!r->waiting)
		return OK;
	code = write_units(r, r->first, r->waiting, true, now, why);
	if (code == OK) {
		tell_changes(r, r->first, r->waiting);
	} else if (code == ERR_FULL) {
		for (struct taken *t = r->first; t; t = t->next) {
			if (write_one(r, t, now, why) != OK)
				return refuse_to_go_on(r, why);
			tell_changes(r, t, 1);
		}
	} else {
		return refuse_to_go_on(r, why);
	}
	answer_all(r);
	forget_turn(r);
	return OK;
}

static enum err
clean_idle(struct recorder *r, struct instant now, struct problem *why)
{
	struct cleaned cleaned = { 0 };
	MDB_txn *txn;
	int rc;

	if (begin(r, now, &txn, why) != OK)
		return ERR_IO;
	rc = clean(r, txn, now, IDLE_AT_ONCE, &cleaned);
	if (rc || !(cleaned.expired || cleaned.forgotten))
		mdb_txn_abort(txn);
	else
		rc = mdb_txn_commit(txn);
	if (rc) {
		undo(r, NULL, 0);
		if (rc == EIO && map_disk_is_full(r->settings.directory))
			rc = ENOSPC;
		return map_is_full(rc) ? ERR_FULL : problem_set(why, ERR_IO, NULL, "removing what has expired: %s",
		    mdb_strerror(rc));
	}
	r->number = map_number(r->env);
	r->figures.expired += cleaned.expired;
	return OK;
}

enum err
recorder_expire(struct recorder *r, struct instant now, struct problem *why)
{
	struct problem own;
	enum err code;

	why = why ? why : &own;
	if (is_sound(r, why) != OK)
		return ERR_IO;
	code = clean_idle(r, now, why);
	if (code == ERR_FULL && open_reserve(r)) {
		code = clean_idle(r, now, why);
		close_reserve(r);
	}
	if (code == OK || code == ERR_FULL)
		return OK;
	r->broken = true;
	return code;
}

void
recorder_sweep_readers(struct recorder *r)
{
	int dead = 0;

	watchdog_arm(r->settings.watchdog_seconds);
	mdb_reader_check(r->env, &dead);
	watchdog_disarm();
	if (dead)
		log_info("store.readers_swept", "count=%d", dead);
}

struct recorder_figures
recorder_figures(const struct recorder *r)
{
	return r->figures;
}
