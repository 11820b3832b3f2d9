/* jpki/revocation.c - one question, several kinds of sources.
 *
 *     asked -> [ source -> its answer is final? ] ... -> answered
 */
#include "jpki/source_fault.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* One row for each status: its name, and what it means for the person (design 5.10). */
static const struct {
	const char *name;
	enum outcome outcome;
	bool final; /* no other source is asked */
} statuses[] = {
	[REVOCATION_NOT_CHECKED] = { "not-checked", NOT_CHECKED, false },
	[REVOCATION_UNAVAILABLE] = { "unavailable", UNDETERMINED, false },
	[REVOCATION_UNKNOWN] = { "unknown", UNDETERMINED, false },
	[REVOCATION_EXPIRED] = { "expired", REFUTED, true },
	[REVOCATION_REVOKED] = { "revoked", REFUTED, true },
	[REVOCATION_GOOD] = { "good", ESTABLISHED, true },
};

static const char *const kinds[] = {
	[REVOCATION_BY_NOTHING] = "none",
	[REVOCATION_BY_CRL] = "crl",
	[REVOCATION_BY_OCSP] = "ocsp",
	[REVOCATION_BY_OPERATOR] = "operator",
};

/* 7 is not used (RFC 5280 s5.3.1). */
static const char *const reasons[] = {
	"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
	"certificateHold", "", "removeFromCRL", "privilegeWithdrawn", "aACompromise",
};

struct asking {
	struct pending pending; /* first: cancelling finds it by it */
	struct turn *turn;
	struct later begin;
	struct revocation_source *const *sources;
	size_t count, at;
	struct revocation_question question;
	struct revocation_answer best;
	struct revocation_trail *trail, own;
	struct pending *waiting; /* for the source at hand */
	on_revocation *done;
	void *arg;
};

const char *
revocation_status_name(enum revocation_status status)
{
	return statuses[status].name;
}

enum outcome
revocation_outcome(enum revocation_status status)
{
	return statuses[status].outcome;
}

const char *
revocation_kind_name(enum revocation_kind kind)
{
	return kinds[kind];
}

const char *
crl_reason_name(int reason)
{
	return reason >= 0 && (size_t)reason < COUNT(reasons) ? reasons[reason] : "";
}

void
revocation_answer_set(struct revocation_answer *answer, enum revocation_status status, const char *format, ...)
{
	va_list values;

	*answer = (struct revocation_answer){ .status = status, .source = "", .reason = -1 };
	va_start(values, format);
	vsnprintf(answer->text, sizeof(answer->text), format, values);
	va_end(values);
}

void
revocation_source_free(struct revocation_source *source)
{
	if (source)
		source->free(source);
}

bool
revocation_source_knows(const struct revocation_source *source, const struct jpki_certificate *certificate)
{
	return source->purpose == JPKI_NO_PURPOSE ||
	    (certificate->profile && certificate->profile->purpose == source->purpose);
}

/* Before anybody is asked. True: there is nothing to ask. */
static bool
answer_first(const struct revocation_question *question, size_t count, struct revocation_answer *out)
{
	const struct x509 *certificate = &question->certificate->x509;
	char until[INSTANT_TEXT];

	revocation_answer_set(out, REVOCATION_UNAVAILABLE, "no source of revocation data is configured");
	out->asked_at = question->now;
	if (x509_has_ended(certificate, question->now)) {
		revocation_answer_set(out, REVOCATION_EXPIRED, "it ended at %s",
		    instant_text(certificate->not_after, until));
		out->asked_at = question->now;
		return true;
	}
	return count == 0;
}

static void
trail_add(struct revocation_trail *trail, const struct revocation_source *source, enum revocation_status status,
    bool fresh)
{
	assert(trail->count < REVOCATION_SOURCES);
	if (status == REVOCATION_NOT_CHECKED)
		status = REVOCATION_UNAVAILABLE;
	trail->asked[trail->count++] = (struct revocation_asked){ source->name, source->kind, status, fresh };
}

/* Keeps the better answer: one of somebody who knew something before one of nobody, the earlier before the later. True:
 * it is final. */
