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
	bool whole;               /* the run at hand, or the next, looks at every member */
	uint64_t seen;            /* the newest change looked at */
	struct instant next;      /* when time changes something, as far as is known; {0}: it is not */
};

static struct instant
earlier(struct instant a, struct instant b)
{
	return a.us == 0 || (b.us && instant_before(b, a)) ? b : a;
}

/* At most a day: the clock may be set meanwhile. */
static int64_t
time_left(const struct upkeep *u)
{
	int64_t left = u->next.us - clock_now().us;

	if (u->next.us == 0 || left > LONGEST_SLEEP)
		return LONGEST_SLEEP;
	return left < SETTLING ? SETTLING : left;
}

static void
on_renewed_all(void *arg, enum err err, const struct renewal_report *report, const struct problem *why)
{
	struct upkeep *u = arg;

	u->running = NULL;
	if (err != OK) {
		log_error("upkeep.failed", "code=%s problem=%s", err_name(err), LOG_TEXT(why->text));
		timer_set(&u->timer, RETRY);
		return;
	}
	if (report->changed_entities || report->warnings)
		log_info("upkeep.done", "entities=%u warnings=%u", report->changed_entities, report->warnings);
	if (report->generation > u->seen)
		u->seen = report->generation;
	u->next = u->whole ? report->next : earlier(u->next, report->next);
	u->whole = false;
	timer_set(&u->timer, u->changed ? SETTLING : time_left(u));
}

static void
on_time(void *arg)
{
	struct upkeep *u = arg;
	struct renewal_settings settings = {
		.confirm_every = u->settings.confirm_every,
		.warn_before = u->settings.warn_before,
		.now = clock_now(),
	};

	if (u->running)
		return;
	/* A change is looked at alone; whatever time has to do with, among all. */
	if (!u->changed || u->next.us == 0 || !instant_before(settings.now, u->next))
		u->whole = true;
	settings.after = u->whole ? 0 : u->seen;
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
