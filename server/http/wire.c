/* http/wire.c - reading and writing, plain or through TLS. */
#include "http/wire.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

void
wire_open(struct wire *w, int fd, struct ssl_ctx_st *context)
{
	*w = (struct wire){ .fd = fd };
	if (!context)
		return;
	w->ssl = SSL_new(context);
	w->shaking = true;
	if (!w->ssl || SSL_set_fd(w->ssl, fd) != 1) {
		ERR_clear_error();
		w->broken = true;
		return;
	}
	SSL_set_accept_state(w->ssl);
}

void
wire_close(struct wire *w)
{
	SSL_free(w->ssl);
	close(w->fd);
	*w = (struct wire){ .fd = -1, .broken = true };
}

static enum wire_result
result_of_errno(struct wire *w)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return WIRE_AGAIN;
	w->broken = true;
	return WIRE_BROKEN;
}

/* A connection cut without close_notify ends like any other: every body here has its own length. */
static enum wire_result
result_of_tls(struct wire *w, int returned)
{
	switch (SSL_get_error(w->ssl, returned)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return WIRE_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return WIRE_END;
	default:
		ERR_clear_error();
		w->broken = true;
		return WIRE_BROKEN;
	}
}

enum wire_result
wire_shake(struct wire *w)
{
	int returned;

	if (w->broken)
		return WIRE_BROKEN;
	ERR_clear_error();
	returned = SSL_do_handshake(w->ssl);
	if (returned == 1) {
		w->shaking = w->wants_write = false;
		w->more = SSL_has_pending(w->ssl);
		return WIRE_DONE;
	}
	w->wants_write = SSL_want_write(w->ssl);
	return result_of_tls(w, returned);
}

enum wire_result
wire_read(struct wire *w, void *out, size_t room, size_t *size)
{
	ssize_t n;

	assert(room);
	if (w->ssl) {
		int returned;

		ERR_clear_error();
		returned = SSL_read_ex(w->ssl, out, room, size);
		w->more = returned == 1 && SSL_has_pending(w->ssl);
		return returned == 1 ? WIRE_DONE : result_of_tls(w, returned);
	}
	n = read(w->fd, out, room);
	if (n < 0)
		return result_of_errno(w);
	*size = (size_t)n;
	return n ? WIRE_DONE : WIRE_END;
}

enum wire_result
wire_write(struct wire *w, struct span bytes, size_t *size)
{
	ssize_t n;

	if (w->broken)
		return WIRE_BROKEN;
	if (w->ssl) {
		int returned;

		ERR_clear_error();
		returned = SSL_write_ex(w->ssl, bytes.data, bytes.size, size);
		return returned == 1 ? WIRE_DONE : result_of_tls(w, returned);
	}
	n = send(w->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
	if (n < 0)
		return result_of_errno(w);
	*size = (size_t)n;
	return WIRE_DONE;
}

enum wire_result
wire_send_file(struct wire *w, int file, uint64_t *at, size_t room, size_t *size)
{
	off_t offset = (off_t)*at;
	ssize_t n;

	assert(!w->ssl);
	n = sendfile(w->fd, file, &offset, room);
	if (n < 0)
		return result_of_errno(w);
	*at = (uint64_t)offset;
	*size = (size_t)n;
	return n ? WIRE_DONE : WIRE_END;
}

void
wire_finish(struct wire *w)
{
	if (w->ssl && !w->shaking && !w->broken) {
		ERR_clear_error();
		SSL_shutdown(w->ssl);
		ERR_clear_error();
	}
	shutdown(w->fd, SHUT_WR);
}

enum wire_result
wire_discard(struct wire *w, size_t *size)
{
	uint8_t unwanted[16 * KIB];
	ssize_t n = read(w->fd, unwanted, sizeof(unwanted));

	if (n < 0)
		return result_of_errno(w);
	*size = (size_t)n;
	return n ? WIRE_DONE : WIRE_END;
}
