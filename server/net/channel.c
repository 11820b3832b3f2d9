/* net/channel.c - messages between two processes, many to a packet.
 *
 *     packet: PACKET_MESSAGES   (u32 size, bytes) …            what was posted in one turn
 *             PACKET_FILE       u64 size             + memory file   one message too large for a packet
 *             PACKET_DESCRIPTOR bytes                + descriptor    one message with what it carries
 *
 * A packet is never empty, for an empty one reads as the end of the connection.
 */
#include "net/channel.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/record.h"

#define PACKET_LARGEST (64 * KIB)
#define PACKETS_PER_EVENT 16 /* then others have their turn */
#define SEND_AGAIN (SECONDS(1) / 50) /* after the kernel was short of memory, or of descriptors on their way */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

enum packet_kind { PACKET_MESSAGES = 1, PACKET_FILE, PACKET_DESCRIPTOR };

struct packet {
	struct packet *next;
	int fd;          /* -1: none */
	size_t waiting;  /* bytes this one counts against the limit */
	size_t size, room;
	uint8_t data[];
};

struct channel {
	struct loop *loop;
	int fd;
	struct channel_limits limits;
	on_message *heard;
	on_channel_closed *ended;
	void *arg;

	struct packet *first, *last, *spare;
	size_t waiting;
	struct event *readable, *writable;
	struct later flush;
	struct timer again;
	bool deaf;   /* the peer takes nothing any more; what it said before is still read */
	bool closed;
	bool delivering, freed;

	uint8_t received[PACKET_LARGEST];
};

static void flush(void *arg);
static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);

enum err
channel_pair(int fds[2], struct problem *why)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
		return problem_errno(why, errno, "a pair of sockets between two processes");
	return OK;
}

struct channel *
channel_new(struct loop *loop, int fd, struct channel_limits limits, on_message *heard, on_channel_closed *ended,
    void *arg)
{
	struct channel *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->loop = loop;
	c->fd = fd;
	c->limits = limits;
	c->heard = heard;
	c->ended = ended;
	c->arg = arg;
	c->flush = (struct later){ .run = flush, .arg = c };
	timer_init(&c->again, loop, flush, c);
	c->readable = event_new(loop_base(loop), fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(loop_base(loop), fd, EV_WRITE, on_writable, c);
	if (!c->readable || !c->writable)
		abort();
	event_add(c->readable, NULL);
	return c;
}

/* Writing: messages gather in the last packet until the turn ends. */

static struct packet *
packet_add(struct channel *c, enum packet_kind kind, size_t room)
{
	struct packet *p = c->spare;

	if (kind == PACKET_MESSAGES && p)
		c->spare = NULL;
	else if (!(p = malloc(sizeof(*p) + room)))
		abort();
	*p = (struct packet){ .fd = -1, .room = room };
	p->data[p->size++] = (uint8_t)kind;
	if (c->last)
		c->last->next = p;
	else
		c->first = p;
	c->last = p;
	return p;
}

static void
packet_put(struct packet *p, const void *data, size_t size)
{
	assert(p->room - p->size >= size);
	if (size)
		memcpy(p->data + p->size, data, size);
	p->size += size;
}

static void
packet_put_number(struct packet *p, uint64_t n, unsigned bytes)
{
	while (bytes--)
		p->data[p->size++] = (uint8_t)(n >> (8 * bytes));
}

static void
packet_drop_first(struct channel *c)
{
	struct packet *p = c->first;

	c->first = p->next;
	if (!c->first)
		c->last = NULL;
	c->waiting -= p->waiting;
	if (p->fd >= 0)
		close(p->fd);
	if (!c->spare && p->room == PACKET_LARGEST)
		c->spare = p;
	else
		free(p);
}

static enum err
check_room(const struct channel *c, size_t size)
{
	if (c->closed || c->deaf)
		return ERR_UNAVAILABLE;
	return size > c->limits.waiting || c->waiting > c->limits.waiting - size ? ERR_LIMIT : OK;
}

static void
count_waiting(struct channel *c, struct packet *p, size_t size)
{
	p->waiting += size;
	c->waiting += size;
}

/* Sealed, so that the bytes the receiver checks are the bytes it uses. */
static int
file_of(struct span message)
{
	int fd = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	while (fd >= 0 && message.size) {
		ssize_t n = write(fd, message.data, message.size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			close(fd);
			return -1;
		}
		message = span_skip(message, (size_t)n);
	}
	if (fd >= 0 && fcntl(fd, F_ADD_SEALS, SEALS) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

enum err
channel_post(struct channel *c, struct span message)
{
	size_t needed = message.size + sizeof(uint32_t);
	enum err err = check_room(c, needed);
	struct packet *p = c->last;

	if (err != OK)
		return err;
	if (needed > PACKET_LARGEST - 1) {
		int file = file_of(message);

		if (file < 0)
			return ERR_LIMIT;
		p = packet_add(c, PACKET_FILE, 1 + sizeof(uint64_t));
		packet_put_number(p, message.size, sizeof(uint64_t));
		p->fd = file;
	} else {
		if (!p || p->data[0] != PACKET_MESSAGES || p->room - p->size < needed)
			p = packet_add(c, PACKET_MESSAGES, PACKET_LARGEST);
		packet_put_number(p, message.size, sizeof(uint32_t));
		packet_put(p, message.data, message.size);
	}
	count_waiting(c, p, needed);
	turn_later(loop_turn(c->loop), &c->flush);
	return OK;
}

enum err
channel_post_fd(struct channel *c, struct span message, int fd)
{
	enum err err = check_room(c, message.size);
	struct packet *p;
	int copy;

	assert(fd >= 0);
	if (err != OK)
		return err;
	if (message.size > PACKET_LARGEST - 1)
		return ERR_LIMIT;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return ERR_LIMIT;
	p = packet_add(c, PACKET_DESCRIPTOR, 1 + message.size);
	packet_put(p, message.data, message.size);
	p->fd = copy;
	count_waiting(c, p, message.size);
	flush(c);
	return OK;
}

static ssize_t
packet_send(int socket, struct packet *p)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec bytes = { .iov_base = p->data, .iov_len = p->size };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };
	ssize_t sent;

	if (p->fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.room);
		control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.header), &p->fd, sizeof(int));
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent;
}

