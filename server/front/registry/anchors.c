/* front/registry/anchors.c - our signing certificates: listed with their fingerprints, and each as a file.
 *
 * The store says which keys the world may see and in which state; the certificate comes from what was read at the
 * start, and only when it is the one the store knows by its digest.
 */
#include "front/registry/front.h"

#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "http/negotiate.h"
#include "signer/rollover.h"

#define KEYS_LISTED 64
#define CERTIFICATE_SUFFIX ".cer"

enum err
anchors_read(struct anchors *anchors, const char *directory, struct arena *arena, struct problem *why)
{
	struct key_descriptor *keys;
	size_t count;
	enum err err = key_descriptors_read(directory, arena, &keys, &count, why);

	if (err != OK)
		return err;
	anchors->list = arena_array(arena, struct anchor, count);
	anchors->count = count;
	for (size_t i = 0; i < count; i++) {
		struct certificate_facts facts;

		if (certificate_read(keys[i].certificate, arena, &facts, why) != OK)
			return problem_within(why, "%s/%s%s", directory, keys[i].name, CERTIFICATE_SUFFIX);
		anchors->list[i] = (struct anchor){
			.name = keys[i].name,
			.type = key_type_name(keys[i].type),
			.subject = facts.subject,
			.from = facts.from,
			.until = facts.until,
			.certificate = keys[i].certificate,
		};
		memcpy(anchors->list[i].sha256, facts.sha256, sizeof(facts.sha256));
	}
	return OK;
}

/* NULL: not read at the start, or not the certificate the store knows. */
static const struct anchor *
anchor_of(const struct anchors *anchors, const struct key_life *life)
{
	for (size_t i = 0; i < anchors->count; i++) {
		const struct anchor *a = &anchors->list[i];

		if (!span_is(life->name, a->name))
			continue;
		if (memcmp(a->sha256, life->certificate, sizeof(a->sha256)) == 0)
			return a;
		log_error("anchor.differs", "key=%s", LOG_SPAN(life->name));
	}
	return NULL;
}

/* A key that is only made is nobody's business yet, for it may never be used; a retired one must be trusted no more. */
static bool
is_public(const struct key_life *life)
{
	return life->state == KEY_ANNOUNCED || life->state == KEY_ACTIVE || life->state == KEY_RETIRING;
}

/* "3A:0F:…", the form browsers and openssl show. */
static void
write_fingerprint(struct buffer *json, const uint8_t sha256[32])
{
	buffer_text(json, ",\"fingerprint\":\"");
	for (size_t i = 0; i < 32; i++)
		buffer_print(json, "%s%02X", i ? ":" : "", sha256[i]);
	buffer_byte(json, '"');
}

static void
write_certificate(struct buffer *json, const struct registry_front *front, const struct anchor *a)
{
	struct buffer url = buffer_init(4 * KIB);

	if (!a) {
		buffer_text(json, ",\"type\":null,\"subject\":null,\"valid_from\":null,\"valid_until\":null");
		buffer_text(json, ",\"url\":null");
		return;
	}
	json_write_member(json, "type", span_text(a->type));
	json_write_member(json, "subject", span_text(a->subject));
	json_write_time_or_null(json, "valid_from", a->from);
	json_write_time_or_null(json, "valid_until", a->until);
	buffer_add(&url, front->settings.base_url);
	buffer_print(&url, "anchors/%s" CERTIFICATE_SUFFIX, a->name);
	json_write_member(json, "url", buffer_span(&url));
	buffer_release(&url);
}

static void
write_key(struct buffer *json, const struct registry_front *front, const struct key_life *life)
{
	buffer_byte(json, '{');
	json_write_member(json, "name", life->name);
	json_write_member(json, "use", span_text(key_use_name(life->use)));
	json_write_member(json, "state", span_text(key_state_name(life->state)));
	json_write_time_or_null(json, "announced", life->announced);
	json_write_time_or_null(json, "activated", life->activated);
	json_write_time_or_null(json, "retiring", life->retiring);
	write_fingerprint(json, life->certificate);
	write_certificate(json, front, anchor_of(&front->anchors, life));
	buffer_byte(json, '}');
}

struct anchor_query {
	struct exchange *exchange;
	struct registry_front *front;
	struct ask ask;
};

