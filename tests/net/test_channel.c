/* tests/net/test_channel.c - messages between two processes: order, sizes, descriptors, slow, broken and dead peers. */
#include "expect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/channel.h"

#define HEARD 4096

/* One end, and what it heard. */
struct end {
	struct loop *loop;
	struct channel *channel;
	size_t count, bytes, closed;
	size_t sizes[HEARD];
	char first[HEARD]; /* the first byte of each message */
	int fd;
	bool free_in_message, close_fd;
};

static const struct channel_limits limits = { .message = 4 * MIB, .waiting = 8 * MIB };

static void
on_heard(void *arg, struct span message, int fd)
{
	struct end *e = arg;

	if (e->count < HEARD) {
		e->sizes[e->count] = message.size;
		e->first[e->count] = message.size ? (char)message.data[0] : '-';
	}
	e->count++;
	e->bytes += message.size;
	if (fd >= 0 && e->close_fd)
		close(fd);
	else if (fd >= 0)
		e->fd = fd;
	if (e->free_in_message) {
		channel_free(e->channel);
		e->channel = NULL;
		expect_true("the message stays readable in the callback that freed", message.data[0] == 'a');
	}
}

static void
on_end(void *arg)
{
	struct end *e = arg;

	e->closed++;
	channel_free(e->channel);
	e->channel = NULL;
}

static void
end_init(struct end *e, struct loop *loop, int fd)
{
	*e = (struct end){ .loop = loop, .fd = -1 };
	e->channel = channel_new(loop, fd, limits, on_heard, on_end, e);
}

static void
step(struct loop *loop, int times)
{
	while (times--)
		loop_step(loop, 1000);
}

static void
pair_init(struct loop **loop, struct end *a, struct end *b)
{
	struct problem why;
	int fds[2];

	*loop = loop_new();
	expect_ok("a pair is made", channel_pair(fds, &why), &why);
	end_init(a, *loop, fds[0]);
	end_init(b, *loop, fds[1]);
}

static void
pair_release(struct loop *loop, struct end *a, struct end *b)
{
	channel_free(a->channel);
	channel_free(b->channel);
	loop_free(loop);
}

static void
messages_keep_their_number_order_and_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 600, 64 * KIB - 6, 64 * KIB - 5, 64 * KIB - 4, 64 * KIB, 3 * MIB, 5 };
	struct end a, b;
	struct loop *loop;
	uint8_t *bytes = malloc(4 * MIB);

	(void)state;
	pair_init(&loop, &a, &b);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		memset(bytes, (int)('a' + i), 4 * MIB);
		expect_number("a message is taken", channel_post(a.channel, span_of(bytes, sizes[i])), OK);
	}
	expect_number("nothing is heard before the turn ends", b.count, 0);
	step(loop, 3);
	expect_number("every message arrives", b.count, COUNT(sizes));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		expect_number("in its size", b.sizes[i], sizes[i]);
		expect_number("in its order", b.first[i], sizes[i] ? (char)('a' + i) : '-');
	}
	free(bytes);
	pair_release(loop, &a, &b);
}

static void
messages_of_one_turn_share_packets(void **state)
{
	struct end a;
	struct loop *loop = loop_new();
	uint8_t packet[64 * KIB];
	int fds[2];

	(void)state;
	expect_number("a pair is made", channel_pair(fds, NULL), OK);
	end_init(&a, loop, fds[0]);
	for (int i = 0; i < 64; i++)
		channel_post(a.channel, span_text("0123456789"));
	step(loop, 1);
	expect_number("64 messages leave as one packet", recv(fds[1], packet, sizeof(packet), 0), 1 + 64 * 14);
	expect_number("and nothing after it", recv(fds[1], packet, sizeof(packet), 0), -1);
	channel_free(a.channel);
	close(fds[1]);
	loop_free(loop);
}

static void
a_descriptor_travels_in_order_and_stays_the_senders(void **state)
{
	struct end a, b;
	struct loop *loop;
	int ends[2];
	char byte = 0;

	(void)state;
	pair_init(&loop, &a, &b);
	expect_number("a pipe is made", pipe2(ends, O_CLOEXEC), 0);
	channel_post(a.channel, span_text("1"));
	expect_number("a descriptor is taken", channel_post_fd(a.channel, span_text("2"), ends[1]), OK);
	channel_post(a.channel, span_text("3"));
	close(ends[1]);
	step(loop, 3);
	expect_span("the order is kept", span_of(b.first, b.count), "123");
	expect_true("the descriptor came", b.fd >= 0);
	expect_true("it is closed on exec", fcntl(b.fd, F_GETFD) & FD_CLOEXEC);
	expect_number("and it is the one sent", write(b.fd, "x", 1), 1);
	expect_number("as its other end reads", read(ends[0], &byte, 1), 1);
	expect_number("the byte", byte, 'x');
	close(b.fd);
	expect_number("no copy is left behind", read(ends[0], &byte, 1), 0);
	close(ends[0]);
	pair_release(loop, &a, &b);
}

