/* assurance/condition_reading.c - conditions compiled from JSON. */
#include <assert.h>

#include "assurance/condition.h"
#include "assurance/policy_reading.h"

#define LIST_LARGEST 64

/* The criteria whose text is being read, each because the one above refers to it. */
struct referring {
	const struct referring *above;
	struct span id;
};

struct compiling {
	const struct condition_scope *scope;
	struct arena *arena;
	struct condition_node *nodes;
	size_t count, room, leaves;
};

static bool
failed(struct place p)
{
	return p.document->problem.code != OK;
}

static void
add_node(struct compiling *c, struct place p, struct condition_node node)
{
	if (failed(p))
		return;
	if (c->count == CONDITION_NODES) {
		place_fail(p, arena_print(c->arena, "at most %d parts in a condition", CONDITION_NODES), "more");
		return;
	}
	if (c->count == c->room) {
		struct condition_node *more;

		c->room = c->room ? 2 * c->room : 8;
		more = arena_array(c->arena, struct condition_node, c->room);
		if (c->count)
			memcpy(more, c->nodes, c->count * sizeof(more[0]));
		c->nodes = more;
	}
	c->nodes[c->count++] = node;
}

/* Leaves */

/* What an operator is for, and how its operand is written. */
static const struct {
	bool for_order, for_scalars, for_sets;
	bool takes_list, takes_name; /* a list of literals; {"param":…} or {"fact":…} */
} operators[] = {
	[OPERATOR_IS] = { .for_scalars = true, .takes_name = true },
	[OPERATOR_ISNT] = { .for_scalars = true, .takes_name = true },
	[OPERATOR_IN] = { .for_scalars = true, .takes_list = true },
	[OPERATOR_LE] = { .for_order = true, .takes_name = true },
	[OPERATOR_LT] = { .for_order = true, .takes_name = true },
	[OPERATOR_GE] = { .for_order = true, .takes_name = true },
	[OPERATOR_GT] = { .for_order = true, .takes_name = true },
	[OPERATOR_HAS] = { .for_sets = true },
	[OPERATOR_HAS_ANY] = { .for_sets = true, .takes_list = true },
	[OPERATOR_HAS_ALL] = { .for_sets = true, .takes_list = true },
	[OPERATOR_ONLY] = { .for_sets = true, .takes_list = true },
};

static bool
suits(enum condition_operator op, enum fact_type type)
{
	bool ordered = type == FACT_INTEGER || type == FACT_DURATION || type == FACT_DATE || type == FACT_LEVEL;

	return operators[op].for_sets ? type == FACT_SET : operators[op].for_order ? ordered : type != FACT_SET;
}

static struct span
text_of(struct place p)
{
	return json_is_string(p.value) ? span_of(json_string_value(p.value), json_string_length(p.value))
	                               : (struct span){ 0 };
}

static bool
read_scalar(struct place p, const struct fact *fact, int64_t *out)
{
	bool good = false;

	switch (fact->type) {
	case FACT_BOOLEAN:
		good = json_is_boolean(p.value);
		*out = json_is_true(p.value);
		break;
	case FACT_INTEGER:
	case FACT_DURATION:
		good = json_is_integer(p.value);
		*out = good ? json_integer_value(p.value) : 0;
		good = good && *out >= fact->least && *out <= fact->most;
		break;
	case FACT_SET:
		*out = fact_word(fact, text_of(p));
		good = *out >= 0;
		break;
	case FACT_NO_TYPE:
	case FACT_DATE:
	case FACT_ENUM:
	case FACT_LEVEL:
		break;
	}
	if (!good && fact->type != FACT_SET)
		good = json_is_string(p.value) && fact_text_read(fact, text_of(p), out);
	if (!good)
		place_fail(p, fact->type == FACT_SET ? "a word of the set" : fact->expected, NULL);
	return good;
}

static int64_t
read_words(struct place array, const struct fact *fact, size_t least)
{
	size_t count = place_count_within(array, least, FACT_WORDS_LARGEST);
	int64_t mask = 0, word = 0;

	for (size_t i = 0; i < count && !failed(array); i++) {
		struct place p = place_element(array, i);

		if (!read_scalar(p, fact, &word))
			break;
		if (mask >> word & 1)
			place_fail(p, "each value once", NULL);
		mask |= INT64_C(1) << word;
	}
	return mask;
}

