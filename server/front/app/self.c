/* front/app/self.c - GET /v1/app/self: what a phone is told of itself, and whether its account's phones are muted. */
#include "codec/json_writer.h"
#include "front/app/front.h"
#include "transaction/phone/app_mute.h"

#define ANSWER_LARGEST (8 * KIB)

enum { ASK_MUTE, ASK_CREDENTIALS, ASKS };

struct introducing {
	struct device_call call;
	struct ask asks[ASKS];
};

/* By what its person is verified: a PIN, or what the browser is to unlock. */
static void
write_unlocking(struct buffer *b, struct arena *arena, const struct person_settings *settings,
    const struct credential *c)
{
	const struct credential_passkey *passkey = credential_passkey_of(c);

	json_write_member_or_null(b, "pin", span_text(passkey ? "" : c->app.pin_drawn ? "drawn" : "chosen"));
	json_write_name(b, "passkey");
	if (!passkey) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	json_write_member(b, "rp_id", settings->site.rp_id);
	json_write_member(b, "id", base64url_write(arena, passkey->id));
	buffer_byte(b, '}');
}

static void
write_self(struct buffer *b, struct introducing *i, const struct app_mute *mute)
{
	const struct person_settings *settings = i->call.front->settings;
	const struct credential *c = &i->call.caller->credential;
	struct arena *arena = i->call.exchange->arena;
	const char *reason;

	buffer_byte(b, '{');
	json_write_member(b, "number", span_text(i->call.caller->account.number));
	json_write_member(b, "name", c->name);
	json_write_member(b, "state", span_text(credential_state_name(c->state)));
	json_write_name(b, "usable");
	buffer_text(b, credential_usable(c, i->call.now, &reason) ? "true" : "false");
	write_unlocking(b, arena, settings, c);
	json_write_time(b, "issued", c->issued);
	json_write_time_or_null(b, "used", c->used);
	json_write_name(b, "push");
	buffer_text(b, c->app.push_endpoint.size ? "true" : "false");
	json_write_member_or_null(b, "push_key",
	    base64url_write(arena, span_of(settings->push_public, settings->push_public_size)));
	app_mute_write(b, mute);
	buffer_byte(b, '}');
}

static on_loaded on_mute_loaded;

static void
load_mute(struct device_call *call)
{
	struct introducing *i = (struct introducing *)call;
	const struct id *account = &call->caller->account.id;

	i->asks[ASK_MUTE] = app_mute_ask(account);
	i->asks[ASK_CREDENTIALS] = credentials_ask(call->exchange->arena, account, APP_MUTE_CREDENTIALS);
	exchange_hold(call->exchange, store_load(call->front->store, i->asks, ASKS, on_mute_loaded, i));
}

static void
on_mute_loaded(void *arg, enum err err, const struct problem *why)
{
	struct introducing *i = arg;
	struct exchange *e = i->call.exchange;
	struct app_mute mute;
	struct problem own;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err == OK)
		err = (why = &own, app_muted_loaded(e->arena, &i->asks[ASK_MUTE], &i->asks[ASK_CREDENTIALS], &mute,
		    &own));
	if (err != OK) {
		app_refuse_error(e, err, (struct instant){ 0 }, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_self(&b, i, &mute);
	exchange_reply_json(e, 200, buffer_span(&b));
	buffer_release(&b);
}

void
show_self(struct exchange *e, void *front)
{
	struct introducing *i = arena_new(e->arena, struct introducing);

	i->call.any_state = true;
	device_begin(&i->call, e, front, load_mute);
}
