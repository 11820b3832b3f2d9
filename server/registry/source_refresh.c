/* registry/source_refresh.c - refreshing one source.
 *
 *     load state -> fetch or read -> verify -> validity -> import: entities, state and journal in one unit
 *          |              |             |          |          |
 *          |              `-------------+----------+----------+--> failed: state alone, with the reason
 *          `-- (304, or the same document as before) ---------------> unchanged: state alone
 */
#include "registry/source.h"

#include <assert.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "crypto/xml_verify.h"
#include "registry/journal.h"

#define FETCH_TIME SECONDS(300)
#define REDIRECTS 5
#define ETAG_LARGEST 200
#define LOOK_AGAIN SECONDS(86400)
#define STATE_LARGEST (4 * KIB)
#define UNIT_ARENA (64 * KIB)
#define ARENA_LARGEST (1 * MIB)

struct refreshing {
	struct pending pending;
	struct loop *loop;
	struct store *store;
	struct fetcher *fetcher;
	struct validator *validator;
	struct source_refresh refresh;
	struct instant now;
	on_refreshed *on_refreshed;
	void *arg;

	struct pending *asked;
	struct arena arena;
	struct ask ask;
	uint64_t generation;          /* of the state's row; 0: there is none */
	struct source_state before;
	struct buffer body;
	bool conditional;             /* only another document than before was asked for */
	bool looked_at;               /* there was a document; its digest is in report.state.document */
	uint8_t document[32];
	struct import import;
	struct source_report report;
	enum err err;
	struct problem why;
};

/* Beginning and ending */

static void
refreshing_free(struct refreshing *r)
{
	pending_cancel(&r->asked);
	buffer_release(&r->body);
	arena_release(&r->arena);
	free(r);
}

static void
cancel(struct pending *pending)
{
	refreshing_free((struct refreshing *)pending);
}

static void
finish(struct refreshing *r)
{
	const struct import_report *i = &r->report.import;
	const char *name = r->refresh.source->name;

	if (r->err != OK)
		log_warning("source.refused", "source=%s code=%s held=%d dry_run=%d problem=%s", name, err_name(r->err),
		    r->report.state.held, r->refresh.dry_run, LOG_TEXT(r->why.text));
	else if (r->report.unchanged)
		log_debug("source.unchanged", "source=%s entities=%u", name, r->report.state.entities);
	else
		log_info("source.refreshed",
		    "source=%s added=%u changed=%u removed=%u refused=%zu entities=%u dry_run=%d", name, i->added,
		    i->changed, i->removed, i->refusal_count, r->report.state.entities, r->refresh.dry_run);
	r->on_refreshed(r->arg, r->err, &r->report, r->err == OK ? NULL : &r->why);
	refreshing_free(r);
}

static on_loaded on_state_loaded;
static void get_document(struct refreshing *);
static on_fetched on_document_fetched;
static void consider(struct refreshing *, const char *etag);
static on_imported on_document_imported;
static void fail(struct refreshing *, enum err);
static void keep(struct refreshing *);
static on_committed on_state_written;

struct pending *
source_refresh_start(struct loop *loop, struct store *store, struct fetcher *fetcher, struct validator *validator,
    const struct source_refresh *refresh, on_refreshed *done, void *arg)
{
	struct refreshing *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	assert(!refresh->source->url != !refresh->source->file);
	r->pending.cancel = cancel;
	r->loop = loop;
	r->store = store;
	r->fetcher = fetcher;
	r->validator = validator;
	r->refresh = *refresh;
	r->now = refresh->now.us ? refresh->now : clock_now();
	r->on_refreshed = done;
	r->arg = arg;
	r->arena = arena_init(ARENA_LARGEST);
	r->body = buffer_init(METADATA_LARGEST);
	r->ask = (struct ask){ .table = &source_table, .from = span_text(refresh->source->name) };
	r->asked = store_load(store, &r->ask, 1, on_state_loaded, r);
	return &r->pending;
}

static void
on_state_loaded(void *arg, enum err err, const struct problem *why)
{
	struct refreshing *r = arg;

	r->asked = NULL;
	if (err != OK) {
		r->why = *why;
		r->err = err;
		finish(r);
		return;
	}
	if (r->ask.count) {
		r->generation = r->ask.rows[0].generation;
		/* A state of another form is none: the source is looked at as if for the first time. */
		if (!source_state_read(arena_copy(&r->arena, r->ask.rows[0].value), &r->before))
			r->before = (struct source_state){ .code = OK };
	}
	get_document(r);
}

