/* crypto/key.c - a private key named by a URI: the kinds, and what they have in common. */
#include "crypto/key.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/key_kind.h"
#include "crypto/library.h"

static const struct key_facts facts[] = {
	[KEY_RSA_2048] = { "rsa-2048", "RSA", NULL, 2048, DIGEST_SHA256, true, 256, 0 },
	[KEY_RSA_3072] = { "rsa-3072", "RSA", NULL, 3072, DIGEST_SHA256, true, 384, 0 },
	[KEY_RSA_4096] = { "rsa-4096", "RSA", NULL, 4096, DIGEST_SHA256, true, 512, 0 },
	[KEY_P256] = { "p-256", "EC", "prime256v1", 256, DIGEST_SHA256, true, 64, 32 },
	[KEY_P384] = { "p-384", "EC", "secp384r1", 384, DIGEST_SHA384, true, 96, 48 },
	[KEY_ED25519] = { "ed25519", "ED25519", NULL, 256, DIGEST_SHA512, false, 64, 0 },
};

static const struct key_kind *const kinds[] = { &file_key_kind, &token_key_kind };

const struct key_facts *
key_facts(enum key_type type)
{
	assert(type > KEY_UNKNOWN && type < COUNT(facts));
	return &facts[type];
}

enum key_type
key_type_read(struct span s)
{
	for (size_t i = KEY_UNKNOWN + 1; i < COUNT(facts); i++)
		if (span_is(s, facts[i].name))
			return (enum key_type)i;
	return KEY_UNKNOWN;
}

const char *
key_type_name(enum key_type type)
{
	return type == KEY_UNKNOWN ? "unknown" : key_facts(type)->name;
}

enum key_type
key_type_of(const EVP_PKEY *pkey, char found[64])
{
	const char *algorithm = EVP_PKEY_get0_type_name(pkey);
	int bits = EVP_PKEY_get_bits(pkey);
	char group[32] = "";

	if (EVP_PKEY_is_a(pkey, "EC"))
		EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL);
	ERR_clear_error();
	for (size_t i = KEY_UNKNOWN + 1; i < COUNT(facts); i++)
		if (EVP_PKEY_is_a(pkey, facts[i].algorithm) &&
		    (facts[i].group ? strcmp(group, facts[i].group) == 0 :
		    bits == facts[i].bits || EVP_PKEY_is_a(pkey, "ED25519")))
			return (enum key_type)i;
	if (group[0])
		snprintf(found, 64, "EC on the curve %s", group);
	else
		snprintf(found, 64, "%.30s of %d bits", algorithm ? algorithm : "a key", bits);
	return KEY_UNKNOWN;
}

struct span
spki_of(const EVP_PKEY *pkey)
{
	uint8_t *der = NULL;
	int size = i2d_PUBKEY(pkey, &der);

	if (size <= 0)
		abort();
	return span_of(der, (size_t)size);
}

bool
ecdsa_to_raw(struct span der, size_t field, uint8_t *raw)
{
	const uint8_t *at = der.data;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)der.size);
	bool good = signature && at == der.data + der.size &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, (int)field) == (int)field &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + field, (int)field) == (int)field;

	ECDSA_SIG_free(signature);
	return good;
}

struct span
ecdsa_to_der(struct span raw)
{
	int half = (int)(raw.size / 2), size;
	ECDSA_SIG *signature = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw.data, half, NULL), *s = BN_bin2bn(raw.data + half, half, NULL);
	uint8_t *der = NULL;

	if (!signature || !r || !s || ECDSA_SIG_set0(signature, r, s) != 1)
		abort();
	size = i2d_ECDSA_SIG(signature, &der);
	if (size <= 0)
		abort();
	ECDSA_SIG_free(signature);
	return span_of(der, (size_t)size);
}

static const struct key_kind *
kind_of(const char *uri, struct problem *why)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (span_starts(span_text(uri), kinds[i]->scheme))
			return kinds[i];
	/* Not the whole of it: whoever confuses the fields may have put a secret here. */
	problem_set(why, ERR_INVALID, "", "the key's URI begins with \"%.12s\", expected \"file:\" or \"pkcs11:\"",
	    uri);
	return NULL;
}

/* A half-written file, or a token whose public object belongs to another key, shows here and not in what we publish. */
static enum err
check_pair(struct key *key, struct problem *why)
{
	struct arena a = arena_init(16 * KIB);
	struct span message = span_text("watashi: does this key sign what its public half verifies"), signature;
	bool good = false;
	enum err err;

	err = key_sign(key, message, &a, &signature, why);
	if (err == OK)
		err = public_key_verify(key->spki, message, signature, &good, why);
	if (err == OK && !good)
		err = problem_set(why, ERR_CRYPTO, "", "the private key does not belong to its public key");
	arena_release(&a);
	return err;
}

