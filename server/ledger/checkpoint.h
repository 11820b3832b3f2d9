/* ledger/checkpoint.h - what the log is at one moment: origin, size, root (C2SP tlog-checkpoint v1.0.0).
 */
#pragma once

#include "crypto/merkle.h"
#include "crypto/note.h"

struct checkpoint {
	struct span origin;
	uint64_t size;
	struct hash root;
};
/* The note's text; extension lines of others are accepted and ignored, ours has none. */
enum err checkpoint_read(struct arena *, struct span text, struct checkpoint *out, struct problem *why);
void checkpoint_write(struct buffer *, const struct checkpoint *);
