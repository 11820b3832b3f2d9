/* jpki/attributes.h - the holder's attributes in a signature certificate (jpki.md 1.4).
 *
 * Texts are as they stand in the certificate: UTF-8, checked, never normalised but where they are compared.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "crypto/x509.h"

/* Its parts are 0 where the certificate does not tell them; then it is no date. Era 0: unknown, 1 Meiji … 5 Reiwa, and
 * those after it; the year is a Gregorian one whatever the era. */
struct birth_date {
	unsigned era, year, month, day;
};

enum holder_sex { SEX_UNSPECIFIED, SEX_MALE, SEX_FEMALE };

#define JPKI_OTHER_ATTRIBUTES 16
struct jpki_attribute {
	struct span oid;             /* contents */
	struct span value;           /* UTF-8; empty: it is no text */
};

struct jpki_attributes {
	struct span name, address;   /* empty: the certificate has none (a holder abroad has no address) */
	struct birth_date born;
	enum holder_sex sex;
	/* A 0 or 1 for each character: 1 where it stands for one that could not be written. Their length may differ
	 * from the text's: that is told, never refused. */
	struct span name_substituted, address_substituted;
	bool substitution_unclear;   /* one of the two is longer or shorter than its text, or no digits */
	struct jpki_attribute others[JPKI_OTHER_ATTRIBUTES]; /* of OIDs we do not know, under the same root */
	size_t other_count;
};

/* ERR_SYNTAX: not GeneralNames, text that is no UTF-8, a date of another form; ERR_INVALID: one stands twice; a date
 * that no calendar has; ERR_LIMIT: too many we do not know. The sentence never holds a value; then `out` is empty. */
enum err jpki_attributes_read(const struct x509 *, struct jpki_attributes *out, struct problem *why);

/* Whether there is any of them at all, known or unknown. */
bool jpki_attributes_there(const struct x509 *);

/* Derived. Both are undetermined (-1) rather than guessed: an age with an incomplete date; the prefecture of an address
 * that begins with none of the 47. `on` is a day in Japan. */
int jpki_age_over(const struct birth_date *, unsigned years, struct instant on); /* 1 yes, 0 no, -1 unknown */
bool jpki_prefecture(struct span address, struct span *out);                      /* "東京都", borrowed */
const char *jpki_birth_text(const struct birth_date *, char out[11]);            /* "1980-02-17"; "" when incomplete */

/* Whether two texts are the same name or address to a person: NFKC, blanks of any width as one, none at the edges. What
 * is empty is the same as nothing. */
bool jpki_text_same(struct span, struct span);
