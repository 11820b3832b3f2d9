/* daemon/schedule.c - when the steward publishes. */
#include "daemon/schedule.h"

#include <stdlib.h>

#include "base/log.h"
#include "crypto/digest.h"
#include "daemon/first_key.h"
#include "signer/rollover.h"

#define KEYS_LARGEST 1000
#define STEP_LARGEST (64 * MIB)
#define SETTLING (SECONDS(1) / 5)      /* an import is many changes */
#define FIRST_RETRY SECONDS(1)
#define LONGEST_RETRY SECONDS(60)
#define LONGEST_SLEEP SECONDS(3600)    /* the clock may be set meanwhile */

const struct table steward_table = { "steward", ROLE_BIT(ROLE_STEWARD), 0 };

/* Somebody waits for a run to end. */
struct asker {
	struct pending pending; /* first */
	struct asker *next;
	struct schedule *owner;
	bool all;
	on_published *then;
	void *arg;
};

enum question { ASK_KEYS, ASK_PUBLICATION, ASK_SETTINGS, QUESTIONS };

struct schedule {
	struct loop *loop;
	struct store *store;
	struct signer_client *signer;
	struct schedule_settings settings;
	uint8_t settings_digest[32];

	struct asker *waiting, *joined; /* for the next run, for this one */
	struct timer timer;             /* until the next run */
	struct later begin;
	struct arena arena;             /* of this run */
	struct ask asks[QUESTIONS];
	struct pending *step;           /* what this run waits for */
	bool running, changed, all;     /* changed: since the run began */
	size_t keys_known;              /* 0: not looked yet */
	int64_t retry;                  /* 0: the last run was good */

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
	run(arg);
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
	if (!p->running)
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

static void
fail(struct schedule *p, const struct problem *why)
{
	log_error("publish.failed", "code=%s problem=%s", err_name(why->code), LOG_TEXT(why->text));
	p->retry = p->retry == 0 ? FIRST_RETRY : p->retry * 2 > LONGEST_RETRY ? LONGEST_RETRY : p->retry * 2;
	tell_askers(p, why->code, NULL, why);
	finish_run(p, p->retry);
}

/* One run. */

static on_loaded on_looked, on_published_loaded;
static on_committed on_adopted, on_settings_noted;
static on_published on_run_published;

static void
look(struct schedule *p, on_loaded *then)
{
	p->asks[ASK_KEYS] = (struct ask){ .table = &key_table, .limit = KEYS_LARGEST };
	p->asks[ASK_PUBLICATION] = (struct ask){ .table = &publication_table, .from = span_text("current") };
	p->asks[ASK_SETTINGS] = (struct ask){ .table = &steward_table, .from = span_text("settings") };
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
	struct instant now = clock_now();
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
		problem_set(&why, done->code, "", "the first key could not be taken into use: %s", err_name(done->code));
		fail(p, &why);
		return;
	}
	log_info("key.adopted", "reason=%s", "first");
	look(p, on_looked);
}

/* A copy, for the load ends with its callback. */
static enum err
lives_read(struct schedule *p, struct key_life **out, struct problem *why)
{
	const struct ask *ask = &p->asks[ASK_KEYS];
	struct key_life *lives = arena_array(&p->arena, struct key_life, ask->count);

	for (size_t i = 0; i < ask->count; i++)
		if (!key_life_read(arena_copy(&p->arena, ask->rows[i].value), &lives[i]))
			return problem_set(why, ERR_INVALID, "", "the store's row of key \"%.*s\" cannot be read",
			    SPAN_ARGS(ask->rows[i].key));
	*out = lives;
	return OK;
}

/* The active key with its certificate, which must be the one it was adopted with. */
static enum err
signing_key_find(struct schedule *p, const struct key_life **out, struct key_descriptor *file, struct problem *why)
{
	const struct key_life *active;
	struct key_life *lives = NULL;
	uint8_t found[32];
	const char *name;

	if (lives_read(p, &lives, why) != OK)
		return why->code;
	active = key_life_active(lives, p->asks[ASK_KEYS].count, USE_METADATA);
	if (!active)
		return problem_set(why, ERR_NOT_FOUND, "", "no key for metadata is active; watashictl key activate makes one so");
	name = arena_text(&p->arena, active->name);
	if (key_descriptor_read(p->settings.keys, name, &p->arena, file, why) != OK)
		return why->code;
	digest(DIGEST_SHA256, file->certificate, found);
	if (memcmp(found, active->certificate, sizeof(found)) != 0)
		return problem_set(why, ERR_INVALID, "", "%s/%s.cer: this is not the certificate the key was adopted with",
		    p->settings.keys, name);
	*out = active;
	return OK;
}

