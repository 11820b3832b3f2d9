/* transaction/proofing/cost.c - what verifications cost, and who owes it. */
#include "transaction/proofing/cost.h"

#include <stdlib.h>

struct costs {
	struct cost_settings settings;
	struct instant from, until;
	struct arena names;
	struct cost_line *lines; /* sorted by member */
	size_t count, room;
	struct cost_row *rows;   /* sorted by all that names them */
	size_t row_count, row_room;
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
	free(c->rows);
	free(c);
}

/* Room for one more in a sorted list, at `at`. */
static void *
make_room(void *list, size_t at, size_t *count, size_t *room, size_t size)
{
	uint8_t *bytes = list;

	if (*count == *room) {
		*room = *room ? 2 * *room : 64;
		bytes = realloc(bytes, *room * size);
		if (!bytes)
			abort();
	}
	memmove(bytes + (at + 1) * size, bytes + at * size, (*count - at) * size);
	++*count;
	return bytes;
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
	c->lines = make_room(c->lines, low, &c->count, &c->room, sizeof(*c->lines));
	c->lines[low] = (struct cost_line){ .member = arena_copy(&c->names, member) };
	return &c->lines[low];
}

static const char *
kind_of(const struct proofing_check *check)
{
	return check->continuity ? "linkage" : check->kind == REVOCATION_BY_NOTHING ? "none"
	    : revocation_kind_name(check->kind);
}

static int
compare_row(const struct cost_row *row, const struct proofing_check *check)
{
	int order = span_compare(row->member, check->member);

	if (order == 0)
		order = span_compare(row->relying_party, check->relying_party);
	if (order == 0)
		order = strcmp(row->kind, kind_of(check));
	return order ? order : span_compare(row->source, check->source);
}

static struct cost_row *
row_of(struct costs *c, const struct proofing_check *check)
{
	size_t low = 0, high = c->row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_row(&c->rows[middle], check);

		if (order == 0)
			return &c->rows[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	c->rows = make_room(c->rows, low, &c->row_count, &c->row_room, sizeof(*c->rows));
	c->rows[low] = (struct cost_row){ .member = arena_copy(&c->names, check->member),
		.relying_party = arena_copy(&c->names, check->relying_party), .kind = kind_of(check),
		.source = arena_copy(&c->names, check->source) };
	return &c->rows[low];
}

void
costs_entrusting(struct costs *c, struct span member)
{
	line_of(c, member)->entrusted = true;
}

/* What it costs, were the certificate in that medium. */
static int64_t
price_of(const struct cost_settings *s, const struct proofing_check *check, enum jpki_medium medium)
{
	for (size_t i = 0; i < s->price_count; i++) {
		const struct check_price *p = &s->prices[i];

		if (p->linkage == (check->continuity != CONTINUITY_NOT_ASKED) &&
		    (p->purpose == JPKI_NO_PURPOSE || p->purpose == check->purpose) &&
		    (p->medium == JPKI_NO_MEDIUM || p->medium == medium) &&
		    (p->kind == REVOCATION_BY_NOTHING || p->kind == check->kind))
			return p->yen;
	}
	return 0;
}

void
cost_price(const struct cost_settings *s, struct proofing_check *check)
{
	check->priced = s != NULL;
	check->yen = s && check->charged ? price_of(s, check, check->medium) : 0;
	check->yen_by_card = s && check->charged ? price_of(s, check, JPKI_CARD) : 0;
}

void
costs_add(struct costs *c, const struct proofing_check *check)
{
	struct proofing_check priced = *check;
	struct cost_line *line;
	struct cost_row one = { 0 }, *row;

	if (instant_before(check->at, c->from) || !instant_before(check->at, c->until))
		return;
	one.checks = !check->further;
	one.by_phone = !check->further && check->medium == JPKI_PHONE;
	one.charged = check->charged;
	one.linkages = check->charged && check->continuity;
	if (!check->priced)
		cost_price(&c->settings, &priced);
	one.unpriced = check->charged && !check->priced;
	one.yen = priced.yen;
	if (check->charged && check->medium == JPKI_PHONE && !check->continuity)
		one.yen_saved = priced.yen_by_card - one.yen;
	line = line_of(c, check->member);
	line->entrusted = line->entrusted || !span_equal(check->operator, check->member);
	line->checks += one.checks;
	line->charged += one.charged;
	line->linkages += one.linkages;
	line->unpriced += one.unpriced;
	line->by_phone += one.by_phone;
	line->yen_checks += one.yen;
	line->yen_saved += one.yen_saved;
	row = row_of(c, check);
	row->checks += one.checks;
	row->charged += one.charged;
	row->linkages += one.linkages;
	row->unpriced += one.unpriced;
	row->by_phone += one.by_phone;
	row->yen += one.yen;
	row->yen_saved += one.yen_saved;
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

const struct cost_row *
costs_rows(const struct costs *c, struct arena *arena, size_t *count)
{
	struct cost_row *rows = arena_array(arena, struct cost_row, c->row_count);

	for (size_t i = 0; i < c->row_count; i++) {
		rows[i] = c->rows[i];
		rows[i].member = arena_copy(arena, rows[i].member);
		rows[i].relying_party = arena_copy(arena, rows[i].relying_party);
		rows[i].source = arena_copy(arena, rows[i].source);
	}
	*count = c->row_count;
	return rows;
}
