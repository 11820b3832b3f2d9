/* transaction/phone/app_find.c - which login's question a person means, by the six digits of its page. */
#include "transaction/phone/app_find.h"

enum { ASK_CODES, ASK_REQUESTS, ASK_MUTE, ASK_CREDENTIALS, ASKS };

struct finding_one {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct app_find asked;
	struct app_shown *shown;
	struct ask asks[ASKS], named[APP_FOUND];
	size_t named_count;
	struct app_request_sight sight;
	struct app_requests_shown listed;
	struct app_found found;
	struct problem why;
	on_app_found *done;
	void *arg;
};

static void
cancel_finding(struct pending *pending)
{
	pending_cancel(&((struct finding_one *)pending)->waiting);
}

static void
answer(struct finding_one *f, enum err err, const struct problem *why)
{
	f->waiting = NULL;
	f->done(f->arg, err, &f->found, err == OK ? NULL : why);
}

static on_app_shown on_shown;
static on_loaded on_codes_loaded, on_requests_loaded;
static on_committed on_counted;

struct pending *
app_find(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct app_find *asked, on_app_found *done, void *arg)
{
	struct finding_one *f = arena_new(arena, struct finding_one);
	const struct app_showing showing = { .caller = asked->caller, .word = "find", .what = asked->code,
		.pin = asked->pin, .passkey = asked->passkey, .now = asked->now };

	*f = (struct finding_one){ .pending = { cancel_finding }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	f->waiting = app_show(store, arena, settings, &showing, on_shown, f);
	return &f->pending;
}

static void
on_shown(void *arg, enum err err, struct app_shown *shown, const struct problem *why)
{
	struct finding_one *f = arg;
	const struct id *account = &f->asked.caller->account.id;

	f->shown = shown;
	f->found.answered = shown->answered;
	if (err != OK || shown->answered.failed) {
		answer(f, err, why);
		return;
	}
	f->asks[ASK_CODES] = app_codes_ask(f->arena, account, f->asked.code, APP_FOUND);
	f->asks[ASK_REQUESTS] = app_requests_ask(f->arena, account, APP_REQUESTS_LOOKED_AT);
	f->asks[ASK_MUTE] = app_mute_ask(account);
	f->asks[ASK_CREDENTIALS] = credentials_ask(f->arena, account, APP_MUTE_CREDENTIALS);
	f->waiting = store_load(f->store, f->asks, ASKS, on_codes_loaded, f);
}

static void
count_number(struct finding_one *f)
{
	struct unit *unit = unit_new(f->arena, store_tables(f->store), id_new(f->asked.now));
	const struct app_failing failing = { .arena = f->arena, .account = &f->asked.caller->account,
		.phone = &f->shown->phone, .tries = &f->shown->tries, .now = f->asked.now };

	f->found.answered.failed = APP_STEP_NUMBER;
	app_number_failed(unit, &failing);
	f->waiting = store_commit(f->store, unit, on_counted, f);
}

static enum err
expect_more_than_listed(struct finding_one *f)
{
	struct app_mute mute;

	if (app_muted_loaded(f->arena, &f->asks[ASK_MUTE], &f->asks[ASK_CREDENTIALS], &mute, &f->why) != OK)
		return f->why.code;
	f->sight = (struct app_request_sight){ .browser = f->asked.browser, .muted = mute.since.us > 0 };
	if (app_requests_shown(f->arena, &f->asks[ASK_REQUESTS], &f->sight, &f->listed, &f->why) != OK)
		return f->why.code;
	return f->listed.more ? OK :
	    problem_set(&f->why, ERR_CONFLICT, "", "no more wait than are listed: choose from the list");
}

static void
on_codes_loaded(void *arg, enum err err, const struct problem *why)
{
	struct finding_one *f = arg;
	const struct ask *codes = &f->asks[ASK_CODES];

	if (err == OK)
		err = (why = &f->why, expect_more_than_listed(f));
	if (err != OK) {
		answer(f, err, why);
		return;
	}
	if (!codes->count) {
		count_number(f);
		return;
	}
	for (size_t i = 0; i < codes->count; i++) {
		const struct id request = app_code_request(&codes->rows[i]);

		f->named[f->named_count++] = app_request_ask(f->arena, &f->asked.caller->account.id, &request);
	}
	f->waiting = store_load(f->store, f->named, f->named_count, on_requests_loaded, f);
}

/* A row of digits may outlive its request: that is over, and no wrong number. */
static void
on_requests_loaded(void *arg, enum err err, const struct problem *why)
{
	struct finding_one *f = arg;

	for (size_t i = 0; i < f->named_count && err == OK; i++) {
		struct app_request *q = &f->found.requests[f->found.count];

		if (!f->named[i].count)
			continue;
		err = (why = &f->why, app_request_loaded(f->arena, f->named[i].rows, q, &f->why));
		f->found.count += err == OK && app_request_is_shown(q, &f->sight);
	}
	answer(f, err, why);
}

static void
on_counted(void *arg, const struct committed *committed)
{
	struct finding_one *f = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&f->why, ERR_CONFLICT, "", "something changed meanwhile: look again");
	else if (committed->code != OK)
		problem_set(&f->why, committed->code, "", "the answer could not be kept: %s",
		    err_name(committed->code));
	answer(f, committed->code, &f->why);
}
