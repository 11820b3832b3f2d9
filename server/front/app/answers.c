/* front/app/answers.c - POST /v1/app/requests/{id}/answer and …/refuse: what a person says to a login's question. */
#include <openssl/crypto.h>

#include "authn/app_pin.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "front/app/front.h"
#include "transaction/phone/app_answer.h"

#define BODY_LARGEST (4 * KIB)
#define CODE_DIGITS 6
#define SIGNATURE_TEXT 86

struct said {
	struct device_call call;
	struct app_answer answer;
	struct app_refusal refusal;
	uint8_t browser[32];
};

static bool
read_request_id(const struct exchange *e, struct id *out)
{
	return hex_read(e->segment, out->bytes, sizeof(out->bytes));
}

static const uint8_t *
browser_of(struct said *s)
{
	return cookie_digest(s->call.exchange, LOGIN_COOKIE, s->browser) ? s->browser : NULL;
}

static on_app_answered on_answered;

/* Yes */

static struct span
read_code(struct reader *r)
{
	struct span code;
	uint64_t number;

	if (reader_peek(r) == READER_NULL) {
		reader_null(r);
		return (struct span){ 0 };
	}
	code = reader_string(r, CODE_DIGITS, CODE_DIGITS);
	if (code.size && !span_number(code, &number))
		reader_fail(r, "six digits, or null", "another text");
	return code;
}

static enum err
read_answer(struct exchange *e, struct app_answer *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = BODY_LARGEST, .depth = 1 });
	struct span name, signature = { 0 };
	bool coded = false;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "code")) {
			out->code = read_code(&r);
			coded = true;
		} else if (span_is(name, "pin")) {
			out->pin = reader_string(&r, 1, APP_PIN_LARGEST);
		} else if (span_is(name, "signature")) {
			signature = reader_string(&r, SIGNATURE_TEXT, SIGNATURE_TEXT);
			if (signature.size && !base64url_read(e->arena, signature, &out->signature))
				reader_fail(&r, "64 bytes in base64url", "another text");
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!coded || !out->pin.size || !out->signature.size)
		return problem_set(why, ERR_INVALID, "", "%s: expected a %s, found nothing",
		    !coded ? "/code" : !out->pin.size ? "/pin" : "/signature",
		    !coded ? "number or null" : !out->pin.size ? "PIN" : "signature");
	return OK;
}

static void
take_answer(struct device_call *call)
{
	struct said *s = (struct said *)call;
	struct exchange *e = call->exchange;
	struct problem why;

	if (!read_request_id(e, &s->answer.request)) {
		problem_set(&why, ERR_NOT_FOUND, "", "no request has such an id");
		app_refuse_error(e, ERR_NOT_FOUND, (struct instant){ 0 }, &why);
		return;
	}
	if (read_answer(e, &s->answer, &why) != OK) {
		app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
		return;
	}
	s->answer.caller = call->caller;
	s->answer.browser = browser_of(s);
	s->answer.now = call->now;
	exchange_hold(e, app_answer(call->front->store, e->arena, call->front->settings, &s->answer, on_answered, s));
}

static void
on_answered(void *arg, enum err err, const struct app_answered *answered, const struct problem *why)
{
	struct said *s = arg;
	struct exchange *e = s->call.exchange;
	bool counted = answered->failed == APP_STEP_PIN || answered->failed == APP_STEP_NUMBER;

	exchange_hold(e, NULL);
	if (err != OK)
		app_refuse_error(e, err, answered->until, why);
	else if (answered->failed)
		app_refuse_step(e, app_step_word(answered->failed), answered->reason, answered->left, counted);
	else
		exchange_reply_json(e, 200, span_text("{\"answered\":true}"));
}

void
answer_request(struct exchange *e, void *front)
{
	struct said *s = arena_new(e->arena, struct said);

	device_begin(&s->call, e, front, take_answer);
}

/* No */

static enum err
read_refusal(struct exchange *e, struct app_refusal *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = BODY_LARGEST, .depth = 1 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "not_me"))
			out->not_me = reader_boolean(&r);
	return reader_end(&r, why);
}

static void
take_refusal(struct device_call *call)
{
	struct said *s = (struct said *)call;
	struct exchange *e = call->exchange;
	struct problem why;

	if (!read_request_id(e, &s->refusal.request)) {
		problem_set(&why, ERR_NOT_FOUND, "", "no request has such an id");
		app_refuse_error(e, ERR_NOT_FOUND, (struct instant){ 0 }, &why);
		return;
	}
	if (read_refusal(e, &s->refusal, &why) != OK) {
		app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
		return;
	}
	s->refusal.caller = call->caller;
	s->refusal.browser = browser_of(s);
	s->refusal.now = call->now;
	exchange_hold(e, app_refuse(call->front->store, e->arena, call->front->settings, &s->refusal, on_answered, s));
}

void
refuse_request(struct exchange *e, void *front)
{
	struct said *s = arena_new(e->arena, struct said);

	device_begin(&s->call, e, front, take_refusal);
}
