/* store/memory.h - a backend that keeps everything in memory and answers late and out of order.
 *
 * With it the tests show that no flow relies on an answer's coming at once or on answers keeping their order.
 * The order is drawn from a seed, so a failing run can be repeated.
 */
#pragma once

#include "base/turn.h"
#include "store/store.h"

struct store *store_memory_new(table_list, enum role, uint64_t seed);

/* Answers one of the open questions, chosen by the seed; false when there is none. `now` decides what has expired. */
bool store_memory_step(struct store *, struct instant now);

/* The next `count` commits answer `code` and change nothing. */
void store_memory_fail_commits(struct store *, size_t count, enum err code);

/* From now on units come from a process of this role: a test sets the stage as one and plays as another. */
void store_memory_become(struct store *, enum role);
