/* transaction/proofing/end_watch.h - a process that must know whether proofing has ended.
 *
 *     read -> told -> [the row changes: read again -> told again]
 */
#pragma once

#include "transaction/proofing/end.h"

struct proofing_end_watch;

/* What the store said; NULL: it cannot be told, so nobody may go on as if it had not ended. Borrowed until it returns.
 * Never called before proofing_end_watch_new() returns. */
typedef void on_proofing_end(void *arg, const struct proofing_end *);

/* Freed when nothing of the store happens any more: it watches as long as that is there. */
struct proofing_end_watch *proofing_end_watch_new(struct store *, on_proofing_end *, void *arg);
/* Reads and tells once more. */
void proofing_end_watch_look(struct proofing_end_watch *);
void proofing_end_watch_free(struct proofing_end_watch *);
