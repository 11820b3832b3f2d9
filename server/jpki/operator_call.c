/* jpki/operator_call.c - one question posted to an operator's API. */
#include "jpki/operator_call.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

#define TOKEN_LARGEST (2 * KIB)

struct call {
	struct pending pending;     /* first: cancelling finds the call by it */
	struct turn *turn;
	struct pending *post;
	struct later failed;
	struct problem why;         /* for `failed` */
	on_operator_answer *done;
	void *arg;
};

struct operator_address
operator_address_copy(struct arena *a, const struct operator_address *from)
{
	return (struct operator_address){ arena_text(a, span_text(from->url)),
		from->token_file ? arena_text(a, span_text(from->token_file)) : NULL, from->time };
}

static void
cancel_call(struct pending *pending)
{
	struct call *c = (struct call *)pending;

	pending_cancel(&c->post);
	turn_cancel(c->turn, &c->failed);
	free(c);
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

static void on_failed(void *arg);
static on_delivered on_response;

struct pending *
operator_call(struct courier *courier, const struct operator_address *to, struct span body, on_operator_answer *done,
    void *arg)
{
	struct arena a = arena_init(4 * TOKEN_LARGEST);
	struct call *c = calloc(1, sizeof(*c));
	struct courier_post post = {
		.url = to->url,
		.content_type = "application/json",
		.accept = "application/json",
		.body = body,
		.limit = OPERATOR_ANSWER_LARGEST,
		.time = to->time,
	};

	if (!c)
		abort();
	*c = (struct call){ .pending = { cancel_call }, .turn = courier->turn,
		.failed = { .run = on_failed, .arg = c }, .done = done, .arg = arg };
	if (to->token_file)
		post.authorization = read_token(&a, to->token_file, &c->why);
	if (to->token_file && !post.authorization)
		turn_later(c->turn, &c->failed);
	else
		c->post = courier_send(courier, &post, on_response, c);
	arena_release(&a);
	return &c->pending;
}

/* The callback may do anything: nothing is touched after it. */
static void
finish(struct call *c, struct span body, const char *failed)
{
	struct call was = *c;

	free(c);
	was.done(was.arg, body, failed);
}

static void
on_failed(void *arg)
{
	struct call *c = arg;
	struct problem why = c->why;

	finish(c, (struct span){ 0 }, why.text);
}

static void
on_response(void *arg, enum err err, int status, struct span body, const struct problem *why)
{
	char text[64];

	if (err != OK) {
		finish(arg, (struct span){ 0 }, why->text);
	} else if (status != 200) {
		snprintf(text, sizeof(text), "the operator answered with HTTP status %d", status);
		finish(arg, (struct span){ 0 }, text);
	} else {
		finish(arg, body, NULL);
	}
}

bool
operator_call_sent(const struct pending *pending)
{
	return ((const struct call *)pending)->post != NULL;
}
