/* front/oidc/authorize.c - GET and POST /oidc/authorize: a client sends a person (RFC 6749 s3.1, OpenID Connect Core
 * s3.1.2).
 *
 *     who asks -> client -> its redirect URI -> [from here on what is wrong is told to the client] -> what is asked
 *     -> session -> the sign-on's first step
 */
#include "front/oidc/authorize_request.h"
#include "front/oidc/error_page.h"
#include "front/oidc/front.h"
#include "front/oidc/sign_on_visit.h"
#include "http/haste.h"
#include "ledger/entry.h"
#include "net/rate.h"
#include "transaction/client/client.h"

struct authorization {
	struct sign_on_visit visit;
	struct span form;
	struct authorize_who who;
	const struct client *client;
	struct answer_to to;
	struct sign_on asked;
};

static on_client on_client_found;
static void begin_sign_on(struct sign_on_visit *);

static void
authorize(struct exchange *e, struct oidc_front *front, struct span form)
{
	struct authorization *a = arena_new(e->arena, struct authorization);
	struct problem *why = &a->visit.why;

	a->visit.exchange = e;
	a->visit.front = front;
	a->form = form;
	if (authorize_who_read(e->arena, form, &a->who, why) != OK)
		error_page_send(e, front->settings, 400, a->who.client_id, why);
	else
		exchange_hold(e, client_find(front->store, front->settings->clients, e->arena, a->who.client_id,
		    clock_now(), on_client_found, a));
}

/* A stranger's request, or a suspended party's, leads nowhere; nor does one to an address that is not registered. */
static enum err
check_client(struct authorization *a, enum err err, const struct client *client, const struct problem *why)
{
	if (err != OK)
		a->visit.why = *why;
	else if (!oidc_client_redirects(&client->metadata, a->who.redirect_uri))
		err = problem_set(&a->visit.why, ERR_DENIED, "RFC 9700 s4.1.3",
		    "the redirect URI is none of the client's");
	return err;
}

static void
on_client_found(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct authorization *a = arg;
	struct exchange *e = a->visit.exchange;
	const struct oidc_settings *s = a->visit.front->settings;
	struct authorize_terms terms = { .client = client, .redirect_uri = a->who.redirect_uri, .hint = {
		.issuer = s->issuer, .now = clock_now() } };
	const char *error;

	exchange_hold(e, NULL);
	err = check_client(a, err, client, why);
	if (err != OK) {
		error_page_send(e, s, status_of(err) == 503 ? 503 : 400, a->who.client_id, &a->visit.why);
		return;
	}
	a->client = client;
	terms.hint.keys = oidc_keys_public(s->keys, &terms.hint.key_count);
	error = authorize_request_read(e->arena, a->form, &terms, &a->asked, &a->to, &a->visit.why);
	if (error) {
		answer_error(e, &a->to, s->issuer, error, span_text(a->visit.why.text), "");
		return;
	}
	a->visit.to = &a->to;
	sign_on_visit_open(&a->visit, begin_sign_on);
}

/* Any site may send a browser here, and who is logged in leaves a grant or a decision behind each time: so often as
 * logins are begun at one address, and no more. */
static bool
is_sent_too_often(struct authorization *a, const struct account *account)
{
	const struct person_settings *p = a->visit.front->settings->person;
	char id[LEDGER_ID_TEXT];
	int64_t wait;

	if (!p->rates || !p->limits[LIMIT_LOGINS].most)
		return false;
	wait = rate_take_within(p->rates, span_text(arena_print(a->visit.exchange->arena, "sign-ons of %s",
	    ledger_id_text(&account->id, id))), p->limits[LIMIT_LOGINS], 1, clock_monotonic());
	if (wait)
		answer_error(a->visit.exchange, &a->to, a->visit.front->settings->issuer, "temporarily_unavailable",
		    span_text("this person is sent here too often: it can be tried again in a while"), "");
	return wait != 0;
}

/* Whoever is not logged in leaves rows behind by asking; so an address may not do it too often. */
static void
begin_sign_on(struct sign_on_visit *v)
{
	struct authorization *a = (struct authorization *)v;
	const struct oidc_settings *s = v->front->settings;

	if (v->visitor.session ? is_sent_too_often(a, v->visitor.account) : !a->asked.never_ask &&
	    exchange_is_hasty(v->exchange, s->person->rates, s->person->limits[LIMIT_LOGINS], "logins were begun", 1))
		return;
	exchange_hold(v->exchange, sign_on_begin(v->front->store, v->exchange->arena, &s->sign_on, &a->asked,
	    &a->client->rp, &v->visitor, sign_on_visit_stepped, v));
}

void
authorize_by_query(struct exchange *e, void *front)
{
	authorize(e, front, e->request->query);
}

void
authorize_by_form(struct exchange *e, void *front)
{
	if (!answer_without_cookie(e, "/oidc/authorize"))
		authorize(e, front, e->body);
}
