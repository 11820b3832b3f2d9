/* model/entity.h - an entity's name and what it can be in the federation. */
#pragma once

#include "base/span.h"

/* SAML 2.0 Metadata s2.3.2: a URI of at most 1024 characters. Compared byte by byte, never normalised. */
#define ENTITY_ID_LARGEST 1024

/* One byte of bits. Those of SAML's role descriptors, and those the framework knows beyond them (design: roles), which
 * only a member's record gives. */
enum entity_role {
	ENTITY_IDP = 1,       /* identity provider */
	ENTITY_RP = 2,        /* relying party, SAML's service provider */
	ENTITY_AP = 4,        /* attribute provider (attribute authority) */
	ENTITY_OTHER = 8,     /* any further role descriptor */
	ENTITY_PLATFORM = 16, /* verifies JPKI for others */
	ENTITY_AUTHN_PROVIDER = 32,
	ENTITY_PROOFING_PROVIDER = 64,
};

/* The roles with a name, in the order in which they are listed; ends with a zero row. ENTITY_OTHER has none. */
struct entity_role_name {
	enum entity_role role;
	const char *name;     /* "idp", "rp", "ap", "platform", "authn-provider", "proofing-provider" */
};
extern const struct entity_role_name entity_roles[];

/* 0: none has this name. */
unsigned entity_role_read(struct span name);

/* SHA-1 of the entity ID: the key of everything kept per entity, and MDQ's {sha1} identifier (MDQ SAML profile
 * s2.2.2). */
struct entity_key {
	uint8_t bytes[20];
};
