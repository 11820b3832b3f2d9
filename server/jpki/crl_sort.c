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
#define BINS 4096
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

/* Into other rows: what is sorted is the beginning of each, with its number behind it */

static void
insert_items(uint64_t *items, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint64_t held = items[i];
		size_t to = i;

		for (; to > 0 && items[to - 1] > held; to--)
			items[to] = items[to - 1];
		items[to] = held;
	}
}

/* Puts the rows of one bin in order. Those that begin with the same still have to be compared whole. */
INLINED void
put_rows(uint8_t *out, const uint8_t *rows, const uint64_t *items, size_t count, size_t row, unsigned number)
{
	uint64_t mask = ((uint64_t)1 << number) - 1;
	bool same = false;

	for (size_t i = 0; i < count; i++) {
		memcpy(out + i * row, rows + (items[i] & mask) * row, row);
		same |= i && items[i] >> number == items[i - 1] >> number;
	}
	if (same)
		insert_rows(out, count, row);
}

INLINED void
sort_into(uint8_t *out, const uint8_t *rows, size_t count, size_t row, size_t same, uint64_t *items,
    void (*sort)(uint8_t *rows, size_t count, size_t byte))
{
	uint32_t ends[BINS + 1] = { 0 };
	uint64_t low = UINT64_MAX, high = 0, *dealt = items + count;
	unsigned number = 1, drop = 0, bin_shift;

	for (size_t i = 0; i < count; i++) {
		uint64_t word = word_at(rows + i * row, same);

		low = word < low ? word : low;
		high = word > high ? word : high;
	}
	while (count >> number)
		number++;
	while ((high - low) >> drop >> (64 - number))
		drop++;
	/* A bin has all rows that begin with the same: it is those that are compared whole. */
	for (bin_shift = number; (high - low) >> drop << number >> bin_shift >= BINS;)
		bin_shift++;
	for (size_t i = 0; i < count; i++) {
		items[i] = (word_at(rows + i * row, same) - low) >> drop << number | i;
		ends[(items[i] >> bin_shift) + 1]++;
	}
	for (size_t bin = 1; bin <= BINS; bin++)
		ends[bin] += ends[bin - 1];
	/* What was each bin's beginning becomes its end. */
	for (size_t i = 0; i < count; i++)
		dealt[ends[items[i] >> bin_shift]++] = items[i];
	for (size_t bin = 0, at = 0; bin < BINS; at = ends[bin++]) {
		size_t here = ends[bin] - at;

		if (here <= FEW)
			insert_items(dealt + at, here);
		put_rows(out + at * row, rows, dealt + at, here, row, number);
		if (here > FEW)
			sort(out + at * row, here, same);
	}
}

void
crl_sort_into(uint8_t *out, const uint8_t *rows, size_t count, size_t row, size_t same, uint64_t *items)
{
	assert((row == SHORT_ROW || row == LONG_ROW) && same + 8 <= row && count < UINT32_MAX);
	if (count == 0)
		return;
	if (row == SHORT_ROW)
		sort_into(out, rows, count, SHORT_ROW, same, items, sort_short);
	else
		sort_into(out, rows, count, LONG_ROW, same, items, sort_long);
}
