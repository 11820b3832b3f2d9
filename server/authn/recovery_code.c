/* authn/recovery_code.c - codes on paper for the day everything else is lost. */
#include "authn/recovery_code.h"

#include <openssl/crypto.h>

#include "base/random.h"
#include "crypto/digest.h"

#define LETTERS 16 /* of five bits each */
#define GROUP 4

/* Crockford's base32: no I, L, O, U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
recovery_codes_make(struct recovery_codes *out, char texts[RECOVERY_CODES][RECOVERY_CODE_TEXT])
{
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		uint8_t random[LETTERS];
		char plain[LETTERS], *at = texts[i];

		random_bytes(random, sizeof(random));
		for (size_t k = 0; k < LETTERS; k++) {
			plain[k] = alphabet[random[k] & 0x1f];
			if (k && k % GROUP == 0)
				*at++ = '-';
			*at++ = plain[k];
		}
		*at = '\0';
		digest(DIGEST_SHA256, span_of(plain, LETTERS), out->digests[i]);
		OPENSSL_cleanse(random, sizeof(random));
		OPENSSL_cleanse(plain, sizeof(plain));
	}
}

/* 0: it stands for nothing. */
static char
letter_of(uint8_t typed)
{
	static const char same[][2] = { { 'I', '1' }, { 'L', '1' }, { 'O', '0' } };
	char c = (char)(typed >= 'a' && typed <= 'z' ? typed - 'a' + 'A' : typed);

	for (size_t i = 0; i < COUNT(same); i++)
		if (c == same[i][0])
			c = same[i][1];
	return c && strchr(alphabet, c) ? c : 0;
}

/* Sixteen letters, whatever stands between them; false: not so many, or something else. */
static bool
plain_of(struct span text, char out[LETTERS])
{
	size_t n = 0;

	for (size_t i = 0; i < text.size; i++) {
		char c;

		if (text.data[i] == ' ' || text.data[i] == '-')
			continue;
		c = letter_of(text.data[i]);
		if (!c || n == LETTERS)
			return false;
		out[n++] = c;
	}
	return n == LETTERS;
}

int
recovery_codes_take(struct recovery_codes *codes, struct span text)
{
	char plain[LETTERS];
	uint8_t hash[32];
	int found = -1;

	if (!plain_of(text, plain))
		return -1;
	digest(DIGEST_SHA256, span_of(plain, LETTERS), hash);
	OPENSSL_cleanse(plain, sizeof(plain));
	for (int i = 0; i < RECOVERY_CODES; i++)
		if (CRYPTO_memcmp(codes->digests[i], hash, sizeof(hash)) == 0)
			found = i;
	if (found >= 0)
		memset(codes->digests[found], 0, sizeof(codes->digests[found]));
	return found;
}

unsigned
recovery_codes_left(const struct recovery_codes *codes)
{
	static const uint8_t used[32];
	unsigned left = 0;

	for (size_t i = 0; i < RECOVERY_CODES; i++)
		left += memcmp(codes->digests[i], used, sizeof(used)) != 0;
	return left;
}
