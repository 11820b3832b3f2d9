/* registry/import.h - taking a metadata file into the registry: all of its good entities in one change.
 *
 *     read -> load what is there -> decide, rules too -> write fragments in parts
 *       -> one unit: entity rows, findings and a journal entry
 *
 * An import replaces what the same source brought before: entities missing from it are removed, while one that is there
 * but refused stays as it was until its own valid_until (a bad copy does not delete the last good one). An entity ID
 * that a member's record has, or that another source brought and which is still valid, is refused. Before the last unit
 * nothing has changed for anybody.
 */
#pragma once

#include "net/loop.h"
#include "registry/entity.h"
#include "registry/metadata.h"
#include "registry/validation.h"
#include "store/store.h"

struct import_report;

struct import {
	struct span document;
	const char *source;   /* 1 to 200 characters: the name under which it is kept */
	const char *actor;    /* who did it, for the journal */
	bool dry_run;         /* say what would change, change nothing */
	bool keep_missing;    /* do not remove what this source no longer brings */
	bool allow_empty;     /* a document without any entity is meant so: all that the source brought is withdrawn */
	struct metadata_terms terms;
	struct validator *validator;  /* an entity with an error is refused: what was there stays */
	struct instant valid_until;   /* of the entities, when the document says none or a later one; {0}: none */
	unsigned max_loss;    /* percent of the source's entities that may go at once; 0: any number */
	struct instant now;   /* {0}: the clock's */
	/* What else is to be true with the change: adds up to 16 operations to its unit, the journal's entry among
	 * them. NULL: only the entry `metadata.imported`. */
	void (*also)(void *arg, struct unit *, const struct import_report *);
	void *also_arg;
};

struct import_report {
	uint32_t added, changed, unchanged, removed;
	uint32_t total;       /* entities of the source then */
	const struct metadata_refusal *refusals; /* each by its first error */
	size_t refusal_count;
	const struct finding_tally *found;       /* how many by rule; each stands in its entity's row. NULL: none */
	struct instant valid_until;              /* of the document */
	bool shrank;          /* with ERR_DENIED: it lost more than max_loss; nothing was taken over */
};
/* The report is borrowed until the callback returns; with a problem there is none, unless it shrank. */
typedef void on_imported(void *arg, enum err, const struct import_report *, const struct problem *why);

/* `import` and what it points to stay the caller's until the callback or the cancellation. ERR_CONFLICT: somebody
 * else changed the same entities meanwhile; importing again is safe. */
struct pending *import_start(struct loop *, struct store *, const struct import *, on_imported *, void *arg);
