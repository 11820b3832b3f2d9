/* assurance/witness.c - backtracking for facts that fulfil wishes.
 *
 *     goals -> parts that share no fact -> of each: judge -> violated: who is to blame
 *                                                         -> open: the tightest goal, its first open leaf, each value
 * -> …
 */
#include "assurance/witness.h"

#include <assert.h>

#include "assurance/sight.h"
#include "base/buffer.h"

#define WITNESS_LARGEST (64 * KIB)

/* Bits */

static bool
bits_have(const struct fact_bits *b, size_t fact)
{
	return (b->bits[fact / 64] >> (fact % 64) & 1) != 0;
}

static bool
bits_meet(const struct fact_bits *a, const struct fact_bits *b)
{
	for (size_t i = 0; i < FACT_SETS; i++)
		if (a->bits[i] & b->bits[i])
			return true;
	return false;
}

static void
bits_join(struct fact_bits *a, const struct fact_bits *b)
{
	for (size_t i = 0; i < FACT_SETS; i++)
		a->bits[i] |= b->bits[i];
}

void
criterion_support(const struct criterion *c, uint64_t facts[FACT_SETS])
{
	condition_support(&c->when, facts);
	condition_support(&c->condition, facts);
}

/* Choosing */

/* A word that the leaf asks for and that nobody has decided. */
static int
open_word(const struct search *s, const struct condition_node *leaf)
{
	uint64_t open = abstraction_domain(s->world, leaf->fact)->words & ~s->words[leaf->fact];
	uint64_t asked = (uint64_t)leaf->operand;

	if (leaf->operator == OPERATOR_HAS)
		asked = UINT64_C(1) << leaf->operand;
	else if (leaf->operator == OPERATOR_ONLY)
		asked = ~asked;
	return open & asked ? __builtin_ctzll(open & asked) : -1;
}

/* Whether deciding something could decide this leaf, and what. */
static bool
leaf_choice(const struct search *s, const struct condition_node *leaf, const struct goal *g, struct choice *out)
{
	const struct view *v = &s->views[g->view];

	/* What is said by who does not count decides nothing, whatever it is. */
	if (v->hidden == leaf->fact + 1 || (s->by < g->least && !sight_effect(v, leaf->fact)))
		return false;
	if (sight_is_set(s, leaf->fact)) {
		*out = (struct choice){ leaf->fact, open_word(s, leaf) };
		return s->state[leaf->fact] != LEFT_UNKNOWN && out->word >= 0;
	}
	*out = (struct choice){ leaf->fact, -1 };
	if (s->state[leaf->fact] == OPEN && !sight_effect(v, leaf->fact))
		return true;
	if (!leaf->other || v->hidden == leaf->other)
		return false;
	*out = (struct choice){ (uint16_t)(leaf->other - 1), -1 };
	return s->state[out->fact] == OPEN && !sight_effect(v, out->fact);
}

/* The first leaf beneath a node that is open, by which the node is. `hope`: what it would best become. */
static bool
node_choice(const struct search *s, const struct condition *c, size_t node, const struct goal *g, bool *hope,
    struct choice *out)
{
	const struct condition_node *n = &c->nodes[node];

	if (s->truths[node] != TRUTH_UNKNOWN)
		return false;
	if (n->kind == CONDITION_LEAF) {
		if (!leaf_choice(s, n, g, out))
			return false;
		*hope = *hope != (n->operator == OPERATOR_ONLY);
		return true;
	}
	for (size_t k = 0, child = node - 1; k < n->count; k++, child -= c->nodes[child].size) {
		bool hoped = *hope != (n->kind == CONDITION_NOT);

		if (node_choice(s, c, child, g, &hoped, out)) {
			*hope = hoped;
			return true;
		}
	}
	return false;
}

static bool
condition_choice(struct search *s, const struct condition *c, const struct goal *g, bool *hope, struct choice *out)
{
	sight_judge_condition(s, c, g);
	return c->count > 0 && node_choice(s, c, c->count - 1, g, hope, out);
}

