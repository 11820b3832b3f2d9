/* transaction/caller/caller.c - machine callers found by token or key.
 *
 *     point   who is meant by the token's or the key's digest
 *     judge   the caller's own row, and its member's
 *
 * Two rounds of the store in one turn, three gets in all: 4 us of CPU for one request alone, 3 us where many come in a
 * turn (10,000 callers, LMDB). Holding callers in memory would save most of that and was left out: nothing here can be
 * stale, so a revocation or a suspension holds from the commit that made it.
 */
#include "transaction/caller/caller.h"

#include <assert.h>

#include "base/log.h"
#include "base/random.h"
#include "base/record.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "registry/standing.h"

#define CALLER_FORMAT 1
#define POINTER_FORMAT 1
#define SECRET_BYTES 32
#define DIGEST_BYTES 32
#define TOKEN_LETTERS 43 /* base64url of SECRET_BYTES */

const struct table caller_table = { "caller", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table caller_secret_table = { "caller_secret", ROLE_BIT(ROLE_STEWARD), 0 };
/* Written by whoever serves POST /v1/token; what stands there gives no more than a token of that endpoint does. */
const struct table access_token_table = { "access_token", ROLE_BIT(ROLE_WORKER), 0 };
const struct table assertion_table = { "assertion", ROLE_BIT(ROLE_WORKER), 0 };

static const struct {
	enum caller_right right;
	const char *name;
} rights[CALLER_RIGHTS] = {
	{ CALLER_AUDIT, "audit" },
	{ CALLER_CLIENT, "client" },
	{ CALLER_DECIDE, "decide" },
	{ CALLER_PROOFING, "proofing" },
	{ CALLER_REGISTER, "register" },
	{ CALLER_TERMINAL, "terminal" },
	{ CALLER_VOUCH, "vouch" },
};

unsigned
caller_right_read(struct span name)
{
	for (size_t i = 0; i < COUNT(rights); i++)
		if (span_is(name, rights[i].name))
			return rights[i].right;
	return 0;
}

size_t
caller_right_names(unsigned set, const char *names[CALLER_RIGHTS])
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT(rights); i++)
		if (set & rights[i].right)
			names[count++] = rights[i].name;
	return count;
}

/* Rows */

bool
caller_name_valid(struct span name)
{
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return name.size > 0 && name.size <= CALLER_NAME_LARGEST;
}

void
caller_write(struct buffer *b, const struct caller *c)
{
	assert(c->key_count <= CALLER_KEYS);
	buffer_u8(b, CALLER_FORMAT);
	buffer_u8(b, (uint8_t)c->key_count);
	buffer_u32(b, c->rights);
	buffer_u32(b, c->rate);
	buffer_u64(b, c->epoch);
	buffer_instant(b, c->created);
	buffer_instant(b, c->expires);
	buffer_block(b, c->name);
	buffer_block(b, c->member);
	buffer_block(b, c->token);
	for (size_t i = 0; i < c->key_count; i++)
		buffer_block(b, c->keys[i]);
}

bool
caller_read(struct span value, struct caller *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), keys = record_u8(&r);

	*out = (struct caller){ .rights = record_u32(&r) };
	out->rate = record_u32(&r);
	out->epoch = record_u64(&r);
	out->created = record_instant(&r);
	out->expires = record_instant(&r);
	out->name = record_block(&r);
	out->member = record_block(&r);
	out->token = record_block(&r);
	for (; out->key_count < keys && out->key_count < CALLER_KEYS; out->key_count++)
		out->keys[out->key_count] = record_block(&r);
	return format == CALLER_FORMAT && record_whole(&r) && caller_name_valid(out->name) &&
	    (out->token.size == 0 || out->token.size == DIGEST_BYTES);
}

static enum err
unreadable(const char *what, struct span name, struct problem *why)
{
	problem_set(why, ERR_UNAVAILABLE, "",
	    "the %s \"%.*s\": its row in the store is of a form this build does not know", what,
	    SPAN_ARGS(span_first(name, CALLER_NAME_LARGEST)));
	log_error("row.unreadable", "kind=%s name=%s", what, LOG_SPAN(name));
	return why->code;
}

enum err
caller_loaded(struct arena *arena, const struct ask *asked, struct caller *out, struct problem *why)
{
	if (asked->count == 0)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no caller \"%.*s\"",
		    SPAN_ARGS(span_first(asked->from, 100)));
	if (!caller_read(arena_copy(arena, asked->rows[0].value), out))
		return unreadable("caller", asked->from, why);
	return OK;
}

