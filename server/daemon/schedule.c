/* daemon/schedule.c - when the steward publishes. */
#include "daemon/schedule.h"

#include <stdlib.h>

#include "base/log.h"
#include "daemon/first_key.h"
#include "signer/active_key.h"

#define STEP_LARGEST (64 * MIB)
#define SETTLING (SECONDS(1) / 5)      /* an import is many changes */
#define FIRST_RETRY SECONDS(1)
#define LONGEST_RETRY SECONDS(60)
#define LONGEST_SLEEP SECONDS(3600)    /* the clock may be set meanwhile */
#define SIGNER_TIME SECONDS(5)         /* a new signer takes to come */

/* Somebody waits for a run to end. */
struct asker {
	struct pending pending; /* first */
	struct asker *next;
	struct schedule *owner;
	bool all;
	on_published *then;
	void *arg;
};

enum question { ASK_KEYS, ASK_PUBLICATION, QUESTIONS };

/* A signer opens keys when it starts, so it may lack a newer one. One that came after we asked lacks none. */
enum renewal { RENEWAL_NONE, RENEWAL_ASKED, RENEWAL_CAME };

struct schedule {
	struct loop *loop;
	struct store *store;
	struct signer_client *signer;
	struct schedule_settings settings;

	struct asker *waiting, *joined; /* for the next run, for this one */
	struct timer timer;             /* until the next run */
	struct later begin;
	struct arena arena;             /* of this run */
	struct ask asks[QUESTIONS];
	struct pending *step;           /* what this run waits for */
	bool running, changed, all;     /* changed: since the run began */
	size_t keys_known;              /* 0: not looked yet */
	enum renewal renewal;
	bool held;                      /* those who wait wait for a new signer */
	int64_t retry;                  /* 0: the last run was good */
	int64_t overdue;                /* 0: what is in force was not due for renewal when it had run */

	void (*on_finished)(void *arg); /* not NULL: begin no more */
	void *finished_arg;
	struct later finished;
};

static void run(struct schedule *);

/* Waiting for the right moment. */

static void
set_alarm(struct schedule *p, int64_t us)
{
	if (!p->running && !p->on_finished)
		timer_set(&p->timer, us);
}

static void
on_time(void *arg)
{
	struct schedule *p = arg;

	p->held = false;
	run(p);
}

static void
begin(void *arg)
{
	run(arg);
}

static void
on_row_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct schedule *p = arg;

	(void)table;
	(void)key;
	(void)generation;
	p->changed = true;
	if (!p->held)
		set_alarm(p, SETTLING);
}

static void
cancel_asker(struct pending *pending)
{
	struct asker *asker = (struct asker *)pending;
	struct schedule *p = asker->owner;

	for (int joined = 0; joined < 2; joined++)
		for (struct asker **at = joined ? &p->joined : &p->waiting; *at; at = &(*at)->next)
			if (*at == asker) {
				*at = asker->next;
				free(asker);
				return;
			}
}

struct pending *
schedule_ask(struct schedule *p, bool all, on_published *then, void *arg)
{
	struct asker *asker = calloc(1, sizeof(*asker));
	struct asker **end = &p->waiting;

	if (!asker)
		abort();
	*asker = (struct asker){ .pending.cancel = cancel_asker, .owner = p, .all = all, .then = then, .arg = arg };
	while (*end)
		end = &(*end)->next;
	*end = asker;
	if (!p->running && !p->held)
		turn_later(loop_turn(p->loop), &p->begin);
	return &asker->pending;
}

static void
tell_askers(struct schedule *p, enum err err, const struct publish_report *report, const struct problem *why)
{
	while (p->joined) {
		struct asker *asker = p->joined;

		p->joined = asker->next;
		asker->then(asker->arg, err, report, why);
		free(asker);
	}
}

static void
finish_run(struct schedule *p, int64_t next)
{
	p->running = false;
	if (p->on_finished && !p->waiting)
		p->on_finished(p->finished_arg);
	else if (p->waiting)
		turn_later(loop_turn(p->loop), &p->begin);
	else
		set_alarm(p, p->changed ? SETTLING : next);
}

