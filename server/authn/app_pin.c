/* authn/app_pin.c - the PIN that unlocks an app's key for one use. */
#include "authn/app_pin.h"

#include <openssl/crypto.h>

#include "authn/pin_guess.h"
#include "codec/text.h"
#include "crypto/digest.h"

enum err
app_pin_check(struct span pin, const char *account_number, struct problem *why)
{
	uint32_t characters[APP_PIN_LARGEST];
	struct span rest = pin;
	size_t count = 0;
	const char *weak;

	if (pin.size > APP_PIN_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "/pin: expected at most %d bytes, found %zu", APP_PIN_LARGEST,
		    pin.size);
	if (!utf8_valid(pin))
		return problem_set(why, ERR_SYNTAX, "", "/pin: expected UTF-8");
	while (rest.size) {
		characters[count] = utf8_cut(&rest);
		if (character_unseen(characters[count++]))
			return problem_set(why, ERR_SYNTAX, "", "/pin: expected characters that can be seen");
	}
	if (count < APP_PIN_LEAST)
		return problem_set(why, ERR_LIMIT, "NIST SP 800-63B-4 s3.1.1.2",
		    "/pin: expected at least %d characters, found %zu", APP_PIN_LEAST, count);
	weak = pin_guessed_first(characters, count, account_number);
	OPENSSL_cleanse(characters, sizeof(characters));
	if (weak)
		return problem_set(why, ERR_INVALID, "NIST SP 800-63B-4 s3.1.1.2",
		    "/pin: expected one that is not guessed first, found %s", weak);
	return OK;
}

void
app_pin_keep(const struct wrapping *wrapping, const struct id *account, const struct id *credential, struct span pin,
    uint8_t out[APP_PIN_KEPT])
{
	const struct span pieces[] = {
		id_span(account), id_span(credential),
		pin,
	};
	uint8_t key[32];

	wrapping_derive(wrapping, "app pin", key);
	digest_keyed(span_of(key, sizeof(key)), pieces, COUNT(pieces), out);
	OPENSSL_cleanse(key, sizeof(key));
}

bool
app_pin_is(const struct wrapping *wrapping, const struct id *account, const struct id *credential, struct span pin,
    const uint8_t kept[APP_PIN_KEPT])
{
	uint8_t own[APP_PIN_KEPT];
	bool same;

	app_pin_keep(wrapping, account, credential, pin, own);
	same = CRYPTO_memcmp(own, kept, sizeof(own)) == 0;
	OPENSSL_cleanse(own, sizeof(own));
	return same;
}
