/* assurance/check_coverage.c - what a framework's own tests have seen of its conditions.
 *
 * Each leaf is to be seen true, false and deciding.
 * Deciding: with the leaf turned round the criterion would have come out otherwise (as MC/DC has it). Each gap comes
 * with facts that would close it; where there are none the leaf never makes a difference.
 */
#include "assurance/checking.h"

#include "assurance/trial.h"
#include "base/buffer.h"

enum { SEEN_TRUE = 1, SEEN_FALSE = 2, SEEN_DECIDING = 4, SEEN_ALL = 7 };

/* A leaf of a criterion: of its `when`, or of its condition. */
struct leaf {
	const struct criterion *criterion;
	bool when;
	size_t node;
};

/* The criterion with the leaf replaced by what is always true, or never: a group of none. */
static struct criterion
criterion_forced(struct arena *arena, const struct leaf *leaf, bool value)
{
	struct criterion forced = *leaf->criterion;
	struct condition *c = leaf->when ? &forced.when : &forced.condition;
	struct condition_node *nodes = arena_array(arena, struct condition_node, c->count + 1);

	memcpy(nodes, c->nodes, c->count * sizeof(nodes[0]));
	nodes[leaf->node] = (struct condition_node){ .kind = value ? CONDITION_ALL : CONDITION_ANY, .size = 1 };
	/* The evaluator takes a single node for a leaf. */
	if (c->count == 1)
		nodes[1] = (struct condition_node){ .kind = CONDITION_ALL, .count = 1, .size = 2 };
	*c = (struct condition){ .nodes = nodes, .count = c->count == 1 ? 2 : c->count };
	return forced;
}

static const struct condition_node *
leaf_node(const struct leaf *leaf)
{
	return &(leaf->when ? leaf->criterion->when : leaf->criterion->condition).nodes[leaf->node];
}

/* Seeing */

static unsigned
see(const struct leaf *leaf, const struct facts *facts, enum provenance least)
{
	enum truth truth = condition_node_truth(leaf_node(leaf), facts, least);
	struct arena scratch;
	struct criterion with, without;
	unsigned seen;
	bool applies;

	if (truth == TRUTH_UNKNOWN)
		return 0;
	scratch = arena_init(4 * MIB);
	with = criterion_forced(&scratch, leaf, true);
	without = criterion_forced(&scratch, leaf, false);
	seen = truth == TRUTH_TRUE ? SEEN_TRUE : SEEN_FALSE;
	if ((criterion_truth(&with, facts, least, &applies) == TRUTH_TRUE) !=
	    (criterion_truth(&without, facts, least, &applies) == TRUTH_TRUE))
		seen |= SEEN_DECIDING;
	arena_release(&scratch);
	return seen;
}

/* Leaf by leaf of each criterion in turn: its `when`, then its condition. */
static bool
next_leaf(const struct framework *f, size_t *criterion, struct leaf *leaf, bool fresh)
{
	size_t node = fresh ? 0 : leaf->node + 1;
	bool when = fresh || leaf->when;

	for (; *criterion < f->criterion_count; (*criterion)++, when = true, node = 0) {
		const struct criterion *c = &f->criteria[*criterion];

		for (;; when = false, node = 0) {
			const struct condition *part = when ? &c->when : &c->condition;

			for (; node < part->count; node++) {
				if (part->nodes[node].kind == CONDITION_LEAF) {
					*leaf = (struct leaf){ c, when, node };
					return true;
				}
			}
			if (!when)
				break;
		}
	}
	return false;
}

static void
see_all(const struct framework *f, const struct trial *t, uint8_t *seen)
{
	struct leaf leaf;
	size_t criterion = 0, n = 0;

	for (bool more = next_leaf(f, &criterion, &leaf, true); more;
	     more = next_leaf(f, &criterion, &leaf, false), n++) {
		struct leaf theirs = leaf;

		if (seen[n] == SEEN_ALL)
			continue;
		if (t->profile && t->profile->excluded && t->profile->excluded[criterion])
			continue;
		if (t->profile)
			theirs.criterion = &t->profile->criteria[criterion];
		seen[n] |= (uint8_t)see(&theirs, &t->facts, criterion_least(theirs.criterion, t->profile));
	}
}

/* Telling */

static void
write_operand(struct buffer *b, const struct condition_node *n, const struct dictionary *d)
{
	const struct fact *fact = &d->facts[n->fact];

	if (n->other) {
		buffer_add(b, d->facts[n->other - 1].id);
	} else if (n->list) {
		for (size_t i = 0; i < n->need; i++) {
			buffer_text(b, i ? "," : "[");
			fact_value_write(b, fact, n->list[i]);
		}
		buffer_byte(b, ']');
	} else if (n->operator == OPERATOR_HAS) {
		fact_value_write(b, fact, INT64_C(1) << n->operand);
	} else if (n->operator == OPERATOR_IN) {
		buffer_byte(b, '[');
		for (size_t i = 0; i < fact->word_count; i++)
			if (n->operand >> i & 1)
				buffer_print(b, "%s\"%.*s\"",
				    buffer_span(b).data[buffer_span(b).size - 1] == '[' ? "" : ",",
				    SPAN_ARGS(fact->words[i]));
		buffer_byte(b, ']');
	} else {
		fact_value_write(b, fact, n->operand);
	}
}

