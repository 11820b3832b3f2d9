/* tests/jpki/test_ocsp_responder.c - OpenSSL's own responder, a process, asked as a worker asks: through the courier's
 * link, the desk and the fetcher. On loopback; skipped where there is no `openssl` to run. */
#include "expect.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/x509_signature.h"
#include "jpki/ocsp_maker.h"
#include "jpki/ocsp_source.h"

#define OPENSSL "/usr/bin/openssl"

static struct {
	char directory[64], url[64];
	unsigned port;
	pid_t responder;
	int said;                /* what it writes; kept open, for it writes on */
	struct made_certificate authority, delegate, good, revoked, strange;
	struct jpki_anchor anchor;
	struct loop *loop;
	struct address_set *loopback;
	struct fetcher *fetcher;
	struct courier_desk *desk;
	struct courier *courier;
	struct revocation_source *source;
} here;

/* The responder and its files. */

static FILE *
file_at(const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", here.directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	return file;
}

static void
write_certificate(const char *name, const struct made_certificate *made, bool with_key)
{
	FILE *file = file_at(name);

	assert_true(PEM_write_X509(file, made->openssl));
	if (with_key)
		assert_true(PEM_write_PrivateKey(file, made->key, NULL, NULL, 0, NULL, NULL));
	fclose(file);
}

/* OpenSSL's index of what was issued: status, end, revocation, serial, file, subject. */
static void
write_index(void)
{
	FILE *file = file_at("index.txt");

	fprintf(file, "V\t370101000000Z\t\t1001\tunknown\t/CN=Good\n");
	fprintf(file, "R\t370101000000Z\t260101000000Z,superseded\t1002\tunknown\t/CN=Revoked\n");
	fclose(file);
	fclose(file_at("index.txt.attr"));
}

static struct made_certificate
issue(const char *name, long serial, bool delegate)
{
	long now = (long)(clock_now().us / SECONDS(1)) - OCSP_NOON;

	return certificate_make(&(struct certificate_wish){
	    .name = name,
	    .serial = serial,
	    .issuer = serial == 1 ? NULL : &here.authority,
	    .authority = serial == 1,
	    .key = serial == 1 ? NULL : here.authority.key,
	    .from = now - OCSP_DAY,
	    .until = now + 30 * OCSP_DAY,
	    .extended_usage = delegate ? "OCSPSigning" : NULL,
	    .no_check = delegate,
	});
}

/* It says "ACCEPT [::]:PORT PID=…" once it listens. (A connection that says nothing would keep it from all others.) */
static void
read_port(int fd)
{
	char line[256] = "", *port;
	size_t size = 0;

	while (size < sizeof(line) - 1 && !strchr(line, '\n')) {
		ssize_t more = read(fd, line + size, sizeof(line) - 1 - size);

		assert_true(more > 0);
		size += (size_t)more;
		line[size] = '\0';
	}
	port = strstr(line, " PID=");
	assert_non_null(port);
	while (port > line && port[-1] != ':')
		port--;
	here.port = (unsigned)atoi(port);
	assert_true(here.port > 0);
}

