/* authn/recovery_code.h - codes on paper for the day everything else is lost (NIST SP 800-63B-4 s3.1.2, s4.2.1.1):
 * shown
 * once, kept as digests, each taken once.
 *
 * Each has 80 random bits, so a digest of it needs no salt and no slowness: guessing it is as hopeless as guessing a
 * key.
 */
#pragma once

#include "base/span.h"

#define RECOVERY_CODES 10
#define RECOVERY_CODE_BITS 80 /* random, of each */
#define RECOVERY_CODE_TEXT 20 /* "ABCD-EFGH-JKMN-PQRS" and NUL */

struct recovery_codes {
	uint8_t digests[RECOVERY_CODES][32]; /* all zero: used up */
};

/* The texts are for showing once; whoever has shown them clears them. */
void recovery_codes_make(struct recovery_codes *out, char texts[RECOVERY_CODES][RECOVERY_CODE_TEXT]);

/* Which of them it is, and then it is used up; -1: none. Blanks, hyphens and case do not count; a letter that looks
 * like
 * another is read as that. All are compared, whichever it is. */
int recovery_codes_take(struct recovery_codes *, struct span text);
unsigned recovery_codes_left(const struct recovery_codes *);
