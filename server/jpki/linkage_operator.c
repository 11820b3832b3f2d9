/* jpki/linkage_operator.c - asking an operator's API which certificates correspond. */
#include "jpki/linkage_operator.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "jpki/linkage_answer.h"

#define SETTINGS_LARGEST (16 * KIB)

struct linkage_operator {
	struct linkage_source source; /* first */
	struct courier *courier;
	struct operator_settings settings;
	struct arena arena;
};

struct linking {
	struct pending pending;     /* first: cancelling finds it by it */
	const struct linkage_operator *operator;
	struct pending *call;
	struct instant asked;
	int64_t began;              /* monotonic */
	on_linkage *done;
	void *arg;
};

static void
cancel_linking(struct pending *pending)
{
	struct linking *l = (struct linking *)pending;

	pending_cancel(&l->call);
	free(l);
}

static on_operator_answer on_answer;

static struct pending *
ask(struct linkage_source *source, const struct linkage_question *question, on_linkage *done, void *arg)
{
	struct linkage_operator *o = (struct linkage_operator *)source;
	struct linking *l = calloc(1, sizeof(*l));
	struct buffer body = buffer_init(KIB);

	if (!l)
		abort();
	*l = (struct linking){ .pending = { cancel_linking }, .operator = o, .asked = question->now,
		.began = clock_monotonic(), .done = done, .arg = arg };
	linkage_question_write(&body, question);
	assert(!body.overflowed); /* a serial and a key identifier, both bounded */
	l->call = operator_call(o->courier, &o->settings.at, buffer_span(&body), on_answer, l);
	buffer_release(&body);
	return &l->pending;
}

/* The callback may do anything: nothing is touched after it but what is ours alone. */
static void
on_answer(void *arg, struct span body, const char *failed)
{
	struct linking l = *(struct linking *)arg;
	const struct operator_settings *s = &l.operator->settings;
	struct arena a = arena_init(LINKAGE_ARENA);
	struct linkage_answer answer = { 0 };

	free(arg);
	if (failed)
		snprintf(answer.text, sizeof(answer.text), "%s", failed);
	else
		linkage_answer_judge(&a, body, s->oldest, s->skew,
		    instant_after(l.asked, clock_monotonic() - l.began), &answer);
	l.done(l.arg, &answer);
	arena_release(&a);
}

static bool
sent(const struct pending *pending)
{
	return operator_call_sent(((const struct linking *)pending)->call);
}

static void
free_operator(struct linkage_source *source)
{
	struct linkage_operator *o = (struct linkage_operator *)source;

	arena_release(&o->arena);
	free(o);
}

struct linkage_source *
linkage_operator_new(struct courier *courier, const struct operator_settings *settings, unsigned relations)
{
	struct linkage_operator *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	o->courier = courier;
	o->arena = arena_init(SETTINGS_LARGEST);
	o->settings = *settings;
	o->settings.name = arena_text(&o->arena, span_text(settings->name));
	o->settings.at = operator_address_copy(&o->arena, &settings->at);
	o->source = (struct linkage_source){ .name = o->settings.name, .relations = relations, .ask = ask, .sent = sent,
		.free = free_operator };
	return &o->source;
}
