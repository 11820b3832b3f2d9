/* tools/ctl/archive.h - the store read beside the daemon: the ledger's entries one after another, and every version of
 * a framework that was published.
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
enum err archive_frameworks(struct archive *, const struct dictionary *, const struct framework *const **out,
    size_t *count, struct problem *why);

/* Called for each entry with the argument of the lane it fell to, in the order of IDs within the lane; anything but OK
 * ends the walk. `entry` is borrowed until the call returns. */
typedef enum err on_archived(void *lane, const struct id *, const struct ledger_entry *entry, struct problem *why);

#define ARCHIVE_LANES 4
struct archive_walk {
	struct instant since;        /* entries recorded from then on; {0}: from the beginning */
	const char *doing;           /* shown with the progress: "decisions looked at" */
	on_archived *entry;
	/* Arguments, each a thread's own: lanes share nothing. Which entry falls to which depends on the entries and on
	 * how many lanes there are, not on the machine. */
	void *lanes[ARCHIVE_LANES];
	size_t lane_count;
};
/* Of several lanes that end it the problem of the earliest entry is told. */
enum err archive_walk(struct archive *, const struct archive_walk *, struct problem *why);

/* How many leaves the log has. */
uint64_t archive_size(struct archive *);
