/* person/consent.h - what a person agreed to: who gets which items, for what, as which persona, since when.
 *
 *     given <-> withdrawn
 *
 * One row for each relying party and purpose; it stays when it is withdrawn, for the person to see.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/id.h"
#include "person/persona.h"
#include "store/store.h"

extern const struct table consent_table; /* account (16), consent id (16) -> struct consent */

/* Taking over what a proofing told: the account rests on it, so it ends with the account alone. */
#define CONSENT_TO_ENROL "enrolment"

#define CONSENT_TEXT_LARGEST 1024    /* bytes of each text */
struct consent {
	struct id id;                /* consent_id() */
	struct span relying_party;   /* entity ID */
	struct span name;            /* its name as it was then */
	struct span purpose;         /* a word, of ours or of the relying party's */
	struct span items;           /* of attributes, and words for what else was agreed to: consent_item_next() */
	enum persona persona;        /* none: none was chosen */
	struct instant given, withdrawn; /* withdrawn {0}: it is in force */
	uint64_t generation;         /* of its row; 0: not stored yet */
};

/* Its items, "name,-birthdate": told, or asked for and declined, so that nobody is asked twice. */
struct consent_item {
	struct span name;
	bool declined;
};
void consent_item_add(struct buffer *items, const struct consent_item *);
/* The next one, cut off; false: there is none. */
bool consent_item_next(struct span *items, struct consent_item *out);

/* The same for the same two. */
struct id consent_id(struct span relying_party, struct span purpose);

void consent_write(struct buffer *, const struct consent *);
bool consent_read(struct span value, struct consent *out); /* borrowed */
struct ask consent_ask(struct arena *, const struct id *account, const struct id *consent);
/* Copied. ERR_NOT_FOUND, ERR_UNAVAILABLE. */
enum err consent_loaded(struct arena *, const struct ask *, struct consent *out, struct problem *why);
#define CONSENTS_LOOKED_AT 256
struct ask consents_ask(struct arena *, const struct id *account);
enum err consents_loaded(struct arena *, const struct ask *, struct consent **out, size_t *count, struct problem *why);
/* Expects the row as it was loaded. */
void consent_put(struct unit *, struct arena *, const struct id *account, const struct consent *);

/* Given, or given anew: the id is made from the texts. Pure, as withdrawing is. */
void consent_give(struct consent *, struct instant now);
bool consent_in_force(const struct consent *);
/* ERR_CONFLICT: the account rests on it. Withdrawn already: no change, *changed tells. */
enum err consent_withdraw(struct consent *, struct instant now, bool *changed, struct problem *why);
