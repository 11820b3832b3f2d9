/* jpki/crl_sort.c - sorting very many small rows where they lie: a radix sort, the most significant byte first.
 *
 * Rows are swapped into the 256 piles of their byte, then each pile is sorted by its next byte; small piles by
 * insertion. It takes as long for rows somebody chose as for random ones: each byte of a row is looked at a bounded
 * number of times.
 */
#include "jpki/crl_sort.h"

#include <assert.h>
#include <endian.h>

#define SHORT_ROW 20
#define LONG_ROW 32
#define PILES 256
#define FEW 32   /* rows; measured: insertion is quicker up to here */
#define AHEAD 4  /* rows of a pile that are asked for before they are needed: otherwise each is waited for */

#define INLINED static inline __attribute__((always_inline))

/* Everything below is compiled for each size of row: `row` is a constant in it. */

INLINED uint64_t
word_at(const uint8_t *row, size_t at)
{
	uint64_t n;

	memcpy(&n, row + at, sizeof(n));
	return be64toh(n);
}

/* As memcmp() does, in words; the last one overlaps the one before. */
INLINED bool
is_above(const uint8_t *a, const uint8_t *b, size_t row)
{
	for (size_t at = 0; at + 8 < row; at += 8)
		if (word_at(a, at) != word_at(b, at))
			return word_at(a, at) > word_at(b, at);
	return word_at(a, row - 8) > word_at(b, row - 8);
}

INLINED void
insert_rows(uint8_t *rows, size_t count, size_t row)
{
	uint8_t held[LONG_ROW];

	for (size_t i = 1; i < count; i++) {
		size_t to = i;

		if (!is_above(rows + (i - 1) * row, rows + i * row, row))
			continue;
		memcpy(held, rows + i * row, row);
		do {
			memcpy(rows + to * row, rows + (to - 1) * row, row);
			to--;
		} while (to > 0 && is_above(rows + (to - 1) * row, held, row));
		memcpy(rows + to * row, held, row);
	}
}

/* Moves every row to its pile: `next` is where each pile's first unsorted place is, `end` where it ends. */
INLINED void
deal_rows(uint8_t *rows, size_t row, size_t byte, size_t next[PILES], const size_t end[PILES])
{
	uint8_t held[LONG_ROW], put[LONG_ROW];

	for (unsigned pile = 0; pile < PILES; pile++) {
		while (next[pile] < end[pile]) {
			uint8_t *place = rows + next[pile] * row;
			unsigned home = place[byte];

			if (home == pile) {
				next[pile]++;
				continue;
			}
			/* One row leaves; each finds its home's place and puts out who stands there, until the gap is
			 * filled. */
			memcpy(held, place, row);
			do {
				uint8_t *there = rows + next[home]++ * row;

				__builtin_prefetch(there + AHEAD * row, 1);
				memcpy(put, there, row);
				memcpy(there, held, row);
				memcpy(held, put, row);
				home = held[byte];
			} while (home != pile);
			memcpy(place, held, row);
			next[pile]++;
		}
	}
}

/* Sorts by the first byte that is not the same in all, into piles; false: there is nothing more to sort. */
INLINED bool
sort_piles(uint8_t *rows, size_t count, size_t row, size_t *byte, size_t end[PILES])
{
	size_t next[PILES], counts[PILES];

	for (; *byte < row; ++*byte) {
		if (count <= FEW) {
			insert_rows(rows, count, row);
			return false;
		}
		memset(counts, 0, sizeof(counts));
		for (size_t i = 0; i < count; i++)
			counts[rows[i * row + *byte]]++;
		if (counts[rows[*byte]] != count)
			break;
	}
	if (*byte >= row)
		return false;
	for (size_t pile = 0, at = 0; pile < PILES; pile++) {
		next[pile] = at;
		at += counts[pile];
		end[pile] = at;
	}
	deal_rows(rows, row, *byte, next, end);
	return true;
}

/* As deep as a row is long. */
static void
sort_short(uint8_t *rows, size_t count, size_t byte) /* NOLINT(misc-no-recursion) */
{
	size_t end[PILES];

	if (!sort_piles(rows, count, SHORT_ROW, &byte, end))
		return;
	for (size_t pile = 0, at = 0; pile < PILES; at = end[pile++])
		if (end[pile] - at > 1)
			sort_short(rows + at * SHORT_ROW, end[pile] - at, byte + 1);
}

static void
sort_long(uint8_t *rows, size_t count, size_t byte) /* NOLINT(misc-no-recursion) */
{
	size_t end[PILES];

	if (!sort_piles(rows, count, LONG_ROW, &byte, end))
		return;
	for (size_t pile = 0, at = 0; pile < PILES; at = end[pile++])
		if (end[pile] - at > 1)
			sort_long(rows + at * LONG_ROW, end[pile] - at, byte + 1);
}

void
crl_sort(uint8_t *rows, size_t count, size_t row, size_t same)
{
	assert(row == SHORT_ROW || row == LONG_ROW);
	if (row == SHORT_ROW)
		sort_short(rows, count, same);
	else
		sort_long(rows, count, same);
}
