/* tools/ctl/archive.h - the store read beside the daemon: the ledger's entries one after another, and every version of a
 * framework that was published.
 *
 * Read in parts, each in a short transaction, so that nothing the daemon frees is held for long.
 */
#pragma once

#include "assurance/framework.h"
#include "ctl/command.h"
#include "daemon/config.h"
#include "ledger/entry.h"

struct archive;

enum err archive_open(struct ctl *, struct archive **out, struct problem *why);
void archive_free(struct archive *);

/* The dictionary in force; NULL: none has been published. */
const struct dictionary *archive_dictionary(const struct archive *);

/* Every published version, compiled with a dictionary (the one in force, or a newer). Lives as long as the archive. */
enum err archive_frameworks(struct archive *, const struct dictionary *, const struct framework *const **out, size_t *count,
    struct problem *why);

/* Calls for each entry recorded from `since` on ({0}: from the beginning), in the order of their IDs; anything but OK ends
 * it. `entry` is borrowed until the call returns. */
typedef enum err on_archived(void *arg, const struct id *, const struct ledger_entry *entry, struct problem *why);
enum err archive_walk(struct archive *, struct instant since, on_archived *, void *arg, struct problem *why);

/* How many leaves the log has: for progress. */
uint64_t archive_size(struct archive *);
