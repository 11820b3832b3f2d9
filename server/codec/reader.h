/* codec/reader.h - reading a JSON request body in one bounded pass (design: JSON on the hot path).
 *
 *     struct reader r = reader_json(a, body, limits);
 *     reader_object(&r);
 *     while (reader_member(&r, &name)) {   the members in the order they come
 *             if (span_is(name, "id"))
 *                     id = reader_string(&r, 1, 64);
 *             else if (span_is(name, "context"))
 *                     read_context(&r);
 *     }                                    what is not read is reported: "/idd: unknown member"
 *     reader_end(&r, why)
 *
 * The reader remembers its first failure: later reads give zero, and reader_end() tells what was wrong, with the
 * JSON pointer, what was expected and what was found. A member nobody reads is an error: requests have no unknown
 * parts. Sentences tell kinds and sizes, never values, for those of requests are personal; only of a word that should
 * have been one of ours may a caller show which it was (reader_fail_word()).
 *
 * The JSON is RFC 8259's to the letter, in UTF-8, without NUL, no name twice in an object. Of the arena it takes only
 * what unescaped strings and the names of open objects need: at most 32 times the body, and 1 KiB.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

struct limits {
	size_t bytes;
	unsigned depth;
	size_t members; /* values in all; 0: 1024 */
};
/* Whatever the limits say, one object has at most so many members: finding a name twice costs the square of it. */
#define READER_MEMBERS 256

enum reader_kind {
	READER_NONE, READER_NULL, READER_BOOLEAN, READER_NUMBER, READER_STRING, READER_ARRAY, READER_OBJECT,
};

#define READER_DEPTH 32
#define READER_MARKS 4
struct reader {
	struct arena *arena;
	struct span rest;              /* what is still to be read */
	struct limits limits;
	struct problem problem;        /* the first */
	size_t values;
	bool at_value;                 /* the value at hand is not read yet */
	unsigned depth;
	struct {
		struct span name;          /* the member being read */
		size_t index;              /* the element being read */
		size_t first_name;         /* where this object's names begin */
		uint64_t marks[READER_MARKS]; /* a bit for each name there: most new names are seen to be new at once */
		bool is_array, begun;
	} level[READER_DEPTH];
	struct span *names;            /* of all open objects */
	uint32_t *mixed;               /* and a number each, for comparing */
	size_t name_count, name_room;
};

struct reader reader_json(struct arena *, struct span body, struct limits);

enum reader_kind reader_peek(struct reader *);

/* Enter the value at hand; it must be an object or an array. */
void reader_object(struct reader *);
void reader_array(struct reader *);
/* The next member's name or element; false after the last, which also leaves the object or array. Names come once. */
bool reader_member(struct reader *, struct span *name);
bool reader_element(struct reader *);
/* The same for an object of which the caller knows all names, refuses others, and sees by itself that one comes again:
 * that it tells with reader_fail_twice(). The reader remembers none of them. */
bool reader_member_known(struct reader *, struct span *name);
void reader_fail_twice(struct reader *);

/* The value at hand, read once. Strings are UTF-8 without NUL, unescaped, in the arena or the body; sizes in bytes. */
struct span reader_string(struct reader *, size_t least, size_t most);
int64_t reader_integer(struct reader *, int64_t least, int64_t most);
bool reader_boolean(struct reader *);
void reader_null(struct reader *);
/* Skips the value whole, whatever it is, and gives its bytes, which are good JSON. */
struct span reader_raw(struct reader *);
/* The same for what another reader will read: an object or list of which only the end is looked for, here, and nothing
 * is known to be good. */
struct span reader_later(struct reader *);

/* For the caller's own findings about the value at hand; only the first counts. */
void reader_fail(struct reader *, const char *expected, const char *found);
/* The same, showing the word that was found: its beginning, escaped. Only for words that name something of ours (a
 * framework, a level, a semantic), never for a fact's value. */
void reader_fail_word(struct reader *, const char *expected, struct span word);

/* OK when everything was read and nothing is left. */
enum err reader_end(struct reader *, struct problem *why);

/* A body that says nothing: an object without members. */
enum err reader_nothing(struct arena *, struct span body, struct problem *why);
