/* transaction/policy_shelf.h - the policies of this process: every published version, compiled, and which is in force when.
 *
 *     store (policy rows) -> read, checked, compiled -> snapshot; again whenever a version is published
 *
 * What does not load never replaces what is there. A snapshot is shared: a flow keeps the one it began with.
 */
#pragma once

#include "assurance/framework.h"
#include "store/store.h"

extern const struct table policy_table;       /* framework, 0x00, version -> struct published_policy; noticed */
extern const struct table dictionary_table;   /* "facts" -> facts.json's text; noticed */

#define POLICY_VERSIONS 64

struct published_policy {
	uint64_t number;             /* of its leaf in the ledger; 0: proposed, waits for operators */
	uint8_t digest[32];          /* of the manifest */
	struct instant published;    /* or proposed */
	struct span actor;
	struct span approvers;       /* one a line */
	struct span note;            /* signed by the federation, when published */
	struct span files;           /* policy_files_pack() */
};
void published_policy_write(struct buffer *, const struct published_policy *);
bool published_policy_read(struct span value, struct published_policy *out);
struct span policy_key(struct arena *, struct span framework, struct span version);

/* Files as one block of bytes: sorted by name, canonical. */
void policy_files_pack(struct buffer *, const struct policy_files *);
enum err policy_files_unpack(struct arena *, struct span, struct policy_files *out, struct problem *why);

struct shelf_policy {
	const struct framework *framework;
	struct published_policy published;
};
struct policy_snapshot {
	unsigned references;
	struct arena arena;
	const struct dictionary *dictionary; /* NULL: none has been published */
	struct shelf_policy items[POLICY_VERSIONS]; /* published only, by framework and date */
	size_t count;
	struct span rejected;        /* why a version that is published could not be read; empty: all could */
};
void policy_snapshot_unref(struct policy_snapshot *);

struct policy_shelf;
struct policy_shelf *policy_shelf_new(struct store *);
void policy_shelf_free(struct policy_shelf *);
/* The newest; NULL: nothing has been read yet. The caller's until unref. */
struct policy_snapshot *policy_shelf_take(struct policy_shelf *);

/* The version named, or (empty) the one in force then. NULL: none. */
const struct shelf_policy *policy_in_force(const struct policy_snapshot *, struct span framework, struct span version,
    struct instant at);
