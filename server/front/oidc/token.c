/* front/oidc/token.c - POST /oidc/token: a code, or a refresh token, becomes tokens (RFC 6749 s4.1.3, s6; OpenID
 * Connect Core s3.1.3, s12).
 *
 *     form -> client shows who it is -> grant -> its person -> judged -+-> signed -> committed -> tokens
 *                                         ^                            `-> used before: the grant ends, committed
 *                                         `---- it changed meanwhile ----'  -> invalid_grant
 *
 * Of two that come at once with one code the second finds it used, and that ends the grant; of two with one refresh
 * token both are told the same next one (transaction/grant/grant.h). Signed before it is committed: a code is not used
 * up by a signer that does not answer.
 */
#include <openssl/crypto.h>

#include "base/log.h"
#include "codec/json_writer.h"
#include "front/oidc/cross_origin.h"
#include "front/oidc/front.h"
#include "front/oidc/id_token.h"
#include "front/oidc/oauth_error.h"
#include "front/oidc/scope.h"
#include "front/oidc/told.h"
#include "front/oidc/token_request.h"

#define TRIES 4
#define ANSWER_LARGEST (64 * KIB)

struct redeeming {
	struct exchange *exchange;
	struct oidc_front *front;
	const struct oidc_settings *settings;
	struct token_request request;
	const struct client *client;
	struct id id;                    /* the grant's */
	uint8_t digest[32];              /* of a code */
	struct ask ask;
	struct grant grant;
	struct told told;
	struct span scope;               /* of what is told now */
	struct grant_secret access;
	struct span id_token;
	struct problem refusal;          /* told when what it changes is committed */
	unsigned tries;
	struct instant now;
};

static on_client on_client_known;
static on_loaded on_grant_loaded;
static on_told on_person_loaded;
static on_token on_id_token;
static on_committed on_recorded, on_ended;

static void
refuse(struct redeeming *r, const struct problem *why)
{
	static const struct {
		enum err err;
		const char *error;
	} words[] = {
		{ ERR_SYNTAX, "invalid_request" },
		{ ERR_LIMIT, "invalid_request" },
		{ ERR_INVALID, "invalid_scope" },
		{ ERR_UNSUPPORTED, "unsupported_grant_type" },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i].err == why->code) {
			oauth_refuse(r->exchange, 400, words[i].error, "", why);
			return;
		}
	if (why->code == ERR_DENIED)
		oauth_refuse_client(r->exchange, why);
	else
		oauth_refuse_failure(r->exchange, why->code, why);
}

static void
refuse_grant(struct redeeming *r, const struct problem *why)
{
	oauth_refuse(r->exchange, 400, "invalid_grant", cross_origin_fields(r->exchange, r->client), why);
}

void
redeem_token(struct exchange *e, void *arg)
{
	struct redeeming *r = arena_new(e->arena, struct redeeming);
	struct span authorization;
	struct problem why;

	*r = (struct redeeming){ .exchange = e, .front = arg, .now = clock_now() };
	r->settings = r->front->settings;
	if (authorization_of(e, &authorization, &why) != OK ||
	    token_request_read(e->arena, authorization, e->body, &r->request, &why) != OK) {
		refuse(r, &why);
		return;
	}
	exchange_hold(e, client_authenticate(r->front->store, r->settings->clients, e->arena, &r->request.client,
	    r->settings->issuer, r->now, on_client_known, r));
}

static enum err
check_client(const struct redeeming *r, struct problem *why)
{
	const enum client_grant wanted = r->request.asked == TOKEN_OF_CODE ? CLIENT_GRANT_CODE : CLIENT_GRANT_REFRESH;

	return r->client->metadata.grants & wanted ? OK : problem_set(why, ERR_DENIED, "RFC 6749 s5.2",
	    "the client has not registered this grant type");
}

static bool
read_token(struct redeeming *r)
{
	return r->request.asked == TOKEN_OF_CODE ?
	    grant_token_read(r->request.code, GRANT_CODE, &r->id, r->digest) :
	    grant_token_read(r->request.refresh_token, GRANT_REFRESH, &r->id, r->digest);
}

static void
load_grant(struct redeeming *r)
{
	r->ask = grant_ask(&r->id);
	exchange_hold(r->exchange, store_load(r->front->store, &r->ask, 1, on_grant_loaded, r));
}

