/* assurance/policy_files.c - the files of a version, from a directory. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "assurance/policy_pack.h"
#include "base/file.h"

struct gathering {
	struct arena *arena;
	const char *directory;
	struct policy_files *out;
	size_t total;
};

static bool
is_folder(const char *name)
{
	return strcmp(name, "criteria") == 0 || strcmp(name, "profiles") == 0 || strcmp(name, "tests") == 0;
}

static enum err
gather_file(struct gathering *g, const char *name, struct problem *why)
{
	const char *path = arena_print(g->arena, "%s/%s", g->directory, name);
	struct buffer bytes = buffer_init(FRAMEWORK_FILE_LARGEST);
	enum err err = OK;

	if (g->out->count == FRAMEWORK_FILES)
		err = problem_set(why, ERR_LIMIT, "", "%s: expected at most %d files, found more", g->directory,
		    FRAMEWORK_FILES);
	else
		err = file_read(path, &bytes, why);
	if (err == OK && bytes.end - bytes.start + g->total > FRAMEWORK_LARGEST)
		err = problem_set(why, ERR_LIMIT, "", "%s: expected at most %zu bytes in all files, found more",
		    g->directory, FRAMEWORK_LARGEST);
	if (err == OK) {
		g->total += bytes.end - bytes.start;
		g->out->items[g->out->count++] = (struct policy_file){
			.name = name,
			.text = arena_copy(g->arena, buffer_span(&bytes)),
		};
	}
	buffer_release(&bytes);
	return err;
}

/* A link leads out of the version's directory, to what whoever reads may read and whoever wrote it may not. */
static enum err
check_own(const char *path, struct problem *why)
{
	struct stat info;

	if (lstat(path, &info) != 0)
		return problem_errno(why, errno, "%s", path);
	return !S_ISLNK(info.st_mode) ? OK : problem_set(why, ERR_INVALID, "",
	    "%s: expected a file or folder of the version's own, found a symbolic link", path);
}

/* `inside` is the folder in the version's directory; empty: the directory itself. */
static enum err
gather(struct gathering *g, const char *inside, struct problem *why)
{
	const char *path = *inside ? arena_print(g->arena, "%s/%s", g->directory, inside) : g->directory;
	DIR *directory = opendir(path);
	struct dirent *entry;
	enum err err = OK;

	if (!directory)
		return problem_errno(why, errno, "%s", path);
	while (err == OK && (entry = readdir(directory))) {
		const char *name = *inside ? arena_print(g->arena, "%s/%s", inside, entry->d_name)
		                           : arena_text(g->arena, span_text(entry->d_name));

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		err = check_own(arena_print(g->arena, "%s/%s", g->directory, name), why);
		if (err == OK)
			err = is_folder(name) ? gather(g, name, why) : gather_file(g, name, why);
	}
	closedir(directory);
	return err;
}

enum err
policy_files_read(struct arena *arena, const char *directory, struct policy_files *out, struct problem *why)
{
	struct gathering g = { .arena = arena, .directory = arena_text(arena, span_text(directory)), .out = out };
	enum err err;

	*out = (struct policy_files){
		.label = g.directory, .items = arena_array(arena, struct policy_file, FRAMEWORK_FILES),
	};
	err = gather(&g, "", why);
	if (err == OK)
		policy_files_sort(out);
	return err;
}
