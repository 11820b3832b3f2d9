/* tests/assurance/test_condition.c - conditions compiled and evaluated: three values, reasons, parameters. */
#include "assurance/condition.h"

#include "assurance/table_stage.h"

static const struct instant noon = { SECONDS(1764072000) };

/* One parameter, "p": a duration of 60 s. */
static bool
name_parameter(void *arg, struct span of, struct span id, enum fact_type *type, size_t *place, int64_t *value)
{
	(void)arg;
	if (of.size || !span_is(id, "p"))
		return false;
	*type = FACT_DURATION;
	*place = 0;
	*value = 60;
	return true;
}

static struct condition
compiled(const char *text)
{
	const struct condition_scope scope = { .dictionary = dictionary, .parameter = name_parameter };
	struct document d = document_parse(&arena, "c", span_text(text));
	struct condition c = condition_read(document_root(&d), &scope, &arena);
	struct problem why = { 0 };

	expect_ok(text, document_end(&d, &why), &why);
	return c;
}

static struct facts
facts_of(const char *text, enum provenance by)
{
	struct reader r = reader_json(&arena, span_text(text), (struct limits){ .bytes = KIB, .depth = 4 });
	struct problem why = { 0 };
	struct facts f;

	facts_init(&f, dictionary);
	facts_read(&r, &f, by, noon);
	expect_ok(text, reader_end(&r, &why), &why);
	return f;
}

#define T "{\"fact\":\"token.resistant\",\"is\":true}"
#define F "{\"fact\":\"token.resistant\",\"is\":false}"
#define U "{\"fact\":\"proof.mode\",\"is\":\"remote\"}"

static void
three_values_are_combined(void **state)
{
	static const struct {
		const char *condition;
		enum truth truth;
	} cases[] = {
		{ T, TRUTH_TRUE }, { F, TRUTH_FALSE }, { U, TRUTH_UNKNOWN },
		{ "{\"not\":" T "}", TRUTH_FALSE }, { "{\"not\":" F "}", TRUTH_TRUE }, { "{\"not\":" U "}",
		    TRUTH_UNKNOWN },
		{ "{\"all\":[" T "]}", TRUTH_TRUE }, { "{\"all\":[" U "]}", TRUTH_UNKNOWN },
		{ "{\"all\":[" T "," T "]}", TRUTH_TRUE }, { "{\"all\":[" T "," F "]}", TRUTH_FALSE },
		{ "{\"all\":[" T "," U "]}", TRUTH_UNKNOWN }, { "{\"all\":[" U "," F "]}", TRUTH_FALSE },
		{ "{\"all\":[" F "," U "," T "]}", TRUTH_FALSE },
		{ "{\"any\":[" F "]}", TRUTH_FALSE }, { "{\"any\":[" F "," T "]}", TRUTH_TRUE },
		{ "{\"any\":[" U "," T "]}", TRUTH_TRUE }, { "{\"any\":[" F "," U "]}", TRUTH_UNKNOWN },
		{ "{\"any\":[" F "," F "]}", TRUTH_FALSE },
		{ "{\"atleast\":1,\"of\":[" F "," U "," F "]}", TRUTH_UNKNOWN },
		{ "{\"atleast\":2,\"of\":[" T "," U "," F "]}", TRUTH_UNKNOWN },
		{ "{\"atleast\":2,\"of\":[" T "," T "," U "]}", TRUTH_TRUE },
		{ "{\"atleast\":2,\"of\":[" T "," F "," F "]}", TRUTH_FALSE },
		{ "{\"atleast\":3,\"of\":[" T "," U "," T "]}", TRUTH_UNKNOWN },
		{ "{\"atleast\":3,\"of\":[" T "," U "," F "]}", TRUTH_FALSE },
		/* Case analysis would say true: three values do not. */
		{ "{\"any\":[" U ",{\"not\":" U "}]}", TRUTH_UNKNOWN },
		{ "{\"not\":{\"all\":[" T ",{\"any\":[" F "," U "]}," T "]}}", TRUTH_UNKNOWN },
		{ "{\"all\":[{\"any\":[" F "," T "]},{\"not\":{\"any\":[" F "]}}]}", TRUTH_TRUE },
	};
	struct facts f = facts_of("{\"token.resistant\":true}", OBSERVED);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct condition c = compiled(cases[i].condition);

		expect_text(cases[i].condition, truth_name(condition_truth(&c, &f, CLAIMED)),
		    truth_name(cases[i].truth));
	}
	expect_text("nothing is demanded", truth_name(condition_truth(&(struct condition){ 0 }, &f, OBSERVED)), "true");
}