static void
on_client_known(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct redeeming *r = arg;
	struct problem own;

	exchange_hold(r->exchange, NULL);
	r->client = client;
	if (err == ERR_INVALID) {
		oauth_refuse(r->exchange, 400, "invalid_request", "", why);
	} else if (err != OK) {
		refuse(r, why);
	} else if (check_client(r, &own) != OK) {
		oauth_refuse(r->exchange, 400, "unauthorized_client", "", &own);
	} else if (!read_token(r)) {
		problem_set(&own, ERR_NOT_FOUND, "RFC 6749 s5.2", "it is none of this server's");
		refuse_grant(r, &own);
	} else {
		load_grant(r);
	}
}

static void
on_grant_loaded(void *arg, enum err err, const struct problem *why)
{
	struct redeeming *r = arg;
	struct problem own;

	exchange_hold(r->exchange, NULL);
	if (err == OK) {
		why = &own;
		err = grant_loaded(r->exchange->arena, &r->ask, &r->grant, &own);
		if (err == OK && r->grant.protocol != GRANT_OIDC)
			err = problem_set(&own, ERR_NOT_FOUND, "", "there is no such grant, or it has expired");
	}
	if (err == ERR_NOT_FOUND) {
		refuse_grant(r, why);
	} else if (err != OK) {
		oauth_refuse_failure(r->exchange, err, why);
	} else {
		told_ask(&r->told, r->exchange->arena, r->settings, &r->grant, RELEASE_IN_ID_TOKEN, r->now);
		exchange_hold(r->exchange, told_load(&r->told, r->front->store, on_person_loaded, r));
	}
}

/* Decide */

static enum grant_outcome
judge_code(struct redeeming *r, struct problem *why)
{
	const enum grant_outcome outcome = grant_redeem(&r->grant, &(struct grant_redeeming){
		.digest = r->digest, .client = r->client->id, .redirect_uri = r->request.redirect_uri,
		.verifier = r->request.verifier, .now = r->now,
	}, why);

	r->scope = r->grant.scope;
	if (outcome == GRANT_GOOD && r->client->metadata.grants & CLIENT_GRANT_REFRESH)
		grant_refresh_begin(&r->grant, r->now);
	return outcome;
}

/* A wider scope is noticed after the token itself: whoever has a wrong one is told nothing of its grant. */
static enum grant_outcome
judge_refresh(struct redeeming *r, struct problem *why)
{
	const enum grant_outcome outcome = grant_refresh(&r->grant, &(struct grant_refreshing){
		.key = r->settings->refresh_key, .text = r->request.refresh_token, .client = r->client->id,
		.rotate = r->client->metadata.rotate, .now = r->now,
	}, why);

	r->scope = r->grant.scope;
	if (outcome != GRANT_GOOD || !r->request.scope.size ||
	    scope_narrow(r->exchange->arena, r->grant.scope, r->request.scope, &r->scope))
		return outcome;
	problem_set(why, ERR_INVALID, "RFC 6749 s6", "scope: expected words that were granted, found others");
	return GRANT_REFUSED;
}

static enum grant_outcome
judge(struct redeeming *r, struct problem *why)
{
	const enum grant_outcome outcome = r->request.asked == TOKEN_OF_CODE ? judge_code(r, why) :
	    judge_refresh(r, why);

	if (outcome == GRANT_GOOD) {
		r->access = grant_secret_new(GRANT_ACCESS, &r->grant.id);
		grant_access_add(&r->grant, &r->access, span_equal(r->scope, r->grant.scope) ? (struct span){ 0 } :
		    r->scope, r->now);
	}
	return outcome;
}

/* Commit */

static void
commit(struct redeeming *r, on_committed *done)
{
	struct unit *unit = unit_new(r->exchange->arena, store_tables(r->front->store), id_new(r->now));

	grant_put(unit, &r->grant);
	exchange_hold(r->exchange, store_commit(r->front->store, unit, done, r));
}

static void
sign(struct redeeming *r)
{
	struct arena *arena = r->exchange->arena;
	const struct span session = pairwise_session(arena, &r->settings->sign_on.pairwise, &r->grant.begun_in,
	    r->client->id);
	struct buffer b = buffer_init(ANSWER_LARGEST);

	id_token_begin(&b, arena, &(struct id_token){
		.issuer = r->settings->issuer, .grant = &r->grant, .session = session,
		.nonce = r->request.asked == TOKEN_OF_CODE ? r->grant.nonce : (struct span){ 0 },
		.access_token = span_text(r->access.text), .now = r->now, .lasts = r->settings->id_token_for,
	});
	told_write(&b, &r->told, &r->client->rp, RELEASE_IN_ID_TOKEN);
	buffer_byte(&b, '}');
	exchange_hold(r->exchange, oidc_sign(r->settings, arena, OIDC_ID_TOKEN, r->client->metadata.id_token,
	    buffer_span(&b), on_id_token, r));
	buffer_release(&b);
}

