/* front/saml/idp_metadata.c - the SAML metadata of our own identity provider, ready to be signed. */
#include "front/saml/idp_metadata.h"

#include <assert.h>

static struct span
descriptor_text(struct arena *arena, const struct idp_descriptor *descriptor)
{
	struct buffer b = buffer_init(METADATA_FRAGMENT);
	struct span text;

	idp_descriptor_write(&b, arena, descriptor);
	text = b.overflowed ? (struct span){ 0 } : arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static enum err
project(struct arena *arena, const struct idp_metadata_source *source, struct instant now, struct projected *out,
    struct instant *next, struct problem *why)
{
	struct member_entity entity = *source->shown;
	struct member_record record = *source->about;
	struct projected *projected;
	enum err err;
	size_t count;

	entity.entity_id = source->descriptor->entity_id;
	entity.roles = ENTITY_IDP;
	entity.saml = descriptor_text(arena, source->descriptor);
	if (!entity.saml.size)
		return problem_set(why, ERR_LIMIT, "", "expected at most %zu bytes of metadata of our own",
		    METADATA_FRAGMENT);
	record.entities = &entity;
	record.entity_count = 1;
	err = project_member(arena, &(struct member){ .id = record.id, .registered = source->registered }, &record, now,
	    &projected, &count, next, why);
	if (err != OK)
		return err;
	assert(count == 1);
	*out = projected[0];
	return OK;
}

enum err
idp_metadata_project(struct arena *arena, const struct idp_metadata_source *source, struct instant now,
    struct projected *out, struct problem *why)
{
	struct instant next;

	return project(arena, source, now, out, &next, why);
}

enum err
idp_metadata_assemble(struct arena *arena, const struct idp_metadata_source *source, struct instant now,
    struct assembly *out, struct instant *next, struct problem *why)
{
	struct projected projected;
	enum err err = project(arena, source, now, &projected, next, why);

	if (err != OK)
		return err;
	return assemble_entity(arena, source->publish, &projected.entity, &projected.fragment, now, out, why);
}
