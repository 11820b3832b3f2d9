/* front/enrol/show.c - GET /v1/enrol/{id}: how it stands, and what would be taken over. */
#include "front/enrol/front.h"

#define ANSWER_LARGEST (256 * KIB) /* four attributes before and after, and 64 authenticators' names */

static void
write_attributes(struct buffer *b, const struct enrolment_view *v)
{
	json_write_name(b, "attributes");
	buffer_byte(b, '[');
	for (size_t i = 0; i < v->attribute_count; i++) {
		const struct attribute_kind *kind = attribute_kind_find(span_text(v->attributes[i].name));

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "name", span_text(kind->name));
		enrol_write_words(b, "title", kind->title);
		json_write_member(b, "value", v->attributes[i].value);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_changes(struct buffer *b, const struct enrolment_view *v)
{
	json_write_name(b, "changes");
	buffer_byte(b, '[');
	for (size_t i = 0; v->account != ENROLMENT_NEW && i < v->change_count; i++) {
		json_write_element(b);
		buffer_byte(b, '{');
		json_write_member(b, "name", span_text(v->changes[i].kind->name));
		enrol_write_words(b, "title", v->changes[i].kind->title);
		json_write_member_or_null(b, "before", v->changes[i].before);
		json_write_member_or_null(b, "after", v->changes[i].after);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_credentials(struct buffer *b, const struct enrolment_view *v)
{
	json_write_name(b, "authenticators");
	buffer_byte(b, '[');
	for (size_t i = 0; i < v->credential_count; i++) {
		const struct credential *c = &v->credentials[i];

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_id(b, "id", &c->id);
		json_write_member(b, "kind", span_text(credential_kind_name(c->kind)));
		json_write_member(b, "name", c->name);
		json_write_member(b, "state", span_text(credential_state_name(c->state)));
		json_write_member(b, "binding", span_text(credential_binding_word(c->binding)));
		json_write_time(b, "issued", c->issued);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_preview(struct buffer *b, const struct enrolment_view *v)
{
	json_write_name(b, "preview");
	if (v->state != ENROLMENT_ANSWERED || v->failed) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	write_attributes(b, v);
	write_changes(b, v);
	json_write_member(b, "account", span_text(enrolment_account_name(v->account)));
	json_write_member_or_null(b, "number", span_text(v->found.number));
	if (v->account == ENROLMENT_THIS || v->account == ENROLMENT_EXISTING) {
		json_write_name(b, "provisional");
		buffer_text(b, v->found.standing == ACCOUNT_PROVISIONAL ? "true" : "false");
		write_credentials(b, v);
	}
	buffer_byte(b, '}');
}

static void
write_card(struct buffer *b, const struct enrolment_view *v)
{
	json_write_name(b, "card");
	if (!v->enrolment.card_until.us || v->state == ENROLMENT_OVER) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	json_write_member(b, "state", span_text(v->task.answered ? "answered" : "waiting"));
	json_write_member(b, "purpose", span_text(jpki_purpose_name(v->enrolment.purpose)));
	json_write_time(b, "until", v->enrolment.card_until);
	buffer_byte(b, '}');
}

static void
write_failure(struct buffer *b, const struct enrolment_view *v)
{
	json_write_name(b, "failed");
	if (!v->failed) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	json_write_member(b, "step", v->state == ENROLMENT_REFUSED && v->task.failed_step.size ? v->task.failed_step
	                                                                                   : span_text(v->failed));
	enrol_write_words(b, "why", v->why);
	buffer_byte(b, '}');
}

/* What the page can do, the nearest first. */
static const char *
next_of(const struct enrolment_view *v)
{
	const bool opens = !v->enrolment.reissue && !id_given(&v->enrolment.opened);

	switch (v->state) {
	case ENROLMENT_BEGUN:
		return opens ? "[\"card\",\"provisional\"]" : "[\"card\"]";
	case ENROLMENT_ANSWERED:
		if (v->failed)
			return "[\"card\"]";
		return v->account == ENROLMENT_SIMILAR ? "[\"login\",\"registrar\"]" : "[\"accept\",\"card\"]";
	case ENROLMENT_TAKEN:
		return "[\"account\",\"bind-card\"]";
	default:
		return "[\"card\"]";
	}
}

static on_enrolment_view on_seen;

static void
look(struct enrol_visit *v)
{
	exchange_hold(v->exchange, enrolment_look(v->front->store, v->exchange->arena, v->front->settings, &v->asked,
	    on_seen, v));
}

void
show_enrolment(struct exchange *e, void *front)
{
	enrol_visit_begin(arena_new(e->arena, struct enrol_visit), e, front, look);
}

static void
on_seen(void *arg, enum err err, const struct enrolment_view *view, const struct problem *why)
{
	struct enrol_visit *v = arg;
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		exchange_refuse_failure(v->exchange, err, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_byte(&b, '{');
	json_write_member(&b, "state", span_text(enrolment_state_name(view->state)));
	json_write_name(&b, "reissue");
	buffer_text(&b, view->enrolment.reissue ? "true" : "false");
	write_card(&b, view);
	write_preview(&b, view);
	write_failure(&b, view);
	json_write_name(&b, "next");
	buffer_text(&b, next_of(view));
	json_write_time(&b, "until", view->enrolment.expires);
	buffer_byte(&b, '}');
	exchange_reply_json(v->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

/* Waiting for the card: the task changes, and the page looks again. */

static void
on_followed(void *arg, enum err err, const struct enrolment_view *view, const struct problem *why)
{
	struct enrol_visit *v = arg;

	exchange_hold(v->exchange, NULL);
	if (err == OK && !view->enrolment.card_until.us)
		err = (why = &v->why, problem_set(&v->why, ERR_CONFLICT, "", "no card is waited for here"));
	if (err != OK)
		exchange_refuse_failure(v->exchange, err, why);
	else
		events_follow(v->front->tasks, v->exchange,
		    id_span(&view->enrolment.task));
}

static void
follow(struct enrol_visit *v)
{
	exchange_hold(v->exchange, enrolment_look(v->front->store, v->exchange->arena, v->front->settings, &v->asked,
	    on_followed, v));
}

void
follow_enrolment(struct exchange *e, void *front)
{
	enrol_visit_begin(arena_new(e->arena, struct enrol_visit), e, front, follow);
}