static void
on_person_loaded(void *arg, enum err err, const struct problem *why)
{
	struct redeeming *r = arg;

	exchange_hold(r->exchange, NULL);
	if (err != OK) {
		if (err == ERR_DENIED)
			refuse_grant(r, why);
		else
			oauth_refuse_failure(r->exchange, err, why);
		return;
	}
	switch (judge(r, &r->refusal)) {
	case GRANT_REFUSED:
		if (r->refusal.code == ERR_INVALID)
			refuse(r, &r->refusal);
		else
			refuse_grant(r, &r->refusal);
		break;
	case GRANT_REUSED:
		commit(r, on_ended);
		break;
	case GRANT_GOOD:
		if (scope_has(r->scope, span_text("openid")))
			sign(r);
		else
			commit(r, on_recorded);
		break;
	}
}

static void
on_id_token(void *arg, enum err err, struct span token, const struct problem *why)
{
	struct redeeming *r = arg;

	exchange_hold(r->exchange, NULL);
	r->id_token = token;
	if (err != OK)
		oauth_refuse_failure(r->exchange, err, why);
	else
		commit(r, on_recorded);
}

/* Somebody else came first: looked at again. */
static bool
comes_again(struct redeeming *r, const struct committed *done)
{
	if (done->code != ERR_CONFLICT || ++r->tries == TRIES)
		return false;
	OPENSSL_cleanse(&r->access, sizeof(r->access));
	load_grant(r);
	return true;
}

static void
refuse_commit(struct redeeming *r, const struct committed *done)
{
	struct problem why;

	problem_set(&why, done->code == ERR_CONFLICT ? ERR_UNAVAILABLE : done->code, "",
	    "it could not be kept, so there is no token: %s", err_name(done->code));
	oauth_refuse_failure(r->exchange, why.code, &why);
}

static void
on_ended(void *arg, const struct committed *done)
{
	struct redeeming *r = arg;
	char id[33];

	exchange_hold(r->exchange, NULL);
	if (done->code == OK) {
		log_info("grant.ended", "grant=%s client=%s why=reused", hex_text(id_span(&r->grant.id), id),
		    LOG_SPAN(r->client->id));
		refuse_grant(r, &r->refusal);
	} else if (!comes_again(r, done)) {
		refuse_commit(r, done);
	}
}

/* Answer */

static void
write_answer(struct buffer *b, const struct redeeming *r)
{
	const struct grant_access *access = &r->grant.access[r->grant.access_count - 1];
	char refresh[GRANT_TOKEN_TEXT];

	buffer_byte(b, '{');
	json_write_member(b, "access_token", span_text(r->access.text));
	json_write_member(b, "token_type", span_text("Bearer"));
	json_write_name(b, "expires_in");
	buffer_number(b, (uint64_t)((access->until.us - r->now.us) / SECONDS(1)));
	json_write_given(b, "id_token", r->id_token);
	/* One that stays what it is need not be told again. */
	if (r->grant.refresh.number && (r->request.asked == TOKEN_OF_CODE || r->client->metadata.rotate)) {
		grant_refresh_text(&r->grant, r->settings->refresh_key, refresh);
		json_write_member(b, "refresh_token", span_text(refresh));
		OPENSSL_cleanse(refresh, sizeof(refresh));
	}
	json_write_given(b, "scope", r->scope);
	buffer_byte(b, '}');
}

static void
on_recorded(void *arg, const struct committed *done)
{
	struct redeeming *r = arg;
	struct buffer b;

	exchange_hold(r->exchange, NULL);
	if (done->code != OK) {
		if (!comes_again(r, done))
			refuse_commit(r, done);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_answer(&b, r);
	oauth_answer(r->exchange, cross_origin_fields(r->exchange, r->client), buffer_span(&b));
	OPENSSL_cleanse(b.data, b.room);
	OPENSSL_cleanse(&r->access, sizeof(r->access));
	buffer_release(&b);
}
