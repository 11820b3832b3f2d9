/* tools/testcard/key.c - private keys of the test world. */
#include "testcard/key.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "base/file.h"
#include "crypto/library.h"
#include "testcard/draft.h"

#define KEY_FILE_LARGEST (64 * KIB)

EVP_PKEY *
key_rsa(unsigned bits, unsigned exponent)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_BITS, &bits),
		OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_E, &exponent),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *key = NULL;

	if (!context || EVP_PKEY_keygen_init(context) != 1 || EVP_PKEY_CTX_set_params(context, parameters) != 1 ||
	    EVP_PKEY_generate(context, &key) != 1)
		abort();
	EVP_PKEY_CTX_free(context);
	return key;
}

EVP_PKEY *
key_curve(const char *curve)
{
	EVP_PKEY *key = EVP_EC_gen(curve);

	if (!key)
		abort();
	return key;
}

enum err
key_write(const char *path, const EVP_PKEY *key, struct problem *why)
{
	BIO *memory = BIO_new(BIO_s_mem());
	enum err err;
	char *text;
	long size;

	if (!memory || PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) != 1)
		abort();
	size = BIO_get_mem_data(memory, &text);
	err = file_replace(path, 0600, span_of(text, (size_t)size), why);
	BIO_free(memory);
	return err;
}

enum err
key_load(const char *path, EVP_PKEY **out, struct problem *why)
{
	struct buffer pem = buffer_init(KEY_FILE_LARGEST);
	enum err err = file_read(path, &pem, why);
	struct span bytes = buffer_span(&pem);
	BIO *memory;

	*out = NULL;
	if (err == OK) {
		memory = BIO_new_mem_buf(bytes.data, (int)bytes.size);
		*out = PEM_read_bio_PrivateKey(memory, NULL, NULL, NULL);
		BIO_free(memory);
		if (!*out)
			err = library_problem(why, "%s: no private key can be read", path);
	}
	if (pem.data)
		OPENSSL_cleanse(pem.data, pem.room);
	buffer_release(&pem);
	return err;
}
