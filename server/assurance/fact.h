/* assurance/fact.h - the dictionary of facts (policy/facts.json): what may be said of a transaction, in which words.
 *
 * There is one dictionary for all frameworks. Facts are added, never changed; a published version of a framework pins
 * the digest of those it uses (framework.h).
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "model/localized.h"

#define FACTS_LARGEST 256        /* in the dictionary */
#define FACT_WORDS_LARGEST 62    /* of one fact */
#define DICTIONARY_LARGEST (512 * KIB)

/* Numbers are counts, never somebody's: none has the 12 digits of an individual number (番号法 20). */
#define FACT_INTEGER_LARGEST INT64_C(1000000000)
#define FACT_DURATION_LARGEST INT64_C(10000000000) /* some 317 years */

enum fact_type {
	FACT_NO_TYPE,
	FACT_BOOLEAN,   /* 0, 1 */
	FACT_INTEGER,
	FACT_DURATION,  /* seconds; written as a number of seconds or as xs:duration */
	FACT_DATE,      /* days since 1970-01-01; written "2026-11-22" */
	FACT_ENUM,      /* index of the word */
	FACT_LEVEL,     /* the same, and words are in ascending order */
	FACT_SET,       /* bit n: the nth word is a member */
};
const char *fact_type_name(enum fact_type); /* "boolean" … */

/* Who says so: each counts wherever a lesser one does. */
enum provenance { PROVENANCE_NONE, CLAIMED, VOUCHED, OBSERVED, PROVENANCES };
const char *provenance_name(enum provenance); /* "claimed" … */
enum provenance provenance_read(struct span);

/* Whose a fact is to state: parts in a transaction, a bit each. */
enum asserter {
	ASSERTER_WATASHI = 1, ASSERTER_IDP = 2, ASSERTER_PROOFING_PROVIDER = 4, ASSERTER_PLATFORM = 8, ASSERTER_RP = 16,
	ASSERTER_REGISTRY = 32,
};
#define ASSERTER_ANYBODY 63u

struct fact {
	struct span id;               /* "token.phishing_resistant" */
	/* What reading a value looks at stands together. */
	enum fact_type type;
	enum provenance provenance;   /* the least that counts anywhere */
	unsigned asserters;           /* asserted_by as a set of enum asserter */
	size_t number;                /* its place in the dictionary */
	/* what a value can be; of a boolean 0 and 1; of words the first and last, of a set 0 and all */
	int64_t least, most;
	int64_t fresh_for;            /* microseconds; then it is no longer known. 0: for ever */
	const struct span *words;     /* of an enum, level or set */
	size_t word_count;
	int64_t lasting;              /* of a set: words that count whoever says them, and no better word takes away */
	struct localized title, text; /* text: what it means, and when it is true */
	const struct localized *word_titles; /* one each; may be empty */
	struct span unit;             /* for people; may be empty */
	struct span privacy;          /* none, pseudonymous, personal, sensitive */
	const struct span *asserted_by; /* watashi idp proofing-provider platform rp registry */
	size_t asserted_by_count;
	struct span definition;       /* canonical JSON of its entry in the dictionary, for digests */
	struct span heading;          /* `,"ID":`: facts_write()'s */
	struct span mention;          /* `{"fact":"ID"`: of reasons */
	const struct span *quoted;    /* the words as JSON has them */
	const char *expected;         /* "one of none, low, high": what a value of it is, for sentences */
};

struct dictionary {
	const struct fact *facts;     /* in the order of the file: new ones are added at the end */
	size_t count;
	const struct fact_slot {
		uint16_t mark;        /* of the id */
		uint16_t fact;        /* the fact's number + 1; 0: free */
	} *by_name;                   /* hashed; fact_find()'s */
	size_t slots;
	const uint16_t *in_order;     /* their numbers by id: the order of canonical JSON */
};

/* `name` is for messages: the file. All lives in the arena. */
enum err dictionary_read(struct arena *, const char *name, struct span text, const struct dictionary **out,
    struct problem *why);

/* NULL: no such fact. */
const struct fact *fact_find(const struct dictionary *, struct span id);
/* The same. Who states many facts mostly keeps the dictionary's order: the one after `before` (NULL: none) is tried
 * first. */
static inline const struct fact *
fact_find_after(const struct dictionary *d, const struct fact *before, struct span id)
{
	size_t next = before ? before->number + 1 : 0;

	return next < d->count && span_equal(d->facts[next].id, id) ? &d->facts[next] : fact_find(d, id);
}

/* A value as a text has it: a word's index, a date, a duration as xs:duration; in its domain. False: none of this
 * fact's. */
bool fact_text_read(const struct fact *, struct span text, int64_t *out);
/* Which word it is, or -1. */
int fact_word(const struct fact *, struct span word);

/* Days since 1970-01-01 of "2026-11-22", years 1 to 9999; and back. */
#define DATE_TEXT 16
bool date_read(struct span, int64_t *days);
const char *date_text(int64_t days, char out[DATE_TEXT]);
