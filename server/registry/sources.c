/* registry/sources.c - all sources of metadata, each refreshed when it is due, one after the other.
 *
 *     load states -> [no longer configured: withdrawn] -> idle -> due, or asked for by an operator -> refresh -.
 *          ^                                               | ^---------------------------------------------------'
 *          `------ what could not be withdrawn, later -----'
 */
#include "registry/source.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "registry/journal.h"

#define STATES_LARGEST 1000
#define RETRY SECONDS(60)          /* when the store did not answer; twice as long with each failure of a removal */
#define LONGEST_RETRY SECONDS(3600)
#define LONGEST_SLEEP SECONDS(3600) /* a clock that is set does not make us late by more */
#define ARENA_LARGEST (16 * MIB)

/* An operator's. */
struct request {
	struct pending pending;
	struct sources *sources;   /* NULL: they are gone */
	struct request *next;
	size_t index;
	bool known;
	char *actor;
	bool accept_loss, dry_run;
	on_refreshed *done;
	void *arg;
};

/* A state without settings. */
struct leftover {
	const char *name;
	uint64_t generation;
};

struct sources {
	struct loop *loop;
	struct store *store;
	struct fetcher *fetcher;
	struct validator *validator;
	const struct source_settings *settings;
	size_t count;

	struct timer timer;
	struct later later;
	struct arena arena, names;  /* names: of the leftovers */
	struct ask ask;
	struct pending *running;   /* a question, a refresh or a withdrawal */
	bool loaded;
	struct instant *next;      /* of each of the settings */
	struct leftover *leftovers;
	size_t leftover_count;     /* to be tried in this round */
	bool staying;              /* one of this round could not be withdrawn: all are looked at again at retry_at */
	struct instant retry_at;
	int64_t retry_wait;        /* before that; 0: the round before went well */
	struct import removal;
	size_t at;                 /* which one is being refreshed */
	struct request *requests;  /* the first is being served while `serving` */
	struct request *serving;   /* NULL: the steward's own, or the operator has gone */
};

static void proceed(void *arg);
static on_loaded on_states_loaded;
static on_imported on_withdrawn;
static on_refreshed on_source_refreshed;

static void
proceed_later(struct sources *s)
{
	turn_later(loop_turn(s->loop), &s->later);
}

struct sources *
sources_new(struct loop *loop, struct store *store, struct fetcher *fetcher, struct validator *validator,
    const struct source_settings *settings, size_t count)
{
	struct sources *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	*s = (struct sources){ .loop = loop, .store = store, .fetcher = fetcher, .validator = validator,
		.settings = settings, .count = count };
	s->arena = arena_init(ARENA_LARGEST);
	s->names = arena_init(ARENA_LARGEST);
	s->next = arena_array(&s->arena, struct instant, count);
	s->later = (struct later){ .run = proceed, .arg = s };
	timer_init(&s->timer, loop, proceed, s);
	proceed_later(s);
	return s;
}

static void
request_free(struct request *q)
{
	free(q->actor);
	free(q);
}

void
sources_free(struct sources *s)
{
	if (!s)
		return;
	/* Whoever asked still has a handle to cancel. */
	for (struct request *q = s->requests; q; q = q->next)
		q->sources = NULL;
	if (s->serving && s->serving->done)
		s->serving->sources = NULL;
	else if (s->serving)
		request_free(s->serving);
	pending_cancel(&s->running);
	turn_cancel(loop_turn(s->loop), &s->later);
	timer_release(&s->timer);
	arena_release(&s->names);
	arena_release(&s->arena);
	free(s);
}

/* States */

static void
load_states(struct sources *s)
{
	s->ask = (struct ask){ .table = &source_table, .limit = STATES_LARGEST };
	s->running = store_load(s->store, &s->ask, 1, on_states_loaded, s);
}

static size_t
index_of(const struct sources *s, struct span name)
{
	size_t i = 0;

	while (i < s->count && !span_is(name, s->settings[i].name))
		i++;
	return i;
}

/* One whose settings are others than those of its last copy is due at once. */
static struct instant
next_of(const struct source_settings *settings, const struct source_state *state)
{
	uint8_t now[32];

	source_settings_digest(settings, now);
	if (state->code == OK && memcmp(state->settings, now, sizeof(now)) != 0)
		return (struct instant){ 0 };
	return state->next;
}

static void
on_states_loaded(void *arg, enum err err, const struct problem *why)
{
	struct sources *s = arg;

	s->running = NULL;
	if (err != OK) {
		log_warning("sources.waiting", "code=%s problem=%s", err_name(err), LOG_TEXT(why->text));
		timer_set(&s->timer, RETRY);
		return;
	}
	arena_reset(&s->names);
	s->leftovers = arena_array(&s->names, struct leftover, s->ask.count);
	s->leftover_count = 0;
	for (size_t n = 0; n < s->ask.count; n++) {
		const struct row *row = &s->ask.rows[n];
		size_t i = index_of(s, row->key);
		struct source_state state;

		if (i == s->count)
			s->leftovers[s->leftover_count++] =
			    (struct leftover){ arena_text(&s->names, row->key), row->generation };
		else if (source_state_read(row->value, &state))
			s->next[i] = next_of(&s->settings[i], &state);
	}
	s->loaded = true;
	if (!s->staying)
		s->retry_wait = 0;
	s->staying = false;
	proceed(s);
}

/* Withdrawing what is no longer configured: an import of nothing, with the state's end in the same unit */

