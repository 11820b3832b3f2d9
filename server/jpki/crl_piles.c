/* jpki/crl_piles.c - rows of an index that do not come in order, dealt into piles. */
#include "jpki/crl_piles.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "jpki/crl_sort.h"

#define PILES 1024
#define FEWEST ((uint64_t)16384) /* rows of a pile that are sorted in memory at least, even if there are few in all */
#define LONGER 4             /* than all are on average: a guess from a few thousand comes as near as that */
#define CHUNK 8192           /* bytes that a chunk takes */
#define APART (CHUNK + 64)   /* so that the ends of piles of one length are in different lines of a cache */
#define HUGE_PAGE (2 * MIB)
#define KEPT 4096u           /* chunks that stay in memory: the first ones */
#define LOG 32               /* chunks written at once */
#define HAND 128             /* rows dealt at once: so the way to one pile is gone while others are waited for */

/* Rows of a pile wait until they are a chunk; chunks of all piles follow one another, the first ones in memory, the
 * others in the scratch file, which so is written from its beginning to its end. */
struct pile {
	uint8_t *next;               /* where its next row goes */
	uint32_t left;               /* rows that there is still room for */
};

struct chunks {
	uint32_t last, count;        /* the last of a pile's, how many it has */
};

struct crl_piles {
	struct crl_file *scratch;
	const struct crl_guess *guess;
	size_t row, rows;            /* bytes of a row; rows of a chunk */
	uint8_t *waiting;            /* of all piles */
	uint32_t *before;            /* of each chunk, the one before it in its pile */
	size_t before_room;
	uint8_t *kept;
	uint8_t *log;                /* chunks that are written at once */
	uint32_t written, count;     /* chunks in the file or kept; and all */
	size_t piles;
	uint64_t room;               /* rows of the longest that is sorted in memory */
	uint8_t *from, *to;
	uint64_t *items;
	struct pile pile[PILES + 1];
	struct chunks chunks[PILES + 1];
	uint16_t pile_of[CRL_BINS];
	size_t held;
	uint8_t hand[HAND * (CRL_SERIAL_LARGEST + 8)];
};

static void *
memory_of(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		abort();
	return memory;
}

/* What is gone to at any place at any time: in small pages, finding each would take longer than writing there. Only
 * what is used takes any. */
static void *
large_memory_of(size_t size)
{
	size_t whole = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	void *memory = aligned_alloc(HUGE_PAGE, whole);

	if (!memory)
		abort();
	madvise(memory, whole, MADV_HUGEPAGE);
	return memory;
}

/* Dealing */

/* Bins join until they are a pile. */
static void
form_piles(struct crl_piles *piles)
{
	uint32_t enough = piles->guess->count / PILES + 1, rows = 0;

	piles->piles = 1;
	for (size_t i = 0; i < CRL_BINS; i++) {
		if (rows >= enough) {
			piles->piles++;
			rows = 0;
		}
		piles->pile_of[i] = (uint16_t)(piles->piles - 1);
		rows += piles->guess->bins[i];
	}
	assert(piles->piles <= COUNT(piles->pile));
}

struct crl_piles *
crl_piles_new(struct crl_file *scratch, enum crl_rows kind, const struct crl_guess *guess)
{
	struct crl_piles *piles = calloc(1, sizeof(*piles));

	if (!piles)
		abort();
	piles->scratch = scratch;
	piles->guess = guess;
	piles->row = crl_row_kinds[kind].size;
	piles->rows = CHUNK / piles->row;
	form_piles(piles);
	piles->waiting = large_memory_of(piles->piles * APART);
	piles->kept = large_memory_of((size_t)KEPT * CHUNK);
	for (size_t i = 0; i < piles->piles; i++)
		piles->pile[i] = (struct pile){ piles->waiting + i * APART, (uint32_t)piles->rows };
	piles->log = memory_of(LOG * CHUNK);
	return piles;
}

void
crl_piles_free(struct crl_piles *piles)
{
	if (!piles)
		return;
	free(piles->waiting);
	free(piles->before);
	free(piles->kept);
	free(piles->log);
	free(piles->from);
	free(piles->to);
	free(piles->items);
	free(piles);
}

static void
write_log(struct crl_piles *piles)
{
	if (piles->count > KEPT)
		crl_file_write(piles->scratch, (uint64_t)(piles->written - KEPT) * CHUNK,
		    span_of(piles->log, (size_t)(piles->count - piles->written) * CHUNK));
	piles->written = piles->count;
}

static __attribute__((noinline)) void
put_chunk(struct crl_piles *piles, size_t n)
{
	uint32_t chunk = piles->count++;

	if (chunk == piles->before_room) {
		piles->before_room = 2 * piles->before_room + 4096;
		piles->before = realloc(piles->before, piles->before_room * sizeof(*piles->before));
		if (!piles->before)
			abort();
	}
	piles->before[chunk] = piles->chunks[n].last;
	piles->chunks[n].last = chunk;
	piles->chunks[n].count++;
	piles->pile[n] = (struct pile){ piles->waiting + n * APART, (uint32_t)piles->rows };
	if (chunk < KEPT) {
		memcpy(piles->kept + (size_t)chunk * CHUNK, piles->waiting + n * APART, CHUNK);
		piles->written = piles->count;
		return;
	}
	memcpy(piles->log + (size_t)(chunk - piles->written) * CHUNK, piles->waiting + n * APART, CHUNK);
	if (piles->count - piles->written == LOG)
		write_log(piles);
}

