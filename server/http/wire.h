/* http/wire.h - the bytes of one connection, plain or through TLS, never blocking. For this room only. */
#pragma once

#include <openssl/ssl.h>

#include "base/span.h"

struct wire {
	int fd;
	SSL *ssl;        /* NULL: plain */
	bool shaking;    /* hands, still */
	bool wants_write; /* the handshake waits to write */
	bool more;       /* TLS holds bytes it has read from the socket already: no event will tell */
	bool broken;     /* nothing more can be said */
};

void wire_open(struct wire *, int fd, struct ssl_ctx_st *context);
void wire_close(struct wire *);

enum wire_result { WIRE_DONE, WIRE_AGAIN, WIRE_END, WIRE_BROKEN };

enum wire_result wire_shake(struct wire *);
/* DONE with `*size` bytes; END when the peer says no more. */
enum wire_result wire_read(struct wire *, void *out, size_t room, size_t *size);
/* DONE with `*size` bytes taken, perhaps not all. */
enum wire_result wire_write(struct wire *, struct span, size_t *size);
/* From a file, plain only; END when the file is shorter. */
enum wire_result wire_send_file(struct wire *, int file, uint64_t *at, size_t room, size_t *size);

/* Says that no more is coming; the peer may still be read. */
void wire_finish(struct wire *);
/* Reads and forgets, past TLS. */
enum wire_result wire_discard(struct wire *, size_t *size);
