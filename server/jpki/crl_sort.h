/* jpki/crl_sort.h - sorting very many small rows where they lie. */
#pragma once

#include "base/span.h"

/* Byte by byte, the rows' first `same` bytes being the same in all. In place, with a little of the stack: rows may be a
 * mapped file larger than memory. */
void crl_sort(uint8_t *rows, size_t count, size_t row, size_t same);

/* Into other rows, in memory: quick when there are few enough for a processor's own. `items`: room for twice `count`.
 */
void crl_sort_into(uint8_t *out, const uint8_t *rows, size_t count, size_t row, size_t same, uint64_t *items);
