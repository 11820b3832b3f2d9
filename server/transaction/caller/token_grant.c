/* transaction/caller/token_grant.c - a short-lived bearer token for a JWT that a caller signed.
 *
 *     read -> load caller -> load member -> verify -> commit (assertion used, token kept) -> granted
 */
#include "transaction/caller/token_grant.h"

#include "base/log.h"
#include "crypto/digest.h"
#include "crypto/jwt.h"
#include "net/rate.h"
#include "registry/standing.h"

struct granting {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct token_grant asked;
	struct jwt_unverified jwt;
	struct caller caller;
	struct ask ask;
	struct problem why;              /* noticed before anything was asked; or that there is no such caller */
	struct token_granted granted;
	on_granted *done;
	void *arg;
};

static void
cancel_granting(struct pending *pending)
{
	pending_cancel(&((struct granting *)pending)->waiting);
}

static void
answer(struct granting *g, enum err err, const struct problem *why)
{
	g->waiting = NULL;
	if (err != OK)
		memset(g->granted.token, 0, sizeof(g->granted.token));
	g->done(g->arg, err, &g->granted, err == OK ? NULL : why);
}

static on_loaded on_caller_loaded, on_member_loaded;
static on_committed on_recorded;

/* The assertion */

/* One that there is not is looked at as one that has no key: asking takes as long, and tells as little. */
static bool
is_known(const struct granting *g)
{
	return g->caller.member.size > 0;
}

/* Whoever has not shown that he is a caller is told nothing of callers: not which there are, nor which keys they have.
 */
static enum err
refuse_stranger(const struct granting *g, struct problem *why)
{
	log_info("token.refused", "caller=%s problem=%s", LOG_SPAN(g->jwt.issuer),
	    LOG_TEXT(is_known(g) ? why->text : g->why.text));
	return problem_set(why, ERR_DENIED, "RFC 7523 s3",
	    "expected a JWT signed with a key that is registered with the caller its /iss names, found another");
}

/* Whoever cannot be understood has not shown who he is. */
static enum err
read_assertion(struct granting *g, struct problem *why)
{
	if (jwt_read(g->arena, g->asked.assertion, &g->jwt, why) != OK)
		return why->code = ERR_DENIED;
	if (!caller_name_valid(g->jwt.issuer))
		return problem_set(why, ERR_DENIED, "RFC 7523 s3", "the JWT's /iss: expected the name of a caller");
	if (g->asked.client_id.size && !span_equal(g->asked.client_id, g->jwt.issuer))
		return problem_set(why, ERR_DENIED, "RFC 7521 s4.2",
		    "client_id is not the caller that signed the assertion");
	return OK;
}

/* Decide */

static enum err
check_assertion(struct granting *g, struct jwt_claims *claims, struct problem *why)
{
	const struct span base = g->asked.base_url;
	const struct span audiences[] = { g->asked.endpoint, base, span_first(base, base.size - 1) };
	const struct jwt_expectation expected = {
		.issuer = g->caller.name, .subject = g->caller.name, .audiences = audiences,
		.audience_count = COUNT(audiences),
		.now = g->asked.now, .longest = ASSERTION_LONGEST, .skew = CALLER_SKEW, .undated = true,
	};

	/* The signature first: how a caller stands is told to nobody else. */
	if (jwt_verify(&g->jwt, g->caller.keys, g->caller.key_count, &expected, g->arena, claims, why) != OK)
		return claims->signed_by_key ? why->code : refuse_stranger(g, why);
	if (caller_stands(&g->caller, &g->ask, g->asked.now, why) != OK)
		return why->code;
	if (!claims->id.size)
		return problem_set(why, ERR_DENIED, "RFC 7523 s3", "the JWT's /jti: expected one, found none");
	return OK;
}

