/* tests/http/http_echo.c - a server that answers every request with how it read it, for comparison with other servers.
 *
 *     http_echo PORT
 *
 * Each answer is one line of JSON: {"method":…,"target":PATH?QUERY,"host":…,"body":HEX}. Each request read is also
 * written to standard output as such a line, so that requests whose answers are lost count, too.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/text.h"
#include "http/server.h"

static void
tell(struct exchange *x, void *front)
{
	const struct message *m = x->request;
	struct buffer line = buffer_init(4 * MIB), target = buffer_init(64 * KIB);

	(void)front;
	buffer_text(&line, "{\"method\":");
	json_write_string(&line, m->method_text);
	buffer_text(&line, ",\"target\":");
	buffer_add(&target, m->path);
	if (m->query.size)
		buffer_byte(&target, '?');
	buffer_add(&target, m->query);
	json_write_string(&line, buffer_span(&target));
	buffer_release(&target);
	buffer_text(&line, ",\"host\":");
	json_write_string(&line, m->host);
	buffer_print(&line, ",\"body\":\"%s\"}\n", hex_write(x->arena, x->body));
	fwrite(line.data, 1, line.end, stdout);
	fflush(stdout);
	exchange_reply_json(x, 200, buffer_span(&line));
	buffer_release(&line);
}

static const struct route routes[] = {
	{ GET, "/{name}", tell, ANY_BYTES, 64 * KIB },
	{ POST, "/{name}", tell, ANY_BYTES, 64 * KIB },
	{ PUT, "/{name}", tell, ANY_BYTES, 64 * KIB },
	{ DELETE, "/{name}", tell, ANY_BYTES, 64 * KIB },
	{ OPTIONS, "/{name}", tell, ANY_BYTES, 64 * KIB },
	{ 0 },
};

int
main(int argc, char **argv)
{
	struct http_settings settings = { .limits = http_limits_default };
	struct http_server *server;
	struct loop *loop;
	struct problem why;
	char where[64];
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: http_echo PORT\n");
		return 2;
	}
	snprintf(where, sizeof(where), "127.0.0.1:%s", argv[1]);
	if (listen_on(where, &fd, &why) != OK) {
		fprintf(stderr, "http_echo: %s\n", why.text);
		return 1;
	}
	loop = loop_new();
	server = http_server_new(loop, &settings);
	http_server_listen(server, fd, router_new(&(struct mount){ routes, NULL }, 1), NULL);
	puts("ready");
	fflush(stdout);
	loop_run(loop);
	http_server_free(server);
	return 0;
}
