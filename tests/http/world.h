/* tests/http/world.h - a server on loopback and clients that talk to it, in one process and one loop. */
#pragma once

#include "expect.h"

#include <openssl/ssl.h>

#include "http/server.h"

/* What its routes do is said in world.c. */
struct world {
	struct loop *loop;
	struct http_server *server;
	struct router *router;
	struct http_settings settings;
	struct figures *figures;
	struct tls *tls;
	int listening;
	uint16_t port;
	const char *unix_path;    /* NULL: TCP on loopback */
	char directory[64];       /* temporary */

	/* What handlers saw. */
	struct exchange *waiting; /* of /wait */
	unsigned cancelled, gone; /* of /wait and of streams */
	bool drained;
	int file;                 /* of /file */
	uint64_t file_size;
};

/* Change `settings` and `tls` between the two. */
void world_init(struct world *);
void world_open(struct world *);
void world_release(struct world *);
/* One round of the loop. */
void world_step(struct world *);

struct client {
	int fd;
	SSL *ssl;
	bool heads;               /* its requests are HEAD: answers have no bodies */
	bool finished;            /* the server says no more */
	uint8_t *got;
	size_t size, room;
};

void client_open(struct world *, struct client *);
void client_close(struct client *);
void client_send(struct world *, struct client *, struct span);
/* Reads what is there. */
void client_read(struct client *);

/* Answers in short: "200:hello", "404", "200!" with Connection: close, "200:<4096>" for a long body, "100",
 * "closed". */
const char *client_heard(struct client *, char *out, size_t size);
/* Runs the loop until the client has heard this, three seconds at most. */
#define expect_heard(title, w, c, expected) expect_heard_at(__FILE__, __LINE__, title, w, c, expected)
void expect_heard_at(const char *file, int line, const char *title, struct world *, struct client *,
    const char *expected);
/* Sends, hears, closes. */
#define expect_answer(title, w, request, expected) expect_answer_at(__FILE__, __LINE__, title, w, request, expected)
void expect_answer_at(const char *file, int line, const char *title, struct world *, const char *request,
    const char *expected);
