/* http/exchange.h - one request and its one answer, as a handler sees them.
 *
 *     handler(exchange) … [exchange_hold(pending) …] -> exchange_reply | exchange_stream … exchange_end
 *
 * A handler answers at once or later. When the peer goes away first, what is held is cancelled and the exchange is
 * gone: nothing calls back. After the reply (or the end of the stream) the exchange must not be touched.
 */
#pragma once

#include "base/arena.h"
#include "base/pending.h"
#include "base/problem.h"
#include "base/turn.h"
#include "http/message.h"
#include "net/address.h"

struct exchange {
	const struct message *request;
	struct span segment;        /* the route's `{name}` or `{name...}`, percent-encoded */
	struct span body;
	struct address peer;        /* the client; behind a believed proxy the one it names */
	bool secure;                /* came over TLS, here or at a believed proxy */
	struct span certificate;    /* DER of the client's verified one, on a listener that asks for it; else empty */
	int peer_uid;               /* on a Unix socket: who connected; else -1 */
	struct arena *arena;        /* lives until the exchange is over */
	void *state;                /* the handler's */
};

/* The request waits for this; the exchange cancels it when the peer is gone. One at a time; NULL forgets. */
void exchange_hold(struct exchange *, struct pending *);

/* Called when nobody waits for the answer any more, after the held question was cancelled; for what lies outside the
 * arena. The peer is gone, or the handler took too long (503 then), or the server drains and ends the stream. */
void exchange_on_gone(struct exchange *, void (*on_gone)(void *arg), void *arg);

struct reply {
	int status;
	struct span fields;  /* header lines, each ended by CRLF, without Date, Content-Length, Connection */
	struct span body;    /* copied before exchange_reply() returns */
	int file; /* with file_size: sent after `body`; taken over, closed when sent. 0 with file_size 0: none */
	uint64_t file_at, file_size;
};
/* HEAD sends no body but says its length; 304 and 204 send neither. */
void exchange_reply(struct exchange *, const struct reply *);

/* A small JSON body with `application/json` and `Cache-Control: no-store`. */
void exchange_reply_json(struct exchange *, int status, struct span json);

/* RFC 9457 problem details: {"status","title","detail","clause","code"}; `detail` is why->text. */
void exchange_refuse(struct exchange *, int status, const struct problem *why);
/* With header lines of the caller's; without a Cache-Control among them it is no-store. */
void exchange_refuse_with(struct exchange *, int status, struct span fields, const struct problem *why);
/* With the failure's own status; what cannot be had now is asked for again in a moment. */
void exchange_refuse_failure(struct exchange *, enum err, const struct problem *why);
/* The status an error usually means: 400, 404, 409, 410, 403, 413, 503, 500. */
int status_of(enum err);

/* Server-sent events or any answer of unknown length (chunked). A slow reader past the limit is cut off. False when
 * there are too many streams already: that has been answered (503), and the exchange is over. */
bool exchange_stream(struct exchange *, int status, struct span fields);
void exchange_write(struct exchange *, struct span);
void exchange_end(struct exchange *);
