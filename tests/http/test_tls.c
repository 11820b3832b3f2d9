/* tests/http/test_tls.c - the same server through TLS: versions, client certificates, resumption, broken files. */
#include "world.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: a.example\r\n"
#define GET_HELLO "GET /hello HTTP/1.1\r\n" HOST "\r\n"

/* The files of one test, in the world's directory. */
struct files {
	char certificate[128], key[128], authority[128], other_key[128], client[128], client_key[128], stranger[128],
	    stranger_key[128], garbage[128], locked_key[128];
};

static EVP_PKEY *
write_key(char *path, size_t size, const struct world *w, const char *name, const char *passphrase)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	FILE *out;

	snprintf(path, size, "%s/%s", w->directory, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(PEM_write_PrivateKey(out, key, passphrase ? EVP_aes_128_cbc() : NULL,
	    (const unsigned char *)passphrase, passphrase ? (int)strlen(passphrase) : 0, NULL, NULL));
	fclose(out);
	return key;
}

/* A certificate for `key`, signed by `issuer`; its own when there is none. */
static X509 *
write_certificate(char *path, size_t size, const struct world *w, const char *name, EVP_PKEY *key, X509 *issuer,
    EVP_PKEY *issuer_key)
{
	X509 *x = X509_new();
	X509_EXTENSION *ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
	    issuer ? "CA:FALSE" : "critical,CA:TRUE");
	static long serial = 1;
	FILE *out;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
	    0);
	X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
	X509_set_pubkey(x, key);
	X509_add_ext(x, ca, -1);
	X509_EXTENSION_free(ca);
	assert_true(X509_sign(x, issuer_key ? issuer_key : key, EVP_sha256()));
	snprintf(path, size, "%s/%s.pem", w->directory, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(PEM_write_X509(out, x));
	fclose(out);
	return x;
}

static void
write_files(const struct world *w, struct files *f)
{
	char unused[128];
	EVP_PKEY *key = write_key(f->key, sizeof(f->key), w, "key", NULL);
	EVP_PKEY *authority_key = write_key(unused, sizeof(unused), w, "authority_key", NULL);
	EVP_PKEY *client_key = write_key(f->client_key, sizeof(f->client_key), w, "client_key", NULL);
	EVP_PKEY *stranger_key = write_key(f->stranger_key, sizeof(f->stranger_key), w, "stranger_key", NULL);
	X509 *authority = write_certificate(f->authority, sizeof(f->authority), w, "authority", authority_key, NULL,
	    NULL);
	FILE *out;

	EVP_PKEY_free(write_key(f->other_key, sizeof(f->other_key), w, "other_key", NULL));
	EVP_PKEY_free(write_key(f->locked_key, sizeof(f->locked_key), w, "locked_key", "secret"));
	X509_free(write_certificate(f->certificate, sizeof(f->certificate), w, "server", key, NULL, NULL));
	X509_free(write_certificate(f->client, sizeof(f->client), w, "client", client_key, authority, authority_key));
	X509_free(write_certificate(f->stranger, sizeof(f->stranger), w, "stranger", stranger_key, NULL, NULL));
	snprintf(f->garbage, sizeof(f->garbage), "%s/garbage", w->directory);
	out = fopen(f->garbage, "w");
	assert_non_null(out);
	fputs("this is no PEM\n", out);
	fclose(out);
	X509_free(authority);
	EVP_PKEY_free(key);
	EVP_PKEY_free(authority_key);
	EVP_PKEY_free(client_key);
	EVP_PKEY_free(stranger_key);
}

static void
open_tls(struct world *w, const struct tls_settings *settings)
{
	struct problem why;

	expect_ok("TLS is set up", tls_open(settings, &w->tls, &why), &why);
	world_open(w);
}

