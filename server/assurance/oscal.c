/* assurance/oscal.c - a framework as an OSCAL catalog. */
#include "assurance/oscal.h"

#include "assurance/condition_wording.h"
#include "assurance/oscal_writing.h"

#define OSCAL_MEMORY (256 * MIB)
#define PROSE_LARGEST (1 * MIB)

const char *
oscal_catalog_name(const struct framework *f, struct arena *a)
{
	return arena_print(a, "%.*s-%.*s-catalog.json", SPAN_ARGS(f->id), SPAN_ARGS(f->version));
}

/* Prose */

/* {{max-age}} as OSCAL puts parameters into prose. */
static struct span
with_inserts(struct arena *a, const struct criterion *c, struct span text)
{
	struct buffer b = buffer_init(PROSE_LARGEST);
	struct span out;

	while (text.size) {
		size_t end = 2;

		while (span_starts(text, "{{") && end + 1 < text.size && !span_starts(span_skip(text, end), "}}"))
			end++;
		for (size_t i = 0; span_starts(text, "{{") && i < c->parameter_count; i++)
			if (span_equal(c->parameters[i].id, span_trim(span_skip(span_first(text, end), 2))))
				buffer_print(&b, "{{ insert: param, %s }}", oscal_parameter_token(a, c,
				    &c->parameters[i]));
		if (span_starts(text, "{{")) {
			text = span_skip(text, end + 2);
			continue;
		}
		buffer_byte(&b, text.data[0]);
		text = span_skip(text, 1);
	}
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

struct prose {
	struct buffer ja, en;
};

static void
on_line(void *arg, unsigned depth, struct localized text)
{
	struct prose *p = arg;

	buffer_print(&p->ja, "%*s- %.*s\n", (int)(2 * depth), "", SPAN_ARGS(text.ja));
	buffer_print(&p->en, "%*s- %.*s\n", (int)(2 * depth), "", SPAN_ARGS(text.en));
}

static struct localized
condition_prose(struct arena *a, const struct framework *f, const struct criterion *c)
{
	struct prose p = { buffer_init(PROSE_LARGEST), buffer_init(PROSE_LARGEST) };
	struct localized out;

	if (c->when.count) {
		buffer_text(&p.ja, "適用の条件：\n");
		buffer_text(&p.en, "Applies when:\n");
		condition_wording(&c->when, c, f, a, on_line, &p);
	}
	buffer_text(&p.ja, "条件：\n");
	buffer_text(&p.en, "Condition:\n");
	condition_wording(&c->condition, c, f, a, on_line, &p);
	out.ja = arena_copy(a, span_trim(buffer_span(&p.ja)));
	out.en = arena_copy(a, span_trim(buffer_span(&p.en)));
	buffer_release(&p.ja);
	buffer_release(&p.en);
	return out;
}

/* A part that holds the same prose in both languages, each an item of its own. */
static json_t *
part(struct arena *a, const char *id, const char *name, struct localized prose)
{
	const struct { const char *language; struct span text; } items[] = { { "ja", prose.ja }, { "en", prose.en } };
	json_t *parts = json_array();

	for (size_t i = 0; i < COUNT(items); i++) {
		json_t *item = json_pack("{s:s,s:s}", "id", arena_print(a, "%s.%s", id, items[i].language), "name",
		    "item");
		json_t *props = json_array();

		oscal_prop(props, "language", span_text(items[i].language), true);
		json_object_set_new(item, "props", props);
		json_object_set_new(item, "prose", oscal_text(items[i].text));
		json_array_append_new(parts, item);
	}
	return json_pack("{s:s,s:s,s:o}", "id", id, "name", name, "parts", parts);
}

/* Controls */

static json_t *
control_params(const struct framework *f, struct arena *a, const struct criterion *c)
{
	json_t *params = json_array();

	for (size_t i = 0; i < c->parameter_count; i++)
		json_array_append_new(params, json_pack("{s:s,s:o,s:[o]}", "id", oscal_parameter_token(a, c,
		    &c->parameters[i]),
		    "label", oscal_text(c->parameters[i].label.en), "values",
		    oscal_parameter_value(f, c, &c->parameters[i])));
	return params;
}

static json_t *
control_props(const struct framework *f, struct arena *a, const struct criterion *c)
{
	const struct area *area = &f->areas[c->area];
	json_t *props = json_array();

	oscal_prop(props, "label", c->id, false);
	oscal_prop(props, "sort-id", span_text(arena_print(a, "%02u.%02u.%04zu", c->area + 1u, c->level,
	    (size_t)(c - f->criteria) + 1)), false);
	oscal_prop(props, "area", area->id, true);
	oscal_prop(props, "level", c->level ? level_id(area, c->level) : span_text("any"), true);
	oscal_prop(props, "status", span_text(status_name(c->status)), true);
	oscal_prop(props, "provenance", span_text(provenance_name(c->provenance)), true);
	oscal_prop(props, "title-ja", c->title.ja, true);
	return props;
}

/* The document is a resource of the back matter; which clause of it is the link's text. */
static json_t *
control_links(const struct framework *f, struct arena *a, const struct criterion *c)
{
	json_t *links = json_array();

	for (size_t i = 0; i < c->citation_count; i++) {
		const struct citation *at = &c->citations[i];
		json_t *uuid = oscal_uuid(f, a, arena_print(a, "source/%.*s", SPAN_ARGS(at->document)));

		json_array_append_new(links, json_pack("{s:s,s:s,s:s}", "href", arena_print(a, "#%s",
		    json_string_value(uuid)),
		    "rel", "reference", "text", arena_print(a, "%.*s, %.*s (%.*s)", SPAN_ARGS(at->document),
		    SPAN_ARGS(at->at),
		    SPAN_ARGS(at->relation))));
		json_decref(uuid);
	}
	return links;
}

static json_t *
control(const struct framework *f, struct arena *a, const struct criterion *c)
{
	const char *id = oscal_token(a, "", c->id);
	const struct localized text = { with_inserts(a, c, c->text.ja), with_inserts(a, c, c->text.en) };
	const struct localized reason = { with_inserts(a, c, c->reason.ja), with_inserts(a, c, c->reason.en) };
	json_t *out = json_pack("{s:s,s:s,s:o}", "id", id, "class", "criterion", "title", oscal_text(c->title.en));
	json_t *parts = json_array();

	if (c->parameter_count)
		json_object_set_new(out, "params", control_params(f, a, c));
	json_object_set_new(out, "props", control_props(f, a, c));
	if (c->citation_count)
		json_object_set_new(out, "links", control_links(f, a, c));
	json_array_append_new(parts, part(a, arena_print(a, "%s_smt", id), "statement", text));
	json_array_append_new(parts, part(a, arena_print(a, "%s_gdn", id), "guidance", reason));
	json_array_append_new(parts, part(a, arena_print(a, "%s_obj", id), "assessment-objective", condition_prose(a, f,
	    c)));
	json_object_set_new(out, "parts", parts);
	return out;
}

/* Groups */

static json_t *
level_group(const struct framework *f, struct arena *a, uint8_t number, uint8_t level)
{
	const struct area *area = &f->areas[number];
	json_t *controls = json_array(), *props = json_array(), *group;

	for (size_t i = 0; i < f->criterion_count; i++)
		if (f->criteria[i].area == number && f->criteria[i].level == level)
			json_array_append_new(controls, control(f, a, &f->criteria[i]));
	if (json_array_size(controls) == 0 && level == 0) {
		json_decref(controls);
		json_decref(props);
		return NULL;
	}
	oscal_prop(props, "label", level ? level_id(area, level) : span_text("any"), false);
	oscal_prop(props, "sort-id", span_text(arena_print(a, "%02u.%02u", number + 1u, level)), false);
	group = json_pack("{s:s,s:s,s:o,s:o}", "id", oscal_level_token(a, area, level), "class", "level", "title",
	    level ? oscal_text(area->levels[level - 1].title.en) : json_string("Whatever the level"), "props", props);
	if (json_array_size(controls))
		json_object_set_new(group, "controls", controls);
	else
		json_decref(controls);
	return group;
}

static json_t *
area_group(const struct framework *f, struct arena *a, uint8_t number)
{
	const struct area *area = &f->areas[number];
	const char *id = oscal_token(a, "area-", area->id);
	json_t *props = json_array(), *groups = json_array(), *out, *group;

	oscal_prop(props, "label", area->id, false);
	oscal_prop(props, "sort-id", span_text(arena_print(a, "%02u", number + 1u)), false);
	oscal_prop(props, "title-ja", area->title.ja, true);
	out = json_pack("{s:s,s:s,s:o,s:o}", "id", id, "class", "area", "title", oscal_text(area->title.en), "props",
	    props);
	if (area->text.en.size)
		json_object_set_new(out, "parts", json_pack("[o]", part(a, arena_print(a, "%s_ovw", id), "overview",
		    area->text)));
	for (unsigned level = 0; level <= area->level_count; level++)
		if ((group = level_group(f, a, number, (uint8_t)level)) != NULL)
			json_array_append_new(groups, group);
	json_object_set_new(out, "groups", groups);
	return out;
}

/* Back matter */

static json_t *
resource(const struct framework *f, struct arena *a, const struct policy_source *s)
{
	json_t *props = json_array(), *out = json_object();

	if (s->version.size)
		oscal_prop(props, "version", s->version, false);
	if (s->date.size)
		oscal_prop(props, "date", s->date, true);
	oscal_prop(props, "title-ja", s->title.ja, true);
	json_object_set_new(out, "uuid", oscal_uuid(f, a, arena_print(a, "source/%.*s", SPAN_ARGS(s->id))));
	json_object_set_new(out, "title", oscal_text(s->title.en));
	json_object_set_new(out, "props", props);
	if (s->url.size)
		json_object_set_new(out, "rlinks", json_pack("[{s:o}]", "href", oscal_text(s->url)));
	for (size_t i = 0; i < s->clause_count; i++) {
		const struct clause *c = &s->clauses[i];
		json_t *prop;

		if (!c->excluded.en.size)
			continue;
		prop = json_pack("{s:s,s:s,s:o,s:o}", "name", "left-out", "ns", OSCAL_NAMESPACE, "value",
		    oscal_text(c->at),
		    "remarks", oscal_text(c->excluded.en));
		json_array_append_new(props, prop);
	}
	return out;
}

void
oscal_catalog_write(struct buffer *out, const struct framework *f)
{
	struct arena a = arena_init(OSCAL_MEMORY);
	json_t *groups = json_array(), *resources = json_array(), *catalog = json_object();

	for (uint8_t i = 0; i < f->own_count; i++)
		json_array_append_new(groups, area_group(f, &a, i));
	for (size_t i = 0; i < f->source_count; i++)
		json_array_append_new(resources, resource(f, &a, &f->sources[i]));
	json_object_set_new(catalog, "uuid", oscal_uuid(f, &a, "catalog"));
	json_object_set_new(catalog, "metadata", oscal_metadata(f, &a, f->title));
	json_object_set_new(catalog, "groups", groups);
	if (json_array_size(resources))
		json_object_set_new(catalog, "back-matter", json_pack("{s:O}", "resources", resources));
	json_decref(resources);
	oscal_print(out, json_pack("{s:o}", "catalog", catalog));
	arena_release(&a);
}
