/* transaction/login/card_begin.c - a card is asked for in a login: a text to sign, by a code. */
#include "transaction/card/task.h"
#include "transaction/login/way.h"

struct asking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct login_request asked;
	struct ask ask;
	struct login login;
	struct card_task_begun task;
	on_login_card *done;
	void *arg;
};

static void
cancel_asking(struct pending *pending)
{
	pending_cancel(&((struct asking *)pending)->waiting);
}

static void
answer(struct asking *a, enum err err, const struct problem *why)
{
	a->waiting = NULL;
	a->done(a->arg, err, err == OK ? &a->task : NULL, err == OK ? NULL : why);
}

static on_loaded on_login_loaded;
static on_card_task_begun on_task_begun;
static on_committed on_kept;

struct pending *
login_card_begin(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct login_request *asked, on_login_card *done, void *arg)
{
	struct asking *a = arena_new(arena, struct asking);

	*a = (struct asking){ .pending = { cancel_asking }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	a->ask = login_ask(&a->asked.id);
	a->waiting = store_load(store, &a->ask, 1, on_login_loaded, a);
	return &a->pending;
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct asking *a = arg;
	struct problem own;

	if (err == OK) {
		err = login_waits(a->arena, &a->ask, a->asked.browser, &a->login, &own);
		why = &own;
	}
	if (err != OK) {
		answer(a, err, why);
		return;
	}
	a->waiting = card_task_begin(a->store, a->arena, a->settings, &(struct card_task_begin){
		.owner = a->login.id, .purpose = JPKI_AUTHENTICATION, .what = span_text("ログイン"),
		.what_en = span_text("Logging in"),
		.now = a->asked.now }, on_task_begun, a);
}

static void
on_task_begun(void *arg, enum err err, const struct card_task_begun *task, const struct problem *why)
{
	struct asking *a = arg;
	struct unit *unit;

	if (err != OK) {
		answer(a, err, why);
		return;
	}
	a->task = *task;
	a->login.card = (struct login_card){ .task = task->id, .until = task->until };
	unit = unit_new(a->arena, store_tables(a->store), id_new(a->asked.now));
	login_put(unit, &a->login);
	a->waiting = store_commit(a->store, unit, on_kept, a);
}

static void
on_kept(void *arg, const struct committed *committed)
{
	struct asking *a = arg;
	struct problem why;

	if (committed->code != OK)
		problem_set(&why, committed->code, "", "the login changed meanwhile, or could not be written: %s",
		    err_name(committed->code));
	answer(a, committed->code, &why);
}
