/* jpki/crl_sort.c - sorting very many small rows where they lie: a radix sort, the most significant byte first.
 *
 * Rows are swapped into the 256 piles of their byte, then each pile is sorted by its next byte; small piles by insertion.
 * It takes as long for rows somebody chose as for random ones: each byte of a row is looked at a bounded number of times.
 */
#include "jpki/crl_sort.h"

#include <assert.h>

#define LARGEST_ROW 32
#define PILES 256
#define FEW 24 /* rows; measured: insertion is quicker up to here */

/* Two sizes of row, each copied by a few instructions. */
static void
copy_row(uint8_t *to, const uint8_t *from, size_t row)
{
	if (row == 20)
		memcpy(to, from, 20);
	else
		memcpy(to, from, 32);
}

static void
insert_rows(uint8_t *rows, size_t count, size_t row, size_t byte)
{
	uint8_t held[LARGEST_ROW];

	for (size_t i = 1; i < count; i++) {
		size_t to = i;

		while (to > 0 && memcmp(rows + (to - 1) * row + byte, rows + i * row + byte, row - byte) > 0)
			to--;
		if (to == i)
			continue;
		copy_row(held, rows + i * row, row);
		memmove(rows + (to + 1) * row, rows + to * row, (i - to) * row);
		copy_row(rows + to * row, held, row);
	}
}

/* Moves every row to its pile: `next` is where each pile's first unsorted place is, `end` where it ends. */
static void
deal_rows(uint8_t *rows, size_t row, size_t byte, size_t next[PILES], const size_t end[PILES])
{
	uint8_t held[LARGEST_ROW], put[LARGEST_ROW];

	for (unsigned pile = 0; pile < PILES; pile++) {
		while (next[pile] < end[pile]) {
			uint8_t *place = rows + next[pile] * row;
			unsigned home = place[byte];

			if (home == pile) {
				next[pile]++;
				continue;
			}
			/* One row leaves; each finds its home's place and puts out who stands there, until the gap is filled. */
			copy_row(held, place, row);
			do {
				uint8_t *there = rows + next[home]++ * row;

				copy_row(put, there, row);
				copy_row(there, held, row);
				copy_row(held, put, row);
				home = held[byte];
			} while (home != pile);
			copy_row(place, held, row);
			next[pile]++;
		}
	}
}

void
crl_sort(uint8_t *rows, size_t count, size_t row, size_t byte) /* NOLINT(misc-no-recursion): as deep as a row */
{
	size_t next[PILES], end[PILES], counts[PILES];

	assert(row == 20 || row == LARGEST_ROW);
	for (; byte < row; byte++) {
		if (count <= FEW) {
			insert_rows(rows, count, row, byte);
			return;
		}
		memset(counts, 0, sizeof(counts));
		for (size_t i = 0; i < count; i++)
			counts[rows[i * row + byte]]++;
		if (counts[rows[byte]] != count)
			break;
	}
	if (byte == row)
		return;
	for (size_t pile = 0, at = 0; pile < PILES; pile++) {
		next[pile] = at;
		at += counts[pile];
		end[pile] = at;
	}
	deal_rows(rows, row, byte, next, end);
	for (size_t pile = 0, at = 0; pile < PILES; at = end[pile++])
		if (counts[pile] > 1)
			crl_sort(rows + at * row, counts[pile], row, byte + 1);
}
