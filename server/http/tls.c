/* http/tls.c - the settings of TLS, once for all connections of a listener. */
#include "http/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <unistd.h>

struct tls {
	SSL_CTX *context;
};

static enum err
crypto_problem(struct problem *why, enum err code, const char *file, const char *what)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = error ? ERR_reason_error_string(error) : NULL;

	ERR_clear_error();
	return problem_set(why, code, "", "%s: %s (%s)", file, what, reason ? reason : "no reason given");
}

/* OpenSSL says "No such file" and "no start line" in one voice; here the first is told apart. */
static enum err
readable(const char *file, struct problem *why)
{
	return access(file, R_OK) == 0 ? OK : problem_errno(why, errno, "%s: cannot be read", file);
}

/* RFC 7301: whoever offers protocols but not this one is told so, rather than left to guess. */
static int
on_protocols_offered(SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *offered,
    unsigned offered_size, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_size, ours, sizeof(ours) - 1, offered, offered_size) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static enum err
read_own_certificate(SSL_CTX *context, const struct tls_settings *s, struct problem *why)
{
	if (readable(s->certificate, why) || readable(s->key, why))
		return why->code;
	if (SSL_CTX_use_certificate_chain_file(context, s->certificate) != 1)
		return crypto_problem(why, ERR_SYNTAX, s->certificate, "expected a PEM certificate and its chain");
	/* Loading a key compares it with the certificate, so a mismatch shows here or below. */
	if (SSL_CTX_use_PrivateKey_file(context, s->key, SSL_FILETYPE_PEM) != 1) {
		unsigned long error = ERR_peek_last_error();

		if (ERR_GET_LIB(error) == ERR_LIB_X509)
			return crypto_problem(why, ERR_INVALID, s->key, "the key is not that of the certificate");
		return crypto_problem(why, ERR_SYNTAX, s->key, "expected a PEM private key without a passphrase");
	}
	if (SSL_CTX_check_private_key(context) != 1)
		return crypto_problem(why, ERR_INVALID, s->key, "the key is not that of the certificate");
	return OK;
}

static enum err
demand_client_certificate(SSL_CTX *context, const char *file, struct problem *why)
{
	STACK_OF(X509_NAME) *names;

	if (readable(file, why))
		return why->code;
	names = SSL_load_client_CA_file(file);
	if (!names || SSL_CTX_load_verify_file(context, file) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return crypto_problem(why, ERR_SYNTAX, file, "expected PEM certificates of client authorities");
	}
	SSL_CTX_set_client_CA_list(context, names);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return OK;
}

/* A passphrase cannot be asked for: without this OpenSSL would wait for a terminal. */
static int
on_passphrase_wanted(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static enum err
set_up(SSL_CTX *context, const struct tls_settings *s, struct problem *why)
{
	bool resumes = s->ticket_key && !s->client_authorities;

	SSL_CTX_set_default_passwd_cb(context, on_passphrase_wanted);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
	    SSL_OP_PRIORITIZE_CHACHA | (resumes ? 0 : SSL_OP_NO_TICKET));
	/* One connection holds 34 KiB less while it is idle. */
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* One read() for a record instead of two. */
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(context, on_protocols_offered, NULL);
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
	    SSL_CTX_set_num_tickets(context, resumes ? 1 : 0) != 1 ||
	    SSL_CTX_set_session_id_context(context, (const unsigned char *)"watashi", 7) != 1)
		return crypto_problem(why, ERR_CRYPTO, s->certificate, "TLS cannot be set up");
	if (resumes) {
		unsigned char key[TLS_TICKET_KEY];

		memcpy(key, s->ticket_key, sizeof(key));
		if (SSL_CTX_set_tlsext_ticket_keys(context, key, sizeof(key)) != 1)
			return crypto_problem(why, ERR_CRYPTO, s->certificate, "the ticket key is refused");
		OPENSSL_cleanse(key, sizeof(key));
	}
	if (read_own_certificate(context, s, why))
		return why->code;
	return s->client_authorities ? demand_client_certificate(context, s->client_authorities, why) : OK;
}

enum err
tls_open(const struct tls_settings *s, struct tls **out, struct problem *why)
{
	struct problem unheard;
	struct tls *tls = calloc(1, sizeof(*tls));

	if (!why)
		why = &unheard;
	if (!tls)
		abort();
	tls->context = SSL_CTX_new(TLS_server_method());
	if (!tls->context)
		abort();
	if (set_up(tls->context, s, why) != OK) {
		tls_free(tls);
		return why->code;
	}
	*out = tls;
	return OK;
}

void
tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

SSL_CTX *
tls_context(const struct tls *tls)
{
	return tls->context;
}