static void
operators_compare(void **state)
{
	static const struct {
		const char *condition, *facts;
		enum truth truth;
	} cases[] = {
		{ "{\"fact\":\"token.length\",\"is\":8}", "{\"token.length\":8}", TRUTH_TRUE },
		{ "{\"fact\":\"token.length\",\"is\":8}", "{\"token.length\":9}", TRUTH_FALSE },
		{ "{\"fact\":\"token.length\",\"isnt\":8}", "{\"token.length\":9}", TRUTH_TRUE },
		{ "{\"fact\":\"token.length\",\"isnt\":8}", "{}", TRUTH_UNKNOWN },
		{ "{\"fact\":\"token.length\",\"le\":8}", "{\"token.length\":8}", TRUTH_TRUE },
		{ "{\"fact\":\"token.length\",\"le\":8}", "{\"token.length\":9}", TRUTH_FALSE },
		{ "{\"fact\":\"token.length\",\"lt\":8}", "{\"token.length\":8}", TRUTH_FALSE },
		{ "{\"fact\":\"token.length\",\"lt\":8}", "{\"token.length\":7}", TRUTH_TRUE },
		{ "{\"fact\":\"token.length\",\"ge\":8}", "{\"token.length\":8}", TRUTH_TRUE },
		{ "{\"fact\":\"token.length\",\"ge\":8}", "{\"token.length\":7}", TRUTH_FALSE },
		{ "{\"fact\":\"token.length\",\"gt\":8}", "{\"token.length\":8}", TRUTH_FALSE },
		{ "{\"fact\":\"token.length\",\"gt\":8}", "{\"token.length\":9}", TRUTH_TRUE },
		{ "{\"fact\":\"token.length\",\"in\":[8,12,16]}", "{\"token.length\":16}", TRUTH_TRUE },
		{ "{\"fact\":\"token.length\",\"in\":[8,12,16]}", "{\"token.length\":9}", TRUTH_FALSE },
		{ "{\"fact\":\"session.age\",\"in\":[\"PT1M\",120]}", "{\"session.age\":60}", TRUTH_TRUE },
		{ "{\"fact\":\"proof.date\",\"in\":[\"2026-04-01\"]}", "{\"proof.date\":\"2026-04-01\"}", TRUTH_TRUE },
		{ "{\"fact\":\"proof.date\",\"lt\":\"2026-04-01\"}", "{\"proof.date\":\"2026-03-31\"}", TRUTH_TRUE },
		{ "{\"fact\":\"session.age\",\"le\":\"PT1M\"}", "{\"session.age\":61}", TRUTH_FALSE },
		{ "{\"fact\":\"session.age\",\"le\":{\"param\":\"p\"}}", "{\"session.age\":60}", TRUTH_TRUE },
		{ "{\"fact\":\"session.age\",\"le\":{\"param\":\"p\"}}", "{\"session.age\":61}", TRUTH_FALSE },
		{ "{\"fact\":\"session.age\",\"le\":{\"fact\":\"session.limit\"}}",
		    "{\"session.age\":60,\"session.limit\":60}", TRUTH_TRUE },
		{ "{\"fact\":\"session.age\",\"lt\":{\"fact\":\"session.limit\"}}",
		    "{\"session.age\":60,\"session.limit\":60}", TRUTH_FALSE },
		{ "{\"fact\":\"session.age\",\"lt\":{\"fact\":\"session.limit\"}}", "{\"session.age\":60}",
		    TRUTH_UNKNOWN },
		{ "{\"fact\":\"session.age\",\"lt\":{\"fact\":\"session.limit\"}}", "{\"session.limit\":60}",
		    TRUTH_UNKNOWN },
		{ "{\"fact\":\"proof.mode\",\"is\":\"in-person\"}", "{\"proof.mode\":\"in-person\"}", TRUTH_TRUE },
		{ "{\"fact\":\"proof.mode\",\"in\":[\"remote\"]}", "{\"proof.mode\":\"in-person\"}", TRUTH_FALSE },
		{ "{\"fact\":\"proof.mode\",\"in\":[\"remote\",\"in-person\"]}", "{\"proof.mode\":\"in-person\"}",
		    TRUTH_TRUE },
		{ "{\"fact\":\"token.resistant\",\"in\":[false]}", "{\"token.resistant\":true}", TRUTH_FALSE },
		{ "{\"fact\":\"token.strength\",\"ge\":\"low\"}", "{\"token.strength\":\"high\"}", TRUTH_TRUE },
		{ "{\"fact\":\"token.strength\",\"ge\":\"low\"}", "{\"token.strength\":\"none\"}", TRUTH_FALSE },
		{ "{\"fact\":\"token.kinds\",\"has\":\"card\"}", "{\"token.kinds\":[\"password\",\"card\"]}",
		    TRUTH_TRUE },
		{ "{\"fact\":\"token.kinds\",\"has\":\"card\"}", "{\"token.kinds\":[\"password\"]}", TRUTH_FALSE },
		{ "{\"fact\":\"token.kinds\",\"has\":\"card\"}", "{\"token.kinds\":[]}", TRUTH_FALSE },
		{ "{\"fact\":\"token.kinds\",\"has\":\"card\"}", "{}", TRUTH_UNKNOWN },
		{ "{\"fact\":\"token.kinds\",\"has_any\":[\"card\",\"passkey\"]}", "{\"token.kinds\":[\"passkey\"]}",
		    TRUTH_TRUE },
		{ "{\"fact\":\"token.kinds\",\"has_any\":[\"card\",\"passkey\"]}", "{\"token.kinds\":[\"password\"]}",
		    TRUTH_FALSE },
		{ "{\"fact\":\"token.kinds\",\"has_all\":[\"card\",\"passkey\"]}", "{\"token.kinds\":[\"passkey\"]}",
		    TRUTH_FALSE },
		{ "{\"fact\":\"token.kinds\",\"has_all\":[\"card\",\"passkey\"]}",
		    "{\"token.kinds\":[\"password\",\"passkey\",\"card\"]}", TRUTH_TRUE },
		{ "{\"fact\":\"token.kinds\",\"only\":[\"card\",\"passkey\"]}", "{\"token.kinds\":[\"passkey\"]}",
		    TRUTH_TRUE },
		{ "{\"fact\":\"token.kinds\",\"only\":[\"card\",\"passkey\"]}", "{\"token.kinds\":[]}", TRUTH_TRUE },
		{ "{\"fact\":\"token.kinds\",\"only\":[\"card\",\"passkey\"]}",
		    "{\"token.kinds\":[\"password\",\"card\"]}", TRUTH_FALSE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct condition c = compiled(cases[i].condition);
		struct facts f = facts_of(cases[i].facts, OBSERVED);

		expect_text(cases[i].condition, truth_name(condition_truth(&c, &f, OBSERVED)),
		    truth_name(cases[i].truth));
	}
}

static void
what_is_known_by_less_is_unknown(void **state)
{
	struct condition c = compiled("{\"not\":" F "}");
	struct facts f = facts_of("{\"token.resistant\":true}", VOUCHED);

	(void)state;
	expect_text("claims would do", truth_name(condition_truth(&c, &f, CLAIMED)), "true");
	expect_text("vouched for", truth_name(condition_truth(&c, &f, VOUCHED)), "true");
	expect_text("not observed", truth_name(condition_truth(&c, &f, OBSERVED)), "unknown");
}

static void
parts_stand_before_the_whole(void **state)
{
	struct condition c = compiled("{\"all\":[" T ",{\"any\":[" F "," U "]},{\"not\":" F "}]}");

	(void)state;
	expect_number("seven nodes", c.count, 7);
	expect_true("the whole is last", c.nodes[6].kind == CONDITION_ALL && c.nodes[6].size == 7 &&
	    c.nodes[6].count == 3);
	expect_true("the not before it", c.nodes[5].kind == CONDITION_NOT && c.nodes[5].size == 2);
	expect_true("the any before that", c.nodes[3].kind == CONDITION_ANY && c.nodes[3].size == 3);
	expect_true("a leaf first", c.nodes[0].kind == CONDITION_LEAF && c.nodes[0].size == 1 &&
	    c.nodes[0].operand == 1);
}

/* Reasons as "0 2 5". */
static const char *
reasons_of(const struct condition *c, const struct facts *f)
{
	uint16_t nodes[CONDITION_LEAVES];
	size_t count = condition_reasons(c, f, CLAIMED, nodes, COUNT(nodes));
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_print(&arena, "%s%s%u", text, i ? " " : "", nodes[i]);
	return text;
}

static void
reasons_are_what_decides(void **state)
{
	static const struct {
		const char *title, *condition, *reasons;
	} cases[] = {
		{ "what is true needs none", T, "" },
		{ "a leaf is its own", F, "0" },
		{ "what is unknown is one, too", U, "0" },
		{ "of all those that are not true", "{\"all\":[" T "," F "," U "," T "]}", "1 2" },
		{ "of any each of them", "{\"any\":[" F "," U "," F "]}", "0 1 2" },
		{ "of at least those that are not true", "{\"atleast\":3,\"of\":[" T "," F "," U "]}", "1 2" },
		{ "of not what is true", "{\"not\":" T "}", "0" },
		{ "of not all each that is true", "{\"not\":{\"all\":[" T "," T "]}}", "0 1" },
		{ "of not all, also what is unknown", "{\"not\":{\"all\":[" T "," U "]}}", "0 1" },
		{ "of not any those that are true", "{\"not\":{\"any\":[" F "," T "," F "]}}", "1" },
		{ "of not not as without", "{\"not\":{\"not\":{\"all\":[" T "," F "]}}}", "1" },
		{ "all the way down", "{\"all\":[{\"any\":[" F "," U "]}," T ",{\"all\":[" T "," F "]}]}", "0 1 5" },
		{ "nothing of what is true beneath", "{\"all\":[{\"any\":[" F "," T "]},{\"not\":" F "}," F "]}", "5" },
	};
	struct facts f = facts_of("{\"token.resistant\":true}", OBSERVED);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct condition c = compiled(cases[i].condition);

		expect_text(cases[i].title, reasons_of(&c, &f), cases[i].reasons);
	}
}

