/* transaction/login/join.c - somebody has authenticated. */
#include "transaction/login/join.h"

#include <assert.h>

#define FACTS_LARGEST_SEEN (16 * KIB)

/* Without a dictionary nothing can be stated, and nothing is asked that it would be enough for. */
static struct span
seen_of(struct arena *arena, const struct person_settings *settings, const struct observation *observed)
{
	struct policy_snapshot *snapshot = policy_shelf_take(settings->shelf);
	struct buffer b = buffer_init(FACTS_LARGEST_SEEN);
	struct span facts;

	if (snapshot && snapshot->dictionary)
		observation_write(&b, snapshot->dictionary, observed);
	assert(!b.overflowed);
	facts = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	if (snapshot)
		policy_snapshot_unref(snapshot);
	return facts;
}

enum err
login_join(struct unit *unit, struct arena *arena, const struct person_settings *settings, struct login *l,
    struct credential *c, const struct observation *observed, struct problem *why)
{
	const struct authentication a = { .credential = c->id, .kind = c->kind, .at = observed->now,
		.facts = seen_of(arena, settings, observed) };

	if (login_authenticated(l, &c->account, &a, why) != OK)
		return why->code;
	c->used = observed->now;
	c->failures = 0;
	credential_put(unit, arena, c);
	login_put(unit, l);
	return OK;
}
