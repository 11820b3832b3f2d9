/* front/enrol/cards.c - POST /v1/enrol/{id}/card and …/bind-card: a code for whoever has a reader. */
#include <openssl/crypto.h>

#include "codec/qr.h"
#include "codec/reader.h"
#include "front/enrol/front.h"
#include "http/haste.h"

#define ANSWER_LARGEST (128 * KIB)

static bool
body_is_empty(struct enrol_visit *v)
{
	struct exchange *e = v->exchange;

	if (reader_nothing(e->arena, e->body, &v->why) == OK)
		return true;
	exchange_refuse_failure(e, v->why.code, &v->why);
	return false;
}

static on_card_task_begun on_begun;

static void
ask_for_card(struct enrol_visit *v, enum jpki_purpose purpose)
{
	const struct person_settings *settings = v->front->settings;

	/* Each leaves a challenge until its time is over. */
	if (exchange_is_hasty(v->exchange, settings->rates, settings->limits[LIMIT_TRIES], "cards were asked for", 1))
		return;
	if (body_is_empty(v))
		exchange_hold(v->exchange, enrolment_card(v->front->store, v->exchange->arena, v->front->settings,
		    &v->asked, purpose, on_begun, v));
}

static void
ask_for_signature(struct enrol_visit *v)
{
	ask_for_card(v, JPKI_SIGNATURE);
}

static void
ask_for_authentication(struct enrol_visit *v)
{
	ask_for_card(v, JPKI_AUTHENTICATION);
}

void
begin_card(struct exchange *e, void *front)
{
	enrol_visit_begin(arena_new(e->arena, struct enrol_visit), e, front, ask_for_signature);
}

void
begin_card_binding(struct exchange *e, void *front)
{
	enrol_visit_begin(arena_new(e->arena, struct enrol_visit), e, front, ask_for_authentication);
}

static void
on_begun(void *arg, enum err err, const struct card_task_begun *begun, const struct problem *why)
{
	struct enrol_visit *v = arg;
	struct exchange *e = v->exchange;
	struct span origin = v->front->settings->origin, qr;
	struct buffer b;
	char *link;

	exchange_hold(e, NULL);
	if (err == OK) {
		link = arena_print(e->arena, "%.*s/card/#%s", SPAN_ARGS(origin), begun->code);
		err = (why = &v->why, qr_svg(e->arena, span_text(link), "QR", &qr, &v->why));
	}
	if (err != OK) {
		exchange_refuse_failure(e, err, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_byte(&b, '{');
	json_write_member(&b, "code", span_text(begun->code));
	json_write_member(&b, "link", span_text(link));
	json_write_member(&b, "command", span_text(arena_print(e->arena, "watashi-card answer '%s'", link)));
	json_write_member(&b, "qr", qr);
	json_write_time(&b, "until", begun->until);
	buffer_byte(&b, '}');
	exchange_reply_json(e, 201, buffer_span(&b));
	OPENSSL_cleanse(b.data, b.room);
	buffer_release(&b);
}

/* Bound */

static on_enrolment_bound on_bound;

static void
finish(struct enrol_visit *v)
{
	if (body_is_empty(v))
		exchange_hold(v->exchange, enrolment_bind(v->front->store, v->exchange->arena, v->front->settings,
		    &v->asked, on_bound, v));
}

void
bind_card(struct exchange *e, void *front)
{
	enrol_visit_begin(arena_new(e->arena, struct enrol_visit), e, front, finish);
}

static void
on_bound(void *arg, enum err err, const struct credential *c, const struct problem *why)
{
	struct enrol_visit *v = arg;
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		exchange_refuse_failure(v->exchange, err, why);
		return;
	}
	b = buffer_init(KIB);
	buffer_byte(&b, '{');
	json_write_id(&b, "id", &c->id);
	json_write_member(&b, "kind", span_text(credential_kind_name(c->kind)));
	json_write_member(&b, "name", c->name);
	json_write_member(&b, "state", span_text(credential_state_name(c->state)));
	json_write_member(&b, "binding", span_text(credential_binding_word(c->binding)));
	json_write_time(&b, "issued", c->issued);
	buffer_byte(&b, '}');
	exchange_reply_json(v->exchange, 201, buffer_span(&b));
	buffer_release(&b);
}
