/* transaction/grant/grant.c - the life of a grant: redeemed, refreshed, ended. */
#include "transaction/grant/grant.h"

#include <assert.h>

#include <openssl/crypto.h>

#include "base/random.h"
#include "crypto/digest.h"

#define DIGEST 32
#define CHALLENGE 43             /* letters of it, and the fewest of a verifier (RFC 7636 s4.1) */
#define VERIFIER_LARGEST 128

static bool
all_zero(const uint8_t *bytes)
{
	static const uint8_t none[DIGEST];

	return CRYPTO_memcmp(bytes, none, DIGEST) == 0;
}

bool
grant_in_force(const struct grant *g, struct instant now)
{
	return !g->ended.us && instant_before(now, g->expires);
}

void
grant_end(struct grant *g, struct instant now)
{
	if (g->ended.us)
		return;
	g->ended = now;
	g->access_count = 0;
	g->refresh.number = 0;
}

/* RFC 9700 s4.13: a code that comes twice was seen by somebody else, and nobody can tell who came first. */
static enum grant_outcome
reused(struct grant *g, struct instant now, const char *what, struct problem *why)
{
	grant_end(g, now);
	problem_set(why, ERR_DENIED, "RFC 9700 s4.14", "this %s has been used before: all that came of it has ended",
	    what);
	return GRANT_REUSED;
}

static enum grant_outcome
refused(struct problem *why, const char *clause, const char *sentence)
{
	problem_set(why, ERR_DENIED, clause, "%s", sentence);
	return GRANT_REFUSED;
}

/* RFC 7636 s4.6. One that was sent although no challenge was is no mistake of a client's (RFC 9700 s2.1.1). */
static bool
verifies(const struct grant_code *c, struct span verifier)
{
	uint8_t digest_of[DIGEST];

	if (all_zero(c->challenge))
		return verifier.size == 0;
	if (verifier.size < CHALLENGE || verifier.size > VERIFIER_LARGEST)
		return false;
	digest(DIGEST_SHA256, verifier, digest_of);
	return CRYPTO_memcmp(digest_of, c->challenge, DIGEST) == 0;
}

/* RFC 6749 s4.1.3: the same as in the authorization request, where it was there. */
static bool
returns(const struct grant_code *c, struct span uri)
{
	uint8_t digest_of[DIGEST];

	if (all_zero(c->redirect))
		return uri.size == 0;
	digest(DIGEST_SHA256, uri, digest_of);
	return CRYPTO_memcmp(digest_of, c->redirect, DIGEST) == 0;
}

/* Whose code it is, is known by its secret alone: a wrong verifier does not use it up, or whoever saw it could stop the
 * one it is for. */
enum grant_outcome
grant_redeem(struct grant *g, const struct grant_redeeming *r, struct problem *why)
{
	struct grant_code *c = &g->code;

	if (all_zero(c->digest) || CRYPTO_memcmp(c->digest, r->digest, DIGEST) != 0)
		return refused(why, "RFC 6749 s5.2", "no such code");
	if (!span_equal(g->client, r->client))
		return refused(why, "RFC 6749 s5.2", "the code is another client's");
	if (c->used)
		return g->ended.us ? refused(why, "RFC 6749 s4.1.2", "the code has been used") :
		    reused(g, r->now, "code", why);
	if (!grant_in_force(g, r->now) || !instant_before(r->now, c->until))
		return refused(why, "RFC 6749 s4.1.2", "the code has expired");
	if (!returns(c, r->redirect_uri))
		return refused(why, "RFC 6749 s4.1.3", "redirect_uri is not the one the code was sent to");
	if (!verifies(c, r->verifier))
		return refused(why, "RFC 7636 s4.6", "code_verifier does not fit the code_challenge");
	c->used = true;
	return GRANT_GOOD;
}

void
grant_access_add(struct grant *g, const struct grant_secret *secret, struct span scope, struct instant now)
{
	struct grant_access *added;
	size_t kept = 0;

	for (size_t i = 0; i < g->access_count; i++)
		if (instant_before(now, g->access[i].until))
			g->access[kept++] = g->access[i];
	if (kept == GRANT_ACCESS_TOKENS)
		memmove(g->access, g->access + 1, --kept * sizeof(*g->access));
	added = &g->access[kept];
	*added = (struct grant_access){ .since = now, .until = { now.us + GRANT_ACCESS_FOR }, .scope = scope };
	if (instant_before(g->expires, added->until))
		added->until = g->expires;
	memcpy(added->digest, secret->digest, sizeof(added->digest));
	g->access_count = kept + 1;
}

const struct grant_access *
grant_access_find(const struct grant *g, const uint8_t digest_of[32], struct instant now)
{
	if (!grant_in_force(g, now))
		return NULL;
	for (size_t i = 0; i < g->access_count; i++)
		if (CRYPTO_memcmp(g->access[i].digest, digest_of, DIGEST) == 0)
			return instant_before(now, g->access[i].until) ? &g->access[i] : NULL;
	return NULL;
}

bool
grant_access_remove(struct grant *g, const uint8_t digest_of[32])
{
	for (size_t i = 0; i < g->access_count; i++)
		if (CRYPTO_memcmp(g->access[i].digest, digest_of, DIGEST) == 0) {
			memmove(&g->access[i], &g->access[i + 1], (g->access_count - i - 1) * sizeof(*g->access));
			g->access_count--;
			return true;
		}
	return false;
}

void
grant_refresh_begin(struct grant *g, struct instant now)
{
	random_bytes(g->refresh.salt, sizeof(g->refresh.salt));
	g->refresh.number = 1;
	g->refresh.since = now;
}

/* RFC 9700 s4.14.2. Of two that come at once, each is told the same next one; whoever comes later with one that was
 * replaced has it from somewhere else. */
enum grant_outcome
grant_refresh(struct grant *g, const struct grant_refreshing *r, struct problem *why)
{
	struct grant_refresh *own = &g->refresh;
	const uint32_t number = grant_refresh_number(g, r->key, r->text);

	if (!number)
		return refused(why, "RFC 6749 s5.2", "no such refresh token");
	if (!span_equal(g->client, r->client))
		return refused(why, "RFC 6749 s5.2", "the refresh token is another client's");
	if (!grant_in_force(g, r->now) || !own->number || number > own->number)
		return refused(why, "RFC 6749 s5.2", "the refresh token is not in force any more");
	if (number == own->number) {
		if (r->rotate && own->number < UINT32_MAX) {
			own->number++;
			own->since = r->now;
		}
		return GRANT_GOOD;
	}
	if (number + 1 == own->number && r->now.us - own->since.us <= GRANT_REFRESH_GRACE)
		return GRANT_GOOD;
	return reused(g, r->now, "refresh token", why);
}
