/* registry/representation.c - a document's bytes as they are served. */
#include "registry/representation.h"

#include "codec/text.h"
#include "crypto/digest.h"

static const struct {
	const char *type, *vary;
} medias[] = {
	[MEDIA_METADATA] = { "application/samlmetadata+xml", "Accept, Accept-Encoding" },
	[MEDIA_JSON] = { "application/json", "Accept-Encoding" },
	[MEDIA_JWS] = { "application/jose", "Accept-Encoding" },
};

struct content_tag
content_tag_of_digest(const uint8_t sum[32])
{
	struct content_tag tag;

	hex_text(span_of(sum, 16), tag.text);
	return tag;
}

/* The digest is of everything but the signature, and the signature of it: together they stand for all bytes. */
struct content_tag
content_tag_of(const struct assembly *a, struct span signature)
{
	struct digest_stream *stream = digest_stream_new(DIGEST_SHA256);
	uint8_t sum[32];

	digest_stream_add(stream, a->signed_info);
	digest_stream_add(stream, signature);
	digest_stream_end(stream, sum);
	digest_stream_free(stream);
	return content_tag_of_digest(sum);
}

/* One tag for each encoding, for their bytes differ (RFC 9110 s8.8.3). */
static void
describe(struct arena *arena, enum media media, int64_t cache_for, const struct content_tag *tag,
    struct instant modified, bool gzip, struct representation *r)
{
	char date[INSTANT_TEXT];

	r->etag = span_text(arena_print(arena, "\"%s%s\"", tag->text, gzip ? "-gzip" : ""));
	r->fields = span_text(arena_print(arena,
	    "Content-Type: %s\r\n"
	    "ETag: %.*s\r\n"
	    "Last-Modified: %s\r\n"
	    "Cache-Control: max-age=%lld\r\n"
	    "Vary: %s\r\n"
	    "%s",
	    medias[media].type, SPAN_ARGS(r->etag), instant_http(modified, date), (long long)(cache_for / SECONDS(1)),
	    medias[media].vary, gzip ? "Content-Encoding: gzip\r\n" : ""));
}

void
representations_describe(struct arena *arena, enum media media, int64_t cache_for, const struct content_tag *tag,
    struct published *out)
{
	describe(arena, media, cache_for, tag, out->modified, false, &out->plain);
	describe(arena, media, cache_for, tag, out->modified, true, &out->gzip);
}

void
represent(struct arena *arena, struct libdeflate_compressor *compressor, const struct publish_settings *s,
    const struct assembly *a, struct span signature, struct published *out)
{
	struct content_tag tag = content_tag_of(a, signature);
	struct span element = signature_element(&a->info, signature, s->certificate, arena);
	const struct span pieces[] = { span_text(XML_DECLARATION), a->head, element, a->content, span_text("\n") };
	size_t size = 0, bound;
	uint8_t *plain, *packed;

	for (size_t i = 0; i < COUNT(pieces); i++)
		size += pieces[i].size;
	plain = arena_space(arena, size);
	out->plain.body = span_of(plain, size);
	out->plain.size = size;
	for (size_t i = 0; i < COUNT(pieces); plain += pieces[i++].size)
		memcpy(plain, pieces[i].data, pieces[i].size);
	bound = libdeflate_gzip_compress_bound(compressor, size);
	packed = arena_space(arena, bound);
	out->gzip.size = libdeflate_gzip_compress(compressor, out->plain.body.data, size, packed, bound);
	out->gzip.body = span_of(packed, out->gzip.size);
	out->modified = a->modified;
	out->valid_until = a->valid_until;
	representations_describe(arena, MEDIA_METADATA, s->cache_for, &tag, out);
}
