/* front/policy/policy.c - published policies over HTTP: the list, the dictionary, one version, its files and its note,
 * what it changed.
 */
#include "front/policy/policy.h"

#include <stdlib.h>

#include "assurance/difference.h"
#include "base/log.h"
#include "codec/gzip.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "front/policy/version_document.h"
#include "http/exchange.h"
#include "http/negotiate.h"
#include "ledger/entry.h"

#define GZIP_LEVEL 6
#define DOCUMENT_LARGEST (32 * MIB)
#define LIST_LARGEST (1 * MIB)
#define DIFFERENCE_LARGEST (8 * MIB)
#define DIFFERENCES 64               /* kept; then all are forgotten */
#define DIFFERENCE_NODES 100000      /* searched for one, a quarter of a second: a worker has others to serve */
/* A version never changes, but the form of our document may with the program: it is asked for again after a while. */
#define CACHE_SHORT "Cache-Control: max-age=60\r\n"
#define CACHE_LONG "Cache-Control: max-age=31536000, immutable\r\n"
#define RETRY "Retry-After: 5\r\n"

struct rendering {
	struct span plain, gzip;    /* gzip: empty, or smaller */
	const char *tag;            /* without quotes */
};

/* What one version demands otherwise than another. */
struct compared {
	const struct shelf_policy *before, *after;
	struct rendering rendering;
};

struct policy_front {
	struct policy_shelf *shelf;
	struct policy_snapshot *snapshot; /* the documents' */
	struct arena arena;
	struct rendering renderings[POLICY_VERSIONS]; /* of its items; made when first asked for */
	struct compared comparisons[DIFFERENCES];   /* likewise */
	size_t comparison_count;
};

struct policy_front *
policy_front_new(struct policy_shelf *shelf)
{
	struct policy_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	front->shelf = shelf;
	front->arena = arena_init(2 * POLICY_VERSIONS * DOCUMENT_LARGEST + 2 * DIFFERENCES * DIFFERENCE_LARGEST);
	return front;
}

void
policy_front_free(struct policy_front *front)
{
	if (!front)
		return;
	policy_snapshot_unref(front->snapshot);
	arena_release(&front->arena);
	free(front);
}

static void
renderings_forget(struct policy_front *front)
{
	arena_reset(&front->arena);
	memset(front->renderings, 0, sizeof(front->renderings));
	front->comparison_count = 0;
}

/* NULL: nothing has been read yet, which has been answered. Documents of an older snapshot are forgotten. */
static const struct policy_snapshot *
snapshot_newest(struct policy_front *front, struct exchange *e)
{
	struct policy_snapshot *newest = policy_shelf_take(front->shelf);
	struct problem why;

	if (newest && newest == front->snapshot) {
		policy_snapshot_unref(newest);
		return newest;
	}
	if (newest) {
		policy_snapshot_unref(front->snapshot);
		front->snapshot = newest;
		renderings_forget(front);
		return newest;
	}
	problem_set(&why, ERR_UNAVAILABLE, "RFC 9110 s15.6.4", "the policies have not been read yet");
	exchange_refuse_with(e, 503, span_text(RETRY), &why);
	return NULL;
}

static void
refuse_missing(struct exchange *e, const char *detail)
{
	struct problem why;

	problem_set(&why, ERR_NOT_FOUND, "RFC 9110 s15.5.5", "%s", detail);
	exchange_refuse_with(e, 404, span_text(CACHE_SHORT), &why);
}

/* Bytes with the tag they are known by; fields only when the requester has them already. */
static void
answer(struct exchange *e, const char *type, const char *caching, const char *tag, struct span body, bool packed)
{
	const char *kept = arena_print(e->arena, "ETag: \"%s\"\r\n%s", tag, caching);
	struct reply reply = { .status = 200, .body = body };

	if (is_fresh(e->request, span_text(arena_print(e->arena, "\"%s\"", tag)), (struct instant){ 0 })) {
		reply = (struct reply){ .status = 304, .fields = span_text(kept) };
	} else {
		reply.fields = span_text(arena_print(e->arena, "Content-Type: %s\r\n%s%s", type,
		    packed ? "Content-Encoding: gzip\r\n" : "", kept));
	}
	exchange_reply(e, &reply);
}

static const char *
tag_of(struct arena *arena, struct span bytes)
{
	uint8_t sum[32];

	digest(DIGEST_SHA256, bytes, sum);
	return hex_write(arena, span_of(sum, 16));
}

/* The list */

