/* transaction/policy/shelf.h - the policies of this process: every published version, compiled, and which is in force
 * when.
 *
 *     store (policy rows) -> read, checked, compiled -> snapshot; again whenever a version is published
 *
 * What does not load never replaces what is there: of a framework with a version that cannot be read stays what was
 * read before, the others go on. A snapshot is shared: a flow keeps the one it began with.
 */
#pragma once

#include "assurance/framework.h"
#include "store/store.h"
#include "transaction/policy/table.h"

struct shelf_policy {
	const struct framework *framework;
	struct published_policy published;
};
struct policy_snapshot {
	unsigned references;
	struct arena arena;
	const struct dictionary *dictionary; /* NULL: none has been published */
	struct span facts;           /* its text, as it was published */
	struct shelf_policy items[POLICY_VERSIONS]; /* published only, by framework and date */
	size_t count;
	size_t rejected_count;
	struct span rejected; /* why versions that are published could not be read, a sentence each; empty: all could */
};
struct policy_snapshot *policy_snapshot_ref(struct policy_snapshot *);
void policy_snapshot_unref(struct policy_snapshot *);

struct policy_shelf;
/* Begins to read at once, and again whenever versions change. */
struct policy_shelf *policy_shelf_new(struct store *);
void policy_shelf_free(struct policy_shelf *);
/* The newest; NULL: nothing has been read yet. The caller's until unref. */
struct policy_snapshot *policy_shelf_take(struct policy_shelf *);

/* The version named, or (empty) the one in force then. NULL: none. */
const struct shelf_policy *shelf_policy_find(const struct policy_snapshot *, struct span framework, struct span version,
    struct instant at);