/* The next of waits that grow. */
static int64_t
longer(int64_t wait)
{
	return wait == 0 ? FIRST_RETRY : wait * 2 > LONGEST_RETRY ? LONGEST_RETRY : wait * 2;
}

static void
fail(struct schedule *p, const struct problem *why)
{
	log_error("publish.failed", "code=%s problem=%s", err_name(why->code), LOG_TEXT(why->text));
	p->retry = longer(p->retry);
	tell_askers(p, why->code, NULL, why);
	finish_run(p, p->retry);
}

/* One run. */

static on_loaded on_looked, on_published_loaded;
static on_committed on_adopted;
static on_published on_run_published;

static void
look(struct schedule *p, on_loaded *then)
{
	p->asks[ASK_KEYS] = key_lives_ask();
	p->asks[ASK_PUBLICATION] = publication_ask();
	p->step = store_load(p->store, p->asks, QUESTIONS, then, p);
}

static void
run(struct schedule *p)
{
	if (p->running || (p->on_finished && !p->waiting))
		return;
	timer_stop(&p->timer);
	arena_reset(&p->arena);
	p->running = true;
	p->changed = false;
	p->joined = p->waiting;
	p->waiting = NULL;
	p->all = false;
	for (const struct asker *asker = p->joined; asker; asker = asker->next)
		p->all = p->all || asker->all;
	look(p, on_looked);
}

static void
adopt_first_key(struct schedule *p)
{
	struct instant now = p->settings.clock();
	struct unit *unit = unit_new(&p->arena, store_tables(p->store), id_new(now));
	struct problem why;

	if (first_key_adopt(unit, p->settings.keys, &p->arena, now, &why) != OK) {
		fail(p, &why);
		return;
	}
	p->step = store_commit(p->store, unit, on_adopted, p);
}

static void
on_adopted(void *arg, const struct committed *done)
{
	struct schedule *p = arg;
	struct problem why;

	p->step = NULL;
	if (done->code != OK) {
		problem_set(&why, done->code, "", "the first key could not be taken into use: %s",
		    err_name(done->code));
		fail(p, &why);
		return;
	}
	log_info("key.adopted", "reason=%s", "first");
	look(p, on_looked);
}

/* Metadata cannot do without a key. A federation founded before there was a trusted list has none for it: then there is
 * no signed list until somebody makes one. */
static enum err
keys_in_use_find(struct schedule *p, struct publish_settings *settings, struct problem *why)
{
	const struct ask *lives = &p->asks[ASK_KEYS];
	struct key_descriptor metadata, list;

	if (active_key_find(lives, p->settings.keys, USE_METADATA, &p->arena, &metadata, why) != OK)
		return why->code;
	if (!metadata.name)
		return problem_set(why, ERR_NOT_FOUND, "",
		    "no key for metadata is active; watashictl key activate makes one so");
	settings->key = metadata.name;
	settings->key_type = metadata.type;
	settings->certificate = metadata.certificate;
	if (active_key_find(lives, p->settings.keys, USE_TRUSTED_LIST, &p->arena, &list, why) != OK)
		return why->code;
	if (!list.name)
		return OK;
	settings->list_key = list.name;
	settings->list_key_type = list.type;
	settings->list_certificate = list.certificate;
	return OK;
}

static void
ask_for_renewal(struct schedule *p)
{
	p->renewal = RENEWAL_ASKED;
	p->settings.new_keys(p->settings.arg);
}

static void
on_looked(void *arg, enum err err, const struct problem *problem)
{
	struct schedule *p = arg;
	struct publish_settings settings = p->settings.publish;
	struct problem why;

	p->step = NULL;
	if (err != OK) {
		fail(p, problem);
		return;
	}
	if (p->asks[ASK_KEYS].count == 0) {
		adopt_first_key(p);
		return;
	}
	/* A key adopted since the signer has started needs a new one. */
	if (p->keys_known && p->asks[ASK_KEYS].count > p->keys_known)
		ask_for_renewal(p);
	p->keys_known = p->asks[ASK_KEYS].count;
	if (keys_in_use_find(p, &settings, &why) != OK) {
		fail(p, &why);
		return;
	}
	settings.now = p->settings.clock();
	p->step = publish_start(p->loop, p->store, p->signer, &settings, p->all, on_run_published, p);
}

