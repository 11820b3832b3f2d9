/* tests/transaction/decisions.h - the decision point's fixture (tests/e2e/authzen) as a framework, and questions to
 * it. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

#include "base/file.h"
#include "transaction/decision/evaluation.h"

static inline const char *
fixture_path(struct arena *a, const char *name)
{
	const char *top = getenv("top_srcdir");

	return arena_print(a, "%s/tests/e2e/authzen/%s", top ? top : ".", name);
}

static inline const struct dictionary *
fixture_dictionary(struct arena *a)
{
	struct buffer file = buffer_init(DICTIONARY_LARGEST);
	const struct dictionary *dictionary = NULL;
	struct problem why = { .code = OK };

	expect_ok("the fixture's facts are there", file_read(fixture_path(a, "facts.json"), &file, &why), &why);
	expect_ok("and are read", dictionary_read(a, "facts.json", arena_copy(a, buffer_span(&file)), &dictionary,
	    &why), &why);
	buffer_release(&file);
	return dictionary;
}

/* `criteria`: another text for criteria/access.json; NULL: the file's. */
static inline const struct framework *
fixture_framework(struct arena *a, const struct dictionary *dictionary, const char *criteria)
{
	const struct framework *framework = NULL;
	struct policy_files files;
	struct problem why = { .code = OK };

	expect_ok("the fixture's files are there", policy_files_read(a, fixture_path(a, "fixture/1.0"), &files, &why),
	    &why);
	for (size_t i = 0; i < files.count && criteria; i++)
		if (strcmp(files.items[i].name, "criteria/access.json") == 0)
			files.items[i].text = span_text(criteria);
	expect_ok("and make a framework", framework_read(a, &files, dictionary, false, &framework, &why), &why);
	return framework;
}

/* Facts as a request states them: {"subject.role":"admin",…}. */
static inline struct facts *
fixture_facts(struct arena *a, const struct dictionary *dictionary, const char *json)
{
	struct facts *facts = arena_new(a, struct facts);
	struct reader r = reader_json(a, span_text(json), (struct limits){ .bytes = 4 * KIB, .depth = 4 });
	struct problem why = { .code = OK };

	facts_init(facts, dictionary);
	facts_read(&r, facts, CLAIMED, (struct instant){ SECONDS(1795348800) });
	expect_ok("the facts are read", reader_end(&r, &why), &why);
	return facts;
}

static inline struct evaluation_request
fixture_request(const struct framework *framework, const struct facts *facts, const char *resource)
{
	const struct profile *profile = profile_find(framework, span_text("records"));

	assert_non_null(profile);
	return (struct evaluation_request){
		.question = {
			.framework = framework,
			.profile = profile,
			.demand = profile_demand(profile),
			.facts = facts,
			.at = { SECONDS(1795348800) },
			.advise = true,
		},
		.policy_leaf = 7,
		.caller = span_text("records-point"),
		.member = span_text("records"),
		.subject_type = span_text("user"),
		.subject_id = span_text("alice"),
		.action = span_text("write"),
		.resource_type = span_text("record"),
		.resource_id = span_text(resource),
	};
}
