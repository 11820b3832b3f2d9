/* tests/net/test_mail.c - mail through one server: taken, refused for ever, or not now. All on loopback. */
#include "expect.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "net/mail.h"

/* What the server says to each command; NULL: what servers say. */
struct manners {
	const char *greeting, *ehlo, *auth, *from, *to, *data, *taken;
	bool hangs;
};

static struct {
	struct loop *loop;
	struct evconnlistener *listener;
	struct manners manners;
	bool in_message;
	struct buffer commands, message;
	unsigned port, connections;
	/* Of the mail. */
	unsigned told;
	enum mail_outcome outcome;
	struct problem why;
} here;

/* The server */

static void
say(struct bufferevent *b, const char *own, const char *usual)
{
	const char *text = own ? own : usual;

	bufferevent_write(b, text, strlen(text));
	bufferevent_write(b, "\r\n", 2);
}

static void
answer_command(struct bufferevent *b, struct span line)
{
	const struct manners *m = &here.manners;

	buffer_add(&here.commands, line);
	buffer_byte(&here.commands, '\n');
	if (span_starts(line, "EHLO") || span_starts(line, "HELO"))
		say(b, m->ehlo, "250-sink.example\r\n250-AUTH PLAIN\r\n250 8BITMIME");
	else if (span_starts(line, "AUTH"))
		say(b, NULL, "334 ");
	else if (span_starts(line, "MAIL"))
		say(b, m->from, "250 ok");
	else if (span_starts(line, "RCPT"))
		say(b, m->to, "250 ok");
	else if (span_is(line, "DATA")) {
		say(b, m->data, "354 go on");
		here.in_message = !m->data;
	} else if (span_is(line, "QUIT"))
		say(b, NULL, "221 bye");
	else
		say(b, m->auth, "235 ok");
}

static void
on_bytes(struct bufferevent *b, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(b);
	size_t size;
	char *line;

	(void)arg;
	while (!here.manners.hangs && (line = evbuffer_readln(in, &size, EVBUFFER_EOL_CRLF_STRICT))) {
		struct span s = span_of(line, size);

		if (here.in_message && span_is(s, ".")) {
			here.in_message = false;
			say(b, here.manners.taken, "250 taken");
		} else if (here.in_message) {
			buffer_add(&here.message, s);
			buffer_text(&here.message, "\r\n");
		} else {
			answer_command(b, s);
		}
		free(line);
	}
}

static void
on_over(struct bufferevent *b, short what, void *arg)
{
	(void)what;
	(void)arg;
	bufferevent_free(b);
}

static void
on_connection(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int size, void *arg)
{
	struct bufferevent *b = bufferevent_socket_new(loop_base(here.loop), fd, BEV_OPT_CLOSE_ON_FREE);

	(void)listener;
	(void)from;
	(void)size;
	(void)arg;
	here.connections++;
	here.in_message = false;
	bufferevent_setcb(b, on_bytes, NULL, on_over, NULL);
	bufferevent_enable(b, EV_READ | EV_WRITE);
	if (!here.manners.hangs)
		say(b, here.manners.greeting, "220 sink.example");
}

static int
start(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	(void)state;
	memset(&here, 0, sizeof(here));
	here.loop = loop_new();
	here.commands = buffer_init(16 * KIB);
	here.message = buffer_init(64 * KIB);
	here.listener = evconnlistener_new_bind(loop_base(here.loop), on_connection, NULL, LEV_OPT_CLOSE_ON_FREE, 16,
	    (struct sockaddr *)&at, sizeof(at));
	getsockname(evconnlistener_get_fd(here.listener), (struct sockaddr *)&at, &size);
	here.port = ntohs(at.sin_port);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	evconnlistener_free(here.listener);
	loop_step(here.loop, 0);
	loop_free(here.loop);
	buffer_release(&here.commands);
	buffer_release(&here.message);
	return 0;
}

/* The mail */

#define MESSAGE "Subject: a\r\n\r\none\r\n.two\r\n"

static void
on_told(void *arg, enum mail_outcome outcome, const struct problem *why)
{
	(void)arg;
	here.told++;
	here.outcome = outcome;
	here.why = *why;
}

static struct mailer *
mailer_of(struct mailer_settings s)
{
	static char url[64];

	snprintf(url, sizeof(url), "smtp://127.0.0.1:%u/watashi.example", here.port);
	s.url = s.url ? s.url : url;
	s.from = "no-reply@watashi.example";
	s.at_once = 1;
	s.time = s.time ? s.time : SECONDS(20);
	return mailer_new(here.loop, &s);
}

static void
send_one(struct mailer *m)
{
	unsigned before = here.told;

	mail_send(m, span_text("hanako@example.jp"), span_text(MESSAGE), on_told, NULL);
	expect_number("nobody is called back before", here.told, before);
	while (here.told == before)
		loop_step(here.loop, SECONDS(1));
}

static bool
was_said(const char *part)
{
	struct span said = buffer_span(&here.commands);

	return memmem(said.data, said.size, part, strlen(part)) != NULL;
}

static void
what_is_sent_arrives_as_it_was(void **state)
{
	struct mailer *m = mailer_of((struct mailer_settings){ .tls = MAIL_TLS_NONE });

	(void)state;
	send_one(m);
	expect_number("sent", here.outcome, MAIL_SENT);
	/* A dot at a line's beginning is doubled on the way (RFC 5321 s4.5.2). */
	expect_span("byte for byte", buffer_span(&here.message), "Subject: a\r\n\r\none\r\n..two\r\n");
	expect_true("by our name", was_said("EHLO watashi.example\n"));
	expect_true("from us", was_said("MAIL FROM:<no-reply@watashi.example>"));
	expect_true("to whom it is for", was_said("RCPT TO:<hanako@example.jp>\n"));
	send_one(m);
	expect_number("the next one, too", here.outcome, MAIL_SENT);
	mailer_free(m);
}

