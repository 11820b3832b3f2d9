/* daemon/pusher.c - one notice pushed to a browser. */
#include "daemon/pusher.h"

#include <stdlib.h>

#include "codec/text.h"
#include "crypto/web_push.h"
#include "signer/active_key.h"
#include "signer/vapid.h"
#include "transaction/notice/text.h"
#include "transaction/notice/push_message.h"

#define STEP_LARGEST (16 * MIB) /* the lives of all keys */
#define TOKEN_LASTS SECONDS(3600)
#define POST_TIME SECONDS(30)
#define ANSWER_LARGEST (64 * KIB)
#define PADDED 256              /* what we push is no longer */

struct push {
	struct pending pending;  /* first: cancelling finds the push by it */
	const struct pusher_settings *settings;
	struct arena arena;
	struct notice notice;
	struct ask ask;
	struct pending *step;
	struct span token_input, point;
	on_pushed *done;
	void *arg;
};

static void
push_free(struct push *p)
{
	pending_cancel(&p->step);
	arena_release(&p->arena);
	free(p);
}

static void
cancel_push(struct pending *pending)
{
	push_free((struct push *)pending);
}

/* The callback may do anything: nothing is touched after it. */
static void
finish(struct push *p, enum push_outcome outcome, const struct problem *why)
{
	struct problem told = *why;
	on_pushed *done = p->done;
	void *arg = p->arg;

	push_free(p);
	done(arg, outcome, &told);
}

static on_loaded on_keys;
static on_signed on_token;
static on_fetched on_answer;

struct pending *
push_send(const struct pusher_settings *settings, const struct notice *n, on_pushed *done, void *arg)
{
	struct push *p = calloc(1, sizeof(*p));
	struct arena *a;

	if (!p)
		abort();
	*p = (struct push){ .pending = { cancel_push }, .settings = settings, .arena = arena_init(STEP_LARGEST),
		.notice = *n, .ask = key_lives_ask(), .done = done, .arg = arg };
	a = &p->arena;
	p->notice.push = (struct push_subscription){ arena_copy(a, n->push.endpoint), arena_copy(a, n->push.key),
		arena_copy(a, n->push.secret) };
	p->step = store_load(settings->store, &p->ask, 1, on_keys, p);
	return &p->pending;
}

static void
on_keys(void *arg, enum err err, const struct problem *problem)
{
	struct push *p = arg;
	const struct pusher_settings *s = p->settings;
	struct key_descriptor key;
	struct problem why = { 0 };

	p->step = NULL;
	if (err != OK) {
		finish(p, PUSH_NOT_NOW, problem);
		return;
	}
	err = active_key_find(&p->ask, s->keys, USE_PUSH, &p->arena, &key, &why);
	if (err == OK && !key.name)
		err = problem_set(&why, ERR_NOT_FOUND, "RFC 8292", "no key of use push is active");
	if (err == OK)
		err = vapid_point(&key, &p->arena, &p->point, &why);
	if (err != OK) {
		finish(p, PUSH_NOT_NOW, &why);
		return;
	}
	p->token_input = vapid_input(&p->arena, push_origin(p->notice.push.endpoint), span_text(s->contact),
	    instant_after(s->clock(), TOKEN_LASTS));
	p->step = sign_vapid(s->signer, key.name, p->token_input, on_token, p);
}

/* RFC 8030 s5: how long the service keeps it for a browser that is not there, and whether it wakes one that sleeps. */
static void
post(struct push *p, const char *authorization, struct span body)
{
	int64_t left = (p->notice.until.us - p->settings->clock().us) / SECONDS(1);
	const struct fetch_field fields[] = {
		{ "TTL", arena_print(&p->arena, "%lld", (long long)(left > 0 ? left : 0)) },
		{ "Urgency", p->notice.kind == NOTICE_APP_REQUEST ? "high" : "normal" },
		{ "Content-Encoding", "aes128gcm" },
	};
	const struct fetch fetch = {
		.url = arena_text(&p->arena, p->notice.push.endpoint),
		.authorization = authorization,
		.fields = fields,
		.field_count = COUNT(fields),
		.post = body,
		.content_type = "application/octet-stream",
		.limit = ANSWER_LARGEST,
		.time = POST_TIME,
	};

	p->step = fetch_start(p->settings->fetcher, &fetch, on_answer, p);
}

static void
on_token(void *arg, enum err err, struct span signature, const struct problem *problem)
{
	struct push *p = arg;
	struct arena *a = &p->arena;
	const struct web_push_receiver to = { p->notice.push.key, p->notice.push.secret };
	struct buffer text = buffer_init(PADDED);
	const char *authorization;
	struct problem why = { 0 };
	struct span body;

	p->step = NULL;
	if (err != OK) {
		finish(p, PUSH_NOT_NOW, problem);
		return;
	}
	authorization = arena_print(a, "vapid t=%.*s.%.*s, k=%.*s", SPAN_ARGS(p->token_input),
	    SPAN_ARGS(base64url_write(a, signature)), SPAN_ARGS(base64url_write(a, p->point)));
	notice_push_write(&text, &p->notice);
	err = web_push_encrypt(a, &to, buffer_span(&text), PADDED, &body, &why);
	buffer_release(&text);
	if (err == OK)
		post(p, authorization, body);
	else
		finish(p, err == ERR_CRYPTO ? PUSH_NOT_NOW : PUSH_REFUSED, &why);
}

/* RFC 8030 s5, s7.3. A service that is busy (429) or broken is asked again; what it says is wrong stays so. */
static enum push_outcome
outcome_of(int status)
{
	if (status >= 200 && status < 300)
		return PUSH_SENT;
	if (status == 404 || status == 410)
		return PUSH_GONE;
	return status >= 400 && status < 500 && status != 408 && status != 429 ? PUSH_REFUSED : PUSH_NOT_NOW;
}

/* Sentences of the fetcher name the endpoint, which is a secret of the subscription (RFC 8030 s8.3). */
static void
on_answer(void *arg, enum err err, const struct fetched *fetched, const struct problem *problem)
{
	struct push *p = arg;
	struct problem why = { 0 };
	int status = err == OK ? fetched->status : 0;

	(void)problem;
	p->step = NULL;
	if (err != OK) {
		problem_set(&why, err, "", "%s", err == ERR_DENIED ?
		    "the push service has an address that is not fetched from" : "the push service does not answer");
		finish(p, err == ERR_DENIED ? PUSH_REFUSED : PUSH_NOT_NOW, &why);
		return;
	}
	problem_set(&why, ERR_UNAVAILABLE, "RFC 8030 s5", "the push service answered %d", status);
	finish(p, outcome_of(status), &why);
}