/* After the signature: nobody else can use up a caller's bucket. */
static enum err
check_rate(struct granting *g, struct problem *why)
{
	unsigned rate = g->caller.rate ? g->caller.rate : g->asked.rate;

	g->granted.wait = g->asked.rates ? rate_take(g->asked.rates, g->caller.name, rate, 1, g->asked.monotonic) : 0;
	if (g->granted.wait)
		return problem_set(why, ERR_LIMIT, "RFC 6585 s4", "this caller asks more often than was agreed");
	return OK;
}

/* That it was used is remembered as long as it would be believed. */
static struct unit *
grant_unit(struct granting *g, const struct jwt_claims *claims)
{
	struct unit *unit = unit_new(g->arena, store_tables(g->store), id_new(g->asked.now));
	struct span used = assertion_key(g->arena, claims->issuer, claims->id);
	struct caller_token token = caller_token_new(ACCESS_TOKEN_PREFIX);
	struct buffer b = buffer_init(4 * KIB);

	caller_pointer_write(&b, &(struct caller_pointer){ .name = g->caller.name, .member = g->caller.member,
	    .epoch = g->caller.epoch });
	unit_expect(unit, &assertion_table, used, 0);
	unit_put_until(unit, &assertion_table, used, (struct span){ 0 }, instant_after(claims->expires, CALLER_SKEW));
	unit_put_until(unit, &access_token_table, span_of(token.digest, sizeof(token.digest)), buffer_span(&b),
	    instant_after(g->asked.now, ACCESS_TOKEN_LIFE));
	buffer_release(&b);
	memcpy(g->granted.token, token.text, sizeof(g->granted.token));
	g->granted.rights = g->caller.rights;
	g->granted.name = g->caller.name;
	return unit;
}

/* The flow */

/* Where the assertion cannot be read nothing is asked; the answer still comes later, as of every store. */
struct pending *
token_grant_start(struct store *store, struct arena *arena, const struct token_grant *asked, on_granted *done,
    void *arg)
{
	struct granting *g = arena_new(arena, struct granting);

	*g = (struct granting){
		.pending = { cancel_granting }, .store = store, .arena = arena, .asked = *asked, .done = done,
		.arg = arg,
	};
	read_assertion(g, &g->why);
	g->ask = (struct ask){ .table = &caller_table, .from = g->jwt.issuer };
	g->waiting = store_load(store, &g->ask, g->why.code == OK ? 1 : 0, on_caller_loaded, g);
	return &g->pending;
}

static void
on_caller_loaded(void *arg, enum err err, const struct problem *why)
{
	struct granting *g = arg;

	if (err == OK && g->why.code != OK) {
		err = g->why.code;
		why = &g->why;
	} else if (err == OK) {
		err = caller_loaded(g->arena, &g->ask, &g->caller, &g->why);
		if (err == ERR_NOT_FOUND) {
			g->caller = (struct caller){ .name = g->jwt.issuer };
			err = OK;
		}
		why = &g->why;
	}
	if (err != OK) {
		answer(g, err, why);
		return;
	}
	g->ask = (struct ask){ .table = &member_table, .from = is_known(g) ? g->caller.member : g->jwt.issuer };
	g->waiting = store_load(g->store, &g->ask, 1, on_member_loaded, g);
}

static void
on_member_loaded(void *arg, enum err err, const struct problem *why)
{
	struct granting *g = arg;
	struct jwt_claims claims;
	struct problem mine;

	if (err == OK) {
		err = check_assertion(g, &claims, &mine);
		if (err == OK)
			err = check_rate(g, &mine);
		why = &mine;
	}
	if (err != OK)
		answer(g, err, why);
	else
		g->waiting = store_commit(g->store, grant_unit(g, &claims), on_recorded, g);
}

/* Commit */

static void
on_recorded(void *arg, const struct committed *done)
{
	struct granting *g = arg;
	struct problem why;

	if (done->code == ERR_CONFLICT)
		problem_set(&why, ERR_DENIED, "RFC 7523 s3", "the JWT's /jti: this assertion has been used already");
	else if (done->code != OK)
		problem_set(&why, done->code, "", "the token could not be kept, so there is none: %s",
		    err_name(done->code));
	answer(g, done->code == OK ? OK : why.code, &why);
}
