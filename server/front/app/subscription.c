/* front/app/subscription.c - POST, DELETE /v1/app/push: where a phone is woken (RFC 8030, RFC 8291). */
#include "front/app/app_body.h"
#include "front/app/front.h"

struct subscribing {
	struct device_call call;
	struct push_subscription push;
};

static on_committed on_kept;

/* With the row as it was identified a moment ago: who changed it meanwhile was first. */
static void
keep(struct subscribing *s)
{
	struct device_call *call = &s->call;
	struct credential c = call->caller->credential;
	struct unit *unit = unit_new(call->exchange->arena, store_tables(call->front->store), id_new(call->now));

	c.app.push_endpoint = s->push.endpoint;
	c.app.push_key = s->push.key;
	c.app.push_secret = s->push.secret;
	credential_put(unit, call->exchange->arena, &c);
	exchange_hold(call->exchange, store_commit(call->front->store, unit, on_kept, s));
}

static void
on_kept(void *arg, const struct committed *committed)
{
	struct subscribing *s = arg;
	struct exchange *e = s->call.exchange;
	struct problem why;

	exchange_hold(e, NULL);
	if (committed->code == OK) {
		exchange_reply(e, &(struct reply){ .status = 204, .fields = span_text("Cache-Control: no-store\r\n") });
		return;
	}
	problem_set(&why, committed->code, "", "where this phone is woken could not be kept: %s",
	    err_name(committed->code));
	app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
}

static void
subscribe(struct device_call *call)
{
	struct subscribing *s = (struct subscribing *)call;
	struct problem why;

	if (app_subscription_read(call->exchange->arena, call->exchange->body, &s->push, &why) != OK)
		app_refuse_error(call->exchange, why.code, (struct instant){ 0 }, &why);
	else
		keep(s);
}

void
subscribe_phone(struct exchange *e, void *front)
{
	struct subscribing *s = arena_new(e->arena, struct subscribing);

	device_begin(&s->call, e, front, subscribe);
}

static void
unsubscribe(struct device_call *call)
{
	keep((struct subscribing *)call);
}

void
unsubscribe_phone(struct exchange *e, void *front)
{
	struct subscribing *s = arena_new(e->arena, struct subscribing);

	s->call.any_state = true;
	device_begin(&s->call, e, front, unsubscribe);
}
