/* transaction/proofing/log.h - the operation log of verifications (Rule 82(6)), which is also the meter: who had what
 * checked, against which source, and what came of it. Nothing in it tells of the person.
 *
 * Rows end by themselves when they need not be kept any more: until the next accreditation, of which one lasts a year.
 * What came of each check stands in the ledger too, for good.
 */
#pragma once

#include "jpki/linkage.h"
#include "jpki/revocation.h"
#include "store/store.h"

/* A verification is one row, and one more for each further source that answered a question about it, or told which
 * certificates are the same person's. */
extern const struct table proofing_log_table; /* id (16) of that moment -> struct proofing_check; until it expires */

#define CHECK_YEN_MOST 1000000000 /* as of a price in the configuration */

struct proofing_check {
	struct instant at;
	struct span member, relying_party, operator; /* who asked, for whom, whose accreditation it rested on */
	enum jpki_purpose purpose;
	enum jpki_medium medium;
	enum outcome outcome;
	enum revocation_kind kind;
	struct span source;
	enum revocation_status status;
	bool charged;                /* a source was asked, rather than a cache */
	bool further;                /* another source charges for a verification that has its row: none of its own */
	/* Asked: this was no check of revocation, but the question which certificates are one person's
	 * (jpki/linkage.h); always `further`, with neither kind nor status. */
	enum continuity continuity;
	/* What it cost by the prices of that moment, and what it would have with the card. Not of rows from before
	 * prices stood in them. */
	bool priced;
	int64_t yen, yen_by_card;
};
/* `kept_for`: microseconds from when it was checked; 0: for good. */
void proofing_check_log(struct unit *, const struct proofing_check *, int64_t kept_for);
/* The question for checks from `from` (inclusive) until `until` (exclusive), behind a row that was read before (NULL:
 * from the first). Of the last millisecond there may be more than asked for: each row's `at` tells. Keys in the
 * arena. */
struct ask proofing_log_ask(struct arena *, struct instant from, struct instant until, const struct id *after,
    uint32_t limit);

/* Borrowed from the row. False: not ours. */
bool proofing_check_read(struct span value, struct proofing_check *out);
