/* front/registry/pages.h - the static pages: a directory read whole at the start, kept with gzip twins and fields.
 *
 *     index.html -> /      anchors/index.html -> /anchors/ (and /anchors leads there)      assets/x.js -> /assets/x.js
 *
 * 404.html is kept apart, for whatever has no page. A directory may be left out, with all that lies in it: the pages of
 * what this server is not configured to do. A line of HTML that begins with a link to it goes, too.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "http/route.h"

#define PAGES_FILES 256
#define PAGES_BYTES (8 * MIB) /* all files together */
#define PAGES_DEPTH 4         /* directories below the pages' own */

struct page {
	const char *path;             /* as in a request */
	const char *leads_to;         /* a path without its slash: where it is */
	struct span plain, gzip;      /* gzip is empty when it would not be smaller */
	struct span etag, etag_gzip;  /* with quotes */
	struct span fields, fields_gzip, fields_unchanged, fields_unchanged_gzip;
	struct span fields_missing, fields_missing_gzip; /* of a 404 */
};

struct pages {
	struct page *list;            /* sorted by path */
	size_t count;
	const struct page *not_found; /* NULL: there is no 404.html */
	const struct route *routes;   /* ended by a zero row */
};

/* ERR_INVALID for a file of a kind pages are not made of, a symbolic link, or a name that would need escaping in a URL;
 * ERR_LIMIT for too many, too deep or too large. Dot files and Markdown are passed over, and so are the directories
 * `left_out` names ("login"), ended by NULL; NULL: none. All lives in the arena. */
enum err pages_read(struct pages *, const char *directory, const char *const *left_out, struct arena *,
    struct problem *why);

/* By the request's path; NULL: no page. */
const struct page *page_find(const struct pages *, struct span path);

struct exchange;
struct registry_front;
/* For a path of ours that a page stands behind; NULL: there is no such page, and the answer is a 404. */
void page_send(struct exchange *, const struct registry_front *, const struct page *);

/* The same with status 404: the page's script says that what its address names is not there. */
void page_send_missing(struct exchange *, const struct registry_front *, const struct page *);