/* Compiled for each kind: `row` is a constant in it. */
static inline __attribute__((always_inline)) void
deal_rows(struct crl_piles *piles, size_t row)
{
	for (size_t i = 0; i < piles->held; i++) {
		size_t n = piles->pile_of[crl_guess_bin(piles->guess, piles->hand + i * row, row - 8)];
		struct pile *pile = &piles->pile[n];

		if (pile->left == 0)
			put_chunk(piles, n);
		memcpy(pile->next, piles->hand + i * row, row);
		pile->next += row;
		pile->left--;
		/* By the pile's next row it will be there. */
		__builtin_prefetch(pile->next + 64, 1);
	}
	piles->held = 0;
}

static __attribute__((noinline)) void
deal_hand(struct crl_piles *piles)
{
	if (piles->row == CRL_KEY + 8)
		deal_rows(piles, CRL_KEY + 8);
	else
		deal_rows(piles, CRL_SERIAL_LARGEST + 8);
}

uint8_t *
crl_piles_room(struct crl_piles *piles)
{
	if (piles->held == HAND)
		deal_hand(piles);
	return piles->hand + piles->held++ * piles->row;
}

/* Sorting */

size_t
crl_piles_count(const struct crl_piles *piles)
{
	return piles->piles;
}

static uint64_t
rows_of(const struct crl_piles *piles, size_t n)
{
	return (uint64_t)(piles->chunks[n].count + 1) * piles->rows - piles->pile[n].left;
}

/* Memory for the longest pile that is not far longer than all are on average. */
static void
begin_sorting(struct crl_piles *piles)
{
	uint64_t all = 0, most, longest = piles->rows;

	deal_hand(piles);
	write_log(piles);
	for (size_t n = 0; n < piles->piles; n++)
		all += rows_of(piles, n);
	most = LONGER * (all / PILES) > FEWEST ? LONGER * (all / PILES) : FEWEST;
	for (size_t n = 0; n < piles->piles; n++)
		if (rows_of(piles, n) > longest)
			longest = rows_of(piles, n);
	piles->room = longest < most ? longest : most;
	piles->from = memory_of(piles->room * piles->row);
	piles->to = memory_of(piles->room * piles->row);
	piles->items = memory_of(piles->room * 2 * sizeof(*piles->items));
}

/* Rows of the pile that were not taken yet, as many as there is room for. */
static uint64_t
take_rows(struct crl_piles *piles, size_t n)
{
	struct pile *pile = &piles->pile[n];
	struct chunks *chunks = &piles->chunks[n];
	uint64_t rows = piles->rows - pile->left;

	memcpy(piles->from, piles->waiting + n * APART, rows * piles->row);
	pile->left = (uint32_t)piles->rows;
	for (; chunks->count && rows + piles->rows <= piles->room; rows += piles->rows) {
		uint8_t *place = piles->from + rows * piles->row;

		if (chunks->last < KEPT)
			memcpy(place, piles->kept + (size_t)chunks->last * CHUNK, piles->rows * piles->row);
		else
			crl_file_read(piles->scratch, (uint64_t)(chunks->last - KEPT) * CHUNK, place,
			    piles->rows * piles->row);
		chunks->last = piles->before[chunks->last];
		chunks->count--;
	}
	return rows;
}

static void
sort_in_memory(struct crl_piles *piles, size_t n, struct crl_sheet *sheet)
{
	uint64_t rows = take_rows(piles, n);
	/* The first and the last have what begins otherwise than was guessed. */
	size_t same = n == 0 || n == piles->piles - 1 ? 0 : piles->guess->prefix / 8;

	if (piles->scratch->error)
		return;
	crl_sort_into(piles->to, piles->from, rows, piles->row, same, piles->items);
	crl_sheet_add(sheet, span_of(piles->to, rows * piles->row));
}

/* Behind all chunks, where its rows stand together. */
static void
sort_in_file(struct crl_piles *piles, size_t n, struct crl_sheet *sheet)
{
	uint64_t at = (uint64_t)piles->count * CHUNK, all = rows_of(piles, n), end = at;
	size_t size = all * piles->row;
	uint8_t *map;

	while (end < at + size && !piles->scratch->error) {
		uint64_t rows = take_rows(piles, n);

		crl_file_write(piles->scratch, end, span_of(piles->from, rows * piles->row));
		end += rows * piles->row;
	}
	if (piles->scratch->error)
		return;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, piles->scratch->fd, (off_t)at);
	if (map == MAP_FAILED) {
		piles->scratch->error = errno;
		return;
	}
	crl_sort(map, all, piles->row, 0);
	crl_sheet_add(sheet, span_of(map, size));
	munmap(map, size);
}

void
crl_piles_sort(struct crl_piles *piles, size_t n, struct crl_sheet *sheet)
{
	if (!piles->from)
		begin_sorting(piles);
	if (rows_of(piles, n) <= piles->room)
		sort_in_memory(piles, n, sheet);
	else
		sort_in_file(piles, n, sheet);
}
