/* tests/front/account_stage.h - a person's own account over HTTP: two persons who are logged in, and a browser of one.
 *
 *     page_open -> ask(line, body) -> expect_answer -> page_close
 */
#pragma once

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transaction/login_stage.h"

#include "front/account/authenticators.h"
#include "http/server.h"
#include "net/loop.h"
#include "person/contact.h"

#define NOBODY_ID "00000000000000000000000000000000"
#define OURS "Origin: https://watashi.example\r\n"
/* A passkey in hardware that nobody vouches for: level 3 of 4. */
#define HARDWARE "{\"credential.active\":true,\"token.factors\":[\"have\",\"are\"],\"token.hardware\":true," \
	"\"token.kinds\":[\"passkey\"],\"token.phishing_resistant\":true," \
	"\"token.user_verification\":\"in-authenticator\"}"

/* A code on paper, as it is observed: level 2 of 4. */
#define PAPER "{\"credential.active\":true,\"token.attested\":false,\"token.factors\":[\"have\"]," \
	"\"token.intent\":true," \
	"\"token.kinds\":[\"lookup-card\"],\"token.lookup_bits\":80,\"token.phishing_resistant\":false," \
	"\"token.replay_resistant\":true,\"token.user_verification\":\"none\"}"

/* Whether that version is in force is not asked of the clock. */
static inline struct requirement_name
least_token(const char *level)
{
	struct requirement_name wanted = stage_least("token", level);

	wanted.version = span_text("1.0");
	return wanted;
}

static struct {
	struct loop *loop;
	struct account_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	uint16_t port;
	char cookie[96], other_cookie[96];
	struct id consent, other_consent;
	char answer[512 * 1024];
	void (*asked)(const char *line, const char *body); /* and answered; may be NULL */
	void (*meanwhile)(int round); /* at each round of the loop until it is; may be NULL */
} page;

static inline const char *
ask_with(const char *line, const char *fields, const char *body)
{
	const char *request = arena_print(&stage.arena, "%s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s%s\r\n%s",
	    line, fields, *body ? arena_print(&stage.arena, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
	    strlen(body)) : "", body);
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = page.port,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t at = 0;

	expect_number("connected", connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	expect_number("sent", write(fd, request, strlen(request)), (ssize_t)strlen(request));
	for (int i = 0; i < 20000; i++) {
		ssize_t n = recv(fd, page.answer + at, sizeof(page.answer) - 1 - at, MSG_DONTWAIT);

		if (n == 0)
			break;
		if (n > 0) {
			at += (size_t)n;
			continue;
		}
		if (page.meanwhile)
			page.meanwhile(i);
		loop_step(page.loop, 1000);
		store_memory_step(stage.store, clock_now());
	}
	close(fd);
	page.answer[at] = '\0';
	if (page.asked)
		page.asked(line, body);
	return page.answer;
}

static inline int
status(void)
{
	return strncmp(page.answer, "HTTP/1.1 ", 9) == 0 ? atoi(page.answer + 9) : 0;
}

/* By a page of ours, in the person's browser. */
static inline int
ask(const char *line, const char *body)
{
	ask_with(line, arena_print(&stage.arena, OURS "Cookie: %s\r\n", page.cookie), body);
	return status();
}

/* Every part, separated by '|', stands in the answer; none behind a '!' does. */
static inline void
expect_answer(const char *title, int found, int wanted, const char *parts)
{
	struct span rest = span_text(parts);

	if (found != wanted)
		print_error("%s\n", page.answer);
	expect_number(title, found, wanted);
	while (rest.size) {
		struct span part = span_cut(&rest, '|');
		bool absent = part.data[0] == '!';
		const char *text = arena_text(&stage.arena, absent ? span_skip(part, 1) : part);

		if ((strstr(page.answer, text) != NULL) == absent)
			print_error("  %s \"%s\" in\n%s\n", absent ? "found" : "missing", text, page.answer);
		expect_true(title, (strstr(page.answer, text) != NULL) != absent);
	}
}

static inline void
log_in_by(const struct person *p, const struct credential *c, const char *facts, char cookie[96])
{
	struct cookie_secret secret = cookie_secret_new();
	struct unit *unit = stage_unit();
	struct session s = session_begun(&stage.settings.session, secret.digest, &p->account.id,
	    span_text("Firefox (Linux), 203.0.113.7"), clock_now());

	s.authentications[0] = (struct authentication){ .credential = c->id,
		.kind = c->kind, .at = clock_now(), .facts = span_text(facts) };
	s.authentication_count = 1;
	session_put(unit, &s);
	stage_commit(unit);
	snprintf(cookie, 96, SESSION_COOKIE "=%s", secret.text);
}

static inline void
log_in(const struct person *p, const char *facts, char cookie[96])
{
	log_in_by(p, &p->passkey, facts, cookie);
}

/* What a card told of them, and one consent each. */
static inline struct id
furnish(const struct person *p, const char *name)
{
	struct proofed_attribute told[] = { { "name", span_text(name) }, { "birthdate", span_text("1980-02-17") },
		{ "address", span_text("東京都千代田区1-1") } };
	struct consent c = { .relying_party = span_text("https://city.example/"), .name = span_text("市役所"),
		.purpose = span_text("login"), .items = span_text("name,-birthdate,x-special"),
		    .persona = PERSONA_ADMINISTRATIVE };
	struct consent enrolment = { .relying_party = span_text("https://watashi.example/account"),
		.purpose = span_text(CONSENT_TO_ENROL), .items = span_text("name") };
	struct attributes a = { .count = 0 };
	struct unit *unit = stage_unit();

	c.purpose = span_text(arena_print(&stage.arena, "login %s", p->account.number));
	attributes_take(&a, told, COUNT(told), ATTRIBUTE_FROM_CARD, &(struct id){ { 1 } }, stage.now);
	attributes_put(unit, &p->account.id, &a);
	consent_give(&c, stage.now);
	consent_put(unit, &stage.arena, &p->account.id, &c);
	consent_give(&enrolment, stage.now);
	consent_put(unit, &stage.arena, &p->account.id, &enrolment);
	stage_commit(unit);
	return c.id;
}

static inline void
page_open(uint64_t seed)
{
	struct http_settings http = { .limits = http_limits_default };
	struct sockaddr_in where;
	socklen_t size = sizeof(where);
	struct problem why;

	login_stage_open(seed);
	stage.now = clock_now(); /* as the front's is */
	stage.settings.account = (struct requirement_name){ .area_count = 0 };
	stage.settings.change = least_token("2");
	page.consent = furnish(&stage.person, "山田太郎");
	page.other_consent = furnish(&stage.other, "佐藤花子");
	log_in(&stage.person, HARDWARE, page.cookie);
	log_in(&stage.other, HARDWARE, page.other_cookie);
	page.loop = loop_new();
	page.front = account_front_new(stage.store, &stage.settings);
	page.router = router_new((const struct mount[]){ { account_routes, page.front }, { authenticator_routes,
	    page.front } }, 2);
	expect_ok("a port", listen_on("127.0.0.1:0", &page.listening, &why), &why);
	expect_number("its number", getsockname(page.listening, (struct sockaddr *)&where, &size), 0);
	page.port = where.sin_port;
	page.server = http_server_new(page.loop, &http);
	http_server_listen(page.server, page.listening, page.router, NULL);
}

static inline void
page_close(void)
{
	http_server_free(page.server);
	router_free(page.router);
	account_front_free(page.front);
	loop_free(page.loop);
	close(page.listening);
	login_stage_close();
}
