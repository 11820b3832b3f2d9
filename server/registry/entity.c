/* registry/entity.c - what the registry keeps of an entity, as records. */
#include "registry/entity.h"

#include "base/record.h"
#include "crypto/digest.h"

#define ENTITY_FORMAT 1
#define FRAGMENT_FORMAT 1

const struct table entity_table = { "entity", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table fragment_table = { "fragment", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table journal_table = { "journal", ROLE_BIT(ROLE_STEWARD), TABLE_APPEND_ONLY | TABLE_NOTICED };

struct entity_key
entity_key_of(struct span entity_id)
{
	struct entity_key key;

	digest(DIGEST_SHA1, entity_id, key.bytes);
	return key;
}

void
entity_write(struct buffer *b, const struct entity *e)
{
	buffer_u8(b, ENTITY_FORMAT);
	buffer_u8(b, (uint8_t)e->roles);
	buffer_add(b, span_of(e->fragment, sizeof(e->fragment)));
	buffer_u32(b, e->size);
	buffer_u64(b, (uint64_t)e->registered.us);
	buffer_u64(b, (uint64_t)e->imported.us);
	buffer_block(b, e->entity_id);
	buffer_block(b, e->prefixes);
	buffer_block(b, e->source);
}

bool
entity_read(struct span value, struct entity *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r);
	struct span fragment;

	*out = (struct entity){ .roles = record_u8(&r) };
	fragment = record_bytes(&r, sizeof(out->fragment));
	if (fragment.size)
		memcpy(out->fragment, fragment.data, sizeof(out->fragment));
	out->size = record_u32(&r);
	out->registered.us = (int64_t)record_u64(&r);
	out->imported.us = (int64_t)record_u64(&r);
	out->entity_id = record_block(&r);
	out->prefixes = record_block(&r);
	out->source = record_block(&r);
	return format == ENTITY_FORMAT && record_whole(&r);
}

/* `written` stands apart from what the digest covers. */
static void
write_content(struct buffer *b, const struct fragment *f)
{
	buffer_u8(b, (uint8_t)f->registration);
	buffer_u32(b, f->extensions);
	buffer_block(b, f->attributes);
	buffer_block(b, f->content);
}

void
fragment_write(struct buffer *b, const struct fragment *f)
{
	buffer_u8(b, FRAGMENT_FORMAT);
	buffer_u64(b, (uint64_t)f->written.us);
	write_content(b, f);
}

bool
fragment_read(struct span value, struct fragment *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), registration;

	*out = (struct fragment){ .written = { (int64_t)record_u64(&r) } };
	registration = record_u8(&r);
	out->registration = registration <= REGISTRATION_HOMELESS ?
	    (enum registration)registration : REGISTRATION_UNKNOWN;
	out->extensions = record_u32(&r);
	out->attributes = record_block(&r);
	out->content = record_block(&r);
	return format == FRAGMENT_FORMAT && record_whole(&r) && out->registration != REGISTRATION_UNKNOWN &&
	    out->extensions <= out->content.size;
}

void
fragment_digest(const struct fragment *f, uint8_t out[32])
{
	struct buffer b = buffer_init(f->attributes.size + f->content.size + 64);

	write_content(&b, f);
	digest(DIGEST_SHA256, buffer_span(&b), out);
	buffer_release(&b);
}
