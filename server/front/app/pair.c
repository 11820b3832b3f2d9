/* front/app/pair.c - POST /v1/app/pair: a phone with a code; …/options: what it is to create for its screen lock. */
#include <openssl/crypto.h>

#include "codec/json_writer.h"
#include "codec/text.h"
#include "front/app/app_body.h"
#include "front/app/front.h"

#define ANSWER_LARGEST (2 * KIB)

struct pairing_call {
	struct exchange *exchange;
	struct app_front *front;
	struct pairing_pair asked;
	struct pairing_options_asked options;
};

/* Before a passkey is made that nobody would have: whether the code is good, and this way open to it. */

static on_pairing_options on_options;

void
show_pairing_options(struct exchange *e, void *front)
{
	struct pairing_call *c = arena_new(e->arena, struct pairing_call);
	struct problem why;

	c->exchange = e;
	c->front = front;
	if (app_options_read(e->arena, e->body, &c->options, &why) != OK) {
		app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
		return;
	}
	c->options.now = clock_now();
	exchange_hold(e, pairing_options(c->front->store, e->arena, c->front->settings, &c->options, on_options, c));
}

static void
on_options(void *arg, enum err err, const struct pairing_options *options, const struct problem *why)
{
	struct exchange *e = ((struct pairing_call *)arg)->exchange;

	exchange_hold(e, NULL);
	if (err == ERR_DENIED)
		app_refuse_step(e, "passkey", options->refused, 0, false);
	else if (err == ERR_CRYPTO)
		exchange_refuse(e, 400, why); /* a point that is on no curve is the phone's */
	else if (err != OK)
		app_refuse_error(e, err, (struct instant){ 0 }, why);
	else
		exchange_reply_json(e, 200, options->json);
}

static on_paired on_phone_paired;

void
pair_phone(struct exchange *e, void *front)
{
	struct pairing_call *c = arena_new(e->arena, struct pairing_call);
	struct problem why;

	c->exchange = e;
	c->front = front;
	if (app_pair_read(e->arena, e->body, &c->asked, &why) != OK) {
		app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
		return;
	}
	c->asked.now = clock_now();
	exchange_hold(e, pairing_pair(c->front->store, e->arena, c->front->settings, &c->asked, on_phone_paired, c));
}

static void
write_paired(struct buffer *b, struct arena *arena, const struct person_settings *settings,
    const struct pairing_paired *paired)
{
	buffer_byte(b, '{');
	json_write_member(b, "device", base64url_write(arena, paired->device));
	json_write_member(b, "number", span_text(paired->number));
	json_write_member_or_null(b, "pin", span_text(paired->pin));
	json_write_member_or_null(b, "push_key",
	    base64url_write(arena, span_of(settings->push_public, settings->push_public_size)));
	buffer_byte(b, '}');
}

static void
on_phone_paired(void *arg, enum err err, const struct pairing_paired *paired, const struct problem *why)
{
	struct pairing_call *c = arg;
	struct exchange *e = c->exchange;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err == ERR_DENIED) {
		app_refuse_step(e, paired->step, paired->reason, 0, false);
		return;
	}
	if (err != OK) {
		app_refuse_error(e, err, (struct instant){ 0 }, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_paired(&b, e->arena, c->front->settings, paired);
	exchange_reply_json(e, 201, buffer_span(&b));
	OPENSSL_cleanse(b.data, b.room);
	buffer_release(&b);
}
