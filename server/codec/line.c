/* codec/line.c - one line that somebody typed, for other people to read. */
#include "codec/line.h"

#include "codec/individual_number.h"
#include "codec/text.h"

#define JOINER 0x200d

/* A joiner makes one picture of two; anywhere else nobody sees it. */
static bool
joins(uint32_t before, struct span rest)
{
	return (before == 0xfe0f || character_is_picture(before)) && rest.size && character_is_picture(utf8_cut(&rest));
}

static enum err
check(struct span text, const char *pointer, bool joined, struct problem *why)
{
	struct span rest = text;
	uint32_t before = 0, c;
	bool seen = text.size == 0;

	if (!utf8_valid(text))
		return problem_set(why, ERR_SYNTAX, "", "%s: expected UTF-8", pointer);
	for (; rest.size; before = c) {
		c = utf8_cut(&rest);
		seen = seen || !character_blank(c);
		if (joined && c == JOINER && joins(before, rest))
			continue;
		if (character_unseen_behind(before, c))
			return problem_set(why, ERR_INVALID, "", "%s: expected one line without invisible characters",
			    pointer);
	}
	if (!seen)
		return problem_set(why, ERR_INVALID, "", "%s: expected a text, found blanks alone", pointer);
	return individual_number_refuse(text, pointer, why);
}

enum err
line_check(struct span text, const char *pointer, struct problem *why)
{
	return check(text, pointer, false, why);
}

enum err
label_check(struct span text, const char *pointer, size_t most, struct problem *why)
{
	if (check(text, pointer, true, why) != OK)
		return why->code;
	if (!text.size || line_length(text) > most)
		return problem_set(why, ERR_LIMIT, "", "%s: expected 1 to %zu characters, found %zu", pointer, most,
		    line_length(text));
	return OK;
}

size_t
line_length(struct span text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.size; i++)
		count += (text.data[i] & 0xc0) != 0x80;
	return count;
}
