/* assurance/decision_writing.c - a decision as JSON, for who asked. */
#include "assurance/decision_writing.h"

/* Ids have nothing in them to escape. */
void
write_id(struct buffer *b, struct span id)
{
	uint8_t *to = b->overflowed ? NULL : buffer_reserve(b, id.size + 2);

	if (!to)
		return;
	to[0] = '"';
	if (id.size)
		memcpy(to + 1, id.data, id.size);
	to[id.size + 1] = '"';
	buffer_filled(b, id.size + 2);
}

/* Levels */

static void
write_required(struct buffer *b, const struct area *area, const struct requirement *r)
{
	buffer_text(b, ",\"required\":");
	write_id(b, level_id(area, r->level));
	if (r->comparison == COMPARE_MINIMUM)
		return;
	buffer_text(b, ",\"comparison\":\"");
	buffer_text(b, comparison_name(r->comparison));
	buffer_byte(b, '"');
}

static const struct requirement *
requirement_of(const struct demand *d, size_t area)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].area == area)
			return &d->items[i];
	return NULL;
}

static void
write_levels(struct buffer *b, const struct decision *d)
{
	const struct framework *f = d->question->framework;

	buffer_text(b, "\"levels\":{");
	for (size_t i = 0; i < f->area_count; i++) {
		const struct reach *reach = &d->evaluation.areas[i];
		const struct requirement *required = requirement_of(&d->question->demand, i);

		buffer_add(b, span_skip(f->areas[i].heading, i ? 0 : 1));
		buffer_add(b, f->areas[i].reached[reach->reached]);
		buffer_byte(b, ',');
		buffer_add(b, f->areas[i].possible[reach->possible]);
		if (required)
			write_required(b, &f->areas[i], required);
		buffer_byte(b, '}');
	}
	buffer_byte(b, '}');
}

/* What is needed of a fact */

/* What a leaf beneath an odd number of `not` asks for. */
static const uint8_t opposites[] = {
	[OPERATOR_IS] = OPERATOR_ISNT, [OPERATOR_ISNT] = OPERATOR_IS,
	[OPERATOR_LE] = OPERATOR_GT, [OPERATOR_GT] = OPERATOR_LE,
	[OPERATOR_LT] = OPERATOR_GE, [OPERATOR_GE] = OPERATOR_LT,
	[OPERATOR_ONLY] = OPERATOR_NONE,
};

/* Down from the whole to the leaf: children end right before their group. */
static bool
is_negated(const struct condition *c, size_t leaf)
{
	size_t at = c->count - 1;
	bool negated = false;

	while (at != leaf) {
		negated = negated != (c->nodes[at].kind == CONDITION_NOT);
		for (at--; leaf + c->nodes[at].size <= at;)
			at -= c->nodes[at].size;
	}
	return negated;
}

static void
write_list(struct buffer *b, const struct fact *fact, const struct condition_node *leaf)
{
	bool begun = false;

	buffer_byte(b, '[');
	for (size_t i = 0; i < (leaf->list ? leaf->need : FACT_WORDS_LARGEST); i++) {
		if (!leaf->list && !(leaf->operand >> i & 1))
			continue;
		if (begun)
			buffer_byte(b, ',');
		if (leaf->list || fact->type == FACT_BOOLEAN)
			fact_value_write(b, fact, leaf->list ? leaf->list[i] : (int64_t)i);
		else
			buffer_add(b, fact->quoted[i]);
		begun = true;
	}
	buffer_byte(b, ']');
}

static void
write_operand(struct buffer *b, const struct dictionary *dictionary, const struct condition_node *leaf)
{
	const struct fact *fact = &dictionary->facts[leaf->fact];

	switch ((enum condition_operator)leaf->operator) {
	case OPERATOR_IN:
	case OPERATOR_HAS_ANY:
	case OPERATOR_HAS_ALL:
	case OPERATOR_ONLY:
		write_list(b, fact, leaf);
		return;
	case OPERATOR_HAS:
		buffer_add(b, fact->quoted[leaf->operand]);
		return;
	case OPERATOR_NONE:
	case OPERATOR_IS:
	case OPERATOR_ISNT:
	case OPERATOR_LE:
	case OPERATOR_LT:
	case OPERATOR_GE:
	case OPERATOR_GT:
		break;
	}
	if (leaf->other) {
		buffer_add(b, dictionary->facts[leaf->other - 1].mention);
		buffer_byte(b, '}');
		return;
	}
	fact_value_write(b, fact, leaf->operand);
}

