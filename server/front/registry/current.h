/* front/registry/current.h - documents of the publication in force, asked of the store in one load.
 *
 * A document has one row for each generation that made it anew. In force is the newest that is not newer than the
 * publication: pointer and rows are read in one state of the store, so a switch in between cannot mix two generations.
 */
#pragma once

#include "registry/document.h"

/* The question about one document; `name` and the bounds made from it live in the arena. */
struct ask document_ask(struct arena *, struct span name);

enum presence {
	DOCUMENT_UNKNOWN,  /* the store holds something we cannot read, or more generations than we look at */
	DOCUMENT_ABSENT,
	DOCUMENT_PRESENT,
};
/* `*out` is borrowed from the load. */
enum presence document_found(const struct ask *, struct span name, uint64_t generation, struct published *out);
