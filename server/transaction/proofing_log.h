/* transaction/proofing_log.h - the operation log of verifications (Rule 82(6)), which is also the meter: who had what
 * checked, against which source, and what came of it. Nothing in it tells of the person.
 */
#pragma once

#include "jpki/revocation.h"
#include "store/store.h"

extern const struct table proofing_log_table; /* number from 1 -> struct proofing_check; append-only */

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
};
void proofing_check_append(struct unit *, const struct proofing_check *);
/* Borrowed from the row. False: not ours. */
bool proofing_check_read(struct span value, struct proofing_check *out);
