/* tools/ctl/record.c - member records in files: one, an array of them, or a list of changes. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "ctl/member.h"

#define RECORDS_LARGEST (256 * MIB)

/* Also from a pipe, as the shell makes one for <(…). */
static enum err
file_load(const char *path, struct buffer *out, struct problem *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum err err;

	if (fd < 0)
		return problem_errno(why, errno, "%s", path);
	err = file_read_open(fd, path, out, why);
	close(fd);
	return err;
}

static enum err
file_parse(const char *path, json_t **out, struct problem *why)
{
	struct buffer text = buffer_init(RECORDS_LARGEST);
	enum err err = file_load(path, &text, why);
	json_error_t wrong;

	if (err == OK)
		*out = json_loadb(text.data ? (const char *)text.data : "", buffer_span(&text).size,
		    JSON_REJECT_DUPLICATES, &wrong);
	buffer_release(&text);
	if (err != OK)
		return err;
	if (!*out)
		return problem_set(why, ERR_SYNTAX, "RFC 8259", "%s: line %d, column %d: %s", path, wrong.line,
		    wrong.column, wrong.text);
	return OK;
}

static void
add(struct ctl *ctl, struct record_files *files, const char *label, json_t *change)
{
	struct record_file *items = arena_array(ctl->arena, struct record_file, files->count + 1);

	for (size_t i = 0; i < files->count; i++)
		items[i] = files->items[i];
	items[files->count++] = (struct record_file){ label, change };
	files->items = items;
}

static json_t *
change_of(const char *action, json_t *record)
{
	return json_pack("{s:s,s:O}", "action", action, "record", record);
}

/* The list's elements are changes themselves, or records. */
static enum err
add_list(struct ctl *ctl, const char *path, const json_t *list, bool changes, const char *action,
    struct record_files *files, struct problem *why)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		if (!json_is_object(item))
			return problem_set(why, ERR_INVALID, "", "%s: %s/%zu: expected an object", path,
			    changes ? "/changes" : "", i);
		add(ctl, files, arena_print(ctl->arena, "%s: %s/%zu", path, changes ? "/changes" : "", i),
		    changes ? json_incref(item) : change_of(action, item));
	}
	return OK;
}

enum err
record_files_add(struct ctl *ctl, const char *path, const char *action, struct record_files *files, struct problem *why)
{
	const json_t *list;
	enum err err = OK;
	json_t *root;
	bool changes;

	if (file_parse(path, &root, why) != OK)
		return why->code;
	list = json_object_get(root, "changes");
	changes = json_is_array(list);
	if (!changes)
		list = root;
	if (json_is_object(root) && !changes)
		add(ctl, files, path, change_of(action, root));
	else if (json_is_array(list) && json_array_size(list) > 0)
		err = add_list(ctl, path, list, changes, action, files, why);
	else
		err = problem_set(why, ERR_INVALID, "",
		    "%s: expected a member record, an array of them, or {\"changes\": […]}, found none", path);
	json_decref(root);
	return err;
}

void
record_files_release(struct record_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		json_decref(files->items[i].change);
	files->count = 0;
}
