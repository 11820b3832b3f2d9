/* http/message.h - one request read from bytes, strictly (RFC 9112), without copying them.
 *
 * Ambiguity is an error, never a guess: bare LF, obsolete folding, blanks before the colon, two lengths, a length
 * beside a transfer coding, a target that is not origin-form or absolute-form, anything a proxy could read
 * differently. Only HTTP/1.1 is spoken: every other version is refused with 505. The status says how to refuse; after
 * any refusal here the connection is closed.
 */
#pragma once

#include "base/span.h"

enum method { METHOD_UNKNOWN, GET, HEAD, POST, PUT, DELETE, OPTIONS, METHOD_COUNT };
const char *method_name(enum method);

struct header {
	struct span name, value; /* value without surrounding blanks */
};

#define MESSAGE_HEADERS 64

struct message {
	enum method method;
	struct span method_text;   /* as sent, for METHOD_UNKNOWN */
	struct span target;        /* as sent */
	struct span path, query;   /* of the target, still percent-encoded; path starts with '/', or is OPTIONS' "*" */
	struct span host;          /* Host, or the authority of an absolute-form target */
	bool keep_alive, chunked, expects_continue;
	uint64_t length;           /* of the body; 0 with chunked */
	size_t header_count;
	struct header headers[MESSAGE_HEADERS]; /* those past header_count are not even zero */
};

struct message_limits {
	size_t target, head; /* bytes: request target; everything up to the empty line */
	size_t headers;      /* at most MESSAGE_HEADERS */
};

enum message_state { MESSAGE_PARTIAL, MESSAGE_WHOLE, MESSAGE_REFUSED };

struct refusal {
	int status;         /* 400, 414, 417, 431, 501, 505 */
	const char *reason; /* one sentence */
	const char *clause;
};

/* Reads a head from the front of `bytes`. Whole: `*used` is its size, spans point into `bytes`. `*scanned` remembers,
 * over calls with more bytes of the same head, how far the search for its end went; start with 0. */
enum message_state message_read(struct span bytes, const struct message_limits *, size_t *scanned, struct message *out,
    size_t *used, struct refusal *refused);

/* The value of the only header of this name; empty when there is none or more than one. */
struct span message_header(const struct message *, const char *name);

/* Chunked bodies (RFC 9112 s7.1), fed piece by piece; no extensions, no trailers. */
struct chunk_reader {
	uint64_t left;  /* of the chunk being read */
	uint8_t state;
};
/* Takes from the front of `*bytes`; gives the next run of data in `*data`. WHOLE after the last chunk; PARTIAL with no
 * data and nothing left in `*bytes`: more is needed. */
enum message_state chunk_read(struct chunk_reader *, struct span *bytes, struct span *data, struct refusal *refused);
