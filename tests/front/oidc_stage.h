/* tests/front/oidc_stage.h - the OpenID Provider over HTTP: a shop with its client, a person in a browser that keeps
 * its
 * cookies, a signer with its keys.
 *
 *     op_open [-> op_log_in] -> op_get, op_post -> op_location, op_parameter … -> op_close
 */
#pragma once

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/oidc_keys_stage.h"
#include "transaction/sign_on_stage.h"

#include "codec/form.h"
#include "codec/text.h"
#include "http/reference_page.h"
#include "http/server.h"
#include "net/loop.h"

#define OP_ISSUER KEYS_STAGE_ISSUER
#define OP_VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define OP_PKCE "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
/* Who asks, and where the answer goes; "GET /oidc/authorize?" OP_SHOP "&scope=…" is the least there is. */
#define OP_SHOP "client_id=https%3A%2F%2Fshop.example%2F&redirect_uri=https%3A%2F%2Fwww.shop.example%2Fcb"
#define OP_BASIC OP_SHOP "&response_type=code&scope=openid&state=af0ifjsldkj" OP_PKCE
#define OP_ERROR_PAGE "<!doctype html><title>t</title><code>" REFERENCE_PAGE_MARK "</code>"

#define OP_COOKIES 8
static struct {
	struct loop *loop;
	struct keys_stage keys;
	struct oidc_settings settings;
	struct oidc_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	uint16_t port;
	struct op_cookie {
		char name[48], value[COOKIE_TEXT];
	} cookies[OP_COOKIES];
	char answer[512 * 1024];
} op;

/* The browser */

static inline struct op_cookie *
op_cookie(const char *name)
{
	for (size_t i = 0; i < OP_COOKIES; i++)
		if (strcmp(op.cookies[i].name, name) == 0)
			return &op.cookies[i];
	return NULL;
}

/* An empty value: it is forgotten. */
static inline void
op_set_cookie(const char *name, const char *value)
{
	struct op_cookie *c = op_cookie(name);

	if (!c)
		c = op_cookie("");
	assert_non_null(c);
	snprintf(c->name, sizeof(c->name), "%s", *value ? name : "");
	snprintf(c->value, sizeof(c->value), "%s", value);
}

static inline void
op_forget_cookies(void)
{
	memset(op.cookies, 0, sizeof(op.cookies));
}

static inline bool
op_cookie_digest(const char *name, uint8_t out[32])
{
	const struct op_cookie *c = op_cookie(name);
	struct span secret;

	if (!c || !base64url_read(&stage.arena, span_text(c->value), &secret))
		return false;
	digest(DIGEST_SHA256, secret, out);
	return true;
}

static inline void
op_take_cookies(void)
{
	for (const char *at = op.answer; (at = strstr(at, "\r\nSet-Cookie: ")); at++) {
		struct span rest = span_text(at + strlen("\r\nSet-Cookie: ")), line = span_cut(&rest, ';');
		struct span value = line, name = span_cut(&value, '=');

		op_set_cookie(arena_text(&stage.arena, name), arena_text(&stage.arena, value));
	}
}

static inline const char *
op_cookie_header(void)
{
	const char *header = "";

	for (size_t i = 0; i < OP_COOKIES; i++)
		if (op.cookies[i].name[0])
			header = arena_print(&stage.arena, "%s%s%s=%s", header, *header ? "; " : "Cookie: ",
			    op.cookies[i].name, op.cookies[i].value);
	return *header ? arena_print(&stage.arena, "%s\r\n", header) : "";
}

