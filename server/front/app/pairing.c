/* front/app/pairing.c - /v1/account/pairing: the account's page shows a code for a phone, and hears of it. */
#include "transaction/phone/pairing.h"

#include <openssl/crypto.h>

#include "codec/json_writer.h"
#include "codec/qr.h"
#include "codec/reader.h"
#include "front/app/front.h"
#include "transaction/session/account_access.h"

#define ANSWER_LARGEST (128 * KIB)

struct page_call {
	struct exchange *exchange;
	struct app_front *front;
	struct instant now;
	struct id account, session;
	struct ask ask;
};

static struct page_call *
page_call_new(struct exchange *e, struct app_front *front)
{
	struct page_call *c = arena_new(e->arena, struct page_call);

	*c = (struct page_call){ .exchange = e, .front = front, .now = clock_now() };
	return c;
}

/* A code */

static on_account_access on_may_change;
static on_pairing_begun on_begun;

static bool
is_asked_by_page(struct exchange *e, const struct app_front *front)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = KIB, .depth = 1 });
	struct span name;
	struct problem why;

	if (!request_is_ours(e, front->settings->origin)) {
		problem_set(&why, ERR_DENIED, "RFC 9110 s10.1", "the request does not come from a page of this server");
		exchange_refuse(e, 403, &why);
		return false;
	}
	reader_object(&r);
	while (reader_member(&r, &name))
		continue;
	if (reader_end(&r, &why) == OK)
		return true;
	exchange_refuse(e, status_of(why.code), &why);
	return false;
}

void
begin_pairing(struct exchange *e, void *front)
{
	struct page_call *c = page_call_new(e, front);

	if (is_asked_by_page(e, front))
		exchange_hold(e, account_access(c->front->store, e, c->front->settings, &c->front->settings->change,
		    c->now, on_may_change, c));
}

static void
on_may_change(void *arg, enum err err, const struct account_access *access, const struct problem *why)
{
	struct page_call *c = arg;
	struct exchange *e = c->exchange;
	struct problem own;

	exchange_hold(e, NULL);
	if (err != OK) {
		account_access_refuse(e, err, why);
	} else if (!access->enough) {
		problem_set(&own, ERR_DENIED, "NIST SP 800-63B-4 s4.1.2.1",
		    "what was shown in this session is not enough to add an authenticator");
		account_access_step_up(e, "change", &own);
	} else {
		exchange_hold(e, pairing_begin(c->front->store, e->arena, c->front->settings, access, on_begun, c));
	}
}

static void
on_begun(void *arg, enum err err, const struct pairing_begun *begun, const struct problem *why)
{
	struct page_call *c = arg;
	struct exchange *e = c->exchange;
	struct problem own;
	struct span qr;
	struct buffer b;
	char *link;

	exchange_hold(e, NULL);
	if (err == ERR_DENIED) {
		account_access_step_up(e, "authenticator", why);
		return;
	}
	if (err == OK) {
		link = arena_print(e->arena, "%.*s/app/#pair=%s", SPAN_ARGS(c->front->settings->origin), begun->code);
		err = (why = &own, qr_svg(e->arena, span_text(link), "QR", &qr, &own));
	}
	if (err != OK) {
		app_refuse_error(e, err, (struct instant){ 0 }, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_byte(&b, '{');
	json_write_member(&b, "code", span_text(begun->code));
	json_write_member(&b, "link", span_text(link));
	json_write_member(&b, "qr", qr);
	json_write_time(&b, "until", begun->until);
	buffer_byte(&b, '}');
	OPENSSL_cleanse(link, strlen(link));
	exchange_reply_json(e, 201, buffer_span(&b));
	OPENSSL_cleanse(b.data, b.room);
	buffer_release(&b);
}

/* How it stands: for the session that began it, and nobody else's. */

static on_session on_looker, on_listener;
static on_loaded on_pairing_loaded;

void
show_pairing(struct exchange *e, void *front)
{
	struct page_call *c = page_call_new(e, front);

	exchange_hold(e, session_identify(c->front->store, e, &c->front->settings->session, c->now, on_looker, c));
}

static void
on_looker(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct page_call *c = arg;

	exchange_hold(c->exchange, NULL);
	if (err != OK) {
		account_access_refuse(c->exchange, err, why);
		return;
	}
	c->account = account->id;
	c->session = session->id;
	c->ask = pairing_ask(&c->account);
	exchange_hold(c->exchange, store_load(c->front->store, &c->ask, 1, on_pairing_loaded, c));
}

static void
write_pairing(struct buffer *b, const struct pairing *p, struct instant now)
{
	bool over = p->state == PAIRING_WAITING && !instant_before(now, p->until);

	buffer_byte(b, '{');
	json_write_member(b, "state", span_text(over ? "over" : pairing_state_name(p->state)));
	json_write_time(b, "until", p->until);
	if (p->state == PAIRING_DONE)
		json_write_id(b, "authenticator", &p->credential);
	buffer_byte(b, '}');
}

static void
on_pairing_loaded(void *arg, enum err err, const struct problem *why)
{
	struct page_call *c = arg;
	struct exchange *e = c->exchange;
	struct pairing pairing;
	struct problem own;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err == OK)
		err = (why = &own, pairing_loaded(e->arena, &c->ask, &pairing, &own));
	if (err == OK && !id_equal(&pairing.session_id, &c->session))
		err = problem_set(&own, ERR_NOT_FOUND, "", "no phone is being paired in this session");
	if (err != OK) {
		app_refuse_error(e, err, (struct instant){ 0 }, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_pairing(&b, &pairing, c->now);
	exchange_reply_json(e, 200, buffer_span(&b));
	buffer_release(&b);
}

void
serve_pairing_events(struct exchange *e, void *front)
{
	struct page_call *c = page_call_new(e, front);

	exchange_hold(e, session_identify(c->front->store, e, &c->front->settings->session, c->now, on_listener, c));
}

static void
on_listener(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct page_call *c = arg;

	(void)session;
	exchange_hold(c->exchange, NULL);
	if (err != OK)
		account_access_refuse(c->exchange, err, why);
	else
		events_follow(c->front->pairings, c->exchange,
		    id_span(&account->id));
}
