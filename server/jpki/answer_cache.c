/* jpki/answer_cache.c - what responders said of certificates, for a short while. */
#include "jpki/answer_cache.h"

#include <stdlib.h>

struct kept {
	uint8_t key[ANSWER_KEY];
	struct revocation_answer answer;
	struct instant until;
	struct kept *next;            /* of its bucket */
	struct kept *newer, *older;   /* by use */
};

struct answer_cache {
	struct kept **buckets;
	size_t bucket_count, count, most;
	bool closed;
	struct kept *newest, *oldest;
};

struct answer_cache *
answer_cache_new(size_t most)
{
	struct answer_cache *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->most = most;
	c->bucket_count = most + 1;
	c->buckets = calloc(c->bucket_count, sizeof(struct kept *));
	if (!c->buckets)
		abort();
	return c;
}

/* The key is a digest: any of its bytes are as good. */
static struct kept **
place_of(const struct answer_cache *c, const uint8_t *key)
{
	struct kept **at;
	uint64_t number;

	memcpy(&number, key, sizeof(number));
	for (at = &c->buckets[number % c->bucket_count]; *at && memcmp((*at)->key, key, ANSWER_KEY) != 0;)
		at = &(*at)->next;
	return at;
}

static void
leave_order(struct answer_cache *c, struct kept *k)
{
	*(k->newer ? &k->newer->older : &c->newest) = k->older;
	*(k->older ? &k->older->newer : &c->oldest) = k->newer;
}

static void
enter_order(struct answer_cache *c, struct kept *k)
{
	k->newer = NULL;
	k->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = k;
	c->newest = k;
}

static void
forget(struct answer_cache *c, struct kept **at)
{
	struct kept *k = *at;

	*at = k->next;
	leave_order(c, k);
	c->count--;
	free(k);
}

void
answer_cache_close(struct answer_cache *c)
{
	while (c->oldest)
		forget(c, place_of(c, c->oldest->key));
	c->closed = true;
}

void
answer_cache_open(struct answer_cache *c)
{
	c->closed = false;
}

void
answer_cache_free(struct answer_cache *c)
{
	if (!c)
		return;
	answer_cache_close(c);
	free(c->buckets);
	free(c);
}

void
answer_cache_put(struct answer_cache *c, const uint8_t key[ANSWER_KEY], const struct revocation_answer *answer,
    struct instant until)
{
	struct kept **at = place_of(c, key), *k;

	if (*at)
		forget(c, at);
	if (c->most == 0 || c->closed)
		return;
	if (c->count == c->most)
		forget(c, place_of(c, c->oldest->key));
	k = calloc(1, sizeof(*k));
	if (!k)
		abort();
	memcpy(k->key, key, ANSWER_KEY);
	k->answer = *answer;
	k->until = until;
	*place_of(c, key) = k;
	enter_order(c, k);
	c->count++;
}

const struct revocation_answer *
answer_cache_find(struct answer_cache *c, const uint8_t key[ANSWER_KEY], struct instant now)
{
	struct kept **at = place_of(c, key), *k = *at;

	if (!k)
		return NULL;
	/* A clock that was set back makes no answer older than it is. */
	if (!instant_before(now, k->until) || instant_before(now, k->answer.asked_at)) {
		forget(c, at);
		return NULL;
	}
	leave_order(c, k);
	enter_order(c, k);
	return &k->answer;
}
