/* transaction/sign_on/acr.c - acr values and the levels they stand for. */
#include "transaction/sign_on/acr.h"

/* The newest of a framework's versions alone is in force. */
static bool
is_in_force(const struct policy_snapshot *s, const struct shelf_policy *p, struct instant now)
{
	return shelf_policy_find(s, p->framework->id, (struct span){ 0 }, now) == p;
}

static bool
has_value(const struct level *level, struct span value)
{
	for (size_t i = 0; i < level->acr_count; i++)
		if (span_equal(level->acr[i], value))
			return true;
	return false;
}

static bool
find_in(const struct framework *f, struct span value, struct acr *out)
{
	for (size_t a = 0; a < f->area_count; a++)
		for (size_t n = 0; n < f->areas[a].level_count; n++)
			if (has_value(&f->areas[a].levels[n], value)) {
				*out = (struct acr){ .value = value, .requires = { .framework = f->id, .area_count = 1,
					.areas = { { f->areas[a].id, f->areas[a].levels[n].id } } },
					.area = &f->areas[a], .level = &f->areas[a].levels[n] };
				return true;
			}
	return false;
}

size_t
acr_read(const struct policy_snapshot *s, struct span words, struct instant now, struct acr out[ACR_VALUES])
{
	size_t count = 0;

	while (s && words.size && count < ACR_VALUES) {
		struct span value = span_cut(&words, ' ');

		for (size_t i = 0; value.size && i < s->count; i++)
			if (is_in_force(s, &s->items[i], now) && find_in(s->items[i].framework, value, &out[count])) {
				count++;
				break;
			}
	}
	return count;
}

/* Of the areas whose levels have values the first: a framework has one (levels.md 7). */
struct span
acr_reached(const struct assessed *a)
{
	const struct framework *f = a->policy ? a->policy->framework : NULL;

	for (size_t i = 0; f && i < f->area_count; i++)
		for (size_t n = a->decision.evaluation.areas[i].reached; n-- > 0;)
			if (f->areas[i].levels[n].acr_count)
				return f->areas[i].levels[n].acr[0];
	return (struct span){ 0 };
}
