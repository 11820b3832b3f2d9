/* tests/assurance/generated.h - small frameworks made by chance, the same from the same seed: for comparing what is
 * clever with what looks at everything.
 */
#pragma once

#include "assurance/evaluation.h"
#include "assurance/step_plan.h"

struct chance {
	uint64_t state;
};

static inline unsigned
chance_below(struct chance *c, unsigned limit)
{
	/* SplitMix64 */
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ z >> 31) % limit);
}

#define GENERATED_FACTS 9
#define GENERATED_WORDS 4
static const struct span generated_words[GENERATED_WORDS] = {
	{ (const uint8_t *)"a", 1 }, { (const uint8_t *)"b", 1 }, { (const uint8_t *)"c", 1 }, { (const uint8_t *)"d",
	    1 },
};

static inline struct span
generated_name(struct arena *a, const char *kind, size_t number)
{
	return span_text(arena_print(a, "%s-%zu", kind, number));
}

/* Three booleans, three integers of 0 to 3, three sets of four words. */
static inline const struct dictionary *
generated_dictionary(struct arena *a)
{
	struct dictionary *d = arena_new(a, struct dictionary);
	struct fact *facts = arena_array(a, struct fact, GENERATED_FACTS);
	uint16_t *order = arena_array(a, uint16_t, GENERATED_FACTS);

	for (size_t i = 0; i < GENERATED_FACTS; i++) {
		static const enum fact_type types[] = { FACT_BOOLEAN, FACT_INTEGER, FACT_SET };
		enum fact_type type = types[i / 3];

		facts[i] = (struct fact){ .id = generated_name(a, "fact", i), .type = type, .number = i,
			.most = type == FACT_BOOLEAN ? 1 : type == FACT_INTEGER ? 3 : (1 << GENERATED_WORDS) - 1,
			.provenance = CLAIMED, .words = type == FACT_SET ? generated_words : NULL,
			.word_count = type == FACT_SET ? GENERATED_WORDS : 0 };
		order[i] = (uint16_t)i;
	}
	*d = (struct dictionary){ .facts = facts, .count = GENERATED_FACTS, .in_order = order };
	return d;
}

static inline int64_t
generated_value(struct chance *c, const struct fact *fact)
{
	return (int64_t)chance_below(c, (unsigned)fact->most + 1);
}

static inline struct condition_node
generated_leaf(struct chance *c, const struct dictionary *d)
{
	static const uint8_t order[] = { OPERATOR_IS, OPERATOR_ISNT, OPERATOR_LE, OPERATOR_LT, OPERATOR_GE,
	    OPERATOR_GT };
	static const uint8_t sets[] = { OPERATOR_HAS, OPERATOR_HAS_ANY, OPERATOR_HAS_ALL, OPERATOR_ONLY };
	const struct fact *fact = &d->facts[chance_below(c, GENERATED_FACTS)];
	struct condition_node leaf = { .kind = CONDITION_LEAF, .fact = (uint16_t)fact->number, .size = 1 };

	leaf.operator = fact->type == FACT_SET ? sets[chance_below(c, 4)] :
	    order[chance_below(c, fact->type == FACT_BOOLEAN ? 2 : 6)];
	leaf.operand = leaf.operator == OPERATOR_HAS ? (int64_t)chance_below(c, GENERATED_WORDS) : generated_value(c,
	    fact);
	condition_leaf_prepare(&leaf);
	return leaf;
}

#define GENERATED_NODES 16
/* Writes a part of at most `depth` groups at nodes[*count]; returns its size. */
static inline uint16_t
generated_part(struct chance *c, const struct dictionary *d, struct condition_node *nodes, size_t *count,
    unsigned depth)
{
	static const uint8_t groups[] = { CONDITION_ALL, CONDITION_ANY, CONDITION_ALL, CONDITION_ANY, CONDITION_NOT,
	    CONDITION_ATLEAST };
	struct condition_node group = { .kind = groups[chance_below(c, COUNT(groups))] };
	uint16_t size = 1;

	if (depth == 0 || chance_below(c, 3) == 0) {
		nodes[(*count)++] = generated_leaf(c, d);
		return 1;
	}
	group.count = group.kind == CONDITION_NOT ? 1 : group.kind == CONDITION_ATLEAST ? 3 : 2;
	group.need = 2;
	for (unsigned i = 0; i < group.count; i++)
		size = (uint16_t)(size + generated_part(c, d, nodes, count, depth - 1));
	group.size = size;
	nodes[(*count)++] = group;
	return size;
}

static inline struct condition
generated_condition(struct chance *c, struct arena *a, const struct dictionary *d, unsigned depth)
{
	struct condition_node *nodes = arena_array(a, struct condition_node, GENERATED_NODES);
	struct condition condition = { .nodes = nodes };

	(void)generated_part(c, d, nodes, &condition.count, depth);
	return condition;
}

