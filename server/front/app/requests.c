/* front/app/requests.c - GET /v1/app/requests, POST …/find: which logins wait for this person. */
#include "codec/json_writer.h"
#include "front/app/app_body.h"
#include "front/app/front.h"
#include "transaction/phone/app_request.h"

#define ANSWER_LARGEST (512 * KIB)

struct listing {
	struct device_call call;
	struct ask ask;
	const uint8_t *browser;      /* NULL: no login of its own waits here */
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

/* Those that are shown, the newest first; whether there are more than that. */
static enum err
write_shown(struct buffer *b, const struct listing *l, bool *more, struct problem *why)
{
	struct arena *arena = l->call.exchange->arena;
	unsigned shown = 0;

	*more = l->ask.more;
	for (size_t i = 0; i < l->ask.count; i++) {
		struct app_request q;

		if (app_request_loaded(arena, &l->ask.rows[i], &q, why) != OK)
			return why->code;
		if (!app_request_is_shown(&q, l->browser))
			continue;
		if (shown++ == APP_REQUESTS_SHOWN) {
			*more = true;
			break;
		}
		write_request(b, arena, &q, app_request_is_here(&q, l->browser));
	}
	return OK;
}

static void
on_requests_loaded(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	struct exchange *e = l->call.exchange;
	struct buffer b = buffer_init(ANSWER_LARGEST);
	struct problem own;
	bool more = false;

	exchange_hold(e, NULL);
	buffer_text(&b, "{\"requests\":[");
	if (err == OK)
		err = (why = &own, write_shown(&b, l, &more, &own));
	buffer_print(&b, "],\"more\":%s}", more ? "true" : "false");
	if (err != OK)
		app_refuse_error(e, err, (struct instant){ 0 }, why);
	else
		exchange_reply_json(e, 200, buffer_span(&b));
	buffer_release(&b);
}

static void
list(struct device_call *call)
{
	struct listing *l = (struct listing *)call;
	struct exchange *e = call->exchange;

	l->browser = browser_of(e);
	/* Those that only another browser sees stand among them. */
	l->ask = app_requests_ask(e->arena, &call->caller->account.id, APP_REQUESTS_LOOKED_AT);
	exchange_hold(e, store_load(call->front->store, &l->ask, 1, on_requests_loaded, l));
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