static void
shake(struct world *w, struct client *c, SSL_CTX *context, SSL_SESSION *session)
{
	client_open(w, c);
	c->ssl = SSL_new(context);
	SSL_set_fd(c->ssl, c->fd);
	if (session)
		SSL_set_session(c->ssl, session);
	for (int i = 0; i < 200; i++) {
		int returned = SSL_connect(c->ssl), error = SSL_get_error(c->ssl, returned);

		if (returned == 1)
			return;
		if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
			c->finished = true;
			ERR_clear_error();
			return;
		}
		world_step(w);
	}
	fail();
}

static void
requests_are_answered_through_tls(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct world w;
	struct files f;
	struct client c;
	static char body[70000], head[128], content[1500000];

	(void)state;
	world_init(&w);
	write_files(&w, &f);
	snprintf(head, sizeof(head), "%s/file", w.directory);
	memset(content, 'f', sizeof(content));
	w.file = open(head, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	w.file_size = sizeof(content);
	expect_number("the test has its file", write(w.file, content, sizeof(content)), sizeof(content));
	open_tls(&w, &(struct tls_settings){ .certificate = f.certificate, .key = f.key });
	for (size_t i = 0; i < COUNT(versions); i++) {
		SSL_CTX *context = SSL_CTX_new(TLS_client_method());

		SSL_CTX_set_max_proto_version(context, versions[i]);
		shake(&w, &c, context, NULL);
		expect_number("the version is spoken", SSL_version(c.ssl), versions[i]);
		client_send(&w, &c, span_text(GET_HELLO GET_HELLO "GET /later/a HTTP/1.1\r\n" HOST "\r\n"));
		expect_heard("in order", &w, &c, "200:hello 200:hello 200:a");
		snprintf(head, sizeof(head), "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n",
		    sizeof(body));
		memset(body, 'b', sizeof(body));
		client_send(&w, &c, span_text(head));
		client_send(&w, &c, span_of(body, sizeof(body)));
		expect_heard("a body over many records", &w, &c, "200:hello 200:hello 200:a 200:<70000>");
		client_send(&w, &c, span_text("GET /file HTTP/1.1\r\n" HOST "\r\nGET /peer HTTP/1.1\r\n" HOST "\r\n"));
		expect_heard("a file, and it is secure", &w, &c,
		    "200:hello 200:hello 200:a 200:<70000> 200:<1500000> 200:127.0.0.1 secure -1 cert 0");
		client_send(&w, &c, span_text("GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"));
		expect_heard("the end is said", &w, &c,
		    "200:hello 200:hello 200:a 200:<70000> 200:<1500000> "
		    "200:127.0.0.1 secure -1 cert 0 200!:hello closed");
		expect_true("by close_notify", SSL_get_shutdown(c.ssl) & SSL_RECEIVED_SHUTDOWN);
		client_close(&c);
		SSL_CTX_free(context);
	}
	world_release(&w);
}

/* More than the buffer holds in one record, behind a request that waits: no event tells of what TLS has read
 * already. */
static void
what_tls_holds_back_is_not_forgotten(void **state)
{
	enum { MANY = 1500 };
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	struct world w;
	struct files f;
	struct client c;
	char *many = malloc(MANY * sizeof(GET_HELLO));
	size_t size = 0;

	(void)state;
	world_init(&w);
	write_files(&w, &f);
	open_tls(&w, &(struct tls_settings){ .certificate = f.certificate, .key = f.key });
	shake(&w, &c, context, NULL);
	for (int i = 0; i < MANY; i++, size += sizeof(GET_HELLO) - 1)
		memcpy(many + size, GET_HELLO, sizeof(GET_HELLO) - 1);
	client_send(&w, &c, span_text("GET /wait HTTP/1.1\r\n" HOST "\r\n"));
	client_send(&w, &c, span_of(many, size));
	for (int i = 0; i < 20; i++)
		world_step(&w);
	expect_number("only one is looked at", w.figures->value[FIGURE_REQUESTS], 1);
	exchange_hold(w.waiting, NULL);
	exchange_reply(w.waiting, &(struct reply){ .status = 200 });
	for (int i = 0; i < 1000 && w.figures->value[FIGURE_REQUESTS] < MANY + 1; i++) {
		world_step(&w);
		client_read(&c);
	}
	expect_number("then all are", w.figures->value[FIGURE_REQUESTS], MANY + 1);
	client_close(&c);
	free(many);
	SSL_CTX_free(context);
	world_release(&w);
}

static void
old_versions_and_other_protocols_are_refused(void **state)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	struct world w;
	struct files f;
	struct client c;
	const unsigned char *chosen;
	unsigned size;

	(void)state;
	world_init(&w);
	write_files(&w, &f);
	w.settings.limits.head_time = 250000;
	open_tls(&w, &(struct tls_settings){ .certificate = f.certificate, .key = f.key });
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
	shake(&w, &c, context, NULL);
	expect_heard("TLS 1.1 is not spoken", &w, &c, "closed");
	expect_number("it is counted", w.figures->value[FIGURE_TLS_FAILED], 1);
	client_close(&c);
	SSL_CTX_free(context);

	context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\x02h2", 3);
	shake(&w, &c, context, NULL);
	expect_heard("HTTP/2 alone is refused", &w, &c, "closed");
	client_close(&c);
	SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\x02h2\x08http/1.1", 12);
	shake(&w, &c, context, NULL);
	SSL_get0_alpn_selected(c.ssl, &chosen, &size);
	expect_span("HTTP/1.1 is chosen", span_of(chosen, size), "http/1.1");
	client_close(&c);
	SSL_CTX_free(context);

	expect_answer("plain HTTP gets no answer", &w, GET_HELLO, "closed");
	expect_answer("whoever does not shake hands in time is closed", &w, "", "closed");
	world_release(&w);
}

