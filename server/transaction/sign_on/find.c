/* transaction/sign_on/find.c - a sign-on that waits: its row, its relying party, and all it stands on.
 *
 *     row -> client -> case -> told
 */
#include "transaction/client/client.h"
#include "transaction/sign_on/case.h"

struct finding_case {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct sign_on_settings *settings;
	struct sign_on_request asked;
	struct ask ask;
	struct sign_on sign_on;
	on_sign_on_case *done;
	void *arg;
};

static on_loaded on_row;
static on_client on_relying_party;
static on_sign_on_case on_case;

static void
cancel_finding(struct pending *pending)
{
	pending_cancel(&((struct finding_case *)pending)->waiting);
}

static void
fail(struct finding_case *f, enum err err, const struct problem *why)
{
	f->waiting = NULL;
	f->done(f->arg, err, NULL, why);
}

struct pending *
sign_on_case_find(struct store *store, struct arena *arena, const struct sign_on_settings *settings,
    const struct sign_on_request *asked, on_sign_on_case *done, void *arg)
{
	struct finding_case *f = arena_new(arena, struct finding_case);

	f->pending = (struct pending){ cancel_finding };
	f->store = store;
	f->arena = arena;
	f->settings = settings;
	f->asked = *asked;
	f->done = done;
	f->arg = arg;
	f->ask = sign_on_ask(&f->asked.id);
	f->waiting = store_load(store, &f->ask, 1, on_row, f);
	return &f->pending;
}

static void
on_row(void *arg, enum err err, const struct problem *why)
{
	struct finding_case *f = arg;
	struct problem own;

	if (err == OK) {
		err = sign_on_loaded(f->arena, &f->ask, f->asked.visitor.browser, &f->sign_on, &own);
		why = &own;
	}
	if (err == OK)
		f->waiting = client_find(f->store, f->settings->clients, f->arena, f->sign_on.client,
		    f->asked.visitor.now, on_relying_party, f);
	else
		fail(f, err, why);
}

static void
on_relying_party(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct finding_case *f = arg;

	if (err != OK) {
		fail(f, err == ERR_NOT_FOUND ? ERR_DENIED : err, why);
		return;
	}
	f->waiting = sign_on_case_load(f->store, f->arena, &(struct sign_on_load){ .settings = f->settings,
		.sign_on = &f->sign_on, .rp = &client->rp, .visitor = &f->asked.visitor,
		.cancelled = f->asked.cancelled }, on_case, f);
}

static void
on_case(void *arg, enum err err, const struct sign_on_case *c, const struct problem *why)
{
	struct finding_case *f = arg;

	f->waiting = NULL;
	f->done(f->arg, err, c, why);
}
