/* tools/ctl/log_keep.h - what a monitor keeps of a log: checkpoints it believed, and the evidence of what it did not.
 *
 *     DIR/00000000000000070000-20261122T221500Z.checkpoint  a signed note as it came: its size, when first seen
 *     DIR/alarm-fork-0123456789abcdef/                      why, the checkpoint in question, the last kept, tiles
 *
 * Files appear whole, durable, and are never written again. One monitor at a time.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"
#include "ledger/checkpoint.h"

struct log_keep;

/* Made when missing. ERR_CONFLICT: another monitor uses it. */
enum err log_keep_open(const char *directory, struct log_keep **out, struct problem *why);
void log_keep_close(struct log_keep *);

/* The largest: its note, and since when it is known; size 0: none yet. */
enum err log_keep_last(struct log_keep *, struct arena *, uint64_t *size, struct span *note, struct instant *since,
    struct problem *why);
enum err log_keep_add(struct log_keep *, uint64_t size, struct span note, struct instant now, struct problem *why);

/* Files of one alarm, each by its name; the same evidence is kept once. `*directory` lives in the arena. */
struct evidence {
	const char *name; /* slashes become dashes */
	struct span bytes;
};
enum err log_keep_evidence(struct log_keep *, struct arena *, const char *kind, const struct evidence *, size_t count,
    const char **directory, struct problem *why);
