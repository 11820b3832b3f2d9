/* transaction/authenticator/code_secret.c - the seed of an account's one-time codes, wrapped while it is kept. */
#include "transaction/authenticator/code_secret.h"

#include <openssl/crypto.h>

#define USE "one-time codes"

struct span
code_secret_wrap(struct arena *a, const struct wrapping *wrapping, const struct id *credential, struct span secret)
{
	return wrap(a, wrapping, USE, id_span(credential), secret);
}

bool
code_secret_open(struct arena *a, const struct wrapping *wrapping, const struct id *credential,
    const struct credential_one_time *kept, struct code_seed *out)
{
	*out = (struct code_seed){ .kind = kept->kind, .digest = kept->digest, .digits = kept->digits,
		.period = kept->period, .next = kept->next, .drift = kept->drift };
	return unwrap(a, wrapping, USE, id_span(credential), kept->secret,
	    &out->secret);
}

void
code_secret_forget(struct code_seed *seed)
{
	if (seed->secret.size)
		OPENSSL_cleanse((uint8_t *)(uintptr_t)seed->secret.data, seed->secret.size);
	seed->secret = (struct span){ 0 };
}
