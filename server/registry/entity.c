/* registry/entity.c - what the registry keeps of an entity, as records. */
#include "registry/entity.h"

#include "base/record.h"
#include "crypto/digest.h"

#define ENTITY_FORMAT 2   /* 1 had neither members nor names, policies, statements, validity and findings */
#define FRAGMENT_FORMAT 2 /* 1 had no attributes_at */

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
	buffer_instant(b, e->registered);
	buffer_instant(b, e->imported);
	buffer_block(b, e->entity_id);
	buffer_block(b, e->prefixes);
	buffer_block(b, e->source);
	buffer_instant(b, e->valid_until);
	buffer_instant(b, e->restated);
	buffer_u16(b, e->errors);
	buffer_u16(b, e->warnings);
	buffer_block(b, e->member);
	buffer_block(b, e->name_ja);
	buffer_block(b, e->name_en);
	buffer_block(b, e->policy_ja);
	buffer_block(b, e->policy_en);
	buffer_block(b, e->stated);
}

/* What format 1 did not have is zero then. */
static void
read_further(struct record *r, struct entity *e)
{
	e->valid_until = record_instant(r);
	e->restated = record_instant(r);
	e->errors = record_u16(r);
	e->warnings = record_u16(r);
	e->member = record_block(r);
	e->name_ja = record_block(r);
	e->name_en = record_block(r);
	e->policy_ja = record_block(r);
	e->policy_en = record_block(r);
	e->stated = record_block(r);
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
	out->registered = record_instant(&r);
	out->imported = record_instant(&r);
	out->entity_id = record_block(&r);
	out->prefixes = record_block(&r);
	out->source = record_block(&r);
	if (format == ENTITY_FORMAT)
		read_further(&r, out);
	return (format == ENTITY_FORMAT || format == 1) && record_whole(&r) && out->entity_id.size > 0;
}

/* `written` stands apart from what the digest covers. */
static void
write_place(struct buffer *b, const struct fragment *f)
{
	buffer_u8(b, (uint8_t)f->registration);
	buffer_u32(b, f->extensions);
}

void
fragment_write(struct buffer *b, const struct fragment *f)
{
	buffer_u8(b, FRAGMENT_FORMAT);
	buffer_instant(b, f->written);
	write_place(b, f);
	buffer_u32(b, f->attributes_at);
	buffer_block(b, f->attributes);
	buffer_block(b, f->content);
}

/* Whether what the registry has to say finds its place in the content. */
static bool
places_hold(const struct fragment *f)
{
	switch (f->registration) {
	case REGISTRATION_PRESENT:
	case REGISTRATION_MISSING:
		return f->extensions > 0 && f->extensions <= f->content.size &&
		    (f->attributes_at == 0 || f->attributes_at >= f->extensions) &&
		    f->attributes_at <= f->content.size;
	case REGISTRATION_HOMELESS:
		return f->extensions == 0 && f->attributes_at == 0;
	default:
		return false;
	}
}

bool
fragment_read(struct span value, struct fragment *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), registration;

	*out = (struct fragment){ .written = record_instant(&r) };
	registration = record_u8(&r);
	out->registration = registration <= REGISTRATION_HOMELESS ?
	    (enum registration)registration : REGISTRATION_UNKNOWN;
	out->extensions = record_u32(&r);
	if (format == FRAGMENT_FORMAT)
		out->attributes_at = record_u32(&r);
	out->attributes = record_block(&r);
	out->content = record_block(&r);
	return (format == FRAGMENT_FORMAT || format == 1) && record_whole(&r) && places_hold(out);
}

/* A fragment of format 1 keeps its digest: where attributes go is part of it only when there is such a place. */
void
fragment_digest(const struct fragment *f, uint8_t out[32])
{
	struct buffer b = buffer_init(f->attributes.size + f->content.size + 64);

	write_place(&b, f);
	buffer_block(&b, f->attributes);
	buffer_block(&b, f->content);
	if (f->attributes_at)
		buffer_u32(&b, f->attributes_at);
	digest(DIGEST_SHA256, buffer_span(&b), out);
	buffer_release(&b);
}
