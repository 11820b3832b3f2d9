/* tools/testcard/software_card.h - a card as a directory: keys, certificates, PINs and the tries that are left of each.
 *
 *     CARD/card.json  sign.key sign.cer sign-ca.cer  auth.key auth.cer auth-ca.cer
 *
 * A certificate that is not there (a child has none for signatures) has no PIN either.
 */
#pragma once

#include "testcard/shape.h"

#define PIN_LARGEST 16

struct software_pin {
	char pin[PIN_LARGEST + 1];
	unsigned left, most;
};

struct software_card {
	const char *directory;
	struct { /* by purpose; key NULL: the card has none */
		EVP_PKEY *key;
		struct span certificate, authority; /* DER */
		struct software_pin pin;
	} of[PURPOSES];
};

/* 4 digits; 6 to 16 digits and capital letters (jpki.md 2.1). */
bool pin_well_formed(enum purpose, const char *pin);
/* 5 and 3. */
unsigned pin_tries(enum purpose);

/* Makes the directory. ERR_CONFLICT: there is a card in it. */
enum err software_card_write(struct arena *, const struct software_card *, struct problem *why);
enum err software_card_open(struct arena *, const char *directory, struct software_card *out, struct problem *why);
void software_card_close(struct software_card *);

/* Whether that is the PIN. What is left counts down, or is all again, and is on disk before this returns. */
enum pin_answer { PIN_RIGHT, PIN_WRONG, PIN_BLOCKED, PIN_NOT_KEPT };
enum pin_answer software_pin_try(struct software_card *, enum purpose, struct span pin);
/* All tries again, as the municipality's office does. */
enum err software_card_unblock(struct software_card *, struct problem *why);
