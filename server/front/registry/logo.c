/* front/registry/logo.c - a member's logo, as a picture of its own: pages show nothing from elsewhere. */
#include "front/registry/front.h"

#include "base/log.h"
#include "http/negotiate.h"
#include "registry/card.h"
#include "registry/headline.h"
#include "registry/view.h"

#define LOGO_MEMORY (HEADLINE_ARENA + 2 * MEMBER_RECORD_LARGEST) /* the picture is smaller than its base64 */

struct logo_query {
	struct exchange *exchange;
	struct registry_front *front;
	struct ask ask;
};

/* Nothing in an SVG runs or loads anything, even when it is opened by itself. */
#define PICTURE_FIELDS "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; sandbox\r\n"

/* Asked for again it is not even read: the tag is the generation of the member's row. */
static const char *
caching_of(struct logo_query *q, const char **etag)
{
	struct arena *arena = q->exchange->arena;

	*etag = arena_print(arena, "\"g%llu\"", (unsigned long long)q->ask.rows[0].generation);
	return arena_print(arena, "ETag: %s\r\n%s", *etag, q->front->anchor_fields);
}

static void
send_picture(struct logo_query *q, struct span bytes, struct span type, const char *caching)
{
	exchange_reply(q->exchange, &(struct reply){
		.status = 200,
		.fields = span_text(arena_print(q->exchange->arena, "Content-Type: %.*s\r\n" PICTURE_FIELDS "%s",
		    SPAN_ARGS(type), caching)),
		.body = bytes,
	});
}

static void
refuse_logo(struct logo_query *q)
{
	front_refuse(q->exchange, 404, q->front->missing_fields, ERR_NOT_FOUND, "RFC 9110 s15.5.5",
	    "no member of this id has a logo here");
}

static void
show_logo(struct logo_query *q)
{
	struct arena arena;
	struct member member;
	struct span bytes, type;
	const char *etag, *caching;

	if (!q->ask.count || !member_read(q->ask.rows[0].value, &member) || !card_is_public(&member)) {
		refuse_logo(q);
		return;
	}
	caching = caching_of(q, &etag);
	if (is_fresh(q->exchange->request, span_text(etag), (struct instant){ 0 })) {
		exchange_reply(q->exchange, &(struct reply){ .status = 304, .fields = span_text(caching) });
		return;
	}
	arena = arena_init(LOGO_MEMORY);
	if (logo_read(&arena, headline_read(&arena, member.record).logo_url, &bytes, &type))
		send_picture(q, bytes, type, caching);
	else
		refuse_logo(q);
	arena_release(&arena);
}

static void
on_member_loaded(void *arg, enum err err, const struct problem *why)
{
	struct logo_query *q = arg;

	exchange_hold(q->exchange, NULL);
	if (err == OK) {
		show_logo(q);
		return;
	}
	log_error("logo.unread", "error=%s", LOG_TEXT(why ? why->text : err_name(err)));
	front_unavailable(q->exchange, "the store does not answer at the moment");
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
