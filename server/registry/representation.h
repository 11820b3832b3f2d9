/* registry/representation.h - a document's bytes as they are served: plain and gzip, with the header fields each
 * needs. */
#pragma once

#include <libdeflate.h>

#include "registry/assemble.h"

#define GZIP_LEVEL 6

/* Metadata is negotiated by Accept; the lists have one form each. */
enum media { MEDIA_METADATA, MEDIA_JSON, MEDIA_JWS };

/* What both representations are recognised by: their bytes follow from it. */
struct content_tag {
	char text[33];
};
struct content_tag content_tag_of(const struct assembly *, struct span signature);
/* Of a digest of all bytes. */
struct content_tag content_tag_of_digest(const uint8_t digest[32]);

/* `etag` and `fields` of both representations; `modified` is the document's. */
void representations_describe(struct arena *, enum media, int64_t cache_for, const struct content_tag *,
    struct published *);

/* A small document: both representations with their bodies, in the arena. */
void represent(struct arena *, struct libdeflate_compressor *, const struct publish_settings *, const struct assembly *,
    struct span signature, struct published *out);
