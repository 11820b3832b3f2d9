/* transaction/client/client_authentication.c - whether it is the client that asks. */
#include "transaction/client/client_authentication.h"

#include <openssl/crypto.h>

#include "base/log.h"
#include "codec/form.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/jwt.h"
#include "transaction/caller/caller.h"
#include "transaction/caller/token_grant.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define JWT_TYPE "client-authentication+jwt" /* RFC 10070 */
#define SECRET_LARGEST 1024

struct authenticating {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct client_credentials *shown;
	struct span issuer;
	struct instant now;
	enum client_authentication method; /* as it is shown */
	struct span id;                    /* as who */
	struct jwt_unverified jwt;
	const struct client *client;
	struct problem why;                /* noticed before anything was asked */
	on_client *done;
	void *arg;
};

static void
cancel_authenticating(struct pending *pending)
{
	pending_cancel(&((struct authenticating *)pending)->waiting);
}

static void
answer(struct authenticating *a, enum err err, const struct problem *why)
{
	a->waiting = NULL;
	if (err == ERR_DENIED)
		log_info("client.refused", "client=%s method=%s problem=%s", LOG_SPAN(span_first(a->id, 200)),
		    client_authentication_name(a->method), LOG_TEXT(why->text));
	a->done(a->arg, err, err == OK ? a->client : NULL, err == OK ? NULL : why);
}

/* What is shown */

bool
client_basic_read(struct arena *arena, struct span authorization, struct client_credentials *out)
{
	struct span rest = authorization, scheme = span_cut(&rest, ' '), secret, id;

	if (!span_equal_nocase(scheme, span_text("Basic")))
		return true;
	out->basic = true;
	if (!base64_read(arena, span_trim(rest), &secret) || !secret.size || !memchr(secret.data, ':', secret.size))
		return false;
	id = span_cut(&secret, ':');
	return form_decode(arena, id, &out->basic_id) && form_decode(arena, secret, &out->basic_secret);
}

static enum err
read_assertion(struct authenticating *a, struct problem *why)
{
	const struct client_credentials *c = a->shown;

	if (!span_is(c->assertion_type, ASSERTION_TYPE))
		return problem_set(why, ERR_DENIED, "RFC 7523 s2.2", "client_assertion_type: expected %s",
		    ASSERTION_TYPE);
	if (jwt_read(a->arena, c->assertion, &a->jwt, why) != OK)
		return why->code = ERR_DENIED;
	a->id = a->jwt.issuer;
	return OK;
}

/* RFC 6749 s2.3: one way at a time. A client_id beside another way says the same. */
static enum err
read_method(struct authenticating *a, struct problem *why)
{
	const struct client_credentials *c = a->shown;
	const bool asserts = c->assertion.size || c->assertion_type.size;

	if (c->basic + (c->form_secret.size > 0) + asserts > 1)
		return problem_set(why, ERR_INVALID, "RFC 6749 s2.3",
		    "expected one way of showing who the client is, found several");
	a->method = c->basic ? CLIENT_SECRET_BASIC :
	    asserts          ? CLIENT_PRIVATE_KEY_JWT :
	    c->form_secret.size ? CLIENT_SECRET_POST :
	                          CLIENT_OPEN;
	a->id = c->basic ? c->basic_id : c->form_id;
	if (asserts && read_assertion(a, why) != OK)
		return why->code;
	if (!a->id.size)
		return problem_set(why, ERR_DENIED, "RFC 6749 s2.3",
		    "expected a client that shows who it is, found none");
	if (c->form_id.size && !span_equal(c->form_id, a->id))
		return problem_set(why, ERR_DENIED, "RFC 6749 s2.3",
		    "client_id is not the client that shows who it is");
	return OK;
}

static on_loaded on_nothing_asked;
static on_client on_found;

struct pending *
client_authenticate(struct store *store, struct client_book *book, struct arena *arena,
    const struct client_credentials *shown, struct span issuer, struct instant now, on_client *done, void *arg)
{
	struct authenticating *a = arena_new(arena, struct authenticating);

	*a = (struct authenticating){
		.pending = { cancel_authenticating }, .store = store, .arena = arena, .shown = shown, .issuer = issuer,
		.now = now, .done = done, .arg = arg,
	};
	if (read_method(a, &a->why) == OK)
		a->waiting = client_find(store, book, arena, a->id, now, on_found, a);
	else
		a->waiting = store_load(store, NULL, 0, on_nothing_asked, a);
	return &a->pending;
}

/* The answer comes later, as of every store. */
static void
on_nothing_asked(void *arg, enum err err, const struct problem *why)
{
	struct authenticating *a = arg;

	answer(a, err == OK ? a->why.code : err, err == OK ? &a->why : why);
}

/* By its own method */

static void check_secret(struct authenticating *), check_assertion(struct authenticating *);

