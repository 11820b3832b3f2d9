/* person/attribute.h - what is known of a person, by whom, and which personas show it.
 *
 *     proofed (card, desk) -> administrative always; business, private as the person chooses
 *     self-stated          -> business, private; never administrative, never in the place of a proofed one
 *
 * One row an account has them all. A new proofing replaces what stood there, and says what it changed.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/id.h"
#include "model/localized.h"
#include "person/persona.h"
#include "store/store.h"

extern const struct table attribute_table; /* account (16) -> struct attributes */

#define ATTRIBUTES_LARGEST 32
#define ATTRIBUTE_LARGEST (4 * KIB) /* of a value, bytes */

/* Named as OpenID Connect Core 1.0 s5.1 names claims, where it does. The list is closed. */
struct attribute_kind {
	const char *name;            /* "name" "birthdate" "gender" "address" "nickname" … */
	struct localized title;
	bool proofed;                /* proofings tell it; all can be stated */
	size_t most;                 /* characters of a stated value */
	const char *expected;        /* what it must be, for sentences */
	bool (*holds)(struct span);  /* one line of text already; NULL: any is fine */
};
/* NULL: there is none of that name. */
const struct attribute_kind *attribute_kind_find(struct span name);
/* In the order people read them; NULL behind the last. */
const struct attribute_kind *attribute_kind_at(size_t index);

enum attribute_source { ATTRIBUTE_OF_NOBODY, ATTRIBUTE_FROM_CARD, ATTRIBUTE_FROM_DESK, ATTRIBUTE_SELF_STATED };
const char *attribute_source_name(enum attribute_source); /* "card" "desk" "self" */

struct attribute {
	const struct attribute_kind *kind;
	struct span value;           /* UTF-8 */
	enum attribute_source source;
	struct id record;            /* the proofing's; zero: self-stated */
	struct instant at;
	unsigned personas;           /* PERSONA_BIT()s */
};
struct attributes {
	struct attribute list[ATTRIBUTES_LARGEST]; /* in the order of their kinds */
	size_t count;
	/* By which the account stands in the index of those who look alike (person/likeness.h); zero: it does not. */
	uint8_t likeness[32];
	uint64_t generation;         /* of the row; 0: not stored yet */
};

void attributes_write(struct buffer *, const struct attributes *);
bool attributes_read(struct span value, struct attributes *out); /* borrowed */
struct ask attributes_ask(const struct id *account);
/* Copied; an account without a row has none. ERR_UNAVAILABLE. */
enum err attributes_loaded(struct arena *, const struct ask *, struct attributes *out, struct problem *why);
/* Expects the row as it was loaded. */
void attributes_put(struct unit *, const struct id *account, const struct attributes *);

/* NULL: there is none. */
const struct attribute *attribute_find(const struct attributes *, const char *name);

/* What a proofing tells. An empty value: the person has none any more (an address, who lives abroad); one not named
 * here stays as it is. */
struct proofed_attribute {
	const char *name;            /* of a kind that proofings tell */
	struct span value;
};
struct attribute_change {
	const struct attribute_kind *kind;
	struct span before, after;   /* empty: there was none, there is none any more */
};
/* What taking them over would change: spellings that are the same to a person (codec/comparable.h) are no change. How
 * many; at most ATTRIBUTES_LARGEST. Pure, as all below. */
size_t attribute_changes(const struct attributes *, const struct proofed_attribute *, size_t count,
    struct attribute_change out[ATTRIBUTES_LARGEST]);
/* Whether a change of what a proofing told before. */
bool attribute_replaces(const struct attributes *, const struct attribute_change *);
/* Whether what is told can be of the person that an account was proofed to be: the date of birth and the sex are the
 * same, and of name and address one at least. Nothing says that it is. */
bool attributes_fit(const struct attributes *, const struct proofed_attribute *, size_t count);
/* Takes them over, in the place of stated ones too. Values stay borrowed. They must be UTF-8 of at most
 * ATTRIBUTE_LARGEST bytes. */
void attributes_take(struct attributes *, const struct proofed_attribute *, size_t count, enum attribute_source,
    const struct id *record, struct instant now);

/* Said by the person. ERR_NOT_FOUND: no such name; ERR_INVALID: a value of another form, one that looks like an
 * individual number, no persona or another than business and private; ERR_CONFLICT: it is proofed. */
enum err attribute_state(struct attributes *, struct span name, struct span value, unsigned personas,
    struct instant now, struct problem *why);
/* ERR_NOT_FOUND: nobody said it; ERR_CONFLICT: it is proofed. */
enum err attribute_unstate(struct attributes *, struct span name, struct problem *why);

/* Whether choosing them for the persona would show a proofed one that it does not show yet, nor any of `seen`
 * (PERSONA_BIT()s). Names of nothing that is proofed show nothing. */
bool persona_choice_reveals(const struct attributes *, enum persona, const struct span *names, size_t count,
    unsigned seen);
/* Which proofed ones business or private shows: those named, and no others. ERR_INVALID: another persona, a name of
 * nothing that is proofed. */
enum err persona_choose(struct attributes *, enum persona, const struct span *names, size_t count, struct problem *why);
