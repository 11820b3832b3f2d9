/* codec/json_writer.h - JSON while it is written: the members of objects and the elements of arrays, with their commas.
 *
 * Names are our own words, with nothing to escape. A comma stands before all but the first, and which that is the last
 * byte tells: it follows the brace or the bracket, or begins the buffer.
 */
#pragma once

#include "base/id.h"
#include "codec/text.h"

/* A member's name with its colon; the value is the caller's. An entry and an answer are written for each decision:
 * nothing here goes through printf, and how long a name is the compiler counts. */
static inline void __attribute__((always_inline))
json_write_name(struct buffer *b, const char *name)
{
	if (b->end > b->start && b->data[b->end - 1] != '{')
		buffer_text(b, ",\"");
	else
		buffer_byte(b, '"');
	buffer_text(b, name);
	buffer_text(b, "\":");
}

/* A string. */
static inline void __attribute__((always_inline))
json_write_member(struct buffer *b, const char *name, struct span text)
{
	json_write_name(b, name);
	json_write_string(b, text);
}

/* No member where it is empty. */
void json_write_given(struct buffer *, const char *name, struct span text);
/* RFC 3339; no member where it was never set. */
void json_write_time(struct buffer *, const char *name, struct instant);

/* Seconds since 1970, as a JWT has them (RFC 7519 s2); no member where it was never set. */
void json_write_seconds(struct buffer *, const char *name, struct instant);
/* Words with blanks between them, as a list of texts; no member where there is none. */
void json_write_words(struct buffer *, const char *name, struct span words);

/* Null where it is empty or was never set. */
void json_write_member_or_null(struct buffer *, const char *name, struct span text);
void json_write_time_or_null(struct buffer *, const char *name, struct instant);

/* An id, in hexadecimal. */
void json_write_id(struct buffer *, const char *name, const struct id *);
/* No member where there is none. */
void json_write_id_given(struct buffer *, const char *name, const struct id *);
void json_write_id_or_null(struct buffer *, const char *name, const struct id *);

/* What stands before an element; the value is the caller's. */
void json_write_element(struct buffer *);
