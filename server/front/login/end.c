/* front/login/end.c - POST /v1/login/{id}/finish and …/cancel: back to who asked, logged in or not. */
#include "front/login/front.h"
#include "front/login/login_request.h"
#include "transaction/login/known_browser.h"

#define ANSWER_LARGEST (64 * KIB)

static void
refuse_unmet(struct login_visit *v, const struct login *l, const struct login_view *view)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);

	buffer_text(&b, "{\"status\":403,\"title\":\"Forbidden\",\"detail\":\"what was shown is not enough for what is "
	    "wanted\",\"clause\":\"\",\"code\":\"unmet\"");
	login_write_outlook(&b, l, view);
	buffer_byte(&b, '}');
	exchange_reply(v->exchange, &(struct reply){ .status = 403, .body = buffer_span(&b),
		.fields = span_text("Content-Type: application/problem+json\r\nCache-Control: no-store\r\n") });
	buffer_release(&b);
}

/* Where the browser goes on, with header lines of its cookies. */
static void
send_on(struct login_visit *v, struct span location, const char *cookies)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);

	buffer_byte(&b, '{');
	json_write_member(&b, "location", location);
	buffer_byte(&b, '}');
	exchange_reply(v->exchange, &(struct reply){ .status = 200, .body = buffer_span(&b),
		.fields = span_text(arena_print(v->exchange->arena,
		    "Content-Type: application/json\r\nCache-Control: no-store\r\n%s", cookies)) });
	buffer_release(&b);
}

/* One that a relying party led to may not be the only one here: by the same cookie the browser's other tabs go on. */
static struct span
forget_login(struct arena *arena, const struct login *l)
{
	return l->front == LOGIN_FOR_ACCOUNT ? cookie_forget(arena, LOGIN_COOKIE) : (struct span){ 0 };
}

static void
on_finished(void *arg, enum err err, const struct login_finished *f, const struct problem *why)
{
	struct login_visit *v = arg;
	struct arena *arena = v->exchange->arena;
	struct span session, login, known = { 0 };

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		login_refuse(v, err, why);
		return;
	}
	figure_add(v->front->settings->figures, f->enough ? FIGURE_LOGINS_ENOUGH : FIGURE_LOGINS_SHORT, 1);
	if (!f->enough) {
		refuse_unmet(v, f->login, f->view);
		return;
	}
	session = cookie_set(arena, SESSION_COOKIE, f->cookie.text,
	    (f->session.expires.us - v->asked.now.us) / SECONDS(1), SAME_SITE_LAX);
	login = forget_login(arena, f->login);
	if (f->remember)
		known = cookie_set(arena, KNOWN_BROWSER_COOKIE, f->known.text, KNOWN_BROWSER_FOR / SECONDS(1),
		    SAME_SITE_LAX);
	send_on(v, f->login->reference,
	    arena_print(arena, "%.*s%.*s%.*s", SPAN_ARGS(session), SPAN_ARGS(login), SPAN_ARGS(known)));
}

static void
finish(struct login_visit *v)
{
	if (login_finish_read(v->exchange->arena, v->exchange->body, &v->asked.less, &v->why) != OK)
		login_refuse(v, v->why.code, &v->why);
	else
		exchange_hold(v->exchange, login_finish(v->front->store, v->exchange->arena, v->front->settings,
		    &v->asked, on_finished, v));
}

void
finish_login(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, finish);
}

/* Who was logged in before goes back as that; anybody else to the front page: the account's would only ask again. Where
 * a relying party asked, it is told. */
static struct span
way_back(struct arena *arena, const struct login *l, bool was_in)
{
	if (l->front != LOGIN_FOR_ACCOUNT)
		return span_text(arena_print(arena, "%.*s?cancelled", SPAN_ARGS(l->reference)));
	return was_in ? l->reference : span_text("/");
}

static void
on_cancelled(void *arg, enum err err, const struct login *l, const struct problem *why)
{
	static const uint8_t none[32];
	struct login_visit *v = arg;
	bool was_in;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		login_refuse(v, err, why);
		return;
	}
	was_in = memcmp(l->session, none, sizeof(none)) != 0;
	send_on(v, way_back(v->exchange->arena, l, was_in),
	    arena_print(v->exchange->arena, "%.*s", SPAN_ARGS(forget_login(v->exchange->arena, l))));
}

static void
cancel(struct login_visit *v)
{
	if (login_body_empty(v))
		exchange_hold(v->exchange,
		    login_cancel(v->front->store, v->exchange->arena, &v->asked, on_cancelled, v));
}

void
cancel_login(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, cancel);
}