/* Whoever asked right after a key was made is not to be told that the signer does not know it yet. */
static void
hold_for_signer(struct schedule *p)
{
	struct asker **end = &p->joined;

	while (*end)
		end = &(*end)->next;
	*end = p->waiting;
	p->waiting = p->joined;
	p->joined = NULL;
	p->running = false;
	p->held = true;
	timer_set(&p->timer, SIGNER_TIME);
}

static void
on_run_published(void *arg, enum err err, const struct publish_report *report, const struct problem *why)
{
	struct schedule *p = arg;

	p->step = NULL;
	if (err != OK) {
		/* The signer may have begun before this key was made; if a new one lacks it too, or what is missing is
		 * no key, yet another would not help. */
		bool first = p->renewal == RENEWAL_NONE;

		if (err == ERR_NOT_FOUND && p->renewal != RENEWAL_CAME)
			ask_for_renewal(p);
		if (err == ERR_NOT_FOUND && first && p->joined)
			hold_for_signer(p);
		else
			fail(p, why);
		return;
	}
	p->retry = 0;
	p->renewal = RENEWAL_NONE;
	log_info("publish.done", "generation=%llu signed=%u kept=%u removed=%u ms=%lld",
	    (unsigned long long)report->generation, report->signed_documents, report->kept_documents,
	    report->removed_documents, (long long)report->us / 1000);
	tell_askers(p, OK, report, NULL);
	look(p, on_published_loaded);
}

static void
on_published_loaded(void *arg, enum err err, const struct problem *why)
{
	struct schedule *p = arg;
	const struct ask *ask = &p->asks[ASK_PUBLICATION];
	struct publication publication;
	int64_t sleep = LONGEST_SLEEP;
	bool broken;

	(void)why;
	p->step = NULL;
	if (err == OK && publication_found(ask, &publication, &broken)) {
		int64_t left = publication.refresh_at.us - p->settings.clock().us;

		/* What a run leaves due is not to be run for again at once for ever. */
		p->overdue = left > 0 ? 0 : longer(p->overdue);
		sleep = p->overdue ? p->overdue : left < FIRST_RETRY ? FIRST_RETRY : left < sleep ? left : sleep;
	}
	finish_run(p, sleep);
}

void
schedule_on_signer(struct schedule *p)
{
	if (p->renewal == RENEWAL_ASKED)
		p->renewal = RENEWAL_CAME;
	if (p->retry || p->held)
		set_alarm(p, 0);
}

/* The whole. */

static void
run_finished(void *arg)
{
	struct schedule *p = arg;

	if (!p->running && !p->waiting)
		p->on_finished(p->finished_arg);
}

struct schedule *
schedule_new(struct loop *loop, struct store *store, struct signer_client *signer,
    const struct schedule_settings *settings)
{
	struct schedule *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->loop = loop;
	p->store = store;
	p->signer = signer;
	p->settings = *settings;
	p->arena = arena_init(STEP_LARGEST);
	p->begin = (struct later){ .run = begin, .arg = p };
	p->finished = (struct later){ .run = run_finished, .arg = p };
	timer_init(&p->timer, loop, on_time, p);
	/* Every import and every step of a key's life leaves one entry. The first recorder counts as a change too. */
	store_watch(store, &journal_table, on_row_changed, p);
	return p;
}

void
schedule_finish(struct schedule *p, void (*on_finished)(void *arg), void *arg)
{
	p->on_finished = on_finished;
	p->finished_arg = arg;
	timer_stop(&p->timer);
	if (p->held)
		turn_later(loop_turn(p->loop), &p->begin);
	p->held = false;
	turn_later(loop_turn(p->loop), &p->finished);
}

void
schedule_free(struct schedule *p)
{
	if (!p)
		return;
	pending_cancel(&p->step);
	turn_cancel(loop_turn(p->loop), &p->begin);
	turn_cancel(loop_turn(p->loop), &p->finished);
	timer_release(&p->timer);
	while (p->waiting)
		p->waiting->pending.cancel(&p->waiting->pending);
	while (p->joined)
		p->joined->pending.cancel(&p->joined->pending);
	arena_release(&p->arena);
	free(p);
}
