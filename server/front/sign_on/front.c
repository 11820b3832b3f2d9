/* front/sign_on/front.c - the routes of a sign-on, and what is asked of every request to them. */
#include "front/sign_on/front.h"

#include <stdlib.h>

#include "http/haste.h"
#include "ledger/entry.h"

#define SMALL (4 * KIB)
#define FOR_A_TRY 4 /* requests: looking, a yes, and once more */

const struct route sign_on_routes[] = {
	{ GET,  "/v1/sign-on/{id}",       show_sign_on,     NO_BODY, 0 },
	{ POST, "/v1/sign-on/{id}/agree", agree_to_sign_on, JSON, SMALL },
	{ POST, "/v1/sign-on/{id}/deny",  deny_sign_on,     JSON, SMALL },
	{ 0 },
};

struct sign_on_front *
sign_on_front_new(struct store *store, const struct sign_on_settings *settings)
{
	struct sign_on_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct sign_on_front){ .store = store, .settings = settings };
	return front;
}

void
sign_on_front_free(struct sign_on_front *front)
{
	free(front);
}

void
sign_on_refuse(struct sign_on_visit *v, enum err err, const struct problem *why)
{
	if (err == ERR_DENIED)
		exchange_refuse_with(v->exchange, 403, (struct span){ 0 }, why);
	else
		exchange_refuse_failure(v->exchange, err, why);
}

/* Who is there */

static on_session on_session_known;

static bool
is_too_hasty(struct sign_on_visit *v)
{
	const struct person_settings *s = v->front->settings->person;
	const struct rate_limit tries = { FOR_A_TRY * s->limits[LIMIT_TRIES].most, s->limits[LIMIT_TRIES].within };

	return exchange_is_hasty(v->exchange, s->rates, tries, "requests about what is told whom came", 1);
}

void
sign_on_visit_begin(struct sign_on_visit *v, struct exchange *e, struct sign_on_front *front,
    void (*go_on)(struct sign_on_visit *))
{
	const struct person_settings *s = front->settings->person;

	v->exchange = e;
	v->front = front;
	v->go_on = go_on;
	v->asked.visitor.now = clock_now();
	if (!exchange_is_ours(e, s->origin) || is_too_hasty(v))
		return;
	if (!ledger_id_read(e->segment, &v->asked.id) || !cookie_digest(e, SIGN_ON_COOKIE, v->browser)) {
		problem_set(&v->why, ERR_NOT_FOUND, "",
		    "no sign-on of this browser has this id: it may be over, or have begun in another browser");
		sign_on_refuse(v, ERR_NOT_FOUND, &v->why);
		return;
	}
	v->asked.visitor.browser = v->browser;
	exchange_hold(e, session_identify(front->store, e, &s->session, v->asked.visitor.now, on_session_known, v));
}

/* Nobody need be logged in to say no. */
static void
on_session_known(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct sign_on_visit *v = arg;

	exchange_hold(v->exchange, NULL);
	if (err != OK && err != ERR_DENIED) {
		sign_on_refuse(v, err, why);
		return;
	}
	if (err == OK) {
		v->session = *session;
		v->account = *account;
		v->asked.visitor.session = &v->session;
		v->asked.visitor.account = &v->account;
	}
	v->asked.visitor.where = session_where(v->exchange);
	v->go_on(v);
}
