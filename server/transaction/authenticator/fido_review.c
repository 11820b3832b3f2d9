/* transaction/authenticator/fido_review.c - what a catalogue means for the authenticators that people have.
 *
 *     state -> [models that are in it no more, a page] … -> [its models, a page] …
 *       each beside what the catalogue before said of it -> of those that moved: [their credentials, a page
 *       -> loaded with their accounts -> suspended, or what they amount to changed: committed] … -> reviewed
 */
#include "transaction/authenticator/fido_switch.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/record.h"
#include "ledger/entry.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/authenticator/fido_effect.h"

#define MODELS 32            /* of a page */
#define CREDENTIALS 32
#define ID_SIZE 16
#define MODEL_SIZE 16
#define INDEX_SIZE (MODEL_SIZE + 2 * ID_SIZE)
#define TRIES 8
#define ARENA (512 * MIB)    /* of one page of models */

/* One that moved, as credentials are indexed by it. */
struct moved {
	uint8_t model[MODEL_SIZE];
	const struct fido_model *now; /* NULL: it is in the catalogue no more */
};
/* An authenticator that becomes another. */
struct affected {
	struct account account;
	struct credential credential;
	struct fido_effect effect;
	struct credential_change change;
};

struct reviewing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct instant now;
	struct arena models, arena;  /* of a page of models; of a page of credentials */
	struct ask ask, asks[2 * CREDENTIALS];
	struct fido_state state;
	bool gone;                   /* what is looked for: models that only the catalogue before had */
	struct span after;           /* key of the last model looked at, in last_key */
	uint8_t last_key[64];
	const struct fido_model *page[MODELS];
	struct ask others[MODELS];   /* the same models in the other catalogue */
	uint8_t page_model[MODELS][MODEL_SIZE];
	size_t page_count;
	bool more_models, more_credentials;
	struct moved moved[MODELS];
	size_t moved_count, moved_at;
	uint8_t index_from[INDEX_SIZE + 1];    /* where its credentials go on */
	size_t index_size;
	struct affected affected[CREDENTIALS];
	size_t affected_count;
	unsigned tries;
	struct fido_reviewed report;
	on_fido_reviewed *done;
	void *arg;
};

static on_loaded on_state, on_models, on_others, on_index, on_credentials;
static on_committed on_put, on_reviewed;
static void next_model(struct reviewing *);

static void
reviewing_free(struct reviewing *r)
{
	arena_release(&r->models);
	arena_release(&r->arena);
	free(r);
}

static void
cancel_reviewing(struct pending *pending)
{
	struct reviewing *r = (struct reviewing *)pending;

	pending_cancel(&r->waiting);
	reviewing_free(r);
}

static void
tell(struct reviewing *r, enum err err, const struct problem *why)
{
	on_fido_reviewed *done = r->done;
	void *arg = r->arg;
	struct fido_reviewed report = r->report;
	struct problem copy = { 0 };

	if (err != OK)
		copy = *why;
	reviewing_free(r);
	done(arg, err, err == OK ? &report : NULL, err == OK ? NULL : &copy);
}

struct pending *
fido_review(struct store *store, struct instant now, on_fido_reviewed *done, void *arg)
{
	struct reviewing *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	*r = (struct reviewing){ .pending = { cancel_reviewing }, .store = store, .now = now,
		.models = arena_init(ARENA), .arena = arena_init(ARENA), .done = done, .arg = arg };
	r->ask = fido_state_ask();
	r->waiting = store_load(store, &r->ask, 1, on_state, r);
	return &r->pending;
}

/* Models */

static void
load_models(struct reviewing *r)
{
	arena_reset(&r->models);
	r->ask = fido_models_ask(&r->models, r->gone ? r->state.reviewed : r->state.number, r->after, MODELS);
	r->waiting = store_load(r->store, &r->ask, 1, on_models, r);
}

static void
on_state(void *arg, enum err err, const struct problem *why)
{
	struct reviewing *r = arg;
	struct problem own;

	if (err == OK) {
		why = &own;
		err = fido_state_loaded(&r->ask, &r->state, &own);
	}
	if (err != OK) {
		tell(r, err, why);
		return;
	}
	r->report.number = r->state.number;
	r->gone = r->state.reviewed != 0;
	if (r->state.reviewed == r->state.number)
		tell(r, OK, NULL);
	else
		load_models(r);
}

