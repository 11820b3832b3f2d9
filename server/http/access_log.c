/* http/access_log.c - lines gathered in memory, written by size or by time. */
#include "http/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"

#define GATHERED (64 * KIB)

struct access_log {
	int fd;
	struct buffer lines;
	struct timer timer;
	bool timed, failing;
	int64_t second;            /* of `time` */
	char time[INSTANT_TEXT];
	struct address peer;       /* of `peer_text`: many lines in a row have the same */
	char peer_text[ADDRESS_TEXT];
};

enum err
access_log_file(const char *path, int *fd, struct problem *why)
{
	*fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (*fd < 0)
		return problem_errno(why, errno, "%s: cannot open the access log", path);
	return OK;
}

static void
write_lines(struct access_log *log)
{
	struct span rest = buffer_span(&log->lines);

	while (rest.size) {
		ssize_t n = write(log->fd, rest.data, rest.size);

		if (n < 0 && errno == EINTR)
			continue;
		/* A full disk costs lines, not answers; it is said once. */
		if (n < 0) {
			if (!log->failing)
				log_warning("access_log.failed", "error=%s", LOG_TEXT(strerror(errno)));
			log->failing = true;
			break;
		}
		log->failing = false;
		rest = span_skip(rest, (size_t)n);
	}
	buffer_clear(&log->lines);
}

static void
on_timer(void *arg)
{
	struct access_log *log = arg;

	log->timed = false;
	write_lines(log);
}

struct access_log *
access_log_new(struct loop *loop, int fd)
{
	struct access_log *log = calloc(1, sizeof(*log));

	if (!log)
		abort();
	log->fd = fd;
	log->lines = buffer_init(SIZE_MAX / 4);
	log->second = -1;
	address_text(&log->peer, log->peer_text);
	timer_init(&log->timer, loop, on_timer, log);
	return log;
}

void
access_log_free(struct access_log *log)
{
	if (!log)
		return;
	write_lines(log);
	timer_release(&log->timer);
	buffer_release(&log->lines);
	close(log->fd);
	free(log);
}

static void
write_target(struct buffer *lines, const struct message *m)
{
	struct span target = m ? m->target : span_text("-");

	/* The parser lets only printable ASCII without blanks through. */
	buffer_byte(lines, ' ');
	buffer_add(lines, m ? m->method_text : span_text("-"));
	buffer_byte(lines, ' ');
	buffer_add(lines, span_cut(&target, '?'));
}

void
access_log_add(struct access_log *log, struct instant now, const struct address *peer, const struct message *m,
    int status,
    uint64_t bytes, int64_t us)
{
	struct buffer *lines = &log->lines;

	if (now.us / SECONDS(1) != log->second) {
		log->second = now.us / SECONDS(1);
		instant_text(now, log->time);
	}
	if (memcmp(log->peer.bytes, peer->bytes, sizeof(peer->bytes)) != 0) {
		log->peer = *peer;
		address_text(peer, log->peer_text);
	}
	buffer_text(lines, log->time);
	buffer_byte(lines, ' ');
	buffer_text(lines, log->peer_text);
	write_target(lines, m);
	buffer_byte(lines, ' ');
	buffer_number(lines, (uint64_t)status);
	buffer_byte(lines, ' ');
	buffer_number(lines, bytes);
	buffer_byte(lines, ' ');
	buffer_number(lines, us > 0 ? (uint64_t)us : 0);
	buffer_byte(lines, '\n');
	if (lines->end - lines->start >= GATHERED) {
		write_lines(log);
	} else if (!log->timed) {
		log->timed = true;
		timer_set(&log->timer, SECONDS(1));
	}
}
