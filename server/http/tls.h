/* http/tls.h - TLS 1.2 and 1.3 by OpenSSL: the server's certificate, and the clients' where a listener asks for one. */
#pragma once

#include "base/problem.h"
#include "base/span.h"

struct ssl_ctx_st; /* OpenSSL's SSL_CTX */
struct tls;

/* A process of the daemon may meet a ticket that another one wrote: resumption works with one key for all, made by the
 * supervisor (random, never on disk) and handed to each. Without it, and where client certificates are asked for, every
 * connection shakes hands in full. */
#define TLS_TICKET_KEY 80

struct tls_settings {
	const char *certificate, *key;   /* PEM files; the certificate's with its chain */
	const char *client_authorities;  /* PEM; not NULL: a client certificate is demanded */
	const unsigned char *ticket_key; /* TLS_TICKET_KEY bytes, or NULL */
};

/* Reads the files (before privileges are dropped). ERR_INVALID with the file's name when key and certificate do not
 * match. */
enum err tls_open(const struct tls_settings *, struct tls **out, struct problem *why);
void tls_free(struct tls *);

/* For connections, which may outlive the struct tls they were accepted with. */
struct ssl_ctx_st *tls_context(const struct tls *);
