/* signer/client.c - asking the signer: several requests in flight, answers in any order.
 *
 *     asked -> posted -> answered
 *      ^  ^       |         (10 s after it was asked: timed out)
 *      |  `- new link
 *      `---- no link yet, or the channel is full
 *
 * Requests wait in the order they were asked, so the first is the first to time out, and one timer serves all.
 */
#include "signer/client.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/record.h"
#include "signer/log_note.h"
#include "signer/wire.h"

#define TIME_OUT SECONDS(10)
#define CHANNEL_WAITING (TRUSTED_LIST_REQUEST_LARGEST + 1 * MIB)

struct request {
	struct pending pending; /* first: cancelling finds the request by it */
	struct signer_client *client;
	struct request *before, *after;
	uint64_t id;
	int64_t deadline;
	bool posted;
	struct later refused; /* it is too large to be asked */
	on_signed *on_signed;
	on_ledger_head *on_head; /* instead */
	void *arg;
	struct buffer message;
};

struct signer_client {
	struct loop *loop;
	struct channel *channel;  /* NULL: no signer now */
	struct request *first, *last;
	size_t unposted;
	uint64_t last_id;
	struct timer timer;       /* set to the first one's deadline */
};

static void on_answer(void *arg, struct span message, int fd);
static void on_signer_gone(void *arg);
static void on_time(void *arg);

struct signer_client *
signer_client_new(struct loop *loop)
{
	struct signer_client *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->loop = loop;
	timer_init(&c->timer, loop, on_time, c);
	return c;
}

static void
request_remove(struct request *r)
{
	struct signer_client *c = r->client;

	*(r->before ? &r->before->after : &c->first) = r->after;
	*(r->after ? &r->after->before : &c->last) = r->before;
	c->unposted -= !r->posted;
}

static void
request_free(struct request *r)
{
	turn_cancel(loop_turn(r->client->loop), &r->refused);
	buffer_release(&r->message);
	free(r);
}

/* Those that follow have later deadlines: the timer may come too early for them, never too late. */
static void
request_cancel(struct pending *pending)
{
	struct request *r = (struct request *)pending;

	request_remove(r);
	request_free(r);
}

void
signer_client_free(struct signer_client *c)
{
	if (!c)
		return;
	while (c->first)
		request_cancel(&c->first->pending);
	channel_free(c->channel);
	timer_release(&c->timer);
	free(c);
}

/* What could not be posted is tried again when an answer has made room, or there is another signer. */
static void
post_waiting(struct signer_client *c)
{
	for (struct request *r = c->first; r && c->unposted && c->channel; r = r->after) {
		if (r->posted || r->message.overflowed)
			continue;
		if (channel_post(c->channel, buffer_span(&r->message)) != OK)
			return;
		r->posted = true;
		c->unposted--;
	}
}

static void
lose_signer(struct signer_client *c)
{
	channel_free(c->channel);
	c->channel = NULL;
	c->unposted = 0;
	for (struct request *r = c->first; r; r = r->after) {
		r->posted = false;
		c->unposted++;
	}
}

void
signer_client_link(struct signer_client *c, int fd)
{
	lose_signer(c);
	c->channel = channel_new(c->loop, fd, (struct channel_limits){ SIGNER_ANSWER_LARGEST, CHANNEL_WAITING },
	    on_answer, on_signer_gone, c);
	if (c->unposted)
		log_info("signer.asked-again", "requests=%zu", c->unposted);
	post_waiting(c);
}

bool
signer_client_linked(const struct signer_client *c)
{
	return c->channel != NULL;
}

static void
on_signer_gone(void *arg)
{
	lose_signer(arg);
}

static void refuse(void *arg);

static struct request *
ask(struct signer_client *c, enum signing_kind kind, const char *key, struct span payload, on_signed *done, void *arg)
{
	struct request *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	*r = (struct request){
		.pending = { request_cancel },
		.client = c,
		.before = c->last,
		.id = ++c->last_id,
		.deadline = clock_monotonic() + TIME_OUT,
		.on_signed = done,
		.arg = arg,
		.refused = { .run = refuse, .arg = r },
		.message = buffer_init(signing_request_largest(kind)),
	};
	signing_request_write(&r->message, &(struct signing_request){ r->id, kind, span_text(key), payload });
	if (r->message.overflowed)
		turn_later(loop_turn(c->loop), &r->refused);
	*(c->last ? &c->last->after : &c->first) = r;
	c->last = r;
	c->unposted++;
	if (c->first == r)
		timer_set(&c->timer, TIME_OUT);
	/* Behind the others that wait. */
	if (c->unposted == 1)
		post_waiting(c);
	return r;
}

struct pending *
sign_metadata(struct signer_client *c, const char *key, struct span signed_info, on_signed *done, void *arg)
{
	return &ask(c, SIGN_METADATA, key, signed_info, done, arg)->pending;
}

struct pending *
sign_trusted_list(struct signer_client *c, const char *key, struct span input, on_signed *done, void *arg)
{
	return &ask(c, SIGN_TRUSTED_LIST, key, input, done, arg)->pending;
}

