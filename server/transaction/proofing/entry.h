/* transaction/proofing/entry.h - what the ledger is told of an outcome (schemas/proofing-entry.schema.json). */
#pragma once

#include "base/buffer.h"
#include "registry/entitlement.h"
#include "transaction/proofing/proofing.h"

struct proofing_entry {
	struct instant at;
	const struct proofing_challenge *challenge;
	const struct entitlement *entitlement;
	const struct proofing_outcome *outcome;
	enum linkage_relation relation; /* where the outcome tells of a continuity */
	const char *linkage;         /* who answered which certificates are one person's; NULL: nobody was asked */
	struct span facts;           /* empty: none are kept */
};

/* Canonical JSON; of the person nothing but which steps held. The arena is for what is written along the way. */
void proofing_entry_write(struct buffer *, struct arena *, const struct proofing_entry *);