static void
a_slow_peer_is_waited_for_up_to_the_limit(void **state)
{
	struct end a, b;
	struct loop *loop;
	uint8_t kilobyte[1024] = { 'k' };
	size_t posted = 0;
	enum err err;
	int fds[2];

	(void)state;
	loop = loop_new();
	expect_number("a pair is made", channel_pair(fds, NULL), OK);
	end_init(&a, loop, fds[0]);
	while ((err = channel_post(a.channel, span_of(kilobyte, sizeof(kilobyte)))) == OK) {
		posted++;
		if (posted % 100 == 0)
			step(loop, 1);
	}
	expect_number("past the limit a post is refused", err, ERR_LIMIT);
	expect_true("what the limit allows has been taken", posted > 8000);
	end_init(&b, loop, fds[1]);
	for (int i = 0; i < 1000 && b.count < posted; i++)
		step(loop, 1);
	expect_number("all that was taken arrives", b.count, posted);
	expect_number("and there is room again", channel_post(a.channel, span_text("x")), OK);
	pair_release(loop, &a, &b);
}

static void
a_peer_that_ended_is_noticed_after_its_last_words(void **state)
{
	struct end a, b;
	struct loop *loop;

	(void)state;
	pair_init(&loop, &a, &b);
	channel_post(b.channel, span_text("unread"));
	channel_post(a.channel, span_text("last words"));
	channel_free(a.channel);
	a.channel = NULL;
	step(loop, 5);
	expect_number("the last words arrive", b.count, 1);
	expect_number("then the end, once", b.closed, 1);
	pair_release(loop, &a, &b);

	pair_init(&loop, &a, &b);
	channel_post(b.channel, span_text("never read"));
	step(loop, 1);
	a.count = 0;
	channel_post(b.channel, span_text("never read either"));
	channel_free(a.channel);
	a.channel = NULL;
	step(loop, 5);
	expect_number("a peer that left with words unread is noticed too", b.closed, 1);
	pair_release(loop, &a, &b);
}

static void
a_post_to_a_dead_peer_is_refused_and_never_kills(void **state)
{
	struct end a;
	struct loop *loop = loop_new();
	int fds[2];

	(void)state;
	expect_number("a pair is made", channel_pair(fds, NULL), OK);
	end_init(&a, loop, fds[0]);
	close(fds[1]);
	expect_number("a descriptor sent to nobody finds out at once", channel_post_fd(a.channel, span_text("x"), 0),
	    OK);
	expect_number("after that posts are refused", channel_post(a.channel, span_text("x")), ERR_UNAVAILABLE);
	expect_number("the owner is not called back meanwhile", a.closed, 0);
	step(loop, 2);
	expect_number("but by the loop", a.closed, 1);
	loop_free(loop);
}

static void
a_socket_that_takes_nothing_ends_the_channel(void **state)
{
	struct end a;
	struct loop *loop = loop_new();
	int fds[2], least = 1;

	(void)state;
	expect_number("a pair is made", channel_pair(fds, NULL), OK);
	/* A packet larger than the socket's whole buffer will never leave: EMSGSIZE. */
	expect_number("its buffer is small", setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), 0);
	end_init(&a, loop, fds[0]);
	expect_number("the peer says something", send(fds[1], "\1\0\0\0\1a", 6, 0), 6);
	for (int i = 0; i < 64; i++)
		channel_post(a.channel, span_of((const uint8_t[512]){ 0 }, 512));
	step(loop, 3);
	expect_number("the owner is told", a.closed, 1);
	expect_number("after what the peer had said", a.count, 1);
	close(fds[1]);
	loop_free(loop);
}

/* In a process of its own that is not privileged, for only that has a limit of descriptors on their way. */
static void
send_more_descriptors_than_may_be_on_their_way(void)
{
	enum { MAY_BE = 32, NUMBER = MAY_BE + 8 };
	struct rlimit few = { MAY_BE, MAY_BE };
	struct end a, b;
	struct loop *loop;
	bool taken = true;

	if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)
		_exit(77);
	pair_init(&loop, &a, &b);
	if (setrlimit(RLIMIT_NOFILE, &few) != 0)
		_exit(77);
	b.close_fd = true;
	for (int i = 0; i < NUMBER; i++)
		taken = taken && channel_post_fd(a.channel, span_text("a"), 0) == OK;
	step(loop, 200);
	_exit(taken && b.count == NUMBER && !a.closed && !b.closed ? 0 : 1);
}

static void
a_short_want_of_the_kernels_is_waited_out(void **state)
{
	int status = 0;
	pid_t child;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can become the user whose descriptors are counted\n");
		skip();
	}
	child = fork();
	if (child == 0)
		send_more_descriptors_than_may_be_on_their_way();
	waitpid(child, &status, 0);
	expect_number("more descriptors than may be on their way arrive one after the other", status, 0);
}

