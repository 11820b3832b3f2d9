/* transaction/proofing/proofing.h - a person proved by the card: one flow, whoever asks for it.
 *
 *     begin:  member, operator loaded -> entitled? -> challenge committed -> its text is shown and signed
 *     prove:  challenge, member, operator loaded -> entitled still? -> challenge used up (committed)
 *                 -> verified (jpki/verification.h) [-> the same person as before? (jpki/linkage.h)]
 *                 -> outcome, log and ledger entry in one unit -> answered
 *
 * A challenge is used up before anything of its answer is looked at, so no two answers are ever tried. What comes of it
 * is recorded, good or not; attributes are handed on and kept nowhere. Once proofing has ended (proofing/end.h) none is
 * made, and none that waits is answered.
 */
#pragma once

#include "assurance/fact.h"
#include "http/figures.h"
#include "jpki/verification.h"
#include "ledger/entry.h"
#include "transaction/proofing/challenge.h"
#include "transaction/proofing/kept.h"

struct cost_settings;

struct proofing_settings {
	const struct jpki_verifier *verifier;
	struct span operator;        /* member id of who runs this server; empty: nobody can entrust anything to it */
	int64_t challenge_for;       /* how long a challenge may wait, microseconds */
	int64_t outcome_for;         /* how long an outcome may be asked about by its id */
	struct span handle_secret;   /* 32 bytes: certificates get a name of their own for each member */
	int64_t log_for;             /* how long the operation log is kept; 0: for good */
	struct linkage_source *linkage; /* who tells which certificates are one person's; NULL: nobody */
	struct figures *figures;     /* of this process; NULL: nothing is counted */
	const struct cost_settings *costs; /* by whose prices the log says what a check cost; NULL: it does not */
};

struct proofing_begin {
	struct span caller, member;
	struct span relying_party;   /* entity ID; empty: the member's only one with the role rp */
	struct span origin, reference, what;
	struct span what_en;         /* of our own pages; who asks from elsewhere says once what it is for */
	enum jpki_purpose purpose;
	/* To learn of one for the other purpose takes being entitled to both. */
	struct proofing_earlier continues;
	struct instant now;
};
/* ERR_NOT_FOUND: no such relying party of the member's, or several, and none is named; ERR_DENIED: not entitled, or
 * proofing has ended; the sentence says what is missing; ERR_INVALID: text that may not stand there (control
 * characters, an individual number), an origin that is none; ERR_LIMIT: the record's purposes make a text that nobody
 * would read. The challenge lives in the arena. */
typedef void on_proofing_begun(void *arg, enum err, const struct proofing_challenge *, const struct problem *why);
struct pending *proofing_begin(struct store *, struct arena *, const struct proofing_settings *,
    const struct proofing_begin *, on_proofing_begun *, void *arg);

struct proofing_outcome {
	struct id id;                /* {"type":"transaction","id":…} asks for decisions about it */
	enum jpki_purpose purpose; /* the challenge's */
	const struct jpki_verified *verified;
	unsigned attributes;         /* enum proofing_attribute: what may be told; 0 unless established */
	struct span handle;          /* 32 hexadecimal digits: the same for one certificate and member, and no serial */
	enum continuity continuity;  /* with the certificate that the challenge continues */
	struct span reference;       /* the asker's own */
	uint8_t salt[LEDGER_SALT];   /* opens the ledger's entry, as with a decision */
	struct hash commitment;
};

struct proofing_prove {
	struct id challenge;
	struct span caller, member;
	struct span origin;          /* as the asker saw it; must be the challenge's */
	struct jpki_submission submission; /* purpose and content are the challenge's */
	const struct dictionary *dictionary; /* facts are written for; NULL: none is in force, and none are kept */
	struct instant now;
};
/* ERR_NOT_FOUND: no such challenge of the caller's, or used, or too late, or another origin's: all told alike;
 * ERR_DENIED: no longer entitled; ERR_UNAVAILABLE, ERR_FULL: it could not be recorded, and so nothing was verified. A
 * signature or certificate that is not good is an outcome. All lives in the arena. */
typedef void on_proofing_proved(void *arg, enum err, const struct proofing_outcome *, const struct problem *why);
struct pending *proofing_prove(struct store *, struct arena *, const struct proofing_settings *,
    const struct proofing_prove *, on_proofing_proved *, void *arg);
