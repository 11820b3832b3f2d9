/* front/enrol/accept.c - POST /v1/enrol/{id}/accept: taken over, and a session. */
#include "codec/reader.h"
#include "front/enrol/front.h"
#include "ledger/entry.h"

#define ANSWER_LARGEST (4 * KIB)

struct accepting {
	struct enrol_visit visit;    /* first */
	struct enrolment_accept asked;
	struct cookie_secret cookie;
};

/* {"revoke":[id, …]} or {} */
static enum err
read_request(struct exchange *e, struct enrolment_accept *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 2 * KIB, .depth = 2 });
	struct span name, id;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (!span_is(name, "revoke"))
			continue;
		reader_array(&r);
		while (reader_element(&r)) {
			id = reader_string(&r, 1, LEDGER_ID_TEXT - 1);
			if (out->revoke_count == ENROLMENT_REVOKED)
				reader_fail(&r, "at most 16 authenticators", "more");
			else if (!ledger_id_read(id, &out->revoke[out->revoke_count++]))
				reader_fail(&r, "the id of an authenticator, 32 hexadecimal digits", "another text");
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	for (size_t i = 0; i < out->revoke_count; i++)
		for (size_t n = 0; n < i; n++)
			if (id_equal(&out->revoke[i], &out->revoke[n]))
				return problem_set(why, ERR_INVALID, "", "/revoke/%zu: this one was named before", i);
	return OK;
}

static on_enrolment_view on_accepted;

static void
take_over(struct enrol_visit *v)
{
	struct accepting *a = (struct accepting *)v;

	if (read_request(v->exchange, &a->asked, &v->why) != OK) {
		exchange_refuse_failure(v->exchange, v->why.code, &v->why);
		return;
	}
	a->cookie = cookie_secret_new();
	a->asked.asked = v->asked;
	a->asked.cookie = &a->cookie;
	exchange_hold(v->exchange, enrolment_accept(v->front->store, v->exchange->arena, v->front->settings, &a->asked,
	    on_accepted, a));
}

void
accept_enrolment(struct exchange *e, void *front)
{
	enrol_visit_begin(&arena_new(e->arena, struct accepting)->visit, e, front, take_over);
}

/* RFC 9457, with what can be done. */
static void
write_refusal(struct buffer *b, const struct enrolment_view *v)
{
	const bool similar = v->account == ENROLMENT_SIMILAR;

	buffer_text(b, "{\"status\":409,\"title\":\"Conflict\"");
	json_write_member(b, "detail", v->why.en.size ? v->why.en : span_text(
	    "somebody is known here by this name, date of birth, sex and address: log in to that account, or ask a "
	    "registrar"));
	buffer_text(b, ",\"clause\":\"\"");
	json_write_member(b, "code", span_text(v->failed));
	if (v->why.ja.size)
		enrol_write_words(b, "why", v->why);
	if (similar)
		buffer_text(b, ",\"settle\":[\"login\",\"registrar\"]");
	buffer_byte(b, '}');
}

static void
on_accepted(void *arg, enum err err, const struct enrolment_view *view, const struct problem *why)
{
	struct accepting *a = arg;
	struct exchange *e = a->visit.exchange;
	struct span fields = { 0 };
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		exchange_refuse_failure(e, err, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	if (view->failed) {
		write_refusal(&b, view);
	} else {
		buffer_byte(&b, '{');
		json_write_member(&b, "location", span_text("/account/"));
		json_write_member(&b, "number", span_text(view->found.number));
		buffer_byte(&b, '}');
		fields = enrol_session_cookie(e, a->visit.front->settings, &a->cookie);
	}
	enrol_reply(e, view->failed ? 409 : 200, fields, &b);
	buffer_release(&b);
}
