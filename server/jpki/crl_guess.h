/* jpki/crl_guess.h - how the serials of a list spread, guessed from some of them before it is read as a whole. A wrong
 * guess costs time, and nothing else.
 */
#pragma once

#include <endian.h>

#include "jpki/crl_layout.h"

#define CRL_GUESS_BITS 12
#define CRL_BINS (1u << CRL_GUESS_BITS)

/* How many of those looked at have each value of the CRL_GUESS_BITS bits behind those that all of them begin with. */
struct crl_guess {
	unsigned prefix;             /* bits; at most CRL_GUESS_BITS less than a key has */
	uint8_t first[CRL_SERIAL_LARGEST + 8], mask[CRL_SERIAL_LARGEST + 8]; /* `mask`: the bits of the prefix */
	uint32_t count, bins[CRL_BINS];
	bool sorted;                 /* each is above the one before */
};

/* For serials as long as a short row's key, and for longer ones. */
void crl_guess_of(struct span entries, struct crl_guess out[CRL_LONG + 1]);

static inline uint64_t
crl_word_at(const uint8_t *bytes, size_t at)
{
	uint64_t n;

	memcpy(&n, bytes + at, sizeof(n));
	return be64toh(n);
}

/* As memcmp() does; in words, of which the last overlaps the one before. */
static inline bool
crl_key_above(const uint8_t *a, const uint8_t *b, size_t size)
{
	for (size_t at = 0; at + 8 < size; at += 8)
		if (crl_word_at(a, at) != crl_word_at(b, at))
			return crl_word_at(a, at) > crl_word_at(b, at);
	return crl_word_at(a, size - 8) > crl_word_at(b, size - 8);
}

/* A number in the order of the keys: those that begin otherwise are in the first or the last bin. A row can be read for
 * eight bytes past its key. Inline, for `size` is a constant where it matters. */
static inline unsigned
crl_guess_bin(const struct crl_guess *guess, const uint8_t *key, size_t size)
{
	uint64_t differ = 0;

	for (size_t at = 0; at < size; at += 8) {
		size_t word = at + 8 < size ? at : size - 8;

		differ |= (crl_word_at(key, word) ^ crl_word_at(guess->first, word)) & crl_word_at(guess->mask, word);
	}
	if (differ)
		return crl_key_above(key, guess->first, size) ? CRL_BINS - 1 : 0;
	return (unsigned)(crl_word_at(key, guess->prefix / 8) << guess->prefix % 8 >> (64 - CRL_GUESS_BITS));
}
