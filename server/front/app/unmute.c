/* front/app/unmute.c - POST /v1/app/unmute: a person lets the account's phones be asked again. */
#include "front/app/app_body.h"
#include "front/app/front.h"

struct unmuting {
	struct device_call call;
	struct app_unmute asked;
};

static on_app_unmuted on_unmuted;

static void
take_unmuting(struct device_call *call)
{
	struct unmuting *u = (struct unmuting *)call;
	struct exchange *e = call->exchange;
	struct problem why;

	if (app_unmute_read(e->arena, e->body, &u->asked, &why) != OK) {
		app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
		return;
	}
	u->asked.caller = call->caller;
	u->asked.now = call->now;
	exchange_hold(e, app_unmute(call->front->store, e->arena, call->front->settings, &u->asked, on_unmuted, u));
}

static void
on_unmuted(void *arg, enum err err, const struct app_answered *answered, const struct problem *why)
{
	struct unmuting *u = arg;
	struct exchange *e = u->call.exchange;

	exchange_hold(e, NULL);
	if (err != OK || answered->failed)
		app_refuse_answer(e, err, answered, answered->failed == APP_STEP_PIN, why);
	else
		exchange_reply_json(e, 200, span_text("{\"answered\":true}"));
}

void
unmute_phones(struct exchange *e, void *front)
{
	struct unmuting *u = arena_new(e->arena, struct unmuting);

	device_begin(&u->call, e, front, take_unmuting);
}
