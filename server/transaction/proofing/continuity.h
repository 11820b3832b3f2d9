/* transaction/proofing/continuity.h - whether a certificate is the same person's as that of an earlier outcome,
 * decided by handles: the earlier serial is kept nowhere. Pure.
 *
 *     the same handle -> same; else what an operator tells (jpki/linkage.h), each made a handle of -> compared
 */
#pragma once

#include "transaction/proofing/proofing.h"

struct continuing {
	struct arena *arena;
	const struct proofing_settings *settings;
	struct span member;          /* whose handles they are */
	const struct proofing_earlier *earlier;
	const struct jpki_certificate *certificate; /* established */
};

/* The same certificate has the same handle with one member, and with each member another: no serial, and nothing that
 * two members could compare (Art. 63). In the arena. */
struct span proofing_handle(const struct continuing *, struct span issuer, struct span serial);

enum linkage_relation continuity_relation(const struct continuing *);
/* NOT_ASKED: somebody has to be. `handle` is the certificate's own. */
enum continuity continuity_at_once(const struct continuing *, struct span handle);
/* Of what was told then. */
enum continuity continuity_judge(const struct continuing *, const struct linkage_answer *);