static void
write_version(struct buffer *b, struct arena *arena, const struct shelf_policy *item, bool in_force)
{
	const struct framework *f = item->framework;
	char valid_from[INSTANT_TEXT], published[INSTANT_TEXT], entry[LEDGER_ID_TEXT];
	size_t levels = 0;

	for (size_t i = 0; i < f->own_count; i++)
		levels += f->areas[i].level_count;
	buffer_byte(b, '{');
	json_write_member(b, "version", f->version);
	localized_write(b, "title", f->title);
	buffer_print(b, ",\"valid_from\":\"%s\",\"in_force\":%s,\"digest\":\"sha256:%s\",\"published\":\"%s\"",
	    instant_text(f->valid_from, valid_from), in_force ? "true" : "false", hex_write(arena, f->digest),
	    instant_text(item->published.published, published));
	buffer_print(b, ",\"ledger\":{\"leaf\":%llu,\"entry\":\"%s\"}", (unsigned long long)item->published.number,
	    ledger_id_text(&item->published.entry, entry));
	buffer_print(b,
	    ",\"areas\":%zu,\"composed\":%zu,\"levels\":%zu,\"criteria\":%zu,\"profiles\":%zu,\"steps\":%zu,\"url\":",
	    f->own_count, f->area_count - f->own_count, levels, f->criterion_count, f->profile_count, f->step_count);
	json_write_string(
	    b, span_text(arena_print(arena, "/v1/policy/%.*s@%.*s", SPAN_ARGS(f->id), SPAN_ARGS(f->version))));
	buffer_text(b, "}");
}

/* The title is that of the version in force, or of the first that will be. */
static void
write_framework(struct buffer *b, struct arena *arena, const struct policy_snapshot *s, size_t first, size_t count,
    struct instant now)
{
	const struct framework *f = s->items[first].framework;
	const struct shelf_policy *current = shelf_policy_find(s, f->id, (struct span){ 0 }, now);

	buffer_byte(b, '{');
	json_write_member(b, "id", f->id);
	localized_write(b, "title", current ? current->framework->title : f->title);
	buffer_text(b, ",\"in_force\":");
	if (current)
		json_write_string(b, current->framework->version);
	else
		buffer_text(b, "null");
	buffer_text(b, ",\"versions\":[");
	for (size_t i = 0; i < count; i++) {
		buffer_text(b, i ? "," : "");
		write_version(b, arena, &s->items[first + i], &s->items[first + i] == current);
	}
	buffer_text(b, "]}");
}

static void
write_list(struct buffer *b, struct arena *arena, const struct policy_snapshot *s, struct instant now)
{
	size_t next;

	buffer_text(b, "{\"frameworks\":[");
	for (size_t i = 0; i < s->count; i = next) {
		next = i + 1;
		while (next < s->count && span_equal(s->items[next].framework->id, s->items[i].framework->id))
			next++;
		buffer_text(b, i ? "," : "");
		write_framework(b, arena, s, i, next - i, now);
	}
	buffer_print(b, "],\"facts\":%zu,\"rejected\":", s->dictionary ? s->dictionary->count : 0);
	if (s->rejected.size)
		json_write_string(b, s->rejected);
	else
		buffer_text(b, "null");
	buffer_text(b, "}");
}

static void
serve_list(struct exchange *e, void *arg)
{
	const struct policy_snapshot *s = snapshot_newest(arg, e);
	struct buffer b;

	if (!s)
		return;
	b = buffer_init(LIST_LARGEST);
	write_list(&b, e->arena, s, clock_now());
	answer(e, "application/json", CACHE_SHORT, tag_of(e->arena, buffer_span(&b)), buffer_span(&b), false);
	buffer_release(&b);
}

static void
serve_facts(struct exchange *e, void *arg)
{
	const struct policy_snapshot *s = snapshot_newest(arg, e);

	if (!s)
		return;
	if (s->facts.size)
		answer(e, "application/json", CACHE_SHORT, tag_of(e->arena, s->facts), s->facts, false);
	else
		refuse_missing(e, "no dictionary of facts has been published here yet");
}

/* One version */

/* NULL: it has been answered. */
static const struct shelf_policy *
version_find(struct policy_front *front, struct exchange *e)
{
	const struct policy_snapshot *s = snapshot_newest(front, e);
	const struct shelf_policy *found = NULL;
	struct span name, framework, version;

	if (!s)
		return NULL;
	if (percent_read(e->arena, e->segment, &name) && policy_name_read(name, &framework, &version))
		found = shelf_policy_find(s, framework, version, (struct instant){ 0 });
	if (!found)
		refuse_missing(e, "no such version is published here; expected one as FRAMEWORK@VERSION");
	return found;
}

/* False: it cannot be made, which is our fault and has been answered. */
static bool
rendering_keep(struct policy_front *front, struct exchange *e, const struct buffer *made, struct rendering *d)
{
	struct problem why;

	if (!made->overflowed) {
		d->plain = arena_copy(&front->arena, buffer_span(made));
		d->gzip = gzip_twin(&front->arena, d->plain, GZIP_LEVEL);
		d->tag = tag_of(&front->arena, d->plain);
		return true;
	}
	log_error("policy.document", "problem=%s", "too large");
	problem_set(&why, ERR_LIMIT, "", "the document is larger than %zu bytes", made->limit);
	exchange_refuse(e, 500, &why);
	return false;
}

