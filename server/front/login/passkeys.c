/* front/login/passkeys.c - POST /v1/login/{id}/passkey/options and …/passkey: what the browser is to ask of a passkey,
 * what came of it.
 */
#include "front/login/front.h"
#include "front/login/login_request.h"

#define ANSWER_LARGEST (256 * KIB) /* of the passkeys of one account those that are looked at, ids of a kilobyte each */

/* Options: PublicKeyCredentialRequestOptionsJSON (WebAuthn L3 s5.1.10) */

static void
write_transports(struct buffer *b, struct span transports)
{
	buffer_text(b, ",\"transports\":[");
	while (transports.size) {
		json_write_element(b);
		json_write_string(b, span_cut(&transports, ','));
	}
	buffer_byte(b, ']');
}

static void
write_allowed(struct buffer *b, struct arena *arena, const struct login_passkey_options *o)
{
	buffer_text(b, ",\"allowCredentials\":[");
	for (size_t i = 0; i < o->allowed_count; i++) {
		const struct credential_passkey *p = &o->allowed[i].passkey;

		json_write_element(b);
		buffer_text(b, "{\"type\":\"public-key\"");
		json_write_member(b, "id", base64url_write(arena, p->id));
		if (p->transports.size)
			write_transports(b, p->transports);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
on_options(void *arg, enum err err, const struct login_passkey_options *o, const struct problem *why)
{
	struct login_visit *v = arg;
	struct arena *arena = v->exchange->arena;
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		login_refuse(v, err, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_byte(&b, '{');
	json_write_member(&b, "challenge", base64url_write(arena, o->challenge));
	buffer_print(&b, ",\"timeout\":%lld", (long long)(LOGIN_CEREMONY_FOR / 1000));
	json_write_member(&b, "rpId", v->front->settings->site.rp_id);
	write_allowed(&b, arena, o);
	buffer_print(&b, ",\"userVerification\":\"%s\"}", o->user_verified ? "required" : "preferred");
	exchange_reply_json(v->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

/* Whether the browser asks at once or waits in a field's suggestions makes no difference here. */
static void
offer(struct login_visit *v)
{
	bool conditional;

	if (login_options_read(v->exchange->arena, v->exchange->body, &conditional, &v->why) != OK)
		login_refuse(v, v->why.code, &v->why);
	else
		exchange_hold(v->exchange,
		    login_passkey_begin(v->front->store, v->exchange->arena, &v->asked, on_options, v));
}

void
offer_passkey(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, offer);
}

/* The answer */

static void
take(struct login_visit *v)
{
	exchange_hold(v->exchange, login_passkey_finish(v->front->store, v->exchange->arena, v->front->settings,
	    &v->asked, v->exchange->body, login_answered, v));
}

void
take_passkey(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, take);
}
