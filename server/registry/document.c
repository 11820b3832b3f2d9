/* registry/document.c - a published document and the pointer to the publication in force, as records. */
#include "registry/document.h"

#include "base/record.h"

#define PUBLISHED_FORMAT 1
#define PUBLICATION_FORMAT 2
#define PUBLICATION_FORMAT_BEFORE 1 /* without left_out */

const struct table document_table = { "document", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table publication_table = { "publication", ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };

const struct document_place document_places[DOCUMENT_PLACES] = {
	{ DOCUMENT_ALL, "metadata.xml" },
	{ DOCUMENT_IDPS, "metadata/idps.xml" },
	{ DOCUMENT_SPS, "metadata/sps.xml" },
	{ DOCUMENT_TRUSTED_LIST, "trusted-list.json" },
	{ DOCUMENT_TRUSTED_LIST_SIGNED, "trusted-list.jws" },
	{ DOCUMENT_MEMBERS, "v1/members" },
};

/* All but the body. */
static void
write_head(struct buffer *b, const struct representation *r)
{
	buffer_u64(b, r->size);
	buffer_block(b, r->etag);
	buffer_block(b, r->fields);
	buffer_block(b, r->file);
	buffer_u32(b, (uint32_t)r->body.size);
}

/* `*body` is how much of what follows is its body. */
static struct representation
read_head(struct record *r, uint32_t *body)
{
	struct representation out = { .size = record_u64(r) };

	out.etag = record_block(r);
	out.fields = record_block(r);
	out.file = record_block(r);
	*body = record_u32(r);
	return out;
}

/* The bodies stand last: comparing a row, choosing a coding and answering 304 touch only its first page. */
void
published_write(struct buffer *b, const struct published *p)
{
	buffer_u8(b, PUBLISHED_FORMAT);
	buffer_u8(b, p->gone);
	buffer_add(b, span_of(p->made_of, sizeof(p->made_of)));
	buffer_instant(b, p->modified);
	buffer_instant(b, p->valid_until);
	buffer_block(b, p->entity_id);
	write_head(b, &p->plain);
	write_head(b, &p->gzip);
	buffer_add(b, p->plain.body);
	buffer_add(b, p->gzip.body);
}

bool
published_read(struct span value, struct published *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r);
	uint32_t plain, gzip;
	struct span made_of;

	*out = (struct published){ .gone = record_u8(&r) != 0 };
	made_of = record_bytes(&r, sizeof(out->made_of));
	if (made_of.size)
		memcpy(out->made_of, made_of.data, sizeof(out->made_of));
	out->modified = record_instant(&r);
	out->valid_until = record_instant(&r);
	out->entity_id = record_block(&r);
	out->plain = read_head(&r, &plain);
	out->gzip = read_head(&r, &gzip);
	out->plain.body = record_bytes(&r, plain);
	out->gzip.body = record_bytes(&r, gzip);
	return format == PUBLISHED_FORMAT && record_whole(&r);
}

void
publication_write(struct buffer *b, const struct publication *p)
{
	buffer_u8(b, PUBLICATION_FORMAT);
	buffer_u64(b, p->generation);
	buffer_instant(b, p->published);
	buffer_instant(b, p->valid_until);
	buffer_instant(b, p->refresh_at);
	buffer_u32(b, p->entities);
	buffer_u32(b, p->idps);
	buffer_u32(b, p->rps);
	buffer_block(b, p->key);
	buffer_u32(b, p->left_out);
}

bool
publication_read(struct span value, struct publication *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r);

	*out = (struct publication){ .generation = record_u64(&r) };
	out->published = record_instant(&r);
	out->valid_until = record_instant(&r);
	out->refresh_at = record_instant(&r);
	out->entities = record_u32(&r);
	out->idps = record_u32(&r);
	out->rps = record_u32(&r);
	out->key = record_block(&r);
	if (format != PUBLICATION_FORMAT_BEFORE)
		out->left_out = record_u32(&r);
	return (format == PUBLICATION_FORMAT || format == PUBLICATION_FORMAT_BEFORE) && record_whole(&r);
}

struct ask
publication_ask(void)
{
	return (struct ask){ .table = &publication_table, .from = span_text(PUBLICATION_CURRENT) };
}

bool
publication_found(const struct ask *ask, struct publication *out, bool *broken)
{
	*broken = ask->count > 0 && !publication_read(ask->rows[0].value, out);
	return ask->count > 0 && !*broken;
}

struct span
document_key(struct arena *arena, struct span name, uint64_t generation)
{
	uint8_t *key = arena_take(arena, name.size + 8);

	if (name.size)
		memcpy(key, name.data, name.size);
	for (size_t i = 8; i-- > 0; generation >>= 8)
		key[name.size + i] = (uint8_t)generation;
	return span_of(key, name.size + 8);
}