/* True when rows are there to be read; else the exchange has been answered. */
static bool
loaded(struct anchor_query *q, enum err err, const struct problem *why)
{
	exchange_hold(q->exchange, NULL);
	if (err == OK)
		return true;
	log_error("anchors.unread", "error=%s", LOG_TEXT(why ? why->text : err_name(err)));
	front_unavailable(q->exchange, "the store does not answer at the moment");
	return false;
}

static void
on_keys_loaded(void *arg, enum err err, const struct problem *why)
{
	struct anchor_query *q = arg;
	struct buffer json = buffer_init(256 * KIB);
	const char *separator = "";

	if (!loaded(q, err, why))
		return;
	buffer_text(&json, "{\"keys\":[");
	for (size_t i = 0; i < q->ask.count; i++) {
		struct key_life life;

		if (!key_life_read(q->ask.rows[i].value, &life)) {
			log_error("anchor.broken", "key=%s", LOG_SPAN(q->ask.rows[i].key));
			continue;
		}
		if (!is_public(&life))
			continue;
		buffer_text(&json, separator);
		write_key(&json, q->front, &life);
		separator = ",";
	}
	buffer_text(&json, "]}");
	exchange_reply_json(q->exchange, 200, buffer_span(&json));
	buffer_release(&json);
}

/* Names begin with a letter, a digit or a hyphen: one zero byte is before them all. */
void
serve_anchors(struct exchange *exchange, void *arg)
{
	struct anchor_query *q = arena_new(exchange->arena, struct anchor_query);

	q->exchange = exchange;
	q->front = arg;
	q->ask = (struct ask){ .table = &key_table, .from = span_of("", 1), .limit = KEYS_LISTED };
	exchange_hold(exchange, store_load(q->front->store, &q->ask, 1, on_keys_loaded, q));
}

static void
refuse_anchor(struct exchange *exchange)
{
	front_refuse(exchange, 404, "", ERR_NOT_FOUND, "RFC 9110 s15.5.5",
	    "no signing key of this name is published here; /v1/anchors lists them");
}

static void
send_certificate(struct anchor_query *q, const struct anchor *a)
{
	struct arena *arena = q->exchange->arena;
	const char *etag = arena_print(arena, "\"%s\"", hex_write(arena, span_of(a->sha256, 16)));
	struct reply reply = { .status = 200, .body = a->certificate };

	reply.fields = span_text(arena_print(arena, "ETag: %s\r\n%s%s%s%s", etag, q->front->anchor_fields,
	    "Content-Type: application/pkix-cert\r\nContent-Disposition: attachment; filename=\"", a->name,
	    CERTIFICATE_SUFFIX "\"\r\n"));
	if (is_fresh(q->exchange->request, span_text(etag), (struct instant){ 0 })) {
		reply.status = 304;
		reply.fields = span_text(arena_print(arena, "ETag: %s\r\n%s", etag, q->front->anchor_fields));
	}
	exchange_reply(q->exchange, &reply);
}

static void
on_key_loaded(void *arg, enum err err, const struct problem *why)
{
	struct anchor_query *q = arg;
	const struct anchor *a = NULL;
	struct key_life life;

	if (!loaded(q, err, why))
		return;
	if (q->ask.count && key_life_read(q->ask.rows[0].value, &life) && is_public(&life))
		a = anchor_of(&q->front->anchors, &life);
	if (a)
		send_certificate(q, a);
	else
		refuse_anchor(q->exchange);
}

void
serve_anchor(struct exchange *exchange, void *arg)
{
	struct anchor_query *q = arena_new(exchange->arena, struct anchor_query);
	size_t suffix = sizeof(CERTIFICATE_SUFFIX) - 1, size = exchange->segment.size;

	q->exchange = exchange;
	q->front = arg;
	if (size <= suffix || size - suffix > KEY_LARGEST ||
	    !span_is(span_skip(exchange->segment, size - suffix), CERTIFICATE_SUFFIX)) {
		refuse_anchor(exchange);
		return;
	}
	q->ask = (struct ask){ .table = &key_table, .from = span_first(exchange->segment, size - suffix) };
	exchange_hold(exchange, store_load(q->front->store, &q->ask, 1, on_key_loaded, q));
}
