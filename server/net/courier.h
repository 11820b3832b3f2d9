/* net/courier.h - posting a question to a server outside, by whoever may open sockets.
 *
 *     worker -> courier -> [link to the steward] -> desk -> fetcher -> the world
 *
 * Only the steward may fetch. What it carries for others is bounded, and goes only to the addresses its own
 * configuration names: a worker that is taken over can reach nobody else.
 */
#pragma once

#include "net/channel.h"
#include "net/fetch.h"

struct courier;

struct courier_post {
	const char *url;
	const char *content_type, *accept;
	const char *authorization;   /* may be NULL */
	struct span body;            /* empty: GET */
	size_t limit;                /* of the answer's body, bytes */
	int64_t time;                /* for all of it, microseconds */
};

/* `body` is borrowed until the callback returns. OK whatever the status; ERR_DENIED: not one of the addresses. */
typedef void on_delivered(void *arg, enum err, int status, struct span body, const struct problem *why);
struct pending *courier_send(struct courier *, const struct courier_post *, on_delivered *, void *arg);
void courier_free(struct courier *);

/* Where fetching is allowed: the steward itself, watashictl. The fetcher stays the caller's. */
struct courier *courier_direct(struct fetcher *);

/* Elsewhere: through a link, which may be replaced; without one, and after the link is cut, ERR_UNAVAILABLE. */
struct courier *courier_linked(struct loop *);
void courier_link(struct courier *, int fd);

/* The steward's end of such a link. */
struct courier_desk;
struct courier_desk *courier_desk_new(struct loop *, struct fetcher *, const char *const *urls, size_t url_count);
void courier_desk_link(struct courier_desk *, int fd);
void courier_desk_free(struct courier_desk *);
