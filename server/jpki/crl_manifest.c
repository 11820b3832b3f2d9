/* jpki/crl_manifest.c - the file that says which index files are in force. */
#include "jpki/crl_manifest.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/random.h"

#define FIRST_LINE "watashi revocation lists 2"
#define PREFIX "crl-"
#define SUFFIX ".index"
#define DIGITS 16

static int
hex_value(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
read_hex(struct span text, uint8_t *out, size_t size)
{
	if (text.size != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(text.data[2 * i]), low = hex_value(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool
crl_file_named(const char *name)
{
	size_t prefix = strlen(PREFIX);
	uint8_t digits[DIGITS / 2];

	return strlen(name) == prefix + DIGITS + strlen(SUFFIX) && strncmp(name, PREFIX, prefix) == 0 &&
	    read_hex(span_of(name + prefix, DIGITS), digits, sizeof(digits)) &&
	    strcmp(name + prefix + DIGITS, SUFFIX) == 0;
}

void
crl_file_name(char out[CRL_FILE_NAME])
{
	uint64_t number;

	random_bytes(&number, sizeof(number));
	snprintf(out, CRL_FILE_NAME, PREFIX "%016" PRIx64 SUFFIX, number);
}

static bool
read_instant(struct span text, struct instant *out)
{
	uint64_t us;

	if (!span_number(text, &us) || us > INT64_MAX)
		return false;
	out->us = (int64_t)us;
	return true;
}

static bool
read_line(struct span line, struct crl_manifest_line *out)
{
	struct span file = span_cut(&line, ' '), anchor = span_cut(&line, ' '), until = span_cut(&line, ' '),
	            scope = span_cut(&line, ' ');

	*out = (struct crl_manifest_line){ .file = "" };
	if (file.size == 0 || file.size >= sizeof(out->file))
		return false;
	memcpy(out->file, file.data, file.size);
	return crl_file_named(out->file) && read_hex(anchor, out->anchor, sizeof(out->anchor)) &&
	    read_instant(until, &out->until) && read_hex(scope, out->scope, sizeof(out->scope)) &&
	    read_instant(line, &out->this_update);
}

enum err
crl_manifest_read(struct span text, struct crl_manifest_line *out, size_t room, size_t *count, struct problem *why)
{
	*count = 0;
	if (!span_is(span_cut(&text, '\n'), FIRST_LINE))
		return problem_set(why, ERR_SYNTAX, "", CRL_MANIFEST ": expected \"" FIRST_LINE "\" in the first line");
	while (text.size) {
		if (*count == room)
			return problem_set(why, ERR_LIMIT, "", CRL_MANIFEST ": expected at most %zu lists", room);
		if (!read_line(span_cut(&text, '\n'), &out[*count]))
			return problem_set(why, ERR_SYNTAX, "", CRL_MANIFEST ": line %zu is none of ours", *count + 2);
		++*count;
	}
	return OK;
}

static void
write_hex(struct buffer *b, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buffer_print(b, "%02x", bytes[i]);
}

struct span
crl_manifest_write(struct arena *a, const struct crl_manifest_line *lines, size_t count)
{
	struct buffer b = buffer_init((count + 1) * 256);
	struct span text;

	buffer_text(&b, FIRST_LINE "\n");
	for (size_t i = 0; i < count; i++) {
		buffer_print(&b, "%s ", lines[i].file);
		write_hex(&b, lines[i].anchor, sizeof(lines[i].anchor));
		buffer_print(&b, " %" PRId64 " ", lines[i].until.us);
		write_hex(&b, lines[i].scope, sizeof(lines[i].scope));
		buffer_print(&b, " %" PRId64 "\n", lines[i].this_update.us);
	}
	text = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}
