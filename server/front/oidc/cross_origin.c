/* front/oidc/cross_origin.c - which pages of other sites may read what is answered here. */
#include "front/oidc/cross_origin.h"

/* "https://app.example" of "https://app.example/cb". */
static struct span
origin_of(struct span uri)
{
	const uint8_t *host = memmem(uri.data, uri.size, "://", 3), *end;
	struct span rest;

	if (!host)
		return (struct span){ 0 };
	rest = span_skip(uri, (size_t)(host - uri.data) + 3);
	end = memchr(rest.data, '/', rest.size);
	return end ? span_first(uri, (size_t)(end - uri.data)) : uri;
}

const char *
cross_origin_fields(struct exchange *e, const struct client *client)
{
	const struct span origin = message_header(e->request, "Origin");

	if (!client || !span_starts(origin, "https://"))
		return "";
	for (size_t i = 0; i < client->metadata.redirect_uris.count; i++)
		if (span_equal(origin_of(client->metadata.redirect_uris.list[i]), origin))
			return arena_print(e->arena, "Access-Control-Allow-Origin: %.*s\r\nVary: Origin\r\n",
			    SPAN_ARGS(origin));
	return "";
}
