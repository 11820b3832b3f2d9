/* front/enrol/begin.c - POST /v1/enrol and …/provisional: an enrolment, and an account before anybody is proofed. */
#include "codec/reader.h"
#include "front/enrol/front.h"
#include "http/haste.h"

#define ANSWER_LARGEST KIB

struct beginning {
	struct exchange *exchange;
	struct enrol_front *front;
	struct enrolment_begin asked;
	struct cookie_secret cookie;
};

static enum err
read_request(struct exchange *e, struct enrolment_begin *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = KIB, .depth = 1 });
	struct span name, language;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "reissue")) {
			out->reissue = reader_boolean(&r);
		} else if (span_is(name, "language")) {
			language = reader_string(&r, 1, 8);
			out->english = span_is(language, "en");
			if (!out->english && !span_is(language, "ja"))
				reader_fail_word(&r, "ja or en", language);
		}
	}
	return reader_end(&r, why);
}

static on_enrolment on_begun;

void
begin_enrolment(struct exchange *e, void *front)
{
	struct beginning *b = arena_new(e->arena, struct beginning);
	struct problem why;

	b->exchange = e;
	b->front = front;
	if (!exchange_is_ours(e, b->front->settings->origin) || exchange_is_hasty(e, b->front->settings->rates,
	    b->front->settings->limits[LIMIT_ENROLMENTS], "enrolments were begun", 1))
		return;
	if (read_request(e, &b->asked, &why) != OK) {
		exchange_refuse_failure(e, why.code, &why);
		return;
	}
	b->cookie = cookie_secret_new();
	memcpy(b->asked.browser, b->cookie.digest, sizeof(b->asked.browser));
	b->asked.now = clock_now();
	exchange_hold(e, enrolment_begin(b->front->store, e->arena, b->front->settings, &b->asked, on_begun, b));
}

static void
on_begun(void *arg, enum err err, const struct enrolment *enrolment, const struct problem *why)
{
	struct beginning *b = arg;
	struct exchange *e = b->exchange;
	struct buffer out;

	exchange_hold(e, NULL);
	if (err != OK) {
		exchange_refuse_failure(e, err, why);
		return;
	}
	out = buffer_init(ANSWER_LARGEST);
	buffer_byte(&out, '{');
	json_write_id(&out, "enrolment", &enrolment->id);
	buffer_byte(&out, '}');
	/* Accepted at its last moment it goes on for what is bound then. */
	enrol_reply(e, 201, cookie_set(e->arena, ENROLMENT_COOKIE, b->cookie.text,
	    (enrolment->expires.us - enrolment->made.us + SESSION_PROOFED_FOR) / SECONDS(1), SAME_SITE_LAX), &out);
	buffer_release(&out);
}

/* 仮登録 */

struct opening {
	struct enrol_visit visit;    /* first */
	struct cookie_secret cookie;
	struct span contact;
};

static enum err
read_opening(struct exchange *e, struct opening *o, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 2 * KIB, .depth = 1 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (!span_is(name, "contact"))
			continue;
		if (reader_peek(&r) == READER_NULL)
			reader_null(&r);
		else
			o->contact = reader_string(&r, 1, CONTACT_LARGEST);
	}
	return reader_end(&r, why);
}

static on_enrolment_opened on_opened;

static void
open_account(struct enrol_visit *v)
{
	struct opening *o = (struct opening *)v;
	const struct person_settings *settings = v->front->settings;

	/* A stranger's to fill the store with; of who was proofed there is one. */
	if (exchange_is_hasty(v->exchange, settings->rates, settings->limits[LIMIT_ACCOUNTS],
	    "provisional accounts were opened", 1))
		return;
	if (read_opening(v->exchange, o, &v->why) != OK) {
		exchange_refuse_failure(v->exchange, v->why.code, &v->why);
		return;
	}
	o->cookie = cookie_secret_new();
	exchange_hold(v->exchange, enrolment_open(v->front->store, v->exchange->arena, v->front->settings, &v->asked,
	    &o->cookie, o->contact, on_opened, o));
}

void
open_provisional(struct exchange *e, void *front)
{
	enrol_visit_begin(&arena_new(e->arena, struct opening)->visit, e, front, open_account);
}

static void
on_opened(void *arg, enum err err, const struct enrolment_opened *opened, const struct problem *why)
{
	struct opening *o = arg;
	struct exchange *e = o->visit.exchange;
	struct buffer out;

	exchange_hold(e, NULL);
	if (err != OK) {
		exchange_refuse_failure(e, err, why);
		return;
	}
	if (opened->until.us) {
		exchange_refuse_until(e, o->visit.now, opened->until, span_text("too many codes were sent to this "
		    "address: nothing was opened; wait a while, or open the account without it"), "");
		return;
	}
	out = buffer_init(ANSWER_LARGEST);
	buffer_byte(&out, '{');
	json_write_member(&out, "number", span_text(opened->account.number));
	buffer_byte(&out, '}');
	enrol_reply(e, 201, enrol_session_cookie(e, o->visit.front->settings, &o->cookie), &out);
	buffer_release(&out);
}
