/* transaction/authenticator/fido_review.c - what a catalogue means for the authenticators that people have.
 *
 *     state -> [models, a page] -> each that is not trusted: [its credentials, a page -> loaded with their accounts ->
 *     suspended, committed] … -> next page … -> reviewed
 */
#include "transaction/authenticator/fido_switch.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/record.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/authenticator/credential_stepping.h"

#define MODELS 32            /* of a page */
#define CREDENTIALS 32
#define ID_SIZE 16
#define MODEL_SIZE 16
#define INDEX_SIZE (MODEL_SIZE + 2 * ID_SIZE)
#define TRIES 8
#define ARENA (512 * MIB)    /* of one page of models */

struct reviewing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct instant now;
	struct arena models, arena;  /* of a page of models; of a page of credentials */
	struct ask ask, asks[2 * CREDENTIALS];
	struct fido_state state;
	struct span after;           /* key of the last model looked at, in last_key */
	uint8_t last_key[64];
	const struct fido_model *bad[MODELS];
	uint8_t bad_model[MODELS][MODEL_SIZE]; /* as credentials are indexed */
	size_t bad_count, bad_at;
	bool more_models, more_credentials;
	uint8_t index_from[INDEX_SIZE + 1];    /* where its credentials go on */
	size_t index_size;
	struct account accounts[CREDENTIALS];
	struct credential credentials[CREDENTIALS];
	struct credential_change changes[CREDENTIALS];
	size_t change_count;
	unsigned tries;
	struct fido_reviewed report;
	on_fido_reviewed *done;
	void *arg;
};

static on_loaded on_state, on_models, on_index, on_credentials;
static on_committed on_suspended, on_reviewed;
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
	r->ask = fido_models_ask(&r->models, r->state.number, r->after, MODELS);
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
	if (r->state.reviewed == r->state.number)
		tell(r, OK, NULL);
	else
		load_models(r);
}

/* Broken, or with keys for attesting that others have: which credentials those are, each row tells. */
static bool
is_bad(const struct fido_model *model)
{
	return model->status > MODEL_RETIRED || model->compromised_count || model->all_compromised;
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

static void
on_models(void *arg, enum err err, const struct problem *why)
{
	struct reviewing *r = arg;
	struct problem own;

	r->bad_count = r->bad_at = 0;
	for (size_t i = 0; err == OK && i < r->ask.count; i++) {
		const struct row *row = &r->ask.rows[i];
		struct ask one = { .rows = row, .count = 1 };
		const struct fido_model *model;

		why = &own;
		err = fido_model_loaded(&r->models, &one, &model, &own);
		if (err != OK)
			break;
		assert(row->key.size <= sizeof(r->last_key) && row->key.size >= sizeof(uint64_t) + MODEL_SIZE);
		memcpy(r->last_key, row->key.data, row->key.size);
		r->after = span_of(r->last_key, row->key.size);
		if (!is_bad(model))
			continue;
		memcpy(r->bad_model[r->bad_count], row->key.data + sizeof(uint64_t), MODEL_SIZE);
		r->bad[r->bad_count++] = model;
	}
	if (err != OK) {
		tell(r, err, why);
		return;
	}
	r->more_models = r->ask.more;
	r->report.models += (uint32_t)r->bad_count;
	next_model(r);
}

/* Its credentials */

static void
load_index(struct reviewing *r)
{
	const uint8_t *model = r->bad_model[r->bad_at];
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
next_model(struct reviewing *r)
{
	if (r->bad_at == r->bad_count) {
		if (r->more_models)
			load_models(r);
		else
			finish(r);
		return;
	}
	memcpy(r->index_from, r->bad_model[r->bad_at], MODEL_SIZE);
	r->index_size = MODEL_SIZE;
	r->tries = 0;
	load_index(r);
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
		r->bad_at++;
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
		    span_of(account.bytes, ID_SIZE)).data);
		memcpy(r->index_from, key.data, INDEX_SIZE);
	}
	r->index_from[INDEX_SIZE] = 0;
	r->index_size = INDEX_SIZE + 1;
	r->more_credentials = r->ask.more;
	r->waiting = store_load(r->store, r->asks, 2 * count, on_credentials, r);
}