/* False: nothing that could still be decided matters to it. */
static bool
goal_choice(struct search *s, const struct goal *g, bool *hope, struct choice *out)
{
	bool wanted = g->wish == WISH_TRUE;

	*hope = true;
	if (condition_choice(s, &g->criterion->when, g, hope, out))
		return true;
	*hope = wanted;
	return condition_choice(s, &g->criterion->condition, g, hope, out);
}

/* How many facts it waits for. */
static size_t
open_facts(const struct search *s, const struct fact_bits *support)
{
	size_t count = 0;

	for (size_t i = 0; i < FACT_SETS; i++)
		for (uint64_t bits = support->bits[i]; bits; bits &= bits - 1)
			count += s->state[64 * i + (size_t)__builtin_ctzll(bits)] == OPEN;
	return count;
}

static bool
is_unknown_for_good(struct search *s, const struct goal *g)
{
	struct choice choice;
	bool hope;

	return g->wish == WISH_UNKNOWN && !goal_choice(s, g, &hope, &choice);
}

/* Searching */

static bool
is_violated(const struct goal *g, enum truth truth)
{
	if (g->wish == WISH_UNKNOWN)
		return truth != TRUTH_UNKNOWN;
	return truth != TRUTH_UNKNOWN && (truth == TRUTH_TRUE) != (g->wish == WISH_TRUE);
}

static bool solve(struct search *, struct fact_bits *blame);

/* One value tried. True: done, found or cut off. Else `*passed` says that this decision has nothing to do with it. */
static bool
attempt(struct search *s, const struct choice *c, struct fact_bits *blame, bool *passed)
{
	struct fact_bits theirs = { { 0 } };

	if (solve(s, &theirs))
		return true;
	*passed = !bits_have(&theirs, c->fact);
	if (*passed)
		*blame = theirs;
	else
		bits_join(blame, &theirs);
	return false;
}

static bool
leave_unknown(struct search *s, const struct choice *c, struct fact_bits *blame)
{
	bool passed;

	if (!s->unknowns || s->state[c->fact] != OPEN)
		return false;
	s->state[c->fact] = LEFT_UNKNOWN;
	sight_show_all(s, c->fact);
	if (attempt(s, c, blame, &passed))
		return true;
	s->state[c->fact] = OPEN;
	sight_show_all(s, c->fact);
	return false;
}

/* Each value, that which is hoped for first. Of scalars the order is that of the domain, from the end when the leaf is
 * of the kind that great values fulfil; it only saves time. */
static bool
branch(struct search *s, const struct choice *c, bool hope, struct fact_bits *blame)
{
	const struct domain *d = abstraction_domain(s->world, c->fact);
	size_t count = c->word < 0 ? d->count : 2;
	bool earlier = c->word >= 0 && s->words[c->fact] != 0, passed = false;

	for (size_t i = 0; i < count; i++) {
		size_t at = hope ? count - 1 - i : i;

		sight_decide(s, c, c->word < 0 ? d->values[at] : (int64_t)at);
		if (attempt(s, c, blame, &passed))
			return true;
		sight_reopen(s, c);
		if (passed)
			return false;
	}
	if (leave_unknown(s, c, blame))
		return true;
	/* Whatever it is: so it is not to blame, unless for words decided before. */
	if (!earlier && bits_have(blame, c->fact))
		blame->bits[c->fact / 64] &= ~(UINT64_C(1) << (c->fact % 64));
	return false;
}

/* True: every wish is fulfilled, or the search was cut off. False: it cannot be, because of the facts in `blame`. */
static bool
solve(struct search *s, struct fact_bits *blame)
{
	size_t tightest = s->goal_count, fewest = SIZE_MAX;
	struct choice choice;
	bool hope;

	if (s->nodes++ >= s->most) {
		s->cut_off = true;
		return true;
	}
	for (size_t i = 0; i < s->goal_count; i++) {
		enum truth truth = sight_judge(s, &s->goals[i]);
		size_t open;

		if (is_violated(&s->goals[i], truth)) {
			*blame = s->support[i];
			return false;
		}
		if (truth != TRUTH_UNKNOWN || s->goals[i].wish == WISH_NOT_TRUE || is_unknown_for_good(s, &s->goals[i]))
			continue;
		open = open_facts(s, &s->support[i]);
		if (open < fewest) {
			tightest = i;
			fewest = open;
		}
	}
	if (tightest == s->goal_count)
		return true;
	if (!goal_choice(s, &s->goals[tightest], &hope, &choice)) {
		*blame = s->support[tightest];
		return false;
	}
	return branch(s, &choice, hope, blame);
}

