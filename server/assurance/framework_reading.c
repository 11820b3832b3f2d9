/* assurance/framework_reading.c - one version of a framework read from its files. */
#include "assurance/framework_reading.h"

#include "assurance/step_plan.h"
#include "codec/tree.h"
#include "crypto/digest.h"

/* Files */

/* Where a version's files lie, in the order they are read; a folder's are many. */
static const struct {
	const char *name;
	bool folder, needed;
} kinds[] = {
	{ "manifest.json", false, true },
	{ "levels.json", false, true },
	{ "sources.json", false, true },
	{ "criteria", true, true },
	{ "profiles", true, false },
	{ "steps.json", false, true },
	{ "table.json", false, false },
	{ "mappings.json", false, false },
	{ "tests", true, false },
};

/* "criteria/token.json" in "criteria": "token"; else empty. */
static struct span
stem_of(const char *name, const char *folder)
{
	static const char ending[] = ".json";
	struct span stem = span_text(name);
	size_t length = strlen(folder);

	if (!span_starts(stem, folder) || stem.size <= length + sizeof(ending) || stem.data[length] != '/')
		return (struct span){ 0 };
	stem = span_skip(stem, length + 1);
	if (memcmp(stem.data + stem.size - strlen(ending), ending, strlen(ending)) != 0 ||
	    memchr(stem.data, '/', stem.size))
		return (struct span){ 0 };
	stem.size -= strlen(ending);
	return stem;
}

static bool
is_of_kind(const char *name, size_t kind)
{
	return kinds[kind].folder ? stem_of(name, kinds[kind].name).size > 0 : strcmp(name, kinds[kind].name) == 0;
}

static enum err
check_files(const struct policy_files *files, struct problem *why)
{
	bool there[COUNT(kinds)] = { 0 };
	size_t total = 0;

	if (files->count > FRAMEWORK_FILES)
		return problem_set(why, ERR_LIMIT, "", "%s: expected at most %d files, found %zu", files->label,
		    FRAMEWORK_FILES, files->count);
	for (size_t i = 0; i < files->count; i++) {
		const struct policy_file *file = &files->items[i];
		size_t kind = 0;

		while (kind < COUNT(kinds) && !is_of_kind(file->name, kind))
			kind++;
		if (kind == COUNT(kinds))
			return problem_set(why, ERR_INVALID, "",
			    "%s/%s: expected manifest.json, levels.json, table.json, steps.json, mappings.json, "
			    "sources.json, or a .json file in criteria, profiles or tests, found another file",
			    files->label, file->name);
		there[kind] = true;
		total += file->text.size;
		if (file->text.size > FRAMEWORK_FILE_LARGEST || total > FRAMEWORK_LARGEST)
			return problem_set(why, ERR_LIMIT, "",
			    "%s/%s: expected at most %zu bytes in a file and %zu in all, found more", files->label,
			    file->name, FRAMEWORK_FILE_LARGEST, FRAMEWORK_LARGEST);
		if (i && strcmp(files->items[i - 1].name, file->name) >= 0)
			return problem_set(why, ERR_INVALID, "", "%s/%s: expected files sorted by name, each once",
			    files->label, file->name);
	}
	for (size_t kind = 0; kind < COUNT(kinds); kind++)
		if (kinds[kind].needed && !there[kind])
			return problem_set(why, ERR_NOT_FOUND, "", "%s/%s: expected %s, found none", files->label,
			    kinds[kind].name, kinds[kind].folder ? "at least one file" : "the file");
	return OK;
}

struct place
framework_file(const struct framework_reading *r, const char *name)
{
	for (size_t i = 0; i < r->files->count; i++)
		if (strcmp(r->files->items[i].name, name) == 0)
			return document_root(&r->documents[i]);
	/* One more than there are files: without root, and nobody looks at its problem. */
	return document_root(&r->documents[r->files->count]);
}

bool
framework_next_file(const struct framework_reading *r, const char *folder, size_t *cursor, struct place *root,
    struct span *stem)
{
	for (; *cursor < r->files->count; ++*cursor) {
		*stem = stem_of(r->files->items[*cursor].name, folder);
		if (stem->size == 0 || !r->documents[*cursor].root)
			continue;
		*root = document_root(&r->documents[*cursor]);
		++*cursor;
		return true;
	}
	return false;
}

bool
framework_sound(const struct framework_reading *r)
{
	for (size_t i = 0; i < r->files->count; i++)
		if (r->documents[i].problem.code != OK)
			return false;
	return true;
}

/* What many files name */

uint8_t
framework_area(const struct framework_reading *r, struct place p)
{
	int number = area_find(r->framework, policy_id(p));

	if (number < 0)
		place_fail(p, "an area of levels.json", NULL);
	return number < 0 ? 0 : (uint8_t)number;
}

uint8_t
framework_level(const struct framework_reading *r, struct place p, uint8_t area)
{
	struct span id = policy_level_id(p);
	int number = area < r->framework->area_count ? level_find(&r->framework->areas[area], id) : -1;

	if (number <= 0 && area < r->framework->area_count)
		place_fail(p, arena_print(r->arena, "a level of area \"%.*s\"",
		    SPAN_ARGS(r->framework->areas[area].id)), NULL);
	return number <= 0 ? 0 : (uint8_t)number;
}

