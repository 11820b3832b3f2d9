/* jpki/operator_source.c - asking the API of a platform operator.
 *
 * Each question is asked of its own: the operator counts them, too. */
#include "jpki/operator_source.h"

#include <stdlib.h>

#include "jpki/operator_answer.h"

#define SETTINGS_LARGEST (16 * KIB)

struct operator_source;

struct inquiry {
	struct pending pending; /* first: cancelling finds the inquiry by it */
	struct operator_source *source;
	struct inquiry *next, **to_here;
	struct pending *call;
	struct instant asked;
	int64_t began;          /* monotonic */
	on_revocation *done;
	void *arg;
};

struct operator_source {
	struct revocation_source source; /* first */
	struct courier *courier;
	struct operator_settings settings;
	struct arena arena;
	struct inquiry *inquiries;
};

static void
inquiry_free(struct inquiry *i)
{
	pending_cancel(&i->call);
	*i->to_here = i->next;
	if (i->next)
		i->next->to_here = i->to_here;
	free(i);
}

static void
inquiry_cancel(struct pending *pending)
{
	inquiry_free((struct inquiry *)pending);
}

static on_operator_answer on_answer;

static struct pending *
ask(struct revocation_source *source, const struct revocation_question *question, on_revocation *done, void *arg)
{
	struct operator_source *s = (struct operator_source *)source;
	struct inquiry *i = calloc(1, sizeof(*i));
	struct buffer body = buffer_init(KIB);

	if (!i)
		abort();
	*i = (struct inquiry){
		.pending = { inquiry_cancel },
		.source = s,
		.next = s->inquiries,
		.to_here = &s->inquiries,
		.asked = question->now,
		.began = clock_monotonic(),
		.done = done,
		.arg = arg,
	};
	if (i->next)
		i->next->to_here = &i->next;
	s->inquiries = i;
	operator_question_write(&body, question->certificate);
	i->call = operator_call(s->courier, &s->settings.at, buffer_span(&body), on_answer, i);
	buffer_release(&body);
	return &i->pending;
}

/* The callback may do anything: nothing is touched after it. */
static void
on_answer(void *arg, struct span body, const char *failed)
{
	struct inquiry *i = arg;
	const struct operator_settings *s = &i->source->settings;
	struct revocation_answer answer;
	on_revocation *done = i->done;
	void *done_arg = i->arg;

	i->call = NULL;
	if (failed)
		revocation_answer_set(&answer, REVOCATION_UNAVAILABLE, "%s", failed);
	else
		operator_answer_judge(body, s->oldest, s->skew,
		    instant_after(i->asked, clock_monotonic() - i->began), &answer);
	answer.source = i->source->source.name;
	answer.kind = REVOCATION_BY_OPERATOR;
	answer.asked_at = i->asked;
	answer.fresh = answer.status != REVOCATION_UNAVAILABLE;
	inquiry_free(i);
	done(done_arg, &answer);
}

static void
source_free(struct revocation_source *source)
{
	struct operator_source *s = (struct operator_source *)source;

	while (s->inquiries)
		inquiry_free(s->inquiries);
	arena_release(&s->arena);
	free(s);
}

static bool
sent(const struct pending *pending)
{
	return operator_call_sent(((const struct inquiry *)pending)->call);
}

struct revocation_source *
operator_source_new(struct courier *courier, const struct operator_settings *settings)
{
	struct operator_source *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->courier = courier;
	s->arena = arena_init(SETTINGS_LARGEST);
	s->settings = *settings;
	s->settings.name = arena_text(&s->arena, span_text(settings->name));
	s->settings.at = operator_address_copy(&s->arena, &settings->at);
	s->source = (struct revocation_source){
		.name = s->settings.name, .kind = REVOCATION_BY_OPERATOR, .ask = ask, .sent = sent, .free = source_free,
	};
	return &s->source;
}
