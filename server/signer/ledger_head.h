/* signer/ledger_head.h - the signer's own record of the last checkpoint it signed, durable before the signature leaves.
 *
 * One file in the keys' directory, `ledger.head`, outside the store and its backups, for the log is one whichever key
 * signs it: two slots written in turn, each with its digest. A checkpoint is signed only when it continues the recorded
 * one (same size and root, or larger with a consistency proof). A shorter log, as after a restore, is refused until an
 * operator decides (`watashictl ledger accept-restored`).
 *
 * Of two signers, while one replaces the other, each sees what the other signed: the file is locked and read anew for
 * every step. Threads may share a head.
 */
#pragma once

#include "base/problem.h"
#include "crypto/merkle.h"

struct ledger_head;

/* Made when missing, by ledger_head_open() alone. */
enum err ledger_head_open(const char *directory, struct ledger_head **out, struct problem *why);
/* ERR_NOT_FOUND when no signer ever made it. */
enum err ledger_head_open_existing(const char *directory, struct ledger_head **out, struct problem *why);
void ledger_head_free(struct ledger_head *);

/* Size 0: none yet, or an operator has released it. ERR_INVALID: the file is not whole. */
enum err ledger_head_last(struct ledger_head *, uint64_t *size, struct hash *root, struct problem *why);

/* Durable when it returns OK. ERR_CONFLICT: it does not continue what was signed; nothing has changed. */
enum err ledger_head_advance(struct ledger_head *, uint64_t size, const struct hash *root,
    const struct merkle_proof *from_last, struct problem *why);

/* The operator's decision: the next checkpoint may be any. What was signed before is kept in the file, for evidence. */
enum err ledger_head_release(struct ledger_head *, struct problem *why);
