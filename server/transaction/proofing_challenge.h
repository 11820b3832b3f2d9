/* transaction/proofing_challenge.h - what a person is asked to sign with the card, once and soon, for one relying party.
 *
 *     made for (caller, member, relying party, origin, purpose) -> used once, whatever comes of it -> gone
 *
 * The text says in both languages who asks, for what and when; the random number in it makes it one of a kind. It is
 * what is shown to the person, and what is signed, byte for byte.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "base/random.h"
#include "model/localized.h"
#include "store/store.h"

extern const struct table proofing_challenge_table; /* id (16) -> struct proofing_challenge; until it expires */

enum proofing_purpose { PROOFING_NOTHING, PROOFING_SIGNATURE, PROOFING_AUTHENTICATION };

struct proofing_challenge {
	struct id id;
	struct span caller, member;  /* who asked: name, and its member's id */
	struct span relying_party;   /* entity ID of the one it is for: one of the member's, with the role rp */
	struct span origin;          /* where the person is: "https://service.example"; empty: not a browser */
	enum proofing_purpose purpose;
	struct span reference;       /* the asker's own name for this transaction; may be empty; never shown */
	struct instant made, expires;
	struct span text;            /* UTF-8: what is to be signed */
};

#define PROOFING_TEXT_LARGEST 2048
#define PROOFING_REFERENCE_LARGEST 128
#define PROOFING_ORIGIN_LARGEST 256

void proofing_challenge_write(struct buffer *, const struct proofing_challenge *);
/* Borrowed from the row. False: not ours. */
bool proofing_challenge_read(struct span value, struct proofing_challenge *out);

/* The words: `asker` is the relying party's name in the registry, `what` what it says it is for (one line, checked by
 * whoever read it). In the arena. */
struct span proofing_text(struct arena *, const struct proofing_challenge *, const struct localized *asker,
    struct span what);
