/* authn/attempts.c - how often somebody has tried and failed. */
#include "authn/attempts.h"

#include <assert.h>

#include "base/record.h"
#include "store/unit.h"

#define FORM 1
#define ROW_LARGEST 64
#define OF_LARGEST 255
#define MINUTES(n) SECONDS(60 * (n))
#define HOURS(n) MINUTES(60 * (n))
#define DAYS(n) HOURS(24 * (n))

/* The steward erases what operators order. */
const struct table attempts_table = { "attempts", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

/* Of an account 50 in a window, so that no 30 days, wherever they begin, see more than 100. */
const struct attempts_rule attempts_rules[] = {
	[ATTEMPTS_CODE] = { .free = 5, .wait = SECONDS(30), .wait_most = DAYS(1), .window = DAYS(30) },
	[ATTEMPTS_PIN] = { .free = 5, .wait = SECONDS(30), .wait_most = DAYS(1), .window = DAYS(30) },
	[ATTEMPTS_TRANSFER] = { .free = 5, .wait = SECONDS(30), .wait_most = HOURS(1), .most = 50, .window = DAYS(30) },
	[ATTEMPTS_PUSH] = { .free = 3, .wait = MINUTES(1), .wait_most = HOURS(1), .most = 10, .window = DAYS(1) },
	[ATTEMPTS_ACCOUNT] = { .free = 50, .most = 50, .window = DAYS(30) },
	[ATTEMPTS_CONTACT] = { .free = 3, .wait = MINUTES(1), .wait_most = HOURS(1), .most = 10, .window = DAYS(1) },
};

struct span
attempts_key(struct arena *a, enum attempts_kind kind, struct span of)
{
	uint8_t *key = arena_take(a, 1 + of.size);

	assert(kind < COUNT(attempts_rules) && of.size && of.size <= OF_LARGEST);
	key[0] = (uint8_t)kind;
	memcpy(key + 1, of.data, of.size);
	return span_of(key, 1 + of.size);
}

struct ask
attempts_ask(struct arena *a, enum attempts_kind kind, struct span of)
{
	return (struct ask){ .table = &attempts_table, .from = attempts_key(a, kind, of) };
}

enum err
attempts_loaded(const struct ask *asked, struct attempts *out, struct problem *why)
{
	struct record r;

	*out = (struct attempts){ 0 };
	if (!asked->count)
		return OK;
	r = record_of(asked->rows[0].value);
	out->generation = asked->rows[0].generation;
	if (record_u8(&r) != FORM)
		r.broken = true;
	out->failures = record_u32(&r);
	out->first = record_instant(&r);
	out->last = record_instant(&r);
	out->until = record_instant(&r);
	if (!record_whole(&r))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "a count of attempts in the store is of a form this build does not know");
	return OK;
}

struct instant
attempts_wait(enum attempts_kind kind, const struct attempts *known, struct instant now)
{
	assert(kind < COUNT(attempts_rules));
	return instant_before(now, known->until) ? known->until : (struct instant){ 0 };
}

static int64_t
wait_after(const struct attempts_rule *rule, uint32_t failures)
{
	int64_t wait = rule->wait;

	if (failures <= rule->free)
		return 0;
	for (uint32_t i = rule->free + 1; i < failures && wait < rule->wait_most; i++)
		wait *= 2;
	return wait < rule->wait_most ? wait : rule->wait_most;
}

void
attempts_failed(struct unit *unit, struct arena *a, enum attempts_kind kind, struct span of,
    const struct attempts *known, struct instant now)
{
	const struct attempts_rule *rule = &attempts_rules[kind];
	struct attempts next = *known;
	struct buffer b = buffer_init(ROW_LARGEST);
	struct span key = attempts_key(a, kind, of);
	struct instant ends;

	if (!next.failures || !instant_before(now, instant_after(next.first, rule->window))) {
		next.failures = 0;
		next.first = now;
	}
	if (next.failures < UINT32_MAX)
		next.failures++;
	next.last = now;
	next.until = instant_after(now, wait_after(rule, next.failures));
	ends = instant_after(next.first, rule->window);
	if (rule->most && next.failures >= rule->most)
		next.until = ends;
	buffer_u8(&b, FORM);
	buffer_u32(&b, next.failures);
	buffer_instant(&b, next.first);
	buffer_instant(&b, next.last);
	buffer_instant(&b, next.until);
	unit_expect(unit, &attempts_table, key, known->generation);
	/* The wait may outlast the window it began in. */
	unit_put_until(unit, &attempts_table, key, buffer_span(&b), instant_before(ends, next.until) ? next.until
	    : ends);
	buffer_release(&b);
}

void
attempts_expect(struct unit *unit, struct arena *a, enum attempts_kind kind, struct span of,
    const struct attempts *known)
{
	unit_expect(unit, &attempts_table, attempts_key(a, kind, of), known->generation);
}

void
attempts_forget(struct unit *unit, struct arena *a, enum attempts_kind kind, struct span of,
    const struct attempts *known)
{
	struct span key = attempts_key(a, kind, of);

	if (!known->generation)
		return;
	unit_expect(unit, &attempts_table, key, known->generation);
	unit_delete(unit, &attempts_table, key);
}

void
attempts_end(struct unit *unit, struct arena *a, struct span of)
{
	for (size_t kind = 0; kind < COUNT(attempts_rules); kind++)
		unit_delete(unit, &attempts_table, attempts_key(a, (enum attempts_kind)kind, of));
}