static void
finish(struct reviewing *r)
{
	struct unit *unit;

	arena_reset(&r->arena);
	unit = unit_new(&r->arena, store_tables(r->store), id_new(r->now));
	r->state.reviewed = r->state.number;
	fido_state_put(unit, &r->state);
	r->waiting = store_commit(r->store, unit, on_reviewed, r);
}

/* The page, and where each stands in the other catalogue. */
static enum err
take_models(struct reviewing *r, struct problem *why)
{
	const uint64_t other = r->gone ? r->state.number : r->state.reviewed;

	for (size_t i = 0; i < r->ask.count; i++) {
		const struct row *row = &r->ask.rows[i];
		struct ask one = { .rows = row, .count = 1 };

		if (fido_model_loaded(&r->models, &one, &r->page[i], why) != OK)
			return why->code;
		assert(row->key.size <= sizeof(r->last_key) && row->key.size >= sizeof(uint64_t) + MODEL_SIZE);
		memcpy(r->last_key, row->key.data, row->key.size);
		r->after = span_of(r->last_key, row->key.size);
		memcpy(r->page_model[i], row->key.data + sizeof(uint64_t), MODEL_SIZE);
		r->others[i] = fido_model_ask(&r->models, other, span_skip(r->after, sizeof(uint64_t)));
	}
	r->page_count = r->ask.count;
	r->more_models = r->ask.more;
	return OK;
}

static void
on_models(void *arg, enum err err, const struct problem *why)
{
	struct reviewing *r = arg;
	struct problem own;

	if (err == OK) {
		why = &own;
		err = take_models(r, &own);
	}
	r->moved_count = r->moved_at = 0;
	if (err != OK)
		tell(r, err, why);
	else if (r->page_count)
		r->waiting = store_load(r->store, r->others, r->page_count, on_others, r);
	else
		next_model(r);
}

static void
note_moved(struct reviewing *r, size_t i, const struct fido_model *other)
{
	struct moved *moved = &r->moved[r->moved_count];

	if (r->gone ? other != NULL : !fido_model_moved(other, r->page[i]))
		return;
	memcpy(moved->model, r->page_model[i], MODEL_SIZE);
	moved->now = r->gone ? NULL : r->page[i];
	if (moved->now && fido_model_bad(moved->now))
		r->report.models++;
	r->moved_count++;
}

static void
on_others(void *arg, enum err err, const struct problem *why)
{
	struct reviewing *r = arg;
	const struct fido_model *other;
	struct problem own;

	for (size_t i = 0; err == OK && i < r->page_count; i++) {
		why = &own;
		err = fido_model_loaded(&r->models, &r->others[i], &other, &own);
		if (err == OK)
			note_moved(r, i, other);
	}
	if (err != OK)
		tell(r, err, why);
	else
		next_model(r);
}

/* Its credentials */

static void
load_index(struct reviewing *r)
{
	const uint8_t *model = r->moved[r->moved_at].model;
	uint8_t *until;

	arena_reset(&r->arena);
	until = arena_take(&r->arena, INDEX_SIZE);
	memcpy(until, model, MODEL_SIZE);
	memset(until + MODEL_SIZE, 0xff, INDEX_SIZE - MODEL_SIZE);
	r->ask = (struct ask){ .table = &credential_model_table, .from = span_of(r->index_from, r->index_size),
		.until = span_of(until, INDEX_SIZE), .limit = CREDENTIALS };
	r->waiting = store_load(r->store, &r->ask, 1, on_index, r);
}

static void
begin_model(struct reviewing *r)
{
	memcpy(r->index_from, r->moved[r->moved_at].model, MODEL_SIZE);
	r->index_size = MODEL_SIZE;
	load_index(r);
}

static void
next_model(struct reviewing *r)
{
	if (r->moved_at < r->moved_count) {
		r->tries = 0;
		begin_model(r);
	} else if (r->more_models) {
		load_models(r);
	} else if (r->gone) {
		r->gone = false;
		r->after = (struct span){ 0 };
		load_models(r);
	} else {
		finish(r);
	}
}

