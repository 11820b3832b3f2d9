/* transaction/authenticator/passkey_addition_finish.c - what a browser created: examined, trusted or not, bound, put.
 *
 *     load challenge, catalogue's state, whose it is -> examine -> load models -> judge -> commit -> told
 *
 * Refused or not, the challenge goes with it.
 */
#include "transaction/authenticator/passkey_addition.h"

#include <openssl/crypto.h>

#include "authn/fido_catalogue.h"
#include "authn/passkey.h"
#include "base/log.h"
#include "codec/text.h"

#define R23 "WebAuthn L3 s7.1"
#define NAME_OF_NO_MODEL "Passkey"

enum { ASK_ADDITION, ASK_STATE, ASK_NAME, FIRST_ASKS };

struct finishing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	const struct account_access *access;
	struct passkey_finish asked;
	struct webauthn_response response;
	struct problem unread;       /* why the response cannot be read; OK: it can */
	struct ask asks[FIRST_ASKS + ATTESTATION_CERTIFICATES];
	struct addition addition;
	struct fido_state state;
	bool taken;                  /* somebody has an authenticator of this id */
	struct examination examination;
	struct webauthn_registered made;
	size_t model_count;
	const struct fido_model *model;
	bool trusted;
	struct credential credential;
	struct credential_change change;
	struct problem why;          /* of a refusal, told once the challenge is gone */
	const char *step;
	on_passkey_added *done;
	void *arg;
};

static on_loaded on_first, on_models;
static on_committed on_used_up, on_put;

static void
cancel_finishing(struct pending *pending)
{
	pending_cancel(&((struct finishing *)pending)->waiting);
}

static void
fail(struct finishing *f, enum err err, const struct problem *why)
{
	f->waiting = NULL;
	f->done(f->arg, err, NULL, NULL, why);
}

/* Refused: the challenge is used up first, so that nobody tries twice. */
static void
refuse(struct finishing *f, const char *step)
{
	struct unit *unit = unit_new(f->arena, store_tables(f->store), id_new(f->access->now));

	f->step = step;
	addition_end(unit, &f->access->session->id, &f->addition);
	f->waiting = store_commit(f->store, unit, on_used_up, f);
}

static void
on_used_up(void *arg, const struct committed *committed)
{
	struct finishing *f = arg;

	f->waiting = NULL;
	if (committed->code == ERR_CONFLICT)
		problem_set(&f->why, ERR_CONFLICT, "", "what was begun has been finished already");
	else if (committed->code != OK)
		problem_set(&f->why, committed->code, "", "the challenge could not be used up");
	f->done(f->arg, f->why.code, NULL, f->why.code == ERR_DENIED ? f->step : NULL, &f->why);
}

static void
refuse_examined(struct finishing *f)
{
	const struct examined *cause = examination_cause(&f->examination);

	problem_set(&f->why, ERR_DENIED, cause->clause, "%s: %s", cause->step, cause->text);
	refuse(f, cause->step);
}

/* Load */

struct pending *
passkey_addition_finish(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct account_access *access, const struct passkey_finish *asked, on_passkey_added *done, void *arg)
{
	struct finishing *f = arena_new(arena, struct finishing);
	size_t count = ASK_NAME;

	*f = (struct finishing){ .pending = { cancel_finishing }, .store = store, .arena = arena,
		.settings = settings, .access = access, .asked = *asked, .examination = { .arena = arena },
		.done = done, .arg = arg };
	f->asks[ASK_ADDITION] = addition_ask(&access->session->id);
	f->asks[ASK_STATE] = fido_state_ask();
	if (webauthn_response_read(asked->credential, WEBAUTHN_CREATE, arena, &f->response, &f->unread) == OK) {
		f->unread.code = OK;
		f->asks[count++] = (struct ask){ .table = &credential_name_table,
			.from = credential_name_key(arena, CREDENTIAL_PASSKEY, f->response.id) };
	}
	f->waiting = store_load(store, f->asks, count, on_first, f);
	return &f->pending;
}

static enum err
take_first(struct finishing *f, struct problem *why)
{
	if (addition_loaded(f->arena, &f->asks[ASK_ADDITION], ADDITION_PASSKEY, &f->addition, why) != OK ||
	    fido_state_loaded(&f->asks[ASK_STATE], &f->state, why) != OK)
		return why->code;
	f->taken = f->unread.code == OK && f->asks[ASK_NAME].count;
	return OK;
}

/* R3 to R19, R22. */
static bool
examine(struct finishing *f)
{
	const struct webauthn_expectation expected = { .site = &f->settings->site, .challenge =
		span_of(f->addition.challenge, sizeof(f->addition.challenge)), .conditional = f->addition.conditional };
	struct attestation_policy policy = f->settings->attestation_policy;

	policy.now = f->access->now;
	return webauthn_register(f->arena, &f->response, &expected, &policy, &f->examination, &f->made);
}

static void judge(struct finishing *);

