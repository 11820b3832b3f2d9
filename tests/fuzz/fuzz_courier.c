/* tests/fuzz/fuzz_courier.c - a courier's request or reply that is read is written as the same bytes, and what it asks
 * for is within the bounds. */
#include <assert.h>

#include "net/courier_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_request(struct span bytes)
{
	struct arena a = arena_init(4 * COURIER_REQUEST_LARGEST);
	struct buffer b = buffer_init(COURIER_REQUEST_LARGEST);
	struct courier_request request;

	if (courier_request_read(&a, bytes, &request)) {
		const struct courier_post *post = &request.post;

		if (request.verb == COURIER_ASK) {
			assert(strlen(post->url) <= COURIER_URL && !strpbrk(post->url, " \r\n"));
			assert(post->limit <= COURIER_ANSWER && post->time > 0 && post->time <= COURIER_TIME);
			assert(!post->authorization || !strpbrk(post->authorization, "\r\n"));
		}
		courier_request_write(&b, &request);
		assert(span_equal(buffer_span(&b), bytes));
	}
	buffer_release(&b);
	arena_release(&a);
}

static void
check_reply(struct span bytes)
{
	struct buffer b = buffer_init(COURIER_REPLY_LARGEST);
	struct courier_reply reply;

	/* A sentence ends at a NUL, which is none of ours; the first 15 bytes stand before it. */
	if (courier_reply_read(bytes, &reply) &&
	    (reply.problem.code == OK || !memchr(bytes.data + 15, 0, bytes.size - 15))) {
		courier_reply_write(&b, &reply);
		assert(span_equal(buffer_span(&b), bytes));
	}
	buffer_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_request(span_of(data, size));
	check_reply(span_of(data, size));
	return 0;
}
