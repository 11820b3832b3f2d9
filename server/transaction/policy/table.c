/* transaction/policy/table.c - where the store keeps frameworks. */
#include "transaction/policy/table.h"

#define NAME_SHOWN 100 /* bytes of a name in a sentence */

const struct table policy_table = { "policy", ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };
const struct table policy_change_table = { "policy_change", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table dictionary_table = { "dictionary", ROLE_BIT(ROLE_STEWARD), 0 };

struct ask
policies_ask(void)
{
	return (struct ask){ .table = &policy_table, .limit = POLICY_VERSIONS };
}

struct ask
dictionary_ask(void)
{
	return (struct ask){ .table = &dictionary_table, .from = span_text(DICTIONARY_KEY) };
}

struct ask
policy_changes_ask(void)
{
	return (struct ask){ .table = &policy_change_table, .from = span_text(POLICY_CHANGES_KEY) };
}

enum err
policy_missing(struct span framework, struct span version, struct problem *why)
{
	framework = span_first(framework, NAME_SHOWN);
	version = span_first(version, NAME_SHOWN);
	return problem_set(why, ERR_NOT_FOUND, "", "there is no version %.*s of %.*s, published or proposed",
	    SPAN_ARGS(version), SPAN_ARGS(framework));
}