/* "token.kinds has ["password"]" */
static const char *
leaf_text(struct checking *k, const struct leaf *leaf)
{
	const struct condition_node *n = leaf_node(leaf);
	struct buffer b = buffer_init(16 * KIB);
	const char *text;

	buffer_add(&b, k->framework->dictionary->facts[n->fact].id);
	buffer_print(&b, " %s ", operator_name((enum condition_operator)n->operator));
	write_operand(&b, n, k->framework->dictionary);
	text = arena_text(k->arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

/* Facts with which the leaf is so, and decides; whichever way round. */
static enum witness_found
find_deciding(struct checking *k, const struct leaf *leaf, bool value, struct facts *found)
{
	struct arena scratch = arena_init(4 * MIB);
	enum provenance least = criterion_least(leaf->criterion, NULL);
	const struct criterion forced[] = { criterion_forced(&scratch, leaf, true),
		criterion_forced(&scratch, leaf, false) };
	const struct criterion alone = criterion_of((struct condition){ .nodes = leaf_node(leaf), .count = 1 });
	enum witness_found outcome = WITNESS_NONE;

	for (size_t i = 0; i < 2 && outcome == WITNESS_NONE; i++) {
		k->goals[0] = (struct goal){ &alone, least, value ? WISH_TRUE : WISH_FALSE, 0 };
		k->goals[1] = (struct goal){ &forced[i], least, WISH_TRUE, 0 };
		k->goals[2] = (struct goal){ &forced[1 - i], least, WISH_FALSE, 0 };
		outcome = goals_search(k, NULL, 0, 3, found);
	}
	arena_release(&scratch);
	return outcome;
}

/* Some leaves are true, or false, only where they do not decide. */
static bool
find_seen(struct checking *k, const struct leaf *leaf, bool value, struct facts *found)
{
	const struct criterion alone = criterion_of((struct condition){ .nodes = leaf_node(leaf), .count = 1 });

	if (find_deciding(k, leaf, value, found) == WITNESS_FOUND)
		return true;
	k->goals[0] =
	    (struct goal){ &alone, criterion_least(leaf->criterion, NULL), value ? WISH_TRUE : WISH_FALSE, 0 };
	return goals_search(k, NULL, 0, 1, found) == WITNESS_FOUND;
}

static void
tell_gap(struct checking *k, const struct leaf *leaf, unsigned seen)
{
	const char *text = leaf_text(k, leaf);
	const char *ja = !(seen & SEEN_TRUE) ? "真になる" : !(seen & SEEN_FALSE) ? "偽になる" : "結果を左右する";
	const char *en = !(seen & SEEN_TRUE) ? "true" : !(seen & SEEN_FALSE) ? "false" : "decide the outcome";
	struct facts found;
	bool value = !(seen & SEEN_TRUE);

	if (!find_seen(k, leaf, value, &found))
		return;
	finding_add(k, POLICY_LEAF_UNTESTED, WEIGHT_WARNING, leaf->criterion->id,
	    arena_print(k->arena, "条件「%s」が%s場合の試験がありません。", text, ja),
	    arena_print(k->arena, "No test sees \"%s\" %s.", text, en), &found);
}

static void
tell(struct checking *k, const struct leaf *leaf, unsigned seen)
{
	const char *text;
	struct facts found;

	k->subject = leaf->criterion->id;
	if (find_deciding(k, leaf, true, &found) != WITNESS_NONE ||
	    find_deciding(k, leaf, false, &found) != WITNESS_NONE) {
		tell_gap(k, leaf, seen);
		return;
	}
	text = leaf_text(k, leaf);
	finding_add(k, POLICY_LEAF_IDLE, WEIGHT_NOTE, leaf->criterion->id,
	    arena_print(k->arena, "条件「%s」は、真であっても偽であっても結果を変えません。", text),
	    arena_print(k->arena, "\"%s\" makes no difference: true or false, the criterion comes out the same.", text),
	    NULL);
}

void
check_coverage(struct checking *k)
{
	const struct framework *f = k->framework;
	size_t criterion = 0, n = 0;
	struct leaf leaf;
	uint8_t *seen;

	for (size_t i = 0; i < f->criterion_count; i++)
		n += f->criteria[i].when.count + f->criteria[i].condition.count;
	seen = arena_array(k->arena, uint8_t, n + 1);
	for (size_t i = 0; i < f->test_count; i++) {
		struct problem why;
		struct trial t;

		if (trial_read(k->arena, f, &f->tests[i], &t, &why) == OK)
			see_all(f, &t, seen);
	}
	n = 0;
	for (bool more = next_leaf(f, &criterion, &leaf, true); more;
	     more = next_leaf(f, &criterion, &leaf, false), n++)
		if (seen[n] != SEEN_ALL)
			tell(k, &leaf, seen[n]);
}
