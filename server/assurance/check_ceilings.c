/* assurance/check_ceilings.c - ways of doing a thing with which an area ends below its highest level.
 *
 * Proofing on line, assertions whoever holds them may use: a choice between words of one fact. Told of what areas are
 * composed into, for that is what travels; the part and the criterion by which it ends are named.
 */
#include "assurance/checking.h"

static bool
is_part(const struct framework *f, size_t area)
{
	for (size_t i = f->own_count; i < f->area_count; i++)
		for (size_t k = 0; k < f->areas[i].of_count; k++)
			if (f->areas[i].of[k] == area)
				return true;
	return false;
}

/* The choice: one fact is this word. */
struct option {
	const struct fact *fact;
	size_t word;
	struct condition_node node;
	struct criterion criterion;
};

static void
option_init(struct option *o, const struct fact *fact, size_t word)
{
	*o = (struct option){ .fact = fact, .word = word };
	o->node = (struct condition_node){ .kind = CONDITION_LEAF,
		.operator = OPERATOR_IS,
		.fact = (uint16_t)fact->number,
		.size = 1,
		.operand = (int64_t)word };
	condition_leaf_prepare(&o->node);
	o->criterion = criterion_of((struct condition){ .nodes = &o->node, .count = 1 });
}

static bool
reachable_with(struct checking *k, size_t area, uint8_t level, const struct option *o, struct facts *found)
{
	uint8_t levels[AREAS_LARGEST];
	size_t count;

	levels_of(k->framework, area, level, levels);
	count = goals_for(k, NULL, levels, 0, 0);
	k->goals[count++] = (struct goal){ &o->criterion, CLAIMED, WISH_TRUE, 0 };
	return goals_search(k, NULL, 0, count, found) != WITNESS_NONE;
}

/* The first criterion of the level that the word alone makes impossible; NULL: only several together do. */
static const struct criterion *
find_reason(struct checking *k, size_t area, uint8_t level, const struct option *o)
{
	const struct framework *f = k->framework;
	uint8_t levels[AREAS_LARGEST];

	levels_of(f, area, level, levels);
	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &f->criteria[i];

		if (c->level > levels[c->area])
			continue;
		k->goals[0] = (struct goal){ c, criterion_least(c, NULL), WISH_TRUE, 0 };
		k->goals[1] = (struct goal){ &o->criterion, CLAIMED, WISH_TRUE, 0 };
		if (goals_search(k, NULL, 0, 2, NULL) == WITNESS_NONE)
			return c;
	}
	return NULL;
}

static void
tell(struct checking *k, size_t area, uint8_t level, const struct option *o, const struct facts *found)
{
	const struct area *a = &k->framework->areas[area];
	const struct criterion *c = find_reason(k, area, (uint8_t)(level + 1), o);
	const struct localized *word = &o->fact->word_titles[o->word];
	const struct level *above = &a->levels[level];
	const char *id = c ? arena_text(k->arena, c->id) : NULL;

	finding_add(k, POLICY_CEILING, WEIGHT_NOTE,
	    span_text(arena_print(k->arena, "%.*s %.*s", SPAN_ARGS(a->id), SPAN_ARGS(above->id))),
	    arena_print(k->arena, "「%.*s」の%.*sには、「%.*s」が「%.*s」（%.*s = %.*s）では届きません。%.*sまでとなります（%s）。",
	        SPAN_ARGS(a->title.ja), SPAN_ARGS(above->title.ja), SPAN_ARGS(o->fact->title.ja), SPAN_ARGS(word->ja),
	        SPAN_ARGS(o->fact->id), SPAN_ARGS(o->fact->words[o->word]), SPAN_ARGS(a->levels[level - 1].title.ja),
	        id ? arena_print(k->arena, "基準 %s", id) : "複数の基準による"),
	    arena_print(k->arena,
	        "%.*s of \"%.*s\" cannot be reached with \"%.*s\": %.*s (%.*s = %.*s). It ends at %.*s (%s).",
	        SPAN_ARGS(above->title.en), SPAN_ARGS(a->title.en), SPAN_ARGS(o->fact->title.en), SPAN_ARGS(word->en),
	        SPAN_ARGS(o->fact->id), SPAN_ARGS(o->fact->words[o->word]), SPAN_ARGS(a->levels[level - 1].title.en),
	        id ? arena_print(k->arena, "criterion %s", id) : "several criteria together"),
	    found);
}

/* A word with which not even the lowest level is reached is no lesser way, but none. */
static void
check_option(struct checking *k, size_t area, const struct fact *fact, size_t word)
{
	struct facts found;
	struct option o;
	uint8_t level = k->top[area];

	option_init(&o, fact, word);
	while (level > 0 && !reachable_with(k, area, level, &o, &found))
		level--;
	if (level > 0 && level < k->top[area])
		tell(k, area, level, &o, &found);
}

void
check_ceilings(struct checking *k)
{
	const struct framework *f = k->framework;

	for (size_t area = 0; area < f->area_count; area++) {
		uint64_t support[FACT_SETS] = { 0 };
		uint8_t levels[AREAS_LARGEST];

		if (is_part(f, area) || k->top[area] < 2)
			continue;
		k->subject = f->areas[area].id;
		levels_of(f, area, k->top[area], levels);
		for (size_t i = 0; i < f->criterion_count; i++)
			if (f->criteria[i].level && f->criteria[i].level <= levels[f->criteria[i].area])
				criterion_support(&f->criteria[i], support);
		for (size_t i = 0; i < f->dictionary->count; i++) {
			const struct fact *fact = &f->dictionary->facts[i];

			if (fact->type != FACT_ENUM || !(support[i / 64] >> (i % 64) & 1))
				continue;
			for (size_t word = 0; word < fact->word_count; word++)
				check_option(k, area, fact, word);
		}
	}
}
