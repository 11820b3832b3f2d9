/* transaction/proofing/party.h - for whom a proofing is done: the member, its relying party, and what they may have.
 *
 * Their rows, and whether proofing has ended, are asked for anew at each step, so what ends in the registry has ended
 * here too.
 */
#pragma once

#include "registry/entitlement.h"
#include "transaction/proofing/challenge.h"
#include "transaction/proofing/end.h"

struct proofing_party {
	struct span relying_party;   /* entity ID */
	struct localized name;       /* the relying party's, or else its member's */
	struct localized member;     /* its member's name */
	unsigned attributes;         /* enum proofing_attribute: what its record asks for */
	struct localized purposes[PROOFING_ATTRIBUTES]; /* what each is used for */
	struct entitlement entitlement;
	struct entitlement other;    /* to certificates for the other purpose, which may be linked (Art. 18(5)) */
	struct proofing_end end;     /* that it has not ended: proofing_end_expect() */
};

/* The questions for all rows; the last only where there is an operator. How many. */
#define PROOFING_PARTY_ASKS 3
size_t proofing_party_ask(struct ask asks[PROOFING_PARTY_ASKS], struct span member, struct span operator);

/* Their answers. `relying_party` may be empty: the member's only one. ERR_NOT_FOUND, ERR_DENIED (also when proofing
 * has ended), ERR_UNAVAILABLE (a row that cannot be read). In the arena. */
enum err proofing_party_loaded(struct arena *, const struct ask *asks, size_t count, struct span relying_party,
    enum jpki_purpose, struct instant now, struct proofing_party *out, struct problem *why);

/* Whether an earlier certificate may be linked: ERR_DENIED when it is for the other purpose, and they are not entitled
 * to both. */
enum err proofing_party_links(const struct proofing_party *, enum jpki_purpose, const struct proofing_earlier *,
    struct problem *why);
