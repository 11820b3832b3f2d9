/* tools/testcard/applet.h - the JPKI application of a card: a command's bytes in, its answer's bytes out (jpki.md 2.2).
 *
 *     reset -> select application -> select file -> verify PIN -> read certificate | sign
 *
 * The signature certificate is read only after its PIN; a PIN counts until the card is reset.
 */
#pragma once

#include "base/buffer.h"
#include "testcard/software_card.h"

struct applet {
	struct software_card *card;
	bool selected;
	unsigned file;          /* the one selected; 0: none */
	bool proven[PURPOSES];  /* its PIN was given since the reset */
};

/* What a reader gets when the card is powered. */
extern const struct span applet_reset_answer;

void applet_reset(struct applet *);
/* Appends data and the two bytes of status. */
void applet_answer(struct applet *, struct span command, struct buffer *out);
