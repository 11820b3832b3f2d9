/* front/login/related_origins.c - where else our passkeys may be used. */
#include "front/login/related_origins.h"

#include "codec/json_writer.h"
#include "http/exchange.h"
#include "transaction/session/person_settings.h"

#define DOCUMENT_LARGEST (16 * KIB)

static route_handler serve_origins;

const struct route related_origin_routes[] = {
	{ GET, "/.well-known/webauthn", serve_origins, NO_BODY, 0 },
	{ 0 },
};

static void
serve_origins(struct exchange *exchange, void *front)
{
	const struct person_settings *settings = front;
	struct buffer json = buffer_init(DOCUMENT_LARGEST);

	buffer_text(&json, "{\"origins\":[");
	for (size_t i = 0; i < settings->site.origin_count; i++) {
		if (i)
			buffer_byte(&json, ',');
		json_write_string(&json, settings->site.origins[i]);
	}
	buffer_text(&json, "]}");
	exchange_reply(exchange, &(struct reply){ .status = 200,
		.fields = span_text("Content-Type: application/json\r\nCache-Control: public, max-age=3600\r\n"),
		.body = buffer_span(&json) });
	buffer_release(&json);
}
