/* front/login/front.c - the routes of a login, and what is asked of every request to them. */
#include "front/login/front.h"

#include <stdlib.h>

#include "http/events.h"
#include "http/haste.h"
#include "ledger/entry.h"
#include "person/account.h"

#define SMALL (4 * KIB)

const struct route login_routes[] = {
	{ POST, "/v1/login",                      begin_login,        JSON, SMALL },
	{ GET,  "/v1/login/{id}",                 show_login,         NO_BODY, 0 },
	{ GET,  "/v1/login/{id}/events",          follow_login,       NO_BODY, 0 },
	{ POST, "/v1/login/{id}/claim",           claim_login,        JSON, SMALL },
	{ POST, "/v1/login/{id}/passkey/options", offer_passkey,      JSON, SMALL },
	{ POST, "/v1/login/{id}/passkey",         take_passkey,       JSON, WEBAUTHN_BODY_LARGEST },
	{ POST, "/v1/login/{id}/card",            offer_card,         JSON, SMALL },
	{ POST, "/v1/login/{id}/card/finish",     take_card_answer,   JSON, SMALL },
	{ POST, "/v1/login/{id}/app",             ask_phones,         JSON, SMALL },
	{ POST, "/v1/login/{id}/code",            take_code,          JSON, SMALL },
	{ POST, "/v1/login/{id}/recovery",        take_recovery_code, JSON, SMALL },
	{ POST, "/v1/login/{id}/finish",          finish_login,       JSON, SMALL },
	{ POST, "/v1/login/{id}/cancel",          cancel_login,       JSON, SMALL },
	{ 0 },
};

struct login_front *
login_front_new(struct loop *loop, struct store *store, const struct person_settings *settings)
{
	struct login_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct login_front){ .store = store, .settings = settings,
		.logins = events_new(loop, store, &login_table) };
	front->cards = card_watch_new(store, front->logins);
	return front;
}

void
login_front_free(struct login_front *front)
{
	if (!front)
		return;
	card_watch_free(front->cards);
	events_free(front->logins);
	free(front);
}

/* Refusals */

void
login_refuse(struct login_visit *v, enum err err, const struct problem *why)
{
	exchange_refuse_failure(v->exchange, err, why);
}

static void
reply_problem(struct exchange *e, int status, const char *fields, const struct buffer *json)
{
	exchange_reply(e, &(struct reply){ .status = status, .body = buffer_span(json),
		.fields = span_text(arena_print(e->arena, "Content-Type: application/problem+json\r\n"
		    "Cache-Control: no-store\r\n%s", fields)) });
}

static void
refuse_step(struct login_visit *v, const struct login_refusal *r)
{
	struct buffer b = buffer_init(16 * KIB);

	if (r->until.us) {
		exchange_refuse_until(v->exchange, v->asked.now, r->until, r->text, r->clause);
		return;
	}
	buffer_text(&b, "{\"status\":403,\"title\":\"Forbidden\"");
	json_write_member(&b, "detail", r->text);
	json_write_member(&b, "clause", span_text(r->clause));
	buffer_text(&b, ",\"code\":\"denied\"");
	json_write_member(&b, "step", span_text(r->step));
	if (r->reason)
		json_write_member(&b, "reason", span_text(r->reason));
	if (r->why.ja.size || r->why.en.size)
		localized_write(&b, "why", r->why);
	buffer_byte(&b, '}');
	reply_problem(v->exchange, 403, "", &b);
	buffer_release(&b);
}

void
login_answered(void *arg, enum err err, const struct login_refusal *refusal, const struct problem *why)
{
	struct login_visit *v = arg;

	exchange_hold(v->exchange, NULL);
	if (err != OK)
		login_refuse(v, err, why);
	else if (refusal)
		refuse_step(v, refusal);
	else
		login_answer(v);
}

/* Requests */

/* A person types; whoever asks faster from one address tries things. Beginning has a limit of its own: it leaves a
 * row. */
static bool
is_too_hasty(struct login_visit *v, enum login_cost cost)
{
	const struct person_settings *s = v->front->settings;
	const struct rate_limit tries = { LOGIN_COST_TRY * s->limits[LIMIT_TRIES].most, s->limits[LIMIT_TRIES].within };

	return cost == LOGIN_COST_BEGIN
	    ? exchange_is_hasty(v->exchange, s->rates, s->limits[LIMIT_LOGINS], "logins were begun", 1)
	    : exchange_is_hasty(v->exchange, s->rates, tries, "tries to log in came", cost);
}

bool
login_visit_open(struct login_visit *v, struct exchange *e, struct login_front *front, enum login_cost cost)
{
	v->exchange = e;
	v->front = front;
	v->asked.now = clock_now();
	return exchange_is_ours(e, front->settings->origin) && !is_too_hasty(v, cost);
}

void
login_visit_begin(struct login_visit *v, struct exchange *e, struct login_front *front, enum login_cost cost,
    void (*go_on)(struct login_visit *))
{
	v->go_on = go_on;
	if (!login_visit_open(v, e, front, cost))
		return;
	if (!ledger_id_read(e->segment, &v->asked.id) || !cookie_digest(e, LOGIN_COOKIE, v->asked.browser)) {
		problem_set(&v->why, ERR_NOT_FOUND, "",
		    "no login of this browser has this id: it may be over, or have begun in another browser");
		login_refuse(v, ERR_NOT_FOUND, &v->why);
		return;
	}
	v->go_on(v);
}

bool
login_body_empty(struct login_visit *v)
{
	if (reader_nothing(v->exchange->arena, v->exchange->body, &v->why) == OK)
		return true;
	login_refuse(v, v->why.code, &v->why);
	return false;
}
