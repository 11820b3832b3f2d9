/* daemon/upkeep.c - when the steward looks at what time changes in the registry. */
#include "daemon/upkeep.h"

#include <stdlib.h>

#include "base/log.h"

#define SETTLING SECONDS(1)       /* a bulk is many changes */
#define RETRY SECONDS(60)
#define LONGEST_SLEEP SECONDS(86400)

struct upkeep {
	struct loop *loop;
	struct store *store;
	struct upkeep_settings settings;
	struct timer timer;
	struct pending *running;
	bool changed;             /* since the run began */
};

static void
on_renewed_all(void *arg, enum err err, const struct renewal_report *report, const struct problem *why)
{
	struct upkeep *u = arg;
	int64_t sleep = LONGEST_SLEEP;

	u->running = NULL;
	if (err != OK) {
		log_error("upkeep.failed", "code=%s problem=%s", err_name(err), LOG_TEXT(why->text));
		sleep = RETRY;
	} else {
		int64_t left = report->next.us - clock_now().us;

		if (report->changed_entities || report->warnings)
			log_info("upkeep.done", "entities=%u warnings=%u", report->changed_entities, report->warnings);
		if (report->next.us && left < sleep)
			sleep = left < SETTLING ? SETTLING : left;
	}
	timer_set(&u->timer, u->changed ? SETTLING : sleep);
}

static void
on_time(void *arg)
{
	struct upkeep *u = arg;
	const struct renewal_settings settings = {
		.confirm_every = u->settings.confirm_every,
		.warn_before = u->settings.warn_before,
		.now = clock_now(),
	};

	if (u->running)
		return;
	u->changed = false;
	u->running = renewal_start(u->loop, u->store, u->settings.validator, &settings, on_renewed_all, u);
}

static void
on_member_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct upkeep *u = arg;

	(void)table;
	(void)key;
	(void)generation;
	u->changed = true;
	if (!u->running)
		timer_set(&u->timer, SETTLING);
}

struct upkeep *
upkeep_new(struct loop *loop, struct store *store, const struct upkeep_settings *settings)
{
	struct upkeep *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	*u = (struct upkeep){ .loop = loop, .store = store, .settings = *settings };
	timer_init(&u->timer, loop, on_time, u);
	/* The first recorder counts as a change too. */
	store_watch(store, &member_table, on_member_changed, u);
	return u;
}

void
upkeep_free(struct upkeep *u)
{
	if (!u)
		return;
	pending_cancel(&u->running);
	timer_release(&u->timer);
	free(u);
}
