/* assurance/impact.c - decisions that were taken, under another version. */
#include "assurance/impact.h"

#include <assert.h>
#include <stdlib.h>

#include "assurance/impact_counts.h"
#include "codec/text.h"

struct impact *
impact_new(const struct framework *after, const struct framework *const *before, size_t count)
{
	struct impact *i = calloc(1, sizeof(*i));

	if (!i)
		abort();
	i->after = after;
	i->before = before;
	i->before_count = count;
	i->arena = arena_init(16 * MIB);
	i->decision = malloc(sizeof(*i->decision));
	i->facts = malloc(sizeof(*i->facts));
	i->resources = calloc(RESOURCES_LARGEST, sizeof(*i->resources));
	i->reversals = calloc(REVERSALS_LARGEST, sizeof(*i->reversals));
	if (!i->decision || !i->facts || !i->resources || !i->reversals)
		abort();
	return i;
}

void
impact_free(struct impact *i)
{
	if (!i)
		return;
	arena_release(&i->arena);
	free(i->decision);
	free(i->facts);
	free(i->resources);
	free(i->reversals);
	free(i);
}

/* Counting */

/* The earliest: ids sort by time. */
static void
sample(struct samples *s, struct span id)
{
	size_t at = s->count;

	if (id.size >= sizeof(s->ids[0]))
		return;
	while (at > 0 && span_compare(id, span_text(s->ids[at - 1])) < 0)
		at--;
	if (at == SAMPLES)
		return;
	if (s->count < SAMPLES)
		s->count++;
	memmove(s->ids[at + 1], s->ids[at], (s->count - at - 1) * sizeof(s->ids[0]));
	memcpy(s->ids[at], id.data, id.size);
	s->ids[at][id.size] = '\0';
}

static void
count_reason(struct impact *i, const char *text, uint64_t count)
{
	struct span kept = utf8_first(span_text(text), REASON_TEXT - 1);
	size_t at = 0;

	while (at < i->reason_count && !span_is(kept, i->reasons[at].text))
		at++;
	if (at == REASONS) {
		i->further_reasons += count;
		return;
	}
	if (at == i->reason_count) {
		memcpy(i->reasons[at].text, kept.data, kept.size);
		i->reason_count++;
	}
	i->reasons[at].count += count;
}

/* Open addressing; an ID too long to be kept whole is told with the rest. */
static struct resource *
resource_of(struct impact *i, struct span id)
{
	uint32_t hash = 2166136261u;
	size_t at;

	if (id.size >= RESOURCE_NAME || !id.size)
		return &i->rest;
	for (size_t n = 0; n < id.size; n++)
		hash = (hash ^ id.data[n]) * 16777619u;
	for (at = hash % RESOURCES_LARGEST; i->resources[at].id[0]; at = (at + 1) % RESOURCES_LARGEST)
		if (span_is(id, i->resources[at].id))
			return &i->resources[at];
	if (i->resource_count >= RESOURCES_LARGEST / 4 * 3)
		return &i->rest;
	memcpy(i->resources[at].id, id.data, id.size);
	i->resource_count++;
	return &i->resources[at];
}

static const struct framework *
version_of(const struct impact *i, struct span policy)
{
	static const char prefix[] = "sha256:";
	uint8_t digest[32];

	if (!span_starts(policy, prefix) || !hex_read(span_skip(policy, sizeof(prefix) - 1), digest, sizeof(digest)))
		return NULL;
	for (size_t n = 0; n < i->before_count; n++)
		if (span_equal(i->before[n]->digest, span_of(digest, sizeof(digest))))
			return i->before[n];
	return NULL;
}

/* The fact on which the outcome hangs and which was never asked for: read by a criterion that is unknown now. NULL:
 * what is unknown now was unknown then. */
static const struct fact *
never_asked(const struct impact *i, const struct framework *before)
{
	const struct evaluation *e = &i->decision->evaluation;
	const struct criterion *criteria = evaluation_criteria(e);

	for (size_t c = 0; c < i->after->criterion_count; c++) {
		uint64_t support[FACT_SETS] = { 0 };

		if (e->truths[c] != TRUTH_UNKNOWN || !e->applies[c])
			continue;
		condition_support(&criteria[c].condition, support);
		condition_support(&criteria[c].when, support);
		for (size_t n = 0; n < i->after->dictionary->count; n++) {
			bool reads = (support[n / 64] >> (n % 64) & 1) != 0;
			bool asked = before && (before->uses[n / 64] >> (n % 64) & 1) != 0;

			if (reads && !asked && !facts_known(i->facts, n, CLAIMED))
				return &i->after->dictionary->facts[n];
		}
	}
	return NULL;
}

static void
count_levels(struct impact *i, const struct decided *d)
{
	const struct framework *f = i->after;

	for (size_t n = 0; n < d->level_count; n++) {
		int area = area_find(f, d->levels[n].area);
		int old = area < 0 ? -1 : level_find(&f->areas[area], d->levels[n].reached);
		size_t row = old < 0 ? LEVELS_LARGEST + 1 : (size_t)old;

		if (area >= 0)
			i->matrix[area][row][i->decision->evaluation.areas[area].reached]++;
	}
}

