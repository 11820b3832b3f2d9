/* assurance/policy_pack.c - the files of a version as one block of bytes. */
#include "assurance/policy_pack.h"

#include <stdlib.h>

#include "base/record.h"

#define PACK_FORMAT 1

bool
policy_file_name_valid(struct span name)
{
	uint8_t before = '/';

	if (name.size < 1 || name.size > POLICY_FILE_NAME_LARGEST)
		return false;
	for (size_t i = 0; i < name.size; before = name.data[i++]) {
		uint8_t c = name.data[i];

		if ((c == '/' || c == '.') && before == '/')
			return false;
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
			c == '+' || c == '/'))
			return false;
	}
	return before != '/';
}

void
policy_files_pack(struct buffer *b, const struct policy_files *files)
{
	buffer_u8(b, PACK_FORMAT);
	buffer_u16(b, (uint16_t)files->count);
	for (size_t i = 0; i < files->count; i++) {
		buffer_block(b, span_text(files->items[i].name));
		buffer_block(b, files->items[i].text);
	}
}

enum err
policy_files_unpack(struct arena *arena, struct span bytes, struct policy_files *out, struct problem *why)
{
	struct record r = record_of(bytes);
	uint8_t format = record_u8(&r);
	size_t count = record_u16(&r);
	struct span before = { 0 };

	*out = (struct policy_files){ .label = "policy" };
	if (bytes.size > POLICY_PACK_LARGEST || count > FRAMEWORK_FILES)
		return problem_set(why, ERR_LIMIT, "",
		    "expected files of at most %zu bytes, and %d of them, found %zu bytes, "
		    "%zu files",
		    POLICY_PACK_LARGEST, FRAMEWORK_FILES, bytes.size, count);
	if (r.broken || format != PACK_FORMAT)
		return problem_set(
		    why, ERR_SYNTAX, "", "expected files packed in form %d, found form %u", PACK_FORMAT, format);
	out->items = arena_array(arena, struct policy_file, count);
	for (size_t i = 0; i < count; i++) {
		struct span name = record_block(&r), text = record_block(&r);

		if (r.broken)
			return problem_set(why, ERR_SYNTAX, "", "packed files end within file %zu of %zu", i, count);
		if (!policy_file_name_valid(name) || (i && span_compare(before, name) >= 0))
			return problem_set(why, ERR_SYNTAX, "",
			    "packed file %zu: expected the name of a file that comes "
			    "after \"%.*s\", found \"%.*s\"",
			    i, SPAN_ARGS(before), SPAN_ARGS(span_first(name, 100)));
		out->items[out->count++] = (struct policy_file){ arena_text(arena, name), text };
		before = name;
	}
	if (!record_whole(&r))
		return problem_set(why, ERR_SYNTAX, "", "packed files are followed by %zu more bytes", r.rest.size);
	return OK;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct policy_file *)a)->name, ((const struct policy_file *)b)->name);
}

void
policy_files_sort(struct policy_files *files)
{
	qsort(files->items, files->count, sizeof(*files->items), compare_names);
}

const struct policy_file *
policy_file_find(const struct policy_files *files, struct span name)
{
	for (size_t i = 0; i < files->count; i++)
		if (span_is(name, files->items[i].name))
			return &files->items[i];
	return NULL;
}
