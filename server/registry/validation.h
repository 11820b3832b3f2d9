/* registry/validation.h - whether an entity may be published: the XML schemas of SAML metadata, and named rules.
 *
 *     fragment -> document -> schema (xsd.h) -> portrait (portrait.h) -> rules (rule.h) -> findings
 *
 * A validator is made once, while files may still be opened, and serves for the life of the process.
 */
#pragma once

#include "registry/entity.h"
#include "registry/finding.h"

struct validator;

struct rule_setting {
	const char *rule, *level; /* "off", "warning", "error", or a date from which it is an error: "2027-04-01" */
};
struct validation_settings {
	const char *schemas;      /* directory with opensaml/ and xmltooling/ (Debian: /usr/share/xml) */
	const struct rule_setting *rules;
	size_t rule_count;
};

/* ERR_NOT_FOUND names the package that is missing; ERR_INVALID an unknown rule or level. */
enum err validator_new(const struct validation_settings *, struct validator **out, struct problem *why);
void validator_free(struct validator *);

struct validation_subject {
	struct span member;       /* id, or empty */
	const struct entity *entity;
	const struct fragment *fragment;
	struct instant now;
	/* "ATTRIBUTE VALUE": categories and certifications a source claimed and was not believed */
	const struct span *claimed;
	size_t claimed_count;
};

/* Findings in the order of the rules' table, at most FINDINGS_OF_ENTITY; true: none is an error. They are in the
 * arena, and take at most FINDINGS_ARENA of it; `member` and `entity_id` are the subject's own. An entity nothing can
 * be read of (too large) has that finding and those of its schema alone. */
#define FINDINGS_ARENA (256 * KIB)
bool validate_entity(struct validator *, struct arena *, const struct validation_subject *, struct rule_finding **out,
    size_t *count);
