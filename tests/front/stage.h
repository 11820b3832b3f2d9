/* tests/front/stage.h - the registry's front behind a real server on loopback, its store in memory and answering late.
 *
 *     stage_open -> stage_put … -> stage_ask("GET /entities …") -> the answer's bytes
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expect.h"

#include "front/registry/registry.h"
#include "http/server.h"
#include "net/address.h"
#include "net/loop.h"
#include "registry/document.h"
#include "registry/entity.h"
#include "registry/finding.h"
#include "registry/source.h"
#include "registry/standing.h"
#include "signer/rollover.h"
#include "store/memory.h"

static const struct table *const stage_tables[] = {
	&document_table, &publication_table, &key_table, &entity_table, &fragment_table, &finding_table, &member_table,
	&member_event_table, &source_table, NULL,
};

struct stage {
	char path[64]; /* pages, keys, generations below it */
	struct arena arena;
	struct loop *loop;
	struct store *store;
	struct registry_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	uint16_t port;
	struct instant now;
	char answer[256 * 1024];
};

static inline const char *
stage_path(struct stage *s, const char *name)
{
	return arena_print(&s->arena, "%s/%s", s->path, name);
}

static inline void
stage_write(struct stage *s, const char *name, struct span content)
{
	FILE *f = fopen(stage_path(s, name), "w");

	expect_true(name, f && fwrite(content.data, 1, content.size, f) == content.size && fclose(f) == 0);
}

/* The directories, with one page and no key. */
static inline void
stage_init(struct stage *s)
{
	static const char *const directories[] = { "pages", "pages/anchors", "keys", "generations" };

	memset(s, 0, sizeof(*s));
	strcpy(s->path, "/tmp/watashi-front-XXXXXX");
	expect_true("a directory for the test", mkdtemp(s->path) != NULL);
	s->arena = arena_init(64 * MIB);
	s->now = clock_now();
	for (size_t i = 0; i < COUNT(directories); i++)
		expect_number(directories[i], mkdir(stage_path(s, directories[i]), 0755), 0);
	stage_write(s, "pages/index.html", span_text("<!doctype html><title>t</title>"));
	s->loop = loop_new();
	s->store = store_memory_new(stage_tables, ROLE_STEWARD, 7);
}

static inline void
stage_open(struct stage *s)
{
	const struct registry_front_settings settings = {
		.name_ja = span_text("連携"),
		.name_en = span_text("Federation"),
		.base_url = span_text("https://federation.example/"),
		.registration_authority = span_text("https://authority.example/"),
		.generations = stage_path(s, "generations"),
		.keys = stage_path(s, "keys"),
		.pages = stage_path(s, "pages"),
		.cache_for = SECONDS(3600),
		.cache_missing = SECONDS(60),
	};
	struct http_settings http = { .limits = http_limits_default };
	struct sockaddr_in where;
	socklen_t size = sizeof(where);
	struct problem why = { 0 };

	expect_ok("the front opens", registry_front_new(s->loop, s->store, &settings, &s->front, &why), &why);
	s->router = router_new((const struct mount[]){
		{ registry_routes, s->front }, { registry_page_routes(s->front), s->front } }, 2);
	expect_ok("a port", listen_on("127.0.0.1:0", &s->listening, &why), &why);
	expect_number("its number", getsockname(s->listening, (struct sockaddr *)&where, &size), 0);
	s->port = where.sin_port;
	s->server = http_server_new(s->loop, &http);
	http_server_listen(s->server, s->listening, s->router, NULL);
}

static inline void
stage_close(struct stage *s)
{
	char command[128];

	http_server_free(s->server);
	router_free(s->router);
	registry_front_free(s->front);
	store_free(s->store);
	loop_free(s->loop);
	if (s->server)
		close(s->listening);
	arena_release(&s->arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->path);
	expect_number("the directory is gone", system(command), 0);
}

static inline void
stage_step(struct stage *s)
{
	loop_step(s->loop, 1000);
	store_memory_step(s->store, s->now);
}

static inline void
stage_committed(void *arg, const struct committed *c)
{
	*(enum err *)arg = c->code;
}

static inline void
stage_put(struct stage *s, const struct table *table, struct span key, struct span value)
{
	struct unit *unit = unit_new(&s->arena, stage_tables, id_new(s->now));
	enum err code = ERR_UNAVAILABLE;

	unit_put(unit, table, key, value);
	store_commit(s->store, unit, stage_committed, &code);
	for (int i = 0; i < 100 && code == ERR_UNAVAILABLE; i++)
		stage_step(s);
	expect_number("the row is stored", code, OK);
}

