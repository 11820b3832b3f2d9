/* daemon/erasure_upkeep.c - when the steward goes on with erasures that were interrupted. */
#include "daemon/erasure_upkeep.h"

#include <stdlib.h>

#include "base/log.h"
#include "transaction/account/erasing.h"
#include "transaction/account/person_erasure.h"

#define AT_ONCE 32

struct erasure_upkeep {
	struct store *store;
	struct erasure_upkeep_settings settings;
	struct timer timer;
	struct pending *waiting;
	struct instant now;
	uint8_t behind[ERASING_BEHIND]; /* where the next look begins: what never ends keeps nobody waiting */
	struct ask ask;
	struct erasing left[AT_ONCE];
	size_t count, at;
	struct person_erasure request;
};

static on_loaded on_left;
static on_person_erased on_erased;

static void
on_time(void *arg)
{
	struct erasure_upkeep *u = arg;

	u->now = u->settings.clock();
	u->count = u->at = 0;
	u->ask = erasings_ask(u->behind, AT_ONCE);
	u->waiting = store_load(u->store, &u->ask, 1, on_left, u);
}

static void
erase_next(struct erasure_upkeep *u)
{
	if (u->at == u->count) {
		timer_set(&u->timer, u->settings.every);
		return;
	}
	u->request = (struct person_erasure){ .account = u->left[u->at].account, .actor = span_text("system"),
		.now = u->now };
	u->waiting = person_erase(u->store, &u->request, on_erased, u);
}

static void
remember_how_far(struct erasure_upkeep *u)
{
	const struct row *last = u->ask.more ? &u->ask.rows[u->ask.count - 1] : NULL;

	memset(u->behind, 0, sizeof(u->behind));
	if (last && last->key.size < sizeof(u->behind))
		memcpy(u->behind, last->key.data, last->key.size);
}

static void
on_left(void *arg, enum err err, const struct problem *why)
{
	struct erasure_upkeep *u = arg;

	u->waiting = NULL;
	if (err != OK)
		log_warning("erasures.unread", "problem=%s", LOG_TEXT(why ? why->text : err_name(err)));
	for (size_t i = 0; err == OK && i < u->ask.count; i++) {
		struct erasing *e = &u->left[u->count];

		if (!erasing_read(&u->ask.rows[i], e))
			log_error("erasures.unread", "problem=%s", "a row is of a form this build does not know");
		else if (!instant_before(u->now, instant_after(e->since, u->settings.patience)))
			u->count++;
	}
	if (err == OK)
		remember_how_far(u);
	erase_next(u);
}

/* Whatever stands in its way stands in the way of no other; it is tried again at the next look. */
static void
on_erased(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	struct erasure_upkeep *u = arg;

	(void)report;
	u->waiting = NULL;
	if (err != OK)
		log_warning("erasures.unfinished", "code=%s problem=%s", err_name(err), LOG_TEXT(why->text));
	u->at++;
	erase_next(u);
}

struct erasure_upkeep *
erasure_upkeep_new(struct loop *loop, struct store *store, const struct erasure_upkeep_settings *settings)
{
	struct erasure_upkeep *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	*u = (struct erasure_upkeep){ .store = store, .settings = *settings };
	timer_init(&u->timer, loop, on_time, u);
	timer_set(&u->timer, settings->every);
	return u;
}

void
erasure_upkeep_free(struct erasure_upkeep *u)
{
	if (!u)
		return;
	pending_cancel(&u->waiting);
	timer_release(&u->timer);
	free(u);
}
