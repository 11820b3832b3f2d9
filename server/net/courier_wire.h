/* net/courier_wire.h - what a courier and the desk say to each other.
 *
 *     courier -> desk   ask (an id and what is to be posted), cancel (that id)
 *     desk -> courier   the id and what came of it
 *
 * Each side reads the other's bytes as untrusted: the desk since a worker may be taken over, the courier since what it
 * is told comes from outside.
 */
#pragma once

#include "base/arena.h"
#include "net/courier.h"

#define COURIER_REQUEST_LARGEST (COURIER_BODY + COURIER_URL + 3 * COURIER_FIELD + 256)
#define COURIER_REPLY_LARGEST (COURIER_ANSWER + 2 * KIB)

enum courier_verb { COURIER_NOTHING, COURIER_ASK, COURIER_CANCEL };

struct courier_request {
	enum courier_verb verb;
	uint64_t id;
	struct courier_post post; /* COURIER_ASK */
};
void courier_request_write(struct buffer *, const struct courier_request *);
/* False: not one, or past the bounds of courier.h. Texts live in the arena, the body is borrowed. */
bool courier_request_read(struct arena *, struct span message, struct courier_request *out);

struct courier_reply {
	uint64_t id;
	int status;
	struct span body;       /* when the problem's code is OK */
	struct problem problem; /* code OK: delivered */
};
void courier_reply_write(struct buffer *, const struct courier_reply *);
bool courier_reply_read(struct span message, struct courier_reply *out);