static bool
consider(struct revocation_answer *best, const struct revocation_source *source,
    const struct revocation_answer *answer, struct instant now, struct revocation_trail *trail)
{
	trail_add(trail, source, answer->status, answer->fresh);
	if (source->faults)
		source_fault_note(source->faults, source->place, source, answer, now);
	if (best->status <= REVOCATION_UNAVAILABLE || statuses[answer->status].final)
		*best = *answer;
	else
		return false;
	trail->decisive = trail->count - 1;
	if (best->status == REVOCATION_NOT_CHECKED)
		best->status = REVOCATION_UNAVAILABLE;
	best->source = source->name;
	best->kind = source->kind;
	if (best->asked_at.us == 0)
		best->asked_at = now;
	return statuses[best->status].final;
}

void
revocation_leave(struct pending **pending)
{
	struct asking *a = (struct asking *)*pending;
	const struct revocation_source *source = a && a->waiting ? a->sources[a->at] : NULL;

	if (source && (!source->sent || source->sent(a->waiting)))
		trail_add(a->trail, source, REVOCATION_UNAVAILABLE, true);
	for (size_t i = 0; a && i < a->trail->count; i++)
		if (a->trail->asked[i].fresh)
			a->trail->decisive = i;
	pending_cancel(pending);
}

static void
asking_cancel(struct pending *pending)
{
	struct asking *a = (struct asking *)pending;

	pending_cancel(&a->waiting);
	turn_cancel(a->turn, &a->begin);
	free(a);
}

/* The callback may do anything: nothing is touched after it. */
static void
finish(struct asking *a)
{
	struct revocation_answer best = a->best;
	on_revocation *done = a->done;
	void *arg = a->arg;

	free(a);
	done(arg, &best);
}

static void on_answer(void *arg, const struct revocation_answer *);

/* Asks one source after another, until one is to be waited for, or there is an answer. */
static void
ask_next(struct asking *a)
{
	struct revocation_answer answer;

	while (a->at < a->count) {
		struct revocation_source *source = a->sources[a->at];

		if (!revocation_source_knows(source, a->question.certificate)) {
			a->at++;
			continue;
		}
		if (source->ask) {
			a->waiting = source->ask(source, &a->question, on_answer, a);
			return;
		}
		source->answer(source, &a->question, &answer);
		a->at++;
		if (consider(&a->best, source, &answer, a->question.now, a->trail))
			break;
	}
	finish(a);
}

static void
on_answer(void *arg, const struct revocation_answer *answer)
{
	struct asking *a = arg;
	const struct revocation_source *source = a->sources[a->at++];

	a->waiting = NULL;
	if (consider(&a->best, source, answer, a->question.now, a->trail))
		finish(a);
	else
		ask_next(a);
}

static void
begin(void *arg)
{
	struct asking *a = arg;

	if (answer_first(&a->question, a->count, &a->best))
		finish(a);
	else
		ask_next(a);
}

struct pending *
revocation_ask(struct turn *turn, struct revocation_source *const *sources, size_t count,
    const struct revocation_question *question, struct revocation_trail *trail, on_revocation *done, void *arg)
{
	struct asking *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	assert(count <= REVOCATION_SOURCES);
	*a = (struct asking){
		.pending = { asking_cancel },
		.turn = turn,
		.begin = { .run = begin, .arg = a },
		.sources = sources,
		.count = count,
		.question = *question,
		.done = done,
		.arg = arg,
		.trail = trail ? trail : &a->own,
	};
	*a->trail = (struct revocation_trail){ 0 };
	turn_later(turn, &a->begin);
	return &a->pending;
}

void
revocation_answer_now(struct revocation_source *const *sources, size_t count,
    const struct revocation_question *question, struct revocation_answer *out)
{
	struct revocation_trail trail = { 0 };
	struct revocation_answer answer;

	assert(count <= REVOCATION_SOURCES);
	if (answer_first(question, count, out))
		return;
	revocation_answer_set(out, REVOCATION_UNAVAILABLE, "no source can answer without the network");
	out->asked_at = question->now;
	for (size_t i = 0; i < count; i++) {
		if (!sources[i]->answer || !revocation_source_knows(sources[i], question->certificate))
			continue;
		sources[i]->answer(sources[i], question, &answer);
		if (consider(out, sources[i], &answer, question->now, &trail))
			return;
	}
}
