/* front/registry/sending.c - a document of the publication in force, sent as the publisher made it. */
#include "front/registry/sending.h"

#include <errno.h>
#include <fcntl.h>

#include "base/log.h"
#include "front/registry/current.h"
#include "front/registry/front.h"
#include "http/negotiate.h"

/* A generation file may be swept between the load and its opening; then the pointer has moved: look again. */
#define LOOKS 3

enum { ASK_PUBLICATION, ASK_DOCUMENT, ASK_COUNT };

struct query {
	struct exchange *exchange;
	struct registry_front *front;
	struct wanted wanted;
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

void
document_send(struct exchange *exchange, struct registry_front *front, const struct wanted *wanted)
{
	struct query *q = arena_new(exchange->arena, struct query);

	*q = (struct query){ .exchange = exchange, .front = front, .wanted = *wanted };
	look(q);
}

void
document_refuse_missing(struct exchange *exchange, const struct registry_front *front, const struct wanted_words *words)
{
	front_refuse(exchange, 404, front->missing_fields, ERR_NOT_FOUND, words->missing_clause, words->missing);
}

void
document_refuse_unacceptable(struct exchange *exchange, const struct wanted_words *words)
{
	front_refuse(exchange, 406, "Vary: Accept, Accept-Encoding\r\n", ERR_UNSUPPORTED, "RFC 9110 s15.5.7",
	    words->form);
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
send_representation(struct query *q, const struct published *d)
{
	enum coding coding = coding_choose(q->exchange->request, d->gzip.size > 0);
	const struct representation *r = coding == CODING_GZIP ? &d->gzip : &d->plain;
	struct reply reply = { .status = 200, .fields = r->fields, .body = r->body };

	if (coding == CODING_NONE) {
		document_refuse_unacceptable(q->exchange, q->wanted.words);
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

/* What is not valid any more is worse than nothing: what trusts it would do so for ever. */
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
		document_refuse_missing(q->exchange, q->front, q->wanted.words);
	} else if (q->wanted.entity_id.size && !span_equal(q->wanted.entity_id, d.entity_id)) {
		/* -saml-21 s4.2: two entity IDs of one SHA-1. What is asked for is not what is kept. */
		log_warning("entity.collision", "asked=%s kept=%s", LOG_SPAN(q->wanted.entity_id),
		    LOG_SPAN(d.entity_id));
		document_refuse_missing(q->exchange, q->front, q->wanted.words);
	} else if (d.valid_until.us && !instant_before(now, d.valid_until)) {
		/* A document that says no end of its own ends with the publication. */
		front_unavailable(q->exchange, "this document has expired; a new one has not been made");
	} else {
		send_representation(q, &d);
	}
}
