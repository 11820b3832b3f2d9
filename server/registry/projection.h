/* registry/projection.h - one entity of a member record as the registry keeps and publishes entities: its SAML
 * descriptor with the registry's words in place of the member's own.
 *
 * From the record come mdui:UIInfo, shibmd:Scope, md:Organization, md:ContactPerson, md:AttributeConsumingService,
 * entity categories and assurance-certification; the descriptor brings roles, keys, endpoints and what else it has.
 * Pure: the same record at the same time gives the same bytes.
 */
#pragma once

#include "registry/entity.h"
#include "registry/metadata.h"
#include "registry/standing.h"

#define STATED_LARGEST (256 * KIB) /* of one entity */

struct projected {
	struct entity entity;
	struct fragment fragment;
	const struct span *claimed; /* struct metadata_entity's: what the descriptor said and only the record may */
	size_t claimed_count;
};

/* The member's entities with a SAML part, as they are at `now`; ERR_INVALID names entity and line, ERR_LIMIT the
 * entity. All in the arena. `*next`: when the answer will be another one because a certification begins or ends; {0}:
 * never. */
enum err project_member(struct arena *, const struct member *, const struct member_record *, struct instant now,
    struct projected **out, size_t *count, struct instant *next, struct problem *why);

/* The saml:Attribute elements the registry states of an entity (MDATTR 1.0): categories, and the URIs of certifications
 * in force as assurance-certification. Canonical in our context; may be empty. */
struct span project_stated(struct arena *, const struct member_record *, const struct member_entity *,
    struct instant now);
