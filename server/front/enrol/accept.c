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

static void
read_ids(struct reader *r, struct id out[ENROLMENT_NAMED], size_t *count)
{
	struct span id;

	reader_array(r);
	while (reader_element(r)) {
		id = reader_string(r, 1, LEDGER_ID_TEXT - 1);
		if (*count == ENROLMENT_NAMED)
			reader_fail(r, "at most 32 authenticators", "more");
		else if (!ledger_id_read(id, &out[(*count)++]))
			reader_fail(r, "the id of an authenticator, 32 hexadecimal digits", "another text");
	}
}

static enum err
expect_once(const char *list, const struct id *ids, size_t count, struct problem *why)
{
	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n < i; n++)
			if (id_equal(&ids[i], &ids[n]))
				return problem_set(why, ERR_INVALID, "", "/%s/%zu: this one was named before", list, i);
	return OK;
}

/* {"revoke":[id, …],"keep":[id, …]}; each may be missing. */
static enum err
read_request(struct exchange *e, struct enrolment_accept *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 4 * KIB, .depth = 2 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "revoke"))
			read_ids(&r, out->revoke, &out->revoke_count);
		else if (span_is(name, "keep"))
			read_ids(&r, out->keep, &out->keep_count);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (expect_once("revoke", out->revoke, out->revoke_count, why) != OK)
		return why->code;
	return expect_once("keep", out->keep, out->keep_count, why);
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