bool
condition_literal(struct place p, const struct fact *fact, int64_t *out)
{
	if (fact->type != FACT_SET)
		return read_scalar(p, fact, out);
	if (!json_is_array(p.value))
		place_fail(p, fact->expected, NULL);
	else
		*out = read_words(p, fact, 0);
	return !failed(p);
}

static void
read_list(struct compiling *c, struct place p, const struct fact *fact, struct condition_node *leaf)
{
	bool words = fact->type != FACT_INTEGER && fact->type != FACT_DURATION && fact->type != FACT_DATE;
	int64_t *list;
	size_t count;

	if (!json_is_array(p.value)) {
		place_fail(p, "a list", NULL);
		return;
	}
	if (words) {
		leaf->operand = read_words(p, fact, 1);
		return;
	}
	count = place_count_within(p, 1, LIST_LARGEST);
	leaf->list = list = arena_array(c->arena, int64_t, count);
	leaf->need = (uint16_t)count;
	for (size_t i = 0; i < count && read_scalar(place_element(p, i), fact, &list[i]); i++)
		for (size_t n = 0; n < i; n++)
			if (list[n] == list[i])
				place_fail(place_element(p, i), "each value once", NULL);
}

static bool
same_words(const struct fact *a, const struct fact *b)
{
	if (a->type != b->type || a->word_count != b->word_count)
		return false;
	for (size_t i = 0; i < a->word_count; i++)
		if (!span_equal(a->words[i], b->words[i]))
			return false;
	return true;
}

/* {"param":"id"} or {"fact":"id"}. */
static void
read_named(struct compiling *c, struct place p, const struct fact *fact, const struct referring *from,
    struct condition_node *leaf)
{
	struct place param = place_member(p, "param"), other = place_member(p, "fact");
	const struct fact *found;
	enum fact_type type = FACT_NO_TYPE;
	size_t position = 0;

	if (place_exists(param) == place_exists(other)) {
		place_fail(p, "a value, {\"param\":…} or {\"fact\":…}", NULL);
	} else if (place_exists(param)) {
		if (!c->scope->parameter ||
		    !c->scope->parameter(c->scope->arg, from->id, text_of(param), &type, &position, &leaf->operand))
			place_fail(param, "a parameter of this criterion", NULL);
		else if (type != fact->type)
			place_fail(param, arena_print(p.document->arena, "a parameter of type %s",
			    fact_type_name(fact->type)), fact_type_name(type));
		else if (leaf->operand < fact->least || leaf->operand > fact->most)
			place_fail(param, fact->expected, "a parameter of another value");
		leaf->parameter = (uint16_t)(position + 1);
	} else {
		found = fact_find(c->scope->dictionary, text_of(other));
		if (!found)
			place_fail(other, "a fact of the dictionary", NULL);
		else if (!same_words(found, fact))
			place_fail(other, "a fact of the same type and values", fact_type_name(found->type));
		leaf->other = found ? (uint16_t)(found->number + 1) : 0;
	}
}

static void
read_operand(struct compiling *c, struct place p, const struct fact *fact, const struct referring *from,
    struct condition_node *leaf)
{
	if (!suits((enum condition_operator)leaf->operator, fact->type))
		place_fail(p, arena_print(p.document->arena, "an operator for type %s", fact_type_name(fact->type)),
		    operator_name((enum condition_operator)leaf->operator));
	else if (operators[leaf->operator].takes_list)
		read_list(c, p, fact, leaf);
	else if (operators[leaf->operator].takes_name && json_is_object(p.value))
		read_named(c, p, fact, from, leaf);
	else
		read_scalar(p, fact, &leaf->operand);
}

static void
compile_leaf(struct compiling *c, struct place p, const struct referring *from)
{
	struct place id = place_member(p, "fact"), operand = { 0 };
	const struct fact *fact = fact_find(c->scope->dictionary, text_of(id));
	struct condition_node leaf = { .kind = CONDITION_LEAF, .size = 1 };

	for (size_t op = OPERATOR_IS; op < COUNT(operators); op++) {
		const char *name = operator_name((enum condition_operator)op);

		if (!json_object_get(p.value, name))
			continue;
		if (leaf.operator)
			place_fail(p, "one operator", arena_print(p.document->arena, "%s and %s",
			    operator_name((enum condition_operator)leaf.operator), name));
		leaf.operator = (uint8_t)op;
		operand = place_member(p, name);
	}
	if (!fact) {
		place_fail(id, "a fact of the dictionary", NULL);
		return;
	}
	if (!leaf.operator) {
		place_fail(p, "one of is, isnt, in, le, lt, ge, gt, has, has_any, has_all, only", "none");
		return;
	}
	if (++c->leaves > CONDITION_LEAVES)
		place_fail(p, arena_print(c->arena, "at most %d facts in a condition", CONDITION_LEAVES), "more");
	leaf.fact = (uint16_t)fact->number;
	read_operand(c, operand, fact, from, &leaf);
	condition_leaf_prepare(&leaf);
	add_node(c, p, leaf);
}