static void
send_rendering(struct exchange *e, const struct rendering *d)
{
	bool packed = coding_choose(e->request, d->gzip.size > 0) == CODING_GZIP;

	answer(e, "application/json", CACHE_SHORT "Vary: Accept-Encoding\r\n",
	    packed ? arena_print(e->arena, "%s-gzip", d->tag) : d->tag, packed ? d->gzip : d->plain, packed);
}

static void
send_document(struct policy_front *front, struct exchange *e, const struct shelf_policy *item)
{
	struct rendering *d = &front->renderings[item - front->snapshot->items];

	if (!d->tag) {
		struct buffer b = buffer_init(DOCUMENT_LARGEST);
		bool made;

		version_document_write(&b, item);
		made = rendering_keep(front, e, &b, d);
		buffer_release(&b);
		if (!made)
			return;
	}
	send_rendering(e, d);
}

static void
send_file(struct exchange *e, const struct framework *f, struct span encoded)
{
	const struct policy_file *file = NULL;
	struct span name;

	if (percent_read(e->arena, encoded, &name))
		file = policy_file_find(&f->files, name);
	if (file)
		answer(e, "application/json", CACHE_LONG, tag_of(e->arena, file->text), file->text, false);
	else
		refuse_missing(e, "this version has no such file; its document lists them under \"files\"");
}

static void
serve_version(struct exchange *e, void *arg)
{
	struct policy_front *front = arg;
	const struct shelf_policy *item = version_find(front, e);
	struct span value = e->request->query, name = span_cut(&value, '=');
	struct problem why;

	if (!item)
		return;
	if (name.size == 0) {
		send_document(front, e, item);
	} else if (span_is(name, "file")) {
		send_file(e, item->framework, value);
	} else {
		problem_set(&why, ERR_SYNTAX, "", "expected no query, or file=NAME, found another");
		exchange_refuse(e, 400, &why);
	}
}

static void
serve_note(struct exchange *e, void *arg)
{
	const struct shelf_policy *item = version_find(arg, e);

	if (item)
		answer(e, "text/plain; charset=utf-8", CACHE_LONG, tag_of(e->arena, item->published.note),
		    item->published.note, false);
}

/* What one version demands otherwise than another of its framework */

static struct compared *
comparison_find(struct policy_front *front, const struct shelf_policy *before, const struct shelf_policy *after)
{
	for (size_t i = 0; i < front->comparison_count; i++)
		if (front->comparisons[i].before == before && front->comparisons[i].after == after)
			return &front->comparisons[i];
	if (front->comparison_count == DIFFERENCES)
		renderings_forget(front);
	front->comparisons[front->comparison_count] = (struct compared){ .before = before, .after = after };
	return &front->comparisons[front->comparison_count++];
}

static bool
comparison_make(struct policy_front *front, struct exchange *e, struct compared *c)
{
	struct arena arena = arena_init(64 * MIB);
	struct buffer b = buffer_init(DIFFERENCE_LARGEST);
	struct policy_difference found;
	bool made;

	framework_difference(c->before->framework, c->after->framework, DIFFERENCE_NODES, &arena, &found);
	difference_write(&b, c->before->framework, c->after->framework, &found);
	made = rendering_keep(front, e, &b, &c->rendering);
	buffer_release(&b);
	arena_release(&arena);
	return made;
}

/* ?from=VERSION */
static void
serve_difference(struct exchange *e, void *arg)
{
	struct policy_front *front = arg;
	const struct shelf_policy *after = version_find(front, e), *before = NULL;
	struct span value = e->request->query, name = span_cut(&value, '='), version;
	struct compared *comparison;
	struct problem why;

	if (!after)
		return;
	if (!span_is(name, "from")) {
		problem_set(&why, ERR_SYNTAX, "", "expected the query from=VERSION, found %s",
		    name.size ? "another" : "none");
		exchange_refuse(e, 400, &why);
		return;
	}
	if (percent_read(e->arena, value, &version) && version.size)
		before = shelf_policy_find(front->snapshot, after->framework->id, version, (struct instant){ 0 });
	if (!before) {
		refuse_missing(e, "the version to compare with is not published here; /v1/policy lists those that are");
		return;
	}
	comparison = comparison_find(front, before, after);
	if (comparison->rendering.tag || comparison_make(front, e, comparison))
		send_rendering(e, &comparison->rendering);
}

const struct route policy_routes[] = {
	{ GET, "/v1/policy",                 serve_list,       NO_BODY, 0 },
	{ GET, "/v1/policy/facts",           serve_facts,      NO_BODY, 0 },
	{ GET, "/v1/policy/{id}",            serve_version,    NO_BODY, 0 },
	{ GET, "/v1/policy/{id}/note",       serve_note,       NO_BODY, 0 },
	{ GET, "/v1/policy/{id}/difference", serve_difference, NO_BODY, 0 },
	{ 0 },
};
