/* registry/projection.c - one entity of a member record as the registry keeps and publishes entities.
 *
 *     record -> terms -> descriptor read under them -> entity and fragment
 *        `-> categories, certifications in force -> what is stated of it
 */
#include "registry/projection.h"

#include "registry/naming.h"
#include "registry/wording.h"

#define STATED_ROOM (8 * MEMBER_RECORD_LARGEST) /* a record escaped: never reached */

/* What is stated */

struct span
project_stated(struct arena *arena, const struct member_record *record, const struct member_entity *entity,
    struct instant now)
{
	size_t most = entity->category_count + entity->supported_count + record->certification_count, count = 0;
	struct span *values = arena_array(arena, struct span, most);
	struct buffer b = buffer_init(STATED_ROOM);
	struct span stated;

	for (size_t i = 0; i < entity->category_count; i++)
		values[count++] = entity->categories[i];
	wording_attribute(&b, "http://macedir.org/entity-category", values, count);
	count = 0;
	for (size_t i = 0; i < entity->supported_count; i++)
		values[count++] = entity->supported_categories[i];
	wording_attribute(&b, "http://macedir.org/entity-category-support", values, count);
	count = 0;
	for (size_t i = 0; i < record->certification_count; i++) {
		const struct member_certification *c = &record->certifications[i];

		if (c->uri.size && certification_holds(c, entity->entity_id, now))
			values[count++] = c->uri;
	}
	wording_attribute(&b, "urn:oasis:names:tc:SAML:attribute:assurance-certification", values, count);
	stated = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return stated;
}

static void
see_moment(struct instant moment, struct instant now, struct instant *next)
{
	if (instant_before(now, moment) && (next->us == 0 || instant_before(moment, *next)))
		*next = moment;
}

/* When what is stated of the entity changes by itself. */
static void
see_certifications(const struct member_record *record, const struct member_entity *entity, struct instant now,
    struct instant *next)
{
	for (size_t i = 0; i < record->certification_count; i++) {
		const struct member_certification *c = &record->certifications[i];

		if (!c->uri.size || (c->entity_id.size && !span_equal(c->entity_id, entity->entity_id)))
			continue;
		see_moment(c->from, now, next);
		see_moment(c->until, now, next);
	}
}

/* One entity */

static enum err
name_entity(const struct member_entity *entity, const struct problem *wrong, struct problem *why)
{
	problem_set(why, ERR_INVALID, wrong->clause, "%.*s: %s", SPAN_ARGS(span_first(entity->entity_id, 200)),
	    wrong->text);
	return ERR_INVALID;
}

/* The descriptor, read under the record's terms: exactly one entity, of the record's name. */
static enum err
read_descriptor(struct arena *arena, const struct member_record *record, const struct member_entity *entity,
    struct instant now, struct metadata *m, struct problem *why)
{
	struct metadata_terms terms;
	struct problem wrong;

	if (wording_terms(arena, record, entity, &terms, &wrong) != OK ||
	    metadata_read(arena, entity->saml, &terms, now, m, &wrong) != OK)
		return name_entity(entity, &wrong, why);
	if (m->refusal_count)
		return name_entity(entity, &m->refusals[0].why, why);
	if (m->entity_count != 1)
		problem_set(&wrong, ERR_INVALID, "SAML 2.0 Metadata s2.3.2",
		    "line 1: expected one EntityDescriptor, found %zu", m->entity_count);
	else if (!span_equal(m->entities[0].entity_id, entity->entity_id))
		problem_set(&wrong, ERR_INVALID, "SAML 2.0 Metadata s2.3.2",
		    "line %d: expected the entityID of the record, found %.*s", m->entities[0].line,
		    SPAN_ARGS(span_first(m->entities[0].entity_id, 200)));
	else
		return OK;
	return name_entity(entity, &wrong, why);
}

/* The sets of identity providers and relying parties hold what speaks SAML as such, whatever the record calls it. */
static unsigned
roles_of(const struct metadata_entity *e, const struct member_entity *entity)
{
	return e->roles | (entity->roles & ~(unsigned)(ENTITY_IDP | ENTITY_RP));
}

static struct span
tidy_name(struct arena *arena, struct span name)
{
	uint8_t tidy[NAME_LARGEST];
	size_t size = name_tidy(name, tidy);

	return arena_copy(arena, span_of(tidy, size));
}

static enum err
project_entity(struct arena *arena, const struct member *member, const struct member_record *record,
    const struct member_entity *entity, struct instant now, struct projected *out, struct problem *why)
{
	const struct localized *name = wording_name(record, entity);
	const struct metadata_entity *e;
	struct metadata m;

	if (read_descriptor(arena, record, entity, now, &m, why) != OK)
		return why->code;
	e = &m.entities[0];
	*out = (struct projected){
		.claimed = e->claimed,
		.claimed_count = e->claimed_count,
		.fragment = { now, e->registration, e->extensions, e->attributes_at, e->attributes, e->content },
		.entity = {
			.entity_id = e->entity_id,
			.roles = roles_of(e, entity),
			.prefixes = e->prefixes,
			.member = member->id,
			.name_ja = tidy_name(arena, name->ja),
			.name_en = tidy_name(arena, name->en),
			.policy_ja = record->registration_policy.ja,
			.policy_en = record->registration_policy.en,
			.stated = project_stated(arena, record, entity, now),
			.valid_until = e->valid_until,
			.size = (uint32_t)e->content.size,
			.registered = member->registered,
			.imported = now,
		},
	};
	if (out->entity.stated.size > STATED_LARGEST)
		return problem_set(why, ERR_LIMIT, "",
		    "%.*s: expected at most %zu bytes of categories and certifications, found %zu",
		    SPAN_ARGS(span_first(entity->entity_id, 200)), STATED_LARGEST, out->entity.stated.size);
	fragment_digest(&out->fragment, out->entity.fragment);
	return OK;
}

enum err
project_member(struct arena *arena, const struct member *member, const struct member_record *record, struct instant now,
    struct projected **out, size_t *count, struct instant *next, struct problem *why)
{
	struct problem unasked;

	why = why ? why : &unasked;
	*out = arena_array(arena, struct projected, record->entity_count);
	*count = 0;
	*next = (struct instant){ 0 };
	for (size_t i = 0; i < record->entity_count; i++) {
		const struct member_entity *entity = &record->entities[i];

		if (!entity->saml.size)
			continue;
		if (project_entity(arena, member, record, entity, now, &(*out)[*count], why) != OK)
			return why->code;
		++*count;
		see_certifications(record, entity, now, next);
	}
	return OK;
}
