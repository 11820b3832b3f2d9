/* assurance/facts.h - what is known of one transaction: a value for each fact of the dictionary, and who says so.
 *
 * A plain value of fixed size, so that evaluating takes no memory. Values are as enum fact_type has them.
 */
#pragma once

#include "assurance/word.h"
#include "base/clock.h"
#include "codec/reader.h"

#define FACT_SETS (FACTS_LARGEST / 64)

struct facts {
	const struct dictionary *dictionary;
	int64_t value[FACTS_LARGEST];
	/* known[p]: a bit for each fact that somebody of provenance p or above states, and that is fresh; [0] is
	 * unused. */
	uint64_t known[PROVENANCES][FACT_SETS];
	/* Stated, but not counted: gone stale, or of less provenance than the dictionary asks for. */
	uint64_t stale[FACT_SETS], too_weak[FACT_SETS];
	uint64_t not_theirs[FACT_SETS]; /* or by whose word it is not (word.h) */
	/* Stated by a word that does not count, or no longer: of each fact the weightiest, of equals the last. */
	uint64_t outdone[FACT_SETS];
	uint8_t outdone_by[FACTS_LARGEST];      /* enum provenance */
	uint8_t outdone_weight[FACTS_LARGEST];  /* enum word_weight; WORD_COUNTS: only a better word was in its way */
	int64_t outdone_value[FACTS_LARGEST];
	/* Facts in whose value there are lasting words that a lesser word only states: which, of each provenance. */
	uint64_t mixed[FACT_SETS];
	int64_t added[OBSERVED][FACTS_LARGEST];
};

void facts_init(struct facts *, const struct dictionary *);
/* The same is known by both: less work than to assign it, for there is room for more than is there. */
void facts_copy(struct facts *, const struct facts *from);

/* States it. What is stated twice counts as the greater provenance says; of equals the later. */
void facts_put(struct facts *, const struct fact *, int64_t value, enum provenance);
void facts_forget(struct facts *, const struct fact *);
/* All that was stated elsewhere, by the dictionary that both have. Lasting words of a set (fact.h) are added to what
 * better words say, here as where facts are read. */
void facts_add(struct facts *, const struct facts *stated);

static inline bool
facts_known(const struct facts *f, size_t number, enum provenance least)
{
	return (f->known[least][number / 64] >> (number % 64) & 1) != 0;
}
/* The greatest with which it is known; PROVENANCE_NONE: unknown. */
enum provenance facts_provenance(const struct facts *, const struct fact *);
/* Whether it was stated, and what, counted or not; of several the one that counts, or else the last. */
bool facts_stated(const struct facts *, size_t number, int64_t *value);
/* What of the value is stated by this word: all of it by the greatest with which it is known, but for lasting words
 * that only a lesser one states. False: nothing. */
bool facts_said(const struct facts *, const struct fact *, enum provenance, int64_t *value);
/* Who stated another value than the one that counts, in vain; PROVENANCE_NONE: nobody. Not in vain where all of it
 * counts, for its lasting words were added to what a better word says. */
enum provenance facts_contradicted(const struct facts *, const struct fact *);

/* The value at hand: an object whose members are facts, each a value, or {"value":…, "at": RFC 3339} when it was
 * established at another time than `now`. An unknown fact, a wrong type and a value out of its domain are the reader's
 * errors, with their pointer: never "unknown". */
void facts_read(struct reader *, struct facts *, enum provenance, struct instant now);
/* The same by somebody's word, which counts or not fact by fact; what facts_read() reads is everybody's. */
void facts_read_word(struct reader *, struct facts *, const struct word *, struct instant now);

/* One value as the dictionary writes it in JSON: true, 3600, "2026-11-22", "word", ["word", …]. */
struct buffer;
void fact_value_write(struct buffer *, const struct fact *, int64_t value);

/* All that is known, by whose word, canonical (RFC 8785): {"claimed":{"id":value,…},"observed":{…},"vouched":{…}},
 * without those by whose word nothing is known; a fact stands under two words only when lasting words of the lesser
 * count beside what the better says. What facts_restore() reads gives the same values again; a fact that the
 * dictionary does not know any more fails it. */
void facts_write(struct buffer *, const struct facts *);
void facts_restore(struct reader *, struct facts *);
