/* registry/validation.c - whether an entity may be published. */
#include "registry/validation.h"

#include <assert.h>
#include <stdlib.h>

#include "registry/assemble.h"
#include "registry/rule.h"
#include "registry/xsd.h"

#define WORK_ARENA (PORTRAIT_ARENA + 8 * MIB)

struct validator {
	struct xsd *xsd;
	struct rule_levels levels;
};

enum err
validator_new(const struct validation_settings *settings, struct validator **out, struct problem *why)
{
	struct validator *v = calloc(1, sizeof(*v));
	enum err err = OK;

	if (!v)
		abort();
	rule_levels_init(&v->levels);
	for (size_t i = 0; i < settings->rule_count && err == OK; i++)
		err = rule_levels_set(&v->levels, settings->rules[i].rule, settings->rules[i].level, why);
	if (err == OK)
		err = xsd_new(settings->schemas, &v->xsd, why);
	if (err != OK) {
		validator_free(v);
		return err;
	}
	*out = v;
	return OK;
}

void
validator_free(struct validator *v)
{
	if (!v)
		return;
	xsd_free(v->xsd);
	free(v);
}

/* As it will stand in a document of its own, with a registration by the registry where it brings none. */
static void
write_document(struct buffer *b, const struct validation_subject *subject)
{
	static const struct publish_settings settings = { .registration_authority = "urn:watashi:registry" };

	assemble_alone(b, &settings, subject->entity, subject->fragment);
}

/* What outlives the work. The texts of the rules' table do anyway. */
static struct rule_finding *
keep(struct arena *arena, const struct validation_subject *subject, const struct rule_finding *found, size_t count)
{
	struct rule_finding *kept = arena_array(arena, struct rule_finding, count);

	for (size_t i = 0; i < count; i++) {
		kept[i] = found[i];
		kept[i].element = arena_copy(arena, found[i].element);
		kept[i].found = arena_copy(arena, found[i].found);
		kept[i].member = subject->member;
		kept[i].entity_id = subject->entity->entity_id;
	}
	return kept;
}

bool
validate_entity(struct validator *v, struct arena *arena, const struct validation_subject *subject,
    struct rule_finding **out, size_t *count)
{
	struct arena work = arena_init(WORK_ARENA);
	struct buffer document = buffer_init(METADATA_FRAGMENT + 2 * MIB);
	struct xsd_error errors[XSD_ERRORS];
	struct examined e = {
		.schema_errors = errors,
		.claimed = subject->claimed,
		.claimed_count = subject->claimed_count,
		.registration_believed = subject->fragment->registration == REGISTRATION_PRESENT,
		.now = subject->now,
	};
	struct rule_finding *found;
	struct problem why;
	bool good;

	write_document(&document, subject);
	assert(!document.overflowed); /* fragments are bounded */
	e.schema_error_count = xsd_validate(v->xsd, &work, buffer_span(&document), errors);
	if (portrait_read(&work, buffer_span(&document), &e.portrait, &why) != OK) {
		e.portrait = (struct portrait){ .entity_id = subject->entity->entity_id };
		e.unreadable = span_text(why.text);
	}
	good = rules_examine(&v->levels, &work, &e, &found, count);
	*out = keep(arena, subject, found, *count);
	buffer_release(&document);
	arena_release(&work);
	return good;
}
