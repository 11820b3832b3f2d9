/* codec/cbor.h - reading CBOR (RFC 8949) of authenticators in one bounded pass; libcbor decodes the single items.
 *
 *     concise_begin(&r, bytes);
 *     for (concise_map(&r); concise_member(&r);) {      the members in the order they come
 *             if (span_is(concise_text(&r), "fmt"))     the label first, then its value
 *                     format = concise_text(&r);
 *     }
 *     concise_end(&r, why)
 *
 * As CTAP 2.3 s8 has it: definite lengths, integers and lengths as short as can be, no tags, no label twice in a
 * map. Of labels' order nothing is asked: browsers write again what authenticators gave. The reader remembers its
 * first failure: later reads give zero, and concise_end() tells where it was, what was expected and what was found.
 * Everything is borrowed, nothing allocated. (cbor_ is libcbor's own prefix.)
 */
#pragma once

#include "base/problem.h"
#include "base/span.h"

#define CONCISE_DEPTH 8
#define CONCISE_MEMBERS 64 /* of one map: finding a label twice costs the square of it */

enum concise_kind {
	CONCISE_NOTHING, CONCISE_INTEGER, CONCISE_BYTES, CONCISE_TEXT, CONCISE_ARRAY, CONCISE_MAP, CONCISE_BOOLEAN,
	CONCISE_NULL, CONCISE_FLOAT, CONCISE_TAG,
};

struct concise {
	struct span whole, rest;
	struct problem problem;      /* the first */
	unsigned depth;
	struct concise_level {
		size_t left;         /* members or elements still to come */
		enum concise_stage { CONCISE_BETWEEN, CONCISE_AT_LABEL, CONCISE_AT_ITEM } stage;
		bool is_map;
		struct span labels[CONCISE_MEMBERS]; /* encoded */
		size_t label_count;
	} level[CONCISE_DEPTH + 1];  /* the first is around all of it */
};
void concise_begin(struct concise *, struct span);

/* What stands at hand: a label, a value, an element. */
enum concise_kind concise_peek(const struct concise *);

/* Enter the item at hand. */
void concise_map(struct concise *);
void concise_array(struct concise *);
/* Whether another is there: then its label, or the element, is at hand. What was not read is skipped. After the last
 * the map or array is left. */
bool concise_member(struct concise *);
bool concise_element(struct concise *);

/* The item at hand, read once. Labels are integers or texts. Text is UTF-8. */
int64_t concise_integer(struct concise *);
struct span concise_bytes(struct concise *);
struct span concise_text(struct concise *);
bool concise_boolean(struct concise *);
/* Skips the item whole and gives its bytes. */
struct span concise_raw(struct concise *);

/* For the caller's own findings; only the first counts. */
void concise_fail(struct concise *, const char *expected, const char *found);

/* OK when the one item was read whole, and nothing is left. ERR_SYNTAX, ERR_LIMIT, ERR_INVALID (the caller's). */
enum err concise_end(struct concise *, struct problem *why);
/* The same where something else may follow: `*used` is the item's size. */
enum err concise_end_within(struct concise *, size_t *used, struct problem *why);
