/* daemon/fido_upkeep.c - keeping the catalogue of authenticators' models new. */
#include "daemon/fido_upkeep.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/log.h"
#include "codec/json_writer.h"
#include "crypto/digest.h"
#include "daemon/fido_intake.h"
#include "transaction/authenticator/fido_switch.h"

#define FIRST SECONDS(2)         /* until the recorder is there */
#define SCAN SECONDS(10)         /* of the file, and of what is due */
#define AGAIN SECONDS(60)        /* after a failure; then twice as long each time, to `refresh` */
#define EARLY SECONDS(3600)      /* before what is in force was to be followed by another */
#define FETCH_TIME SECONDS(300)
#define REDIRECTS 3

struct fido_upkeep {
	struct loop *loop;
	struct store *store;
	struct fetcher *fetcher;
	struct fido_upkeep_settings settings;
	struct timer timer;
	struct instant due;
	struct pending *waiting;     /* what is being done: of store or fetcher */
	struct fido_intake *intake;
	struct ask ask;
	struct fido_state state;     /* as it was when it was looked at last */
	struct timespec changed;     /* of the file that was tried last */
	struct fido_state next;      /* what it will be: the BLOB that is being put in force */
	uint32_t suspended;          /* since the start */
	unsigned failures;           /* one after another */
	struct problem problem;
	bool stale;                  /* as it was logged last */
};

static on_loaded on_state;
static on_fetched on_blob_fetched;
static on_blob_read on_read;
static on_fido_switched on_switched;
static on_fido_reviewed on_reviewed;

/* The end of a round */

static void
plan(struct fido_upkeep *u, struct instant now)
{
	int64_t wait = u->settings.refresh;

	if (u->failures) {
		wait = AGAIN;
		for (unsigned i = 1; i < u->failures && wait < u->settings.refresh; i++)
			wait *= 2;
		wait = wait < u->settings.refresh ? wait : u->settings.refresh;
	} else if (u->state.next_update.us && instant_before(now, u->state.next_update) &&
	    u->state.next_update.us - now.us < wait + EARLY) {
		wait = u->state.next_update.us - now.us - EARLY;
		wait = wait < AGAIN ? AGAIN : wait;
	}
	u->due = instant_after(now, wait);
}

static void
warn_of_stale(struct fido_upkeep *u, struct instant now)
{
	bool stale = u->state.number && u->state.next_update.us && instant_before(u->state.next_update, now);
	char at[INSTANT_TEXT];

	if (stale && !u->stale)
		log_warning("fido.stale", "number=%llu next_update=%s", (unsigned long long)u->state.number,
		    instant_text(u->state.next_update, at));
	u->stale = stale;
}

static void
note_failure(struct fido_upkeep *u, const struct problem *why)
{
	u->failures++;
	u->problem = *why;
	log_warning("fido.failed", "from=%s failures=%u code=%s problem=%s",
	    LOG_TEXT(u->settings.url ? u->settings.url : u->settings.file), u->failures, err_name(why->code),
	    LOG_TEXT(why->text));
}

static void
review(struct fido_upkeep *u)
{
	fido_intake_free(u->intake);
	u->intake = NULL;
	u->waiting = fido_review(u->store, clock_now(), on_reviewed, u);
}

static void
on_reviewed(void *arg, enum err err, const struct fido_reviewed *report, const struct problem *why)
{
	struct fido_upkeep *u = arg;
	struct instant now = clock_now();

	u->waiting = NULL;
	if (err != OK) {
		note_failure(u, why);
	} else if (report->credentials) {
		u->suspended += report->suspended;
		log_warning("fido.reviewed",
		    "number=%llu untrusted_models=%u credentials=%u suspended=%u restored=%u carried=%u",
		    (unsigned long long)report->number, report->models, report->credentials, report->suspended,
		    report->restored, report->carried);
	}
	warn_of_stale(u, now);
	plan(u, now);
}

/* Begin */

static void
begin(struct fido_upkeep *u)
{
	u->due = (struct instant){ 0 };
	u->ask = fido_state_ask();
	u->waiting = store_load(u->store, &u->ask, 1, on_state, u);
}

