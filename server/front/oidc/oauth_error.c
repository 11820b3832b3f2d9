/* front/oidc/oauth_error.c - refusing clients and bearer tokens. */
#include "front/oidc/oauth_error.h"

#define REALM "realm=\"watashi\""

void
oauth_refuse_client(struct exchange *e, const struct problem *why)
{
	oauth_refuse(e, 401, "invalid_client", "WWW-Authenticate: Basic " REALM "\r\n", why);
}

static void
challenge(struct buffer *b, const char *error, const char *fields, const struct problem *why)
{
	buffer_text(b, "WWW-Authenticate: Bearer " REALM);
	if (error) {
		buffer_print(b, ", error=\"%s\", error_description=\"", error);
		oauth_write_description(b, span_text(why->text));
		buffer_byte(b, '"');
	}
	buffer_text(b, "\r\n");
	buffer_text(b, fields);
}

void
oauth_refuse_bearer(struct exchange *e, int status, const char *error, const char *fields, const struct problem *why)
{
	struct buffer b = buffer_init(8 * KIB);
	const char *lines;

	challenge(&b, error, fields, why);
	lines = arena_text(e->arena, buffer_span(&b));
	buffer_release(&b);
	if (error)
		oauth_refuse(e, status, error, lines, why);
	else
		exchange_reply(e, &(struct reply){ .status = status,
			.fields = span_text(arena_print(e->arena, "%sCache-Control: no-store\r\n", lines)) });
}
