/* daemon/crl_upkeep.c - keeping revocation lists new. */
#include "daemon/crl_upkeep.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/random.h"
#include "codec/text.h"
#include "daemon/crl_intake.h"
#include "daemon/crl_schedule.h"

#define SCAN SECONDS(10)         /* of the watched directory, and of what is due */
#define FETCH_TIME SECONDS(120)
#define REDIRECTS 3
#define MOST_PLACES CRL_STORE_LISTS
#define SHOWN 20                 /* of those that fail, in the status */
#define ETAG 128

/* Where a list comes from. */
struct supply {
	struct supply *next;
	char *from;              /* URL or path */
	bool file, there;        /* there: the last scan found it */
	struct timespec changed; /* of a file */
	off_t size;
	struct instant due;      /* {0}: when it changes, or is asked for */
	struct instant next_update;
	struct instant begins;   /* of the list that was tried last */
	char etag[ETAG];
	bool asked;              /* somebody waits for it to be tried */
	unsigned failures;       /* one after another */
	struct instant failing_since;
	struct problem problem;
};

struct asker {
	struct pending pending;  /* first: cancelling finds the asker by it */
	struct crl_upkeep *upkeep;
	struct asker *next, **to_here;
	struct later told;       /* when there is nothing to be tried */
	struct crl_refresh report;
	on_crl_refreshed *done;
	void *arg;
};

struct crl_upkeep {
	struct loop *loop;
	struct fetcher *fetcher;
	struct crl_upkeep_settings settings;
	struct crl_store *store; /* for looking */
	struct timer timer;
	struct supply *supplies, *busy;
	size_t supply_count;
	struct pending *fetch;
	struct crl_intake *intake;
	struct asker *askers;
	unsigned stale, damaged; /* as it was logged last */
	struct timespec scanned; /* the watched directory's change when it was read */
	bool started, stopped;   /* neither: nobody has said yet */
	bool erasing;            /* what could not be erased yet */
};

static void go_on(struct crl_upkeep *);

/* Places. */

static struct supply *
supply_new(struct crl_upkeep *u, const char *from, bool file)
{
	struct supply *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->from = strdup(from);
	if (!s->from)
		abort();
	s->file = file;
	s->next = u->supplies;
	u->supplies = s;
	u->supply_count++;
	return s;
}

static void
supply_free(struct supply *s)
{
	free(s->from);
	free(s);
}

static bool
is_list_name(const char *name)
{
	static const char *const ends[] = { ".crl", ".der", ".pem" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; i < COUNT(ends); i++)
		if (name[0] != '.' && dot && strcmp(dot, ends[i]) == 0)
			return true;
	return false;
}

static void
look_at_file(struct crl_upkeep *u, const char *path, struct instant now)
{
	struct supply *s = u->supplies;
	struct stat found;

	if (lstat(path, &found) != 0 || !S_ISREG(found.st_mode))
		return;
	while (s && !(s->file && strcmp(s->from, path) == 0))
		s = s->next;
	if (!s && u->supply_count >= MOST_PLACES)
		return;
	if (!s)
		s = supply_new(u, path, true);
	s->there = true;
	if (s->size == found.st_size && s->changed.tv_sec == found.st_mtim.tv_sec &&
	    s->changed.tv_nsec == found.st_mtim.tv_nsec)
		return;
	s->size = found.st_size;
	s->changed = found.st_mtim;
	s->due = now;
}

/* What is gone from the directory is forgotten here; its list stays in force until its end. */
static void
forget_missing(struct crl_upkeep *u)
{
	for (struct supply **at = &u->supplies; *at;) {
		struct supply *s = *at;

		if (!s->file || s->there || s == u->busy) {
			s->there = false;
			at = &s->next;
			continue;
		}
		*at = s->next;
		u->supply_count--;
		supply_free(s);
	}
}

/* Renaming something into a directory changes its time. What is too new may change again within one tick of that. */
static bool
has_changed(struct crl_upkeep *u, struct instant now)
{
	struct stat found;
	bool same;

	if (stat(u->settings.watch, &found) != 0)
		return true;
	same = found.st_mtim.tv_sec == u->scanned.tv_sec && found.st_mtim.tv_nsec == u->scanned.tv_nsec;
	u->scanned = found.st_mtim;
	if (found.st_mtim.tv_sec >= now.us / SECONDS(1) - 1)
		u->scanned = (struct timespec){ 0 };
	return !same;
}

