/* person/account.h - one person's account: how it stands, where the person is reached, what it may do here.
 *
 *     provisional (仮登録) -> full (本登録) -> erased
 *           `---------------------------------^
 *
 * Provisional: nobody has proved who it is. Full: there is a proofing (person/proofing_record.h). Erased: the row stays
 * without anything of the person, so that its id is nobody's ever again and the ledger stays provable.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/problem.h"
#include "store/store.h"

extern const struct table account_table;      /* id (16) -> struct account */
/* account_name_key() -> id (16): by what a person may say who it is: its number, its confirmed addresses */
extern const struct table account_name_table;

enum account_standing { ACCOUNT_UNKNOWN, ACCOUNT_PROVISIONAL, ACCOUNT_FULL, ACCOUNT_ERASED };
const char *account_standing_name(enum account_standing); /* "provisional" … */

/* Staff of the operator's, who log in as everybody does. */
enum staff_role { STAFF_REGISTRAR = 1 };
unsigned staff_role_read(struct span); /* "registrar"; 0: none */
const char *staff_role_name(enum staff_role);

struct contact {
	struct span address;             /* mail */
	struct instant added, confirmed; /* {0}: not confirmed: nothing is sent there but the code */
	uint8_t code[32];                /* SHA-256 of id and code while it is not confirmed */
	struct instant code_until;
	unsigned tries;                  /* of the code */
};
#define CONTACTS_LARGEST 4
#define CONTACT_LARGEST 254

#define ACCOUNT_NUMBER_TEXT 13 /* "7K3M-Q2XH-9D" and NUL: Crockford's base32, ten of it, 50 random bits */
struct account {
	struct id id;
	enum account_standing standing;
	char number[ACCOUNT_NUMBER_TEXT];
	struct instant created;
	bool english;                    /* what it is written to in */
	unsigned staff;                  /* enum staff_role */
	struct contact contacts[CONTACTS_LARGEST];
	size_t contact_count;
	struct instant sessions_from;    /* those begun until then are over: the person ended all; {0}: never */
	uint64_t generation;             /* of its row; 0: not stored yet */
};

struct account account_new(struct instant now);
void account_write(struct buffer *, const struct account *);
/* Borrowed from the row. */
bool account_read(struct span value, struct account *out);

struct ask account_ask(const struct id *);
/* The answer, copied. ERR_NOT_FOUND: no such account, or erased; ERR_UNAVAILABLE: of a form this build does not
 * know. */
enum err account_loaded(struct arena *, const struct ask *, struct account *out, struct problem *why);
/* Into the unit: expects the row as it was loaded, and puts it. A new one's number must be nobody's. */
void account_put(struct unit *, struct arena *, const struct account *);

/* The names (account_name.c). */

/* A mail address as it is kept: as typed, full-width letters made plain, without the blanks around it. Empty: it is
 * none that we send to. In the arena. */
struct span contact_address_read(struct arena *, struct span typed);

/* The key of a number (however it is typed: case, blanks, hyphens, I and L for 1, O for 0, full width) or a mail
 * address (its letters' case aside); a digest, so that keys tell nothing. Empty: it is neither. In the arena. */
struct span account_name_key(struct arena *, struct span typed);
struct ask account_name_ask(struct arena *, struct span typed);
/* ERR_NOT_FOUND: nobody's; ERR_UNAVAILABLE. */
enum err account_name_loaded(const struct ask *, struct id *out, uint64_t *generation, struct problem *why);
/* Expects the row as it was loaded; 0: nobody's. A name that is another account's stays that account's: two people may
 * have one mailbox, of whom the first says who it is by it. */
void account_name_put(struct unit *, struct span key, const struct id *account, uint64_t generation);
/* Expects the row as it was loaded. */
void account_name_remove(struct unit *, struct span key, uint64_t generation);