static void
a_channel_may_be_freed_by_its_own_message(void **state)
{
	struct end a, b;
	struct loop *loop;

	(void)state;
	pair_init(&loop, &a, &b);
	b.free_in_message = true;
	channel_post(a.channel, span_text("a"));
	channel_post(a.channel, span_text("b"));
	step(loop, 4);
	expect_number("nothing is delivered after that", b.count, 1);
	expect_number("nor is its owner called", b.closed, 0);
	expect_number("the other end sees it go", a.closed, 1);
	pair_release(loop, &a, &b);
}

static int
sealed_file(size_t size, unsigned seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	expect_number("a memory file of a size", ftruncate(fd, (off_t)size), 0);
	if (seals)
		expect_number("is sealed", fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void
send_raw(int socket, const char *packet, size_t size, int fd, size_t copies)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = { 0 };
	struct iovec bytes = { .iov_base = (void *)(uintptr_t)packet, .iov_len = size };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(copies * sizeof(int));
		control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(copies * sizeof(int)), .cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS };
		for (size_t i = 0; i < copies; i++)
			memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &fd, sizeof(int));
	}
	expect_number("the raw packet leaves", sendmsg(socket, &message, MSG_NOSIGNAL), (ssize_t)size);
}

static void
broken_framing_ends_the_channel(void **state)
{
	static const unsigned all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	static const struct {
		const char *title, *packet;
		size_t size;
		size_t copies;    /* of a descriptor; 0: none */
		size_t file_size;
		unsigned seals;
		size_t heard;
	} cases[] = {
		{ "an unknown kind of packet", "\x09", 1, 0, 0, 0, 0 },
		{ "a message longer than its packet", "\x01\0\0\0\x05" "abc", 8, 0, 0, 0, 0 },
		{ "half a length", "\x01\0\0", 3, 0, 0, 0, 0 },
		{ "a whole message is heard, the broken one after it is not", "\x01\0\0\0\x01" "a\0\0\0\x09", 10, 0, 0,
		    0, 1 },
		{ "messages with a descriptor nobody announced", "\x01\0\0\0\x01" "a", 6, 1, 10, 0, 0 },
		{ "a memory file that is missing", "\x02\0\0\0\0\0\0\0\x0a", 9, 0, 0, 0, 0 },
		{ "a memory file that is not sealed", "\x02\0\0\0\0\0\0\0\x0a", 9, 1, 10, 0, 0 },
		{ "a memory file that may still be written", "\x02\0\0\0\0\0\0\0\x0a", 9, 1, 10, F_SEAL_SHRINK |
		    F_SEAL_GROW, 0 },
		{ "a memory file of another size", "\x02\0\0\0\0\0\0\0\x0b", 9, 1, 10, all, 0 },
		{ "a memory file past the limit", "\x02\0\0\0\0\0\x40\0\x01", 9, 1, 4 * MIB + 1, all, 0 },
		{ "a memory file of no size", "\x02\0\0\0\0\0\0\0\0", 9, 1, 0, all, 0 },
		{ "a memory file's size cut short", "\x02\0\0", 3, 1, 10, all, 0 },
		{ "a descriptor that is missing", "\x03" "a", 2, 0, 0, 0, 0 },
		{ "two descriptors in one packet", "\x03" "a", 2, 2, 10, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int fds[2], file = -1, before = dup(0), after;
		struct loop *loop;
		struct end b;

		close(before);
		loop = loop_new();
		expect_number("a pair is made", channel_pair(fds, NULL), OK);
		end_init(&b, loop, fds[1]);
		if (cases[i].copies)
			file = sealed_file(cases[i].file_size, cases[i].seals);
		send_raw(fds[0], cases[i].packet, cases[i].size, file, cases[i].copies);
		step(loop, 3);
		expect_number(cases[i].title, b.closed, 1);
		expect_number(cases[i].title, b.count, cases[i].heard);
		if (file >= 0)
			close(file);
		close(fds[0]);
		channel_free(b.channel);
		loop_free(loop);
		after = dup(0);
		close(after);
		expect_number("no descriptor is left open", after, before);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_keep_their_number_order_and_size),
		cmocka_unit_test(messages_of_one_turn_share_packets),
		cmocka_unit_test(a_descriptor_travels_in_order_and_stays_the_senders),
		cmocka_unit_test(a_slow_peer_is_waited_for_up_to_the_limit),
		cmocka_unit_test(a_peer_that_ended_is_noticed_after_its_last_words),
		cmocka_unit_test(a_post_to_a_dead_peer_is_refused_and_never_kills),
		cmocka_unit_test(a_socket_that_takes_nothing_ends_the_channel),
		cmocka_unit_test(a_short_want_of_the_kernels_is_waited_out),
		cmocka_unit_test(a_channel_may_be_freed_by_its_own_message),
		cmocka_unit_test(broken_framing_ends_the_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
