/* net/courier.h - posting a question to a server outside, by whoever may open sockets.
 *
 *     worker -> courier -> [link to the steward] -> desk -> fetcher -> the world
 *
 * Only the steward may fetch. What it carries for others is bounded, and goes only to the addresses its own
 * configuration names: a worker that is taken over can reach nobody else.
 */
#pragma once

#include "base/clock.h"
#include "net/channel.h"
#include "net/fetch.h"

#define COURIER_URL 2000
#define COURIER_FIELD (4 * KIB)     /* of one header field */
#define COURIER_BODY (64 * KIB)     /* of what is posted */
#define COURIER_ANSWER (1 * MIB)    /* of what comes back */
#define COURIER_TIME SECONDS(60)

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

/* Open, so that a test plays one. */
struct courier {
	struct turn *turn;           /* of the loop it runs on */
	struct pending *(*send)(struct courier *, const struct courier_post *, on_delivered *, void *arg);
	void (*free)(struct courier *);
};

/* Redirects are not followed. What is posted is copied. */
struct pending *courier_send(struct courier *, const struct courier_post *, on_delivered *, void *arg);
void courier_free(struct courier *); /* NULL is fine; nobody who waits is called back */

/* Where fetching is allowed: the steward itself, watashictl. The fetcher stays the caller's. */
struct courier *courier_direct(struct loop *, struct fetcher *);

/* Elsewhere: through a link, which may be replaced. Without one a question waits two seconds for it; then, and after
 * the link it was posted through is cut, ERR_UNAVAILABLE. At most so many questions wait at one time. */
#define COURIER_AT_ONCE 64
struct courier *courier_linked(struct loop *);
/* How many wait, told to `out` whenever that changes, which outlives the courier. */
void courier_tell_waiting(struct courier *, _Atomic uint64_t *out);
void courier_link(struct courier *, int fd);
bool courier_has_link(const struct courier *);

/* The steward's end of such links. Of `urls` (copied), one without a path allows every path of that scheme, host and
 * port; others are for exactly that URL. */
struct courier_desk;
struct courier_desk *courier_desk_new(struct loop *, struct fetcher *, const char *const *urls, size_t url_count);
void courier_desk_link(struct courier_desk *, int fd);
void courier_desk_free(struct courier_desk *);