/* Nothing tells when these have passed, and the channel is as it was. */
static bool
is_passing(int error)
{
	return error == ENOBUFS || error == ENOMEM || error == ETOOMANYREFS;
}

static void
flush(void *arg)
{
	struct channel *c = arg;

	while (c->first && !c->closed && !c->deaf) {
		if (packet_send(c->fd, c->first) >= 0) {
			packet_drop_first(c);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			event_add(c->writable, NULL);
			return;
		} else if (is_passing(errno)) {
			timer_set(&c->again, SEND_AGAIN);
			return;
		} else {
			/* The peer's last words may still be in the socket; behind them reading now finds the end. */
			c->deaf = true;
			shutdown(c->fd, SHUT_RDWR);
		}
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

/* Reading: one packet, its descriptor, the messages in it. */

static bool
deliver(struct channel *c, struct span message, int fd)
{
	if (message.size > c->limits.message) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	c->heard(c->arg, message, fd);
	return true;
}

static bool
deliver_messages(struct channel *c, struct span packet)
{
	struct record r = record_of(packet);

	while (r.rest.size) {
		struct span message = record_block(&r);

		if (r.broken || !deliver(c, message, -1))
			return false;
		if (c->freed)
			return true;
	}
	return true;
}

static bool
deliver_file(struct channel *c, struct span packet, int file)
{
	struct record r = record_of(packet);
	uint64_t size = record_u64(&r);
	int seals = fcntl(file, F_GET_SEALS);
	struct stat found;
	void *map;
	bool good;

	if (!record_whole(&r) || size == 0 || size > c->limits.message || seals < 0 || (seals & SEALS) != SEALS ||
	    fstat(file, &found) != 0 || (uint64_t)found.st_size != size)
		return false;
	map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, file, 0);
	if (map == MAP_FAILED)
		return false;
	good = deliver(c, span_of(map, (size_t)size), -1);
	munmap(map, (size_t)size);
	return good;
}

/* `fd` is closed here unless it becomes the receiver's. */
static bool
packet_deliver(struct channel *c, struct span packet, int fd)
{
	uint8_t kind = packet.data[0];
	bool good = false;

	packet = span_skip(packet, 1);
	if (kind == PACKET_DESCRIPTOR && fd >= 0)
		return deliver(c, packet, fd);
	if (kind == PACKET_MESSAGES && fd < 0)
		good = deliver_messages(c, packet);
	else if (kind == PACKET_FILE && fd >= 0)
		good = deliver_file(c, packet, fd);
	if (fd >= 0)
		close(fd);
	return good;
}

/* More than one descriptor is broken framing: the first is given, `*whole` says no. */
static int
descriptor_of(struct msghdr *message, bool *whole)
{
	int fd = -1;

	*whole = !(message->msg_flags & (MSG_TRUNC | MSG_CTRUNC));
	for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h; h = CMSG_NXTHDR(message, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		assert(fd < 0 && h->cmsg_len == CMSG_LEN(sizeof(int)));
		memcpy(&fd, CMSG_DATA(h), sizeof(int));
	}
	return fd;
}

/* What a packet's reception came to. */
enum reception { RECEIVED, NOTHING_NOW, ENDED };

static enum reception
packet_receive(struct channel *c)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))]; /* a second one does not fit: the kernel closes it and says so */
	} control;
	struct iovec bytes = { .iov_base = c->received, .iov_len = sizeof(c->received) };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int)) };
	ssize_t size = recvmsg(c->fd, &message, MSG_CMSG_CLOEXEC);
	bool whole;
	int fd;

	if (size < 0) {
		/* A peer that ended with our words unread resets; its own words come after that, and then the end. */
		if (errno == EINTR || errno == ECONNRESET)
			return RECEIVED;
		return errno == EAGAIN || errno == EWOULDBLOCK ? NOTHING_NOW : ENDED;
	}
	fd = descriptor_of(&message, &whole);
	if (size == 0 || !whole) {
		if (fd >= 0)
			close(fd);
		return ENDED;
	}
	return packet_deliver(c, span_of(c->received, (size_t)size), fd) ? RECEIVED : ENDED;
}

static void
channel_close(struct channel *c)
{
	if (c->closed)
		return;
	c->closed = true;
	event_free(c->readable);
	event_free(c->writable);
	turn_cancel(loop_turn(c->loop), &c->flush);
	timer_release(&c->again);
	close(c->fd);
	while (c->first)
		packet_drop_first(c);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct channel *c = arg;
	enum reception came = RECEIVED;

	(void)fd;
	(void)what;
	c->delivering = true;
	for (int i = 0; i < PACKETS_PER_EVENT && came == RECEIVED && !c->freed; i++)
		came = packet_receive(c);
	c->delivering = false;
	if (c->freed) {
		free(c);
	} else if (came == ENDED) {
		channel_close(c);
		c->ended(c->arg);
	}
}

void
channel_free(struct channel *c)
{
	if (!c)
		return;
	flush(c);
	channel_close(c);
	free(c->spare);
	c->spare = NULL;
	if (c->delivering)
		c->freed = true; /* the message being delivered lies in it */
	else
		free(c);
}
