/* front/oidc/introspection.c - POST /oidc/introspect: what a token stands for (RFC 7662), as JSON or as a signed JWT
 * (RFC 9701).
 *
 *     form -> a client, or a caller with the right `client` -> what the token stands for -> is it the asker's? -> told
 *
 * A client is told of its own tokens, a caller of those of its member's clients. Of all others both learn that they are
 * not active, as of those there are not.
 */
#include "codec/json_writer.h"
#include "front/oidc/client_form.h"
#include "front/oidc/front.h"
#include "front/oidc/holding.h"
#include "front/oidc/oauth_error.h"
#include "http/figures.h"
#include "http/negotiate.h"
#include "transaction/caller/answer.h"

#define JWT_TYPE "application/token-introspection+jwt"
#define ANSWER_LARGEST (16 * KIB)

enum { TOKEN, HINT, PARAMETERS };
static const char *const parameters[PARAMETERS] = { "token", "token_type_hint" };

struct introspecting {
	struct exchange *exchange;
	struct oidc_front *front;
	struct client_credentials shown;
	struct span token;
	struct span asker;               /* client_id, or the caller's name */
	struct span member;              /* of a caller; empty: it is a client */
	enum client_algorithm algorithm; /* CLIENT_UNSIGNED: JSON */
	struct instant now;
};

static on_client on_client_known;
static on_caller on_caller_known;
static on_holding on_token_found;
static on_token on_introspection;

static bool
shows_bearer(struct span authorization)
{
	return span_equal_nocase(span_cut(&authorization, ' '), span_text("Bearer"));
}

void
introspect_token(struct exchange *e, void *arg)
{
	struct introspecting *i = arena_new(e->arena, struct introspecting);
	struct span authorization, values[PARAMETERS];
	struct problem why;
	enum err err;

	*i = (struct introspecting){ .exchange = e, .front = arg, .now = clock_now() };
	err = authorization_of(e, &authorization, &why);
	if (err == OK)
		err = client_form_read(e->arena, authorization, e->body, parameters, values, PARAMETERS, &i->shown,
		    &why);
	if (err == OK && !values[TOKEN].size)
		err = problem_set(&why, ERR_SYNTAX, "RFC 7662 s2.1", "token: expected one, found none");
	if (err == ERR_DENIED) {
		oauth_refuse_client(e, &why);
		return;
	}
	if (err != OK) {
		oauth_refuse(e, 400, "invalid_request", "", &why);
		return;
	}
	i->token = values[TOKEN];
	if (shows_bearer(authorization))
		exchange_hold(e, caller_identify(i->front->store, e->arena, &(struct credentials){
			.authorization = authorization }, i->now, on_caller_known, i));
	else
		exchange_hold(e, client_authenticate(i->front->store, i->front->settings->clients, e->arena, &i->shown,
		    i->front->settings->issuer, i->now, on_client_known, i));
}

/* Who asks */

static void
look(struct introspecting *i)
{
	exchange_hold(i->exchange, holding_find(i->front->store, i->exchange->arena, i->front->settings,
	    &(struct holding_asked){ .token = i->token, .refresh = true, .now = i->now }, on_token_found, i));
}

/* RFC 7662 s2.1: whoever asks must be somebody, or a stolen token could be tried here. */
static void
on_client_known(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct introspecting *i = arg;
	struct problem own;

	exchange_hold(i->exchange, NULL);
	if (err == OK && client->metadata.authentication == CLIENT_OPEN) {
		why = &own;
		err = problem_set(&own, ERR_DENIED, "RFC 7662 s2.1", "expected a client that can show who it is");
	}
	if (err == ERR_DENIED) {
		oauth_refuse_client(i->exchange, why);
	} else if (err == ERR_INVALID) {
		oauth_refuse(i->exchange, 400, "invalid_request", "", why);
	} else if (err != OK) {
		oauth_refuse_failure(i->exchange, err, why);
	} else {
		i->asker = client->id;
		i->algorithm = client->metadata.introspection;
		if (i->algorithm == CLIENT_UNSIGNED && accepts_by_name(i->exchange->request, JWT_TYPE))
			i->algorithm = client->metadata.id_token;
		look(i);
	}
}

