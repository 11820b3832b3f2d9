/* http/reference_page.c - a page that tells a person the number of what went wrong. */
#include "http/reference_page.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/random.h"

#define REFERENCE 10 /* "4F09-21C7", and NUL */
#define FIELDS \
	"Content-Type: text/html; charset=utf-8\r\n" \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
	"font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n" \
	"X-Frame-Options: DENY\r\n" \
	"Referrer-Policy: no-referrer\r\n" \
	"Cache-Control: no-store\r\n" \
	"Pragma: no-cache\r\n"

/* To be read out on a telephone. */
static void
reference_new(char out[REFERENCE])
{
	uint8_t bytes[4];

	random_draw(bytes, sizeof(bytes));
	snprintf(out, REFERENCE, "%02X%02X-%02X%02X", bytes[0], bytes[1], bytes[2], bytes[3]);
}

static void
write_page(struct buffer *b, struct span page, const char *reference)
{
	const struct span text = span_text(REFERENCE_PAGE_MARK);
	const uint8_t *mark = page.size ? memmem(page.data, page.size, text.data, text.size) : NULL;
	size_t before = mark ? (size_t)(mark - page.data) : page.size;

	buffer_add(b, span_first(page, before));
	if (mark) {
		buffer_text(b, reference);
		buffer_add(b, span_skip(page, before + text.size));
	}
}

void
reference_page_send(struct exchange *e, const struct reference_page *page, int status, const struct problem *why)
{
	struct buffer b = buffer_init(64 * KIB);
	struct problem told;
	char reference[REFERENCE];

	reference_new(reference);
	log_info(page->event, "reference=%s status=%d client=%s problem=%s", reference, status, LOG_SPAN(page->client),
	    LOG_TEXT(why->text));
	write_page(&b, page->html, reference);
	if (buffer_span(&b).size) {
		exchange_reply(e, &(struct reply){ .status = status, .fields = span_text(FIELDS),
			.body = buffer_span(&b) });
	} else {
		/* A server without pages. */
		problem_set(&told, why->code, why->clause, "nobody can be sent back to the service that asked: %s",
		    reference);
		exchange_refuse(e, status, &told);
	}
	buffer_release(&b);
}
