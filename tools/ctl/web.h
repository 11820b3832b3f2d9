/* tools/ctl/web.h - one HTTP request by libcurl and the bytes that come back: to the daemon's socket, or to a log
 * elsewhere.
 *
 * What comes is bounded, and believed in nothing; nothing is sent to a socket that another user than those named
 * listens at. No redirect is followed and no password is looked up: what was asked
 * for is where the answer comes from.
 */
#pragma once

#include "base/buffer.h"
#include "base/problem.h"

struct web_request {
	const char *url;
	const char *socket;      /* a Unix socket that answers, whatever host the URL has; NULL: over the network */
	const unsigned *users;   /* who may be there: the kernel tells who listens (SO_PEERCRED) */
	size_t user_count;       /* with a socket, at least one */
	const char *authorities; /* a PEM file of CAs; NULL: the system's */
	const char *field;       /* one more line of the request's header; may be NULL */
	bool post;
	struct span body;
	long wait;               /* at most so many seconds, for all */
	const char *progress;    /* said meanwhile; may be NULL */
};

/* Keeps its connections for the next request to the same place. */
struct web;
struct web *web_new(void);
void web_free(struct web *);

struct web_answer {
	long status;             /* whatever it is */
	bool stranger;           /* another user listens there: nothing was sent */
	unsigned user;           /* who that is */
	bool nobody;             /* listens there; any other way in which no answer came tells nothing of that */
};
/* ERR_UNAVAILABLE: no answer came; ERR_LIMIT: it is larger than `body` takes. The sentence says why, and not where. */
enum err web_ask(struct web *, const struct web_request *, struct web_answer *, struct buffer *body,
    struct problem *why);