static void
write_needed(struct buffer *b, const struct dictionary *dictionary, const struct condition *c, size_t leaf)
{
	uint8_t operator = c->nodes[leaf].operator;
	bool negated = is_negated(c, leaf), opposite = negated && opposites[operator] != OPERATOR_NONE;

	buffer_text(b, negated && !opposite ? ",\"needed\":{\"not\":{\"" : ",\"needed\":{\"");
	buffer_text(b, operator_name((enum condition_operator)(opposite ? opposites[operator] : operator)));
	buffer_text(b, "\":");
	write_operand(b, dictionary, &c->nodes[leaf]);
	buffer_text(b, negated && !opposite ? "}}" : "}");
}

/* Criteria that are not true */

struct writing {
	struct buffer *out;
	const struct decision *decision;
	uint8_t shown[AREAS_LARGEST];         /* up to which level, of each area of its own */
	uint64_t disregarded[FACT_SETS];      /* known by less than would have been needed, */
	uint8_t needed[FACTS_LARGEST];        /* which is this; only of those */
};

/* The value at hand, and who says so: even where it does not count. */
static void
write_value(struct writing *w, const struct fact *fact, int64_t value)
{
	buffer_add(w->out, fact->mention);
	if (!facts_known(w->decision->question->facts, fact->number, CLAIMED))
		return;
	buffer_text(w->out, ",\"value\":");
	fact_value_write(w->out, fact, value);
}

static void
write_by(struct writing *w, enum provenance by)
{
	if (by != PROVENANCE_NONE) {
		buffer_text(w->out, ",\"by\":\"");
		buffer_text(w->out, provenance_name(by));
		buffer_byte(w->out, '"');
	}
	buffer_byte(w->out, '}');
}

static void
disregard(struct writing *w, size_t fact, enum provenance least)
{
	const struct facts *facts = w->decision->question->facts;

	if (!facts_known(facts, fact, CLAIMED) || facts_known(facts, fact, least) || w->needed[fact] >= least)
		return;
	w->disregarded[fact / 64] |= UINT64_C(1) << (fact % 64);
	w->needed[fact] = (uint8_t)least;
}

/* A leaf and its fact, once for each word by which something of the value is stated, the best first. */
static void
write_leaf(struct writing *w, const struct condition *c, size_t leaf, bool when, bool *begun)
{
	const struct question *q = w->decision->question;
	const struct dictionary *dictionary = q->framework->dictionary;
	const struct fact *fact = &dictionary->facts[c->nodes[leaf].fact];
	const enum provenance best = facts_provenance(q->facts, fact);

	for (enum provenance by = best; by == best || by > PROVENANCE_NONE; by--) {
		int64_t value;

		if (!facts_said(q->facts, fact, by, &value) && by != best)
			continue;
		if (*begun)
			buffer_byte(w->out, ',');
		*begun = true;
		write_value(w, fact, value);
		if (when)
			buffer_text(w->out, ",\"needed\":{\"known\":true}");
		else
			write_needed(w->out, dictionary, c, leaf);
		write_by(w, by);
		if (by == PROVENANCE_NONE)
			return;
	}
}

/* Of `when` only what is unknown is to be told: that it applies is no failure. */
static void
write_reasons(struct writing *w, const struct condition *c, enum provenance least, bool when, bool *begun)
{
	const struct question *q = w->decision->question;
	uint16_t leaves[CONDITION_LEAVES];
	size_t count = condition_reasons(c, q->facts, least, leaves, COUNT(leaves));

	for (size_t i = 0; i < count && i < COUNT(leaves); i++) {
		const struct condition_node *leaf = &c->nodes[leaves[i]];

		if (when && facts_known(q->facts, leaf->fact, least))
			continue;
		write_leaf(w, c, leaves[i], when, begun);
		disregard(w, leaf->fact, least);
		if (leaf->other)
			disregard(w, (size_t)leaf->other - 1, least);
	}
}

static void
write_criterion(struct writing *w, const struct criterion *c)
{
	enum provenance least = criterion_least(c, w->decision->question->profile);
	bool begun = false;

	buffer_add(w->out, c->spoken);
	write_reasons(w, &c->when, least, true, &begun);
	if (!begun)
		write_reasons(w, &c->condition, least, false, &begun);
	buffer_text(w->out, "]}");
}

static void
write_criteria(struct writing *w, const char *name, enum truth truth)
{
	const struct evaluation *e = &w->decision->evaluation;
	const struct criterion *criteria = evaluation_criteria(e);
	bool begun = false;

	buffer_text(w->out, name);
	for (size_t i = 0; i < e->framework->criterion_count; i++) {
		if (e->truths[i] != truth || criteria[i].level > w->shown[criteria[i].area])
			continue;
		if (begun)
			buffer_byte(w->out, ',');
		write_criterion(w, &criteria[i]);
		begun = true;
	}
	buffer_byte(w->out, ']');
}

