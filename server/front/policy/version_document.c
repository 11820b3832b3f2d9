/* front/policy/version_document.c - a published version as one JSON document. */
#include "front/policy/version_document.h"

#include <assert.h>
#include <jansson.h>

#include "assurance/criterion_wording.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "ledger/entry.h"

#define WORDING_LARGEST (64 * KIB)

/* The files were read by framework_read() before: they are JSON of the form they must have. */
static json_t *
file_load(const struct policy_file *file)
{
	return file ? json_loadb((const char *)file->text.data, file->text.size, 0, NULL) : NULL;
}

static void
comments_remove(json_t *value)
{
	const char *name;
	json_t *member;
	void *next;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach(value, i, member)
			comments_remove(member);
		return;
	}
	json_object_foreach_safe(value, next, name, member) {
		if (strncmp(name, "//", 2) == 0)
			json_object_del(value, name);
		else
			comments_remove(member);
	}
}

static json_t *
text_of(struct span s)
{
	return json_stringn(s.size ? (const char *)s.data : "", s.size);
}

static json_t *
digest_of(struct span sum)
{
	struct arena a = arena_init(4 * KIB);
	json_t *text = json_sprintf("sha256:%s", hex_write(&a, sum));

	arena_release(&a);
	return text;
}

static json_t *
instant_of(struct instant t)
{
	char text[INSTANT_TEXT];

	return json_string(instant_text(t, text));
}

/* A member of one file becomes a member of the document. */
static const struct {
	const char *file, *member, *name;
} parts[] = {
	{ "levels.json", "areas", "areas" },
	{ "levels.json", "composed", "composed" },
	{ "table.json", "cells", "table" },
	{ "steps.json", "steps", "steps" },
	{ "sources.json", "documents", "documents" },
	{ "mappings.json", "mappings", "mappings" },
};

static void
parts_add(json_t *document, const struct framework *f)
{
	for (size_t i = 0; i < COUNT(parts); i++) {
		json_t *file = file_load(policy_file_find(&f->files, span_text(parts[i].file)));
		json_t *part = json_object_get(file, parts[i].member);

		comments_remove(part);
		json_object_set_new(document, parts[i].name, part ? json_incref(part) : json_array());
		json_decref(file);
	}
}

/* Criteria: in the framework's order, area by area, level by level */

static json_t *
wording(const struct framework *f, const struct criterion *c, struct localized text)
{
	struct buffer ja = buffer_init(WORDING_LARGEST), en = buffer_init(WORDING_LARGEST);
	json_t *both = json_object();

	criterion_wording(&ja, c, f->dictionary, text.ja, LANGUAGE_JA);
	criterion_wording(&en, c, f->dictionary, text.en, LANGUAGE_EN);
	json_object_set_new(both, "ja", text_of(buffer_span(&ja)));
	json_object_set_new(both, "en", text_of(buffer_span(&en)));
	buffer_release(&ja);
	buffer_release(&en);
	return both;
}

static json_t *
facts_of(const struct framework *f, const uint64_t sets[FACT_SETS], bool whole)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->dictionary->count; i++) {
		const struct fact *fact = &f->dictionary->facts[i];

		if (!(sets[i / 64] >> (i % 64) & 1))
			continue;
		json_array_append_new(list,
		    whole ? json_loadb((const char *)fact->definition.data, fact->definition.size, 0, NULL)
			  : text_of(fact->id));
	}
	return list;
}

/* Every criterion as it was written, by id. */
static json_t *
criteria_load(const struct framework *f)
{
	json_t *by_id = json_object(), *criterion;
	size_t at;

	for (size_t i = 0; i < f->files.count; i++) {
		const struct policy_file *file = &f->files.items[i];
		json_t *root;

		if (strncmp(file->name, "criteria/", 9) != 0)
			continue;
		root = file_load(file);
		comments_remove(root);
		json_array_foreach(json_object_get(root, "criteria"), at, criterion)
			json_object_set(by_id, json_string_value(json_object_get(criterion, "id")), criterion);
		json_decref(root);
	}
	return by_id;
}

