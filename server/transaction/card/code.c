/* transaction/card/code.c - the code by which a card client finds what is to be signed. */
#include "transaction/card/code.h"

#include <assert.h>

#include "base/random.h"
#include "crypto/digest.h"

#define CODE_BYTES 16
#define LETTER_BITS 5

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648 s6, lower case */

void
card_code_new(char out[CARD_CODE_TEXT])
{
	uint8_t bytes[CODE_BYTES];
	unsigned bits = 0, kept = 0;
	size_t at = 0;

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bits = (bits << 8 | bytes[i]) & 0xfff;
		for (kept += 8; kept >= LETTER_BITS; kept -= LETTER_BITS)
			out[at++] = letters[bits >> (kept - LETTER_BITS) & 31];
	}
	out[at++] = letters[bits << (LETTER_BITS - kept) & 31];
	assert(at == CARD_CODE_TEXT - 1);
	out[at] = 0;
}

bool
card_code_digest(struct span code, uint8_t sum[32])
{
	uint8_t text[CARD_CODE_TEXT - 1];

	if (code.size != sizeof(text))
		return false;
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = code.data[i] >= 'A' && code.data[i] <= 'Z' ? code.data[i] + ('a' - 'A') : code.data[i];
		if (!memchr(letters, text[i], sizeof(letters) - 1))
			return false;
	}
	digest(DIGEST_SHA256, span_of(text, sizeof(text)), sum);
	return true;
}

enum err
card_code_refuse(struct problem *why)
{
	return problem_set(why, ERR_NOT_FOUND, "",
	    "no code of this kind waits: it may be mistyped, used, or too old; begin again at the page that showed it");
}
