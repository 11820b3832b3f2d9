/* front/authzen/configuration.c - where the decision point is and what it can (Authorization API 1.0 s9). */
#include "codec/json_writer.h"
#include "crypto/digest.h"
#include "front/authzen/front.h"
#include "front/authzen/metadata.h"

#define FIELDS "Content-Type: application/json\r\nCache-Control: max-age=300\r\n"
#define KEY_FIELDS "Content-Type: application/jwk-set+json\r\nCache-Control: max-age=300\r\n"

struct query {
	struct exchange *exchange;
	const struct authzen_front *front;
	struct ask ask;
};

static void
ask_for_signed(struct exchange *e, void *front, on_loaded *then)
{
	struct query *q = arena_new(e->arena, struct query);

	*q = (struct query){ .exchange = e, .front = front, .ask = signed_metadata_ask() };
	exchange_hold(e, store_load(q->front->store, &q->ask, 1, then, q));
}

static void
reply(struct query *q, const char *fields, struct buffer *body)
{
	exchange_reply(q->exchange, &(struct reply){
		.status = 200,
		.fields = span_text(fields),
		.body = buffer_span(body),
	});
	buffer_release(body);
}

static on_loaded on_metadata_loaded, on_keys_loaded;

void
serve_configuration(struct exchange *e, void *front)
{
	ask_for_signed(e, front, on_metadata_loaded);
}

/* Whether what is kept says the same as we would, and still holds. */
static bool
is_current(const struct signed_metadata *m, struct span values)
{
	uint8_t sum[32];

	digest(DIGEST_SHA256, values, sum);
	return memcmp(sum, m->values, sizeof(sum)) == 0 && instant_before(clock_now(), m->expires);
}

static void
on_metadata_loaded(void *arg, enum err err, const struct problem *why)
{
	struct query *q = arg;
	struct buffer values = buffer_init(METADATA_VALUES_LARGEST);
	struct buffer b = buffer_init(METADATA_VALUES_LARGEST + SIGNED_METADATA_LARGEST);
	struct signed_metadata m;

	(void)why;
	exchange_hold(q->exchange, NULL);
	metadata_write(&values, q->front->base_url);
	buffer_text(&b, "{");
	buffer_add(&b, buffer_span(&values));
	if (err == OK && q->ask.count && signed_metadata_read(q->ask.rows[0].value, &m) &&
	    is_current(&m, buffer_span(&values)))
		json_write_member(&b, "signed_metadata", m.token);
	buffer_text(&b, "}");
	buffer_release(&values);
	reply(q, FIELDS, &b);
}

void
serve_keys(struct exchange *e, void *front)
{
	ask_for_signed(e, front, on_keys_loaded);
}

/* None are kept: then nothing is signed either. */
static void
on_keys_loaded(void *arg, enum err err, const struct problem *why)
{
	struct query *q = arg;
	struct signed_metadata m = { .keys = span_text("{\"keys\":[]}") };
	struct buffer b = buffer_init(SIGNED_METADATA_LARGEST);

	exchange_hold(q->exchange, NULL);
	if (err != OK) {
		buffer_release(&b);
		exchange_refuse_with(q->exchange, status_of(err), span_text("Retry-After: 2\r\n"), why);
		return;
	}
	if (q->ask.count && !signed_metadata_read(q->ask.rows[0].value, &m))
		m.keys = span_text("{\"keys\":[]}");
	buffer_add(&b, m.keys);
	reply(q, KEY_FIELDS, &b);
}
