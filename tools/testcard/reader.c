/* tools/testcard/reader.c - putting a software card into a virtual reader.
 *
 * The reader listens, the card connects. Each message is two bytes of length, the higher first, and so many bytes; a
 * message of one byte is about power, any other a command.
 */
#include "testcard/reader.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_LARGEST 65535

enum power { POWER_OFF, POWER_ON, RESET, RESET_ANSWER = 4 };

static int
reader_find(const char *host, const char *port, struct problem *why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int fd = -1, code = getaddrinfo(host, port, &hints, &found);

	if (code != 0) {
		problem_set(why, ERR_INVALID, "", "%s:%s: %s", host, port, gai_strerror(code));
		return -1;
	}
	for (struct addrinfo *one = found; one && fd < 0; one = one->ai_next) {
		fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, one->ai_addr, one->ai_addrlen) != 0) {
			problem_set(why, ERR_UNAVAILABLE, "", "no reader waits for a card at %s:%s: %s", host, port,
			    strerror(errno));
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

/* False: the other end hung up. The reader sends length and message apart, and TCP sends the second once the first is
 * acknowledged: at once, or each command would take 40 ms. */
static bool
bytes_take(int fd, uint8_t *out, size_t size)
{
	int now = 1;

	for (size_t have = 0; have < size;) {
		ssize_t n;

		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &now, sizeof(now));
		n = recv(fd, out + have, size - have, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return true;
}

static bool
bytes_give(int fd, struct span bytes)
{
	while (bytes.size) {
		ssize_t n = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = span_skip(bytes, (size_t)n);
	}
	return true;
}

static void
message_answer(struct applet *applet, struct span message, struct buffer *out)
{
	if (message.size != 1)
		applet_answer(applet, message, out);
	else if (message.data[0] == RESET_ANSWER)
		buffer_add(out, applet_reset_answer);
	else if (message.data[0] <= RESET)
		applet_reset(applet);
}

enum err
reader_serve(struct applet *applet, const char *host, const char *port, unsigned seconds, struct problem *why)
{
	struct buffer said = buffer_init(ANSWER_LARGEST), framed = buffer_init(ANSWER_LARGEST + 2);
	uint8_t head[2], message[ANSWER_LARGEST];
	bool there = true;
	int fd;

	while ((fd = reader_find(host, port, why)) < 0 && seconds-- > 0)
		sleep(1);
	if (fd < 0)
		return why->code;
	while (there && bytes_take(fd, head, 2)) {
		size_t size = (size_t)head[0] << 8 | head[1];

		if (size == 0 || !bytes_take(fd, message, size))
			break;
		buffer_clear(&said);
		message_answer(applet, span_of(message, size), &said);
		buffer_clear(&framed);
		buffer_u16(&framed, (uint16_t)buffer_span(&said).size);
		buffer_add(&framed, buffer_span(&said));
		if (buffer_span(&said).size)
			there = bytes_give(fd, buffer_span(&framed));
	}
	close(fd);
	buffer_release(&said);
	buffer_release(&framed);
	return OK;
}
