/* tools/testcard/ocsp.c - the command that runs OpenSSL's OCSP responder for one authority.
 *
 * The responder looks whether its index has changed before it waits for a question, so the first question after a
 * change would be answered as before it: whoever watches the index asks that one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testcard/command.h"

#define ARENA (16 * MIB)

struct wishes {
	const char *purpose, *generation, *port, *minutes, *responder;
};

#define LOOK_EVERY 100000 /* microseconds */

/* Of a certificate that no authority has issued; a responder gives up after a question it cannot read (RFC 6960
 * s4.1.1). */
static struct span
question_make(struct arena *a)
{
	struct span hash = asn_octets(a, span_of(arena_take(a, 20), 20));
	struct span certificate = ASN(a, DER_SEQUENCE, ASN(a, DER_SEQUENCE, asn_oid(a, "1.3.14.3.2.26"), asn_null(a)),
	    hash, hash, asn_number(a, 1));
	struct span der = ASN(a, DER_SEQUENCE, ASN(a, DER_SEQUENCE,
	    ASN(a, DER_SEQUENCE, ASN(a, DER_SEQUENCE, certificate))));
	const char *head = arena_print(a, "POST / HTTP/1.0\r\nContent-Type: application/ocsp-request\r\n"
	    "Content-Length: %zu\r\n\r\n", der.size);

	return asn_join(a, (struct span[]){ span_text(head), der }, 2);
}

static void
responder_nudge(uint16_t port, struct span question)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct timeval patience = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[256];

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	/* Its answer is waited for: a responder whose asker has gone dies of it. */
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    send(fd, question.data, question.size, MSG_NOSIGNAL) > 0)
		while (recv(fd, answer, sizeof(answer), 0) > 0)
			;
	close(fd);
}

/* Until it ends. */
static enum ending
responder_watch(struct arena *a, pid_t responder, const char *index, uint16_t port)
{
	struct span question = question_make(a);
	struct stat seen = { 0 }, now;
	int status;

	stat(index, &seen);
	while (waitpid(responder, &status, WNOHANG) == 0) {
		if (stat(index, &now) == 0 && (now.st_ino != seen.st_ino ||
		    memcmp(&now.st_mtim, &seen.st_mtim, sizeof(now.st_mtim)) != 0)) {
			responder_nudge(port, question);
			seen = now;
		}
		usleep(LOOK_EVERY);
	}
	return FAILED;
}

static enum ending
responder_run(struct arena *a, char *const *words, const char *index, uint16_t port)
{
	struct problem why;
	pid_t responder = fork();

	if (responder == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execvp(words[0], words);
		problem_errno(&why, errno, "openssl cannot be run");
		failed(&why);
		_exit(FAILED);
	}
	if (responder < 0) {
		problem_errno(&why, errno, "no process can be made");
		return failed(&why);
	}
	return responder_watch(a, responder, index, port);
}

static enum ending
responder_begin(struct arena *a, const char *directory, const struct wishes *w)
{
	enum purpose purpose = purpose_read(w->purpose);
	struct authority ca = { 0 };
	const char *signer;
	struct problem why;
	long port, minutes, generation;

	if (purpose == PURPOSES)
		return misuse(PROGRAM, "--purpose: expected signature or authentication, found \"%s\"", w->purpose);
	if (!option_number(w->port, 1, 65535, &port) || !option_number(w->minutes, 0, 1000000, &minutes) ||
	    !option_number(w->generation, 0, GENERATIONS, &generation))
		return misuse(PROGRAM, "--port, --minutes and --generation: expected numbers");
	if (authority_open(a, directory, purpose, (unsigned)generation, &ca, &why) != OK)
		return failed(&why);
	authority_close(&ca);
	signer = w->responder ? w->responder : arena_print(a, "%s/responder", ca.folder);

	const char *index = arena_print(a, "%s/index.txt", ca.folder);
	const char *words[] = {
		"openssl", "ocsp", "-index", index, "-CA",
		arena_print(a, "%s/ca.pem", ca.folder), "-rsigner", arena_print(a, "%s.pem", signer), "-rkey",
		arena_print(a, "%s.key", signer), "-port", w->port, "-nmin", w->minutes, NULL,
	};

	return responder_run(a, (char *const *)(uintptr_t)words, index, (uint16_t)port);
}

enum ending
ocsp_command(int argc, char **argv)
{
	struct wishes w = { .purpose = "authentication", .generation = "0", .port = "2560", .minutes = "15" };
	const struct option_row options[] = {
		{ "purpose", "WORD", "signature or authentication (authentication)", &w.purpose, NULL, NULL },
		{ "generation", "N", "of the authority; the newest", &w.generation, NULL, NULL },
		{ "port", "N", "where it listens (2560)", &w.port, NULL, NULL },
		{ "minutes", "N", "until an answer's nextUpdate (15)", &w.minutes, NULL, NULL },
		{ "responder", "PATH", "PATH.pem and PATH.key sign instead of the authority's responder", &w.responder,
		    NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "ocsp DIRECTORY [OPTION …]",
		"Runs `openssl ocsp` over what one authority has issued; it signs as a responder the authority "
		"certified.\n"
		"What is revoked meanwhile, it knows a moment later.",
		options, 1, 1 };
	struct arena a = arena_init(ARENA);
	const char *directory;
	enum ending ending;

	if (options_read(PROGRAM, &usage, argc, argv, &directory, &ending))
		ending = responder_begin(&a, directory, &w);
	arena_release(&a);
	return ending;
}