static void
a_listener_may_ask_for_certificates(void **state)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	struct world w;
	struct files f;
	struct client c;
	char expected[64];
	FILE *in;
	X509 *certificate;

	(void)state;
	world_init(&w);
	write_files(&w, &f);
	open_tls(&w, &(struct tls_settings){ .certificate = f.certificate, .key = f.key,
	    .client_authorities = f.authority });
	shake(&w, &c, context, NULL);
	client_send(&w, &c, span_text(GET_HELLO));
	expect_heard("whoever has none is refused", &w, &c, "closed");
	client_close(&c);

	SSL_CTX_use_certificate_file(context, f.stranger, SSL_FILETYPE_PEM);
	SSL_CTX_use_PrivateKey_file(context, f.stranger_key, SSL_FILETYPE_PEM);
	shake(&w, &c, context, NULL);
	client_send(&w, &c, span_text(GET_HELLO));
	expect_heard("one of another authority is refused", &w, &c, "closed");
	client_close(&c);
	SSL_CTX_free(context);

	context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_use_certificate_file(context, f.client, SSL_FILETYPE_PEM);
	SSL_CTX_use_PrivateKey_file(context, f.client_key, SSL_FILETYPE_PEM);
	in = fopen(f.client, "r");
	certificate = PEM_read_X509(in, NULL, NULL, NULL);
	fclose(in);
	snprintf(expected, sizeof(expected), "200:127.0.0.1 secure -1 cert %d", i2d_X509(certificate, NULL));
	X509_free(certificate);
	shake(&w, &c, context, NULL);
	client_send(&w, &c, span_text("GET /peer HTTP/1.1\r\n" HOST "\r\n"));
	expect_heard("a good one reaches the handler", &w, &c, expected);
	client_close(&c);
	SSL_CTX_free(context);
	world_release(&w);
}

static SSL_SESSION *
session_after_request(struct world *w, SSL_CTX *context, SSL_SESSION *before, bool *resumed)
{
	SSL_SESSION *session;
	struct client c;

	shake(w, &c, context, before);
	*resumed = SSL_session_reused(c.ssl);
	client_send(w, &c, span_text(GET_HELLO));
	expect_heard("the session works", w, &c, "200:hello");
	session = SSL_get1_session(c.ssl);
	client_close(&c);
	return session;
}

