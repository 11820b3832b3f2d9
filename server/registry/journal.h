/* registry/journal.h - the entries of the journal: who changed what, when. Each is a JSON object whose members stand in
 * alphabetical order; `event` says which it is. All are written here, so that one fact has one shape.
 */
#pragma once

#include "registry/import.h"
#include "signer/rollover.h"

/* `metadata.imported`: `import->now` is set. */
void journal_imported(struct unit *, const struct import *, const struct import_report *);

/* `key.changed`: the life is what the key has become; `forced` when waiting times were skipped. */
void journal_key_changed(struct unit *, const char *actor, struct instant now, const struct key_life *, bool forced);