static void
reasons_are_counted_beyond_the_room(void **state)
{
	struct condition c = compiled("{\"any\":[" F "," U "," F "]}");
	struct facts f = facts_of("{\"token.resistant\":true}", OBSERVED);
	uint16_t nodes[3] = { 9, 9, 9 };

	(void)state;
	expect_number("three", condition_reasons(&c, &f, CLAIMED, nodes, 2), 3);
	expect_true("two are written", nodes[0] == 0 && nodes[1] == 1 && nodes[2] == 9);
	expect_number("of nothing none", condition_reasons(&(struct condition){ 0 }, &f, CLAIMED, nodes, 2), 0);
}

static void
nothing_demanded_is_true(void **state)
{
	struct facts f = facts_of("{}", OBSERVED);

	(void)state;
	expect_number("without a node", condition_truth(&(struct condition){ 0 }, &f, CLAIMED), TRUTH_TRUE);
}

static void
support_is_what_is_read(void **state)
{
	struct condition c = compiled("{\"all\":[" T ",{\"fact\":\"session.age\","
	    "\"le\":{\"fact\":\"session.limit\"}}]}");
	uint64_t facts[FACT_SETS] = { 0 };

	(void)state;
	facts[0] = 1 << 7;
	condition_support(&c, facts);
	expect_number("three facts, and what was there", facts[0], 1 << 7 | 1 << 0 | 1 << 2 | 1 << 3);
}

