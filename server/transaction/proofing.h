/* transaction/proofing.h - a person proved by the card: the one flow of all that ask for it.
 *
 *     begin:  member, relying party loaded -> entitled? -> challenge committed -> its text
 *     prove:  challenge, member, operator loaded -> entitled still? -> used up (committed) -> verified (jpki/)
 *                 -> outcome, log and ledger entry in one unit -> answered
 *
 * A challenge is used up before anything is looked at, so no answer is ever tried twice. What comes of it is recorded
 * whether it is good or not; attributes are handed on and kept nowhere.
 */
#pragma once

#include "jpki/verification.h"
#include "transaction/proofing_challenge.h"

struct proofing_settings {
	struct jpki_verifier *verifier;
	struct span operator;        /* member id of who runs this server; may be empty */
	int64_t challenge_for;       /* how long a challenge may wait, microseconds */
	int64_t outcome_for;         /* how long an outcome may be asked about by its id */
	struct span handle_secret;   /* 32 bytes: certificates get a name of their own for each member (handle) */
};

struct proofing_begin {
	struct span caller, member;
	struct span relying_party;   /* entity ID; empty: the member's only one with the role rp */
	struct span origin, reference, what;
	enum proofing_purpose purpose;
	struct instant now;
};
/* ERR_NOT_FOUND: no such relying party of the member's; ERR_DENIED: not entitled, the sentence says what is missing;
 * ERR_INVALID: not to be asked for (an individual number in `what`). */
typedef void on_proofing_begun(void *arg, enum err, const struct proofing_challenge *, const struct problem *why);
struct pending *proofing_begin(struct store *, struct arena *, const struct proofing_settings *,
    const struct proofing_begin *, on_proofing_begun *, void *arg);

struct proofing_outcome {
	struct id id;                /* of the outcome: {"type":"transaction","id":…} asks about it */
	const struct jpki_verified *verified;
	unsigned attributes;         /* enum proofing_attribute: what may be told; 0 unless established */
	struct span handle;          /* 32 hexadecimal digits: the same for the same certificate and member, and no serial */
	struct span reference;
	struct instant at;
	uint8_t salt[16];            /* opens the ledger's entry, as with a decision */
};

struct proofing_prove {
	struct id challenge;
	struct span caller, member;
	struct span origin;          /* as the asker saw it; must be the challenge's */
	struct jpki_submission submission; /* its content is ignored: it is the challenge's text */
	struct instant now;
};
/* ERR_NOT_FOUND: no such challenge of the caller's, or used, or too late, all told alike; ERR_DENIED: no longer entitled;
 * ERR_UNAVAILABLE: it could not be recorded. A bad signature or certificate is an outcome. */
typedef void on_proofing_proved(void *arg, enum err, const struct proofing_outcome *, const struct problem *why);
struct pending *proofing_prove(struct store *, struct arena *, const struct proofing_settings *,
    const struct proofing_prove *, on_proofing_proved *, void *arg);

extern const struct table proofing_outcome_table; /* id (16) -> member, facts (canonical JSON); until it expires */

/* What this server observed of a transaction, for decisions about it: the row's facts, when it is that member's.
 * ERR_NOT_FOUND: none, or another's. Borrowed from the row. */
enum err proofing_facts_loaded(const struct ask *, struct span member, struct span *facts, struct problem *why);
