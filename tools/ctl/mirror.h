/* tools/ctl/mirror.h - what is published, as files: the same bytes as the daemon serves, for a CDN or another web
 * server.
 *
 *     metadata.xml  metadata/idps.xml  metadata/sps.xml  trusted-list.json  trusted-list.jws  v1/members
 *     entities/https%3A%2F%2Fidp.example%2F   entities/%7Bsha1%7D…   each with a twin NAME.gz
 *     headers.json    {"watashi":"mirror","generation":N,"published":…,
 *                     "paths":{"metadata.xml":{"Content-Type":…, …}, …}}
 *
 * All of one generation: the store is read in one state, into a new directory that takes the old one's place at once.
 * A file's name is the path's segment as it is sent, percent signs and all. An ID whose name would be too long, or that
 * of another's twin, has none.
 */
#pragma once

#include "daemon/config.h"

struct mirror_report {
	uint64_t generation;
	uint32_t files;
	uint32_t unnamed;    /* entities whose ID makes no file name of its own: they are there by {sha1} only */
	uint64_t bytes;
};

/* ERR_CONFLICT: `directory` is there, not empty, and no mirror of ours. ERR_NOT_FOUND: nothing has been published. */
enum err mirror_write(const struct config *, const char *directory, struct mirror_report *, struct problem *why);
