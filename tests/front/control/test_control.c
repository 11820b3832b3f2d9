/* tests/front/control/test_control.c - who may ask an operator's requests, and those that are the steward's own. */
#include <errno.h>
#include <sys/wait.h>

#include "front/control/stage.h"

static void
requests_are_read_strictly(void **state)
{
	static const struct control_question questions[] = {
		{ "a new federation has published nothing and has no keys", { "GET", "/v1/control/status", NULL, NULL },
		    200, "{\"publication\":null,\"keys\":[],\"members\":{\"waiting\":[],\"applied\":0,\"approved\":0,"
		    "\"suspended\":0,\"withdrawn\":0},\"sources\":[],\"callers\":{\"waiting\":[]},"
		    "\"policies\":{\"waiting\":[],\"published\":0,\"rejected\":null},\"proofing_ended\":null,"
		    "\"processes\":[],\"store\":{}}" },
		{ "publishing takes no other parameter", { "POST", "/v1/control/publish?any=true", NULL, NULL }, 400,
		    "\\\"any\\\"" },
	};

	(void)state;
	expect_answers(questions, COUNT(questions), 1);
}

static void
what_the_steward_does_is_asked_of_it(void **state)
{
	struct stage s;

	(void)state;
	stage_new(&s, 4);
	expect_answer(&s, "publishing answers with the generation",
	    &(struct wanted){ "POST", "/v1/control/publish?all=true", NULL, NULL }, 200,
	    "{\"generation\":7,\"signed\":3,\"kept\":0,\"removed\":0,\"left_out\":0,\"milliseconds\":12}");
	expect_number("everything was asked for", s.published_all, 1);
	expect_answer(&s, "a reload is accepted", &(struct wanted){ "POST", "/v1/control/reload", NULL, NULL }, 202,
	    "{}");
	expect_number("and passed on", s.reloaded, 1);
	stage_free(&s);
}

/* Sends until nobody takes it any more; how much that was. The answer stands in `answer`. */
static size_t
poured(struct stage *s, size_t size, struct buffer *answer)
{
	static const char head[] = "POST /v1/control/import?source=a HTTP/1.1\r\nHost: a\r\nContent-Type: "
	                           "application/xml\r\nContent-Length: 104857600\r\n\r\n";
	static const char piece[64 * KIB];
	int fd = connected(s->socket, SOCK_NONBLOCK);
	size_t sent = 0;
	ssize_t n = 1;

	assert_true(fd >= 0);
	assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
	for (int round = 0; round < ROUNDS && sent < size && (n > 0 || errno == EAGAIN); round++) {
		char bytes[4096];
		ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

		if (got > 0)
			buffer_add(answer, span_of(bytes, (size_t)got));
		n = send(fd, piece, sizeof(piece), MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
		loop_step(s->loop, 0);
	}
	close(fd);
	buffer_byte(answer, '\0');
	return sent;
}

static void
a_stranger_takes_neither_memory_nor_a_place(void **state)
{
	static const struct wanted list = { "GET", "/v1/control/keys", NULL, NULL };
	struct buffer answer = buffer_init(64 * KIB);
	int fds[4 * PLACES];
	struct stage s;

	(void)state;
	stage_new(&s, 6);
	s.strangers = true;
	expect_true("a large body is not taken", poured(&s, 16 * MIB, &answer) < 2 * MIB);
	expect_true("and its sender is told why", strstr((const char *)buffer_span(&answer).data, "HTTP/1.1 403 ") &&
	    strstr((const char *)buffer_span(&answer).data, "user 65534 is no operator"));
	expect_answer(&s, "whoever asks politely is told, too", &list, 403, "user 65534 is no operator");
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_true((fds[i] = connected(s.socket, SOCK_NONBLOCK)) >= 0);
	for (int i = 0; i < 20; i++)
		loop_step(s.loop, 0);
	s.strangers = false;
	expect_answer(&s, "while many strangers say nothing, an operator is answered", &list, 200, "{\"keys\":[]}");
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	buffer_release(&answer);
	stage_free(&s);
}

/* The kernel tells who asks: only another user's process can show that it is refused. */
static void
another_user_is_refused(void **state)
{
	struct stage s;
	pid_t child;
	int ended;

	(void)state;
	if (geteuid() != 0) {
		print_message("only root can ask as another user: refusing one is not tried\n");
		skip();
	}
	stage_new(&s, 5);
	child = fork();
	if (child == 0) {
		static const char request[] = "GET /v1/control/keys HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
		char answer[4096] = "";
		int fd;

		if (setuid(65534) != 0 || (fd = connected(s.socket, 0)) < 0 ||
		    write(fd, request, sizeof(request) - 1) != sizeof(request) - 1 || read(fd, answer, sizeof(answer) -
		    1) <= 0)
			_exit(2);
		_exit(strstr(answer, "HTTP/1.1 403 ") && strstr(answer, "user 65534 is no operator") ? 0 : 1);
	}
	for (int round = 0; round < ROUNDS && waitpid(child, &ended, WNOHANG) == 0; round++) {
		loop_step(s.loop, 100);
		store_memory_step(s.store, clock_now());
	}
	expect_number("a user who is no operator gets 403", WIFEXITED(ended) ? WEXITSTATUS(ended) : -1, 0);
	stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_strictly),
		cmocka_unit_test(what_the_steward_does_is_asked_of_it),
		cmocka_unit_test(a_stranger_takes_neither_memory_nor_a_place),
		cmocka_unit_test(another_user_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