/* Parts */

/* Brings the goals that share facts with the first, directly or not, to the front; how many they are. */
static size_t
gather_part(struct goal *goals, struct fact_bits *support, size_t count)
{
	struct fact_bits together = support[0];
	size_t part = 1;
	bool grown = true;

	while (grown) {
		grown = false;
		for (size_t i = part; i < count; i++) {
			struct goal g = goals[i];
			struct fact_bits b = support[i];

			if (!bits_meet(&b, &together))
				continue;
			bits_join(&together, &b);
			goals[i] = goals[part];
			support[i] = support[part];
			goals[part] = g;
			support[part++] = b;
			grown = true;
		}
	}
	return part;
}

static enum witness_found
solve_parts(struct search *s, struct goal *goals, struct fact_bits *support, size_t count)
{
	bool cut_off = false;

	for (size_t part; count > 0; count -= part, goals += part, support += part) {
		struct fact_bits blame;

		part = gather_part(goals, support, count);
		s->goals = goals;
		s->support = support;
		s->goal_count = part;
		s->cut_off = false;
		s->most = s->nodes + s->nodes_of_part;
		if (!solve(s, &blame))
			return WITNESS_NONE;
		cut_off = cut_off || s->cut_off;
	}
	return cut_off ? WITNESS_CUT_OFF : WITNESS_FOUND;
}

enum witness_found
witness_search(const struct witness_question *q, struct facts *found, uint64_t *nodes)
{
	static const struct view as_they_are;
	struct arena own = arena_init(64 * MIB);
	struct search *s = arena_new(&own, struct search);
	struct fact_bits *support = arena_array(&own, struct fact_bits, q->goal_count + 1);
	enum witness_found outcome;

	assert(q->goal_count <= WITNESS_GOALS && q->view_count <= WITNESS_VIEWS);
	s->world = q->world;
	s->dictionary = abstraction_dictionary(q->world);
	s->views = q->view_count ? q->views : &as_they_are;
	s->view_count = q->view_count ? q->view_count : 1;
	s->sights = arena_array(&own, struct sight, s->view_count);
	s->by = q->by ? q->by : OBSERVED;
	s->nodes_of_part = q->nodes ? q->nodes : WITNESS_NODES;
	for (size_t i = 0; i < q->goal_count; i++) {
		assert(q->goals[i].view < s->view_count && q->goals[i].least >= CLAIMED);
		criterion_support(q->goals[i].criterion, support[i].bits);
		s->unknowns = s->unknowns || q->goals[i].wish == WISH_NOT_TRUE;
	}
	for (size_t i = 0; i < s->view_count; i++) {
		facts_init(&s->sights[i].low, s->dictionary);
		facts_init(&s->sights[i].high, s->dictionary);
		for (size_t k = 0; k < s->views[i].effect_count; k++)
			sight_show(s, i, s->views[i].effects[k].fact);
	}
	outcome = solve_parts(s, q->goals, support, q->goal_count);
	if (found && outcome == WITNESS_FOUND)
		*found = s->sights[0].low;
	*nodes += s->nodes;
	arena_release(&own);
	return outcome;
}

struct span
witness_write(struct arena *arena, const struct facts *facts)
{
	const struct dictionary *d = facts->dictionary;
	struct buffer b = buffer_init(WITNESS_LARGEST);
	struct span text;

	for (size_t i = 0; i < d->count; i++) {
		const struct fact *fact = &d->facts[d->in_order[i]];

		if (!facts_known(facts, fact->number, CLAIMED))
			continue;
		buffer_byte(&b, buffer_span(&b).size ? ',' : '{');
		buffer_byte(&b, '"');
		buffer_add(&b, fact->id);
		buffer_text(&b, "\":");
		fact_value_write(&b, fact, facts->value[fact->number]);
	}
	buffer_text(&b, buffer_span(&b).size ? "}" : "{}");
	text = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}
