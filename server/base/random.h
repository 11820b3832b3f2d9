/* base/random.h - unpredictable bytes from the kernel. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* Fills or ends the process: nothing that needs randomness goes on without it. */
void random_bytes(void *out, size_t size);
/* The same bytes, of which the kernel is asked for many at a time: for ids and salts, which are made by the thousand.
 * Each is given out once and forgotten here, and a child begins with none of its parent's. Keys are not drawn. */
void random_draw(void *out, size_t size);

/* A 16-byte name that sorts by time (48 bits of milliseconds, 80 random; RFC 9562 UUIDv7 without its fixed bits):
 * what is written often is keyed by it, for ascending keys are what the store is fast at. */
struct id {
	uint8_t bytes[16];
};
struct id id_new(struct instant now);