static void
scan(struct crl_upkeep *u, struct instant now, bool anyway)
{
	bool wanted = u->settings.watch && (has_changed(u, now) || anyway);
	DIR *directory = wanted ? opendir(u->settings.watch) : NULL;
	char path[4096 + 256];
	struct dirent *entry;

	if (wanted && !directory)
		log_warning("crl.watch-failed", "directory=%s problem=%s", LOG_TEXT(u->settings.watch),
		    strerror(errno));
	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (is_list_name(entry->d_name) && (size_t)snprintf(path, sizeof(path), "%s/%s", u->settings.watch,
		                                       entry->d_name) < sizeof(path))
			look_at_file(u, path, now);
	closedir(directory);
	forget_missing(u);
}

/* What there is, and what of it is too old. */

struct holding {
	unsigned count, stale, damaged;
	struct instant next; /* the earliest nextUpdate */
};

static struct holding
look_at_store(struct crl_upkeep *u, struct instant now)
{
	struct holding h = { 0 };
	struct crl_damage damage;
	struct crl_row row;
	struct problem why;

	if (crl_store_refresh(u->store, &why) != OK)
		log_error("crl.store-broken", "problem=%s", LOG_TEXT(why.text));
	for (size_t n = 0; crl_store_row(u->store, n, &row); n++) {
		struct instant next = crl_index_list(row.index)->next_update;

		h.count++;
		h.stale += instant_before(next, now);
		if (h.next.us == 0 || instant_before(next, h.next))
			h.next = next;
	}
	while (crl_store_damage(u->store, h.damaged, &damage))
		h.damaged++;
	return h;
}

static void
warn_of_stale(struct crl_upkeep *u, struct instant now)
{
	struct holding h = look_at_store(u, now);
	struct crl_damage damage;
	char at[INSTANT_TEXT];

	if (h.stale && h.stale != u->stale)
		log_warning("crl.stale", "lists=%u of=%u next_update=%s", h.stale, h.count, instant_text(h.next, at));
	else if (!h.stale && u->stale)
		log_info("crl.fresh", "lists=%u", h.count);
	u->stale = h.stale;
	for (unsigned n = 0; h.damaged != u->damaged && n < SHOWN && crl_store_damage(u->store, n, &damage); n++)
		log_error("crl.damaged", "lists=%u file=%s problem=%s", h.damaged, damage.file,
		    LOG_TEXT(damage.problem));
	u->damaged = h.damaged;
}

static struct instant
next_look(const struct crl_upkeep *u, const struct supply *s, struct instant now)
{
	uint32_t chance;

	random_bytes(&chance, sizeof(chance));
	return instant_after(now, crl_next_look(u->settings.refresh, s->next_update, s->failures, chance, now));
}

/* Telling those who asked. */

static void
asker_leave(struct asker *a)
{
	*a->to_here = a->next;
	if (a->next)
		a->next->to_here = a->to_here;
	turn_cancel(loop_turn(a->upkeep->loop), &a->told);
}

static void
asker_cancel(struct pending *pending)
{
	asker_leave((struct asker *)pending);
	free(pending);
}

static void
on_told(void *arg)
{
	struct asker *a = arg;
	struct crl_refresh report = a->report;
	on_crl_refreshed *done = a->done;
	void *asker = a->arg;

	asker_leave(a);
	free(a);
	done(asker, &report);
}

static void
tell_when_all_tried(struct crl_upkeep *u)
{
	for (const struct supply *s = u->supplies; s; s = s->next)
		if (s->asked)
			return;
	for (struct asker *a = u->askers; a; a = a->next)
		turn_later(loop_turn(u->loop), &a->told);
}

enum result { TAKEN, UNCHANGED, FAILED };

static void
count_for_askers(struct crl_upkeep *u, const char *from, enum result result, const struct problem *why)
{
	for (struct asker *a = u->askers; a; a = a->next) {
		a->report.taken += result == TAKEN;
		a->report.unchanged += result == UNCHANGED;
		if (result != FAILED || a->report.failed++ > 0)
			continue;
		a->report.first = *why;
		if (strncmp(why->text, from, strlen(from)) != 0)
			problem_within(&a->report.first, "%s", from);
	}
}

/* One at a time. */

