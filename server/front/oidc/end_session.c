/* front/oidc/end_session.c - GET and POST /oidc/end_session: a relying party wants a person logged out (OpenID Connect
 * RP-Initiated Logout 1.0); GET and POST /v1/logout: the page that asks the person.
 *
 *     request -> hint -> client -> session -> judged -+-> ended -> back to the client | /logout/#done
 *                                                     `-> /logout/#client_id=… -> the person says yes -> the same
 *
 * What the page is told stands behind its '#', and is believed nothing: it is looked at anew when the person has said
 * yes. So nothing is kept in between. The page alone can say yes: its Origin and a JSON body (http/cookie.h), and no
 * other site's page can show it in a frame.
 */
#include "front/oidc/end_session_request.h"

#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "front/oidc/answer.h"
#include "front/oidc/error_page.h"
#include "front/oidc/front.h"
#include "http/cookie.h"
#include "model/localized.h"
#include "transaction/logout/session_end.h"

#define ANSWER_LARGEST (8 * KIB)
#define PAGE_LARGEST (48 * KIB)
#define TRIES 3                      /* at who is logged in, where that changes meanwhile */

struct leaving {
	struct exchange *exchange;
	struct oidc_front *front;
	struct instant now;
	struct end_session asked;
	struct end_session_found found;
	struct end_session_verdict verdict;
	struct session_end end;
	void (*judged)(struct leaving *);
	bool page;                   /* it is answered with JSON */
	unsigned tries;
	struct problem why;
};

static on_client on_client_found;
static on_session on_session_known;
static on_session_end on_ended;

/* JSON for the page; who followed a link is told by one. */
static void
fail(struct leaving *l, enum err err, const struct problem *why)
{
	if (l->page)
		exchange_refuse_failure(l->exchange, err, why);
	else
		error_page_send(l->exchange, l->front->settings, status_of(err), l->asked.client_id, why);
}

/* Who asks, and who is there */

static void
find_session(struct leaving *l)
{
	exchange_hold(l->exchange, session_identify(l->front->store, l->exchange,
	    &l->front->settings->person->session, l->now, on_session_known, l));
}

static void
begin(struct leaving *l, void (*judged)(struct leaving *))
{
	l->judged = judged;
	l->found.key = &l->front->settings->sign_on.pairwise;
	if (l->asked.client_id.size)
		exchange_hold(l->exchange, client_find(l->front->store, l->front->settings->clients,
		    l->exchange->arena, l->asked.client_id, l->now, on_client_found, l));
	else
		find_session(l);
}

/* One that is not served any more is none. */
static void
on_client_found(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct leaving *l = arg;

	exchange_hold(l->exchange, NULL);
	if (err != OK && err != ERR_NOT_FOUND && err != ERR_DENIED) {
		fail(l, err, why);
		return;
	}
	l->found.client = err == OK ? client : NULL;
	find_session(l);
}

static void
on_session_known(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct leaving *l = arg;

	exchange_hold(l->exchange, NULL);
	if (err != OK && err != ERR_DENIED) {
		fail(l, err, why);
		return;
	}
	if (err == OK) {
		l->found.account = account;
		l->found.session = &session->id;
		l->end.session = session;
		l->end.account = account;
	}
	l->verdict = end_session_judge(l->exchange->arena, &l->asked, &l->found);
	l->judged(l);
}

/* The end */

static struct span
name_of(const struct leaving *l)
{
	const struct localized *name = &l->found.client->rp.name;

	return (l->found.account->english && name->en.size) || !name->ja.size ? name->en : name->ja;
}

static void
end(struct leaving *l)
{
	l->end.now = l->now;
	if (l->found.client)
		l->end.by = name_of(l);
	exchange_hold(l->exchange, session_end(l->front->store, l->exchange->arena, &l->end, on_ended, l));
}

/* Where the browser goes. */
static struct span
destination(const struct leaving *l)
{
	struct arena *a = l->exchange->arena;

	if (l->verdict.back)
		return answer_return_address(a, l->asked.uri, l->asked.state);
	return span_text(arena_print(a, "/logout/%s%s#done", l->asked.language[0] ? "?lang=" : "", l->asked.language));
}

static const char *
forget_session(const struct leaving *l)
{
	struct arena *arena = l->exchange->arena;

	return l->found.account ? arena_text(arena, cookie_forget(arena, SESSION_COOKIE)) : "";
}

/* A redirect, or JSON for the page. */

