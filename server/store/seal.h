/* store/seal.h - what closes a copy of the store: its last bytes, the digest of all before them.
 *
 *     pages of LMDB … | "watashi copy 1\n" | size of the pages, 8 bytes, big-endian | SHA-256 of all before, 32 bytes
 *
 * It finds damage, one flipped bit included; whoever can write the file can seal it anew.
 */
#pragma once

#include "base/problem.h"
#include "base/span.h"

#define SEAL_SIZE ((size_t)(15 + 8 + 32))

/* Appends the seal to the file. */
enum err seal_put(int fd, const char *name, struct problem *why);

/* Reads the file to its end: ERR_INVALID when it has no seal or is not what was sealed. `size` is what lies before the
 * seal. */
enum err seal_check(int fd, const char *name, uint64_t *size, struct problem *why);
