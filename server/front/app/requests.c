/* front/app/requests.c - GET /v1/app/requests: which logins wait for this person. */
#include "codec/json_writer.h"
#include "crypto/digest.h"
#include "front/app/front.h"
#include "transaction/phone/app_request.h"

#include <openssl/crypto.h>

#define ANSWER_LARGEST (512 * KIB)

struct listing {
	struct device_call call;
	struct ask ask;
	bool browser_known;
	uint8_t browser[32];
};

static bool
is_same_browser(const struct listing *l, const struct app_request *q)
{
	return l->browser_known && CRYPTO_memcmp(l->browser, q->browser, sizeof(q->browser)) == 0;
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

static void
on_requests_loaded(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	struct exchange *e = l->call.exchange;
	struct buffer b = buffer_init(ANSWER_LARGEST);
	struct problem own;
	unsigned shown = 0;

	exchange_hold(e, NULL);
	buffer_text(&b, "{\"requests\":[");
	for (size_t i = 0; i < l->ask.count && err == OK && shown < APP_REQUESTS_SHOWN; i++) {
		struct app_request q;

		err = (why = &own, app_request_loaded(e->arena, &l->ask.rows[i], &q, &own));
		if (err != OK || (q.quiet && !is_same_browser(l, &q)))
			continue;
		write_request(&b, e->arena, &q, is_same_browser(l, &q));
		shown++;
	}
	buffer_text(&b, "]}");
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

	l->browser_known = cookie_digest(e, LOGIN_COOKIE, l->browser);
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
