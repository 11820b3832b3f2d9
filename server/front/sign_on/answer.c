/* front/sign_on/answer.c - POST /v1/sign-on/{id}/agree and …/deny: yes or no, and where the browser goes on. */
#include "front/sign_on/agreement_request.h"
#include "front/sign_on/front.h"

#define ANSWER_LARGEST (4 * KIB)

struct answering {
	struct sign_on_visit visit;  /* first */
	struct sign_on_agreement agreement;
};

static void
on_answered(void *arg, enum err err, struct span location, const struct problem *why)
{
	struct sign_on_visit *v = arg;
	struct buffer b = buffer_init(ANSWER_LARGEST);

	exchange_hold(v->exchange, NULL);
	buffer_byte(&b, '{');
	json_write_member(&b, "location", location);
	buffer_byte(&b, '}');
	if (err == OK)
		exchange_reply_json(v->exchange, 200, buffer_span(&b));
	else
		sign_on_refuse(v, err, why);
	buffer_release(&b);
}

static void
agree(struct sign_on_visit *v)
{
	struct answering *a = (struct answering *)v;

	exchange_hold(v->exchange, sign_on_agree(v->front->store, v->exchange->arena, v->front->settings, &v->asked,
	    &a->agreement, on_answered, v));
}

static void
deny(struct sign_on_visit *v)
{
	exchange_hold(v->exchange, sign_on_deny(v->front->store, v->exchange->arena, v->front->settings, &v->asked,
	    on_answered, v));
}

/* What the body says is looked at behind whether it is a page of ours: its errors are nobody else's to see. */
static void
read_agreement(struct sign_on_visit *v)
{
	struct answering *a = (struct answering *)v;

	if (agreement_read(v->exchange->arena, v->exchange->body, &a->agreement, &v->why) == OK)
		agree(v);
	else
		sign_on_refuse(v, v->why.code, &v->why);
}

static void
read_nothing(struct sign_on_visit *v)
{
	if (reader_nothing(v->exchange->arena, v->exchange->body, &v->why) == OK)
		deny(v);
	else
		sign_on_refuse(v, v->why.code, &v->why);
}

void
agree_to_sign_on(struct exchange *e, void *front)
{
	struct answering *a = arena_new(e->arena, struct answering);

	sign_on_visit_begin(&a->visit, e, front, read_agreement);
}

void
deny_sign_on(struct exchange *e, void *front)
{
	sign_on_visit_begin(arena_new(e->arena, struct sign_on_visit), e, front, read_nothing);
}
