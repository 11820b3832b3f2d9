/* tools/ctl/policy_version.c - a version from a directory or by its framework's name, whole as if it were sealed. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/policy.h"

#define MANIFEST "manifest.json"

static bool
is_version(struct ctl *ctl, const char *directory)
{
	return access(arena_print(ctl->arena, "%s/" MANIFEST, directory), R_OK) == 0;
}

static int
is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The newest version beneath a framework's directory; NULL: it holds none. */
static const char *
newest_version(struct ctl *ctl, const char *directory)
{
	const char *newest = NULL;
	struct dirent **entries;
	int count = scandir(directory, &entries, is_name, versionsort);

	for (int i = 0; i < count; i++) {
		const char *path = arena_print(ctl->arena, "%s/%s", directory, entries[i]->d_name);

		if (is_version(ctl, path))
			newest = path;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return newest;
}

const char *
policy_version_find(struct ctl *ctl, const char *name)
{
	const char *beneath = arena_print(ctl->arena, "policy/%s", name), *newest;

	if (is_version(ctl, name))
		return name;
	if ((newest = newest_version(ctl, name)) != NULL)
		return newest;
	if (is_version(ctl, beneath))
		return beneath;
	newest = newest_version(ctl, beneath);
	return newest ? newest : name;
}

/* The files with the manifest they would have if they were sealed as they are. */
static enum err
seal_in_memory(struct ctl *ctl, struct policy_files *files, const struct dictionary *dictionary, struct problem *why)
{
	struct span manifest;

	if (framework_manifest(ctl->arena, files, dictionary, &manifest, why) != OK)
		return why->code;
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, MANIFEST) == 0)
			files->items[i].text = manifest;
	return OK;
}

enum err
policy_version_read(struct ctl *ctl, const char *name, const char *facts, struct policy_version *out,
struct problem *why)
{
	const struct dictionary *dictionary;
	struct policy_files files;

	out->directory = policy_version_find(ctl, name);
	if (policy_directory_read(ctl, out->directory, facts, &files, NULL, &dictionary, why) != OK)
		return why->code;
	out->sealed = framework_read(ctl->arena, &files, dictionary, true, &out->framework, why) == OK;
	if (out->sealed)
		return OK;
	if (seal_in_memory(ctl, &files, dictionary, why) != OK)
		return why->code;
	return framework_read(ctl->arena, &files, dictionary, true, &out->framework, why);
}

enum ending
policy_output(struct ctl *ctl, const char *path, struct span text)
{
	FILE *file = path ? fopen(path, "we") : stdout;
	struct problem why;

	(void)ctl;
	if (file && fwrite(text.data, 1, text.size, file) == text.size && fflush(file) == 0 && (!path ||
	    fclose(file) == 0))
		return DONE;
	problem_errno(&why, errno, "%s", path ? path : "standard output");
	if (file && path)
		fclose(file);
	return refused(&why);
}
