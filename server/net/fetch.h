/* net/fetch.h - fetching from outside: libcurl's multi interface on the loop, behind one guard.
 *
 * The guard looks at the address actually connected to (after DNS, at every redirect), so a name that resolves to
 * an internal address is refused whatever it said a moment before. HTTPS only, unless the settings say otherwise;
 * bounded in size and time; redirects bounded and checked.
 */
#pragma once

#include "base/buffer.h"
#include "base/pending.h"
#include "net/address.h"
#include "net/loop.h"

struct fetcher;

struct fetcher_settings {
	bool plain_http;                    /* allow http: */
	const struct address_set *internal; /* internal networks that may be fetched from after all; may be NULL */
	const char *authorities;            /* PEM file of CAs; NULL: the system's */
	unsigned at_once;                   /* transfers in parallel */
};

struct fetcher *fetcher_new(struct loop *, const struct fetcher_settings *);
void fetcher_free(struct fetcher *);

struct fetch {
	const char *url;
	const char *if_none_match;  /* may be NULL */
	const char *accept;         /* may be NULL */
	const char *authorization;  /* may be NULL; otherwise no redirects, which would carry it elsewhere */
	const struct fetch_field {
		const char *name, *value;
	} *fields;                  /* what else the request says */
	size_t field_count;
	struct span post;           /* not empty: POST with content_type */
	const char *content_type;
	size_t limit;               /* of the answer's body, bytes */
	int64_t time;               /* for all of it, microseconds */
	unsigned redirects;         /* followed at most */
};

struct fetched {
	int status;
	struct span body;           /* borrowed until the callback returns */
	/* what it lies in: who needs it longer moves that away and leaves an empty one there */
	struct buffer *body_buffer;
	const char *etag;           /* "" when there is none */
	const char *content_type;
};

/* OK whatever the status; ERR_DENIED by the guard, ERR_LIMIT too large, ERR_UNAVAILABLE otherwise. */
typedef void on_fetched(void *arg, enum err, const struct fetched *, const struct problem *why);
struct pending *fetch_start(struct fetcher *, const struct fetch *, on_fetched *, void *arg);