static void
on_first(void *arg, enum err err, const struct problem *why)
{
	struct finishing *f = arg;
	struct span names[ATTESTATION_CERTIFICATES];
	struct problem own;

	if (err == OK) {
		why = &own;
		err = take_first(f, &own);
	}
	if (err != OK) {
		fail(f, err, why);
		return;
	}
	if (f->unread.code != OK) {
		f->why = f->unread;
		refuse(f, NULL);
		return;
	}
	if (!examine(f)) {
		refuse_examined(f);
		return;
	}
	f->model_count = f->state.number ? fido_model_names(f->arena, &f->made.attestation, names) : 0;
	for (size_t i = 0; i < f->model_count; i++)
		f->asks[i] = fido_model_ask(f->arena, f->state.number, names[i]);
	if (f->model_count == 0)
		judge(f);
	else
		f->waiting = store_load(f->store, f->asks, f->model_count, on_models, f);
}

/* Judge */

static void
on_models(void *arg, enum err err, const struct problem *why)
{
	struct finishing *f = arg;
	struct problem own;

	for (size_t i = 0; err == OK && i < f->model_count && !f->model; i++) {
		why = &own;
		err = fido_model_loaded(f->arena, &f->asks[i], &f->model, &own);
	}
	if (err != OK) {
		fail(f, err, why);
		return;
	}
	judge(f);
}

/* R20, R21, R24: of a model that is there, then by a path to its anchors or configuration's. Without a chain there is
 * nothing to trust, and still a model that is named must be a sound one. */
static bool
examine_model(struct finishing *f)
{
	struct attestation *said = &f->made.attestation;
	struct examination path = { .arena = f->arena };
	struct span *anchors;
	size_t count = f->settings->attestation_root_count + (f->model ? f->model->anchor_count : 0);
	bool chained = said->certificate_count > 0;

	if (f->model && !fido_model_examine(f->model, said, f->made.key.algorithm, chained, &f->examination))
		return false;
	anchors = arena_array(f->arena, struct span, count + 1);
	for (size_t i = 0; i < count; i++)
		anchors[i] = i < f->settings->attestation_root_count ? f->settings->attestation_roots[i]
		    : f->model->anchors[i - f->settings->attestation_root_count];
	f->trusted = chained && attestation_trusted(f->arena, said, anchors, count, f->access->now, &path);
	return examination_note(&f->examination, "attestation-demand",
	    f->trusted || f->settings->attestation != ATTESTATION_REQUIRED ? ESTABLISHED : REFUTED, R23,
	    "here an authenticator is taken only where its maker vouches for it, found \"%.*s\"%s",
	    SPAN_ARGS(said->format), chained ? " that leads to no anchor" : "");
}

/* As much of the model's description as a name may have, cut between characters. */
static struct span
name_of(const struct finishing *f)
{
	struct span name = f->asked.name;

	if (!name.size && f->model && f->trusted)
		name = f->model->description;
	if (!name.size)
		name = span_text(NAME_OF_NO_MODEL);
	return utf8_first(name, CREDENTIAL_NAME_LARGEST);
}

static void
fill(struct finishing *f)
{
	struct credential *c = &f->credential;

	*c = (struct credential){
		.account = f->access->account->id, .id = id_new(f->access->now), .kind = CREDENTIAL_PASSKEY,
		.state = CREDENTIAL_ACTIVE, .name = name_of(f), .issued = f->access->now,
		.activated = f->access->now, .changed = f->access->now, .actor = span_text("person"),
		.reason = span_text("added"),
	};
	passkey_keep(f->arena, &f->response, &f->made, &c->passkey);
	c->passkey.trusted = f->trusted;
	if (f->model && f->trusted) {
		c->passkey.certified_level = f->model->certified_level;
		c->passkey.protection = f->model->protection;
		c->passkey.model = span_first(f->model->description, 200);
	}
}

static void
judge(struct finishing *f)
{
	struct observation seen = { .credential = &f->credential, .now = f->access->now,
		.user_verified = f->made.user_verified, .backed_up = f->made.backed_up };
	struct unit *unit;

	if (f->taken) {
		problem_set(&f->why, ERR_DENIED, R23, "credential-id: this authenticator is enrolled already");
		refuse(f, "credential-id");
		return;
	}
	if (!examine_model(f)) {
		refuse_examined(f);
		return;
	}
	fill(f);
	if (addition_bind(f->arena, f->settings, f->access, &f->credential, &seen, &f->why) != OK) {
		refuse(f, NULL);
		return;
	}
	unit = unit_new(f->arena, store_tables(f->store), id_new(f->access->now));
	addition_end(unit, &f->access->session->id, &f->addition);
	/* Or a catalogue that comes this very moment would have looked at everybody's but this one. */
	fido_state_expect(unit, &f->state);
	addition_commit(unit, f->arena, f->access, &f->credential, &f->change);
	f->waiting = store_commit(f->store, unit, on_put, f);
}

/* Of two that enrol one authenticator at one time the later is refused, and so is a challenge answered twice. */
static void
on_put(void *arg, const struct committed *committed)
{
	struct finishing *f = arg;

	if (committed->code != OK) {
		problem_set(&f->why, committed->code, "", committed->code == ERR_CONFLICT
		    ? "the account, or what was begun, has changed meanwhile: begin again"
		    : "the passkey was not kept");
		refuse(f, NULL);
		return;
	}
	f->credential.generation = committed->generation;
	credential_change_log(&f->change);
	f->waiting = NULL;
	f->done(f->arg, OK, &f->credential, NULL, NULL);
}
