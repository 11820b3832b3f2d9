/* front/oidc/sign_on_visit.c - a browser that comes with an authorization request, or comes back. */
#include "front/oidc/sign_on_visit.h"

#include "base/log.h"
#include "front/oidc/error_page.h"
#include "http/figures.h"
#include "ledger/entry.h"
#include "transaction/login/known_browser.h"

#define TRIES 3

static on_session on_session_known;

void
sign_on_visit_open(struct sign_on_visit *v, void (*go_on)(struct sign_on_visit *))
{
	struct exchange *e = v->exchange;

	v->go_on = go_on;
	v->visitor = (struct sign_on_visitor){
		.browser = cookie_digest(e, SIGN_ON_COOKIE, v->browser) ? v->browser : NULL,
		.login_browser = cookie_digest(e, LOGIN_COOKIE, v->login_browser) ? v->login_browser : NULL,
		.known = cookie_digest(e, KNOWN_BROWSER_COOKIE, v->known) ? v->known : NULL,
		.where = session_where(e),
		.now = clock_now(),
	};
	exchange_hold(e, session_identify(v->front->store, e, &v->front->settings->person->session, v->visitor.now,
	    on_session_known, v));
}

/* OAuth's word for a failure of ours. */
static const char *
word_of(enum err err)
{
	if (err == ERR_LIMIT)
		return "invalid_request";
	return status_of(err) == 503 || err == ERR_CONFLICT ? "temporarily_unavailable" : "server_error";
}

/* A relying party that is not served any more is sent nobody. */
static void
fail(struct sign_on_visit *v, enum err err, const struct problem *why)
{
	const struct oidc_settings *s = v->front->settings;

	if (v->to && err != ERR_DENIED)
		answer_error(v->exchange, v->to, s->issuer, word_of(err), span_text(why->text), "");
	else
		error_page_send(v->exchange, s, err == ERR_NOT_FOUND || err == ERR_DENIED ? 400 : status_of(err),
		    (struct span){ 0 }, why);
}

/* Nobody need be logged in. */
static void
on_session_known(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct sign_on_visit *v = arg;

	exchange_hold(v->exchange, NULL);
	if (err != OK && err != ERR_DENIED) {
		fail(v, err, why);
		return;
	}
	if (err == OK) {
		v->visitor.session = session;
		v->visitor.account = account;
	}
	v->go_on(v);
}

/* Answers */

/* Cookies of a sign-on that waits for the person. */
static const char *
waiting_cookies(const struct sign_on_visit *v, const struct sign_on_step *step)
{
	struct arena *a = v->exchange->arena;
	struct span browser = { 0 }, login = { 0 };

	if (step->browser.text[0])
		browser = cookie_set(a, SIGN_ON_COOKIE, step->browser.text, 0, SAME_SITE_LAX);
	if (step->outcome == SIGN_ON_LOGIN && step->login.cookie.text[0])
		login = cookie_set(a, LOGIN_COOKIE, step->login.cookie.text,
		    v->front->settings->person->login_for / SECONDS(1), SAME_SITE_LAX);
	return arena_print(a, "%.*s%.*s", SPAN_ARGS(browser), SPAN_ARGS(login));
}

static void
answer(struct sign_on_visit *v, const struct answer_to *to, const struct sign_on_step *step)
{
	const struct oidc_settings *s = v->front->settings;
	struct exchange *e = v->exchange;
	char id[LEDGER_ID_TEXT];

	switch (step->outcome) {
	case SIGN_ON_DONE:
		answer_code(e, to, s->issuer, &step->code, "");
		break;
	case SIGN_ON_REFUSED:
		log_info("oidc.refused", "client=%s error=%s decision=%s", LOG_SPAN(step->sign_on->client),
		    step->error, id_given(&step->decision) ? ledger_id_text(&step->decision, id) : "none");
		answer_error(e, to, s->issuer, step->error, step->description, "");
		break;
	case SIGN_ON_LOGIN:
		figure_add(s->person->figures, FIGURE_LOGINS_BEGUN, 1);
		answer_page(e, to, "/login/", ledger_id_text(&step->login.login.id, id), waiting_cookies(v, step));
		break;
	case SIGN_ON_CONSENT:
		answer_page(e, to, "/consent/", ledger_id_text(&step->sign_on->id, id), waiting_cookies(v, step));
		break;
	case SIGN_ON_NOTHING:
		fail(v, problem_set(&v->why, ERR_INVALID, "", "the sign-on came to no end"), &v->why);
		break;
	}
}

void
sign_on_visit_stepped(void *arg, enum err err, const struct sign_on_step *step, const struct problem *why)
{
	struct sign_on_visit *v = arg;
	struct answer_to to;

	exchange_hold(v->exchange, NULL);
	if (err == ERR_CONFLICT && ++v->tries < TRIES)
		sign_on_visit_open(v, v->go_on);
	else if (err != OK)
		fail(v, err, why);
	else if (!answer_to_read(step->sign_on->answer, &to))
		fail(v, problem_set(&v->why, ERR_UNAVAILABLE, "",
		    "a sign-on of another form than this build's waits here"), &v->why);
	else
		answer(v, &to, step);
}
