/* transaction/card/code.h - the code by which a card client finds what is to be signed: 128 bits that nobody guesses,
 * kept as a digest.
 */
#pragma once

#include "transaction/card/task.h"

void card_code_new(char out[CARD_CODE_TEXT]);
/* Its key in card_code_table: SHA-256, whichever case it was scanned in. False: it cannot be one. */
bool card_code_digest(struct span code, uint8_t digest[32]);
/* ERR_NOT_FOUND: whatever is wrong with one, the same sentence. */
enum err card_code_refuse(struct problem *why);