void
caller_pointer_write(struct buffer *b, const struct caller_pointer *p)
{
	buffer_u8(b, POINTER_FORMAT);
	buffer_u64(b, p->epoch);
	buffer_block(b, p->name);
	buffer_block(b, p->member);
}

bool
caller_pointer_read(struct span value, struct caller_pointer *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r);

	*out = (struct caller_pointer){ .epoch = record_u64(&r) };
	out->name = record_block(&r);
	out->member = record_block(&r);
	return format == POINTER_FORMAT && record_whole(&r) && out->name.size > 0 && out->member.size > 0;
}

/* The digest is the key of a row: whoever guesses learns nothing from how long a look-up takes. */
struct caller_token
caller_token_new(const char *prefix)
{
	struct arena arena = arena_init(4 * KIB);
	struct caller_token token = { 0 };
	uint8_t secret[SECRET_BYTES];
	struct span letters;
	size_t at = strlen(prefix);

	random_bytes(secret, sizeof(secret));
	letters = base64url_write(&arena, span_of(secret, sizeof(secret)));
	assert(letters.size == TOKEN_LETTERS && at + letters.size < sizeof(token.text));
	memcpy(token.text, prefix, at);
	memcpy(token.text + at, letters.data, letters.size);
	digest(DIGEST_SHA256, span_text(token.text), token.digest);
	arena_release(&arena);
	return token;
}

/* Names have no zero byte, so name and jti cannot run into each other. */
struct span
assertion_key(struct arena *a, struct span name, struct span id)
{
	struct digest_stream *d = digest_stream_new(DIGEST_SHA256);
	uint8_t *key = arena_take(a, digest_size(DIGEST_SHA256));

	digest_stream_add(d, name);
	digest_stream_add(d, span_of("", 1));
	digest_stream_add(d, id);
	digest_stream_end(d, key);
	digest_stream_free(d);
	return span_of(key, digest_size(DIGEST_SHA256));
}

enum err
caller_stands(const struct caller *c, const struct ask *asked, struct instant now, struct problem *why)
{
	struct member member;

	if (c->expires.us && !instant_before(now, c->expires))
		return problem_set(why, ERR_DENIED, "", "the caller \"%.*s\" has expired", SPAN_ARGS(c->name));
	if (asked->count == 0)
		return problem_set(why, ERR_DENIED, "", "the caller \"%.*s\" has no member any more",
		    SPAN_ARGS(c->name));
	if (!member_read(asked->rows[0].value, &member))
		return unreadable("member", c->member, why);
	if (member.standing != STANDING_APPROVED)
		return problem_set(why, ERR_DENIED, "", "the member of the caller \"%.*s\" is %s, not approved",
		    SPAN_ARGS(c->name), standing_name(member.standing));
	return OK;
}

/* Identifying */

enum shown { SHOWN_NOTHING, SHOWN_TOKEN, SHOWN_ACCESS_TOKEN, SHOWN_KEY };

struct identification {
	struct pending pending;
	struct pending *load;
	struct store *store;
	struct arena *arena;
	struct instant now;
	enum shown shown;
	struct span spki;                  /* SHOWN_KEY; borrowed from the credentials */
	uint8_t digest[DIGEST_BYTES];
	struct caller_pointer pointer;
	struct caller caller;
	struct ask asks[2];
	struct problem why;                /* noticed before anything was asked */
	on_caller *done;
	void *arg;
};

static void
cancel_identification(struct pending *pending)
{
	pending_cancel(&((struct identification *)pending)->load);
}

/* RFC 6750 s2.1: the scheme in any case (RFC 9110 s11.1), one token. Of tokens with another prefix or length there are
 * none. */
static void
show_bearer(struct identification *i, struct span authorization)
{
	struct span token = authorization, scheme = span_cut(&token, ' ');

	token = span_trim(token);
	if (!span_equal_nocase(scheme, span_text("Bearer"))) {
		problem_set(&i->why, ERR_DENIED, "RFC 6750 s2.1", "expected a bearer token, found another scheme");
		return;
	}
	if (token.size == TOKEN_LETTERS + strlen(CALLER_TOKEN_PREFIX) && span_starts(token, CALLER_TOKEN_PREFIX))
		i->shown = SHOWN_TOKEN;
	else if (token.size == TOKEN_LETTERS + strlen(ACCESS_TOKEN_PREFIX) && span_starts(token, ACCESS_TOKEN_PREFIX))
		i->shown = SHOWN_ACCESS_TOKEN;
	if (i->shown == SHOWN_NOTHING)
		problem_set(&i->why, ERR_DENIED, "RFC 6750 s3.1", "the bearer token is none of ours");
	else
		digest(DIGEST_SHA256, token, i->digest);
}

