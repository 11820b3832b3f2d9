/* tests/net/test_fetch_tls.c - fetching under TLS: whom the fetcher believes, and that it never leaves TLS again. */
#include "expect.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/fetch.h"

static struct {
	struct loop *loop;
	struct address_set *loopback;
	EVP_PKEY *key;
	X509 *certificate; /* its own authority */
	char authorities[64];
} here;

/* The server: another process, for libcurl and OpenSSL's simple calls would wait for each other in one. */
struct server {
	pid_t pid;
	char url[64];
};

static X509 *
certificate_new(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509V3_CTX context;
	X509_EXTENSION *names;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(
	    X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
	names = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, "IP:127.0.0.1");
	X509_add_ext(x, names, -1);
	X509_EXTENSION_free(names);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static void
serve(int listener, int highest, const char *said)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	/* The end of the test ends us, too. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(context, highest);
	SSL_CTX_use_certificate(context, here.certificate);
	SSL_CTX_use_PrivateKey(context, here.key);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		SSL *ssl = SSL_new(context);
		char request[4096];

		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof(request)) > 0) {
			SSL_write(ssl, said, (int)strlen(said));
			SSL_shutdown(ssl);
		}
		SSL_free(ssl);
		close(fd);
	}
}

static struct server
server_start(int highest, const char *said)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(at);
	struct server server;

	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
	snprintf(server.url, sizeof(server.url), "https://127.0.0.1:%u/", ntohs(at.sin_port));
	server.pid = fork();
	assert_true(server.pid >= 0);
	if (server.pid == 0)
		serve(listener, highest, said);
	close(listener);
	return server;
}

static void
server_stop(const struct server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
}

static int
prepare(void **state)
{
	static const char *const networks[] = { "127.0.0.1" };
	struct problem why;
	FILE *file;
	int fd;

	(void)state;
	here.loop = loop_new();
	here.key = EVP_EC_gen("P-256");
	here.certificate = certificate_new(here.key);
	strcpy(here.authorities, "/tmp/watashi-fetch-XXXXXX");
	fd = mkstemp(here.authorities);
	file = fdopen(fd, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, here.certificate), 1);
	fclose(file);
	return address_set_new(networks, COUNT(networks), &here.loopback, &why) == OK ? 0 : -1;
}

static int
clean_up(void **state)
{
	(void)state;
	unlink(here.authorities);
	X509_free(here.certificate);
	EVP_PKEY_free(here.key);
	address_set_free(here.loopback);
	loop_free(here.loop);
	return 0;
}

struct answer {
	bool came;
	enum err err;
	int status;
	struct problem why;
};

static void
on_answer(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct answer *answer = arg;

	*answer = (struct answer){ .came = true, .err = err, .status = fetched ? fetched->status : 0, .why = *why };
}

static struct answer
fetch_from(const char *url, const char *authorities, bool plain_http)
{
	struct fetcher_settings settings = {
		.plain_http = plain_http, .internal = here.loopback, .authorities = authorities, .at_once = 1
	};
	struct fetch fetch = { .url = url, .limit = 100, .time = SECONDS(5), .redirects = 3 };
	struct fetcher *f = fetcher_new(here.loop, &settings);
	int64_t end = clock_monotonic() + SECONDS(10);
	struct answer answer = { 0 };

	fetch_start(f, &fetch, on_answer, &answer);
	while (!answer.came && clock_monotonic() < end)
		loop_step(here.loop, SECONDS(1) / 20);
	expect_true("an answer comes", answer.came);
	fetcher_free(f);
	return answer;
}

static void
certificates_are_checked(void **state)
{
	struct server server = server_start(TLS1_3_VERSION, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	struct answer answer = fetch_from(server.url, here.authorities, false);
	char other[64];

	(void)state;
	expect_ok("a server of a known authority is believed", answer.err, &answer.why);
	expect_number("and its answer comes", answer.status, 200);
	answer = fetch_from(server.url, NULL, false);
	expect_problem("one the system does not know is not", answer.err, &answer.why, ERR_UNAVAILABLE, "certificate");
	answer = fetch_from(server.url, "/etc/ssl/certs/ca-certificates.crt", false);
	expect_problem("nor one that other authorities do not know", answer.err, &answer.why, ERR_UNAVAILABLE, "");
	snprintf(other, sizeof(other), "https://localhost%s", strrchr(server.url, ':'));
	answer = fetch_from(other, here.authorities, false);
	expect_true("a name the certificate does not say is not believed", answer.err != OK);
	server_stop(&server);
}

static void
old_versions_are_refused(void **state)
{
	struct server server = server_start(TLS1_2_VERSION, "HTTP/1.1 204 No Content\r\n\r\n");
	struct answer answer = fetch_from(server.url, here.authorities, false);

	(void)state;
	expect_number("TLS 1.2 will do", answer.status, 204);
	server_stop(&server);
	server = server_start(TLS1_1_VERSION, "HTTP/1.1 204 No Content\r\n\r\n");
	answer = fetch_from(server.url, here.authorities, false);
	expect_problem("TLS 1.1 will not", answer.err, &answer.why, ERR_UNAVAILABLE, server.url);
	server_stop(&server);
}

static void
nothing_leaves_tls(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int plain = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), asked;
	socklen_t size = sizeof(at);
	char said[128], request[64];
	struct server server;
	struct answer answer;

	(void)state;
	assert_int_equal(bind(plain, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(plain, 8), 0);
	assert_int_equal(getsockname(plain, (struct sockaddr *)&at, &size), 0);
	snprintf(said, sizeof(said),
	    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n", ntohs(at.sin_port));
	server = server_start(TLS1_3_VERSION, said);
	answer = fetch_from(server.url, here.authorities, false);
	expect_problem(
	    "https: alone follows no redirect to http:", answer.err, &answer.why, ERR_DENIED, "only https: is fetched");
	answer = fetch_from(server.url, here.authorities, true);
	expect_problem(
	    "nor where http: is allowed", answer.err, &answer.why, ERR_DENIED, "redirected from https: to http:");
	asked = accept(plain, NULL, NULL);
	expect_true("there nothing was said", asked < 0 || read(asked, request, sizeof(request)) == 0);
	if (asked >= 0)
		close(asked);
	close(plain);
	server_stop(&server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_are_checked),
		cmocka_unit_test(old_versions_are_refused),
		cmocka_unit_test(nothing_leaves_tls),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