static void
finish(struct crl_upkeep *u, enum result result, const struct problem *why)
{
	struct supply *s = u->busy;
	struct instant now = clock_now();

	u->busy = NULL;
	if (result != FAILED) {
		s->failures = 0;
	} else {
		if (s->failures++ == 0)
			s->failing_since = now;
		s->problem = *why;
		log_warning("crl.failed", "from=%s failures=%u code=%s problem=%s", LOG_TEXT(s->from), s->failures,
		    err_name(why->code), LOG_TEXT(why->text));
	}
	/* A file that was taken is done with until it changes; one that was refused may be right later: when it begins,
	 * when the list that speaks for its signer has come in. */
	if (s->file && result != FAILED)
		s->due = (struct instant){ 0 };
	else if (result == FAILED && instant_before(now, s->begins))
		s->due = instant_after(now, crl_next_begin(u->settings.refresh, s->begins, now));
	else
		s->due = next_look(u, s, now);
	if (s->asked)
		count_for_askers(u, s->from, result, why);
	s->asked = false;
	warn_of_stale(u, now);
	tell_when_all_tried(u);
	go_on(u);
}

static void
on_list_taken(void *arg, enum err err, const char *text, const struct crl_times *times, const struct problem *why)
{
	struct crl_upkeep *u = arg;

	u->intake = NULL;
	if (err == OK)
		log_info("crl.taken", "from=%s list=%s", LOG_TEXT(u->busy->from), LOG_TEXT(text));
	if (err == OK || err == ERR_CONFLICT)
		u->busy->next_update = times->next_update;
	else
		u->busy->etag[0] = '\0'; /* the same bytes are worth another look */
	u->busy->begins = times->this_update;
	finish(u, err == OK ? TAKEN : err == ERR_CONFLICT ? UNCHANGED : FAILED, why);
}

static void
take_in(struct crl_upkeep *u, const struct crl_source_bytes *from)
{
	u->intake = crl_intake_start(
	    u->loop, u->settings.directory, u->settings.trust, from, clock_now(), on_list_taken, u);
}

static void
on_list_fetched(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct crl_upkeep *u = arg;
	struct problem other;

	u->fetch = NULL;
	if (err != OK) {
		finish(u, FAILED, why);
	} else if (fetched->status == 304) {
		finish(u, UNCHANGED, NULL);
	} else if (fetched->status != 200) {
		problem_set(&other, ERR_UNAVAILABLE, "", "expected status 200, found %d", fetched->status);
		finish(u, FAILED, &other);
	} else {
		u->busy->etag[0] = '\0';
		if (strlen(fetched->etag) < sizeof(u->busy->etag))
			snprintf(u->busy->etag, sizeof(u->busy->etag), "%s", fetched->etag);
		take_in(u, &(struct crl_source_bytes){ .bytes = fetched->body_buffer });
	}
}

static void
begin(struct crl_upkeep *u, struct supply *s)
{
	u->busy = s;
	s->begins = (struct instant){ 0 };
	if (s->file) {
		take_in(u, &(struct crl_source_bytes){ .file = s->from });
		return;
	}
	u->fetch = fetch_start(u->fetcher,
	    &(struct fetch){
		.url = s->from,
		/* Who asks may have erased what there was. */
		.if_none_match = s->etag[0] && !s->asked ? s->etag : NULL,
		.accept = "application/pkix-crl",
		.limit = u->settings.largest,
		.time = FETCH_TIME,
		.redirects = REDIRECTS,
	    },
	    on_list_fetched, u);
}

static void
go_on(struct crl_upkeep *u)
{
	struct instant now = clock_now();

	for (struct supply *s = u->supplies; s && !u->busy; s = s->next)
		if (s->asked || (s->due.us && !instant_before(now, s->due)))
			begin(u, s);
}

/* The end of it */

static enum err
erase(struct crl_upkeep *u, struct problem *why)
{
	struct holding h = look_at_store(u, clock_now());
	enum err err = crl_store_erase(u->settings.directory, why);

	if (err == OK)
		err = crl_store_refresh(u->store, why);
	if (err == OK)
		log_info("crl.erased", "lists=%u damaged=%u", h.count, h.damaged);
	else
		log_error("crl.not-erased", "lists=%u problem=%s", h.count, LOG_TEXT(why->text));
	return err;
}

/* An operator may have taken one in beside us. */
static void
erase_again(struct crl_upkeep *u)
{
	struct holding h = look_at_store(u, clock_now());
	struct problem why;

	if (h.count || h.damaged || u->erasing)
		u->erasing = erase(u, &why) != OK;
}

/* Where lists come from is looked at as if for the first time. */
static void
forget_supplies(struct crl_upkeep *u)
{
	struct supply *s;

	while ((s = u->supplies)) {
		u->supplies = s->next;
		supply_free(s);
	}
	u->supply_count = 0;
	u->scanned = (struct timespec){ 0 };
	for (size_t i = 0; i < u->settings.url_count; i++)
		supply_new(u, u->settings.urls[i], false)->due = clock_now();
}

