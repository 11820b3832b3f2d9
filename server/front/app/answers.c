/* front/app/answers.c - POST /v1/app/requests/{id}/answer and …/refuse: what a person says to a login's question. */
#include "codec/text.h"
#include "front/app/app_body.h"
#include "front/app/front.h"

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
	if (app_answer_read(e->arena, e->body, &s->answer, &why) != OK) {
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
	if (err != OK || answered->failed)
		app_refuse_answer(e, err, answered, counted, why);
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
	if (app_refusal_read(e->arena, e->body, &s->refusal, &why) != OK) {
		app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
		return;
	}
	s->refusal.caller = call->caller;
	s->refusal.browser = browser_of(s);
	s->refusal.now = call->now;
	exchange_hold(e, app_refuse(call->front->store, e->arena, &s->refusal, on_answered, s));
}

void
refuse_request(struct exchange *e, void *front)
{
	struct said *s = arena_new(e->arena, struct said);

	device_begin(&s->call, e, front, take_refusal);
}