static inline void
stage_publish(struct stage *s, uint64_t generation, struct instant valid_until)
{
	struct buffer b = buffer_init(KIB);

	publication_write(&b, &(struct publication){
		.generation = generation, .published = s->now, .valid_until = valid_until,
		.refresh_at = instant_after(s->now, SECONDS(60)), .entities = 3, .idps = 1, .rps = 2,
		    .key = span_text("first") });
	stage_put(s, &publication_table, span_text("current"), buffer_span(&b));
	buffer_release(&b);
}

#define STAGE_MODIFIED "Sun, 22 Nov 2026 05:20:07 GMT"

/* `tag` becomes the ETags "tag" and "tag-gz", and part of the bodies; or the names of files, when `in_files`. */
static inline struct representation
stage_representation(struct stage *s, const char *tag, bool gzip, bool in_file)
{
	const char *body = arena_print(&s->arena, "%s of %s", gzip ? "GZIP" : "<xml/>", tag);
	const char *etag = arena_print(&s->arena, "\"%s%s\"", tag, gzip ? "-gz" : "");

	return (struct representation){
		.etag = span_text(etag),
		.fields = span_text(arena_print(&s->arena, "Content-Type: application/samlmetadata+xml\r\n%sETag: "
		    "%s\r\nLast-Modified: " STAGE_MODIFIED "\r\nCache-Control: max-age=3600\r\nVary: Accept, "
		    "Accept-Encoding\r\n", gzip ? "Content-Encoding: gzip\r\n" : "", etag)),
		.body = in_file ? (struct span){ 0 } : span_text(body),
		.file = in_file ? span_text(arena_print(&s->arena, "%s%s", tag, gzip ? ".gz" : "")) :
		    (struct span){ 0 },
		.size = strlen(body),
	};
}

static inline void
stage_document(struct stage *s, struct span name, uint64_t generation, const struct published *document)
{
	struct buffer b = buffer_init(64 * KIB);

	published_write(&b, document);
	stage_put(s, &document_table, document_key(&s->arena, name, generation), buffer_span(&b));
	buffer_release(&b);
}

static inline struct published
stage_published(struct stage *s, const char *entity_id, const char *tag, bool in_file)
{
	struct published d = {
		.entity_id = span_text(entity_id),
		.valid_until = instant_after(s->now, SECONDS(3600)),
		.plain = stage_representation(s, tag, false, in_file),
		.gzip = stage_representation(s, tag, true, in_file),
	};

	instant_read_http(span_text(STAGE_MODIFIED), &d.modified);
	return d;
}

static inline void
stage_entity(struct stage *s, const char *entity_id, uint64_t generation, const char *tag)
{
	struct entity_key key = entity_key_of(span_text(entity_id));
	struct published d = stage_published(s, entity_id, tag, false);

	stage_document(s, span_of(key.bytes, sizeof(key.bytes)), generation, &d);
}

static inline int
stage_connect(struct stage *s, const char *request)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = s->port,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	expect_number("connected", connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	expect_number("sent", write(fd, request, strlen(request)), (ssize_t)strlen(request));
	return fd;
}

/* What has come until `until` is seen in it, or the peer closed. Adds to s->answer from `at`. */
static inline size_t
stage_read(struct stage *s, int fd, size_t at, const char *until)
{
	for (int i = 0; i < 2000; i++) {
		ssize_t n = recv(fd, s->answer + at, sizeof(s->answer) - 1 - at, MSG_DONTWAIT);

		if (n == 0)
			break;
		if (n > 0) {
			at += (size_t)n;
			s->answer[at] = '\0';
			if (until && strstr(s->answer, until))
				break;
		}
		stage_step(s);
	}
	s->answer[at] = '\0';
	return at;
}

/* `fields`: further header lines, each ended by CRLF. The whole answer. */
static inline const char *
stage_ask(struct stage *s, const char *line, const char *fields)
{
	int fd = stage_connect(s, arena_print(&s->arena, "%s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s\r\n", line,
	    fields));

	stage_read(s, fd, 0, NULL);
	close(fd);
	return s->answer;
}

/* The answer's status. */
static inline int
stage_status(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

/* Every part, separated by '|', stands in the answer; none behind a '!' does. */
static inline void
expect_answer(const char *title, const char *answer, int status, const char *parts)
{
	struct span rest = span_text(parts);

	expect_number(title, stage_status(answer), status);
	while (rest.size) {
		struct span part = span_cut(&rest, '|');
		bool absent = part.data[0] == '!';
		char text[256];

		snprintf(text, sizeof(text), "%.*s", SPAN_ARGS(absent ? span_skip(part, 1) : part));
		if ((strstr(answer, text) != NULL) == absent)
			print_error("  %s \"%s\" in\n%s\n", absent ? "found" : "missing", text, answer);
		expect_true(title, (strstr(answer, text) != NULL) != absent);
	}
}
