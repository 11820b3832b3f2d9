/* registry/attribute_name.c - names of attributes that somebody defined. */
#include "registry/attribute_name.h"

static const char *const known[] = {
	/* OpenID Connect Core 1.0 s5.1 */
	"sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
	"picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
	"phone_number_verified", "address", "updated_at",

	/* OpenID Connect for Identity Assurance Claims Registration 1.0 s4 */
	"place_of_birth", "nationalities", "birth_family_name", "birth_given_name", "birth_middle_name", "salutation",
	"title", "msisdn", "also_known_as",

	/* RFC 9068 s7.2 */
	"groups", "roles", "entitlements",

	/* REFEDS OpenID Connect mapping of eduPerson, SCHAC and voPerson */
	"eduperson_affiliation", "eduperson_assurance", "eduperson_entitlement", "eduperson_nickname",
	"eduperson_orcid", "eduperson_principal_name", "eduperson_scoped_affiliation", "schac_home_organization",
	"schac_home_organization_type", "voperson_external_affiliation", "voperson_id",

	/* What else follows from the card's certificate (front/jpki/jpki.h) */
	"address_region", "age_over_18", "age_over_20", "age_over_65", "jpki_other",
};

static bool
is_uri(struct span name)
{
	for (size_t i = 1; i < name.size; i++)
		if (name.data[i] == ':')
			return true;
	return false;
}

bool
attribute_name_known(struct span name)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (span_is(name, known[i]))
			return true;
	return is_uri(name);
}
