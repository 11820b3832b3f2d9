/* assurance/framework.c - a framework's parts found by name, and the words for what they are. */
#include "assurance/framework.h"

#include <assert.h>

static const char *const statuses[] = {
	[STATUS_SEED] = "seed", [STATUS_VERIFIED] = "verified", [STATUS_DERIVED] = "derived",
	[STATUS_TEMPLATE] = "template",
};

const char *
status_name(enum status s)
{
	return statuses[s] ? statuses[s] : "";
}

static const char *const comparisons[] = {
	[COMPARE_MINIMUM] = "minimum", [COMPARE_EXACT] = "exact", [COMPARE_MAXIMUM] = "maximum",
	[COMPARE_BETTER] = "better",
};

const char *
comparison_name(enum comparison c)
{
	return comparisons[c];
}

bool
comparison_read(struct span s, enum comparison *out)
{
	for (size_t i = 0; i < COUNT(comparisons); i++) {
		if (span_is(s, comparisons[i])) {
			*out = (enum comparison)i;
			return true;
		}
	}
	return false;
}

const char *
step_who_name(enum step_who who)
{
	static const char *const names[] = {
		[STEP_PERSON] = "person", [STEP_IDP] = "idp", [STEP_RP] = "rp", [STEP_OPERATOR] = "operator",
	};

	return names[who];
}

int
area_find(const struct framework *f, struct span id)
{
	for (size_t i = 0; i < f->area_count; i++)
		if (span_equal(f->areas[i].id, id))
			return (int)i;
	return -1;
}

int
level_find(const struct area *area, struct span id)
{
	if (span_is(id, "0"))
		return 0;
	for (size_t i = 0; i < area->level_count; i++)
		if (span_equal(area->levels[i].id, id))
			return (int)i + 1;
	return -1;
}

int
criterion_find(const struct framework *f, struct span id)
{
	for (size_t i = 0; i < f->criterion_count; i++)
		if (span_equal(f->criteria[i].id, id))
			return (int)i;
	return -1;
}

int
step_find(const struct framework *f, struct span id)
{
	for (size_t i = 0; i < f->step_count; i++)
		if (span_equal(f->steps[i].id, id))
			return (int)i;
	return -1;
}

const struct profile *
profile_find(const struct framework *f, struct span id)
{
	for (size_t i = 0; i < f->profile_count; i++)
		if (span_equal(f->profiles[i].id, id))
			return &f->profiles[i];
	return NULL;
}

struct span
level_id(const struct area *area, uint8_t level)
{
	assert(level <= area->level_count);
	return level ? area->levels[level - 1].id : span_text("0");
}