static void
a_parameter_is_set_alone(void **state)
{
	struct condition c = compiled("{\"all\":[{\"fact\":\"session.age\",\"le\":{\"param\":\"p\"}},"
	                              "{\"fact\":\"session.age\",\"ge\":60}]}");
	struct condition other = condition_with(&c, 0, 300, &arena), none = condition_with(&c, 1, 300, &arena);

	(void)state;
	expect_number("what it was", c.nodes[0].operand, 60);
	expect_number("what it is", other.nodes[0].operand, 300);
	expect_number("literals stay", other.nodes[1].operand, 60);
	expect_number("another's", none.nodes[0].operand, 60);
}

/* The same said twice: a plain recursion over the JSON beside what is compiled. */

static uint64_t seed;

static unsigned
some(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static json_t *
some_condition(unsigned depth)
{
	static const char *const leaves[] = { T, F, U, "{\"fact\":\"token.length\",\"ge\":8}",
		"{\"fact\":\"token.kinds\",\"has\":\"card\"}",
		"{\"fact\":\"session.age\",\"lt\":{\"fact\":\"session.limit\"}}" };
	static const char *const groups[] = { "all", "any", "of" };
	unsigned count = 1 + some(4), kind = some(depth < 4 ? 5 : 2);
	json_t *list, *one;

	if (kind < 2)
		return json_loads(leaves[some(COUNT(leaves))], 0, NULL);
	if (kind == 2)
		return json_pack("{s:o}", "not", some_condition(depth + 1));
	list = json_array();
	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list, some_condition(depth + 1));
	kind = some(3);
	one = json_pack("{s:o}", groups[kind], list);
	if (kind == 2)
		json_object_set_new(one, "atleast", json_integer(1 + some(count)));
	return one;
}