/* Who made the certificate has been checked where it came in, as far as the listener asks. */
static void
show_key(struct identification *i, struct span certificate)
{
	struct problem unreadable;

	if (certificate_spki(certificate, &i->spki, &unreadable) != OK) {
		problem_set(&i->why, ERR_DENIED, unreadable.clause, "client certificate: %s", unreadable.text);
		return;
	}
	i->shown = SHOWN_KEY;
	digest(DIGEST_SHA256, i->spki, i->digest);
}

static void
show(struct identification *i, const struct credentials *credentials)
{
	if (credentials->authorization.size)
		show_bearer(i, credentials->authorization);
	else if (credentials->certificate.size)
		show_key(i, credentials->certificate);
	else
		problem_set(&i->why, ERR_DENIED, "RFC 6750 s3",
		    "expected a bearer token or a client certificate, found neither");
}

static on_loaded on_pointed, on_judged;

/* Where nothing is shown nothing is asked; the answer still comes later, as of every store. */
struct pending *
caller_identify(struct store *store, struct arena *arena, const struct credentials *credentials, struct instant now,
    on_caller *done, void *arg)
{
	struct identification *i = arena_new(arena, struct identification);

	*i = (struct identification){
		.pending = { cancel_identification }, .store = store, .arena = arena, .now = now, .done = done,
		.arg = arg,
	};
	show(i, credentials);
	i->asks[0] = (struct ask){
		.table = i->shown == SHOWN_ACCESS_TOKEN ? &access_token_table : &caller_secret_table,
		.from = span_of(i->digest, sizeof(i->digest)),
	};
	i->load = store_load(store, i->asks, i->shown == SHOWN_NOTHING ? 0 : 1, on_pointed, i);
	return &i->pending;
}

static enum err
unknown(const struct identification *i, struct problem *why)
{
	if (i->shown == SHOWN_KEY)
		return problem_set(why, ERR_DENIED, "RFC 8705 s2.2",
		    "the client certificate's key is registered with no caller");
	return problem_set(why, ERR_DENIED, "RFC 6750 s3.1", "the bearer token is unknown, expired or revoked");
}

static void
answer(struct identification *i, enum err err, const struct problem *why)
{
	i->load = NULL;
	i->done(i->arg, err, err == OK ? &i->caller : NULL, err == OK ? NULL : why);
}

static enum err
pointer_loaded(struct identification *i, struct problem *why)
{
	const struct ask *ask = &i->asks[0];

	if (ask->count == 0)
		return unknown(i, why);
	if (!caller_pointer_read(arena_copy(i->arena, ask->rows[0].value), &i->pointer))
		return unreadable("secret of a caller", (struct span){ 0 }, why);
	return OK;
}

static void
on_pointed(void *arg, enum err err, const struct problem *why)
{
	struct identification *i = arg;
	struct problem mine;

	if (err == OK && i->shown == SHOWN_NOTHING) {
		answer(i, i->why.code, &i->why);
		return;
	}
	if (err == OK) {
		err = pointer_loaded(i, &mine);
		why = &mine;
	}
	if (err != OK) {
		answer(i, err, why);
		return;
	}
	i->asks[0] = (struct ask){ .table = &caller_table, .from = i->pointer.name };
	i->asks[1] = (struct ask){ .table = &member_table, .from = i->pointer.member };
	i->load = store_load(i->store, i->asks, COUNT(i->asks), on_judged, i);
}

/* The caller must still name what was shown. */
static bool
is_shown(const struct identification *i)
{
	const struct caller *c = &i->caller;

	switch (i->shown) {
	case SHOWN_TOKEN:
		return span_equal(c->token, span_of(i->digest, sizeof(i->digest)));
	case SHOWN_ACCESS_TOKEN:
		return c->epoch == i->pointer.epoch;
	case SHOWN_KEY:
		for (size_t k = 0; k < c->key_count; k++)
			if (span_equal(c->keys[k], i->spki))
				return true;
		return false;
	default:
		return false;
	}
}

static enum err
judge(struct identification *i, struct problem *why)
{
	enum err err = caller_loaded(i->arena, &i->asks[0], &i->caller, why);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_NOT_FOUND || !span_equal(i->caller.member, i->pointer.member) || !is_shown(i))
		return unknown(i, why);
	return caller_stands(&i->caller, &i->asks[1], i->now, why);
}

static void
on_judged(void *arg, enum err err, const struct problem *why)
{
	struct identification *i = arg;
	struct problem mine;

	if (err == OK) {
		err = judge(i, &mine);
		why = &mine;
	}
	answer(i, err, why);
}