static void
on_found(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct authenticating *a = arg;
	struct problem mine;

	a->waiting = NULL;
	a->client = client;
	if (err == ERR_NOT_FOUND || err == ERR_DENIED) {
		mine = *why;
		mine.code = ERR_DENIED;
		answer(a, ERR_DENIED, &mine);
	} else if (err != OK) {
		answer(a, err, why);
	} else if (client->metadata.authentication != a->method) {
		problem_set(&mine, ERR_DENIED, "RFC 7591 s2", "token_endpoint_auth_method: expected %s, found %s",
		    client_authentication_name(client->metadata.authentication), client_authentication_name(a->method));
		answer(a, ERR_DENIED, &mine);
	} else if (a->method == CLIENT_OPEN) {
		answer(a, OK, NULL);
	} else if (a->method == CLIENT_PRIVATE_KEY_JWT) {
		check_assertion(a);
	} else {
		check_secret(a);
	}
}

/* A secret */

static void
refuse_secret(struct authenticating *a)
{
	struct problem why;

	problem_set(&why, ERR_DENIED, "RFC 6749 s2.3.1", "the client's secret is another");
	answer(a, ERR_DENIED, &why);
}

static on_caller on_caller_identified;

/* A short-lived token stands for a caller, but is nobody's secret. */
static void
check_secret(struct authenticating *a)
{
	const struct span secret = a->method == CLIENT_SECRET_BASIC ? a->shown->basic_secret : a->shown->form_secret;
	struct credentials *token;
	uint8_t shown[32];

	if (a->client->self_registered) {
		digest(DIGEST_SHA256, secret, shown);
		if (a->client->has_secret && CRYPTO_memcmp(shown, a->client->secret, sizeof(shown)) == 0)
			answer(a, OK, NULL);
		else
			refuse_secret(a);
		return;
	}
	if (!span_starts(secret, CALLER_TOKEN_PREFIX) || secret.size > SECRET_LARGEST) {
		refuse_secret(a);
		return;
	}
	token = arena_new(a->arena, struct credentials);
	token->authorization = span_text(arena_print(a->arena, "Bearer %.*s", SPAN_ARGS(secret)));
	a->waiting = caller_identify(a->store, a->arena, token, a->now, on_caller_identified, a);
}

static void
on_caller_identified(void *arg, enum err err, const struct caller *caller, const struct problem *why)
{
	struct authenticating *a = arg;

	a->waiting = NULL;
	if (err != OK && err != ERR_DENIED)
		answer(a, err, why);
	else if (err == OK && caller->rights & CALLER_CLIENT && span_equal(caller->member, a->client->rp.member))
		answer(a, OK, NULL);
	else
		refuse_secret(a);
}

/* An assertion */

static on_committed on_used;

static enum err
verify_assertion(struct authenticating *a, struct jwt_claims *claims, struct problem *why)
{
	const struct oidc_client *c = &a->client->metadata;
	const struct jwt_expectation expected = {
		.type = span_equal_nocase(a->jwt.type, span_text(JWT_TYPE)) ? JWT_TYPE : NULL,
		.issuer = a->client->id, .subject = a->client->id, .audiences = &a->issuer, .audience_count = 1,
		.now = a->now, .longest = ASSERTION_LONGEST, .skew = CALLER_SKEW, .undated = true, .alone = true,
	};

	if (c->assertion != CLIENT_UNSIGNED && !span_is(a->jwt.algorithm, client_algorithm_name(c->assertion)))
		return problem_set(why, ERR_DENIED, "RFC 7591 s2", "token_endpoint_auth_signing_alg: expected %s",
		    client_algorithm_name(c->assertion));
	if (jwt_verify(&a->jwt, c->keys.keys, c->keys.count, &expected, a->arena, claims, why) != OK)
		return why->code;
	if (!claims->id.size)
		return problem_set(why, ERR_DENIED, "RFC 7523 s3", "the JWT's /jti: expected one, found none");
	return OK;
}

/* Client IDs have a colon or a low line, which callers' names have not: nobody uses up another's. */
static void
check_assertion(struct authenticating *a)
{
	struct unit *unit;
	struct jwt_claims claims;
	struct problem why;
	struct span used;

	if (verify_assertion(a, &claims, &why) != OK) {
		answer(a, why.code, &why);
		return;
	}
	unit = unit_new(a->arena, store_tables(a->store), id_new(a->now));
	used = assertion_key(a->arena, a->client->id, claims.id);
	unit_expect(unit, &assertion_table, used, 0);
	unit_put_until(unit, &assertion_table, used, (struct span){ 0 }, instant_after(claims.expires, CALLER_SKEW));
	a->waiting = store_commit(a->store, unit, on_used, a);
}

static void
on_used(void *arg, const struct committed *done)
{
	struct authenticating *a = arg;
	struct problem why;

	if (done->code == ERR_CONFLICT)
		problem_set(&why, ERR_DENIED, "RFC 7523 s3", "the JWT's /jti: this assertion has been used already");
	else if (done->code != OK)
		problem_set(&why, done->code, "", "that the assertion is used could not be kept: %s",
		    err_name(done->code));
	answer(a, done->code == OK ? OK : why.code, &why);
}