/* One request, with whatever header lines, and nothing of the browser's. The status. */
static inline int
op_ask(const char *line, const char *fields, const char *body)
{
	const char *request = arena_print(&stage.arena, "%s HTTP/1.1\r\nHost: op.example\r\nConnection: close\r\n%s%s"
	    "\r\n%s", line, fields, *body ? arena_print(&stage.arena, "Content-Length: %zu\r\n", strlen(body)) : "",
	    body);
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = op.port,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t at = 0;

	expect_number("connected", connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	expect_number("sent", write(fd, request, strlen(request)), (ssize_t)strlen(request));
	for (int i = 0; i < 20000; i++) {
		ssize_t n = recv(fd, op.answer + at, sizeof(op.answer) - 1 - at, MSG_DONTWAIT);

		if (n == 0)
			break;
		if (n > 0) {
			at += (size_t)n;
			continue;
		}
		loop_step(op.loop, 1000);
		store_memory_step(stage.store, clock_now());
	}
	close(fd);
	op.answer[at] = '\0';
	return strncmp(op.answer, "HTTP/1.1 ", 9) == 0 ? atoi(op.answer + 9) : 0;
}

/* In the person's browser: with its cookies, which the answer may change. */
static inline int
op_get(const char *path)
{
	int status = op_ask(arena_print(&stage.arena, "GET %s", path), op_cookie_header(), "");

	op_take_cookies();
	return status;
}

static inline int
op_post(const char *path, const char *form)
{
	int status = op_ask(arena_print(&stage.arena, "POST %s", path), arena_print(&stage.arena,
	    "Content-Type: application/x-www-form-urlencoded\r\n%s", op_cookie_header()), form);

	op_take_cookies();
	return status;
}

/* Answers */

static inline const char *
op_field(const char *name)
{
	const char *start = strstr(op.answer, arena_print(&stage.arena, "\r\n%s: ", name)), *end;

	if (!start)
		return "";
	start += strlen(name) + 4;
	end = strstr(start, "\r\n");
	assert_non_null(end);
	return arena_text(&stage.arena, span_of(start, (size_t)(end - start)));
}

static inline const char *
op_location(void)
{
	return op_field("Location");
}

/* A parameter of where the browser is sent, decoded; "": none. */
static inline const char *
op_parameter(const char *name)
{
	const char *const names[] = { name };
	struct span rest = span_text(op_location()), value;
	struct problem why;

	span_cut(&rest, '?');
	expect_ok("a query", form_read(&stage.arena, span_cut(&rest, '#'), names, &value, 1, &why), &why);
	return arena_text(&stage.arena, value);
}

/* What stands behind '#'. */
static inline const char *
op_fragment(void)
{
	struct span rest = span_text(op_location());

	span_cut(&rest, '#');
	return arena_text(&stage.arena, rest);
}

/* Every part, separated by '|', stands in the answer; none behind a '!' does. */
static inline void
op_expect(const char *title, int found, int wanted, const char *parts)
{
	struct span rest = span_text(parts);

	if (found != wanted)
		print_error("%s\n", op.answer);
	expect_number(title, found, wanted);
	while (rest.size) {
		struct span part = span_cut(&rest, '|');
		bool absent = part.data[0] == '!';
		const char *text = arena_text(&stage.arena, absent ? span_skip(part, 1) : part);

		if ((strstr(op.answer, text) != NULL) == absent)
			print_error("  %s \"%s\" in\n%s\n", absent ? "found" : "missing", text, op.answer);
		expect_true(title, (strstr(op.answer, text) != NULL) != absent);
	}
}

/* The person */

/* The login that the browser was sent to, by the person's passkey; then it comes back to where the login leads. */
static inline void
op_by_passkey(struct person *p)
{
	expect_true("a login", ledger_id_read(span_text(op_fragment()), &stage.at.id));
	expect_true("of this browser", op_cookie_digest(LOGIN_COOKIE, stage.at.browser));
	stage.now = clock_now(); /* behind the request's */
	sign_on_by_passkey(p);
	op_set_cookie(SESSION_COOKIE, stage.finished.cookie.text);
	op_set_cookie(LOGIN_COOKIE, "");
}

/* Logged in already, by the account's own page. */
static inline void
op_log_in(struct person *p)
{
	sign_on_log_in(p);
	op_set_cookie(SESSION_COOKIE, stage.finished.cookie.text);
}

/* The page that asks for consent, in this browser. */
static inline void
op_at_consent(void)
{
	expect_true("a sign-on", ledger_id_read(span_text(op_fragment()), &signing.sign_on.id));
	signing.has_browser = op_cookie_digest(SIGN_ON_COOKIE, signing.browser);
	signing.has_login_browser = op_cookie_digest(LOGIN_COOKIE, signing.login_browser);
	expect_true("with a session", op_cookie_digest(SESSION_COOKIE, signing.key));
	stage.now = clock_now();
}

/* These of the items it offers ("name,birthdate"), as a private person; then the address that it leads to. */
static inline const char *
op_agree(const char *items)
{
	op_at_consent();
	expect_ok("agreed", sign_on_agreed(PERSONA_PRIVATE, items), &stage.why);
	return arena_text(&stage.arena, signing.location);
}

static inline const char *
op_deny(void)
{
	op_at_consent();
	expect_ok("denied", sign_on_denied(), &stage.why);
	return arena_text(&stage.arena, signing.location);
}

/* What the code at hand stands for. */
static inline struct grant
op_grant(void)
{
	struct stage_look look;
	struct grant g = { .protocol = GRANT_OF_NOBODY };
	uint8_t sum[32];
	struct id id;

	expect_true("a code", grant_token_read(span_text(op_parameter("code")), GRANT_CODE, &id, sum));
	look = stage_load(grant_ask(&id));
	expect_number("its grant", look.count, 1);
	expect_true("is read", grant_read(look.rows[0].value, &g));
	return g;
}

/* Tokens */

static inline void
op_on_token(void *arg, enum err err, struct span token, const struct problem *why)
{
	const char **text = arg;

	expect_ok("signed", err, why);
	*text = arena_text(&stage.arena, token);
}

/* By the signer's key that is active. */
static inline const char *
op_signed(enum oidc_signed kind, struct span claims)
{
	const char *text = NULL;

	oidc_sign(&op.settings, &stage.arena, kind, CLIENT_ES256, claims, op_on_token, &text);
	keys_stage_run(&op.keys);
	assert_non_null(text);
	return text;
}

/* Opening */

static inline void
op_open(uint64_t seed)
{
	struct http_settings http = { .limits = http_limits_default };
	struct sockaddr_in where;
	socklen_t size = sizeof(where);
	struct problem why;

	sign_on_stage_open_at(seed, clock_now());
	/* Whether that version is in force is not asked of the clock. */
	stage.settings.account.version = stage.settings.change.version = span_text("1.0");
	op.loop = loop_new();
	op_forget_cookies();
	store_memory_become(stage.store, ROLE_STEWARD);
	keys_stage_open(&op.keys, op.loop, stage.store);
	store_memory_become(stage.store, ROLE_WORKER);
	op.settings = op.keys.settings;
	op.settings.person = &stage.settings;
	op.settings.sign_on = signing.settings;
	op.settings.clients = signing.book;
	op.settings.id_token_for = SECONDS(600);
	op.settings.error_page = span_text(OP_ERROR_PAGE);
	wrapping_derive(&stage.settings.wrapping, GRANT_REFRESH_KEY, op.settings.refresh_key);
	op.front = oidc_front_new(op.loop, stage.store, &op.settings);
	op.router = router_new(&(struct mount){ oidc_routes, op.front }, 1);
	expect_ok("a port", listen_on("127.0.0.1:0", &op.listening, &why), &why);
	expect_number("its number", getsockname(op.listening, (struct sockaddr *)&where, &size), 0);
	op.port = where.sin_port;
	op.server = http_server_new(op.loop, &http);
	http_server_listen(op.server, op.listening, op.router, NULL);
}

static inline void
op_close(void)
{
	http_server_free(op.server);
	router_free(op.router);
	oidc_front_free(op.front);
	keys_stage_close(&op.keys);
	loop_free(op.loop);
	close(op.listening);
	sign_on_stage_close();
}
