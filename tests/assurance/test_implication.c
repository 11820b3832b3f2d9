/* tests/assurance/test_implication.c - what is said to follow does: criteria made by chance, over facts of few values,
 * against every state of those facts.
 */
#include "assurance/implication.h"

#include "assurance/dictionary_text.h"
#include "assurance/evaluation.h"
#include "assurance/generated.h"
#include "base/buffer.h"

#define VALUES(a, b, c) \
	DICTIONARY_CLAIMED ",\"values\":[" DICTIONARY_WORD(a) "," DICTIONARY_WORD(b) "," DICTIONARY_WORD(c) "]"
#define NUMBER(id) DICTIONARY_FACT(id, "integer", "\"idp\"", DICTIONARY_CLAIMED ",\"least\":0,\"most\":3")

static const char dictionary_text[] = DICTIONARY(
    DICTIONARY_FACT("x", "boolean", "\"idp\"", DICTIONARY_CLAIMED) ","
    DICTIONARY_FACT("y", "boolean", "\"idp\"", DICTIONARY_CLAIMED) ","
    NUMBER("n") "," NUMBER("m") ","
    DICTIONARY_FACT("kind", "enum", "\"idp\"", VALUES("a", "b", "c")) ","
    DICTIONARY_FACT("rank", "level", "\"idp\"", VALUES("low", "middle", "high")) ","
    DICTIONARY_FACT("s", "set", "\"idp\"", VALUES("p", "q", "r")) ","
    DICTIONARY_FACT("t", "set", "\"idp\"", VALUES("p", "q", "r")));

static struct arena arena;
static const struct dictionary *dictionary;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_init(4 * MIB);
	dictionary = dictionary_of(&arena, dictionary_text);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

/* Empty: none, it is always true. */
static struct condition
compiled(struct arena *a, struct span text)
{
	const struct condition_scope scope = { .dictionary = dictionary };
	struct problem why = { 0 };
	struct condition c = { 0 };
	struct document d;

	if (!text.size)
		return c;
	d = document_parse(a, "c", text);
	c = condition_read(document_root(&d), &scope, a);
	expect_ok(arena_text(a, text), document_end(&d, &why), &why);
	return c;
}

static bool
implies(struct arena *a, const struct criterion *one, const struct criterion *other)
{
	struct abstraction *world = abstraction_new(a, dictionary);
	const struct condition *all[] = { &one->when, &one->condition, &other->when, &other->condition };

	for (size_t i = 0; i < COUNT(all); i++)
		abstraction_cut(world, all[i]);
	abstraction_finish(world);
	return criterion_implies(world, one, other);
}

/* By shape */

#define X "{\"fact\":\"x\",\"is\":true}"
#define Y "{\"fact\":\"y\",\"is\":true}"
#define N(bound) "{\"fact\":\"n\",\"ge\":" bound "}"
#define S(operator, words) "{\"fact\":\"s\",\"" operator "\":[" words "]}"
#define P "\"p\""
#define Q "\"q\""
#define ALL(parts) "{\"all\":[" parts "]}"
#define ANY(parts) "{\"any\":[" parts "]}"
#define NOT(part) "{\"not\":" part "}"
#define THREE(bound) X "," Y "," N(bound)
#define ATLEAST(count, parts) "{\"atleast\":" count ",\"of\":[" parts "]}"

