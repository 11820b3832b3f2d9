/* transaction/proofing/end.c - the end of proofing.
 *
 *     row = format(u8) at(u64) erased(u64) actor(block) reason(block) resumers(block) resumed(u64)
 */
#include "transaction/proofing/end.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/record.h"
#include "codec/line.h"
#include "registry/journal.h"

#define FORMAT 2
#define FORMAT_RESUMED_BY_NO_ROW 1
#define KEY "end"
#define ROW_LARGEST (8 * KIB)
#define FLOW_LARGEST (256 * KIB)

const struct table proofing_end_table = { "proofing-end", ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };

static const char *const steps[] = {
	[PROOFING_STEP_NOTHING] = "nothing",
	[PROOFING_END] = "end",
	[PROOFING_RESUME] = "resume",
};

const char *
proofing_end_step_name(enum proofing_end_step step)
{
	return steps[step];
}

enum proofing_end_step
proofing_end_step_read(struct span word)
{
	for (int i = PROOFING_END; i <= PROOFING_RESUME; i++)
		if (span_is(word, steps[i]))
			return (enum proofing_end_step)i;
	return PROOFING_STEP_NOTHING;
}

/* The row */

struct ask
proofing_end_ask(void)
{
	return (struct ask){ .table = &proofing_end_table, .from = span_text(KEY) };
}

enum err
proofing_end_loaded(const struct ask *ask, struct proofing_end *out, struct problem *why)
{
	struct record r;
	uint8_t format;

	*out = (struct proofing_end){ 0 };
	if (ask->count == 0)
		return OK;
	r = record_of(ask->rows[0].value);
	format = record_u8(&r);
	out->at = record_instant(&r);
	out->erased = record_instant(&r);
	out->actor = record_block(&r);
	out->reason = record_block(&r);
	out->resume.approvers = record_block(&r);
	if (format == FORMAT)
		out->resumed = record_instant(&r);
	out->generation = ask->rows[0].generation;
	if ((format == FORMAT || format == FORMAT_RESUMED_BY_NO_ROW) && record_whole(&r) &&
	    (out->at.us || out->resumed.us))
		return OK;
	return problem_set(why, ERR_UNAVAILABLE, "",
	    "whether proofing has ended: the row in the store is of a form this build does not know");
}

enum err
proofing_end_refuse(const struct proofing_end *end, struct problem *why)
{
	char at[INSTANT_TEXT];

	return problem_set(why, ERR_DENIED, "JPKI Cabinet Order 15-3",
	    "this service ended proofing at %s: it checks nobody's certificates any more", instant_text(end->at, at));
}

void
proofing_end_expect(struct unit *unit, const struct proofing_end *end)
{
	unit_expect(unit, &proofing_end_table, span_text(KEY), end->generation);
}

static void
put(struct unit *unit, const struct proofing_end *end)
{
	struct buffer b = buffer_init(ROW_LARGEST);

	buffer_u8(&b, FORMAT);
	buffer_instant(&b, end->at);
	buffer_instant(&b, end->erased);
	buffer_block(&b, end->actor);
	buffer_block(&b, end->reason);
	buffer_block(&b, end->resume.approvers);
	buffer_instant(&b, end->resumed);
	assert(!b.overflowed); /* a reason, and some operators */
	proofing_end_expect(unit, end);
	unit_put(unit, &proofing_end_table, span_text(KEY), buffer_span(&b));
	buffer_release(&b);
}

static void
note(struct unit *unit, const char *event, struct span actor, struct span approvers, struct span reason,
    struct instant now)
{
	journal_proofing(unit, &(struct proofing_news){ event, actor, approvers, reason }, now);
}

void
proofing_end_put_erased(struct unit *unit, const struct proofing_end *before, struct instant now)
{
	struct proofing_end end = *before;

	end.erased = now;
	put(unit, &end);
	note(unit, "proofing.erased", end.actor, (struct span){ 0 }, end.reason, now);
}

/* The steps */

struct stepping {
	struct pending pending;      /* first */
	struct pending *waiting;
	struct store *store;
	const struct proofing_end_request *request;
	struct arena arena;
	struct ask ask;
	unsigned attempt;
	struct proofing_end_report report;
	struct problem why;
	on_proofing_end_step *done;
	void *arg;
};

static on_loaded on_end_loaded;
static on_committed on_step_kept;

static void
free_stepping(struct stepping *s)
{
	arena_release(&s->arena);
	free(s);
}

static void
cancel_stepping(struct pending *pending)
{
	struct stepping *s = (struct stepping *)pending;

	pending_cancel(&s->waiting);
	free_stepping(s);
}

