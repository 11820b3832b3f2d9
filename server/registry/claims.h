/* registry/claims.h - what an entity said of its own categories and certifications and was not believed: read out of
 * what is dropped, for operators to see.
 *
 *     begin -> (start -> text* -> end)* for every element that is dropped -> list
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "codec/xml.h"

#define CLAIMS_LARGEST 64 /* of one entity; what it says beyond is not listed */

struct claims {
	unsigned depth;           /* of the element at hand, of the outermost that is dropped: 1 */
	const char *attribute;    /* the statement we are in; NULL: none */
	unsigned attribute_at, value_at;
	struct buffer value;
	struct buffer list;       /* each as a block */
	size_t count;
};

/* Whether the element is a saml:Attribute that only the registry may state of an entity. */
bool claims_statement(const struct xml_element *);

struct claims claims_init(void);
void claims_release(struct claims *);

void claims_begin(struct claims *);
void claims_start(struct claims *, const struct xml_element *);
void claims_text(struct claims *, struct span);
void claims_end(struct claims *);

/* The bytes claims_list() takes. */
size_t claims_size(const struct claims *);
/* "ATTRIBUTE VALUE", each once, in the order they stand. */
const struct span *claims_list(const struct claims *, struct arena *, size_t *count);