/* Groups */

static void compile(struct compiling *c, struct place p, unsigned depth, const struct referring *from);

static void
compile_group(struct compiling *c, struct place p, enum condition_kind kind, struct place children, unsigned depth,
    const struct referring *from)
{
	struct condition_node group = { .kind = (uint8_t)kind };
	size_t before = c->count, count = kind == CONDITION_NOT ? 1 : place_count_within(children, 1, CONDITION_LEAVES);

	if (kind == CONDITION_ATLEAST)
		group.need = (uint16_t)place_integer(place_member(p, "atleast"), 1, (int64_t)(count ? count : 1), 1);
	if (kind == CONDITION_NOT)
		compile(c, children, depth + 1, from);
	else
		for (size_t i = 0; i < count && !failed(p); i++)
			compile(c, place_element(children, i), depth + 1, from);
	group.count = (uint16_t)count;
	group.size = (uint16_t)(c->count - before + 1);
	add_node(c, p, group);
}

/* "a -> b -> a", if the criterion is being read already. */
static const char *
cycle_of(struct arena *a, const struct referring *from, struct span id)
{
	const char *way = arena_print(a, "%.*s", SPAN_ARGS(id));

	for (; from; from = from->above) {
		way = arena_print(a, "%.*s -> %s", SPAN_ARGS(from->id), way);
		if (span_equal(from->id, id))
			return way;
	}
	return NULL;
}

static void
compile_reference(struct compiling *c, struct place ref, unsigned depth, const struct referring *from)
{
	struct referring here = { .above = from, .id = text_of(ref) };
	const char *cycle = here.id.size ? cycle_of(c->arena, from, here.id) : NULL;
	struct place other = { 0 };

	if (cycle) {
		place_fail(ref, "a criterion that does not come back to this one", cycle);
		return;
	}
	if (c->scope->criterion && here.id.size)
		other = c->scope->criterion(c->scope->arg, here.id);
	if (!other.document) {
		place_fail(ref, "another criterion's id", NULL);
		return;
	}
	/* What is wrong or missing there is that criterion's own problem. */
	if (place_exists(other))
		compile(c, other, depth + 1, &here);
}

/* The conditions' shapes: by the key that tells them. `depth` bounds the recursion. */
static void
compile(struct compiling *c, struct place p, unsigned depth, const struct referring *from)
{
	static const struct {
		const char *key, *children;
		enum condition_kind kind;
	} groups[] = {
		{ "all", "all", CONDITION_ALL },
		{ "any", "any", CONDITION_ANY },
		{ "not", "not", CONDITION_NOT },
		{ "atleast", "of", CONDITION_ATLEAST },
	};

	if (failed(p))
		return;
	if (depth > CONDITION_DEPTH) {
		place_fail(p, "conditions at most 16 deep", "deeper ones");
		return;
	}
	for (size_t i = 0; i < COUNT(groups); i++) {
		if (json_object_get(p.value, groups[i].key)) {
			place_member(p, groups[i].key);
			compile_group(c, p, groups[i].kind, place_member(p, groups[i].children), depth, from);
			return;
		}
	}
	if (json_object_get(p.value, "ref"))
		compile_reference(c, place_member(p, "ref"), depth, from);
	else if (json_object_get(p.value, "fact"))
		compile_leaf(c, p, from);
	else
		place_fail(p, "a condition: all, any, not, atleast, ref or fact", NULL);
}

struct condition
condition_read(struct place p, const struct condition_scope *scope, struct arena *arena)
{
	static const struct referring nobody;
	struct compiling c = { .scope = scope, .arena = arena };
	struct problem before = p.document->problem;
	bool missing = p.document->missing;

	/* Read even where something else in the document is wrong or missing, so that its keys are known. */
	p.document->problem.code = OK;
	compile(&c, p, 1, &nobody);
	if (failed(p)) {
		place_value(p);
		c.count = 0;
	}
	if (before.code != OK) {
		p.document->problem = before;
		p.document->missing = missing;
	}
	return (struct condition){ .nodes = c.nodes, .count = c.count };
}
