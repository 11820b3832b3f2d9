/* tools/ctl/entry_fetch.h - an entry of a log elsewhere, for whoever holds its salt: /v1/ledger/entries/ID over HTTP;
 * and its receipt, which anybody may have.
 *
 * What comes is believed in nothing: its commitment must be the one that is proved.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

/* `receipt`: the receipt's URL, as the answer has it: the entry is at the same place. `authorities`: a PEM file of CAs;
 * NULL: the system's. ERR_NOT_FOUND: there is none for this salt, or it was erased. */
enum err entry_fetch(struct arena *, const char *receipt, const char *salt, const char *authorities, struct span *out,
    struct problem *why);

/* The text at the receipt's own URL. */
enum err receipt_fetch(struct arena *, const char *receipt, const char *authorities, struct span *out,
    struct problem *why);
