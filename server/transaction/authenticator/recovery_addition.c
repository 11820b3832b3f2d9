/* transaction/authenticator/recovery_addition.c - new recovery codes, in the place of those before.
 *
 *     load the name's row -> load the set it names -> draw -> commit: the old one revoked, the new one put -> told
 */
#include "transaction/authenticator/recovery_addition.h"

#include <openssl/crypto.h>

#define NAME "Recovery codes"

struct adding {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	const struct account_access *access;
	struct ask ask;
	uint64_t name_generation;
	bool replacing;              /* the set before is still in force */
	struct credential before, credential;
	struct recovery_added made;
	struct credential_change changes[2];
	struct problem why;
	on_recovery_added *done;
	void *arg;
};

static on_loaded on_name, on_before;
static on_committed on_put;

static void
cancel_adding(struct pending *pending)
{
	struct adding *a = (struct adding *)pending;

	OPENSSL_cleanse(&a->made, sizeof(a->made));
	pending_cancel(&a->waiting);
}

static void
fail(struct adding *a, const struct problem *why)
{
	OPENSSL_cleanse(&a->made, sizeof(a->made));
	a->waiting = NULL;
	a->done(a->arg, why->code, NULL, why);
}

struct pending *
recovery_addition(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct account_access *access, on_recovery_added *done, void *arg)
{
	struct adding *a = arena_new(arena, struct adding);
	const struct id *account = &access->account->id;

	*a = (struct adding){ .pending = { cancel_adding }, .store = store, .arena = arena, .settings = settings,
		.access = access, .done = done, .arg = arg };
	a->ask = (struct ask){ .table = &credential_name_table, .from =
		credential_name_key(arena, CREDENTIAL_RECOVERY, id_span(account)) };
	a->waiting = store_load(store, &a->ask, 1, on_name, a);
	return &a->pending;
}

static void put(struct adding *);

static void
on_name(void *arg, enum err err, const struct problem *why)
{
	struct adding *a = arg;
	struct id account, credential;

	if (err != OK) {
		fail(a, why);
	} else if (!a->ask.count) {
		put(a);
	} else if (!credential_name_read(a->ask.rows[0].value, &account, &credential)) {
		problem_set(&a->why, ERR_UNAVAILABLE, "", "an authenticator's name in the store cannot be read");
		fail(a, &a->why);
	} else {
		a->name_generation = a->ask.rows[0].generation;
		a->ask = credential_ask(a->arena, &account, &credential);
		a->waiting = store_load(a->store, &a->ask, 1, on_before, a);
	}
}

static void
on_before(void *arg, enum err err, const struct problem *why)
{
	struct adding *a = arg;
	const struct credential_because because = { .actor = span_text("person"), .reason = span_text("replaced"),
		.evidence = a->access->session->id, .now = a->access->now };

	if (err == OK) {
		why = &a->why;
		err = credential_loaded(a->arena, a->ask.count ? a->ask.rows : NULL, &a->before, &a->why);
	}
	if (err == OK)
		err = credential_take(&a->before, CREDENTIAL_REVOKE, &because, &a->replacing, &a->why);
	if (err == OK)
		put(a);
	else
		fail(a, why);
}

/* The old one's name row goes before the new one's is put: one unit, in this order. */
static void
put(struct adding *a)
{
	struct observation seen = { .credential = &a->credential, .now = a->access->now };
	struct unit *unit = unit_new(a->arena, store_tables(a->store), id_new(a->access->now));
	struct recovery_codes codes;
	struct credential *c = &a->credential;

	recovery_codes_make(&codes, a->made.texts);
	*c = (struct credential){
		.account = a->access->account->id, .id = id_new(a->access->now), .kind = CREDENTIAL_RECOVERY,
		.state = CREDENTIAL_ACTIVE, .name = span_text(NAME), .issued = a->access->now,
		.activated = a->access->now, .changed = a->access->now, .actor = span_text("person"),
		.reason = span_text("added"), .name_generation = a->name_generation,
	};
	memcpy(c->recovery.digests, codes.digests, sizeof(c->recovery.digests));
	if (addition_bind(a->arena, a->settings, a->access, c, &seen, &a->why) != OK) {
		fail(a, &a->why);
		return;
	}
	if (a->replacing) {
		c->replaces = a->before.id;
		a->changes[1] = (struct credential_change){ .account = a->access->account, .credential = &a->before,
			.event = CREDENTIAL_STEPPED, .now = a->access->now };
		credential_change_put(unit, a->arena, &a->changes[1]);
	}
	addition_commit(unit, a->arena, a->access, c, &a->changes[0]);
	a->waiting = store_commit(a->store, unit, on_put, a);
}

static void
on_put(void *arg, const struct committed *committed)
{
	struct adding *a = arg;

	if (committed->code != OK) {
		problem_set(&a->why, committed->code, "", "the account has changed meanwhile: no codes were made");
		fail(a, &a->why);
		return;
	}
	a->credential.generation = committed->generation;
	a->made.credential = &a->credential;
	if (a->replacing)
		credential_change_log(&a->changes[1]);
	credential_change_log(&a->changes[0]);
	a->waiting = NULL;
	a->done(a->arg, OK, &a->made, NULL);
}
