/* base/random.h - unpredictable bytes from the kernel. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Fills or ends the process: nothing that needs randomness goes on without it. */
void random_bytes(void *out, size_t size);
/* The same bytes, of which the kernel is asked for many at a time: for ids and salts, which are made by the thousand.
 * Each is given out once and forgotten here, and a child begins with none of its parent's. Keys are not drawn. */
void random_draw(void *out, size_t size);

/* Six decimal digits to be read by a person and typed, uniform over all of them. Whoever has shown them wipes them. */
#define RANDOM_DIGITS 7              /* with NUL */
void random_digits(char out[RANDOM_DIGITS]);
