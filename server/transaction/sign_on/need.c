/* transaction/sign_on/need.c - all that must be reached at once. */
#include "transaction/sign_on/need.h"

static bool
has_area(const struct requirement_name *r, const struct requirement_area *area)
{
	for (size_t i = 0; i < r->area_count; i++)
		if (span_equal(r->areas[i].area, area->area) && span_equal(r->areas[i].level, area->level))
			return true;
	return false;
}

/* Both in one: a profile is one framework's reading, and two are two. False: they are not to be joined. */
static bool
join(struct requirement_name *to, const struct requirement_name *more)
{
	struct requirement_name both = *to;

	if (!span_equal(to->framework, more->framework) || !span_equal(to->version, more->version) ||
	    (to->profile.size && more->profile.size && !span_equal(to->profile, more->profile)))
		return false;
	if (!both.profile.size)
		both.profile = more->profile;
	for (size_t i = 0; i < more->area_count; i++) {
		if (has_area(&both, &more->areas[i]))
			continue;
		if (both.area_count == REQUIREMENT_AREAS)
			return false;
		both.areas[both.area_count++] = more->areas[i];
	}
	*to = both;
	return true;
}

bool
need_add(struct need *n, const struct requirement_name *more)
{
	if (!more->framework.size)
		return true;
	for (size_t i = 0; i < n->count; i++)
		if (join(&n->parts[i], more))
			return true;
	if (n->count == NEED_PARTS)
		return false;
	n->parts[n->count++] = *more;
	return true;
}

enum err
need_assess(struct arena *arena, const struct need *n, const struct assessing *with, struct need_assessed *out,
    struct problem *why)
{
	struct assessing a = *with;

	*out = (struct need_assessed){ .count = n->count, .enough = true };
	for (size_t i = 0; i < n->count; i++) {
		a.wanted = n->parts[i];
		out->parts[i] = arena_space(arena, sizeof(*out->parts[i]));
		if (assess_login(arena, &a, out->parts[i], why) != OK)
			return why->code;
		if (out->enough && !out->parts[i]->enough)
			out->first_unmet = i;
		out->enough = out->enough && out->parts[i]->enough;
	}
	return OK;
}

bool
need_is_possible(struct arena *arena, const struct need *n, const struct assessing *with)
{
	struct assessing a = *with;
	struct problem why;

	a.records = NULL;
	a.authentications = NULL;
	a.record_count = a.authentication_count = 0;
	a.begun = a.seen = (struct instant){ 0 };
	for (size_t i = 0; i < n->count; i++) {
		struct assessed *one = arena_space(arena, sizeof(*one));

		a.wanted = n->parts[i];
		if (assess_login(arena, &a, one, &why) != OK || one->decision.evaluation.barred)
			return false;
		for (size_t r = 0; r < one->question.demand.count; r++) {
			const struct requirement *asked = &one->question.demand.items[r];

			if (one->decision.evaluation.areas[asked->area].possible < requirement_least(asked))
				return false;
		}
	}
	return true;
}

bool
need_asks(const struct policy_snapshot *snapshot, const struct requirement_name *asked, struct instant now,
    unsigned level)
{
	const struct shelf_policy *policy;
	const struct profile *profile;
	struct demand demand;
	struct problem why;

	if (!asked->framework.size || requirement_find(snapshot, asked, now, &policy, &profile, &demand, &why) != OK)
		return false;
	for (size_t i = 0; i < demand.count; i++)
		if (requirement_least(&demand.items[i]) >= level)
			return true;
	return false;
}