/* Where only some attestation keys are known to others, the credential's own says whether it was made by one. */
static bool
is_touched(const struct fido_model *model, const struct credential *c)
{
	uint8_t theirs[FIDO_KEY_ID];

	if (model->status > MODEL_RETIRED || (model->all_compromised && c->passkey.key_ids.size))
		return true;
	for (size_t i = 0; i < model->compromised_count; i++)
		for (size_t at = 0; at + FIDO_KEY_ID <= c->passkey.key_ids.size; at += FIDO_KEY_ID)
			if (fido_key_id(model->compromised[i], theirs) &&
			    memcmp(theirs, c->passkey.key_ids.data + at, FIDO_KEY_ID) == 0)
				return true;
	return false;
}

static bool
suspend(struct reviewing *r, struct credential *c)
{
	const struct credential_because because = { .actor = span_text("system"),
		.reason = span_text(CREDENTIAL_MODEL_REVOKED), .now = r->now };
	bool changed = false;

	if (c->state == CREDENTIAL_SUSPENDED && !span_is(c->reason, CREDENTIAL_MODEL_REVOKED)) {
		c->actor = because.actor;
		c->reason = because.reason;
		c->changed = because.now;
		return true;
	}
	return credential_take(c, CREDENTIAL_SUSPEND, &because, &changed, NULL) == OK && changed;
}

static enum err
consider(struct reviewing *r, size_t i, struct unit *unit, struct problem *why)
{
	struct credential *c = &r->credentials[r->change_count];
	struct account *account = &r->accounts[r->change_count];
	const struct ask *row = &r->asks[2 * i];
	enum err err;

	if (!row->count)
		return OK;
	if (credential_loaded(&r->arena, row->rows, c, why) != OK)
		return why->code;
	r->report.credentials++;
	err = account_loaded(&r->arena, &r->asks[2 * i + 1], account, why);
	if (err == ERR_NOT_FOUND)
		return OK; /* erased: what is left of it goes with it */
	if (err != OK || c->kind != CREDENTIAL_PASSKEY || !is_touched(r->bad[r->bad_at], c) || !suspend(r, c))
		return err;
	r->changes[r->change_count] = (struct credential_change){ .account = account, .credential = c,
		.event = CREDENTIAL_STEPPED, .notice = NOTICE_MODEL_WITHDRAWN, .now = r->now };
	credential_change_put(unit, &r->arena, &r->changes[r->change_count]);
	r->change_count++;
	return OK;
}

static void
on_credentials(void *arg, enum err err, const struct problem *why)
{
	struct reviewing *r = arg;
	struct unit *unit = unit_new(&r->arena, store_tables(r->store), id_new(r->now));
	struct problem own;

	r->change_count = 0;
	for (size_t i = 0; err == OK && i < CREDENTIALS && r->asks[2 * i].table; i++) {
		why = &own;
		err = consider(r, i, unit, &own);
	}
	memset(r->asks, 0, sizeof(r->asks));
	if (err != OK)
		tell(r, err, why);
	else if (r->change_count)
		r->waiting = store_commit(r->store, unit, on_suspended, r);
	else
		on_suspended(r, &(struct committed){ .code = OK });
}

/* One that was used in this moment is looked at again: its page once more. */
static void
on_suspended(void *arg, const struct committed *committed)
{
	struct reviewing *r = arg;
	struct problem why;

	if (committed->code == ERR_CONFLICT && ++r->tries < TRIES) {
		memcpy(r->index_from, r->bad_model[r->bad_at], MODEL_SIZE);
		r->index_size = MODEL_SIZE;
		load_index(r);
		return;
	}
	if (committed->code != OK) {
		problem_set(&why, committed->code, "",
		    "authenticators of a model that is not trusted were not suspended");
		tell(r, why.code, &why);
		return;
	}
	for (size_t i = 0; i < r->change_count; i++)
		credential_change_log(&r->changes[i]);
	r->report.suspended += (uint32_t)r->change_count;
	if (r->more_credentials) {
		load_index(r);
	} else {
		r->bad_at++;
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
