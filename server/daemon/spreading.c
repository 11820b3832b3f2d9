/* daemon/spreading.c - a notice to an account's phones becomes one to each. */
#include "daemon/spreading.h"

#include <assert.h>
#include <stdlib.h>

#include "authn/credential.h"

#define STEP_LARGEST (2 * MIB)
#define LOOKED_AT 64 /* of an account the newest authenticators */

struct spreading {
	struct pending pending;      /* first: cancelling finds this by it */
	struct pending *step;
	struct store *store;
	struct arena arena;
	struct notice notice;        /* of the account; it has no texts */
	uint64_t generation;
	struct instant now;
	struct ask ask;
	size_t phones;
	on_spread *done;
	void *arg;
};

static void
spreading_free(struct spreading *s)
{
	pending_cancel(&s->step);
	arena_release(&s->arena);
	free(s);
}

static void
cancel_spreading(struct pending *pending)
{
	spreading_free((struct spreading *)pending);
}

/* The callback may do anything: nothing is touched after it. */
static void
finish(struct spreading *s, enum err err)
{
	on_spread *done = s->done;
	size_t phones = s->phones;
	void *arg = s->arg;

	spreading_free(s);
	done(arg, err, phones);
}

static on_loaded on_credentials;
static on_committed on_written;

struct pending *
notice_spread(struct store *store, const struct notice *n, uint64_t generation, struct instant now, on_spread *done,
    void *arg)
{
	struct spreading *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	assert(notice_to_phones(n));
	*s = (struct spreading){ .pending = { cancel_spreading }, .store = store, .arena = arena_init(STEP_LARGEST),
		.generation = generation, .now = now, .done = done, .arg = arg };
	s->notice = (struct notice){ .id = n->id, .kind = n->kind, .english = n->english, .account = n->account,
		.request = n->request, .made = n->made, .until = n->until };
	s->ask = credentials_ask(&s->arena, &s->notice.account, LOOKED_AT);
	s->step = store_load(store, &s->ask, 1, on_credentials, s);
	return &s->pending;
}

/* One that cannot be read keeps no other phone from being told. */
static void
put_for_each(struct spreading *s, struct unit *unit)
{
	struct notice n = s->notice;
	const char *reason;

	for (size_t i = 0; i < s->ask.count; i++) {
		struct credential c;
		struct problem why;

		if (credential_loaded(&s->arena, &s->ask.rows[i], &c, &why) != OK || c.kind != CREDENTIAL_APP ||
		    !c.app.push_endpoint.size || !credential_usable(&c, s->now, &reason))
			continue;
		n.id = id_new(s->now);
		n.credential = c.id;
		n.push = (struct push_subscription){ c.app.push_endpoint, c.app.push_key, c.app.push_secret };
		notice_put(unit, &n);
		s->phones++;
	}
}

static void
on_credentials(void *arg, enum err err, const struct problem *problem)
{
	struct spreading *s = arg;
	struct span key = id_span(&s->notice.id);
	struct unit *unit;

	(void)problem;
	s->step = NULL;
	if (err != OK) {
		finish(s, err);
		return;
	}
	unit = unit_new(&s->arena, store_tables(s->store), id_new(s->now));
	unit_expect(unit, &notice_table, key, s->generation);
	unit_delete(unit, &notice_table, key);
	put_for_each(s, unit);
	s->step = store_commit(s->store, unit, on_written, s);
}

static void
on_written(void *arg, const struct committed *done)
{
	struct spreading *s = arg;

	s->step = NULL;
	finish(s, done->code);
}
