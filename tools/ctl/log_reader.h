/* tools/ctl/log_reader.h - a log elsewhere, read over HTTP: its checkpoint and its tiles (C2SP tlog-tiles).
 *
 * What comes is bytes of somebody we watch: bounded, and believed in nothing until it is proved.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "ledger/tile.h"

struct log_reader;

/* `authorities`: a PEM file of CAs; NULL: the system's. */
enum err log_reader_open(const char *url, const char *authorities, struct log_reader **out, struct problem *why);
void log_reader_close(struct log_reader *);

/* A new look: what was read before is forgotten. ERR_UNAVAILABLE: the log cannot be reached now. ERR_LIMIT: it sends
 * what is no checkpoint. */
enum err log_reader_checkpoint(struct log_reader *, struct span *note, struct problem *why);

/* Brings the tiles as a log of `size` has them; what this look has read before is not read again. ERR_UNAVAILABLE;
 * ERR_INVALID: the log does not have what its checkpoint needs. */
enum err log_reader_tiles(struct log_reader *, uint64_t size, struct tile_set *, struct problem *why);

/* What this look has read: names of tiles and their bytes. */
size_t log_reader_count(const struct log_reader *);
const char *log_reader_name(const struct log_reader *, size_t which);
struct span log_reader_bytes(const struct log_reader *, size_t which);
