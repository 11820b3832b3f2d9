/* registry/rule_check.h - what the checks of the rules' table see and say; private to the rule*.c files. */
#pragma once

#include "registry/rule.h"

struct key_look;

struct examination {
	const struct examined *examined;
	const struct portrait *portrait;
	struct arena *arena;
	const struct key_look *keys;   /* of all roles in order; NULL: nobody looked yet (rule_key.c) */
	/* of the rule at hand */
	const struct rule *rule;
	enum finding_level level;
	struct instant error_from;
	unsigned said;
	struct rule_finding *findings;
	size_t count, room;
	bool error;                    /* some rule found an error */
};

/* `found` is what stands there; one line of it is kept. */
void rule_found(struct examination *, struct span at, struct span found);
/* The same, but up to `largest` bytes. */
void rule_found_sentence(struct examination *, struct span at, struct span sentence);

/* Finds values that stand twice in a list. */
struct twin {
	struct span value, at;
	size_t order;              /* rule_twins() numbers them */
};
void rule_twins(struct examination *, struct twin *, size_t count);
void rule_language_twins(struct examination *, const struct portrait_texts *);

static inline bool
role_is(const struct portrait_role *role, const char *element)
{
	return strcmp(role->element, element) == 0;
}

/* rule_document.c */
rule_check check_schema, check_size, check_claims;

/* rule_edugain.c */
rule_check check_entity_id, check_contact_empty, check_contact_missing, check_contact_mailto, check_organization_empty,
    check_registration_twice, check_attributes_twice, check_attributes_in_role, check_registration_policy,
    check_value_space, check_idp_key, check_ui_empty, check_geolocation, check_logo_size, check_service_name,
    check_acs_redirect, check_discovery_binding, check_discovery_index, check_scope_undeclared, check_name_missing,
    check_description_missing, check_logo_missing;

/* rule_ukf.c */
rule_check check_registration_misplaced, check_registration_utc, check_policy_languages, check_publication,
    check_key_empty, check_key_several, check_ui_twice, check_ui_misplaced, check_ui_languages, check_hints_misplaced,
    check_logo_https, check_logo_length, check_endpoint_space, check_endpoint_https, check_endpoint_index,
    check_display_name_line, check_language_empty, check_namespace_unknown, check_scope_regexp, check_scope_suffix;

/* rule_category.c */
rule_check check_category_role, check_rs_binding, check_rs_ui, check_rs_contact, check_rs_attributes,
    check_access_contact, check_access_ui, check_access_privacy, check_coco_ui, check_coco_attributes,
    check_hidden_role, check_support_role, check_attribute_format, check_sirtfi_contact, check_sirtfi_first;

/* rule_key.c */
rule_check check_certificate, check_key_short, check_certificate_expired, check_certificate_expiring;