static bool
is_everything_old(const struct schedule *p, const struct key_life *key)
{
	const struct ask *settings = &p->asks[ASK_SETTINGS], *current = &p->asks[ASK_PUBLICATION];
	struct publication publication;

	return settings->count == 0 ||
	    !span_equal(settings->rows[0].value, span_of(p->settings_digest, sizeof(p->settings_digest))) ||
	    current->count == 0 || !publication_read(current->rows[0].value, &publication) ||
	    !span_equal(publication.key, key->name);
}

static void
on_looked(void *arg, enum err err, const struct problem *problem)
{
	struct schedule *p = arg;
	struct publish_settings settings = p->settings.publish;
	const struct key_life *key = NULL;
	struct key_descriptor file;
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
	/* Processes open keys when they start: a key adopted since then needs new ones. */
	if (p->keys_known && p->asks[ASK_KEYS].count > p->keys_known)
		p->settings.new_keys(p->settings.arg);
	p->keys_known = p->asks[ASK_KEYS].count;
	if (signing_key_find(p, &key, &file, &why) != OK) {
		fail(p, &why);
		return;
	}
	p->all = p->all || is_everything_old(p, key);
	settings.key = arena_text(&p->arena, key->name);
	settings.key_type = file.type;
	settings.certificate = file.certificate;
	p->step = publish_start(p->loop, p->store, p->signer, &settings, p->all, on_run_published, p);
}

static void
note_settings(struct schedule *p)
{
	struct unit *unit = unit_new(&p->arena, store_tables(p->store), id_new(clock_now()));

	unit_put(unit, &steward_table, span_text("settings"), span_of(p->settings_digest, sizeof(p->settings_digest)));
	p->step = store_commit(p->store, unit, on_settings_noted, p);
}

static void
on_run_published(void *arg, enum err err, const struct publish_report *report, const struct problem *why)
{
	struct schedule *p = arg;

	p->step = NULL;
	if (err != OK) {
		/* The signer began before this key was made. */
		if (err == ERR_NOT_FOUND && p->retry == 0)
			p->settings.new_keys(p->settings.arg);
		fail(p, why);
		return;
	}
	p->retry = 0;
	log_info("publish.done", "generation=%llu signed=%u kept=%u removed=%u ms=%lld",
	    (unsigned long long)report->generation, report->signed_documents, report->kept_documents,
	    report->removed_documents, (long long)report->us / 1000);
	tell_askers(p, OK, report, NULL);
	if (p->all)
		note_settings(p);
	else
		look(p, on_published_loaded);
}

/* A note that could not be written only means that the next steward signs everything once more. */
static void
on_settings_noted(void *arg, const struct committed *done)
{
	struct schedule *p = arg;

	(void)done;
	look(p, on_published_loaded);
}

static void
on_published_loaded(void *arg, enum err err, const struct problem *why)
{
	struct schedule *p = arg;
	const struct ask *ask = &p->asks[ASK_PUBLICATION];
	struct publication publication;
	int64_t sleep = LONGEST_SLEEP;

	(void)why;
	p->step = NULL;
	if (err == OK && ask->count == 1 && publication_read(ask->rows[0].value, &publication)) {
		int64_t left = publication.refresh_at.us - clock_now().us;

		/* A publication whose time has come stays so until the next run, which is not to follow at once for ever. */
		sleep = left < FIRST_RETRY ? FIRST_RETRY : left < sleep ? left : sleep;
	}
	finish_run(p, sleep);
}

void
schedule_on_signer(struct schedule *p)
{
	if (p->retry)
		set_alarm(p, 0);
}

/* The whole. */

static void
settings_digest(const struct publish_settings *s, uint8_t out[32])
{
	struct buffer b = buffer_init(64 * KIB);
	const char *const texts[] = { s->registration_authority, s->registration_policy, s->publisher };

	for (size_t i = 0; i < COUNT(texts); i++)
		buffer_block(&b, span_text(texts[i]));
	buffer_u64(&b, (uint64_t)s->valid_for);
	buffer_u64(&b, (uint64_t)s->cache_for);
	digest(DIGEST_SHA256, buffer_span(&b), out);
	buffer_release(&b);
}

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
	settings_digest(&settings->publish, p->settings_digest);
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