void
crl_upkeep_start(struct crl_upkeep *u)
{
	if (u->started)
		return;
	u->started = true;
	u->stopped = u->erasing = false;
	forget_supplies(u);
	timer_set(&u->timer, 0);
}

enum err
crl_upkeep_stop(struct crl_upkeep *u, struct problem *why)
{
	struct problem ended;

	if (u->stopped && !u->erasing)
		return OK;
	problem_set(&ended, ERR_DENIED, "JPKI Cabinet Order 15-3", "proofing has ended: no lists are taken in");
	u->started = false;
	u->stopped = true;
	pending_cancel(&u->fetch);
	crl_intake_free(u->intake);
	u->intake = NULL;
	u->busy = NULL;
	for (struct supply *s = u->supplies; s; s = s->next)
		if (s->asked)
			count_for_askers(u, s->from, FAILED, &ended);
	forget_supplies(u);
	tell_when_all_tried(u);
	timer_set(&u->timer, SCAN);
	u->erasing = erase(u, why) != OK;
	return u->erasing ? why->code : OK;
}

static void
on_time(void *arg)
{
	struct crl_upkeep *u = arg;
	struct instant now = clock_now();

	if (u->started) {
		scan(u, now, false);
		warn_of_stale(u, now);
		go_on(u);
	} else if (u->stopped) {
		erase_again(u);
	}
	timer_set(&u->timer, SCAN);
}

enum err
crl_upkeep_new(struct loop *loop, struct fetcher *fetcher, const struct crl_upkeep_settings *settings,
    struct crl_upkeep **out, struct problem *why)
{
	struct crl_upkeep *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	u->loop = loop;
	u->fetcher = fetcher;
	u->settings = *settings;
	*out = NULL;
	if (crl_store_open(settings->directory, settings->trust, &u->store, why) != OK) {
		free(u);
		return why->code;
	}
	timer_init(&u->timer, loop, on_time, u);
	*out = u;
	return OK;
}

void
crl_upkeep_free(struct crl_upkeep *u)
{
	if (!u)
		return;
	pending_cancel(&u->fetch);
	crl_intake_free(u->intake);
	while (u->askers)
		asker_cancel(&u->askers->pending);
	while (u->supplies) {
		struct supply *s = u->supplies;

		u->supplies = s->next;
		supply_free(s);
	}
	crl_store_close(u->store);
	timer_release(&u->timer);
	free(u);
}

struct pending *
crl_upkeep_ask(struct crl_upkeep *u, on_crl_refreshed *done, void *arg)
{
	struct asker *a;

	if (!u->started)
		return NULL;
	a = calloc(1, sizeof(*a));
	if (!a)
		abort();
	*a = (struct asker){
		.pending = { asker_cancel },
		.upkeep = u,
		.next = u->askers,
		.to_here = &u->askers,
		.told = { .run = on_told, .arg = a },
		.done = done,
		.arg = arg,
	};
	if (a->next)
		a->next->to_here = &a->next;
	u->askers = a;
	scan(u, clock_now(), true);
	for (struct supply *s = u->supplies; s; s = s->next)
		s->asked = true;
	tell_when_all_tried(u);
	go_on(u);
	return &a->pending;
}

void
crl_upkeep_write(struct crl_upkeep *u, struct instant now, struct buffer *json)
{
	struct holding h = look_at_store(u, now);
	char at[INSTANT_TEXT];
	size_t shown = 0;

	buffer_print(json, "{\"at_hand\":%u,\"stale\":%u,\"damaged\":%u,\"places\":%zu", h.count, h.stale,
	    h.damaged, u->supply_count);
	if (h.count)
		buffer_print(json, ",\"next_update\":\"%s\"", instant_text(h.next, at));
	buffer_text(json, ",\"failing\":[");
	for (const struct supply *s = u->supplies; s && shown < SHOWN; s = s->next) {
		if (!s->failures)
			continue;
		buffer_text(json, shown++ ? ",{\"from\":" : "{\"from\":");
		json_write_string(json, span_text(s->from));
		buffer_print(json, ",\"failures\":%u,\"since\":\"%s\",\"problem\":", s->failures,
		    instant_text(s->failing_since, at));
		json_write_string(json, span_text(s->problem.text));
		buffer_text(json, "}");
	}
	buffer_text(json, "]}");
}