/* Both versions mostly have them in the same order, so each is looked for behind the one before it. */
static void
put_truths(const struct framework *f, const struct criteria_named *named, enum truth truth, uint8_t *truths)
{
	size_t at = 0, tried;

	for (size_t n = 0; n < named->count; n++) {
		for (tried = 0; tried < f->criterion_count && !span_equal(f->criteria[at].id, named->ids[n]); tried++)
			at = at + 1 < f->criterion_count ? at + 1 : 0;
		if (tried < f->criterion_count)
			truths[at] = (uint8_t)truth;
	}
}

static void
count_flips(struct impact *i, const struct decided *d)
{
	const uint8_t *now = i->decision->evaluation.truths;
	uint8_t before[CRITERIA_LARGEST];

	memset(before, TRUTH_TRUE, i->after->criterion_count);
	put_truths(i->after, &d->failed, TRUTH_FALSE, before);
	put_truths(i->after, &d->unknown, TRUTH_UNKNOWN, before);
	for (size_t c = 0; c < i->after->criterion_count; c++)
		i->flips[c][now[c]] += now[c] != before[c];
}

static void
count_outcome(struct impact *i, const struct decided *d)
{
	bool permit = i->decision->permit;

	if (permit == d->permit) {
		i->same++;
	} else if (permit) {
		i->accepted++;
		resource_of(i, d->resource)->accepted++;
		sample(&i->accepted_ids, d->evaluation);
	} else {
		i->refused++;
		resource_of(i, d->resource)->refused++;
		sample(&i->refused_ids, d->evaluation);
	}
}

static void
replay(struct impact *i, const struct decided *d)
{
	const struct framework *before = version_of(i, d->policy);
	const struct fact *missing;
	struct question question;
	struct problem why;

	if (decided_question_anew(d, before, i->after, &i->arena, i->facts, &question, &why) != OK) {
		count_reason(i, why.text, 1);
		return;
	}
	decide(&question, i->decision);
	missing = i->decision->permit == d->permit ? NULL : never_asked(i, before);
	if (missing) {
		i->missing[missing->number]++;
		return;
	}
	i->replayed++;
	count_levels(i, d);
	count_flips(i, d);
	count_outcome(i, d);
	if (i->decision->permit != d->permit)
		reversals_count(i, d, before, &question);
}

enum err
impact_add(struct impact *i, struct span entry, struct problem *why)
{
	struct decided *d = arena_new(&i->arena, struct decided);
	enum err err = decided_read(&i->arena, entry, d, why);

	if (err == OK) {
		i->decisions++;
		if (span_equal(d->framework, i->after->id))
			replay(i, d);
		else
			i->other++;
	}
	arena_reset(&i->arena);
	return err;
}

void
impact_add_erased(struct impact *i)
{
	i->decisions++;
	i->erased++;
}

/* Merging */

static void
merge_outcomes(struct impact *into, const struct impact *from)
{
	into->decisions += from->decisions;
	into->replayed += from->replayed;
	into->same += from->same;
	into->refused += from->refused;
	into->accepted += from->accepted;
	into->other += from->other;
	into->erased += from->erased;
	for (size_t n = 0; n < from->refused_ids.count; n++)
		sample(&into->refused_ids, span_text(from->refused_ids.ids[n]));
	for (size_t n = 0; n < from->accepted_ids.count; n++)
		sample(&into->accepted_ids, span_text(from->accepted_ids.ids[n]));
}

static void
merge_resources(struct impact *into, const struct impact *from)
{
	for (size_t n = 0; n < RESOURCES_LARGEST; n++) {
		const struct resource *r = &from->resources[n];
		struct resource *same;

		if (!r->id[0])
			continue;
		same = resource_of(into, span_text(r->id));
		same->refused += r->refused;
		same->accepted += r->accepted;
	}
	into->rest.refused += from->rest.refused;
	into->rest.accepted += from->rest.accepted;
}

void
impact_merge(struct impact *into, const struct impact *from)
{
	assert(into->after == from->after && into->before == from->before);
	merge_outcomes(into, from);
	for (size_t area = 0; area < AREAS_LARGEST; area++)
		for (size_t row = 0; row < COUNT(into->matrix[0]); row++)
			for (size_t column = 0; column < COUNT(into->matrix[0][0]); column++)
				into->matrix[area][row][column] += from->matrix[area][row][column];
	for (size_t c = 0; c < CRITERIA_LARGEST; c++)
		for (size_t truth = 0; truth < TRUTHS; truth++)
			into->flips[c][truth] += from->flips[c][truth];
	for (size_t n = 0; n < FACTS_LARGEST; n++)
		into->missing[n] += from->missing[n];
	for (size_t n = 0; n < from->reason_count; n++)
		count_reason(into, from->reasons[n].text, from->reasons[n].count);
	into->further_reasons += from->further_reasons;
	merge_resources(into, from);
	reversals_merge(into, from);
}
