/* front/oidc/revocation.c - POST /oidc/revoke: a client gives up a token (RFC 7009).
 *
 *     form -> client shows who it is -> grant -> its own? -> the token goes, or all of the grant -> committed -> 200
 *
 * A refresh token takes with it all that came of its grant, an access token goes alone. What is unknown, or another
 * client's, is answered alike (s2.2), and stays what it is.
 */
#include "base/log.h"
#include "codec/text.h"
#include "front/oidc/client_form.h"
#include "front/oidc/front.h"
#include "front/oidc/oauth_error.h"

#define TRIES 4

enum { TOKEN, HINT, PARAMETERS };
static const char *const parameters[PARAMETERS] = { "token", "token_type_hint" };

struct revoking {
	struct exchange *exchange;
	struct oidc_front *front;
	struct client_credentials shown;
	struct span token;
	const struct client *client;
	enum grant_token kind;
	struct id id;
	uint8_t digest[32];
	struct ask ask;
	struct grant grant;
	unsigned tries;
	struct instant now;
};

static on_client on_client_known;
static on_loaded on_grant_loaded;
static on_committed on_revoked;

void
revoke_token(struct exchange *e, void *arg)
{
	struct revoking *r = arena_new(e->arena, struct revoking);
	struct span authorization, values[PARAMETERS];
	struct problem why;
	enum err err;

	*r = (struct revoking){ .exchange = e, .front = arg, .now = clock_now() };
	err = authorization_of(e, &authorization, &why);
	if (err == OK)
		err = client_form_read(e->arena, authorization, e->body, parameters, values, PARAMETERS, &r->shown,
		    &why);
	if (err == OK && !values[TOKEN].size)
		err = problem_set(&why, ERR_SYNTAX, "RFC 7009 s2.1", "token: expected one, found none");
	if (err == ERR_DENIED) {
		oauth_refuse_client(e, &why);
	} else if (err != OK) {
		oauth_refuse(e, 400, "invalid_request", "", &why);
	} else {
		r->token = values[TOKEN];
		exchange_hold(e, client_authenticate(r->front->store, r->front->settings->clients, e->arena, &r->shown,
		    r->front->settings->issuer, r->now, on_client_known, r));
	}
}

static void
answer(struct revoking *r)
{
	exchange_reply(r->exchange, &(struct reply){ .status = 200,
		.fields = span_text("Cache-Control: no-store\r\n") });
}

static void
load_grant(struct revoking *r)
{
	r->ask = grant_ask(&r->id);
	exchange_hold(r->exchange, store_load(r->front->store, &r->ask, 1, on_grant_loaded, r));
}

/* The hint says where to look first (s2.1); each of ours tells by itself what it is. */
static bool
read_token(struct revoking *r)
{
	r->kind = GRANT_REFRESH;
	if (grant_token_read(r->token, GRANT_REFRESH, &r->id, r->digest))
		return true;
	r->kind = GRANT_ACCESS;
	return grant_token_read(r->token, GRANT_ACCESS, &r->id, r->digest);
}

static void
on_client_known(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct revoking *r = arg;

	exchange_hold(r->exchange, NULL);
	r->client = client;
	if (err == ERR_DENIED)
		oauth_refuse_client(r->exchange, why);
	else if (err == ERR_INVALID)
		oauth_refuse(r->exchange, 400, "invalid_request", "", why);
	else if (err != OK)
		oauth_refuse_failure(r->exchange, err, why);
	else if (read_token(r))
		load_grant(r);
	else
		answer(r);
}

/* Decide. False: it changes nothing. One of its refresh tokens that was replaced ends the grant, too: who shows it and
 * who it was for want the same. */
static bool
revoke(struct revoking *r)
{
	struct grant *g = &r->grant;

	if (g->protocol != GRANT_OIDC || !span_equal(g->client, r->client->id) || !grant_in_force(g, r->now))
		return false;
	if (r->kind == GRANT_ACCESS)
		return grant_access_remove(g, r->digest);
	if (!grant_refresh_number(g, r->front->settings->refresh_key, r->token))
		return false;
	grant_end(g, r->now);
	return true;
}

static void
on_grant_loaded(void *arg, enum err err, const struct problem *why)
{
	struct revoking *r = arg;
	struct problem own;
	struct unit *unit;

	exchange_hold(r->exchange, NULL);
	if (err == OK) {
		why = &own;
		err = grant_loaded(r->exchange->arena, &r->ask, &r->grant, &own);
	}
	if (err != OK && err != ERR_NOT_FOUND) {
		oauth_refuse_failure(r->exchange, err, why);
	} else if (err == ERR_NOT_FOUND || !revoke(r)) {
		answer(r);
	} else {
		unit = unit_new(r->exchange->arena, store_tables(r->front->store), id_new(r->now));
		grant_put(unit, &r->grant);
		exchange_hold(r->exchange, store_commit(r->front->store, unit, on_revoked, r));
	}
}

static void
on_revoked(void *arg, const struct committed *done)
{
	struct revoking *r = arg;
	struct problem why;
	char id[33];

	exchange_hold(r->exchange, NULL);
	if (done->code == ERR_CONFLICT && ++r->tries < TRIES) {
		load_grant(r);
	} else if (done->code != OK) {
		problem_set(&why, done->code == ERR_CONFLICT ? ERR_UNAVAILABLE : done->code, "RFC 7009 s2.2.1",
		    "it could not be kept that the token is given up: %s", err_name(done->code));
		oauth_refuse_failure(r->exchange, why.code, &why);
	} else {
		if (r->grant.ended.us)
			log_info("grant.ended", "grant=%s client=%s why=revoked", hex_text(id_span(&r->grant.id), id),
			    LOG_SPAN(r->client->id));
		answer(r);
	}
}
