/* jpki/crl_piles.h - rows of an index that do not come in order: dealt into piles by how their keys begin, each sorted
 * in memory afterwards.
 *
 *     rows -> chunks of their pile, in a scratch file -> pile by pile: read, sorted -> the sheet
 *
 * Each pile holds its part of the order, as the guess has it. So memory holds one pile, however many rows there are.
 * One that becomes far longer than was guessed is sorted in the scratch file's own pages.
 */
#pragma once

#include "jpki/crl_guess.h"
#include "jpki/crl_sheet.h"

struct crl_piles;

/* The scratch file is empty, and its own. */
struct crl_piles *crl_piles_new(struct crl_file *scratch, enum crl_rows, const struct crl_guess *);
void crl_piles_free(struct crl_piles *);
/* Where the next row is to be put, before another. */
uint8_t *crl_piles_room(struct crl_piles *);

/* When all are there: how many piles. Sorting them one after the other makes the order of all rows. */
size_t crl_piles_count(const struct crl_piles *);
void crl_piles_sort(struct crl_piles *, size_t n, struct crl_sheet *);
