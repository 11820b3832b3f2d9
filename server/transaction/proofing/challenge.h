/* transaction/proofing/challenge.h - what a person is asked to sign with the card, once and soon, for one relying
 * party.
 *
 *     made for (caller, member, relying party, origin, purpose) -> used once, whatever comes of it -> gone
 *
 * The text says in both languages who asks, for what, when, what the asker will learn and what it will use that for
 * (APPI Art. 21): what is not told is not released. The number in it makes it one of a kind. It is what is
 * shown to the person, and what is signed, byte for byte.
 */
#pragma once

#include "base/buffer.h"
#include "base/id.h"
#include "jpki/linkage.h"
#include "model/localized.h"
#include "store/store.h"

extern const struct table proofing_challenge_table; /* id (16) -> struct proofing_challenge; until it expires */

/* What of the holder's attributes is told: the certificate's four, and what follows from them. */
enum proofing_attribute {
	PROOFING_NAME = 1, PROOFING_BIRTHDATE = 2, PROOFING_SEX = 4, PROOFING_ADDRESS = 8, PROOFING_PREFECTURE = 16,
	PROOFING_AGE_OVER_18 = 32, PROOFING_AGE_OVER_20 = 64, PROOFING_AGE_OVER_65 = 128, PROOFING_OTHERS = 256,
};
#define PROOFING_ATTRIBUTES 9
/* By what an entity's record asks for (registry/member.h, struct member_attribute): an OIDC claim ("name", "birthdate",
 * "gender", "address", "address_region", "age_over_18" …, "jpki_other"), or SAML's name of one of the first four; 0:
 * none of these. */
unsigned proofing_attribute_read(struct span claim);
/* In the order above. */
const char *proofing_attribute_name(enum proofing_attribute);

/* A certificate that the asker was told of before, by the handle it got then; or any of its kind (card/task.h). */
#define PROOFING_HANDLE 32           /* hexadecimal digits */
struct proofing_earlier {
	struct span handle;          /* empty: none, or with a kind: whichever */
	struct linkage_kind kind;
};

struct proofing_challenge {
	struct id id;
	struct span caller, member;  /* who asked: name, and its member's id */
	struct span relying_party;   /* entity ID of the one it is for: one of the member's, with the role rp */
	struct localized name;       /* of it, or of its member, as the text has it */
	struct span origin;          /* where the person is: "https://service.example"; empty: not a browser */
	enum jpki_purpose purpose;
	unsigned attributes;         /* what the text says will be told */
	struct span reference;       /* the asker's own name for this transaction; may be empty; never shown */
	struct proofing_earlier continues; /* they learn whether it is of the same person; the text says so */
	struct instant made, expires;
	struct span text;            /* UTF-8: what is to be signed */
};

#define PROOFING_TEXT_LARGEST (16 * KIB)
#define PROOFING_WHAT_LARGEST 400    /* bytes, as the others */
#define PROOFING_REFERENCE_LARGEST 128
#define PROOFING_ORIGIN_LARGEST 256

void proofing_challenge_write(struct buffer *, const struct proofing_challenge *);
/* Borrowed from the row. False: not ours. */
bool proofing_challenge_read(struct span value, struct proofing_challenge *out);

/* What the words are made of beside the challenge. */
struct proofing_wording {
	struct localized asker;      /* the relying party's name in the registry */
	struct localized member;     /* the name of its member, whose relying parties are told one handle */
	struct span what;            /* what it says it is for: one line; may be empty */
	struct span what_en;         /* the same in English; empty: it was said once, and the English half says so */
	/* By bit of enum proofing_attribute, from its record: what each is used for. Those with no purpose in either
	 * language are none of the challenge's attributes. */
	struct localized purposes[PROOFING_ATTRIBUTES];
};

/* In the arena. ERR_LIMIT: the record's purposes make a text larger than PROOFING_TEXT_LARGEST; nobody would read it,
 * and nothing of it is cut. */
enum err proofing_text(struct arena *, const struct proofing_challenge *, const struct proofing_wording *,
    struct span *out, struct problem *why);