static void
criteria_add(json_t *document, const struct framework *f)
{
	json_t *written = criteria_load(f), *list = json_array();

	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &f->criteria[i];
		json_t *id = text_of(c->id), *out = json_object_get(written, json_string_value(id));
		uint64_t facts[FACT_SETS] = { 0 };

		json_decref(id);
		assert(out);
		condition_support(&c->when, facts);
		condition_support(&c->condition, facts);
		json_object_set_new(out, "area", text_of(f->areas[c->area].id));
		json_object_set_new(out, "text", wording(f, c, c->text));
		json_object_set_new(out, "reason", wording(f, c, c->reason));
		json_object_set_new(out, "facts", facts_of(f, facts, false));
		json_array_append(list, out);
	}
	json_decref(written);
	json_object_set_new(document, "criteria", list);
}

/* Profiles */

static bool
parameters_differ(const struct criterion *a, const struct criterion *b)
{
	for (size_t i = 0; i < a->parameter_count; i++)
		if (a->parameters[i].value != b->parameters[i].value)
			return true;
	return false;
}

static json_t *
reworded(const struct framework *f, const struct profile *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &p->criteria[i];
		json_t *one;

		if (!parameters_differ(&f->criteria[i], c))
			continue;
		one = json_object();
		json_object_set_new(one, "criterion", text_of(c->id));
		json_object_set_new(one, "text", wording(f, c, c->text));
		json_object_set_new(one, "reason", wording(f, c, c->reason));
		json_array_append_new(list, one);
	}
	return list;
}

static void
profiles_add(json_t *document, const struct framework *f)
{
	struct arena arena = arena_init(64 * KIB);
	json_t *list = json_array();

	for (size_t i = 0; i < f->profile_count; i++) {
		const struct profile *p = &f->profiles[i];
		json_t *file;

		arena_reset(&arena);
		file = file_load(policy_file_find(&f->files,
		    span_text(arena_print(&arena, "profiles/%.*s.json", SPAN_ARGS(p->id)))));
		if (!file)
			continue;
		comments_remove(file);
		json_object_set_new(file, "reworded", reworded(f, p));
		json_array_append_new(list, file);
	}
	arena_release(&arena);
	json_object_set_new(document, "profiles", list);
}

/* Files, and how many tests there are */

static void
files_add(json_t *document, const struct framework *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->files.count; i++) {
		const struct policy_file *file = &f->files.items[i];
		json_t *one = json_object();
		uint8_t sum[32];

		digest(DIGEST_SHA256, file->text, sum);
		json_object_set_new(one, "name", json_string(file->name));
		json_object_set_new(one, "size", json_integer((json_int_t)file->text.size));
		json_object_set_new(one, "digest", digest_of(span_of(sum, sizeof(sum))));
		json_array_append_new(list, one);
	}
	json_object_set_new(document, "files", list);
	json_object_set_new(document, "tests", json_integer((json_int_t)f->test_count));
}

static void
manifest_add(json_t *document, const struct shelf_policy *policy)
{
	const struct framework *f = policy->framework;
	const struct published_policy *p = &policy->published;
	json_t *manifest = file_load(policy_file_find(&f->files, span_text("manifest.json"))), *ledger = json_object();
	char entry[LEDGER_ID_TEXT];

	comments_remove(manifest);
	json_object_set_new(document, "framework", text_of(f->id));
	json_object_set_new(document, "version", text_of(f->version));
	json_object_set(document, "title", json_object_get(manifest, "title"));
	json_object_set(document, "text", json_object_get(manifest, "text"));
	json_object_set_new(document, "valid_from", instant_of(f->valid_from));
	json_object_set_new(document, "digest", digest_of(f->digest));
	json_object_set_new(document, "published", instant_of(p->published));
	json_object_set_new(ledger, "leaf", json_integer((json_int_t)p->number));
	json_object_set_new(ledger, "entry", json_string(ledger_id_text(&p->entry, entry)));
	json_object_set_new(document, "ledger", ledger);
	json_object_set_new(document, "key", text_of(p->key));
	json_object_set_new(document, "note", text_of(p->note));
	json_decref(manifest);
}

static int
on_json(const char *bytes, size_t size, void *arg)
{
	buffer_add(arg, span_of(bytes, size));
	return 0;
}

void
version_document_write(struct buffer *b, const struct shelf_policy *policy)
{
	const struct framework *f = policy->framework;
	json_t *document = json_object();

	manifest_add(document, policy);
	parts_add(document, f);
	criteria_add(document, f);
	profiles_add(document, f);
	json_object_set_new(document, "facts", facts_of(f, f->uses, true));
	files_add(document, f);
	json_dump_callback(document, on_json, b, JSON_COMPACT);
	json_decref(document);
}