/* See decision.h: what matters. */
static void
choose_shown(struct writing *w)
{
	const struct question *q = w->decision->question;
	bool required[AREAS_LARGEST] = { false };

	(void)demand_levels(&q->demand, q->framework, w->shown);
	for (size_t i = 0; i < q->demand.count; i++) {
		const struct area *area = &q->framework->areas[q->demand.items[i].area];

		required[q->demand.items[i].area] = true;
		for (size_t part = 0; part < area->of_count; part++)
			required[area->of[part]] = true;
	}
	for (size_t i = 0; i < q->framework->own_count; i++)
		if (!required[i])
			w->shown[i] = (uint8_t)(w->decision->evaluation.areas[i].reached + 1);
}

/* What was stated and did not count */

/* Whose it would have been to say. */
static void
write_asserters(struct buffer *b, const struct fact *fact)
{
	buffer_text(b, ",\"why\":\"only ");
	for (size_t i = 0; i < fact->asserted_by_count; i++) {
		buffer_text(b, i ? ", " : "");
		buffer_add(b, fact->asserted_by[i]);
	}
	buffer_text(b, " may state it\"}");
}

static void
write_why(struct writing *w, const struct fact *fact)
{
	const struct facts *facts = w->decision->question->facts;
	size_t set = fact->number / 64;
	uint64_t bit = UINT64_C(1) << (fact->number % 64);
	char age[INSTANT_TEXT];

	if ((facts->not_theirs[set] & bit) || (facts_contradicted(facts, fact) &&
	    facts->outdone_weight[fact->number] == WORD_NOT_THEIRS))
		write_asserters(w->out, fact);
	else if (w->needed[fact->number])
		buffer_print(w->out, ",\"why\":\"%s where %s is needed\"}",
		    provenance_name(facts_provenance(facts, fact)),
		    provenance_name((enum provenance)w->needed[fact->number]));
	else if (facts->too_weak[set] & bit)
		buffer_print(w->out, ",\"why\":\"%s where %s is needed\"}",
		    fact->provenance == VOUCHED ? "claimed" : "claimed or vouched", provenance_name(fact->provenance));
	else
		buffer_print(w->out, ",\"why\":\"older than %s\"}", duration_text(fact->fresh_for, age));
}

static void
write_mention(struct writing *w, const struct fact *fact, bool *begun)
{
	if (*begun)
		buffer_byte(w->out, ',');
	*begun = true;
	buffer_add(w->out, fact->mention);
}

/* What is known by a better word, and was stated otherwise by a lesser; and what is not known, or not well enough. */
static void
write_disregarded(struct writing *w)
{
	const struct question *q = w->decision->question;
	const struct facts *facts = q->facts;
	bool begun = false;

	buffer_text(w->out, ",\"disregarded\":[");
	for (size_t i = 0; i < FACT_SETS; i++) {
		uint64_t uncounted = facts->too_weak[i] | facts->stale[i] | facts->not_theirs[i];
		uint64_t reasons = (uncounted & q->framework->uses[i]) | w->disregarded[i];

		for (uint64_t left = reasons | (facts->outdone[i] & q->framework->uses[i]); left; left &= left - 1) {
			size_t number = 64 * i + (size_t)__builtin_ctzll(left);
			const struct fact *fact = &q->framework->dictionary->facts[number];
			enum provenance other = facts_contradicted(facts, fact), known = facts_provenance(facts, fact);

			bool otherwise = other != PROVENANCE_NONE;

			if (otherwise && other < known) {
				write_mention(w, fact, &begun);
				buffer_print(w->out, ",\"why\":\"%s otherwise than %s\"}", provenance_name(other),
				    provenance_name(known));
			}
			if ((reasons >> (number % 64) & 1) || (otherwise && other >= known)) {
				write_mention(w, fact, &begun);
				write_why(w, fact);
			}
		}
	}
	buffer_byte(w->out, ']');
}

static void
write_policy(struct buffer *b, const struct framework *f)
{
	buffer_text(b, ",\"policy\":{\"id\":");
	write_id(b, f->id);
	buffer_text(b, ",\"version\":");
	write_id(b, f->version);
	buffer_text(b, ",\"digest\":\"sha256:");
	hex_add(b, f->digest);
	buffer_text(b, "\"}");
}

void
decision_write(struct buffer *b, const struct decision *d)
{
	struct writing w = { .out = b, .decision = d };

	choose_shown(&w);
	write_levels(b, d);
	write_unmet(b, d);
	write_criteria(&w, ",\"failed\":[", TRUTH_FALSE);
	write_criteria(&w, ",\"unknown\":[", TRUTH_UNKNOWN);
	write_disregarded(&w);
	if (d->advised)
		write_all_advice(b, d);
	write_login(b, d);
	write_policy(b, d->question->framework);
}
