/* assurance/oscal_profile.c - a profile of a framework as an OSCAL profile. */
#include "assurance/evaluation.h"
#include "assurance/oscal_writing.h"

#define OSCAL_MEMORY (64 * MIB)

/* What it takes: in each area the criteria up to the level required, and those of every level. Of what the profile
 * leaves out the metadata tell why. */
static json_t *
controls(const struct framework *f, struct arena *a, const struct profile *p)
{
	const struct demand demand = profile_demand(p);
	uint8_t levels[AREAS_LARGEST] = { 0 };
	json_t *ids = json_array();

	demand_levels(&demand, f, levels);
	for (size_t i = 0; i < f->criterion_count; i++)
		if (!p->excluded[i] && f->criteria[i].level <= levels[f->criteria[i].area])
			json_array_append_new(ids, json_string(oscal_token(a, "", f->criteria[i].id)));
	return ids;
}

static json_t *
set_parameters(const struct framework *f, struct arena *a, const struct profile *p)
{
	json_t *set = json_array();

	for (size_t i = 0; i < f->criterion_count; i++)
		for (size_t j = 0; j < f->criteria[i].parameter_count; j++)
			if (f->criteria[i].parameters[j].value != p->criteria[i].parameters[j].value)
				json_array_append_new(set, json_pack("{s:s,s:[o]}", "param-id",
				    oscal_parameter_token(a, &f->criteria[i], &f->criteria[i].parameters[j]), "values",
				    oscal_parameter_value(f, &p->criteria[i], &p->criteria[i].parameters[j])));
	return set;
}

static void
tell(json_t *props, const char *name, struct span value, struct span remarks)
{
	json_array_append_new(props, json_pack("{s:s,s:s,s:o,s:o}", "name", name, "ns", OSCAL_NAMESPACE, "value",
	    oscal_text(value), "remarks", oscal_text(remarks)));
}

static json_t *
metadata(const struct framework *f, struct arena *a, const struct profile *p)
{
	json_t *out = oscal_metadata(f, a, p->title), *props = json_object_get(out, "props");

	oscal_prop(props, "profile", p->id, true);
	oscal_prop(props, "status", span_text(status_name(p->status)), true);
	for (size_t i = 0; i < p->requirement_count; i++) {
		const struct requirement *r = &p->requirements[i];
		const struct area *area = &f->areas[r->area];

		tell(props, "requires", span_text(arena_print(a, "%.*s %.*s %s", SPAN_ARGS(area->id),
		    SPAN_ARGS(level_id(area, r->level)), comparison_name(r->comparison))),
		    area->levels[r->level - 1].title.en);
	}
	for (size_t i = 0; i < p->exclusion_count; i++)
		tell(props, "left-out", f->criteria[p->exclusions[i].criterion].id, p->exclusions[i].reason.en);
	return out;
}

void
oscal_profile_write(struct buffer *out, const struct framework *f, const struct profile *p)
{
	struct arena a = arena_init(OSCAL_MEMORY);
	json_t *uuid = oscal_uuid(f, &a, "catalog/file"), *set = set_parameters(f, &a, p), *ids = controls(f, &a, p);
	json_t *profile = json_object(), *import;

	import = json_pack("{s:s}", "href", arena_print(&a, "#%s", json_string_value(uuid)));
	if (json_array_size(ids))
		json_object_set_new(import, "include-controls", json_pack("[{s:O}]", "with-ids", ids));
	json_object_set_new(profile, "uuid", oscal_uuid(f, &a, arena_print(&a, "profile/%.*s", SPAN_ARGS(p->id))));
	json_object_set_new(profile, "metadata", metadata(f, &a, p));
	json_object_set_new(profile, "imports", json_pack("[o]", import));
	json_object_set_new(profile, "merge", json_pack("{s:b}", "as-is", 1));
	if (json_array_size(set))
		json_object_set_new(profile, "modify", json_pack("{s:O}", "set-parameters", set));
	json_object_set_new(profile, "back-matter", json_pack("{s:[{s:o,s:s,s:[{s:s,s:s}]}]}", "resources", "uuid",
	    uuid,
	    "title", "The catalog", "rlinks", "href", oscal_catalog_name(f, &a), "media-type",
	    "application/oscal.catalog+json"));
	json_decref(ids);
	json_decref(set);
	oscal_print(out, json_pack("{s:o}", "profile", profile));
	arena_release(&a);
}
