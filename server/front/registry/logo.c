/* front/registry/logo.c - a member's logo, as a picture of its own: pages show nothing from elsewhere. */
#include "front/registry/front.h"

#include "base/log.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "front/registry/negotiate.h"
#include "registry/card.h"
#include "registry/view.h"

#define RECORD_MEMORY (64 * MIB)

struct logo_query {
	struct exchange *exchange;
	struct registry_front *front;
	struct ask ask;
};

/* Nothing in an SVG runs or loads anything, even when it is opened by itself. */
#define PICTURE_FIELDS "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; sandbox\r\n"

static void
send_picture(struct logo_query *q, struct span bytes, struct span type)
{
	struct arena *arena = q->exchange->arena;
	struct reply reply = { .status = 200, .body = bytes };
	const char *etag, *caching;
	uint8_t sha256[32];

	digest(DIGEST_SHA256, bytes, sha256);
	etag = arena_print(arena, "\"%s\"", hex_write(arena, span_of(sha256, 12)));
	caching = arena_print(arena, "ETag: %s\r\n%s", etag, q->front->anchor_fields);
	reply.fields = span_text(arena_print(arena, "Content-Type: %.*s\r\n%s%s", SPAN_ARGS(type), PICTURE_FIELDS, caching));
	if (is_fresh(q->exchange->request, span_text(etag), (struct instant){ 0 })) {
		reply.status = 304;
		reply.fields = span_text(caching);
	}
	exchange_reply(q->exchange, &reply);
}

static void
refuse_logo(struct logo_query *q)
{
	front_refuse(q->exchange, 404, q->front->missing_fields, ERR_NOT_FOUND, "RFC 9110 s15.5.5",
	    "no member of this id has a logo here");
}

static void
on_member_loaded(void *arg, enum err err, const struct problem *why)
{
	struct logo_query *q = arg;
	struct arena arena = arena_init(RECORD_MEMORY);
	struct member_record record;
	struct member member;
	struct span bytes, type;

	exchange_hold(q->exchange, NULL);
	if (err != OK) {
		log_error("logo.unread", "error=%s", LOG_TEXT(why ? why->text : err_name(err)));
		front_unavailable(q->exchange, "the store does not answer at the moment");
	} else if (q->ask.count && member_read(q->ask.rows[0].value, &member) && card_is_public(&member) &&
	    member_parse(&arena, "record", member.record, &record, NULL) == OK &&
	    logo_read(&arena, record.logo.url, &bytes, &type)) {
		send_picture(q, bytes, type);
	} else {
		refuse_logo(q);
	}
	arena_release(&arena);
}

void
serve_logo(struct exchange *exchange, void *front)
{
	struct logo_query *q = arena_new(exchange->arena, struct logo_query);

	q->exchange = exchange;
	q->front = front;
	if (!member_id_valid(exchange->segment)) {
		refuse_logo(q);
		return;
	}
	q->ask = (struct ask){ .table = &member_table, .from = exchange->segment };
	exchange_hold(exchange, store_load(q->front->store, &q->ask, 1, on_member_loaded, q));
}
