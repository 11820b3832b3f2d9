/* net/channel.h - messages between two processes of the daemon, over a SOCK_SEQPACKET pair.
 *
 * Messages posted in one turn of the loop leave together, in packets of up to 64 KiB; a larger message travels
 * in a sealed memory file, so a unit of work may be megabytes. A message may carry one file descriptor.
 * Nothing blocks: what the socket does not take waits, up to `limit` bytes.
 */
#pragma once

#include "base/problem.h"
#include "base/span.h"
#include "net/loop.h"

struct channel;

/* `message` is borrowed; `fd` is -1 or now the receiver's to close. */
typedef void on_message(void *arg, struct span message, int fd);

/* The peer is gone or broke the framing, or the socket takes nothing any more; the channel is already closed, its owner
 * frees it. */
typedef void on_channel_closed(void *arg);

struct channel_limits {
	size_t message; /* the largest to be received, bytes */
	size_t waiting; /* the most to be kept while the peer is slow, bytes */
};

/* Takes `fd`, one end of a SEQPACKET pair. */
struct channel *channel_new(struct loop *, int fd, struct channel_limits, on_message *, on_channel_closed *, void *arg);
/* What was posted still leaves, as far as the socket takes it at once. May be called from on_message. */
void channel_free(struct channel *);

/* ERR_LIMIT when too much waits, ERR_UNAVAILABLE when closed; the message is copied. */
enum err channel_post(struct channel *, struct span message);

/* As channel_post(), at once and alone, with a descriptor that stays the caller's (it is duplicated on the way). */
enum err channel_post_fd(struct channel *, struct span message, int fd);

/* Both ends of a new pair, close-on-exec and not blocking. */
enum err channel_pair(int fds[2], struct problem *why);