static void
reply(struct leaving *l)
{
	if (l->page) {
		struct buffer b = buffer_init(PAGE_LARGEST);

		buffer_byte(&b, '{');
		json_write_member(&b, "location", destination(l));
		buffer_byte(&b, '}');
		exchange_reply(l->exchange, &(struct reply){ .status = 200, .fields = span_text(arena_print(
		    l->exchange->arena, "Content-Type: application/json\r\nCache-Control: no-store\r\n%s",
		    forget_session(l))), .body = buffer_span(&b) });
		buffer_release(&b);
	} else {
		answer_elsewhere(l->exchange, destination(l), forget_session(l));
	}
}

static void
on_ended(void *arg, enum err err, const struct problem *why)
{
	struct leaving *l = arg;

	exchange_hold(l->exchange, NULL);
	if (err == OK)
		reply(l);
	else if (err == ERR_CONFLICT && ++l->tries < TRIES)
		find_session(l);
	else
		fail(l, err, why);
}

/* /oidc/end_session */

/* What the person may agree to goes along; what is wrong does not. */
static void
ask_the_person(const struct leaving *l)
{
	struct arena *a = l->exchange->arena;
	struct buffer b = buffer_init(PAGE_LARGEST);

	buffer_print(&b, "/logout/%s%s#ask", l->asked.language[0] ? "?lang=" : "", l->asked.language);
	if (l->found.client) {
		buffer_text(&b, "&client_id=");
		buffer_add(&b, percent_write(a, l->found.client->id));
	}
	if (l->verdict.back) {
		buffer_text(&b, "&post_logout_redirect_uri=");
		buffer_add(&b, percent_write(a, l->asked.uri));
		buffer_text(&b, "&state=");
		buffer_add(&b, percent_write(a, l->asked.state));
	}
	answer_elsewhere(l->exchange, buffer_span(&b), "");
	buffer_release(&b);
}

static void
go_on(struct leaving *l)
{
	if (l->verdict.ask)
		ask_the_person(l);
	else if (l->verdict.end)
		end(l);
	else
		reply(l);
}

static void
end_session(struct exchange *e, struct oidc_front *front, struct span form)
{
	struct leaving *l = arena_new(e->arena, struct leaving);
	struct id_token_terms terms = { .issuer = front->settings->issuer, .now = clock_now() };

	l->exchange = e;
	l->front = front;
	l->now = terms.now;
	terms.keys = oidc_keys_public(front->settings->keys, &terms.key_count);
	end_session_read(e->arena, form, &terms, &l->asked);
	begin(l, go_on);
}

void
end_session_by_query(struct exchange *e, void *front)
{
	end_session(e, front, e->request->query);
}

void
end_session_by_form(struct exchange *e, void *front)
{
	if (!answer_without_cookie(e, "/oidc/end_session"))
		end_session(e, front, e->body);
}

/* /v1/logout */

static void
tell(struct leaving *l)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);

	buffer_print(&b, "{\"logged_in\":%s,\"returns\":%s", l->found.account ? "true" : "false",
	    l->verdict.back ? "true" : "false");
	if (l->found.client)
		localized_write(&b, "client", l->found.client->rp.name);
	else
		buffer_text(&b, ",\"client\":null");
	buffer_byte(&b, '}');
	exchange_reply_json(l->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

void
show_logout(struct exchange *e, void *front)
{
	struct leaving *l = arena_new(e->arena, struct leaving);
	const struct id_token_terms none = { .key_count = 0 };

	l->exchange = e;
	l->front = front;
	l->now = clock_now();
	l->page = true;
	end_session_read(e->arena, e->request->query, &none, &l->asked);
	begin(l, tell);
}

static enum err
read_agreement(struct exchange *e, struct end_session *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = END_SESSION_LARGEST, .depth = 1,
	    .members = 4 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "client_id"))
			out->client_id = reader_string(&r, 0, CLIENT_ID_LARGEST);
		else if (span_is(name, "post_logout_redirect_uri"))
			out->uri = reader_string(&r, 0, END_SESSION_LARGEST);
		else if (span_is(name, "state"))
			out->state = reader_string(&r, 0, ANSWER_STATE_LARGEST);
	return reader_end(&r, why);
}

static void
agree(struct leaving *l)
{
	if (l->found.account)
		end(l);
	else
		reply(l);
}

void
agree_to_logout(struct exchange *e, void *front)
{
	struct leaving *l = arena_new(e->arena, struct leaving);

	l->exchange = e;
	l->front = front;
	l->now = clock_now();
	l->page = true;
	if (!exchange_is_ours(e, l->front->settings->person->origin))
		return;
	if (read_agreement(e, &l->asked, &l->why) != OK)
		exchange_refuse_failure(e, l->why.code, &l->why);
	else
		begin(l, agree);
}
