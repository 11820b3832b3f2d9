/* assurance/published_policy.h - one version of a framework as it is kept, published or proposed: its row, its name.
 *
 * Its row holds all its files, byte for byte: so it is immutable, the same for every process, and in every backup.
 */
#pragma once

#include "assurance/policy_pack.h"
#include "base/clock.h"
#include "base/id.h"

struct published_policy {
	uint64_t number;             /* of its leaf in the ledger; 0: proposed, waits for operators */
	struct id entry;             /* in the ledger, when published */
	uint8_t digest[32];          /* of the manifest */
	struct instant valid_from;   /* as the manifest says */
	struct instant published;    /* or proposed */
	struct span actor;           /* who proposed it */
	struct span approvers;       /* one a line, whose agreement counts */
	struct span key;             /* note_key_write(): what the note is verified with */
	struct span note;            /* signed by the federation, when published */
	struct span facts;           /* of a proposal: the dictionary it brings; empty: the one in force does */
	struct span files;           /* policy_files_pack() */
};
/* The number stands first, 8 bytes, as unit_put_numbered() writes it. */
void published_policy_write(struct buffer *, const struct published_policy *);
/* Borrowed from `value`. False: not ours. */
bool published_policy_read(struct span value, struct published_policy *out);
/* Why it was not: ERR_UNSUPPORTED. */
enum err policy_row_strange(struct span framework, struct span version, struct problem *why);
/* Whether it is a proposal, of whatever form the rest is. */
bool published_policy_proposed(struct span value);

/* What an approval names: the manifest's digest and the dictionary's together. */
void published_policy_proposal(const struct published_policy *, uint8_t out[32]);

struct span policy_key(struct arena *, struct span framework, struct span version);
/* Borrowed from `key`, also when it is none of ours: then whatever stands before the zero, and behind it. */
bool policy_key_read(struct span key, struct span *framework, struct span *version);

/* "jp-idtf@1.0", as paths and people name a version. False: no such name. */
bool policy_name_read(struct span, struct span *framework, struct span *version);
