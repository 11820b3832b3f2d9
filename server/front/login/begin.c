/* front/login/begin.c - POST /v1/login and …/claim: a login begins, and somebody says whose it is. */
#include "front/login/front.h"
#include "front/login/login_request.h"
#include "ledger/entry.h"
#include "transaction/login/known_browser.h"

struct beginning {
	struct login_visit visit;
	struct login_asked asked;
	uint8_t known[32];
	bool has_known;
};

static on_session on_session_known;
static on_login_begun on_begun;

void
begin_login(struct exchange *e, void *front)
{
	struct beginning *b = arena_new(e->arena, struct beginning);
	struct login_visit *v = &b->visit;

	if (!login_visit_open(v, e, front, LOGIN_COST_BEGIN))
		return;
	if (login_asked_read(e->arena, e->body, &b->asked, &v->why) != OK) {
		login_refuse(v, v->why.code, &v->why);
		return;
	}
	b->has_known = cookie_digest(e, KNOWN_BROWSER_COOKIE, b->known);
	exchange_hold(e, session_identify(v->front->store, e, &v->front->settings->session, v->asked.now,
	    on_session_known, b));
}

/* Nobody need be logged in. */
static void
on_session_known(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct beginning *b = arg;
	struct login_visit *v = &b->visit;
	const struct person_settings *settings = v->front->settings;
	const struct requirement_name *wanted = login_requirement(settings, b->asked.why);

	(void)account;
	exchange_hold(v->exchange, NULL);
	if (err == OK || err == ERR_DENIED)
		err = wanted ? OK : problem_set(&v->why, ERR_DENIED, "", "this server has no desk");
	else
		v->why = *why;
	if (err != OK) {
		login_refuse(v, err, &v->why);
		return;
	}
	exchange_hold(v->exchange, login_begin(v->front->store, v->exchange->arena, settings, &(struct login_begin){
		.front = LOGIN_FOR_ACCOUNT,
		.reference = b->asked.return_path,
		.relying_party = settings->relying_party,
		.name = settings->name,
		.why = b->asked.why,
		.wanted = *wanted,
		.persona = b->asked.why == LOGIN_AS_ADMINISTRATIVE ? PERSONA_ADMINISTRATIVE : PERSONA_NONE,
		.where = session_where(v->exchange),
		.session = session,
		.known = b->has_known ? b->known : NULL,
		.now = v->asked.now,
	}, on_begun, b));
}

static void
on_begun(void *arg, enum err err, const struct login_begun *begun, const struct problem *why)
{
	struct login_visit *v = arg;
	struct exchange *e = v->exchange;
	char id[LEDGER_ID_TEXT];
	struct span cookie;
	char *body;

	exchange_hold(e, NULL);
	if (err != OK) {
		login_refuse(v, err, why);
		return;
	}
	figure_add(v->front->settings->figures, FIGURE_LOGINS_BEGUN, 1);
	ledger_id_text(&begun->login.id, id);
	cookie = cookie_set(e->arena, LOGIN_COOKIE, begun->cookie.text, v->front->settings->login_for / SECONDS(1),
	    SAME_SITE_LAX);
	body = arena_print(e->arena, "{\"login\":\"%s\",\"page\":\"/login/#%s\"}", id, id);
	exchange_reply(e, &(struct reply){ .status = 201, .body = span_text(body), .fields = span_text(
	    arena_print(e->arena, "Content-Type: application/json\r\nCache-Control: no-store\r\n%.*s",
	        SPAN_ARGS(cookie))) });
}

/* Whose it is said to be: 204, whoever it is */

static void
on_claimed(void *arg, enum err err, const struct problem *why)
{
	struct login_visit *v = arg;

	exchange_hold(v->exchange, NULL);
	if (err == OK)
		exchange_reply(v->exchange, &(struct reply){ .status = 204,
			.fields = span_text("Cache-Control: no-store\r\n") });
	else
		login_refuse(v, err, why);
}

static void
claim(struct login_visit *v)
{
	struct login_claim asked = { .request = v->asked };

	if (login_claim_read(v->exchange->arena, v->exchange->body, &asked, &v->why) != OK)
		login_refuse(v, v->why.code, &v->why);
	else
		exchange_hold(v->exchange,
		    login_claim(v->front->store, v->exchange->arena, &asked, on_claimed, v));
}

void
claim_login(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, claim);
}
