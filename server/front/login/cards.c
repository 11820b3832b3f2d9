/* front/login/cards.c - POST /v1/login/{id}/card and …/card/finish: a code for who has a reader, what it brought. */
#include <openssl/crypto.h>

#include "codec/qr.h"
#include "front/login/front.h"
#include "transaction/card/task.h"

#define ANSWER_LARGEST (128 * KIB)

static void
write_task(struct buffer *b, struct arena *arena, const struct card_task_begun *task, const char *link,
    struct span qr)
{
	buffer_byte(b, '{');
	json_write_member(b, "code", span_text(task->code));
	json_write_member(b, "link", span_text(link));
	json_write_member(b, "command", span_text(arena_print(arena, "watashi-card answer '%s'", link)));
	json_write_member(b, "qr", qr);
	json_write_time(b, "until", task->until);
	buffer_byte(b, '}');
}

static void
on_begun(void *arg, enum err err, const struct card_task_begun *task, const struct problem *why)
{
	struct login_visit *v = arg;
	struct arena *arena = v->exchange->arena;
	const char *link = NULL;
	struct span qr;
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err == OK) {
		link = arena_print(arena, "%.*s/card/#%s", SPAN_ARGS(v->front->settings->origin), task->code);
		err = qr_svg(arena, span_text(link), "QR", &qr, &v->why);
		why = &v->why;
	}
	if (err != OK) {
		login_refuse(v, err, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_task(&b, arena, task, link, qr);
	exchange_reply_json(v->exchange, 201, buffer_span(&b));
	OPENSSL_cleanse(b.data, b.room);
	buffer_release(&b);
}

static void
offer(struct login_visit *v)
{
	if (login_body_empty(v))
		exchange_hold(v->exchange, login_card_begin(v->front->store, v->exchange->arena, v->front->settings,
		    &v->asked, on_begun, v));
}

void
offer_card(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, offer);
}

/* The answer: "waiting" while there is none. */

static void
refuse_waiting(struct login_visit *v)
{
	exchange_reply(v->exchange, &(struct reply){ .status = 409,
		.fields = span_text("Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"),
		.body = span_text("{\"status\":409,\"title\":\"Conflict\",\"detail\":\"no card has answered yet\","
		    "\"clause\":\"\",\"code\":\"waiting\"}") });
}

static void
on_answered(void *arg, enum err err, bool waiting, const struct login_refusal *refusal, const struct problem *why)
{
	struct login_visit *v = arg;

	if (!waiting) {
		login_answered(v, err, refusal, why);
		return;
	}
	exchange_hold(v->exchange, NULL);
	refuse_waiting(v);
}

static void
take(struct login_visit *v)
{
	if (login_body_empty(v))
		exchange_hold(v->exchange, login_card_finish(v->front->store, v->exchange->arena, v->front->settings,
		    &v->asked, on_answered, v));
}

void
take_card_answer(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, take);
}
