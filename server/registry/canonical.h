/* registry/canonical.h - writing the elements of others in exclusive canonical form inside our own context
 * (metadata.h).
 *
 *     canonical_enter … canonical_leave      every element of the source, for its namespaces in scope
 *     canonical_begin                        an entity starts: its prefixes are its own
 *     canonical_root, canonical_start … canonical_end   what of it is kept
 *
 * Exclusive canonicalisation renders a namespace on the outermost element that uses its prefix visibly; with one
 * prefix for each namespace of an entity nothing is ever declared anew further in.
 */
#pragma once

#include "base/buffer.h"
#include "codec/xml.h"

#define CANONICAL_DEPTH 64       /* of the source document */
#define CANONICAL_ATTRIBUTES 128 /* of one element, declarations too */

struct canonical;

struct canonical *canonical_new(void);
void canonical_free(struct canonical *);

void canonical_enter(struct canonical *, const struct xml_element *);
void canonical_leave(struct canonical *);

void canonical_begin(struct canonical *);

/* The attributes of an md:EntityDescriptor, as they follow its name, but those that the publication sets itself
 * (entityID, ID, validUntil, cacheDuration). */
enum err canonical_root(struct canonical *, const struct xml_element *, struct buffer *out, struct problem *why);

/* ERR_INVALID for what cannot be written so that a verifier reads the same. */
enum err canonical_start(struct canonical *, const struct xml_element *, struct buffer *out, struct problem *why);
void canonical_end(struct canonical *, const struct xml_name *, struct buffer *out);

/* How many prefixes of types there are by now; and back to that many, when the elements written since then, all of
 * them closed, have been taken out again. Other prefixes may stay taken: what is read again keeps its own. */
unsigned canonical_types(const struct canonical *);
void canonical_forget(struct canonical *, unsigned types);

/* The prefixes used only in values since canonical_begin(): sorted, separated by spaces. */
void canonical_prefixes(const struct canonical *, struct buffer *out);
