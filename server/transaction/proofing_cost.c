/* transaction/proofing_cost.c - what verifications cost, and who owes it. */
#include "transaction/proofing_cost.h"

#include <stdlib.h>

struct costs {
	struct cost_settings settings;
	struct instant from, until;
	struct arena names;
	struct cost_line *lines; /* sorted by member */
	size_t count, room;
};

#define NAMES_LARGEST (16 * MIB)

const char *
cost_share_name(enum cost_share share)
{
	static const char *const names[] = { "nothing", "equally", "by-checks" };

	return names[share];
}

struct costs *
costs_new(const struct cost_settings *settings, struct instant from, struct instant until)
{
	struct costs *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*c = (struct costs){ .settings = *settings, .from = from, .until = until,
		.names = arena_init(NAMES_LARGEST) };
	return c;
}

void
costs_free(struct costs *c)
{
	if (!c)
		return;
	arena_release(&c->names);
	free(c->lines);
	free(c);
}

static struct cost_line *
line_of(struct costs *c, struct span member)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = span_compare(c->lines[middle].member, member);

		if (order == 0)
			return &c->lines[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (c->count == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		c->lines = realloc(c->lines, c->room * sizeof(*c->lines));
		if (!c->lines)
			abort();
	}
	memmove(&c->lines[low + 1], &c->lines[low], (c->count - low) * sizeof(*c->lines));
	c->count++;
	c->lines[low] = (struct cost_line){ .member = arena_copy(&c->names, member) };
	return &c->lines[low];
}

void
costs_entrusting(struct costs *c, struct span member)
{
	line_of(c, member)->entrusted = true;
}

static int64_t
price_of(const struct cost_settings *s, enum jpki_purpose purpose, enum jpki_medium medium, enum revocation_kind kind)
{
	for (size_t i = 0; i < s->price_count; i++) {
		const struct check_price *p = &s->prices[i];

		if ((p->purpose == JPKI_NO_PURPOSE || p->purpose == purpose) &&
		    (p->medium == JPKI_NO_MEDIUM || p->medium == medium) &&
		    (p->kind == REVOCATION_BY_NOTHING || p->kind == kind))
			return p->yen;
	}
	return 0;
}

void
costs_add(struct costs *c, const struct proofing_check *check)
{
	struct cost_line *line;
	int64_t yen;

	if (instant_before(check->at, c->from) || !instant_before(check->at, c->until))
		return;
	line = line_of(c, check->member);
	if (!span_equal(check->operator, check->member))
		line->entrusted = true;
	if (!check->further)
		line->checks++;
	if (!check->charged)
		return;
	yen = price_of(&c->settings, check->purpose, check->medium, check->kind);
	line->charged++;
	line->yen_checks += yen;
	if (check->medium != JPKI_PHONE)
		return;
	line->by_phone++;
	line->yen_saved += price_of(&c->settings, check->purpose, JPKI_CARD, check->kind) - yen;
}

static uint64_t
weight_of(const struct costs *c, const struct cost_line *line)
{
	if (!line->entrusted || c->settings.share == SHARE_NOTHING)
		return 0;
	return c->settings.share == SHARE_EQUALLY ? 1 : line->checks;
}

/* Largest remainders: everybody gets the whole yen of his part, and the yen left over go where most was cut off. */
static void
share(const struct costs *c, struct arena *arena, struct cost_line *lines)
{
	struct { uint64_t rest; bool served; } *left = arena_take_array(arena, c->count, sizeof(*left));
	uint64_t weights = 0;
	int64_t over = c->settings.running_cost;

	for (size_t i = 0; i < c->count; i++)
		weights += weight_of(c, &lines[i]);
	if (weights == 0)
		return;
	for (size_t i = 0; i < c->count; i++) {
		unsigned __int128 part = weight_of(c, &lines[i]);

		part *= (uint64_t)c->settings.running_cost;

		lines[i].yen_share = (int64_t)(part / weights);
		left[i].rest = (uint64_t)(part % weights);
		over -= lines[i].yen_share;
	}
	for (; over > 0; over--) {
		size_t most = c->count;

		for (size_t i = 0; i < c->count; i++)
			if (!left[i].served && weight_of(c, &lines[i]) &&
			    (most == c->count || left[i].rest > left[most].rest))
				most = i;
		left[most].served = true;
		lines[most].yen_share++;
	}
}

const struct cost_line *
costs_lines(const struct costs *c, struct arena *arena, size_t *count)
{
	struct cost_line *lines = arena_array(arena, struct cost_line, c->count);

	if (c->count)
		memcpy(lines, c->lines, c->count * sizeof(*lines));
	for (size_t i = 0; i < c->count; i++)
		lines[i].member = arena_copy(arena, lines[i].member);
	share(c, arena, lines);
	*count = c->count;
	return lines;
}