static inline struct step
generated_step(struct chance *c, struct arena *a, const struct dictionary *d, size_t number)
{
	struct step step = { .id = generated_name(a, "step", number), .who = (enum step_who)chance_below(c, 4),
		.in_person = chance_below(c, 3) == 0, .cost = chance_below(c, 6), .effect_count = 1 + chance_below(c,
		2), .amr = 1u << number % 8 };
	struct effect *effects = arena_array(a, struct effect, 2);

	for (size_t i = 0; i < step.effect_count; i++) {
		const struct fact *fact = &d->facts[chance_below(c, GENERATED_FACTS)];

		effects[i] = (struct effect){ (uint16_t)fact->number, fact->type == FACT_SET && chance_below(c, 3) > 0,
			generated_value(c, fact) };
	}
	/* A step never sets one fact twice. */
	if (step.effect_count == 2 && effects[0].fact == effects[1].fact)
		step.effect_count = 1;
	step.effects = effects;
	if (chance_below(c, 3) == 0)
		step.needs = generated_condition(c, a, d, 1);
	return step;
}

#define GENERATED_AREAS 2
#define GENERATED_LEVELS 3
/* Two areas of three levels, and what is composed of them; criteria of all of them and some of every level. */
static inline const struct framework *
generated_framework(struct chance *c, struct arena *a, size_t criteria, size_t steps)
{
	static struct level levels[GENERATED_LEVELS] = {
		{ .id = { (const uint8_t *)"1", 1 } }, { .id = { (const uint8_t *)"2", 1 } },
		    { .id = { (const uint8_t *)"3", 1 } },
	};
	static const uint8_t of[GENERATED_AREAS] = { 0, 1 };
	static const uint8_t ranks[GENERATED_AREAS][LEVELS_LARGEST + 1] = { { 0, 1, 2, 3 }, { 0, 1, 1, 3 } };
	struct framework *f = arena_new(a, struct framework);
	struct area *areas = arena_array(a, struct area, GENERATED_AREAS + 1);
	struct criterion *list = arena_array(a, struct criterion, criteria);
	struct step *step_list = arena_array(a, struct step, steps);

	f->dictionary = generated_dictionary(a);
	for (size_t i = 0; i <= GENERATED_AREAS; i++)
		areas[i] = (struct area){ .id = generated_name(a, "area", i), .levels = levels,
		    .level_count = GENERATED_LEVELS };
	areas[GENERATED_AREAS].of = of;
	areas[GENERATED_AREAS].ranks = ranks;
	areas[GENERATED_AREAS].of_count = GENERATED_AREAS;
	for (size_t i = 0; i < criteria; i++) {
		list[i] = (struct criterion){ .id = generated_name(a, "criterion", i),
			.area = (uint8_t)(i * GENERATED_AREAS / criteria),
			.level = (uint8_t)(chance_below(c, 8) ? 1 + chance_below(c, GENERATED_LEVELS) : 0),
			.condition = generated_condition(c, a, f->dictionary, 2),
			.provenance = chance_below(c, 4) ? CLAIMED : OBSERVED };
		if (chance_below(c, 5) == 0)
			list[i].when = generated_condition(c, a, f->dictionary, 1);
	}
	for (size_t i = 0; i < steps; i++)
		step_list[i] = generated_step(c, a, f->dictionary, i);
	f->areas = areas;
	f->own_count = GENERATED_AREAS;
	f->area_count = GENERATED_AREAS + 1;
	f->criteria = list;
	f->criterion_count = criteria;
	f->steps = step_list;
	f->step_count = steps;
	f->plan = step_plan_make(a, f);
	return f;
}

/* Leaves out some criteria, asks another value of some others, and may ask for better words. */
static inline const struct profile *
generated_profile(struct chance *c, struct arena *a, const struct framework *f)
{
	struct profile *profile = arena_new(a, struct profile);
	struct criterion *list = arena_array(a, struct criterion, f->criterion_count);
	bool *excluded = arena_array(a, bool, f->criterion_count);

	for (size_t i = 0; i < f->criterion_count; i++) {
		size_t count = f->criteria[i].condition.count;
		struct condition_node *nodes = arena_array(a, struct condition_node, count);

		memcpy(nodes, f->criteria[i].condition.nodes, count * sizeof(*nodes));
		/* The first is a leaf always: groups stand behind their parts. */
		if (chance_below(c, 3) == 0 && nodes[0].operator != OPERATOR_HAS) {
			nodes[0].operand = generated_value(c, &f->dictionary->facts[nodes[0].fact]);
			condition_leaf_prepare(&nodes[0]);
		}
		list[i] = f->criteria[i];
		list[i].condition.nodes = nodes;
		excluded[i] = chance_below(c, 4) == 0;
	}
	profile->criteria = list;
	profile->excluded = excluded;
	profile->provenance = chance_below(c, 3) ? CLAIMED : OBSERVED;
	return profile;
}

static inline struct facts
generated_facts(struct chance *c, const struct dictionary *d)
{
	struct facts facts;

	facts_init(&facts, d);
	for (size_t i = 0; i < d->count; i++)
		if (chance_below(c, 4))
			facts_put(&facts, &d->facts[i], generated_value(c, &d->facts[i]),
			    chance_below(c, 3) ? OBSERVED : CLAIMED);
	return facts;
}

static inline struct demand
generated_demand(struct chance *c)
{
	struct demand d = { .count = 1 + chance_below(c, 2) };

	for (size_t i = 0; i < d.count; i++)
		d.items[i] = (struct requirement){ (uint8_t)chance_below(c, GENERATED_AREAS + 1),
			(uint8_t)(1 + chance_below(c, GENERATED_LEVELS)),
			(enum comparison)(chance_below(c, 3) ? COMPARE_MINIMUM : chance_below(c, 4)) };
	return d;
}
