/* crypto/raw_key.c - others' public keys from their bare numbers. */
#include "crypto/raw_key.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/library.h"

struct span
raw_key_magnitude(struct span number)
{
	while (number.size && number.data[0] == 0)
		number = span_skip(number, 1);
	return number;
}

size_t
raw_key_bits(struct span magnitude)
{
	size_t bits = 8 * magnitude.size;

	for (unsigned first = magnitude.data[0]; !(first & 0x80); first <<= 1)
		bits--;
	return bits;
}

static enum err
make_key(const char *kind, OSSL_PARAM *parameters, EVP_PKEY **out, struct problem *why)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	bool good;

	*out = NULL;
	good = context && EVP_PKEY_fromdata_init(context) > 0 &&
	    EVP_PKEY_fromdata(context, out, EVP_PKEY_PUBLIC_KEY, parameters) > 0;
	EVP_PKEY_CTX_free(context);
	if (good)
		return OK;
	EVP_PKEY_free(*out);
	*out = NULL;
	library_problem(why, "the public key cannot be used");
	return why ? why->code = ERR_SYNTAX : ERR_SYNTAX;
}

/* The library wants numbers in the machine's order. */
static size_t
native_number(struct span magnitude, uint8_t *out)
{
	BIGNUM *number = BN_bin2bn(magnitude.data, (int)magnitude.size, NULL);
	int size = number ? BN_bn2nativepad(number, out, (int)magnitude.size) : -1;

	BN_free(number);
	return size < 0 ? 0 : (size_t)size;
}

enum err
raw_key_rsa(struct span modulus, struct span exponent, EVP_PKEY **out, struct problem *why)
{
	uint8_t n[RAW_MODULUS_LARGEST], e[RAW_EXPONENT_LARGEST];
	OSSL_PARAM parameters[3];

	assert(modulus.size <= sizeof(n) && exponent.size <= sizeof(e));
	*out = NULL;
	if (native_number(modulus, n) != modulus.size || native_number(exponent, e) != exponent.size)
		return library_problem(why, "the public key cannot be used");
	parameters[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n, modulus.size);
	parameters[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, exponent.size);
	parameters[2] = OSSL_PARAM_construct_end();
	return make_key("RSA", parameters, out, why);
}

/* A curve takes the library longer to set up than its point: each lies ready, without a key, until the process ends. */
static struct {
	const char *name, *also; /* both are the library's */
	EVP_PKEY *bare;
} curves[] = {
	{ "prime256v1", "P-256", NULL }, { "secp384r1", "P-384", NULL }, { "secp521r1", "P-521", NULL },
};
static CRYPTO_ONCE curves_once = CRYPTO_ONCE_STATIC_INIT;

static void
make_curves(void)
{
	for (size_t i = 0; i < COUNT(curves); i++) {
		EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
		/* What the library is given it does not change: its parameters have no const. */
		OSSL_PARAM parameters[] = {
			OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
			    (char *)(uintptr_t)curves[i].name, 0),
			OSSL_PARAM_construct_end(),
		};

		if (!context || EVP_PKEY_fromdata_init(context) <= 0 ||
		    EVP_PKEY_fromdata(context, &curves[i].bare, EVP_PKEY_KEY_PARAMETERS, parameters) <= 0)
			abort();
		EVP_PKEY_CTX_free(context);
	}
}

enum err
raw_key_ec(const char *group, struct span point, EVP_PKEY **out, struct problem *why)
{
	const EVP_PKEY *bare = NULL;

	if (CRYPTO_THREAD_run_once(&curves_once, make_curves) != 1)
		abort();
	for (size_t i = 0; i < COUNT(curves); i++)
		if (strcmp(curves[i].name, group) == 0 || strcmp(curves[i].also, group) == 0)
			bare = curves[i].bare;
	assert(bare);
	*out = EVP_PKEY_dup((EVP_PKEY *)(uintptr_t)bare);
	/* Whether the point is one of the curve's the library looks at, as it does with fromdata. */
	if (*out && EVP_PKEY_set1_encoded_public_key(*out, point.data, point.size) == 1)
		return OK;
	EVP_PKEY_free(*out);
	*out = NULL;
	library_problem(why, "the public key cannot be used");
	return why ? why->code = ERR_SYNTAX : ERR_SYNTAX;
}

enum err
raw_key_edwards(const char *kind, struct span bytes, EVP_PKEY **out, struct problem *why)
{
	*out = EVP_PKEY_new_raw_public_key_ex(NULL, kind, NULL, bytes.data, bytes.size);
	if (*out)
		return OK;
	library_problem(why, "the public key cannot be used");
	return why ? why->code = ERR_SYNTAX : ERR_SYNTAX;
}
