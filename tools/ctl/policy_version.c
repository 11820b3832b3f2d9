/* tools/ctl/policy_version.c - a version from a directory, by its framework's name, or of the daemon; whole as if it
 * were sealed.
 */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assurance/policy_pack.h"
#include "codec/text.h"
#include "ctl/policy.h"

#define MANIFEST "manifest.json"
#define PATH "/v1/control/policies/"

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

/* Of the daemon */

/* "jp-idtf@1.0" of the daemon, with the dictionary a proposal brings, or the one that is published. */
static enum err
version_fetch(struct ctl *ctl, const char *name, struct policy_files *out, struct span *facts_text, struct problem *why)
{
	const struct ctl_question question = {
		.path = arena_print(ctl->arena, PATH "%.*s", SPAN_ARGS(percent_write(ctl->arena, span_text(name)))),
	};
	const char *file;
	json_t *answer, *text, *files, *facts;
	enum err err = OK;

	if (ctl_ask(ctl, &question, &answer, why) != OK)
		return why->code;
	files = json_object_get(answer, "files");
	facts = json_object_get(answer, "facts");
	if (!json_is_string(facts))
		facts = json_object_get(answer, "dictionary");
	*out = (struct policy_files){ .label = name,
		.items = arena_array(ctl->arena, struct policy_file, json_object_size(files) + 1) };
	json_object_foreach(files, file, text) {
		struct policy_file *item = &out->items[out->count++];

		if (!json_is_string(text)) {
			err = problem_set(
			    why, ERR_SYNTAX, "", "the daemon's answer: expected the text of %s, found none", file);
			break;
		}
		item->name = arena_print(ctl->arena, "%s", file);
		item->text = arena_copy(ctl->arena, span_of(json_string_value(text), json_string_length(text)));
	}
	policy_files_sort(out);
	if (json_is_string(facts))
		*facts_text = arena_copy(ctl->arena, span_of(json_string_value(facts), json_string_length(facts)));
	json_decref(answer);
	return err;
}

static bool
is_daemons(const char *name)
{
	return strchr(name, '@') && access(name, F_OK) != 0;
}

enum err
policy_texts_read(struct ctl *ctl, const char *name, const char *facts, struct policy_files *files,
    struct span *facts_text, struct problem *why)
{
	const struct dictionary *dictionary;

	*facts_text = (struct span){ 0 };
	if (is_daemons(name))
		return version_fetch(ctl, name, files, facts_text, why);
	return policy_directory_read(ctl, name, facts, files, facts_text, &dictionary, why);
}

enum err
policy_files_take(struct ctl *ctl, const char *name, const char *facts, struct policy_files *files,
    const struct dictionary **dictionary, struct problem *why)
{
	struct span text;

	if (!is_daemons(name))
		return policy_directory_read(ctl, name, facts, files, NULL, dictionary, why);
	if (policy_texts_read(ctl, name, facts, files, &text, why) != OK)
		return why->code;
	if (facts)
		return policy_dictionary_read(ctl, facts, dictionary, why);
	if (!text.size)
		return problem_set(why, ERR_NOT_FOUND, "", "%s: the daemon has no dictionary of facts; --facts FILE "
		    "says where it is", name);
	return dictionary_read(ctl->arena, "facts.json", text, dictionary, why);
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
	if (policy_files_take(ctl, out->directory, facts, &files, &dictionary, why) != OK)
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
