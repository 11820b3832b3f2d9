/* http/form_post.c - a page with a form that sends itself. */
#include "http/form_post.h"

#include "base/buffer.h"

/* Its digest stands in the policy: nothing else runs here. */
#define SCRIPT "document.forms[0].submit()"
#define SCRIPT_DIGEST "sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE="

#define PAGE_LARGEST (64 * KIB)

static void
write_escaped(struct buffer *b, struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		const uint8_t byte = text.data[i];

		switch (byte) {
		case '&': buffer_text(b, "&amp;"); break;
		case '<': buffer_text(b, "&lt;"); break;
		case '>': buffer_text(b, "&gt;"); break;
		case '"': buffer_text(b, "&quot;"); break;
		case '\'': buffer_text(b, "&#39;"); break;
		default: buffer_byte(b, byte);
		}
	}
}

/* As CSP 3 s2.3.1 writes it: scheme, host and port; the scheme alone where the host has no such form (an app's own
 * scheme, an address in brackets). */
static struct span
origin_of(struct span uri)
{
	struct span rest = uri, scheme = span_cut(&rest, ':'), authority;
	size_t end = 0;

	if (!span_starts(rest, "//"))
		return span_first(uri, scheme.size + 1);
	authority = span_skip(rest, 2);
	while (end < authority.size && authority.data[end] != '/' && authority.data[end] != '?')
		end++;
	for (size_t i = 0; i < end; i++)
		if (authority.data[i] == '[' || authority.data[i] == ';' || authority.data[i] == ',')
			return span_first(uri, scheme.size + 1);
	return span_first(uri, scheme.size + 1 + 2 + end);
}

static void
write_page(struct buffer *b, struct span action, const struct form_value *values, size_t count)
{
	buffer_text(b, "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Watashi</title>\n</head>\n<body>\n"
	    "<form method=\"post\" action=\"");
	write_escaped(b, action);
	buffer_text(b, "\">\n");
	for (size_t i = 0; i < count; i++) {
		if (!values[i].value.size)
			continue;
		buffer_print(b, "<input type=\"hidden\" name=\"%s\" value=\"", values[i].name);
		write_escaped(b, values[i].value);
		buffer_text(b, "\">\n");
	}
	buffer_text(b, "<p><span lang=\"ja\">サービスに戻ります。</span> <span lang=\"en\">Going back to the service."
	    "</span></p>\n<p><button type=\"submit\"><span lang=\"ja\">サービスに戻る</span> <span lang=\"en\">"
	    "Back to the service</span></button></p>\n</form>\n<script>" SCRIPT "</script>\n</body>\n</html>\n");
}

void
form_post_send(struct exchange *e, struct span action, const struct form_value *values, size_t count,
    const char *cookies)
{
	struct buffer b = buffer_init(PAGE_LARGEST);

	write_page(&b, action, values, count);
	exchange_reply(e, &(struct reply){ .status = 200, .body = buffer_span(&b),
		.fields = span_text(arena_print(e->arena, "Content-Type: text/html; charset=utf-8\r\n"
		    "Content-Security-Policy: default-src 'none'; script-src '" SCRIPT_DIGEST "'; form-action %.*s; "
		    "base-uri 'none'; frame-ancestors 'none'\r\n"
		    "X-Frame-Options: DENY\r\n"
		    "Referrer-Policy: no-referrer\r\n"
		    "Cache-Control: no-store\r\n"
		    "Pragma: no-cache\r\n%s", SPAN_ARGS(origin_of(action)), cookies)) });
	buffer_release(&b);
}