enum status
framework_status(struct place p)
{
	static const char *const statuses[] = {
		[STATUS_SEED] = "seed", [STATUS_VERIFIED] = "verified", [STATUS_DERIVED] = "derived",
		[STATUS_TEMPLATE] = "template",
	};

	return (enum status)policy_word(p, statuses, COUNT(statuses));
}

const struct fact *
framework_fact(const struct framework_reading *r, struct place p)
{
	const struct fact *fact = fact_find(r->framework->dictionary, policy_id(p));

	if (!fact)
		place_fail(p, "a fact of the dictionary", NULL);
	return fact;
}

/* The manifest */

/* Whole seconds. */
static struct instant
read_instant(struct place p)
{
	struct instant t = { 0 };

	if (!json_is_string(p.value) || !instant_read(span_text(json_string_value(p.value)), &t) || t.us <= 0)
		place_fail(p, "a time such as \"2026-12-01T00:00:00+09:00\"", NULL);
	t.us -= t.us % SECONDS(1);
	return t;
}

static struct span
digest_of(struct framework_reading *r, struct place p)
{
	struct buffer b = buffer_init(FRAMEWORK_FILE_LARGEST);
	uint8_t sum[DIGEST_LARGEST];
	const char *expected;

	if (!tree_canonical(p.value, &expected))
		place_fail(p, expected, "another value in it");
	else
		tree_write(&b, p.value);
	digest(DIGEST_SHA256, buffer_span(&b), sum);
	buffer_release(&b);
	return arena_copy(r->arena, span_of(sum, digest_size(DIGEST_SHA256)));
}

static void
read_manifest(struct framework_reading *r)
{
	struct place root = framework_file(r, "manifest.json");
	struct framework *f = r->framework;

	f->id = policy_id(place_member(root, "framework"));
	f->version = policy_id(place_member(root, "version"));
	f->title = policy_title(place_member(root, "title"), NEEDED);
	f->text = policy_text(place_member(root, "text"), NEEDED);
	f->valid_from = read_instant(place_member(root, "valid_from"));
	if (root.value)
		f->digest = digest_of(r, root);
}

/* The whole */

static void
open_documents(struct framework_reading *r)
{
	const struct policy_files *files = r->files;

	r->documents = arena_array(r->arena, struct document, files->count + 1);
	for (size_t i = 0; i < files->count; i++)
		r->documents[i] = document_parse(r->arena,
		    arena_print(r->arena, "%s/%s", files->label, files->items[i].name), files->items[i].text);
	r->documents[files->count] = (struct document){ .file = "", .arena = r->arena };
}

/* In the order they were read, so that what follows from an earlier mistake is not told in its place. Where some are no
 * JSON, nothing was read: the others have no problem of their own. */
static enum err
close_documents(struct framework_reading *r, bool were_read, struct problem *why)
{
	enum err first = OK;

	for (size_t kind = 0; kind < COUNT(kinds); kind++) {
		for (size_t i = 0; i < r->files->count; i++) {
			bool counts = were_read || !r->documents[i].root;
			enum err found;

			if (!is_of_kind(r->files->items[i].name, kind))
				continue;
			found = document_end(&r->documents[i], counts && first == OK ? why : NULL);
			first = counts && first == OK ? found : first;
		}
	}
	return first;
}

static void
read_all(struct framework_reading *r, bool sealed)
{
	static const char *const digests[] = { "files", "facts", NULL };
	struct place manifest = framework_file(r, "manifest.json");

	read_manifest(r);
	framework_read_levels(r);
	framework_read_sources(r);
	framework_read_criteria(r);
	framework_read_conditions(r);
	framework_read_profiles(r);
	framework_read_steps(r);
	framework_read_table(r);
	framework_read_mappings(r);
	framework_read_tests(r);
	framework_check_seal(r, manifest, sealed);
	for (size_t i = 0; i < r->files->count; i++)
		policy_refuse_numbers(&r->documents[i], &r->documents[i] == manifest.document ? digests : NULL);
}

/* A tree without root would make every later reader complain of what it misses. */
static bool
all_parsed(const struct framework_reading *r)
{
	for (size_t i = 0; i < r->files->count; i++)
		if (!r->documents[i].root)
			return false;
	return true;
}

enum err
framework_read(struct arena *arena, const struct policy_files *files, const struct dictionary *dictionary, bool sealed,
    const struct framework **out, struct problem *why)
{
	struct framework *f = arena_new(arena, struct framework);
	struct framework_reading r = { .arena = arena, .framework = f, .files = files };
	enum err err = check_files(files, why);
	bool parsed;

	*out = NULL;
	if (err != OK)
		return err;
	f->dictionary = dictionary;
	f->files = *files;
	open_documents(&r);
	parsed = all_parsed(&r);
	if (parsed)
		read_all(&r, sealed);
	err = close_documents(&r, parsed, why);
	if (err != OK)
		return err;
	f->plan = step_plan_make(arena, f);
	*out = f;
	return OK;
}
