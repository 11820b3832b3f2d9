/* transaction/policy/publication.h - publishing a version of a framework: files in, a leaf of the ledger out.
 *
 *     files -> load -> read and compiled -> admitted -> decided -+-> [dry run ends]
 *                                                                +-> proposal kept -> answer
 *                                                                `-> note signed -> committed -> answer
 *
 * One unit holds the version, the dictionary when it grew, and the ledger's entry.
 * Any problem of the files is said with file, pointer, expected and found, and nothing has changed.
 */
#pragma once

#include "signer/client.h"
#include "store/store.h"
#include "transaction/policy/proposal.h"

struct policy_publisher {
	struct store *store;
	struct signer_client *signer;
	const char *keys;            /* directory of key descriptors */
	struct span origin;          /* the log's, which signs the note: "watashi.example/ledger" */
};

struct policy_change {
	enum policy_step step;
	struct span framework, version; /* APPROVE, WITHDRAW */
	struct policy_files files;      /* PROPOSE: whole and sealed */
	struct span facts;              /* PROPOSE: facts.json's text; empty: the one that is published */
	struct span proposal;           /* APPROVE: what was looked at */
	struct agreeing by;
	bool dry_run;
	struct instant now;             /* {0}: the clock's */
};

struct policy_report {
	struct span framework, version;
	struct localized title;
	struct policy_standing standing;
	uint8_t proposal[32];        /* what an approval names */
	size_t facts_added;
	unsigned needed;             /* operators */
};

/* What both point to stays the caller's until the callback or the cancellation; the report is borrowed until the
 * callback returns. ERR_CONFLICT also when somebody else changed versions meanwhile, again and again. */
typedef void on_policy_changed(void *arg, enum err, const struct policy_report *, const struct problem *why);
struct pending *policy_change_start(const struct policy_publisher *, const struct policy_change *, on_policy_changed *,
    void *arg);

/* What is signed: "ORIGIN/policy\nFRAMEWORK VERSION\nsha256:HEX\n". Whoever knows the log's key can verify it. */
struct span policy_note_text(struct arena *, struct span origin, struct span framework, struct span version,
    const uint8_t digest[32]);
