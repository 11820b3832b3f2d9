/* assurance/condition.h - conditions over facts, with three values: true, false, unknown (strong Kleene logic).
 *
 *     {"all":[…]} {"any":[…]} {"not":…} {"atleast":2,"of":[…]} {"ref":"criterion-id"} {"fact":"id", OPERATOR: operand}
 *     OPERATOR: is isnt in (scalars)  le lt ge gt (integer, duration, date, level)  has has_any has_all only (sets)
 *     operand: a literal, a list of literals (in, has_any, has_all, only), {"param":"id"}, or {"fact":"id"} of the same
 *     type (is, isnt, le, lt, ge, gt)
 *
 * Compiled once into a flat array in which every part stands before the whole; `ref` is compiled in place.
 */
#pragma once

#include "assurance/facts.h"
#include "codec/document.h"

#define CONDITION_DEPTH 16
#define CONDITION_LEAVES 256     /* of one criterion, refs included */
#define CONDITION_NODES 2048     /* leaves and groups */

enum truth { TRUTH_UNKNOWN, TRUTH_FALSE, TRUTH_TRUE, TRUTHS };
const char *truth_name(enum truth); /* "unknown" … */

enum condition_kind { CONDITION_ALL, CONDITION_ANY, CONDITION_NOT, CONDITION_ATLEAST, CONDITION_LEAF };
enum condition_operator {
	OPERATOR_NONE,
	OPERATOR_IS, OPERATOR_ISNT, OPERATOR_IN,
	OPERATOR_LE, OPERATOR_LT, OPERATOR_GE, OPERATOR_GT,
	OPERATOR_HAS, OPERATOR_HAS_ANY, OPERATOR_HAS_ALL, OPERATOR_ONLY,
};
const char *operator_name(enum condition_operator); /* "is" … */

struct condition_node {
	uint8_t kind, operator;
	uint16_t fact;            /* of a leaf: its number in the dictionary */
	uint16_t other;           /* of a leaf with a fact as operand: that fact's number + 1; 0: `operand` counts */
	uint16_t parameter; /* of a leaf with a parameter as operand: its place among the criterion's + 1; 0: none */
	uint16_t count, need;     /* of a group: children; how many must be true (ATLEAST) */
	uint16_t size;            /* nodes of this part, itself included: the children end right before it */
	int64_t operand;          /* scalar; of IN, HAS_ANY, HAS_ALL, ONLY a mask of words */
	const int64_t *list;      /* of IN over integers, durations, dates: `need` values; else NULL */
	/* Of a leaf, what of all this evaluating looks at: it holds where `(value & mask) - low` is at most `span`, or,
	 * `denied`, where it is not. */
	int64_t mask, low;
	uint64_t span;
	bool denied, one_bit;     /* one_bit: of IN over words the value is a word's number, and its bit is meant */
	bool plain;               /* nothing else is needed: no list, no other fact */
};
/* To be called when a leaf is whole, and again when its operand changes. */
void condition_leaf_prepare(struct condition_node *);
struct condition {
	const struct condition_node *nodes;
	size_t count;             /* 0: always true */
};

/* What names mean while a condition is compiled. */
struct condition_scope {
	const struct dictionary *dictionary;
	/* A parameter's place and value; false: the criterion has none of this name. `of` is the criterion whose text
	 * is being read: empty for the one compiled, else the `ref` at hand. */
	bool (
	    *parameter)(void *arg, struct span of, struct span id, enum fact_type *type, size_t *place, int64_t *value);
	/* Another criterion's condition, as it is written; without document: there is no such criterion. */
	struct place (*criterion)(void *arg, struct span id);
	void *arg;
};

/* Problems are the document's: pointer, expected, found. */
struct condition condition_read(struct place, const struct condition_scope *, struct arena *);

/* A literal of this fact's type and domain: a scalar, or of a set a list of words. False: the problem is the
 * document's. */
bool condition_literal(struct place, const struct fact *, int64_t *out);

/* `least`: what is known by less counts as unknown. */
enum truth condition_truth(const struct condition *, const struct facts *, enum provenance least);
enum truth condition_node_truth(const struct condition_node *leaf, const struct facts *, enum provenance least);
/* A leaf without another fact as operand, where the fact has this value. */
bool condition_leaf_holds(const struct condition_node *leaf, int64_t value);
/* A group's, by how many of its children are true and false. */
enum truth condition_group_truth(const struct condition_node *group, size_t trues, size_t falses);

/* The leaves that decide that it is not true: of `all` the children that are not true, of `any` every child, and so on
 * down. Node numbers, in order; returns how many (at most `room` are written). */
size_t condition_reasons(const struct condition *, const struct facts *, enum provenance least, uint16_t *nodes,
    size_t room);

/* The facts it reads: adds their bits. */
void condition_support(const struct condition *, uint64_t facts[FACT_SETS]);

/* The same condition with another value of one parameter (a profile's). */
struct condition condition_with(const struct condition *, size_t parameter, int64_t value, struct arena *);