static enum truth
plain_leaf(const json_t *c, const struct facts *f)
{
	const char *id = json_string_value(json_object_get(c, "fact"));
	const struct fact *fact = fact_find(dictionary, span_text(id)), *limit = fact_find(dictionary,
	    span_text("session.limit"));
	int64_t value = f->value[fact->number];
	bool holds = false;

	if (facts_provenance(f, fact) < VOUCHED)
		return TRUTH_UNKNOWN;
	if (json_object_get(c, "lt") && facts_provenance(f, limit) < VOUCHED)
		return TRUTH_UNKNOWN;
	if (json_object_get(c, "lt"))
		holds = value < f->value[limit->number];
	else if (json_object_get(c, "ge"))
		holds = value >= 8;
	else if (json_object_get(c, "has"))
		holds = value & 4;
	else if (json_is_string(json_object_get(c, "is")))
		holds = value == 0;
	else
		holds = (value == 1) == json_is_true(json_object_get(c, "is"));
	return holds ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth
plain_truth(const json_t *c, const struct facts *f)
{
	const json_t *inner = json_object_get(c, "not"), *list, *one;
	size_t need, i, trues = 0, falses = 0, count;

	if (json_object_get(c, "fact"))
		return plain_leaf(c, f);
	if (inner) {
		enum truth t = plain_truth(inner, f);

		return t == TRUTH_TRUE ? TRUTH_FALSE : t == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_UNKNOWN;
	}
	list = json_object_get(c, "all") ? json_object_get(c, "all")
	    : json_object_get(c, "any")  ? json_object_get(c, "any")
	                                 : json_object_get(c, "of");
	count = json_array_size(list);
	need = json_object_get(c, "all") ? count : json_object_get(c, "any") ? 1
	                                         : (size_t)json_integer_value(json_object_get(c, "atleast"));
	json_array_foreach (list, i, one) {
		enum truth t = plain_truth(one, f);

		trues += t == TRUTH_TRUE;
		falses += t == TRUTH_FALSE;
	}
	return trues >= need ? TRUTH_TRUE : count - falses < need ? TRUTH_FALSE : TRUTH_UNKNOWN;
}

static void
some_fact(struct facts *f, const char *id, unsigned values, int64_t from)
{
	const struct fact *fact = fact_find(dictionary, span_text(id));
	unsigned by = some(4);

	if (by)
		facts_put(f, fact, from + some(values), (enum provenance)by);
}

static void
check_one(uint64_t number)
{
	struct arena outer = arena;
	uint16_t reasons[CONDITION_LEAVES];
	struct condition c;
	json_t *json;
	char *text;

	seed = number;
	json = some_condition(0);
	text = json_dumps(json, 0);
	arena = arena_init(64 * MIB);
	c = compiled(text);
	for (int n = 0; n < 8; n++) {
		struct facts f;
		enum truth found;
		size_t count;

		facts_init(&f, dictionary);
		some_fact(&f, "token.resistant", 2, 0);
		some_fact(&f, "proof.mode", 2, 0);
		some_fact(&f, "token.length", 8, 4);
		some_fact(&f, "token.kinds", 8, 0);
		some_fact(&f, "session.age", 3, 0);
		some_fact(&f, "session.limit", 3, 0);
		found = condition_truth(&c, &f, VOUCHED);
		expect_text(text, truth_name(found), truth_name(plain_truth(json, &f)));
		count = condition_reasons(&c, &f, VOUCHED, reasons, COUNT(reasons));
		expect_true("reasons are of what is not true", (count > 0) == (found != TRUTH_TRUE));
		for (size_t i = 1; i < count; i++)
			expect_true("in order", reasons[i - 1] < reasons[i]);
	}
	arena_release(&arena);
	arena = outer;
	free(text);
	json_decref(json);
}

static void
what_is_compiled_says_what_is_written(void **state)
{
	(void)state;
	for (uint64_t number = 1; number <= 3000; number++)
		check_one(number);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_values_are_combined),
		cmocka_unit_test(operators_compare),
		cmocka_unit_test(what_is_known_by_less_is_unknown),
		cmocka_unit_test(parts_stand_before_the_whole),
		cmocka_unit_test(reasons_are_what_decides),
		cmocka_unit_test(reasons_are_counted_beyond_the_room),
		cmocka_unit_test(nothing_demanded_is_true),
		cmocka_unit_test(support_is_what_is_read),
		cmocka_unit_test(a_parameter_is_set_alone),
		cmocka_unit_test(what_is_compiled_says_what_is_written),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
