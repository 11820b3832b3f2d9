/* front/login/phones.c - POST /v1/login/{id}/app: the phones of whoever it is said to be are asked. */
#include <openssl/crypto.h>

#include "codec/qr.h"
#include "front/login/front.h"
#include "ledger/entry.h"
#include "transaction/phone/app_request.h"

#define ANSWER_LARGEST (128 * KIB)

struct asking {
	struct login_visit visit;
	struct ask ask;
	struct login login;
};

static on_loaded on_login_loaded;
static on_app_request_begun on_begun;

static void
ask_app(struct login_visit *v)
{
	struct asking *a = (struct asking *)v;

	if (!login_body_empty(v))
		return;
	a->ask = login_ask(&v->asked.id);
	exchange_hold(v->exchange, store_load(v->front->store, &a->ask, 1, on_login_loaded, a));
}

void
ask_phones(struct exchange *e, void *front)
{
	struct asking *a = arena_new(e->arena, struct asking);

	login_visit_begin(&a->visit, e, front, LOGIN_COST_TRY, ask_app);
}

static bool
is_nobody(const struct login *l)
{
	return !l->said && !id_given(&l->account);
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct asking *a = arg;
	struct login_visit *v = &a->visit;

	exchange_hold(v->exchange, NULL);
	if (err == OK) {
		err = login_waits(v->exchange->arena, &a->ask, v->asked.browser, &a->login, &v->why);
		why = &v->why;
	}
	if (err == OK && is_nobody(&a->login))
		err = problem_set(&v->why, ERR_CONFLICT, "",
		    "a phone is some account's: say first whose it is, by number or address");
	if (err != OK) {
		login_refuse(v, err, why);
		return;
	}
	exchange_hold(v->exchange, app_request_begin(v->front->store, v->exchange->arena, v->front->settings,
	    &(struct app_request_begin){ .login = &a->login,
	        .address = v->exchange->peer, .now = v->asked.now }, on_begun, a));
}

static void
on_begun(void *arg, enum err err, const struct app_request_begun *begun, const struct problem *why)
{
	struct asking *a = arg;
	struct login_visit *v = &a->visit;
	struct arena *arena = v->exchange->arena;
	char request[LEDGER_ID_TEXT];
	struct span qr, link;
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err == OK) {
		/* Without the number: whoever opens what a stranger sent has not seen the session (NIST SP 800-63B-4
		 * s3.1.3.1). */
		link = span_text(arena_print(arena, "%.*s/app/#request=%s", SPAN_ARGS(v->front->settings->origin),
		    ledger_id_text(&begun->login.app.request, request)));
		err = qr_svg(arena, link, "QR", &qr, &v->why);
		why = &v->why;
	}
	if (err != OK) {
		login_refuse(v, err, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_byte(&b, '{');
	json_write_member(&b, "code", span_text(begun->code));
	json_write_member(&b, "request", span_text(request));
	json_write_member(&b, "qr", qr);
	json_write_time(&b, "until", begun->login.app.until);
	buffer_byte(&b, '}');
	exchange_reply_json(v->exchange, 201, buffer_span(&b));
	OPENSSL_cleanse(b.data, b.room);
	buffer_release(&b);
}
