/* front/oidc/holding.c - what a token that a client holds stands for at this moment. */
#include "front/oidc/holding.h"

struct finding {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct oidc_settings *settings;
	struct holding_asked asked;
	struct ask ask;
	struct id id;
	uint8_t digest[32];          /* of an access token */
	bool ours;                   /* it looks like one */
	struct holding found;
	on_holding *done;
	void *arg;
};

static void
cancel_finding(struct pending *pending)
{
	pending_cancel(&((struct finding *)pending)->waiting);
}

static void
answer(struct finding *f, enum err err, const struct problem *why)
{
	struct problem none;

	f->waiting = NULL;
	if (err == ERR_NOT_FOUND || err == ERR_DENIED) {
		err = problem_set(&none, ERR_NOT_FOUND, "RFC 6750 s3.1",
		    "the token is not in force, or none of this server's");
		why = &none;
	}
	f->done(f->arg, err, err == OK ? &f->found : NULL, err == OK ? NULL : why);
}

static on_loaded on_grant_loaded;
static on_told on_told_loaded;
static on_client on_client_found;

/* What is no token asks for nothing, and is answered as late. */
struct pending *
holding_find(struct store *store, struct arena *arena, const struct oidc_settings *settings,
    const struct holding_asked *asked, on_holding *done, void *arg)
{
	struct finding *f = arena_new(arena, struct finding);

	*f = (struct finding){ .pending = { cancel_finding }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	f->found.kind = GRANT_ACCESS;
	f->ours = grant_token_read(asked->token, GRANT_ACCESS, &f->id, f->digest);
	if (!f->ours && asked->refresh) {
		f->found.kind = GRANT_REFRESH;
		f->ours = grant_token_read(asked->token, GRANT_REFRESH, &f->id, f->digest);
	}
	f->ask = grant_ask(&f->id);
	f->waiting = store_load(store, &f->ask, f->ours ? 1 : 0, on_grant_loaded, f);
	return &f->pending;
}

/* Of refresh tokens that are used once the one in force, and no other. */
static bool
stands(struct finding *f)
{
	struct holding *h = &f->found;

	if (h->grant.protocol != GRANT_OIDC || !grant_in_force(&h->grant, f->asked.now))
		return false;
	h->scope = h->grant.scope;
	h->until = h->grant.expires;
	if (h->kind == GRANT_REFRESH)
		return h->grant.refresh.number && grant_refresh_number(&h->grant, f->settings->refresh_key,
		    f->asked.token) == h->grant.refresh.number;
	h->access = grant_access_find(&h->grant, f->digest, f->asked.now);
	if (!h->access)
		return false;
	if (h->access->scope.size)
		h->scope = h->access->scope;
	h->until = h->access->until;
	return true;
}

static void
on_grant_loaded(void *arg, enum err err, const struct problem *why)
{
	struct finding *f = arg;
	struct problem own;

	if (err == OK) {
		why = &own;
		err = f->ours ? grant_loaded(f->arena, &f->ask, &f->found.grant, &own) : ERR_NOT_FOUND;
	}
	if (err == OK && !stands(f))
		err = ERR_NOT_FOUND;
	if (err != OK) {
		answer(f, err, why);
		return;
	}
	told_ask(&f->found.told, f->arena, f->settings, &f->found.grant, f->asked.places, f->asked.now);
	f->found.told.scope = f->found.scope;
	f->waiting = told_load(&f->found.told, f->store, on_told_loaded, f);
}

static void
on_told_loaded(void *arg, enum err err, const struct problem *why)
{
	struct finding *f = arg;

	if (err != OK)
		answer(f, err, why);
	else
		f->waiting = client_find(f->store, f->settings->clients, f->arena, f->found.grant.client, f->asked.now,
		    on_client_found, f);
}

static void
on_client_found(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct finding *f = arg;

	f->found.client = client;
	answer(f, err, why);
}