enum err
key_open(const char *uri, const char *directory, struct key **out, struct problem *why)
{
	const struct key_kind *kind = kind_of(uri, why);
	enum err err;

	*out = NULL;
	if (!kind)
		return ERR_INVALID;
	err = kind->open(uri, directory, out, why);
	if (err != OK)
		return err;
	err = check_pair(*out, why);
	if (err != OK) {
		key_free(*out);
		*out = NULL;
	}
	return err;
}

void
key_free(struct key *key)
{
	struct span spki;

	if (!key)
		return;
	spki = key->spki;
	key->kind->free(key);
	OPENSSL_free((void *)(uintptr_t)spki.data);
}

enum key_type
key_type(const struct key *key)
{
	return key->type;
}

bool
key_is_quick(const struct key *key)
{
	return key->kind == &file_key_kind && key->type == KEY_P256;
}

enum err
key_generate(const char *uri, const char *directory, enum key_type type, struct problem *why)
{
	const struct key_kind *kind = kind_of(uri, why);

	assert(type != KEY_UNKNOWN);
	return kind ? kind->generate(uri, directory, type, why) : ERR_INVALID;
}

enum err
key_destroy(const char *uri, const char *directory, struct problem *why)
{
	const struct key_kind *kind = kind_of(uri, why);

	return kind ? kind->destroy(uri, directory, why) : ERR_INVALID;
}

struct span
key_input(const struct key *key, struct span message, uint8_t room[KEY_INPUT_LARGEST])
{
	const struct key_facts *f = key_facts(key->type);

	static_assert(DIGEST_LARGEST <= KEY_INPUT_LARGEST, "a digest fits");
	if (!f->prehashed)
		return message;
	digest(f->digest, message, room);
	return span_of(room, digest_size(f->digest));
}

enum err
key_sign_input(const struct key *key, struct span input, struct arena *a, struct span *signature, struct problem *why)
{
	const struct key_facts *f = key_facts(key->type);
	uint8_t *out = arena_take(a, SIGNATURE_LARGEST);
	size_t size = 0;
	enum err err;

	/* Signing uses up contexts and sessions behind the key; the key itself stays what it is. */
	err = key->kind->sign((struct key *)(uintptr_t)key, input, out, &size, why);
	if (err != OK)
		return err;
	if (size != f->signature)
		return problem_set(why, ERR_CRYPTO, "", "the signature has %zu bytes, expected %zu of a %s key", size,
		    f->signature, f->name);
	*signature = span_of(out, size);
	return OK;
}

enum err
key_sign(const struct key *key, struct span message, struct arena *a, struct span *signature, struct problem *why)
{
	uint8_t room[KEY_INPUT_LARGEST];

	return key_sign_input(key, key_input(key, message, room), a, signature, why);
}

struct span
key_public(const struct key *key)
{
	return key->spki;
}

enum err
public_key_verify(struct span spki, struct span message, struct span signature, bool *good, struct problem *why)
{
	const uint8_t *at = spki.data;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)spki.size);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const struct key_facts *f;
	struct span der = { 0 };
	enum key_type type;
	enum err err = OK;
	char found[64];

	*good = false;
	if (!pkey || !context || at != spki.data + spki.size) {
		err = library_problem(why, "the public key is not a SubjectPublicKeyInfo");
		goto out;
	}
	type = key_type_of(pkey, found);
	if (type == KEY_UNKNOWN) {
		err = problem_set(why, ERR_UNSUPPORTED, "", "the public key is %s", found);
		goto out;
	}
	f = key_facts(type);
	if (signature.size != f->signature)
		goto out;
	if (f->field)
		signature = der = ecdsa_to_der(signature);
	if (EVP_DigestVerifyInit_ex(context, NULL,
	    f->prehashed ? (f->digest == DIGEST_SHA384 ? "SHA384" : "SHA256") : NULL, NULL, NULL, pkey, NULL) != 1) {
		err = library_problem(why, "cannot verify with a %s key", f->name);
		goto out;
	}
	*good = EVP_DigestVerify(context, signature.data, signature.size, message.data, message.size) == 1;
	ERR_clear_error();
out:
	OPENSSL_free((void *)(uintptr_t)der.data);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	return err;
}
