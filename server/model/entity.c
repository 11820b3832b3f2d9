/* model/entity.c - what an entity can be in the federation, by name. */
#include "model/entity.h"

const struct entity_role_name entity_roles[] = {
	{ ENTITY_IDP, "idp" },
	{ ENTITY_RP, "rp" },
	{ ENTITY_AP, "ap" },
	{ ENTITY_PLATFORM, "platform" },
	{ ENTITY_AUTHN_PROVIDER, "authn-provider" },
	{ ENTITY_PROOFING_PROVIDER, "proofing-provider" },
	{ 0, NULL },
};

unsigned
entity_role_read(struct span name)
{
	for (const struct entity_role_name *r = entity_roles; r->name; r++)
		if (span_is(name, r->name))
			return r->role;
	return 0;
}
