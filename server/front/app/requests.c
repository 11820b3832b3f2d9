/* front/app/requests.c - GET /v1/app/requests, POST …/find: which logins wait for this person. */
#include "codec/json_writer.h"
#include "front/app/app_body.h"
#include "front/app/front.h"
#include "transaction/phone/app_request.h"

#define ANSWER_LARGEST (512 * KIB)

enum { ASK_REQUESTS, ASK_MUTE, ASK_CREDENTIALS, ASKS };

struct listing {
	struct device_call call;
	struct ask asks[ASKS];
	struct app_request_sight sight;
	struct app_requests_shown shown;
};

static const uint8_t *
browser_of(const struct exchange *e)
{
	uint8_t *digest = arena_take(e->arena, 32);

	return cookie_digest(e, LOGIN_COOKIE, digest) ? digest : NULL;
}

static void
write_request(struct buffer *b, struct arena *arena, const struct app_request *q, bool same_browser)
{
	json_write_element(b);
	buffer_byte(b, '{');
	json_write_id(b, "id", &q->id);
	json_write_name(b, "relying_party");
	buffer_byte(b, '{');
	json_write_member(b, "entity_id", q->relying_party);
	localized_write(b, "name", q->name);
	buffer_byte(b, '}');
	localized_write(b, "why", q->wanted);
	json_write_member(b, "where", q->where);
	json_write_member(b, "challenge", base64url_write(arena, span_of(q->challenge, sizeof(q->challenge))));
	json_write_time(b, "made", q->made);
	json_write_time(b, "until", q->until);
	json_write_name(b, "same_browser");
	buffer_text(b, same_browser ? "true" : "false");
	buffer_byte(b, '}');
}

static enum err
choose_shown(struct listing *l, struct problem *why)
{
	struct arena *arena = l->call.exchange->arena;
	struct app_mute mute;

	if (app_muted_loaded(arena, &l->asks[ASK_MUTE], &l->asks[ASK_CREDENTIALS], &mute, why) != OK)
		return why->code;
	l->sight.muted = mute.since.us > 0;
	return app_requests_shown(arena, &l->asks[ASK_REQUESTS], &l->sight, &l->shown, why);
}

static void
write_shown(struct buffer *b, const struct listing *l)
{
	buffer_text(b, "{\"requests\":[");
	for (size_t i = 0; i < l->shown.count; i++)
		write_request(b, l->call.exchange->arena, &l->shown.list[i],
		    app_request_is_here(&l->shown.list[i], l->sight.browser));
	buffer_print(b, "],\"more\":%s}", l->shown.more ? "true" : "false");
}

static void
on_requests_loaded(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	struct exchange *e = l->call.exchange;
	struct buffer b = buffer_init(ANSWER_LARGEST);
	struct problem own;

	exchange_hold(e, NULL);
	if (err == OK)
		err = (why = &own, choose_shown(l, &own));
	if (err != OK) {
		app_refuse_error(e, err, (struct instant){ 0 }, why);
	} else {
		write_shown(&b, l);
		exchange_reply_json(e, 200, buffer_span(&b));
	}
	buffer_release(&b);
}

static void
list(struct device_call *call)
{
	struct listing *l = (struct listing *)call;
	struct exchange *e = call->exchange;
	const struct id *account = &call->caller->account.id;

	l->sight.browser = browser_of(e);
	l->asks[ASK_REQUESTS] = app_requests_ask(e->arena, account, APP_REQUESTS_LOOKED_AT);
	l->asks[ASK_MUTE] = app_mute_ask(account);
	l->asks[ASK_CREDENTIALS] = credentials_ask(e->arena, account, APP_MUTE_CREDENTIALS);
	exchange_hold(e, store_load(call->front->store, l->asks, ASKS, on_requests_loaded, l));
}

void
list_requests(struct exchange *e, void *front)
{
	struct listing *l = arena_new(e->arena, struct listing);

	device_begin(&l->call, e, front, list);
}

/* Where more wait than are listed: by what the login's page shows */

struct searching {
	struct device_call call;
	struct app_find asked;
};

static on_app_found on_found;

static void
search(struct device_call *call)
{
	struct searching *s = (struct searching *)call;
	struct exchange *e = call->exchange;
	struct problem why;

	if (app_find_read(e->arena, e->body, &s->asked, &why) != OK) {
		app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
		return;
	}
	s->asked.caller = call->caller;
	s->asked.browser = browser_of(e);
	s->asked.now = call->now;
	exchange_hold(e, app_find(call->front->store, e->arena, call->front->settings, &s->asked, on_found, s));
}

static void
on_found(void *arg, enum err err, const struct app_found *found, const struct problem *why)
{
	struct searching *s = arg;
	struct exchange *e = s->call.exchange;
	const struct app_answered *answered = &found->answered;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK || answered->failed) {
		app_refuse_answer(e, err, answered, answered->failed == APP_STEP_PIN, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_text(&b, "{\"requests\":[");
	for (size_t i = 0; i < found->count; i++)
		write_request(&b, e->arena, &found->requests[i],
		    app_request_is_here(&found->requests[i], s->asked.browser));
	buffer_text(&b, "],\"more\":false}");
	exchange_reply_json(e, 200, buffer_span(&b));
	buffer_release(&b);
}

void
find_request(struct exchange *e, void *front)
{
	struct searching *s = arena_new(e->arena, struct searching);

	device_begin(&s->call, e, front, search);
}
