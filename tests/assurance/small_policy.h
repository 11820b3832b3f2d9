/* tests/assurance/small_policy.h - frameworks made of a few criteria each, for tests of what is wrong with a framework.
 */
#pragma once

#include "policy_text.h"

/* One area "token", composed to "login", of those levels of 1, 2, 3 that a criterion stands at. Every part but the
 * criteria may be left out. */
struct small_policy {
	const char *criteria, *profile, *steps, *tests, *clause;
};

#define SMALL_TEST(facts) "{\"title\":\"t\",\"facts\":{" facts "},\"expect\":{\"barred\":false}}"

static const char small_facts[] = "{\"facts\":[" FACT("x", "boolean", CLAIM) "," FACT("y", "boolean", CLAIM) "," FACT(
    "z", "boolean", CLAIM) "," FACT("n", "integer", CLAIM ",\"least\":0,\"most\":100") "," FACT("m", "integer",
    CLAIM ",\"least\":0,\"most\":100") "," FACT("kind", "enum",
    CLAIM ",\"values\":[" WORD("a") "," WORD("b") "," WORD("c") "]") "," FACT("s", "set",
    CLAIM ",\"values\":[" WORD("p") "," WORD("q") "," WORD("r") "," WORD("t") "]") "]}";

static inline const struct framework *
small_framework(struct arena *a, const struct dictionary *dictionary, const struct small_policy *p)
{
	struct policy_file *items = arena_array(a, struct policy_file, 8);
	struct policy_files files = { .label = "small", .items = items };
	const struct framework *f;
	struct problem why;
	const char *levels = arena_print(a, "%s%s%s", strstr(p->criteria, "\"level\":\"1\"") ? LEVEL("1") "," : "",
	    strstr(p->criteria, "\"level\":\"2\"") ? LEVEL("2") "," : "",
	    strstr(p->criteria, "\"level\":\"3\"") ? LEVEL("3") "," : "");
	int size = (int)strlen(levels) - 1;

	items[files.count++] = (struct policy_file){ "criteria/token.json",
		span_text(arena_print(a, "{\"area\":\"token\",\"criteria\":[%s]}", p->criteria)) };
	items[files.count++] = (struct policy_file){ "levels.json",
		span_text(arena_print(a,
		    "{\"areas\":[{\"id\":\"token\",\"title\":" BOTH(
			"token") ",\"levels\":[%.*s]}],\"composed\":[{\"id\":\"login\","
				 "\"title\":" BOTH("login") ",\"of\":[\"token\"],\"levels\":[%.*s]}]}",
		    size, levels, size, levels)) };
	items[files.count++] = (struct policy_file){ "manifest.json",
		span_text("{\"framework\":\"small\",\"version\":\"1.0\"," TITLED("small")
		    ",\"valid_from\":\"2026-12-01T00:00:00Z\"}") };
	if (p->profile)
		items[files.count++] = (struct policy_file){ "profiles/bank.json", span_text(p->profile) };
	items[files.count++] = (struct policy_file){ "sources.json",
		span_text(arena_print(a,
		    "{\"documents\":[{\"id\":\"doc\",\"title\":" BOTH(
			"a document") ",\"version\":\"1\",\"date\":\"2026-01-01\","
				      "\"clauses\":[{\"at\":\"1\",\"title\":" BOTH("clause") "}%s]}]}",
		    p->clause ? p->clause : "")) };
	items[files.count++] = (struct policy_file){ "steps.json",
		span_text(arena_print(a, "{\"steps\":[%s]}", p->steps ? p->steps : "")) };
	if (p->tests)
		items[files.count++] = (struct policy_file){ "tests/all.json",
			span_text(arena_print(a, "{\"tests\":[%s]}", p->tests)) };
	expect_ok("the framework can be read", framework_read(a, &files, dictionary, false, &f, &why), &why);
	return f;
}

static inline const struct dictionary *
small_dictionary(struct arena *a)
{
	const struct dictionary *d;
	struct problem why;

	expect_ok("the facts can be read", dictionary_read(a, "facts.json", span_text(small_facts), &d, &why), &why);
	return d;
}

/* What a witness states. */
static inline struct facts
small_facts_of(struct arena *a, const struct dictionary *d, struct span json, enum provenance by)
{
	struct facts facts;

	facts_init(&facts, d);
	policy_text_state(a, &facts, arena_text(a, json), by);
	return facts;
}
