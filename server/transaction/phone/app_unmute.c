/* transaction/phone/app_unmute.c - a person lets the account's phones be asked again. */
#include "transaction/phone/app_unmute.h"

#include "transaction/phone/app_mute.h"

enum { ASK_MUTE, ASK_CREDENTIALS, ASKS };

struct unmuting {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct app_unmute asked;
	struct app_shown *shown;
	struct ask asks[ASKS];
	struct app_mute mute;
	struct problem why;
	on_app_unmuted *done;
	void *arg;
};

static void
cancel_unmuting(struct pending *pending)
{
	pending_cancel(&((struct unmuting *)pending)->waiting);
}

static void
answer(struct unmuting *u, enum err err, const struct problem *why)
{
	u->waiting = NULL;
	u->done(u->arg, err, &u->shown->answered, err == OK ? NULL : why);
}

static on_app_shown on_shown;
static on_loaded on_mute_loaded;
static on_committed on_unmuted;

struct pending *
app_unmute(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct app_unmute *asked, on_app_unmuted *done, void *arg)
{
	struct unmuting *u = arena_new(arena, struct unmuting);
	const struct app_showing showing = { .caller = asked->caller, .word = "unmute", .what = asked->since,
		.pin = asked->pin, .passkey = asked->passkey, .now = asked->now };

	*u = (struct unmuting){ .pending = { cancel_unmuting }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	u->waiting = app_show(store, arena, settings, &showing, on_shown, u);
	return &u->pending;
}

static void
on_shown(void *arg, enum err err, struct app_shown *shown, const struct problem *why)
{
	struct unmuting *u = arg;
	const struct id *account = &u->asked.caller->account.id;

	u->shown = shown;
	if (err != OK || shown->answered.failed) {
		answer(u, err, why);
		return;
	}
	u->asks[ASK_MUTE] = app_mute_ask(account);
	u->asks[ASK_CREDENTIALS] = credentials_ask(u->arena, account, APP_MUTE_CREDENTIALS);
	u->waiting = store_load(u->store, u->asks, ASKS, on_mute_loaded, u);
}

/* Whoever said "this was not me" since then, on another phone, is not overruled by who has not seen it. */
static enum err
find_mute(struct unmuting *u)
{
	char since[INSTANT_TEXT];

	if (app_muted_loaded(u->arena, &u->asks[ASK_MUTE], &u->asks[ASK_CREDENTIALS], &u->mute, &u->why) != OK)
		return u->why.code;
	if (!u->mute.since.us)
		return problem_set(&u->why, ERR_NOT_FOUND, "", "the phones of this account are asked already");
	if (!span_is(u->asked.since, instant_text(u->mute.since, since)))
		return problem_set(&u->why, ERR_CONFLICT, "",
		    "/since: somebody has said \"this was not me\" once more: look again");
	return OK;
}

static void
commit(struct unmuting *u)
{
	struct unit *unit = unit_new(u->arena, store_tables(u->store), id_new(u->asked.now));

	app_mute_lifted(unit, &(struct app_mute_lift){ .account = &u->asked.caller->account, .mute = &u->mute,
	    .phone = &u->shown->phone, .now = u->asked.now });
	u->waiting = store_commit(u->store, unit, on_unmuted, u);
}

static void
on_mute_loaded(void *arg, enum err err, const struct problem *why)
{
	struct unmuting *u = arg;

	if (err == OK)
		err = (why = &u->why, find_mute(u));
	if (err != OK)
		answer(u, err, why);
	else
		commit(u);
}

static void
on_unmuted(void *arg, const struct committed *committed)
{
	struct unmuting *u = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&u->why, ERR_CONFLICT, "", "something changed meanwhile: look again");
	else if (committed->code != OK)
		problem_set(&u->why, committed->code, "", "this could not be kept: %s", err_name(committed->code));
	answer(u, committed->code, &u->why);
}
