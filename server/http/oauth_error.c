/* http/oauth_error.c - refusing, and answering, as OAuth does. */
#include "http/oauth_error.h"

#include "codec/text.h"

#define FIELDS "Content-Type: application/json\r\nCache-Control: no-store\r\nPragma: no-cache\r\n"

void
oauth_write_description(struct buffer *b, struct span text)
{
	while (text.size) {
		const uint8_t first = text.data[0];

		if (first == '"')
			buffer_byte(b, '\'');
		else
			buffer_byte(b, first < 0x20 || first > 0x7e || first == '\\' ? '?' : first);
		/* Of a character of several bytes one mark is enough. */
		do
			text = span_skip(text, 1);
		while (first >= 0x80 && text.size && (text.data[0] & 0xc0) == 0x80);
	}
}

static void
reply(struct exchange *e, int status, const char *fields, struct span json)
{
	exchange_reply(e, &(struct reply){
		.status = status,
		.fields = span_text(*fields ? arena_print(e->arena, FIELDS "%s", fields) : FIELDS),
		.body = json,
	});
}

void
oauth_refuse(struct exchange *e, int status, const char *error, const char *fields, const struct problem *why)
{
	struct buffer b = buffer_init(4 * KIB);

	buffer_print(&b, "{\"error\":\"%s\",\"error_description\":\"", error);
	oauth_write_description(&b, span_text(why->text));
	buffer_text(&b, "\"}");
	reply(e, status, fields, buffer_span(&b));
	buffer_release(&b);
}

void
oauth_refuse_failure(struct exchange *e, enum err err, const struct problem *why)
{
	if (status_of(err) == 503)
		oauth_refuse(e, 503, "temporarily_unavailable", "Retry-After: 2\r\n", why);
	else
		oauth_refuse(e, 500, "server_error", "", why);
}

void
oauth_answer(struct exchange *e, const char *fields, struct span json)
{
	reply(e, 200, fields, json);
}
