/* assurance/impact_requirements.c - requirements that are met otherwise in decisions that end otherwise.
 *
 * A profile may demand another level, or compare otherwise, and no criterion tells of it: so each requirement is looked
 * at as it was, with the level that was reached then, and as it is now.
 */
#include "assurance/impact_counts.h"

/* A requirement as one of the versions has it. */
struct asked {
	struct span area, level;
	enum comparison comparison;
	bool unmet;
	bool paired;
};

struct asked_all {
	struct asked items[REQUIREMENTS_LARGEST];
	size_t count;
};

/* Then: by the order of levels in that version; where it is not known, in the new one. What stands in neither is not
 * known to have been unmet. */
static bool
was_unmet(const struct decided *d, size_t place, const struct framework *then)
{
	int area = area_find(then, d->demand[place].area), level, reached = -1;

	if (area < 0)
		return false;
	level = level_find(&then->areas[area], d->demand[place].level);
	for (size_t n = 0; n < d->level_count; n++)
		if (span_equal(d->levels[n].area, d->demand[place].area))
			reached = level_find(&then->areas[area], d->levels[n].reached);
	return level >= 0 && reached >= 0 &&
	    !requirement_met(
		&(struct requirement){ (uint8_t)area, (uint8_t)level, d->demand[place].comparison }, (uint8_t)reached);
}

static void
asked_then(const struct decided *d, const struct framework *then, struct asked_all *out)
{
	out->count = d->demand_count;
	for (size_t n = 0; n < out->count; n++)
		out->items[n] = (struct asked){
			.area = d->demand[n].area,
			.level = d->demand[n].level,
			.comparison = d->demand[n].comparison,
			.unmet = was_unmet(d, n, then),
		};
}

static void
asked_now(const struct question *now, const struct evaluation *e, struct asked_all *out)
{
	out->count = now->demand.count;
	for (size_t n = 0; n < out->count; n++) {
		const struct requirement *r = &now->demand.items[n];
		const struct area *area = &now->framework->areas[r->area];

		out->items[n] = (struct asked){
			.area = area->id,
			.level = level_id(area, r->level),
			.comparison = r->comparison,
			.unmet = !requirement_met(r, e->areas[r->area].reached),
		};
	}
}

/* What it was: of the same area, and compared alike if `alike`. NULL: it is new. */
static struct asked *
pair_find(struct asked_all *then, const struct asked *now, bool alike)
{
	for (size_t n = 0; n < then->count; n++) {
		struct asked *old = &then->items[n];

		if (!old->paired && span_equal(old->area, now->area) && (!alike || old->comparison == now->comparison))
			return old;
	}
	return NULL;
}

static void
keep(char *out, struct span id)
{
	if (id.size)
		memcpy(out, id.data, id.size);
}

static struct bound
bound_of(const struct asked *asked)
{
	struct bound b = { .there = asked != NULL };

	if (asked) {
		b.comparison = asked->comparison;
		keep(b.level, asked->level);
	}
	return b;
}

static bool
bound_equal(const struct bound *a, const struct bound *b)
{
	return a->there == b->there && a->comparison == b->comparison && strcmp(a->level, b->level) == 0;
}

/* Its counts join those of the same requirement. */
static void
reversal_add(struct impact *i, const struct reversal *r)
{
	size_t at = 0;

	while (at < i->reversal_count &&
	    (strcmp(i->reversals[at].profile, r->profile) != 0 || strcmp(i->reversals[at].area, r->area) != 0 ||
		!bound_equal(&i->reversals[at].before, &r->before) || !bound_equal(&i->reversals[at].after, &r->after)))
		at++;
	if (at == REVERSALS_LARGEST) {
		i->further_reversals += r->refused + r->accepted;
		return;
	}
	if (at < i->reversal_count) {
		i->reversals[at].refused += r->refused;
		i->reversals[at].accepted += r->accepted;
	} else {
		i->reversals[i->reversal_count++] = *r;
	}
}

/* Either may be NULL. Of a decision that is refused now all was met then, and the other way round. */
static bool
count_one(struct impact *i, struct span profile, const struct asked *then, const struct asked *now)
{
	const struct asked *refusing = i->decision->permit ? then : now;
	struct reversal r = { .before = bound_of(then), .after = bound_of(now) };

	if (!refusing || !refusing->unmet)
		return false;
	keep(r.profile, profile);
	keep(r.area, refusing->area);
	r.refused = !i->decision->permit;
	r.accepted = i->decision->permit;
	reversal_add(i, &r);
	return true;
}

void
reversals_count(struct impact *i, const struct decided *d, const struct framework *before, const struct question *now)
{
	const struct span profile = decided_demands_own(d, before) ? (struct span){ 0 } : d->profile;
	struct asked *pairs[REQUIREMENTS_LARGEST] = { NULL };
	struct asked_all then, today;
	bool found = false;

	asked_then(d, before ? before : i->after, &then);
	asked_now(now, &i->decision->evaluation, &today);
	for (int alike = 1; alike >= 0; alike--)
		for (size_t n = 0; n < today.count; n++)
			if (!pairs[n] && (pairs[n] = pair_find(&then, &today.items[n], alike)))
				pairs[n]->paired = true;
	for (size_t n = 0; n < today.count; n++)
		found = count_one(i, profile, pairs[n], &today.items[n]) || found;
	for (size_t n = 0; n < then.count; n++)
		if (!then.items[n].paired)
			found = count_one(i, profile, &then.items[n], NULL) || found;
	i->without_reversal += !found;
}

void
reversals_merge(struct impact *into, const struct impact *from)
{
	for (size_t n = 0; n < from->reversal_count; n++)
		reversal_add(into, &from->reversals[n]);
	into->further_reversals += from->further_reversals;
	into->without_reversal += from->without_reversal;
}
