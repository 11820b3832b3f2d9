/* codec/line.h - one line that somebody typed, for other people to read: what it may hold, told where it does not.
 *
 * A line is well-formed UTF-8 of which all is seen (codec/text.h), not blanks alone, and nothing that looks like an
 * individual number. How long it may be is for whoever keeps it.
 */
#pragma once

#include "base/problem.h"
#include "base/span.h"

/* The sentence begins with the JSON pointer. An empty one is a line. ERR_SYNTAX: no UTF-8; ERR_INVALID. */
enum err line_check(struct span text, const char *pointer, struct problem *why);

/* A name that people give to what is theirs: a line of 1 to `most` characters (code points, as schemas and pages
 * count; each has 4 bytes at most). Emoji may be joined to one. ERR_LIMIT: it is longer, or empty. */
enum err label_check(struct span text, const char *pointer, size_t most, struct problem *why);

/* Code points of what is well-formed. */
size_t line_length(struct span text);
