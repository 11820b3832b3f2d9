/* transaction/client/relying_party.c - who asks for persons, read from its member's record. */
#include "transaction/client/relying_party.h"

#include "base/log.h"
#include "registry/oidc_client.h"
#include "registry/view.h"

#define PRIVACY "privacy" /* the area that says how far personal data is in good hands */

/* Reading */

static enum err
unreadable(struct span member, const char *found, struct problem *why)
{
	log_error("row.unreadable", "kind=member name=%s problem=%s", LOG_SPAN(member), LOG_TEXT(found));
	return problem_set(why, ERR_UNAVAILABLE, "", "the member \"%.*s\": its row in the store cannot be read",
	    SPAN_ARGS(span_first(member, MEMBER_ID_LARGEST)));
}

enum err
relying_record_read(struct arena *a, struct span row, struct span entity_id, struct relying_record *out,
    struct problem *why)
{
	struct problem found;

	*out = (struct relying_record){ .entity = NULL };
	if (!member_read(row, &out->member))
		return unreadable((struct span){ 0 }, "of a form this build does not know", why);
	if (member_parse(a, "record", out->member.record, &out->record, &found) != OK)
		return unreadable(out->member.id, found.text, why);
	for (size_t i = 0; i < out->record.entity_count; i++) {
		const struct member_entity *e = &out->record.entities[i];

		if (!(e->roles & ENTITY_RP) || (entity_id.size && !span_equal(e->entity_id, entity_id)))
			continue;
		if (out->entity)
			return problem_set(why, ERR_NOT_FOUND, "",
			    "expected one of its member's relying parties by its ID");
		out->entity = e;
	}
	if (!out->entity)
		return problem_set(why, ERR_NOT_FOUND, "", "\"%.*s\" is no relying party of its member",
		    SPAN_ARGS(span_first(entity_id, 200)));
	return OK;
}

/* Making */

static struct localized
or_of_member(struct localized own, struct localized of_member)
{
	return own.ja.size || own.en.size ? own : of_member;
}

static void
take_personas(const struct member_entity *e, struct relying_party *out)
{
	if (!e->persona_count) {
		out->personas = PERSONA_BIT(PERSONA_PRIVATE) | PERSONA_BIT(PERSONA_BUSINESS);
		out->preferred = PERSONA_PRIVATE;
		return;
	}
	for (size_t i = 0; i < e->persona_count; i++)
		out->personas |= PERSONA_BIT(persona_read(e->personas[i]));
	out->preferred = persona_read(e->personas[0]);
}

static struct span
sector_of(struct arena *a, const struct member_entity *e)
{
	if (e->sector.size)
		return e->sector;
	return e->client ? e->client->sector : oidc_host(a, e->entity_id);
}

static void
note_until(struct relying_party *rp, struct instant t, struct instant now)
{
	if (instant_before(now, t) && (!rp->until.us || instant_before(t, rp->until)))
		rp->until = t;
}

/* The first of the record that is in force counts. */
static void
take_privacy(const struct relying_record *r, struct instant now, struct relying_party *out)
{
	for (size_t i = 0; i < r->record.certification_count; i++) {
		const struct member_certification *c = &r->record.certifications[i];

		if (!span_is(c->area, PRIVACY) ||
		    (c->entity_id.size && !span_equal(c->entity_id, r->entity->entity_id)))
			continue;
		note_until(out, c->from, now);
		note_until(out, c->until, now);
		if (!out->privacy_level.size && certification_holds(c, r->entity->entity_id, now)) {
			out->privacy_framework = c->framework;
			out->privacy_level = c->level;
		}
	}
}

struct relying_party
relying_party_of(struct arena *a, const struct relying_record *r, struct instant now)
{
	const struct member_entity *e = r->entity;
	struct relying_party rp = {
		.entity_id = e->entity_id,
		.member = r->record.id,
		.name = or_of_member(e->name, r->record.name),
		.member_name = r->record.name,
		.description = or_of_member(e->description, r->record.description),
		.information_url = e->information_url,
		.privacy_url = e->privacy_url,
		.logo = logo_is_ours(r->record.logo.url),
		.standing = r->member.standing,
		.requires = e->requires,
		.sector = sector_of(a, e),
		.attributes = e->attributes,
		.attribute_count = e->attribute_count,
	};

	take_personas(e, &rp);
	take_privacy(r, now, &rp);
	return rp;
}

/* Copying */

static struct localized
copy_localized(struct arena *a, struct localized l)
{
	return (struct localized){ arena_copy(a, l.ja), arena_copy(a, l.en) };
}

static struct requirement_name
copy_requirement(struct arena *a, const struct requirement_name *r)
{
	struct requirement_name copy = {
		.framework = arena_copy(a, r->framework),
		.profile = arena_copy(a, r->profile),
		.version = arena_copy(a, r->version),
		.area_count = r->area_count,
	};

	for (size_t i = 0; i < r->area_count; i++)
		copy.areas[i] = (struct requirement_area){ arena_copy(a, r->areas[i].area),
			arena_copy(a, r->areas[i].level) };
	return copy;
}

static const struct member_attribute *
copy_attributes(struct arena *a, const struct member_attribute *list, size_t count)
{
	struct member_attribute *copy = arena_array(a, struct member_attribute, count);

	for (size_t i = 0; i < count; i++)
		copy[i] = (struct member_attribute){
			.name = arena_copy(a, list[i].name),
			.friendly_name = arena_copy(a, list[i].friendly_name),
			.required = list[i].required,
			.purpose = copy_localized(a, list[i].purpose),
			.legal_basis = arena_copy(a, list[i].legal_basis),
		};
	return copy;
}

struct relying_party
relying_party_copy(struct arena *a, const struct relying_party *rp)
{
	struct relying_party copy = *rp;

	copy.entity_id = arena_copy(a, rp->entity_id);
	copy.member = arena_copy(a, rp->member);
	copy.name = copy_localized(a, rp->name);
	copy.member_name = copy_localized(a, rp->member_name);
	copy.description = copy_localized(a, rp->description);
	copy.information_url = copy_localized(a, rp->information_url);
	copy.privacy_url = copy_localized(a, rp->privacy_url);
	copy.requires = copy_requirement(a, &rp->requires);
	copy.sector = arena_copy(a, rp->sector);
	copy.attributes = copy_attributes(a, rp->attributes, rp->attribute_count);
	copy.privacy_framework = arena_copy(a, rp->privacy_framework);
	copy.privacy_level = arena_copy(a, rp->privacy_level);
	return copy;
}
