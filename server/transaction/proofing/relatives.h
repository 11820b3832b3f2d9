/* transaction/proofing/relatives.h - which certificates are the same person's as one that was proved: asked only where
 * it is not known by itself (JPKI Act Arts. 18(4), 52(2): for confirming the number, and nothing else).
 *
 *     established certificate, kind wanted -> who links certificates -> each made a handle of -> told, logged, charged
 */
#pragma once

#include "transaction/proofing/continuity.h"

struct relatives_question {
	struct span member, relying_party, operator; /* who asks, for whom, on whose accreditation */
	const struct jpki_verified *verified;        /* established */
	struct linkage_kind wanted;
	struct instant now;
};
struct relatives {
	bool charged;                /* somebody was asked, and answered */
	bool complete;               /* all that there are of that kind */
	struct span handles[LINKED_LARGEST];
	size_t count;
};
typedef void on_relatives(void *arg, const struct relatives *);
/* NULL: nobody may be asked, and nobody is called back. Else what is pointed to stays until then; handles live in the
 * arena. */
struct pending *proofing_relatives(struct arena *, const struct proofing_settings *, const struct relatives_question *,
    on_relatives *, void *arg);
/* Cancels it: whether somebody had been asked already, which is paid for. */
bool proofing_relatives_leave(const struct proofing_settings *, struct pending **);

/* The operation log's row of it (Rule 82(6)). */
void proofing_relatives_log(struct unit *, const struct proofing_settings *, const struct relatives_question *,
    const struct relatives *);
