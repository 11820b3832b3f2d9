/* codec/text.h - small encodings: hexadecimal, base64, base64url, percent, UTF-8. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* Lower case. */
const char *hex_write(struct arena *, struct span);
void hex_add(struct buffer *, struct span);
/* Into two characters a byte and the NUL behind them. */
const char *hex_text(struct span, char *out);
/* Lower or upper case, an even number of digits, exactly `size` bytes. */
bool hex_read(struct span, uint8_t *out, size_t size);

/* RFC 4648 s4 with padding, and s5 without. Writing breaks no lines. */
struct span base64_write(struct arena *, struct span);
struct span base64url_write(struct arena *, struct span);
/* Strict: no blanks, right padding, zero spare bits. `*out` is written on success only. */
bool base64_read(struct arena *, struct span, struct span *out);
bool base64url_read(struct arena *, struct span, struct span *out);
/* The six bits of one letter, or -1: for who reads letter by letter. */
int base64url_value(uint8_t letter);

/* RFC 3986 s2.1. Reading decodes every %XX once; '+' stays a plus; a broken escape is an error; what has no escapes is
 * returned itself, not copied. Writing encodes all but unreserved characters. */
bool percent_read(struct arena *, struct span, struct span *out);
struct span percent_write(struct arena *, struct span);

/* Well-formed UTF-8 (no surrogates, no overlong forms). */
bool utf8_valid(struct span);
/* At most so many bytes from the beginning, and no character cut in two. */
struct span utf8_first(struct span, size_t most);
/* Cuts one character from the front of what is not empty and well-formed, but for its last character, which may be cut
 * short. */
uint32_t utf8_cut(struct span *rest);

/* Characters nobody sees, that turn the line around, or that command a terminal: control characters, direction marks,
 * zero widths, fillers, tags, line and paragraph separators, and what XML 1.0 s2.2 has not. A blank is none, and no
 * variation selector is: what it is depends on what it stands behind. */
bool character_unseen(uint32_t);
/* Also a variation selector that stands where it selects nothing: not behind a Han character, nor (FE0E, FE0F) an
 * emoji. `before` is the character before it, or 0. */
bool character_unseen_behind(uint32_t before, uint32_t);
/* Where emoji stand; not digits, which are pictures only beneath a keycap. */
bool character_is_picture(uint32_t);
/* One line of text, well-formed, of which all is seen; it may be empty. */
bool utf8_line(struct span);
/* Variation selectors: those of names' spellings too (IVS). */
bool character_selects(uint32_t);
/* White space (Unicode's White_Space): seen, and nothing by itself. */
bool character_blank(uint32_t);

/* A JSON string with its quotes, as our own writers make it (RFC 8785 s3.2.2.2). Bytes that are no UTF-8 (of a sentence
 * cut short, of somebody's log) become U+FFFD: what is written is JSON whatever it was given. */
void json_write_string(struct buffer *, struct span);
/* Texts that stand one a line, as a JSON array of them. */
void json_write_lines(struct buffer *, struct span lines);