static const struct {
	const char *title;
	struct manners manners;
	enum mail_outcome outcome;
	const char *why;
} cases[] = {
	{ "an address nobody has", { .to = "550 5.1.1 no such user hanako" }, MAIL_REFUSED,
	    "the mail server answered 550 to the address" },
	{ "a mailbox that is full", { .to = "452 4.2.2 full" }, MAIL_NOT_NOW, "answered 452 to the address" },
	{ "a greylist", { .to = "450 4.7.1 later" }, MAIL_NOT_NOW, "answered 450 to the address" },
	{ "a mail that is never taken", { .taken = "554 5.7.1 hanako does not want it" }, MAIL_REFUSED,
	    "answered 554 to the mail" },
	{ "a mail that is not taken now", { .taken = "451 4.3.0 later" }, MAIL_NOT_NOW, "answered 451 to the mail" },
	{ "DATA is refused", { .data = "554 5.5.1 no" }, MAIL_REFUSED, "answered 554 to the mail" },
	{ "our sender is not taken", { .from = "550 5.7.1 not you" }, MAIL_NOT_NOW,
	    "answered 550 to our greeting, name or sender" },
	{ "our name is not taken", { .ehlo = "550 no" }, MAIL_NOT_NOW, "" },
	{ "a server that goes away", { .greeting = "421 closing" }, MAIL_NOT_NOW, "" },
	{ "a server for nothing", { .greeting = "554 no mail here" }, MAIL_NOT_NOW, "" },
	{ "what is no mail server", { .greeting = "HTTP/1.1 400 Bad Request" }, MAIL_NOT_NOW, "" },
};

static void
refused_for_ever_is_told_from_not_now(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mailer *m = mailer_of((struct mailer_settings){ .tls = MAIL_TLS_NONE });

		here.manners = cases[i].manners;
		send_one(m);
		expect_number(cases[i].title, here.outcome, cases[i].outcome);
		expect_problem(cases[i].title, here.why.code, &here.why, here.why.code, cases[i].why);
		expect_true("a failure has a code", here.why.code != OK);
		expect_true("no sentence names the address", !strstr(here.why.text, "hanako"));
		mailer_free(m);
	}
}

static void
without_tls_nothing_is_said_where_it_is_required(void **state)
{
	struct mailer *m = mailer_of((struct mailer_settings){ .tls = MAIL_TLS_REQUIRED, .user = "a", .password = "b"
	    });

	(void)state;
	send_one(m);
	expect_number("not now", here.outcome, MAIL_NOT_NOW);
	expect_true("nobody learned user, sender or address", !was_said("AUTH") && !was_said("MAIL") &&
	    !was_said("RCPT"));
	mailer_free(m);
}

static void
a_wrong_password_is_no_refusal_of_the_address(void **state)
{
	struct mailer *m = mailer_of((struct mailer_settings){ .tls = MAIL_TLS_NONE, .user = "watashi",
	    .password = "secret-word" });

	(void)state;
	send_one(m);
	expect_number("with the right one it is sent", here.outcome, MAIL_SENT);
	mailer_free(m);
	m = mailer_of((struct mailer_settings){ .tls = MAIL_TLS_NONE, .user = "watashi", .password = "secret-word" });
	here.manners.auth = "535 5.7.8 wrong";
	send_one(m);
	expect_number("not now", here.outcome, MAIL_NOT_NOW);
	expect_problem("and why", here.why.code, &here.why, ERR_DENIED, "does not take our user and password");
	mailer_free(m);
}

static void
nobody_waits_for_ever(void **state)
{
	struct mailer *m = mailer_of((struct mailer_settings){ .tls = MAIL_TLS_NONE, .time = SECONDS(1) / 4 });

	(void)state;
	here.manners.hangs = true;
	send_one(m);
	expect_number("a silent server", here.outcome, MAIL_NOT_NOW);
	expect_problem("and why", here.why.code, &here.why, ERR_UNAVAILABLE, "did not take the mail in time");
	mailer_free(m);
	m = mailer_of((struct mailer_settings){ .tls = MAIL_TLS_NONE, .url = "smtp://127.0.0.1:1/" });
	send_one(m);
	expect_number("no server", here.outcome, MAIL_NOT_NOW);
	mailer_free(m);
}

static void
who_cancelled_is_not_told(void **state)
{
	struct mailer *m = mailer_of((struct mailer_settings){ .tls = MAIL_TLS_NONE });
	struct pending *p = mail_send(m, span_text("hanako@example.jp"), span_text(MESSAGE), on_told, NULL);

	(void)state;
	while (!here.connections)
		loop_step(here.loop, SECONDS(1));
	pending_cancel(&p);
	mail_send(m, span_text("taro@example.jp"), span_text(MESSAGE), on_told, NULL);
	mailer_free(m);
	mailer_free(NULL);
	loop_step(here.loop, 0);
	expect_number("nor is whoever's mailer is gone", here.told, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_sent_arrives_as_it_was, start, stop),
		cmocka_unit_test_setup_teardown(refused_for_ever_is_told_from_not_now, start, stop),
		cmocka_unit_test_setup_teardown(without_tls_nothing_is_said_where_it_is_required, start, stop),
		cmocka_unit_test_setup_teardown(a_wrong_password_is_no_refusal_of_the_address, start, stop),
		cmocka_unit_test_setup_teardown(nobody_waits_for_ever, start, stop),
		cmocka_unit_test_setup_teardown(who_cancelled_is_not_told, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
