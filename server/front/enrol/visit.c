/* front/enrol/visit.c - who is at the page that enrols, and what is answered there. */
#include "front/enrol/front.h"
#include "ledger/entry.h"

static on_session on_session_known;

void
enrol_visit_begin(struct enrol_visit *v, struct exchange *e, struct enrol_front *front,
    void (*go_on)(struct enrol_visit *))
{
	v->exchange = e;
	v->front = front;
	v->now = clock_now();
	v->go_on = go_on;
	if (!exchange_is_ours(e, front->settings->origin))
		return;
	if (!ledger_id_read(e->segment, &v->asked.id) || !cookie_digest(e, ENROLMENT_COOKIE, v->asked.browser)) {
		problem_set(&v->why, ERR_NOT_FOUND, "",
		    "no enrolment of this browser's waits here: its time may be over; begin it anew");
		exchange_refuse_failure(e, ERR_NOT_FOUND, &v->why);
		return;
	}
	exchange_hold(e, session_identify(front->store, e, &front->settings->session, v->now, on_session_known, v));
}

/* Nobody need be logged in. */
static void
on_session_known(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct enrol_visit *v = arg;

	(void)account;
	exchange_hold(v->exchange, NULL);
	if (err != OK && err != ERR_DENIED) {
		exchange_refuse_failure(v->exchange, err, why);
		return;
	}
	if (err == OK) {
		v->session = *session;
		v->asked.session = &v->session;
	}
	v->asked.where = session_where(v->exchange);
	v->asked.now = v->now;
	v->go_on(v);
}

/* Answers */

void
enrol_write_words(struct buffer *b, const char *name, struct localized words)
{
	json_write_name(b, name);
	buffer_byte(b, '{');
	json_write_member(b, "ja", words.ja);
	json_write_member(b, "en", words.en);
	buffer_byte(b, '}');
}

void
enrol_reply(struct exchange *e, int status, struct span fields, struct buffer *b)
{
	exchange_reply(e, &(struct reply){ .status = status, .body = buffer_span(b),
		.fields = span_text(arena_print(e->arena, "%sCache-Control: no-store\r\n%.*s",
		    status < 400 ? "Content-Type: application/json\r\n" : "Content-Type: application/problem+json\r\n",
		    SPAN_ARGS(fields))) });
}

struct span
enrol_session_cookie(struct exchange *e, const struct person_settings *settings, const struct cookie_secret *cookie)
{
	return cookie_set(e->arena, SESSION_COOKIE, cookie->text, settings->session.lasts / SECONDS(1), SAME_SITE_LAX);
}
