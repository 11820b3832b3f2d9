/* assurance/framework_profiles.c - what classes of relying parties require, read: profiles/<id>.json. */
#include "assurance/criterion_wording.h"
#include "assurance/framework_reading.h"

#include <inttypes.h>

static void
read_requirements(const struct framework_reading *r, struct place array, struct profile *profile)
{
	static const char *const comparisons[] = {
		[COMPARE_MINIMUM] = "minimum", [COMPARE_EXACT] = "exact", [COMPARE_MAXIMUM] = "maximum",
		[COMPARE_BETTER] = "better",
	};
	struct requirement *list;

	profile->requirement_count = place_count_within(array, 1, AREAS_LARGEST);
	profile->requirements = list = arena_array(r->arena, struct requirement, profile->requirement_count);
	for (size_t i = 0; i < profile->requirement_count; i++) {
		struct place p = place_element(array, i), how = place_member(p, "comparison");
		uint8_t area = framework_area(r, place_member(p, "area"));

		list[i] = (struct requirement){
			.area = area,
			.level = framework_level(r, place_member(p, "level"), area),
			.comparison = (enum comparison)policy_word(how, comparisons, COUNT(comparisons)),
		};
		for (size_t n = 0; n < i; n++)
			if (list[n].area == area && list[n].comparison == list[i].comparison)
				place_fail(p, "each area once in a comparison", "it again");
	}
}

static void
read_exclusions(const struct framework_reading *r, struct place array, struct profile *profile)
{
	bool *excluded = arena_array(r->arena, bool, r->framework->criterion_count);
	struct exclusion *list;

	profile->exclusion_count = place_count_within(array, 0, r->framework->criterion_count);
	profile->exclusions = list = arena_array(r->arena, struct exclusion, profile->exclusion_count);
	profile->excluded = excluded;
	for (size_t i = 0; i < profile->exclusion_count; i++) {
		struct place p = place_element(array, i), id = place_member(p, "criterion");
		int number = criterion_find(r->framework, policy_id(id));

		list[i].reason = policy_text(place_member(p, "reason"), NEEDED);
		if (number < 0) {
			place_fail(id, "a criterion of the framework", NULL);
			continue;
		}
		if (excluded[number])
			place_fail(id, "each criterion once", NULL);
		excluded[number] = true;
		list[i].criterion = (uint16_t)number;
	}
}

/* Parameters */

/* The new value must be one that each fact compared with it can have. */
static void
check_domain(const struct framework_reading *r, struct place p, const struct condition *c, size_t parameter,
    int64_t value)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct fact *fact = &r->framework->dictionary->facts[c->nodes[i].fact];

		if (c->nodes[i].parameter == parameter + 1 && (value < fact->least || value > fact->most))
			place_fail(p, fact->expected, NULL);
	}
}

static void
set_parameter(const struct framework_reading *r, struct place p, struct criterion *c, size_t position, int64_t value)
{
	struct parameter *list = arena_array(r->arena, struct parameter, c->parameter_count);

	check_domain(r, p, &c->when, position, value);
	check_domain(r, p, &c->condition, position, value);
	memcpy(list, c->parameters, c->parameter_count * sizeof(list[0]));
	list[position].value = value;
	c->parameters = list;
	c->when = condition_with(&c->when, position, value, r->arena);
	c->condition = condition_with(&c->condition, position, value, r->arena);
	if (framework_sound(r))
		c->spoken = criterion_spoken(r->arena, r->framework, c);
}

/* "criterion/parameter": the criterion's own, and everybody's who refers to it. Whether there is one. */
static bool
set_everywhere(const struct framework_reading *r, struct place p, struct criterion *criteria, struct span name)
{
	struct span of = name, own;
	bool found = false;
	int64_t value = 0;

	own = span_cut(&of, '/');
	for (size_t i = 0; i < r->framework->criterion_count; i++) {
		struct criterion *c = &criteria[i];

		for (size_t k = 0; k < c->parameter_count; k++) {
			if (!span_equal(c->parameters[k].id, span_equal(c->id, own) ? of : name))
				continue;
			found = true;
			if (framework_parameter_value(p, c->parameters[k].type, &value))
				set_parameter(r, p, c, k, value);
		}
	}
	return found;
}

static void
read_parameters(const struct framework_reading *r, struct place object, struct profile *profile)
{
	const struct framework *f = r->framework;
	struct criterion *criteria;
	void *cursor = NULL;
	const char *name;
	struct place p;

	profile->criteria = f->criteria;
	if (!place_exists(object))
		return;
	profile->criteria = criteria = arena_array(r->arena, struct criterion, f->criterion_count);
	if (f->criterion_count)
		memcpy(criteria, f->criteria, f->criterion_count * sizeof(criteria[0]));
	while (place_next(object, &cursor, &name, &p))
		if (!set_everywhere(r, p, criteria, span_text(name)))
			place_fail(p, "a parameter's name, \"criterion/parameter\"",
			    arena_print(r->arena, "\"%.100s\"", name));
}

static struct profile
read_profile(const struct framework_reading *r, struct place root, struct span stem)
{
	static const char *const provenances[] = {
		[CLAIMED] = "claimed", [VOUCHED] = "vouched", [OBSERVED] = "observed",
	};
	struct place id = place_member(root, "id"), provenance = place_member(root, "provenance");
	struct profile profile = {
		.id = policy_id(id),
		.title = policy_title(place_member(root, "title"), NEEDED),
		.text = policy_text(place_member(root, "text"), NEEDED),
		.status = framework_status(place_member(root, "status")),
		.provenance = CLAIMED,
	};

	if (!span_equal(profile.id, stem))
		place_fail(id, arena_print(r->arena, "the id the file is named for, \"%.*s\"", SPAN_ARGS(stem)), NULL);
	if (place_exists(provenance))
		profile.provenance = (enum provenance)policy_word(provenance, provenances, COUNT(provenances));
	read_requirements(r, place_member(root, "requires"), &profile);
	read_exclusions(r, place_member(root, "exclusions"), &profile);
	read_parameters(r, place_member(root, "parameters"), &profile);
	return profile;
}

void
framework_read_profiles(struct framework_reading *r)
{
	struct profile *list = arena_array(r->arena, struct profile, FRAMEWORK_FILES);
	struct place root;
	struct span stem;
	size_t cursor = 0;

	r->framework->profiles = list;
	while (framework_next_file(r, "profiles", &cursor, &root, &stem))
		list[r->framework->profile_count++] = read_profile(r, root, stem);
}