/* Getting the document */

/* Whether the same document as before would become the same again. */
static bool
is_fresh(const struct refreshing *r)
{
	uint8_t settings[32];

	source_settings_digest(r->refresh.source, settings);
	return r->before.succeeded.us && memcmp(r->before.settings, settings, sizeof(settings)) == 0 &&
	    r->now.us - r->before.imported.us < LOOK_AGAIN && !r->refresh.asked_for;
}

static void
get_document(struct refreshing *r)
{
	const struct source_settings *s = r->refresh.source;
	struct fetch fetch = {
		.url = s->url,
		.accept = "application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.1",
		.limit = METADATA_LARGEST,
		.time = FETCH_TIME,
		.redirects = REDIRECTS,
	};
	enum err err;

	if (s->url) {
		r->conditional = r->before.etag.size && is_fresh(r);
		if (r->conditional)
			fetch.if_none_match = arena_text(&r->arena, r->before.etag);
		r->asked = fetch_start(r->fetcher, &fetch, on_document_fetched, r);
		return;
	}
	/* Opened when it is due: whoever puts it there replaces it as a whole (rename). */
	err = file_read(s->file, &r->body, &r->why);
	if (err != OK)
		fail(r, err);
	else
		consider(r, "");
}

static void
on_document_fetched(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct refreshing *r = arg;
	const char *url = r->refresh.source->url;

	r->asked = NULL;
	if (err != OK) {
		r->why = *why;
		fail(r, err);
	} else if (fetched->status == 304 && r->conditional) {
		keep(r);
	} else if (fetched->status != 200) {
		fail(r, problem_set(&r->why, ERR_UNAVAILABLE, "RFC 9110 s15", "%.*s: expected status 200, found %d",
		    (int)strcspn(url, "?#"), url, fetched->status));
	} else {
		r->body = *fetched->body_buffer;
		*fetched->body_buffer = buffer_init(0);
		consider(r, fetched->etag);
	}
}

/* Taking it over */

/* An entity tag goes back to who gave it, in a field of ours: only what can stand there. */
static struct span
etag_of(const char *etag)
{
	size_t size = strlen(etag);

	for (size_t i = 0; i < size; i++)
		if (etag[i] <= 0x20 || etag[i] >= 0x7f)
			return (struct span){ 0 };
	return size <= ETAG_LARGEST ? span_text(etag) : (struct span){ 0 };
}

static void
add_to_unit(void *arg, struct unit *unit, const struct import_report *report)
{
	struct refreshing *r = arg;
	struct source_state *s = &r->report.state;
	struct buffer b = buffer_init(STATE_LARGEST);

	s->entities = report->total;
	s->refused = (uint32_t)report->refusal_count;
	source_state_write(&b, s);
	assert(!b.overflowed);
	unit_expect(unit, &source_table, span_text(r->refresh.source->name), r->generation);
	unit_put(unit, &source_table, span_text(r->refresh.source->name), buffer_span(&b));
	buffer_release(&b);
	/* A feed says every hour what it said before: that is no news. */
	if (report->added || report->changed || report->removed || s->refused != r->before.refused ||
	    r->before.code != OK || r->refresh.asked_for)
		journal_source(unit, r->refresh.actor, r->now, &(struct source_news){
			.event = "source.refreshed",
			.source = r->refresh.source->name,
			.added = report->added,
			.changed = report->changed,
			.removed = report->removed,
			.refused = s->refused,
			.document = s->document,
		});
}

static void
consider(struct refreshing *r, const char *etag)
{
	const struct source_settings *s = r->refresh.source;
	struct span document = buffer_span(&r->body);
	struct instant until = { 0 };
	enum err err;

	digest(DIGEST_SHA256, document, r->document);
	r->looked_at = true;
	err = xml_verify(document, &s->key, 1, &r->why);
	if (err == OK)
		err = source_validity(document, s, r->now, &until, &r->why);
	if (err != OK) {
		fail(r, err);
		return;
	}
	r->report.state = (struct source_state){
		.attempted = r->now,
		.succeeded = r->now,
		.valid_until = until,
		.next = source_next(s, &r->before, r->now, OK, until),
		.imported = r->now,
		.entities = r->before.entities,
		.refused = r->before.refused,
		.etag = arena_copy(&r->arena, etag_of(etag)),
	};
	memcpy(r->report.state.document, r->document, sizeof(r->document));
	source_settings_digest(s, r->report.state.settings);
	if (is_fresh(r) && memcmp(r->before.document, r->document, sizeof(r->document)) == 0) {
		r->before.etag = r->report.state.etag;
		keep(r);
		return;
	}
	r->import = (struct import){
		.document = document,
		.source = s->name,
		.actor = r->refresh.actor,
		.dry_run = r->refresh.dry_run,
		.allow_empty = r->refresh.accept_loss,
		.terms = { .believe_registration = s->believe_registration,
		    .believe_categories = s->believe_categories },
		.validator = r->validator,
		.max_loss = r->refresh.accept_loss ? 0 : s->max_loss,
		.now = r->now,
		.also = add_to_unit,
		.also_arg = r,
	};
	r->asked = import_start(r->loop, r->store, &r->import, on_document_imported, r);
}