struct pending *
sign_point_metadata(struct signer_client *c, const char *key, struct span input, on_signed *done, void *arg)
{
	return &ask(c, SIGN_POINT_METADATA, key, input, done, arg)->pending;
}

struct pending *
sign_vapid(struct signer_client *c, const char *key, struct span input, on_signed *done, void *arg)
{
	return &ask(c, SIGN_VAPID, key, input, done, arg)->pending;
}

struct pending *
sign_id_token(struct signer_client *c, const char *key, struct span input, on_signed *done, void *arg)
{
	return &ask(c, SIGN_ID_TOKEN, key, input, done, arg)->pending;
}

struct pending *
sign_userinfo(struct signer_client *c, const char *key, struct span input, on_signed *done, void *arg)
{
	return &ask(c, SIGN_USERINFO, key, input, done, arg)->pending;
}

struct pending *
sign_introspection(struct signer_client *c, const char *key, struct span input, on_signed *done, void *arg)
{
	return &ask(c, SIGN_INTROSPECTION, key, input, done, arg)->pending;
}

struct pending *
sign_logout_token(struct signer_client *c, const char *key, struct span input, on_signed *done, void *arg)
{
	return &ask(c, SIGN_LOGOUT_TOKEN, key, input, done, arg)->pending;
}

struct pending *
sign_checkpoint(struct signer_client *c, const char *key, struct span text, const struct merkle_proof *from_last,
    on_signed *done, void *arg)
{
	struct buffer b = buffer_init(LEDGER_REQUEST_LARGEST);
	struct request *r;

	checkpoint_request_write(&b, text, from_last);
	r = ask(c, SIGN_CHECKPOINT, key, buffer_span(&b), done, arg);
	buffer_release(&b);
	return &r->pending;
}

struct pending *
sign_policy(struct signer_client *c, const char *key, struct span text, on_signed *done, void *arg)
{
	return &ask(c, SIGN_POLICY, key, text, done, arg)->pending;
}

struct pending *
ledger_head_ask(struct signer_client *c, const char *key, on_ledger_head *done, void *arg)
{
	struct request *r = ask(c, ASK_LEDGER_HEAD, key, (struct span){ 0 }, NULL, arg);

	r->on_head = done;
	return &r->pending;
}

static void
tell_head(on_ledger_head *done, void *arg, enum err err, struct span answer, const struct problem *why)
{
	struct record r = record_of(answer);
	uint64_t size = record_u64(&r);
	struct span bytes = record_bytes(&r, HASH_SIZE);
	struct hash root = { { 0 } };
	struct problem broken;

	if (err == OK && !record_whole(&r)) {
		err = problem_set(&broken, ERR_SYNTAX, "", "the signer's head is %zu bytes, expected %d", answer.size,
		    LEDGER_HEAD_ANSWER);
		why = &broken;
	}
	if (err == OK)
		memcpy(root.bytes, bytes.data, HASH_SIZE);
	done(arg, err, err == OK ? size : 0, &root, why);
}

/* The callback may ask, cancel, or free the client: nothing is touched after it. */
static void
finish(struct request *r, enum err err, struct span signature, const struct problem *why)
{
	on_signed *done = r->on_signed;
	on_ledger_head *on_head = r->on_head;
	void *arg = r->arg;

	request_remove(r);
	request_free(r);
	if (on_head)
		tell_head(on_head, arg, err, signature, why);
	else
		done(arg, err, signature, why);
}

static void
refuse(void *arg)
{
	struct request *r = arg;
	size_t most = r->message.limit;
	struct problem why;

	problem_set(&why, ERR_LIMIT, "", "what is to be signed is too large, expected at most %zu bytes in all",
	    most);
	finish(r, ERR_LIMIT, (struct span){ 0 }, &why);
}

static void
on_answer(void *arg, struct span message, int fd)
{
	struct signer_client *c = arg;
	struct signing_answer answer;
	struct request *r;

	if (fd >= 0)
		close(fd);
	if (fd >= 0 || !signing_answer_read(message, &answer)) {
		log_error("signer.broken-answer", "bytes=%zu", message.size);
		lose_signer(c);
		return;
	}
	/* A cancelled or timed-out one is answered to nobody. */
	for (r = c->first; r && r->id != answer.id; r = r->after)
		;
	if (c->unposted)
		post_waiting(c);
	if (r)
		finish(r, answer.problem.code, answer.signature, &answer.problem);
}

static void
on_time(void *arg)
{
	struct signer_client *c = arg;
	int64_t now = clock_monotonic();
	struct request *late = c->first;
	struct problem why;

	if (!late)
		return;
	if (late->deadline > now) {
		timer_set(&c->timer, late->deadline - now);
		return;
	}
	/* One a time, for its callback may do anything; the others that are late follow at once. */
	if (late->after) {
		int64_t left = late->after->deadline - now;

		timer_set(&c->timer, left > 0 ? left : 0);
	}
	problem_set(&why, ERR_UNAVAILABLE, "", "the signer has not answered for %d s", (int)(TIME_OUT / SECONDS(1)));
	finish(late, ERR_UNAVAILABLE, (struct span){ 0 }, &why);
}
