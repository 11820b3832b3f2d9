/* tests/assurance/dictionary_text.h - a dictionary of a few facts, each on a line, for tests that need no framework. */
#pragma once

#include "assurance/fact.h"

#include "expect.h"

#define DICTIONARY(facts) "{\"facts\":[" facts "]}"
#define DICTIONARY_WORD(id) "{\"id\":\"" id "\",\"title\":{\"ja\":\"語\",\"en\":\"word\"}}"
/* `by`: who states it; `more` begins with its comma: provenance, freshness, domain. */
#define DICTIONARY_FACT(id, type, by, more) \
	"{\"id\":\"" id "\",\"type\":\"" type "\",\"title\":{\"ja\":\"題\",\"en\":\"t\"},\"text\":{\"ja\":\"文\"," \
	"\"en\":\"t\"},\"privacy\":\"none\",\"asserted_by\":[" by "]" more "}"
#define DICTIONARY_CLAIMED ",\"provenance\":\"claimed\""

static inline const struct dictionary *
dictionary_of(struct arena *a, const char *text)
{
	const struct dictionary *dictionary = NULL;
	struct problem why = { 0 };

	expect_ok("a dictionary", dictionary_read(a, "facts.json", span_text(text), &dictionary, &why), &why);
	return dictionary;
}