static void
answer(struct stepping *s, enum err err)
{
	s->done(s->arg, err, err == OK ? &s->report : NULL, err == OK ? NULL : &s->why);
	free_stepping(s);
}

static void
load(struct stepping *s)
{
	s->report = (struct proofing_end_report){ 0 };
	s->ask = proofing_end_ask();
	s->waiting = store_load(s->store, &s->ask, 1, on_end_loaded, s);
}

struct pending *
proofing_end_start(struct store *store, const struct proofing_end_request *request, on_proofing_end_step *done,
    void *arg)
{
	struct stepping *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	*s = (struct stepping){ .pending = { cancel_stepping }, .store = store, .request = request,
		.arena = arena_init(FLOW_LARGEST), .done = done, .arg = arg };
	load(s);
	return &s->pending;
}

/* Decide */

static enum err
check_reason(struct span reason, struct problem *why)
{
	if (reason.size == 0 || reason.size > PROOFING_END_REASON)
		return problem_set(why, ERR_INVALID, "", "/reason: expected one line of 1 to %d bytes, found %zu",
		    PROOFING_END_REASON, reason.size);
	return line_check(reason, "/reason", why);
}

/* Ending takes nobody's agreement; said again it is as good as once. */
static void
end(struct stepping *s, struct unit *unit)
{
	const struct proofing_end_request *q = s->request;
	struct proofing_end *e = &s->report.end;

	/* Whoever agreed to a resumption did so before this. */
	s->report.changed = !e->at.us || e->resume.approvers.size;
	if (!s->report.changed)
		return;
	e->resume = (struct agreement){ 0 };
	if (!e->at.us) {
		*e = (struct proofing_end){ .at = q->now, .actor = q->by.actor, .reason = q->reason,
			.resumed = e->resumed, .generation = e->generation };
		note(unit, "proofing.ended", q->by.actor, (struct span){ 0 }, q->reason, q->now);
	}
	put(unit, e);
}

static enum err
resume(struct stepping *s, struct unit *unit)
{
	const struct proofing_end_request *q = s->request;
	struct proofing_end *e = &s->report.end;
	const struct span before = e->resume.approvers;

	if (!e->at.us)
		return OK;
	if (!e->erased.us)
		return problem_set(&s->why, ERR_CONFLICT, "",
		    "what was received has not been erased yet: watashictl jpki end, once more, says why");
	agreement_recount(&s->arena, &e->resume, &q->by.quorum);
	if (!agreement_whole(&e->resume, &q->by.quorum) &&
	    agreement_repeat(&s->arena, &e->resume, &q->by, &s->why) != OK)
		return s->why.code;
	s->report.had = agreement_had(&e->resume, &q->by.quorum);
	s->report.needed = quorum_needed(&q->by.quorum);
	s->report.waits = s->report.had < s->report.needed;
	s->report.changed = !s->report.waits || !span_equal(before, e->resume.approvers);
	if (s->report.waits) {
		put(unit, e);
		return OK;
	}
	note(unit, "proofing.resumed", q->by.actor, e->resume.approvers, q->reason, q->now);
	*e = (struct proofing_end){ .resumed = q->now, .generation = e->generation };
	put(unit, e);
	return OK;
}

static void
on_end_loaded(void *arg, enum err err, const struct problem *why)
{
	struct stepping *s = arg;
	const struct row *row = s->ask.count ? s->ask.rows : NULL;
	struct row copy;
	struct unit *unit;

	s->waiting = NULL;
	if (err == OK && row) {
		copy = *row;
		copy.value = arena_copy(&s->arena, row->value);
		s->ask.rows = &copy;
	}
	if (err != OK)
		s->why = *why;
	else if ((err = check_reason(s->request->reason, &s->why)) == OK)
		err = proofing_end_loaded(&s->ask, &s->report.end, &s->why);
	unit = unit_new(&s->arena, store_tables(s->store), id_new(s->request->now));
	if (err == OK && s->request->step == PROOFING_END)
		end(s, unit);
	else if (err == OK)
		err = resume(s, unit);
	if (err != OK || !s->report.changed) {
		answer(s, err);
		return;
	}
	s->waiting = store_commit(s->store, unit, on_step_kept, s);
}

static void
on_step_kept(void *arg, const struct committed *done)
{
	struct stepping *s = arg;

	s->waiting = NULL;
	if (done->code == ERR_CONFLICT && s->attempt++ == 0) {
		load(s);
		return;
	}
	if (done->code != OK)
		problem_set(&s->why, done->code, "", "the step could not be written: %s", err_name(done->code));
	/* A step that changes anything puts the row: the commit's is its generation. */
	else
		s->report.end.generation = done->generation;
	answer(s, done->code);
}
