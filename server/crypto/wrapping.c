/* crypto/wrapping.c - secrets at rest: AES-256-GCM under derived keys. */
#include "crypto/wrapping.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/random.h"
#include "crypto/digest.h"
#include "crypto/private_file.h"

#define FORM 1
#define NONCE 12
#define TAG 16
#define SECRET_LEAST 32
#define SECRET_LARGEST (4 * KIB)

/* HKDF's first half (RFC 5869 s2.2, without a salt): whatever the file has becomes 32 bytes. */
enum err
wrapping_read(const char *file, struct wrapping *out, struct problem *why)
{
	static const uint8_t no_salt[32];
	struct span secret;
	size_t size;

	*out = (struct wrapping){ { 0 } };
	if (private_file_read(file, "wrapping secret", SECRET_LARGEST, &secret, why) != OK)
		return why->code;
	size = secret.size;
	if (size >= SECRET_LEAST)
		digest_keyed(span_of(no_salt, sizeof(no_salt)), &secret, 1, out->secret);
	private_file_free(&secret);
	if (size >= SECRET_LEAST)
		return OK;
	return problem_set(why, ERR_INVALID, "", "%s: expected at least %d secret bytes, found %zu", file, SECRET_LEAST,
	    size);
}

/* Its second half (s2.3): the first block is as long as a key. */
void
wrapping_derive(const struct wrapping *w, const char *use, uint8_t key[32])
{
	const struct span pieces[] = { span_text(use), span_of("\x01", 1) };

	digest_keyed(span_of(w->secret, sizeof(w->secret)), pieces, COUNT(pieces), key);
}

/* Fetched at first use and kept until the process ends. */
static const EVP_CIPHER *
cipher(void)
{
	static EVP_CIPHER *fetched;

	if (!fetched)
		fetched = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (!fetched)
		abort();
	return fetched;
}

/* A context keyed and with the row's key taken in. Sizes are of rows: far below what an int has. */
static EVP_CIPHER_CTX *
begin(const struct wrapping *w, const char *use, const uint8_t *nonce, struct span context, int encrypts)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t key[32];
	int ignored;

	wrapping_derive(w, use, key);
	if (!c || EVP_CipherInit_ex2(c, cipher(), key, nonce, encrypts, NULL) != 1 || (context.size &&
	    EVP_CipherUpdate(c, NULL, &ignored, context.data, (int)context.size) != 1))
		abort();
	OPENSSL_cleanse(key, sizeof(key));
	return c;
}

struct span
wrap(struct arena *arena, const struct wrapping *w, const char *use, struct span context, struct span plain)
{
	uint8_t *out = arena_take(arena, WRAPPING_OVERHEAD + plain.size);
	uint8_t *nonce = out + 1, *text = nonce + NONCE;
	EVP_CIPHER_CTX *c;
	int size;

	out[0] = FORM;
	random_bytes(nonce, NONCE);
	c = begin(w, use, nonce, context, 1);
	if ((plain.size && EVP_CipherUpdate(c, text, &size, plain.data, (int)plain.size) != 1) ||
	    EVP_CipherFinal_ex(c, text + plain.size, &size) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, text + plain.size) != 1)
		abort();
	EVP_CIPHER_CTX_free(c);
	return span_of(out, WRAPPING_OVERHEAD + plain.size);
}

bool
unwrap(struct arena *arena, const struct wrapping *w, const char *use, struct span context, struct span wrapped,
    struct span *plain)
{
	const size_t text_size = wrapped.size - WRAPPING_OVERHEAD;
	const uint8_t *text;
	uint8_t tag[TAG], *out;
	EVP_CIPHER_CTX *c;
	bool ours;
	int size;

	*plain = (struct span){ 0 };
	if (wrapped.size < WRAPPING_OVERHEAD || wrapped.data[0] != FORM)
		return false;
	text = wrapped.data + 1 + NONCE;
	memcpy(tag, text + text_size, TAG);
	out = arena_take(arena, text_size);
	c = begin(w, use, wrapped.data + 1, context, 0);
	ours = (!text_size || EVP_CipherUpdate(c, out, &size, text, (int)text_size) == 1) &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1 &&
	    EVP_CipherFinal_ex(c, out + text_size, &size) == 1;
	EVP_CIPHER_CTX_free(c);
	if (!ours)
		OPENSSL_cleanse(out, text_size);
	else
		*plain = span_of(out, text_size);
	return ours;
}
