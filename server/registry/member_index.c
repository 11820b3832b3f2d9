/* registry/member_index.c - the list of members that people search, as JSON. */
#include "registry/member_index.h"

#include "codec/json_writer.h"
#include "codec/text.h"
#include "registry/view.h"

void
member_index_begin(struct buffer *b, uint64_t generation)
{
	buffer_print(b, "{\"generation\":%llu,\"rows\":[", (unsigned long long)generation);
}

static bool
in_force(const struct member_certification *c, struct instant now)
{
	return !instant_before(now, c->from) && instant_before(now, c->until);
}

/* Two entities of a member may hold the same level: one word says it. The later end is the one that counts. */
static bool
said_before(const struct member_record *record, size_t at, struct instant now)
{
	const struct member_certification *c = &record->certifications[at];

	for (size_t i = 0; i < record->certification_count; i++) {
		const struct member_certification *other = &record->certifications[i];

		if (i != at && in_force(other, now) && span_equal(other->framework, c->framework) &&
		    span_equal(other->area, c->area) && span_equal(other->level, c->level) &&
		    (instant_before(c->until, other->until) || (other->until.us == c->until.us && i < at)))
			return true;
	}
	return false;
}

/* Returns when the first of them ends. */
static struct instant
write_levels(struct buffer *b, const struct member_record *record, struct instant now)
{
	struct instant first = { 0 };
	const char *separator = "";

	buffer_text(b, ",\"levels\":[");
	for (size_t i = 0; i < record->certification_count; i++) {
		const struct member_certification *c = &record->certifications[i];

		if (!in_force(c, now) || said_before(record, i, now))
			continue;
		buffer_print(b, "%s{\"area\":", separator);
		json_write_string(b, c->area);
		json_write_member_or_null(b, "level", c->level);
		json_write_member_or_null(b, "framework", c->framework);
		json_write_time_or_null(b, "until", c->until);
		buffer_byte(b, '}');
		separator = ",";
		if (!first.us || instant_before(c->until, first))
			first = c->until;
	}
	buffer_byte(b, ']');
	return first;
}

void
member_index_member(struct buffer *b, const struct member *member, const struct member_record *record,
    struct instant now, bool first)
{
	struct instant until;
	unsigned roles = 0;

	buffer_text(b, first ? "{\"id\":" : ",{\"id\":");
	json_write_string(b, member->id);
	json_write_member_or_null(b, "standing", span_text(standing_name(member->standing)));
	localized_write(b, "name", record->name);
	json_write_member_or_null(b, "kind", record->kind);
	for (size_t i = 0; i < record->entity_count; i++)
		roles |= record->entities[i].roles;
	view_roles(b, "roles", roles);
	until = write_levels(b, record, now);
	json_write_time_or_null(b, "until", until);
	buffer_text(b, ",\"source\":null,\"entities\":[");
	for (size_t i = 0; i < record->entity_count; i++) {
		if (i)
			buffer_byte(b, ',');
		json_write_string(b, record->entities[i].entity_id);
	}
	buffer_byte(b, ']');
	view_logo(b, "logo", member->id, &record->logo);
	json_write_time_or_null(b, "since", member->registered);
	buffer_byte(b, '}');
}

void
member_index_entity(struct buffer *b, const struct entity_key *key, const struct entity *entity, bool first)
{
	const struct localized name = { entity->name_ja, entity->name_en };

	buffer_text(b, first ? "{\"id\":\"" : ",{\"id\":\"");
	for (size_t i = 0; i < sizeof(key->bytes); i++)
		buffer_print(b, "%02x", key->bytes[i]);
	buffer_byte(b, '"');
	localized_write(b, "name", name);
	view_roles(b, "roles", entity->roles);
	buffer_text(b, ",\"levels\":[]");
	json_write_time_or_null(b, "until", entity->valid_until);
	json_write_member_or_null(b, "source", entity->source);
	buffer_text(b, ",\"entities\":[");
	json_write_string(b, entity->entity_id);
	buffer_byte(b, ']');
	json_write_time_or_null(b, "since", entity->registered);
	buffer_print(b, ",\"findings\":[%u,%u]}", entity->errors, entity->warnings);
}

void
member_index_end(struct buffer *b)
{
	buffer_text(b, "]}");
}
