/* tools/ctl/policy_seal.c - `watashictl policy seal`: the digests of a version's files, written into its manifest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/text.h"
#include "ctl/policy.h"

#define MANIFEST "manifest.json"

/* In the place of the old one, whole or not at all. */
static enum err
manifest_write(struct ctl *ctl, const char *directory, struct span text, struct problem *why)
{
	const char *path = arena_print(ctl->arena, "%s/" MANIFEST, directory);
	const char *beside = arena_print(ctl->arena, "%s.new", path);
	FILE *f = fopen(beside, "we");
	bool written;

	if (!f)
		return problem_errno(why, errno, "%s", beside);
	written = fwrite(text.data, 1, text.size, f) == text.size && fflush(f) == 0 && fsync(fileno(f)) == 0;
	if (fclose(f) != 0 || !written || rename(beside, path) != 0) {
		problem_errno(why, errno, "%s", path);
		unlink(beside);
		return why->code;
	}
	return OK;
}

static struct span
manifest_of(const struct policy_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, MANIFEST) == 0)
			return files->items[i].text;
	return (struct span){ 0 };
}

/* The version as it would be read back, so that its digest is that of what is written. */
static enum err
sealed_read(struct ctl *ctl, struct policy_files files, const struct dictionary *dictionary, struct span manifest,
    const struct framework **out, struct problem *why)
{
	struct policy_file *items = arena_array(ctl->arena, struct policy_file, files.count);

	for (size_t i = 0; i < files.count; i++) {
		items[i] = files.items[i];
		if (strcmp(items[i].name, MANIFEST) == 0)
			items[i].text = manifest;
	}
	files.items = items;
	return framework_read(ctl->arena, &files, dictionary, true, out, why);
}

/* What is published stays as it is. Whether it is, only the daemon knows; where none runs here there is nobody to ask.
 */
static enum err
published_check(struct ctl *ctl, const struct framework *f, bool *asked, struct problem *why)
{
	const char *id = arena_text(ctl->arena, f->id), *version = arena_text(ctl->arena, f->version);
	const char *digest = arena_print(ctl->arena, "sha256:%s", hex_write(ctl->arena, f->digest));
	enum err err = OK;
	const json_t *row;
	json_t *answer;

	*asked = (ctl->socket || access(ctl->config, R_OK) == 0) && policy_list_ask(ctl, &answer, why) == OK;
	if (!*asked)
		return OK;
	row = policy_list_find(answer, id, version);
	if (row && strcmp(answer_text(row, "state"), "published") == 0 &&
	    strcmp(answer_text(row, "digest"), digest) != 0)
		err = problem_set(why, ERR_CONFLICT, "",
		    "%s/" MANIFEST ": %s %s is published as %s, and stays; these files would "
		    "make it %s: give them another version",
		    f->files.label, id, version, answer_text(row, "digest"), digest);
	json_decref(answer);
	return err;
}

static void
seal_show(struct ctl *ctl, const struct framework *f, bool changed, bool asked)
{
	const char *digest = hex_write(ctl->arena, f->digest);

	if (ctl->json) {
		json_t *answer = json_pack("{s:s%,s:s%,s:o,s:b,s:b}", "framework", f->id.data, f->id.size, "version",
		    f->version.data, f->version.size, "digest", json_sprintf("sha256:%s", digest), "changed", changed,
		    "daemon_asked", asked);

		answer_print(answer);
		json_decref(answer);
		return;
	}
	printf("%.*s %.*s: %s\n  sha256:%s\n", SPAN_ARGS(f->id), SPAN_ARGS(f->version),
	    changed ? "sealed" : "was sealed already", digest);
	if (!asked)
		puts("  no daemon was asked whether this version is published");
}

enum ending
policy_seal(struct ctl *ctl, int argc, char **argv)
{
	const char *directory = NULL, *facts = NULL;
	const struct flag flags[] = {
		{ .name = "facts",
		    .argument = "FILE",
		    .help = "the dictionary; DIR/../../facts.json when not given",
		    .text = &facts },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy seal DIR [--facts FILE]",
		.about = "Reads a version whole and writes the digests of its files, and of the facts it uses,\n"
		         "into its manifest.json. Only a sealed version can be published. One that is published is\n"
		         "not changed: a running daemon is asked.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	const struct dictionary *dictionary;
	const struct framework *f;
	struct policy_files files;
	struct problem why;
	enum ending ending;
	struct span manifest;
	bool changed, asked;

	if (!arguments_read(ctl, &usage, argc, argv, &directory, &ending))
		return ending;
	if (policy_directory_read(ctl, directory, facts, &files, NULL, &dictionary, &why) != OK ||
	    framework_manifest(ctl->arena, &files, dictionary, &manifest, &why) != OK ||
	    sealed_read(ctl, files, dictionary, manifest, &f, &why) != OK ||
	    published_check(ctl, f, &asked, &why) != OK)
		return refused(&why);
	changed = !span_equal(manifest, manifest_of(&files));
	if (changed && manifest_write(ctl, directory, manifest, &why) != OK)
		return refused(&why);
	seal_show(ctl, f, changed, asked);
	return DONE;
}
