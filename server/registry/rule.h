/* registry/rule.h - named rules about what an entity's document says, as one table.
 *
 *     rules[]  ->  rule_levels (defaults, settings)  ->  rules_examine (portrait, schema errors)  ->  findings
 *
 * What the registry itself writes (RegistrationInfo, categories it states) needs no rule of form; rules about
 * categories look at whether the entity is what the registry says of it.
 */
#pragma once

#include "registry/finding.h"
#include "registry/portrait.h"
#include "registry/xsd.h"

struct examination;
typedef void rule_check(struct examination *);

struct rule {
	const char *id;            /* "edugain.contact-missing" */
	enum finding_level level;
	const char *error_from;    /* a warning until that day; NULL: it stays what it is */
	const char *clause;
	const char *right_ja, *right_en; /* what would be right */
	rule_check *check;
};
/* In the order findings come; ends with a zero row. */
extern const struct rule rules[];
#define RULES_LARGEST 80

/* What a rule counts as here, by its place in the table. */
struct rule_levels {
	enum finding_level level[RULES_LARGEST];
	struct instant error_from[RULES_LARGEST];
};
void rule_levels_init(struct rule_levels *);
/* "off", "warning", "error", or a day from which it is an error: "2027-04-01".
 * ERR_INVALID: no such rule, or no level. */
enum err rule_levels_set(struct rule_levels *, const char *rule, const char *level, struct problem *why);

/* Findings of one rule about one entity: one rule must not hide the others. */
#define RULE_FINDINGS 20
#define RULE_FOUND_LARGEST 120

struct examined {
	struct portrait portrait;          /* zero when it could not be read */
	struct span unreadable;            /* then why */
	const struct xsd_error *schema_errors;
	size_t schema_error_count;
	const struct span *claimed;        /* struct validation_subject's */
	size_t claimed_count;
	bool registration_believed;        /* the RegistrationInfo is the source's, not ours */
	struct instant now;
};
/* In the order of the table, at most FINDINGS_OF_ENTITY: errors go before warnings when there are more. True: no error.
 * Findings are in the arena, but for the texts of the table; so is what the checks need on the way. */
bool rules_examine(const struct rule_levels *, struct arena *, const struct examined *, struct rule_finding **out,
    size_t *count);
