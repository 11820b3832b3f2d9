/* jpki/operator_source.c - asking the API of a platform operator.
 *
 * Each question is asked of its own: the operator counts them, too. */
#include "jpki/operator_source.h"

#include <stdlib.h>

#include "base/file.h"
#include "jpki/operator_answer.h"

#define SETTINGS_LARGEST (16 * KIB)
#define TOKEN_LARGEST (2 * KIB)

struct operator_source;

struct inquiry {
	struct pending pending; /* first: cancelling finds the inquiry by it */
	struct operator_source *source;
	struct inquiry *next, **to_here;
	struct pending *post;
	struct later failed;
	struct revocation_answer answer; /* for `failed` */
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
	pending_cancel(&i->post);
	turn_cancel(i->source->courier->turn, &i->failed);
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

/* The callback may do anything: nothing is touched after it. */
static void
finish(struct inquiry *i, struct revocation_answer *answer, bool fresh)
{
	on_revocation *done = i->done;
	void *arg = i->arg;

	answer->source = i->source->source.name;
	answer->kind = REVOCATION_BY_OPERATOR;
	answer->asked_at = i->asked;
	answer->fresh = fresh && answer->status != REVOCATION_UNAVAILABLE;
	inquiry_free(i);
	done(arg, answer);
}

static void
on_failed(void *arg)
{
	struct inquiry *i = arg;
	struct revocation_answer answer = i->answer;

	finish(i, &answer, false);
}

static void
on_response(void *arg, enum err err, int status, struct span body, const struct problem *why)
{
	struct inquiry *i = arg;
	const struct operator_settings *s = &i->source->settings;
	struct revocation_answer answer;

	i->post = NULL;
	if (err != OK)
		revocation_answer_set(&answer, REVOCATION_UNAVAILABLE, "%s", why->text);
	else if (status != 200)
		revocation_answer_set(
		    &answer, REVOCATION_UNAVAILABLE, "the operator answered with HTTP status %d", status);
	else
		operator_answer_judge(body, s->oldest, s->skew,
		    instant_after(i->asked, clock_monotonic() - i->began), &answer);
	finish(i, &answer, true);
}

/* "Bearer …" (RFC 6750 s2.1) in the arena; NULL: there is no token that can be sent. */
static const char *
read_token(struct arena *a, const char *file, struct problem *why)
{
	struct buffer b = buffer_init(TOKEN_LARGEST);
	const char *text = NULL;
	struct span token, line;

	if (file_read(file, &b, why) == OK) {
		token = buffer_span(&b);
		line = span_trim(span_cut(&token, '\n'));
		for (size_t i = 0; i < line.size; i++)
			if (line.data[i] <= ' ' || line.data[i] > '~')
				line.size = 0;
		if (line.size)
			text = arena_print(a, "Bearer %.*s", SPAN_ARGS(line));
		else
			problem_set(why, ERR_INVALID, "RFC 6750 s2.1", "%s: expected a token on its first line", file);
	}
	buffer_release(&b);
	return text;
}

static void
send_inquiry(struct inquiry *i, const struct jpki_certificate *certificate)
{
	const struct operator_settings *s = &i->source->settings;
	struct arena a = arena_init(4 * TOKEN_LARGEST);
	struct buffer body = buffer_init(KIB);
	struct courier_post post = {
		.url = s->url,
		.content_type = "application/json",
		.accept = "application/json",
		.limit = OPERATOR_ANSWER_LARGEST,
		.time = s->time,
	};
	struct problem why;

	if (s->token_file)
		post.authorization = read_token(&a, s->token_file, &why);
	if (s->token_file && !post.authorization) {
		revocation_answer_set(&i->answer, REVOCATION_UNAVAILABLE, "%s", why.text);
		turn_later(i->source->courier->turn, &i->failed);
	} else {
		operator_question_write(&body, certificate);
		post.body = buffer_span(&body);
		i->post = courier_send(i->source->courier, &post, on_response, i);
	}
	buffer_release(&body);
	arena_release(&a);
}

static struct pending *
ask(struct revocation_source *source, const struct revocation_question *question, on_revocation *done, void *arg)
{
	struct operator_source *s = (struct operator_source *)source;
	struct inquiry *i = calloc(1, sizeof(*i));

	if (!i)
		abort();
	*i = (struct inquiry){
		.pending = { inquiry_cancel },
		.source = s,
		.next = s->inquiries,
		.to_here = &s->inquiries,
		.failed = { .run = on_failed, .arg = i },
		.asked = question->now,
		.began = clock_monotonic(),
		.done = done,
		.arg = arg,
	};
	if (i->next)
		i->next->to_here = &i->next;
	s->inquiries = i;
	send_inquiry(i, question->certificate);
	return &i->pending;
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
	return ((const struct inquiry *)pending)->post != NULL;
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
	s->settings.url = arena_text(&s->arena, span_text(settings->url));
	if (settings->token_file)
		s->settings.token_file = arena_text(&s->arena, span_text(settings->token_file));
	s->source = (struct revocation_source){
		.name = s->settings.name, .kind = REVOCATION_BY_OPERATOR, .ask = ask, .sent = sent, .free = source_free,
	};
	return &s->source;
}