static void
sessions_resume_over_processes_by_their_key(void **state)
{
	static const unsigned char key[TLS_TICKET_KEY] = { 1, 2, 3 };
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct files f;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const unsigned char *ticket_key = i < 2 ? key : NULL;
		SSL_CTX *context = SSL_CTX_new(TLS_client_method());
		SSL_SESSION *session, *second;
		struct world one, two;
		bool resumed;

		SSL_CTX_set_max_proto_version(context, versions[i % 2]);
		world_init(&one);
		write_files(&one, &f);
		open_tls(&one, &(struct tls_settings){ .certificate = f.certificate, .key = f.key,
		    .ticket_key = ticket_key });
		world_init(&two);
		open_tls(&two, &(struct tls_settings){ .certificate = f.certificate, .key = f.key,
		    .ticket_key = ticket_key });
		session = session_after_request(&one, context, NULL, &resumed);
		expect_true("the first shakes hands in full", !resumed);
		second = session_after_request(&two, context, session, &resumed);
		expect_true("another process knows the ticket, if there is a key", resumed == (ticket_key != NULL));
		SSL_SESSION_free(session);
		SSL_SESSION_free(second);
		SSL_CTX_free(context);
		world_release(&one);
		world_release(&two);
	}
}

static void
files_that_do_not_serve_are_named(void **state)
{
	struct world w;
	struct files f;
	struct problem why;
	struct tls *tls = NULL;

	(void)state;
	world_init(&w);
	write_files(&w, &f);
	const struct {
		const char *title, *certificate, *key, *authorities;
		enum err code;
		const char *file, *part;
	} cases[] = {
		{ "a missing certificate", "/nowhere/c.pem", f.key, NULL, ERR_NOT_FOUND, "/nowhere/c.pem",
		  "cannot be read" },
		{ "a missing key", f.certificate, "/nowhere/k.pem", NULL, ERR_NOT_FOUND, "/nowhere/k.pem",
		  "cannot be read" },
		{ "a certificate that is none", f.garbage, f.key, NULL, ERR_SYNTAX, f.garbage,
		  "expected a PEM certificate" },
		{ "a key that is none", f.certificate, f.garbage, NULL, ERR_SYNTAX, f.garbage,
		  "expected a PEM private key" },
		{ "a key with a passphrase", f.certificate, f.locked_key, NULL, ERR_SYNTAX, f.locked_key,
		  "without a passphrase" },
		{ "the key of another", f.certificate, f.other_key, NULL, ERR_INVALID, f.other_key,
		  "the key is not that of the certificate" },
		{ "missing authorities", f.certificate, f.key, "/nowhere/a.pem", ERR_NOT_FOUND, "/nowhere/a.pem",
		  "cannot be read" },
		{ "authorities that are none", f.certificate, f.key, f.garbage, ERR_SYNTAX, f.garbage,
		  "expected PEM certificates of client authorities" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum err err = tls_open(&(struct tls_settings){ .certificate = cases[i].certificate,
		    .key = cases[i].key, .client_authorities = cases[i].authorities }, &tls, &why);

		expect_problem(cases[i].title, err, &why, cases[i].code, cases[i].part);
		expect_problem("names the file", err, &why, cases[i].code, cases[i].file);
	}
	expect_true("and nothing is opened", !tls);
	world_open(&w);
	world_release(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_through_tls),
		cmocka_unit_test(what_tls_holds_back_is_not_forgotten),
		cmocka_unit_test(old_versions_and_other_protocols_are_refused),
		cmocka_unit_test(a_listener_may_ask_for_certificates),
		cmocka_unit_test(sessions_resume_over_processes_by_their_key),
		cmocka_unit_test(files_that_do_not_serve_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
