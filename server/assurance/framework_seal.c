/* assurance/framework_seal.c - the digests in a version's manifest: of its files, and of the facts they use. */
#include "assurance/framework_reading.h"

#include <stdlib.h>

#include "codec/text.h"
#include "codec/tree.h"
#include "crypto/digest.h"

static const char *
digest_text(struct arena *arena, struct span bytes)
{
	uint8_t sum[DIGEST_LARGEST];

	digest(DIGEST_SHA256, bytes, sum);
	return arena_print(arena, "sha256:%s", hex_write(arena, span_of(sum, digest_size(DIGEST_SHA256))));
}

const char *
framework_facts_digest(const struct framework *f, struct arena *arena)
{
	const struct dictionary *d = f->dictionary;
	struct buffer b = buffer_init(DICTIONARY_LARGEST + FACTS_LARGEST + 2);
	const char *text, *separator = "[";

	for (size_t i = 0; i < d->count; i++) {
		const struct fact *fact = &d->facts[d->in_order[i]];

		if (!(f->uses[fact->number / 64] >> fact->number % 64 & 1))
			continue;
		buffer_text(&b, separator);
		buffer_add(&b, fact->definition);
		separator = ",";
	}
	buffer_text(&b, *separator == '[' ? "[]" : "]");
	text = digest_text(arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static bool
is_digest(const json_t *value)
{
	struct span s = json_is_string(value) ? span_text(json_string_value(value)) : (struct span){ 0 };
	uint8_t sum[32];

	return span_starts(s, "sha256:") && hex_read(span_skip(s, strlen("sha256:")), sum, sizeof(sum));
}

static void
check_digest(struct place p, const char *now, bool sealed, const char *changed)
{
	if (!place_exists(p) && !sealed)
		return;
	if (!is_digest(p.value))
		place_fail(p, "\"sha256:\" and 64 hexadecimal digits", NULL);
	else if (sealed && strcmp(json_string_value(p.value), now) != 0)
		place_fail(p, arena_print(p.document->arena, "%s", now), changed);
}

static bool
is_file(const struct policy_files *files, const char *name)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, name) == 0)
			return strcmp(name, "manifest.json") != 0;
	return false;
}

void
framework_check_seal(const struct framework_reading *r, struct place manifest, bool sealed)
{
	struct place list = place_member(manifest, "files"), p;
	void *cursor = NULL;
	const char *name;

	check_digest(place_member(manifest, "facts"), framework_facts_digest(r->framework, r->arena), sealed,
	    "the digest of other facts: those used, or what they mean, have changed");
	if (!place_exists(list)) {
		if (sealed)
			place_fail(list, "the digests of the files", NULL);
		return;
	}
	while (place_next(list, &cursor, &name, &p)) {
		if (sealed && !is_file(r->files, name))
			place_fail(p, "a file of this version", "none of this name");
		else if (!sealed)
			check_digest(p, "", false, "");
	}
	for (size_t i = 0; sealed && i < r->files->count; i++)
		if (is_file(r->files, r->files->items[i].name))
			check_digest(place_member(list, r->files->items[i].name),
			    digest_text(r->arena, r->files->items[i].text), true, "the digest of another text");
}

enum err
framework_manifest(struct arena *arena, const struct policy_files *files, const struct dictionary *dictionary,
    struct span *out, struct problem *why)
{
	const struct framework *f;
	json_t *manifest = NULL, *digests;
	enum err err = framework_read(arena, files, dictionary, false, &f, why);
	char *text;

	if (err != OK)
		return err;
	digests = json_object();
	for (size_t i = 0; i < files->count; i++) {
		const struct policy_file *file = &files->items[i];

		if (strcmp(file->name, "manifest.json") == 0)
			manifest = json_loadb((const char *)file->text.data, file->text.size, 0, NULL);
		else
			json_object_set_new(digests, file->name, json_string(digest_text(arena, file->text)));
	}
	/* It was read just now. Keys keep their places, and what people wrote its order. */
	json_object_set_new(manifest, "facts", json_string(framework_facts_digest(f, arena)));
	json_object_set_new(manifest, "files", digests);
	text = json_dumps(manifest, JSON_INDENT(2));
	*out = span_text(arena_print(arena, "%s\n", text));
	free(text);
	json_decref(manifest);
	return OK;
}
