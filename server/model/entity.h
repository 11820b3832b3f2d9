/* model/entity.h - an entity's name and what it can be in the federation. */
#pragma once

#include "base/span.h"

/* SAML 2.0 Metadata s2.3.2: a URI of at most 1024 characters. Compared byte by byte, never normalised. */
#define ENTITY_ID_LARGEST 1024

enum entity_role {
	ENTITY_IDP = 1,       /* identity provider */
	ENTITY_RP = 2,        /* relying party, SAML's service provider */
	ENTITY_AP = 4,        /* attribute provider (attribute authority) */
	ENTITY_OTHER = 8,     /* any further role descriptor */
};

/* SHA-1 of the entity ID: the key of everything kept per entity, and MDQ's {sha1} identifier (MDQ SAML profile s2.2.2). */
struct entity_key {
	uint8_t bytes[20];
};
