/* registry/amendment.h - what the registry's terms make of an entity: which of its elements go, and what is put between
 * those that stay (metadata.h, struct metadata_terms).
 *
 *     begin -> ( before -> drops? -> started … ending )* -> finish
 *
 * Depths are counted from the EntityDescriptor: its children have 1. What is written is canonical, for the terms are.
 */
#pragma once

#include "base/buffer.h"
#include "codec/xml.h"
#include "registry/metadata.h"

struct amended_role;

struct amendment {
	const struct metadata_terms *terms;
	unsigned attributes_at;          /* the outermost mdattr:EntityAttributes we are in; 0: none */
	const struct amended_role *role; /* that the terms speak of; NULL: none */
	bool extensions_due;             /* the role's own md:Extensions have not come yet */
	bool organization_due, contacts_due;
};

void amendment_begin(struct amendment *, const struct metadata_terms *);

/* What the schema wants in front of this element, whether it stays or goes. True: something was written. */
bool amendment_before(struct amendment *, unsigned depth, const struct xml_element *, struct buffer *out);
bool amendment_drops(const struct amendment *, unsigned depth, const struct xml_element *);
/* Behind the start tag and in front of the end tag of an element that stays. True: something was written. */
bool amendment_started(struct amendment *, unsigned depth, const struct xml_element *, struct buffer *out);
bool amendment_ending(struct amendment *, unsigned depth, struct buffer *out);
/* In front of the entity's own end tag. */
void amendment_finish(struct amendment *, struct buffer *out);