static void
on_state(void *arg, enum err err, const struct problem *why)
{
	struct fido_upkeep *u = arg;
	struct problem own;

	u->waiting = NULL;
	if (err == OK) {
		why = &own;
		err = fido_state_loaded(&u->ask, &u->state, &own);
	}
	if (err != OK) {
		note_failure(u, why);
		plan(u, clock_now());
	} else if (u->settings.file) {
		u->intake = fido_intake_start(u->loop, &u->settings.blob, u->settings.file, NULL, u->state.number,
		    clock_now(), on_read, u);
	} else {
		u->waiting = fetch_start(u->fetcher, &(struct fetch){ .url = u->settings.url,
		    .limit = FIDO_BLOB_LARGEST,
			.time = FETCH_TIME, .redirects = REDIRECTS }, on_blob_fetched, u);
	}
}

static void
on_blob_fetched(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct fido_upkeep *u = arg;
	struct problem own;

	u->waiting = NULL;
	if (err == OK && fetched->status != 200) {
		why = &own;
		err = problem_set(&own, ERR_UNAVAILABLE, "", "expected status 200, found %d", fetched->status);
	}
	if (err == OK) {
		u->intake = fido_intake_start(u->loop, &u->settings.blob, NULL, fetched->body_buffer, u->state.number,
		    clock_now(), on_read, u);
		return;
	}
	note_failure(u, why);
	review(u);
}

/* Switch */

static void
on_read(void *arg, enum err err, const struct fido_blob *blob, const char *step, const struct problem *why)
{
	struct fido_upkeep *u = arg;
	uint8_t header[32];

	if (blob) {
		digest(DIGEST_SHA256, blob->legal_header, header);
		u->next = (struct fido_state){ .number = blob->number, .taken = clock_now(),
			.next_update = blob->next_update, .models = (uint32_t)blob->count };
		u->waiting = fido_switch(u->store, blob, header, clock_now(), on_switched, u);
		return;
	}
	/* The same again is what mostly comes. */
	if (err == OK && strcmp(step, "number") == 0)
		u->failures = 0;
	else
		note_failure(u, why);
	review(u);
}

static void
on_switched(void *arg, enum err err, const struct problem *why)
{
	struct fido_upkeep *u = arg;
	char at[INSTANT_TEXT];

	u->waiting = NULL;
	if (err == OK) {
		u->failures = 0;
		u->state = u->next;
		log_info("fido.taken", "number=%llu models=%u next_update=%s", (unsigned long long)u->state.number,
		    u->state.models, instant_text(u->state.next_update, at));
	} else if (err != ERR_CONFLICT) {
		note_failure(u, why);
	}
	review(u);
}

/* Time */

static bool
has_changed(struct fido_upkeep *u)
{
	struct stat found;
	bool changed;

	if (!u->settings.file || stat(u->settings.file, &found) != 0)
		return false;
	changed = found.st_mtim.tv_sec != u->changed.tv_sec || found.st_mtim.tv_nsec != u->changed.tv_nsec;
	u->changed = found.st_mtim;
	return changed;
}

static void
on_time(void *arg)
{
	struct fido_upkeep *u = arg;
	bool busy = u->waiting || u->intake;

	if (!busy && (has_changed(u) || (u->due.us && !instant_before(clock_now(), u->due))))
		begin(u);
	timer_set(&u->timer, u->settings.scan);
}

struct fido_upkeep *
fido_upkeep_new(struct loop *loop, struct store *store, struct fetcher *fetcher,
    const struct fido_upkeep_settings *settings)
{
	struct fido_upkeep *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	*u = (struct fido_upkeep){ .loop = loop, .store = store, .fetcher = fetcher, .settings = *settings,
		.due = { 1 } };
	timer_init(&u->timer, loop, on_time, u);
	if (!u->settings.scan)
		u->settings.scan = SCAN;
	timer_set(&u->timer, settings->scan ? settings->scan : FIRST);
	return u;
}

void
fido_upkeep_free(struct fido_upkeep *u)
{
	if (!u)
		return;
	pending_cancel(&u->waiting);
	fido_intake_free(u->intake);
	timer_release(&u->timer);
	free(u);
}

void
fido_upkeep_write(const struct fido_upkeep *u, struct buffer *json)
{
	buffer_print(json, "{\"number\":%llu,\"models\":%u,\"suspended\":%u,\"failures\":%u",
	    (unsigned long long)u->state.number, u->state.models, u->suspended, u->failures);
	json_write_time(json, "taken", u->state.taken);
	json_write_time(json, "next_update", u->state.next_update);
	if (u->failures)
		json_write_member(json, "problem", span_text(u->problem.text));
	buffer_byte(json, '}');
}
