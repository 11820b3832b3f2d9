/* ledger/entry.h - what the log holds: commitments in public, entries for their parties.
 *
 *     entry (canonical JSON), salt -> commitment = SHA-256(salt || entry) -> leaf = SHA-256(0x00 || commitment)
 *
 * Salt and entry lie in a table of their own and can be erased; the leaf stays, and every proof with it.
 */
#pragma once

#include "base/buffer.h"
#include "crypto/merkle.h"
#include "store/store.h"

extern const struct table ledger_leaf_table;  /* number from 1 -> commitment (32), the entry's id (16); noticed */
extern const struct table ledger_entry_table; /* id (16) -> number of its leaf (8), struct ledger_entry */

enum ledger_kind {
	LEDGER_NOTHING,
	LEDGER_DECISION,
	LEDGER_CHANGE,   /* of registry and keys: an entry of the journal */
	LEDGER_POLICY,   /* a version of a framework was published */
	LEDGER_ERASURE,
	LEDGER_PROOFING,         /* a certificate and a signature were verified, whatever came of it */
	LEDGER_CREDENTIAL,       /* a person's authenticator was added, or took a step of its life */
	LEDGER_DESK,             /* a registrar's desk: a step of a face-to-face proofing, or a look at it */
	LEDGER_KINDS,
};
const char *ledger_kind_name(enum ledger_kind); /* "decision" … */

#define LEDGER_SALT 16
#define LEDGER_ENTRY_LARGEST (64 * KIB)
struct ledger_entry {
	uint64_t number;         /* of the leaf, from 1: its index is one less; given by the recorder */
	enum ledger_kind kind;
	uint8_t salt[LEDGER_SALT];
	struct span party;       /* the caller's member id: who may see it beside auditors; empty: auditors only */
	struct span content;     /* canonical JSON; empty: it was erased, and the salt with it */
};

/* Leaf and entry, in this unit: they become durable with what they tell of. `entry->number` is ignored. The
 * commitment. */
struct hash ledger_append(struct unit *, struct id, const struct ledger_entry *);
/* The commitment alone. */
struct hash ledger_commitment(const uint8_t salt[LEDGER_SALT], struct span content);

/* Takes away salt and content of an entry that was read; number, kind and party stay, and its leaf. Whoever erases
 * expects the row as it was read. */
void ledger_entry_erase(struct unit *, struct id, const struct ledger_entry *);

/* Borrowed from the row. False: not ours. */
bool ledger_entry_read(struct span value, struct ledger_entry *out);
/* The same of a row that was loaded. ERR_UNAVAILABLE: this build cannot read it, which is never the same as none. */
enum err ledger_entry_loaded(const struct row *, struct ledger_entry *out, struct problem *why);
bool ledger_leaf_read(struct span value, struct hash *commitment, struct id *id);
/* Eight bytes, big-endian: the key of leaves, of checkpoints (by size), and of the journal. */
struct span ledger_number_key(struct arena *, uint64_t number);
bool ledger_number_read(struct span key, uint64_t *out);

/* An id as text: 32 hexadecimal digits. */
#define LEDGER_ID_TEXT 33
const char *ledger_id_text(const struct id *, char out[LEDGER_ID_TEXT]);
bool ledger_id_read(struct span, struct id *out);
