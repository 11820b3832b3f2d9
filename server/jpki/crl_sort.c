/* jpki/crl_sort.c - sorting very many small rows where they lie: a radix sort, the most significant byte first.
 *
 * Rows are swapped into the 256 piles of their byte, then each pile is sorted by its next byte; small piles by
 * insertion. It takes as long for rows somebody chose as for random ones: each byte of a row is looked at a bounded
 * number of times.
 */
#include "jpki/crl_sort.h"

#include <assert.h>

#define SHORT_ROW 20
#define LONG_ROW 32
#define PILES 256
#define FEW 32   /* rows; measured: insertion is quicker up to here */
#define AHEAD 4  /* rows of a pile that are asked for before they are needed: otherwise each is waited for */

#define INLINED static inline __attribute__((always_inline))

/* Everything below is compiled for each size of row: `row` is a constant in it. */

INLINED void
insert_rows(uint8_t *rows, size_t count, size_t row, size_t byte)
{
	uint8_t held[LONG_ROW];

	for (size_t i = 1; i < count; i++) {
		size_t to = i;

		while (to > 0 && memcmp(rows + (to - 1) * row + byte, rows + i * row + byte, row - byte) > 0)
			to--;
		if (to == i)
			continue;
		memcpy(held, rows + i * row, row);
		memmove(rows + (to + 1) * row, rows + to * row, (i - to) * row);
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
			insert_rows(rows, count, row, *byte);
			return false;
		}
		memset(counts, 0, sizeof(counts));
		for (size_t i = 0; i < count; i++)
			counts[rows[i * row + *byte]]++;
		if (counts[rows[*byte]] != count)
			break;
	}
	if (*byte == row)
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
