/* front/registry/mdq.c - signed metadata as it is asked for: one entity, a group, all (MDQ -21, SAML profile -21).
 *
 *     identifier -> Accept -> load pointer and document at once -> choose the coding -> 304 | 200 | 404 | 503
 *
 * The bytes and the header fields were made by the publisher; here they are only chosen and sent. The aggregates under
 * /metadata are the groups' documents under stable names.
 */
#include "front/registry/front.h"

#include <errno.h>
#include <fcntl.h>

#include "base/log.h"
#include "front/registry/current.h"
#include "front/registry/identifier.h"
#include "front/registry/negotiate.h"

/* A generation file may be swept between the load and its opening; then the pointer has moved: look again. */
#define LOOKS 3

enum { ASK_PUBLICATION, ASK_DOCUMENT, ASK_COUNT };

struct query {
	struct exchange *exchange;
	struct registry_front *front;
	struct identifier wanted;
	struct ask asks[ASK_COUNT];
	unsigned looks;
};

static void on_document_loaded(void *arg, enum err err, const struct problem *why);

static void
look(struct query *q)
{
	q->looks++;
	q->asks[ASK_PUBLICATION] = publication_ask();
	q->asks[ASK_DOCUMENT] = document_ask(q->exchange->arena, q->wanted.name);
	exchange_hold(q->exchange, store_load(q->front->store, q->asks, ASK_COUNT, on_document_loaded, q));
}

static void
refuse_missing(struct query *q)
{
	front_refuse(q->exchange, 404, q->front->missing_fields, ERR_NOT_FOUND, "draft-young-md-query-21 s2.6",
	    "no entity of this identifier is published here");
}

static void
refuse_unacceptable(struct exchange *exchange)
{
	front_refuse(exchange, 406, "Vary: Accept, Accept-Encoding\r\n", ERR_UNSUPPORTED,
	    "draft-young-md-query-21 s2.6",
	    "this is served as application/samlmetadata+xml in UTF-8, plain or with gzip; none of it is accepted");
}

static void
ask_for(struct exchange *exchange, struct registry_front *front, struct identifier wanted)
{
	struct query *q = arena_new(exchange->arena, struct query);

	*q = (struct query){ .exchange = exchange, .front = front, .wanted = wanted };
	if (wanted.kind == IDENTIFIER_BROKEN)
		front_refuse(exchange, 400, "", ERR_SYNTAX, "draft-young-md-query-21 s3.2.1",
		    "the identifier is one path segment of at least one character, percent-encoded (RFC 3986 s2.1)");
	else if (!accepts_metadata(exchange->request) || !accepts_utf8(exchange->request))
		refuse_unacceptable(exchange);
	else if (wanted.kind == IDENTIFIER_UNKNOWN)
		refuse_missing(q);
	else
		look(q);
}

static void
ask_for_set(struct exchange *exchange, void *front, const char *set)
{
	ask_for(exchange, front, (struct identifier){ .kind = IDENTIFIER_SET, .name = span_text(set) });
}

void
serve_entity(struct exchange *exchange, void *front)
{
	ask_for(exchange, front, identifier_read(exchange->arena, exchange->segment));
}

void
serve_entities(struct exchange *exchange, void *front)
{
	ask_for_set(exchange, front, DOCUMENT_ALL);
}

void
serve_idps(struct exchange *exchange, void *front)
{
	ask_for_set(exchange, front, DOCUMENT_IDPS);
}

void
serve_sps(struct exchange *exchange, void *front)
{
	ask_for_set(exchange, front, DOCUMENT_SPS);
}

/* RFC 9110 s15.4.5: a 304 carries what a cache needs to go on, and nothing about the content it has already. */
static struct span
fields_unchanged(struct arena *arena, struct span fields)
{
	uint8_t *kept = arena_take(arena, fields.size);
	size_t size = 0;

	while (fields.size) {
		const uint8_t *end = memchr(fields.data, '\n', fields.size);
		struct span line = end ? span_first(fields, (size_t)(end + 1 - fields.data)) : fields;

		fields = span_skip(fields, line.size);
		if (span_equal_nocase(span_first(line, 8), span_text("Content-")))
			continue;
		memcpy(kept + size, line.data, line.size);
		size += line.size;
	}
	return span_of(kept, size);
}

/* False: there is no such file any more. */
static bool
open_generation_file(struct query *q, struct span name, int *fd)
{
	*fd = -1;
	errno = EINVAL;
	if (memchr(name.data, '/', name.size) || name.data[0] == '.')
		return false;
	*fd = openat(q->front->generations, arena_text(q->exchange->arena, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return *fd >= 0;
}

static void
send_document(struct query *q, const struct published *d)
{
	enum coding coding = coding_choose(q->exchange->request, d->gzip.size > 0);
	const struct representation *r = coding == CODING_GZIP ? &d->gzip : &d->plain;
	struct reply reply = { .status = 200, .fields = r->fields, .body = r->body };

	if (coding == CODING_NONE) {
		refuse_unacceptable(q->exchange);
		return;
	}
	if (is_fresh(q->exchange->request, r->etag, d->modified)) {
		reply.status = 304;
		reply.fields = fields_unchanged(q->exchange->arena, r->fields);
	} else if (r->file.size) {
		if (!open_generation_file(q, r->file, &reply.file)) {
			if (q->looks < LOOKS) {
				look(q);
				return;
			}
			log_error("document.lost", "file=%s error=%s", LOG_SPAN(r->file), LOG_TEXT(strerror(errno)));
			front_unavailable(q->exchange, "the file of this document cannot be read at the moment");
			return;
		}
		reply.file_size = r->size;
	}
	exchange_reply(q->exchange, &reply);
}

/* Metadata that is not valid any more is worse than none: what trusts it would do so for ever. */
static void
on_document_loaded(void *arg, enum err err, const struct problem *why)
{
	struct query *q = arg;
	struct publication p;
	struct published d;
	enum presence presence;
	bool broken = false;
	struct instant now = clock_now();

	exchange_hold(q->exchange, NULL);
	if (err != OK) {
		log_error("document.unread", "error=%s", LOG_TEXT(why ? why->text : err_name(err)));
		front_unavailable(q->exchange, "the store does not answer at the moment");
		return;
	}
	if (!publication_found(&q->asks[ASK_PUBLICATION], &p, &broken)) {
		front_unavailable(q->exchange, broken ? "the publication in force cannot be read" :
		    "nothing has been published here yet");
		return;
	}
	if (!instant_before(now, p.valid_until)) {
		front_unavailable(q->exchange, "the publication in force has expired; a new one has not been made");
		return;
	}
	presence = document_found(&q->asks[ASK_DOCUMENT], q->wanted.name, p.generation, &d);
	if (presence == DOCUMENT_UNKNOWN) {
		log_error("document.broken", "name=%s generation=%llu", LOG_SPAN(q->wanted.name),
		    (unsigned long long)p.generation);
		front_unavailable(q->exchange, "this document cannot be read at the moment");
	} else if (presence == DOCUMENT_ABSENT) {
		refuse_missing(q);
	} else if (q->wanted.entity_id.size && !span_equal(q->wanted.entity_id, d.entity_id)) {
		/* -saml-21 s4.2: two entity IDs of one SHA-1. What is asked for is not what is kept. */
		log_warning("entity.collision", "asked=%s kept=%s", LOG_SPAN(q->wanted.entity_id),
		    LOG_SPAN(d.entity_id));
		refuse_missing(q);
	} else if (!instant_before(now, d.valid_until)) {
		front_unavailable(q->exchange, "this document has expired; a new one has not been made");
	} else {
		send_document(q, &d);
	}
}
