/* registry/representation.c - a document's bytes as they are served. */
#include "registry/representation.h"

#include <stdlib.h>

#include "codec/text.h"
#include "crypto/digest.h"

/* The digest is of everything but the signature, and the signature of it: together they stand for all bytes. */
struct content_tag
content_tag_of(const struct assembly *a, struct span signature)
{
	struct digest_stream *stream = digest_stream_new(DIGEST_SHA256);
	struct arena arena = arena_init(4 * KIB);
	struct content_tag tag;
	uint8_t sum[32];

	digest_stream_add(stream, a->signed_info);
	digest_stream_add(stream, signature);
	digest_stream_end(stream, sum);
	digest_stream_free(stream);
	memcpy(tag.text, hex_write(&arena, span_of(sum, 16)), sizeof(tag.text));
	arena_release(&arena);
	return tag;
}

/* One tag for each encoding, for their bytes differ (RFC 9110 s8.8.3). */
void
representation_describe(struct arena *arena, const struct publish_settings *s, const struct content_tag *tag,
    struct instant modified, bool gzip, struct representation *r)
{
	char date[INSTANT_TEXT];

	r->etag = span_text(arena_print(arena, "\"%s%s\"", tag->text, gzip ? "-gzip" : ""));
	r->fields = span_text(arena_print(arena,
	    "Content-Type: application/samlmetadata+xml\r\n"
	    "ETag: %.*s\r\n"
	    "Last-Modified: %s\r\n"
	    "Cache-Control: max-age=%lld\r\n"
	    "Vary: Accept, Accept-Encoding\r\n"
	    "%s",
	    SPAN_ARGS(r->etag), instant_http(modified, date), (long long)(s->cache_for / SECONDS(1)),
	    gzip ? "Content-Encoding: gzip\r\n" : ""));
}

void
represent(struct arena *arena, struct libdeflate_compressor *compressor, const struct publish_settings *s,
    const struct assembly *a, struct span signature, struct published *out)
{
	struct content_tag tag = content_tag_of(a, signature);
	struct span element = signature_element(&a->info, signature, s->certificate, arena);
	struct buffer b = buffer_init(sizeof(XML_DECLARATION) + a->head.size + element.size + a->content.size + 1);
	size_t bound;
	uint8_t *packed;

	buffer_text(&b, XML_DECLARATION);
	buffer_add(&b, a->head);
	buffer_add(&b, element);
	buffer_add(&b, a->content);
	buffer_byte(&b, '\n');
	out->plain.body = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	out->plain.size = out->plain.body.size;
	bound = libdeflate_gzip_compress_bound(compressor, out->plain.body.size);
	packed = malloc(bound);
	if (!packed)
		abort();
	out->gzip.size =
	    libdeflate_gzip_compress(compressor, out->plain.body.data, out->plain.body.size, packed, bound);
	out->gzip.body = arena_copy(arena, span_of(packed, out->gzip.size));
	free(packed);
	out->modified = a->modified;
	out->valid_until = a->valid_until;
	representation_describe(arena, s, &tag, a->modified, false, &out->plain);
	representation_describe(arena, s, &tag, a->modified, true, &out->gzip);
}
