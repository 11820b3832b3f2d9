/* registry/representation.h - a document's bytes as they are served: plain and gzip, with the header fields each
 * needs. */
#pragma once

#include <libdeflate.h>

#include "registry/assemble.h"

#define GZIP_LEVEL 6

/* What both representations are recognised by: their bytes follow from it. */
struct content_tag {
	char text[33];
};
struct content_tag content_tag_of(const struct assembly *, struct span signature);

/* `etag` and `fields` of one representation. */
void representation_describe(struct arena *, const struct publish_settings *, const struct content_tag *,
    struct instant modified, bool gzip, struct representation *);

/* A small document: both representations with their bodies, in the arena. */
void represent(struct arena *, struct libdeflate_compressor *, const struct publish_settings *, const struct assembly *,
    struct span signature, struct published *out);
