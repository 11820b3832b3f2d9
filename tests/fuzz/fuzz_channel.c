/* tests/fuzz/fuzz_channel.c - any packet either ends the channel or holds exactly the messages that were heard. */
#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "net/channel.h"

#define PACKET_LARGEST (64 * KIB)

struct listener {
	struct channel *channel;
	struct buffer heard; /* the messages, framed as they must have stood in the packet */
	bool closed;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_heard(void *arg, struct span message, int fd)
{
	struct listener *l = arg;

	assert(fd == -1); /* none was sent */
	buffer_block(&l->heard, message);
}

static void
on_closed(void *arg)
{
	((struct listener *)arg)->closed = true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct channel_limits limits = { .message = 4 * KIB, .waiting = 64 * KIB };
	struct listener l = { .heard = buffer_init(MIB) };
	struct loop *loop;
	struct span heard;
	int fds[2];

	if (size == 0 || size > PACKET_LARGEST)
		return 0;
	loop = loop_new();
	assert(channel_pair(fds, NULL) == OK && send(fds[0], data, size, 0) == (ssize_t)size);
	l.channel = channel_new(loop, fds[1], limits, on_heard, on_closed, &l);
	loop_step(loop, 1000);
	heard = buffer_span(&l.heard);
	if (!l.closed)
		assert(data[0] == 1 && span_equal(heard, span_of(data + 1, size - 1)));
	else
		assert(heard.size < size && span_equal(heard, span_of(data + 1, heard.size)));
	channel_free(l.channel);
	buffer_release(&l.heard);
	close(fds[0]);
	loop_free(loop);
	return 0;
}
