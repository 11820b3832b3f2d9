/* signer/ledger_head.h - the signer's own record of the last checkpoint it signed, durable before the signature leaves.
 *
 * One file beside the key, `NAME.head`, outside the store and its backups: two slots written in turn, each with its
 * digest. A checkpoint is signed only when it continues the recorded one (same size and root, or larger with a consistency
 * proof). A shorter log, as after a restore, is refused until an operator decides (`watashictl ledger accept-restored`).
 */
#pragma once

#include "crypto/merkle.h"
#include "base/problem.h"

struct ledger_head;

/* Made when missing. Only one process at a time (ERR_UNAVAILABLE). */
enum err ledger_head_open(const char *directory, const char *key, struct ledger_head **out, struct problem *why);
void ledger_head_free(struct ledger_head *);

void ledger_head_last(const struct ledger_head *, uint64_t *size, struct hash *root); /* size 0: none yet */

/* Durable when it returns OK. ERR_CONFLICT: it does not continue what was signed; nothing has changed. */
enum err ledger_head_advance(struct ledger_head *, uint64_t size, const struct hash *root, const struct merkle_proof *from_last,
    struct problem *why);

/* The operator's decision: the next checkpoint may be any. What was signed before is kept in the file, for evidence. */
enum err ledger_head_release(struct ledger_head *, struct problem *why);