static void
on_index(void *arg, enum err err, const struct problem *why)
{
	struct reviewing *r = arg;
	size_t count = r->ask.count;

	if (err != OK) {
		tell(r, err, why);
		return;
	}
	if (!count) {
		r->moved_at++;
		next_model(r);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct span key = r->ask.rows[i].key;
		struct id account, credential;

		assert(key.size == INDEX_SIZE);
		memcpy(account.bytes, key.data + MODEL_SIZE, ID_SIZE);
		memcpy(credential.bytes, key.data + MODEL_SIZE + ID_SIZE, ID_SIZE);
		r->asks[2 * i] = credential_ask(&r->arena, &account, &credential);
		r->asks[2 * i + 1] = account_ask((const struct id *)arena_copy(&r->arena,
		    id_span(&account)).data);
		memcpy(r->index_from, key.data, INDEX_SIZE);
	}
	r->index_from[INDEX_SIZE] = 0;
	r->index_size = INDEX_SIZE + 1;
	r->more_credentials = r->ask.more;
	r->waiting = store_load(r->store, r->asks, 2 * count, on_credentials, r);
}

static void
put(struct reviewing *r, struct affected *a, struct unit *unit)
{
	r->affected_count++;
	if (!a->effect.suspended && !a->effect.restored) {
		credential_put(unit, &r->arena, &a->credential);
		return;
	}
	a->change = (struct credential_change){ .account = &a->account, .credential = &a->credential,
		.event = CREDENTIAL_STEPPED, .now = r->now,
		.notice = a->effect.suspended ? NOTICE_MODEL_WITHDRAWN : NOTICE_MODEL_RESTORED };
	credential_change_put(unit, &r->arena, &a->change);
}

static enum err
consider(struct reviewing *r, size_t i, struct unit *unit, struct problem *why)
{
	struct affected *a = &r->affected[r->affected_count];
	const struct ask *row = &r->asks[2 * i];
	enum err err;

	if (!row->count)
		return OK;
	if (credential_loaded(&r->arena, row->rows, &a->credential, why) != OK)
		return why->code;
	r->report.credentials++;
	err = account_loaded(&r->arena, &r->asks[2 * i + 1], &a->account, why);
	if (err == ERR_NOT_FOUND)
		return OK; /* erased: what is left of it goes with it */
	if (err != OK)
		return err;
	a->effect = fido_effect(&a->credential, r->moved[r->moved_at].now, r->now);
	if (a->effect.suspended || a->effect.restored || a->effect.carried)
		put(r, a, unit);
	return OK;
}

static void
on_credentials(void *arg, enum err err, const struct problem *why)
{
	struct reviewing *r = arg;
	struct unit *unit = unit_new(&r->arena, store_tables(r->store), id_new(r->now));
	struct problem own;

	r->affected_count = 0;
	for (size_t i = 0; err == OK && i < CREDENTIALS && r->asks[2 * i].table; i++) {
		why = &own;
		err = consider(r, i, unit, &own);
	}
	memset(r->asks, 0, sizeof(r->asks));
	if (err != OK)
		tell(r, err, why);
	else if (r->affected_count)
		r->waiting = store_commit(r->store, unit, on_put, r);
	else
		on_put(r, &(struct committed){ .code = OK });
}

static void
note_changed(struct reviewing *r, const struct affected *a)
{
	char id[LEDGER_ID_TEXT];

	if (a->effect.suspended || a->effect.restored)
		credential_change_log(&a->change);
	if (a->effect.carried)
		log_info("credential.model", "credential=%s number=%llu certified=%u was=%u",
		    ledger_id_text(&a->credential.id, id), (unsigned long long)r->state.number,
		    a->effect.is, a->effect.was);
	r->report.suspended += a->effect.suspended;
	r->report.restored += a->effect.restored;
	r->report.carried += a->effect.carried;
}

/* One that was used in this moment is looked at again: all of its model once more. */
static void
on_put(void *arg, const struct committed *committed)
{
	struct reviewing *r = arg;
	struct problem why;

	if (committed->code == ERR_CONFLICT && ++r->tries < TRIES) {
		begin_model(r);
		return;
	}
	if (committed->code != OK) {
		problem_set(&why, committed->code, "",
		    "what is known of authenticators of a model was not brought in step with the catalogue");
		tell(r, why.code, &why);
		return;
	}
	for (size_t i = 0; i < r->affected_count; i++)
		note_changed(r, &r->affected[i]);
	if (r->more_credentials) {
		load_index(r);
	} else {
		r->moved_at++;
		next_model(r);
	}
}

static void
on_reviewed(void *arg, const struct committed *committed)
{
	struct reviewing *r = arg;
	struct problem why;

	if (committed->code == OK) {
		tell(r, OK, NULL);
		return;
	}
	problem_set(&why, committed->code, "", "that authenticators were looked at again was not kept");
	tell(r, why.code, &why);
}
