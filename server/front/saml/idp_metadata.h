/* front/saml/idp_metadata.h - the SAML metadata of our own identity provider, ready to be signed: its descriptor with
 * a record's words in it, as any member's entity is published.
 *
 *     descriptor (idp_descriptor.h) + record -> entity and fragment (projection.h) -> document (assemble.h)
 *
 * Pure but for the document's random ID. Other keys, another record or other settings make another document.
 */
#pragma once

#include "front/saml/idp_descriptor.h"
#include "registry/assemble.h"
#include "registry/projection.h"

struct idp_metadata_source {
	const struct idp_descriptor *descriptor;
	const struct member_record *about;   /* name, URL, logo, contacts, certifications; its entities do not count */
	const struct member_entity *shown;   /* names, scopes, categories; its entity_id, roles and SAML do not count */
	struct instant registered;
	const struct publish_settings *publish; /* who registers, the key that signs, how long it is good */
};

/* What the registry keeps of it: for validation.h, and to stand in aggregates. All in the arena. ERR_INVALID or
 * ERR_LIMIT: what is said of it makes no metadata. */
enum err idp_metadata_project(struct arena *, const struct idp_metadata_source *, struct instant now,
    struct projected *out, struct problem *why);

/* A document of its own. `next`: when it will be another because a certification begins or ends; {0}: never. */
enum err idp_metadata_assemble(struct arena *, const struct idp_metadata_source *, struct instant now,
    struct assembly *out, struct instant *next, struct problem *why);