static void
what_follows_by_its_shape_is_seen(void **state)
{
	static const struct {
		const char *title, *one_when, *one, *other_when, *other;
		bool follows;
	} cases[] = {
		{ "itself", "", X, "", X, true },
		{ "another", "", X, "", Y, false },
		{ "the opposite", "", X, "", NOT(X), false },
		{ "not the opposite", "", X, "", NOT("{\"fact\":\"x\",\"is\":false}"), true },
		{ "a part of all", "", ALL(X "," Y), "", Y, true },
		{ "all of a part", "", X, "", ALL(X "," Y), false },
		{ "any with a part more", "", X, "", ANY(Y "," X), true },
		{ "any with a part less", "", ANY(X "," Y), "", X, false },
		{ "neither, of one", "", NOT(ANY(X "," Y)), "", NOT(X), true },
		{ "not both, of not one", "", NOT(X), "", NOT(ALL(X "," Y)), true },
		{ "not one, of not both", "", NOT(ALL(X "," Y)), "", NOT(X), false },
		{ "a lower bound", "", N("3"), "", N("2"), true },
		{ "a higher bound", "", N("2"), "", N("3"), false },
		{ "two of three, of all three", "", ALL(THREE("2")), "", ATLEAST("2", THREE("2")), true },
		{ "two of three with a lower bound", "", ATLEAST("2", THREE("3")), "", ATLEAST("2", THREE("1")), true },
		{ "two of three, of one", "", ATLEAST("1", THREE("2")), "", ATLEAST("2", THREE("2")), false },
		{ "a word of several", "", S("has_all", P "," Q), "", S("has_all", P), true },
		{ "one of several words", "", S("has_any", P), "", S("has_any", P "," Q), true },
		{ "each of what there is some of", "", S("has_any", P "," Q), "", S("has_all", P "," Q), false },
		{ "nothing but more", "", S("only", P), "", S("only", P "," Q), true },
		{ "nothing but less", "", S("only", P "," Q), "", S("only", P), false },
		{ "what is asked of fewer, where nobody knows of whom", "", X, Y, X, false },
		{ "what is asked of more", Y, X, "", X, false },
		{ "what is asked of the same", Y, X, Y, X, true },
		{ "what is asked only where it is met", "", NOT(Y), Y, X, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct criterion one = { .when = compiled(&arena, span_text(cases[i].one_when)),
			.condition = compiled(&arena, span_text(cases[i].one)) };
		struct criterion other = { .when = compiled(&arena, span_text(cases[i].other_when)),
			.condition = compiled(&arena, span_text(cases[i].other)) };

		expect_number(cases[i].title, implies(&arena, &one, &other), cases[i].follows);
	}
}

/* By chance, as policy files have it */

static void
write_leaf(struct chance *c, struct buffer *b)
{
	static const char *const operators[] = { "is", "isnt", "le", "lt", "ge", "gt" };
	static const char *const sets[] = { "has_any", "has_all", "only" };
	static const char *const lists[] = { "[\"p\"]", "[\"q\"]", "[\"p\",\"q\"]", "[\"q\",\"r\"]",
		"[\"p\",\"q\",\"r\"]" };
	static const char *const words[] = { "a", "b", "c", "low", "middle", "high", "p", "q", "r" };
	unsigned kind = chance_below(c, 10), pick = chance_below(c, 3), other = chance_below(c, 3);

	if (kind < 2)
		buffer_print(b, "{\"fact\":\"%s\",\"%s\":%s}", kind ? "x" : "y", operators[chance_below(c, 2)],
		    pick == 0 ? "{\"fact\":\"x\"}" : pick == 1 ? "true" : "false");
	else if (kind == 2)
		buffer_print(b, "{\"fact\":\"n\",\"in\":[%u,%u]}", pick, pick + 1);
	else if (kind < 5)
		buffer_print(b, pick ? "{\"fact\":\"n\",\"%s\":%u}" : "{\"fact\":\"n\",\"%s\":{\"fact\":\"m\"}}",
		    operators[chance_below(c, 6)], chance_below(c, 4));
	else if (kind == 5)
		buffer_print(b, "{\"fact\":\"kind\",\"%s\":\"%s\"}", operators[chance_below(c, 2)], words[pick]);
	else if (kind == 6)
		buffer_print(b, pick == other ? "{\"fact\":\"kind\",\"in\":[\"%s\"]}"
					      : "{\"fact\":\"kind\",\"in\":[\"%s\",\"%s\"]}",
		    words[pick], words[other]);
	else if (kind == 7)
		buffer_print(b, "{\"fact\":\"rank\",\"%s\":\"%s\"}", operators[chance_below(c, 6)], words[3 + pick]);
	else if (kind == 8)
		buffer_print(b, "{\"fact\":\"%s\",\"has\":\"%s\"}", other ? "s" : "t", words[6 + pick]);
	else
		buffer_print(b, "{\"fact\":\"%s\",\"%s\":%s}", other ? "s" : "t", sets[pick],
		    lists[chance_below(c, COUNT(lists))]);
}

#define POOL 5
/* Both criteria of a pair take their leaves from one pool: what follows from what would else be rare. */
struct pool {
	struct span leaves[POOL];
};

static void
write_part(struct chance *c, const struct pool *pool, struct buffer *b, unsigned depth)
{
	unsigned kind = chance_below(c, 6), count = 2 + chance_below(c, 2);

	if (depth == 0 || chance_below(c, 3) == 0) {
		buffer_add(b, pool->leaves[chance_below(c, POOL)]);
		return;
	}
	if (kind == 5) {
		buffer_text(b, "{\"not\":");
		write_part(c, pool, b, depth - 1);
		buffer_text(b, "}");
		return;
	}
	if (kind == 4)
		buffer_print(b, "{\"atleast\":%u,\"of\":[", 1 + chance_below(c, count));
	else
		buffer_text(b, kind % 2 ? "{\"any\":[" : "{\"all\":[");
	for (unsigned i = 0; i < count; i++) {
		buffer_text(b, i ? "," : "");
		write_part(c, pool, b, depth - 1);
	}
	buffer_text(b, "]}");
}

struct made {
	struct span when, condition;     /* as written */
	struct criterion criterion;
};

static struct span
written_part(struct chance *c, struct arena *a, const struct pool *pool, unsigned depth)
{
	struct buffer b = buffer_init(64 * KIB);
	struct span text;

	write_part(c, pool, &b, depth);
	text = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static struct made
make_criterion(struct chance *c, struct arena *a, const struct pool *pool)
{
	struct made made = { .condition = written_part(c, a, pool, 2) };

	if (chance_below(c, 3) == 0)
		made.when = written_part(c, a, pool, 1);
	made.criterion.when = compiled(a, made.when);
	made.criterion.condition = compiled(a, made.condition);
	return made;
}

static struct pool
make_pool(struct chance *c, struct arena *a)
{
	struct buffer b = buffer_init(KIB);
	struct pool pool;

	for (size_t i = 0; i < POOL; i++) {
		write_leaf(c, &b);
		pool.leaves[i] = arena_copy(a, buffer_span(&b));
		buffer_clear(&b);
	}
	buffer_release(&b);
	return pool;
}

/* Every state: of each fact that is read nothing is known, or each of its values */

struct trying {
	const struct criterion *one, *other;
	uint64_t read[FACT_SETS];
	struct facts facts;
	bool met;                        /* the one, somewhere */
};

/* False: here is a state that meets the one and not the other. */
static bool
try_all(struct trying *t, size_t number)
{
	const struct fact *fact = &dictionary->facts[number];
	bool applies;

	if (number == dictionary->count) {
		if (criterion_truth(t->one, &t->facts, CLAIMED, &applies) != TRUTH_TRUE)
			return true;
		t->met = true;
		return criterion_truth(t->other, &t->facts, CLAIMED, &applies) == TRUTH_TRUE;
	}
	facts_forget(&t->facts, fact);
	if (!try_all(t, number + 1))
		return false;
	for (int64_t value = fact->least; t->read[0] >> number & 1 && value <= fact->most; value++) {
		facts_put(&t->facts, fact, value, CLAIMED);
		if (!try_all(t, number + 1))
			return false;
		facts_forget(&t->facts, fact);
	}
	return true;
}

static bool
follows(struct trying *t)
{
	const struct condition *all[] = { &t->one->when, &t->one->condition, &t->other->when, &t->other->condition };

	facts_init(&t->facts, dictionary);
	for (size_t i = 0; i < COUNT(all); i++)
		condition_support(all[i], t->read);
	return try_all(t, 0);
}

/* Who sees more than is seen for the one may see what only others claim. */
static bool
follows_for_who_sees_more(struct chance *c, const struct criterion *one, const struct criterion *other)
{
	bool applies;

	for (int i = 0; i < 50; i++) {
		struct facts facts;

		facts_init(&facts, dictionary);
		for (size_t n = 0; n < dictionary->count; n++) {
			const struct fact *fact = &dictionary->facts[n];
			unsigned by = chance_below(c, 4);

			if (by)
				facts_put(&facts, fact, (int64_t)chance_below(c, (unsigned)fact->most + 1),
				    by == 1 ? CLAIMED : OBSERVED);
		}
		if (criterion_truth(one, &facts, OBSERVED, &applies) == TRUTH_TRUE &&
		    criterion_truth(other, &facts, CLAIMED, &applies) != TRUTH_TRUE)
			return false;
	}
	return true;
}

static void
expect_follows(const struct made *one, const struct made *other, bool holds)
{
	if (!holds)
		print_error("  when %.*s\n  met  %.*s\n  when %.*s\n  met  %.*s\n", SPAN_ARGS(one->when),
		    SPAN_ARGS(one->condition), SPAN_ARGS(other->when), SPAN_ARGS(other->condition));
	expect_true("the second, met where the first is", holds);
}

#define PAIRS 30000

static void
whatever_is_said_to_follow_has_no_counterexample(void **state)
{
	struct chance c = { 20261123 };
	struct arena a = arena_init(8 * MIB);
	size_t shown = 0, of_use = 0;

	(void)state;
	for (size_t i = 0; i < PAIRS; i++) {
		struct pool pool = make_pool(&c, &a);
		struct made one = make_criterion(&c, &a, &pool), other = make_criterion(&c, &a, &pool);
		struct trying t = { .one = &one.criterion, .other = &other.criterion };

		if (implies(&a, &one.criterion, &other.criterion)) {
			shown++;
			expect_follows(&one, &other, follows(&t));
			expect_follows(&one, &other,
			    follows_for_who_sees_more(&c, &one.criterion, &other.criterion));
			of_use += t.met;
		}
		arena_reset(&a);
	}
	print_message("%zu of %u pairs, %zu where the first can be met\n", shown, PAIRS, of_use);
	expect_true("many follow", of_use > PAIRS / 20);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_follows_by_its_shape_is_seen),
		cmocka_unit_test(whatever_is_said_to_follow_has_no_counterexample),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