/* At the port it had, if it had one. */
static void
start_responder(void)
{
	char port[16];
	int ends[2];

	snprintf(port, sizeof(port), "%u", here.port);
	assert_int_equal(pipe(ends), 0);
	here.responder = fork();
	if (here.responder == 0) {
		dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		if (chdir(here.directory) != 0)
			_exit(126);
		execl(OPENSSL, "openssl", "ocsp", "-port", port, "-index", "index.txt", "-CA", "ca.pem", "-rsigner",
		    "responder.pem", "-rkey", "responder.pem", "-nmin", "5", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	read_port(ends[0]);
	here.said = ends[0];
}

static void
stop_responder(void)
{
	if (here.responder <= 0)
		return;
	kill(here.responder, SIGKILL);
	waitpid(here.responder, NULL, 0);
	here.responder = 0;
	close(here.said);
}

static int
prepare(void **state)
{
	static const char *const networks[] = { "127.0.0.1" };

	(void)state;
	if (access(OPENSSL, X_OK) != 0)
		return 0;
	strcpy(here.directory, "/tmp/watashi-ocsp-XXXXXX");
	assert_non_null(mkdtemp(here.directory));
	here.authority = issue("Authority", 1, false);
	here.delegate = issue("Responder", 2, true);
	here.good = issue("Good", 0x1001, false);
	here.revoked = issue("Revoked", 0x1002, false);
	here.strange = issue("Strange", 0x1003, false);
	here.anchor.certificate = here.authority.x509;
	write_certificate("ca.pem", &here.authority, false);
	write_certificate("responder.pem", &here.delegate, true);
	write_index();
	start_responder();
	here.loop = loop_new();
	assert_int_equal(address_set_new(networks, 1, &here.loopback, NULL), OK);
	here.fetcher = fetcher_new(here.loop,
	    &(struct fetcher_settings){ .plain_http = true, .internal = here.loopback, .at_once = 8 });
	return 0;
}

static int
clear(void **state)
{
	static const char *const files[] = { "ca.pem", "responder.pem", "index.txt", "index.txt.attr" };
	char path[128];

	(void)state;
	stop_responder();
	if (!here.loop)
		return 0;
	fetcher_free(here.fetcher);
	address_set_free(here.loopback);
	loop_free(here.loop);
	made_free(&here.authority);
	made_free(&here.delegate);
	made_free(&here.good);
	made_free(&here.revoked);
	made_free(&here.strange);
	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", here.directory, files[i]);
		unlink(path);
	}
	rmdir(here.directory);
	return 0;
}

/* Asking. */

static void
link_up(void)
{
	int fds[2];

	assert_int_equal(channel_pair(fds, NULL), OK);
	courier_link(here.courier, fds[0]);
	courier_desk_link(here.desk, fds[1]);
}

static int
open_source(void **state)
{
	const char *url = here.url;
	struct ocsp_settings settings = {
		.name = "responder",
		.url = here.url,
		.rules = { .nonce = OCSP_NONCE_REQUIRE, .skew = SECONDS(60), .oldest = SECONDS(OCSP_DAY),
		    .switches = SIGNATURES_RSA },
		.time = SECONDS(5),
	};

	(void)state;
	if (!here.loop)
		return 0;
	snprintf(here.url, sizeof(here.url), "http://127.0.0.1:%u/", here.port);
	here.desk = courier_desk_new(here.loop, here.fetcher, &url, 1);
	here.courier = courier_linked(here.loop);
	here.source = ocsp_source_new(here.courier, &settings);
	link_up();
	return 0;
}

static int
close_source(void **state)
{
	(void)state;
	revocation_source_free(here.source);
	courier_free(here.courier);
	courier_desk_free(here.desk);
	here.source = NULL;
	here.courier = NULL;
	here.desk = NULL;
	return 0;
}

struct heard {
	size_t times;
	struct revocation_answer answer;
};

static void
on_heard(void *arg, const struct revocation_answer *answer)
{
	struct heard *h = arg;

	h->times++;
	h->answer = *answer;
}

static struct revocation_answer
asked(const struct made_certificate *about)
{
	struct jpki_certificate certificate = { .x509 = about->x509, .issuer = &here.anchor };
	struct revocation_question question = { .certificate = &certificate, .now = clock_now() };
	struct revocation_source *sources[] = { here.source };
	struct heard h = { 0 };

	revocation_ask(loop_turn(here.loop), sources, 1, &question, NULL, on_heard, &h);
	for (int i = 0; i < 8000 && h.times == 0; i++)
		loop_step(here.loop, 1000);
	expect_number("an answer comes, once", h.times, 1);
	return h.answer;
}

static void
skip_without_openssl(void)
{
	if (here.loop)
		return;
	print_message("no %s to run a responder\n", OPENSSL);
	skip();
}

static void
each_status_comes_through(void **state)
{
	struct revocation_answer answer;

	(void)state;
	skip_without_openssl();
	answer = asked(&here.good);
	if (answer.status != REVOCATION_GOOD)
		print_error("  %s\n", answer.text);
	expect_number("good", answer.status, REVOCATION_GOOD);
	expect_true("asked just now, with our nonce", answer.fresh);
	answer = asked(&here.revoked);
	expect_number("revoked", answer.status, REVOCATION_REVOKED);
	expect_text("for a reason", crl_reason_name(answer.reason), "superseded");
	expect_number("one it does not know", asked(&here.strange).status, REVOCATION_UNKNOWN);
}

static void
a_responder_that_has_gone_is_unavailable_until_it_is_back(void **state)
{
	(void)state;
	skip_without_openssl();
	stop_responder();
	expect_number("nobody there", asked(&here.good).status, REVOCATION_UNAVAILABLE);
	start_responder();
	expect_number("back", asked(&here.good).status, REVOCATION_GOOD);
}

static void
a_steward_that_has_gone_is_unavailable_until_there_is_another(void **state)
{
	const char *url = here.url;
	struct revocation_answer answer;

	(void)state;
	skip_without_openssl();
	courier_desk_free(here.desk);
	here.desk = NULL;
	answer = asked(&here.good);
	expect_number("nobody who may ask", answer.status, REVOCATION_UNAVAILABLE);
	here.desk = courier_desk_new(here.loop, here.fetcher, &url, 1);
	link_up();
	expect_number("another", asked(&here.good).status, REVOCATION_GOOD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_status_comes_through, open_source, close_source),
		cmocka_unit_test_setup_teardown(
		    a_responder_that_has_gone_is_unavailable_until_it_is_back, open_source, close_source),
		cmocka_unit_test_setup_teardown(
		    a_steward_that_has_gone_is_unavailable_until_there_is_another, open_source, close_source),
	};

	return cmocka_run_group_tests(tests, prepare, clear);
}