static void
on_document_imported(void *arg, enum err err, const struct import_report *report, const struct problem *why)
{
	struct refreshing *r = arg;

	r->asked = NULL;
	if (report)
		r->report.import = *report;
	if (err != OK) {
		/* What stands in its lists ends with this call; ours comes when the state is written. */
		r->report.import.refusals = NULL;
		r->report.import.found = NULL;
		r->report.import.refusal_count = 0;
		r->why = *why;
		fail(r, err);
		return;
	}
	if (r->refresh.dry_run)
		r->report.state = r->before;
	finish(r);
}

/* The state alone */

static void
write_state(struct refreshing *r, bool news)
{
	struct arena arena = arena_init(UNIT_ARENA);
	struct unit *unit = unit_new(&arena, r->store->tables, id_new(r->now));
	struct span name = span_text(r->refresh.source->name);
	struct buffer b = buffer_init(STATE_LARGEST);

	source_state_write(&b, &r->report.state);
	assert(!b.overflowed);
	unit_expect(unit, &source_table, name, r->generation);
	unit_put(unit, &source_table, name, buffer_span(&b));
	if (news)
		journal_source(unit, r->refresh.actor, r->now, &(struct source_news){
			.event = r->err == OK ? "source.refreshed" : "source.refused",
			.source = r->refresh.source->name,
			.refused = r->report.state.refused,
			.document = r->looked_at ? r->document : r->err == OK ? r->report.state.document : NULL,
			.problem = r->err == OK ? NULL : r->why.text,
		});
	r->asked = store_commit(r->store, unit, on_state_written, r);
	buffer_release(&b);
	arena_release(&arena);
}

static void
on_state_written(void *arg, const struct committed *c)
{
	struct refreshing *r = arg;

	r->asked = NULL;
	if (c->code != OK)
		r->err = problem_set(&r->why, c->code, "",
		    c->code == ERR_CONFLICT ? "the source was refreshed by somebody else meanwhile"
					    : "the state of the source could not be written");
	finish(r);
}

/* What was taken over before stays. The journal hears of it once, not with every attempt. */
static void
fail(struct refreshing *r, enum err err)
{
	struct source_state *s = &r->report.state;

	r->err = err;
	*s = r->before;
	if (r->refresh.dry_run) {
		finish(r);
		return;
	}
	s->attempted = r->now;
	s->code = err;
	s->problem = span_text(r->why.text);
	s->clause = span_text(r->why.clause);
	s->held = r->before.held || r->report.import.shrank;
	s->next = source_next(r->refresh.source, &r->before, r->now, err, r->before.valid_until);
	write_state(r, err != r->before.code || s->held != r->before.held || r->refresh.asked_for);
}

/* The same document as before. It does not become younger by that. */
static void
keep(struct refreshing *r)
{
	struct source_state *s = &r->report.state;
	char until[INSTANT_TEXT];

	if (!instant_before(r->now, r->before.valid_until)) {
		fail(r, problem_set(&r->why, ERR_INVALID, "SAML 2.0 Metadata s2.3.1",
		    "the document has ended: it was valid until %s, and the source has no newer one",
		    instant_text(r->before.valid_until, until)));
		return;
	}
	r->report.unchanged = true;
	*s = r->before;
	if (r->refresh.dry_run) {
		finish(r);
		return;
	}
	s->attempted = r->now;
	s->succeeded = r->now;
	s->code = OK;
	s->problem = s->clause = (struct span){ 0 };
	s->held = false;
	s->next = source_next(r->refresh.source, &r->before, r->now, OK, r->before.valid_until);
	write_state(r, r->before.code != OK);
}
