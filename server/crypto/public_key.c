/* crypto/public_key.c - public keys of others, from files and configuration. */
#include "crypto/public_key.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/library.h"

#define KEY_FILE_LARGEST (64 * KIB)
#define RSA_SMALLEST 2048
#define RSA_LARGEST 16384

static enum err
key_check(const EVP_PKEY *key, struct problem *why)
{
	static const char *const curves[] = { "prime256v1", "secp384r1", "secp521r1" };
	int kind = EVP_PKEY_get_base_id(key), bits = EVP_PKEY_get_bits(key);
	char curve[64] = "";

	if (kind == EVP_PKEY_RSA && bits >= RSA_SMALLEST && bits <= RSA_LARGEST)
		return OK;
	if (kind == EVP_PKEY_EC)
		EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL);
	for (size_t i = 0; i < COUNT(curves); i++)
		if (strcmp(curve, curves[i]) == 0)
			return OK;
	ERR_clear_error();
	return problem_set(why, ERR_INVALID, "NIST SP 800-131A",
	    "expected an RSA key of %d to %d bits, or an EC key on P-256, P-384 or P-521, found %s%s%s of %d bits",
	    RSA_SMALLEST, RSA_LARGEST, OBJ_nid2sn(kind) ? OBJ_nid2sn(kind) : "a key", curve[0] ? " " : "", curve, bits);
}

enum err
public_key_open(struct span spki, EVP_PKEY **out, struct problem *why)
{
	const uint8_t *at = spki.data;

	if (spki.size > KEY_FILE_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "a public key of %zu bytes; at most %zu are read", spki.size,
		    KEY_FILE_LARGEST);
	*out = d2i_PUBKEY(NULL, &at, (long)spki.size);
	if (!*out || at != spki.data + spki.size) {
		EVP_PKEY_free(*out);
		*out = NULL;
		ERR_clear_error();
		return problem_set(why, ERR_SYNTAX, "RFC 5280 s4.1", "the key is not a SubjectPublicKeyInfo");
	}
	return key_check(*out, why);
}

/* Files */

static EVP_PKEY *
key_of_certificate(const uint8_t **at, long size)
{
	X509 *certificate = d2i_X509(NULL, at, size);
	EVP_PKEY *key = certificate ? X509_get_pubkey(certificate) : NULL;

	X509_free(certificate);
	return key;
}

static EVP_PKEY *
key_of_der(struct span der)
{
	const uint8_t *at = der.data, *end = der.data + der.size;
	EVP_PKEY *key = key_of_certificate(&at, (long)der.size);

	if (!key || at != end) {
		EVP_PKEY_free(key);
		at = der.data;
		key = d2i_PUBKEY(NULL, &at, (long)der.size);
	}
	if (key && at != end) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* The one block of the file: of two it would not be said which is meant. */
static enum err
key_of_pem(struct span file, EVP_PKEY **out, struct problem *why)
{
	BIO *bio = BIO_new_mem_buf(file.data, (int)file.size);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long size = 0;
	enum err err = OK;

	if (!bio)
		abort();
	while (err == OK && PEM_read_bio(bio, &name, &header, &der, &size) == 1) {
		if (*out)
			err = problem_set(
			    why, ERR_INVALID, "RFC 7468 s2", "expected one certificate or public key, found two");
		else if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_PUBLIC) == 0)
			*out = key_of_der(span_of(der, (size_t)size));
		else
			err = problem_set(why, ERR_INVALID, "RFC 7468 s5, s13",
			    "expected a CERTIFICATE or a PUBLIC KEY, found a block \"%.60s\"", name);
		if (err == OK && !*out)
			err = problem_set(
			    why, ERR_SYNTAX, "RFC 7468 s5, s13", "what stands in the block %s is none", name);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_cleanse(der, (size_t)size);
		OPENSSL_free(der);
	}
	BIO_free(bio);
	return err;
}

/* Of any kind; the caller's to free. */
static enum err
key_read(struct span file, EVP_PKEY **out, struct problem *why)
{
	enum err err;

	*out = NULL;
	if (file.size == 0)
		return problem_set(
		    why, ERR_SYNTAX, "RFC 7468", "expected a certificate or a public key, found nothing");
	if (file.size > KEY_FILE_LARGEST)
		return problem_set(
		    why, ERR_LIMIT, "", "expected a key of at most %zu bytes, found %zu", KEY_FILE_LARGEST, file.size);
	err = key_of_pem(file, out, why);
	if (err == OK && !*out)
		*out = key_of_der(file);
	if (err == OK && !*out)
		err = problem_set(why, ERR_SYNTAX, "RFC 7468", "expected a certificate or a public key, in PEM or DER");
	ERR_clear_error();
	return err;
}

static enum err
spki_write(const EVP_PKEY *key, struct arena *arena, struct span *spki, struct problem *why)
{
	uint8_t *der = NULL;
	int size = i2d_PUBKEY(key, &der);

	if (size <= 0)
		return library_problem(why, "the public key cannot be written");
	*spki = arena_copy(arena, span_of(der, (size_t)size));
	OPENSSL_free(der);
	return OK;
}

enum err
public_key_read(struct span file, struct arena *arena, struct span *spki, struct problem *why)
{
	struct problem unasked;
	EVP_PKEY *key;
	enum err err;

	why = why ? why : &unasked;
	err = key_read(file, &key, why);
	if (err == OK)
		err = key_check(key, why);
	if (err == OK)
		err = spki_write(key, arena, spki, why);
	EVP_PKEY_free(key);
	return err;
}

enum err
public_key_extract(struct span file, struct arena *arena, struct span *spki, struct problem *why)
{
	struct problem unasked;
	EVP_PKEY *key;
	enum err err;

	why = why ? why : &unasked;
	err = key_read(file, &key, why);
	if (err == OK)
		err = spki_write(key, arena, spki, why);
	EVP_PKEY_free(key);
	return err;
}