static void
on_caller_known(void *arg, enum err err, const struct caller *caller, const struct problem *why)
{
	struct introspecting *i = arg;
	struct problem own;

	exchange_hold(i->exchange, NULL);
	if (err == ERR_DENIED) {
		oauth_refuse(i->exchange, 401, "invalid_token", CALLER_CHALLENGE, why);
	} else if (err != OK) {
		oauth_refuse_failure(i->exchange, err, why);
	} else if (!(caller->rights & CALLER_CLIENT)) {
		problem_set(&own, ERR_DENIED, "RFC 7662 s2.1", "expected a caller with the right \"client\"");
		oauth_refuse_bearer(i->exchange, 403, "insufficient_scope", "", &own);
	} else {
		i->asker = caller->name;
		i->member = caller->member;
		/* RFC 9701 s6: the default. */
		i->algorithm = accepts_by_name(i->exchange->request, JWT_TYPE) ? CLIENT_RS256 : CLIENT_UNSIGNED;
		look(i);
	}
}

/* Decide */

static bool
is_the_askers(const struct introspecting *i, const struct holding *h)
{
	return i->member.size ? span_equal(h->client->rp.member, i->member) : span_equal(h->client->id, i->asker);
}

static void
write_active(struct buffer *b, const struct introspecting *i, const struct holding *h)
{
	const struct grant *g = &h->grant;

	buffer_text(b, "{\"active\":true");
	json_write_member(b, "iss", i->front->settings->issuer);
	json_write_member(b, "sub", g->subject);
	json_write_member(b, "aud", g->client);
	json_write_member(b, "client_id", g->client);
	json_write_given(b, "scope", h->scope);
	if (h->kind == GRANT_ACCESS)
		json_write_member(b, "token_type", span_text("Bearer"));
	json_write_seconds(b, "iat", h->access ? h->access->since : g->refresh.since);
	json_write_seconds(b, "exp", h->until);
	json_write_given(b, "acr", g->context);
	json_write_words(b, "amr", g->methods);
	json_write_seconds(b, "auth_time", g->authenticated);
	buffer_byte(b, '}');
}

/* Answer */

static void
tell(struct introspecting *i, const struct holding *h)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);

	if (i->algorithm != CLIENT_UNSIGNED) {
		buffer_byte(&b, '{');
		json_write_member(&b, "iss", i->front->settings->issuer);
		json_write_member(&b, "aud", i->asker);
		json_write_seconds(&b, "iat", i->now);
		json_write_name(&b, "token_introspection");
	}
	if (h)
		write_active(&b, i, h);
	else
		buffer_text(&b, "{\"active\":false}");
	if (i->algorithm != CLIENT_UNSIGNED) {
		buffer_byte(&b, '}');
		exchange_hold(i->exchange, oidc_sign(i->front->settings, i->exchange->arena, OIDC_INTROSPECTION,
		    i->algorithm, buffer_span(&b), on_introspection, i));
	} else {
		oauth_answer(i->exchange, "", buffer_span(&b));
	}
	buffer_release(&b);
}

static void
on_token_found(void *arg, enum err err, const struct holding *h, const struct problem *why)
{
	struct introspecting *i = arg;

	exchange_hold(i->exchange, NULL);
	if (err == OK || err == ERR_NOT_FOUND)
		figure_add(i->front->settings->person->figures, FIGURE_INTROSPECTIONS, 1);
	if (err == OK && is_the_askers(i, h))
		tell(i, h);
	else if (err == OK || err == ERR_NOT_FOUND)
		tell(i, NULL);
	else
		oauth_refuse_failure(i->exchange, err, why);
}

static void
on_introspection(void *arg, enum err err, struct span token, const struct problem *why)
{
	struct introspecting *i = arg;

	exchange_hold(i->exchange, NULL);
	if (err != OK)
		oauth_refuse_failure(i->exchange, err, why);
	else
		exchange_reply(i->exchange, &(struct reply){ .status = 200, .body = token,
			.fields = span_text("Content-Type: " JWT_TYPE "\r\nCache-Control: no-store\r\n") });
}