static void
add_removal(void *arg, struct unit *unit, const struct import_report *report)
{
	const struct sources *s = arg;
	const struct leftover *l = &s->leftovers[s->leftover_count - 1];

	unit_expect(unit, &source_table, span_text(l->name), l->generation);
	unit_delete(unit, &source_table, span_text(l->name));
	journal_source(unit, s->removal.actor, s->removal.now, &(struct source_news){ .event = "source.removed",
		.source = l->name, .removed = report->removed });
}

static void
withdraw(struct sources *s)
{
	s->removal = (struct import){
		.document = span_text("<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>"),
		.source = s->leftovers[s->leftover_count - 1].name,
		.actor = "steward",
		.allow_empty = true,
		.validator = s->validator,
		.now = clock_now(),
		.also = add_removal,
		.also_arg = s,
	};
	s->running = import_start(s->loop, s->store, &s->removal, on_withdrawn, s);
}

/* Others go first, and it is tried again later: its state, too, may be another by then. */
static void
stay(struct sources *s)
{
	if (s->staying)
		return;
	s->staying = true;
	s->retry_wait = s->retry_wait == 0    ? RETRY :
	    2 * s->retry_wait < LONGEST_RETRY ? 2 * s->retry_wait :
	    LONGEST_RETRY;
	s->retry_at = instant_after(clock_now(), s->retry_wait);
}

static void
on_withdrawn(void *arg, enum err err, const struct import_report *report, const struct problem *why)
{
	struct sources *s = arg;

	s->running = NULL;
	if (err != OK) {
		log_warning("source.staying", "source=%s code=%s problem=%s", LOG_TEXT(s->removal.source),
		    err_name(err), LOG_TEXT(why->text));
		stay(s);
	} else {
		log_info("source.removed", "source=%s entities=%u", LOG_TEXT(s->removal.source), report->removed);
	}
	s->leftover_count--;
	proceed_later(s);
}

/* Refreshing */

static void
refresh(struct sources *s, size_t index, struct request *q)
{
	const struct source_refresh r = {
		.source = &s->settings[index],
		.actor = q ? q->actor : "steward",
		.asked_for = q,
		.accept_loss = q && q->accept_loss,
		.dry_run = q && q->dry_run,
	};

	s->at = index;
	s->serving = q;
	s->running = source_refresh_start(s->loop, s->store, s->fetcher, s->validator, &r, on_source_refreshed, s);
}

static void
on_source_refreshed(void *arg, enum err err, const struct source_report *report, const struct problem *why)
{
	struct sources *s = arg;
	struct request *q = s->serving;

	s->running = NULL;
	s->serving = NULL;
	if (!q || !q->dry_run) {
		struct instant soon = instant_after(clock_now(), RETRY);

		s->next[s->at] = instant_before(report->state.next, soon) ? soon : report->state.next;
	}
	proceed_later(s);
	/* May free the sources. */
	if (q && q->done)
		q->done(q->arg, err, report, why);
	if (q)
		request_free(q);
}

/* An operator's goes first. Names are looked up here and not when asked: nobody is called back before his call
 * returns. */
static bool
serve_request(struct sources *s)
{
	struct request *q = s->requests;
	struct problem why;

	if (!q)
		return false;
	s->requests = q->next;
	if (q->known) {
		refresh(s, q->index, q);
		return true;
	}
	problem_set(&why, ERR_NOT_FOUND, "", "no source of that name is configured");
	proceed_later(s);
	q->done(q->arg, ERR_NOT_FOUND, NULL, &why);
	request_free(q);
	return true;
}

/* The next source is due at `next`; {0}: there is none. */
static void
sleep_until(struct sources *s, struct instant next, struct instant now)
{
	int64_t wait;

	if (s->staying && (next.us == 0 || instant_before(s->retry_at, next)))
		next = s->retry_at;
	if (next.us == 0)
		return;
	wait = next.us - now.us;
	timer_set(&s->timer, wait < LONGEST_SLEEP ? wait : LONGEST_SLEEP);
}

static void
proceed(void *arg)
{
	struct sources *s = arg;
	struct instant now = clock_now();
	size_t first = 0;

	if (s->running)
		return;
	if (!s->loaded) {
		load_states(s);
		return;
	}
	if (s->leftover_count) {
		withdraw(s);
		return;
	}
	if (serve_request(s))
		return;
	for (size_t i = 1; i < s->count; i++)
		if (instant_before(s->next[i], s->next[first]))
			first = i;
	if (s->count && !instant_before(now, s->next[first]))
		refresh(s, first, NULL);
	else if (s->staying && !instant_before(now, s->retry_at))
		load_states(s);
	else
		sleep_until(s, s->count ? s->next[first] : (struct instant){ 0 }, now);
}

/* Operators */

/* What is under way goes on; nobody hears of it. */
static void
cancel_request(struct pending *pending)
{
	struct request *q = (struct request *)pending;
	struct request **at;

	if (!q->sources) {
		request_free(q);
		return;
	}
	if (q->sources->serving == q) {
		q->done = NULL;
		return;
	}
	for (at = &q->sources->requests; *at != q; at = &(*at)->next)
		;
	*at = q->next;
	request_free(q);
}

struct pending *
sources_refresh(struct sources *s, const char *name, const char *actor, bool accept_loss, bool dry_run,
    on_refreshed *done, void *arg)
{
	struct request *q = calloc(1, sizeof(*q)), **at = &s->requests;

	if (!q)
		abort();
	*q = (struct request){ .pending = { cancel_request }, .sources = s, .index = index_of(s, span_text(name)),
		.actor = strdup(actor), .accept_loss = accept_loss, .dry_run = dry_run, .done = done, .arg = arg };
	if (!q->actor)
		abort();
	q->known = q->index < s->count;
	while (*at)
		at = &(*at)->next;
	*at = q;
	proceed_later(s);
	return &q->pending;
}
