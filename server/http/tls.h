/* http/tls.h - TLS 1.2 and 1.3 by OpenSSL: the server's certificate, and the clients' where a listener asks for one. */
#pragma once

#include "base/problem.h"

struct tls;

struct tls_settings {
	const char *certificate, *key;  /* PEM files; the certificate's with its chain */
	const char *client_authorities; /* PEM; not NULL: a client certificate is demanded */
};

/* Reads the files (before privileges are dropped). ERR_INVALID with the file's name when key and certificate do not match. */
enum err tls_open(const struct tls_settings *, struct tls **out, struct problem *why);
void tls_free(struct tls *);
