/* registry/assemble.h - the canonical bytes of documents to be published, and what is to be signed over them.
 *
 *     <?xml …?>  head  Signature  content        what is served
 *                head             content        what is digested: the enveloped signature covers all but itself
 *
 * Of an entity's own document `content` is the fragment's with the end tag; of a set it is everything behind its root's
 * start tag, written as a stream (set_file.h).
 */
#pragma once

#include "crypto/xmldsig.h"
#include "registry/publish.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define SET_END "</md:EntitiesDescriptor>\n"
#define SET_END_SIZE (sizeof(SET_END) - 2) /* the line break behind the root is not part of what is signed */

struct assembly {
	struct span head, content;
	struct signed_info info;
	struct span signed_info;   /* canonical bytes of `info` */
	struct instant modified, valid_until;
};

/* The document of one entity, ready to be signed; in the arena. */
enum err assemble_entity(struct arena *, const struct publish_settings *, const struct entity *,
    const struct fragment *, struct instant now, struct assembly *out, struct problem *why);

/* The beginning of a set: `head`, and as `content` the md:Extensions the members follow. The digest is not known
 * yet. */
void assemble_set(struct arena *, const struct publish_settings *, struct instant now, struct assembly *out);

/* One member of a set, whole. */
void assemble_member(struct buffer *, const struct publish_settings *, const struct entity *, const struct fragment *);

/* Writes the SignedInfo over `digest`; `prefixes` are those beyond the context's, sorted. */
enum err assembly_close(struct arena *, const struct publish_settings *, struct assembly *, struct span prefixes,
    const uint8_t digest[32], struct problem *why);

/* One entity as a document of its own with the registry's words in it, but neither dates nor a signature: what is
 * looked at (validation.h) and shown (card.h). Of the settings, registration matters alone. */
void assemble_alone(struct buffer *, const struct publish_settings *, const struct entity *, const struct fragment *);

/* A digest of everything in the settings that is in a document: other settings make other documents. */
void settings_digest(const struct publish_settings *, uint8_t out[32]);
