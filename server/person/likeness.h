/* person/likeness.h - the index by which the same person is found again: accounts by the four attributes (基本4情報).
 *
 *     proofed attributes -> one spelling (codec/comparable.h) -> HMAC under a key of this server's -> accounts
 *
 * Who looks like somebody known is not told so: an authenticator of that account's or a registrar settles it. An
 * account remembers by what it stands there, so that whoever takes it out needs no key, nor the one it was put in with.
 */
#pragma once

#include "crypto/wrapping.h"
#include "person/attribute.h"

extern const struct table likeness_table; /* HMAC (32) -> accounts */

#define LIKENESS_ACCOUNTS 16
struct likeness {
	uint8_t key[32];
	/* Loaded. */
	struct id accounts[LIKENESS_ACCOUNTS];
	size_t count;
	uint64_t generation;         /* of the row; 0: there is none */
};

/* Of what is proofed among them. False: too little is known, name and date of birth at least. */
bool likeness_of(const struct wrapping *, const struct attributes *, struct likeness *out);
/* Remembered with the attributes, which are put in the unit of likeness_add(); NULL: it stands nowhere any more. */
void likeness_remember(struct attributes *, const struct likeness *);
/* False: it stands nowhere. */
bool likeness_remembered(const struct attributes *, struct likeness *out);
struct ask likeness_ask(const struct likeness *);
/* Whoever else looks so. ERR_UNAVAILABLE. */
enum err likeness_loaded(const struct ask *, struct likeness *, struct problem *why);

/* The account looks so now, or no longer: expects the row as it was loaded. ERR_LIMIT: too many do already. One that is
 * there, or is not, is no change. Of changed attributes the old likeness loses it and the new one gets it. */
enum err likeness_add(struct unit *, struct likeness *, const struct id *account, struct problem *why);
void likeness_remove(struct unit *, struct likeness *, const struct id *account);
