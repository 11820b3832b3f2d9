/* registry/wording.h - what a member record says of an entity, in SAML's words: canonical in our context, as the terms
 * under which the descriptor is read.
 */
#pragma once

#include "registry/member.h"
#include "registry/metadata.h"

/* The entity's own, or where it has none the member's. */
const struct localized *wording_name(const struct member_record *, const struct member_entity *);

/* All in the arena. ERR_LIMIT: more than a fragment may have. */
enum err wording_terms(struct arena *, const struct member_record *, const struct member_entity *,
    struct metadata_terms *out, struct problem *why);

/* <saml:Attribute> of these values (MDATTR 1.0 s2.2), each once and sorted; nothing for none. Sorts `values`. */
void wording_attribute(struct buffer *, const char *name, struct span *values, size_t count);
