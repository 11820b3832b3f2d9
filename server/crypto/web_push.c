/* crypto/web_push.c - a message that only the browser which subscribed can read. */
#include "crypto/web_push.h"

#include <assert.h>
#include <stdlib.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/random.h"
#include "crypto/raw_key.h"

#define RECORD_SIZE 4096
#define SHARED 32 /* of P-256: its coordinate */
#define KEY 16
#define NONCE 12
#define TAG 16
#define LAST_RECORD 2 /* RFC 8188 s2: the delimiter of the only record */
#define INFO_LARGEST (14 + 2 * WEB_PUSH_KEY)

static const char clause[] = "RFC 8291 s3";

static enum err
receiver_open(const struct web_push_receiver *to, EVP_PKEY **out, struct problem *why)
{
	if (to->key.size != WEB_PUSH_KEY || to->key.data[0] != 4)
		return problem_set(why, ERR_SYNTAX, clause, "p256dh: expected an uncompressed point of %d bytes",
		    WEB_PUSH_KEY);
	if (to->secret.size != WEB_PUSH_SECRET)
		return problem_set(why, ERR_SYNTAX, clause, "auth: expected %d bytes, found %zu", WEB_PUSH_SECRET,
		    to->secret.size);
	if (raw_key_ec("P-256", to->key, out, why) != OK)
		return problem_set(why, ERR_SYNTAX, clause, "p256dh: the point is not on P-256");
	return OK;
}

enum err
web_push_receiver_check(const struct web_push_receiver *to, struct problem *why)
{
	EVP_PKEY *key = NULL;
	enum err err = receiver_open(to, &key, why);

	EVP_PKEY_free(key);
	return err;
}

static bool
agree(EVP_PKEY *own, EVP_PKEY *other, uint8_t out[SHARED])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	size_t size = SHARED;
	bool good = context && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, other) == 1 &&
	    EVP_PKEY_derive(context, out, &size) == 1 && size == SHARED;

	EVP_PKEY_CTX_free(context);
	return good;
}

static bool
derive(struct span salt, struct span secret, struct span info, uint8_t *out, size_t size)
{
	char sha256[] = "SHA256";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt.data, salt.size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret.data, secret.size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info.data, info.size),
		OSSL_PARAM_construct_end(),
	};
	bool good = context && EVP_KDF_derive(context, out, size, parameters) == 1;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return good;
}

struct content {
	uint8_t key[KEY], nonce[NONCE];
};

/* RFC 8291 s3.4, and from its IKM on RFC 8188 s2.2 and 2.3. The texts end in a NUL that belongs to them. */
static bool
derive_content(const struct web_push_receiver *to, struct span own_point, struct span shared, struct span salt,
    struct content *out)
{
	static const char for_key[] = "Content-Encoding: aes128gcm", for_nonce[] = "Content-Encoding: nonce";
	uint8_t info[INFO_LARGEST] = "WebPush: info", secret[32];
	bool good;

	memcpy(info + 14, to->key.data, WEB_PUSH_KEY);
	memcpy(info + 14 + WEB_PUSH_KEY, own_point.data, WEB_PUSH_KEY);
	good = derive(to->secret, shared, span_of(info, sizeof(info)), secret, sizeof(secret)) &&
	    derive(salt, span_of(secret, sizeof(secret)), span_of(for_key, sizeof(for_key)), out->key, KEY) &&
	    derive(salt, span_of(secret, sizeof(secret)), span_of(for_nonce, sizeof(for_nonce)), out->nonce, NONCE);
	OPENSSL_cleanse(secret, sizeof(secret));
	return good;
}

/* The only record's number is 0: its nonce is the derived one as it is. */
static bool
encrypt(const struct content *c, struct span plain, uint8_t *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int size = 0, rest = 0;
	bool good = context && EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, c->key, c->nonce) == 1 &&
	    EVP_EncryptUpdate(context, out, &size, plain.data, (int)plain.size) == 1 && (size_t)size == plain.size &&
	    EVP_EncryptFinal_ex(context, out + size, &rest) == 1 && rest == 0 &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG, out + plain.size) == 1;

	EVP_CIPHER_CTX_free(context);
	return good;
}

static struct span
pad(struct arena *a, struct span plain, size_t padded)
{
	size_t size = (plain.size < padded ? padded : plain.size) + 1;
	uint8_t *record = arena_take(a, size);

	if (plain.size)
		memcpy(record, plain.data, plain.size);
	record[plain.size] = LAST_RECORD;
	return span_of(record, size);
}

static uint8_t *
put_head(uint8_t *at, const uint8_t salt[WEB_PUSH_SALT], const uint8_t point[WEB_PUSH_KEY])
{
	static const uint8_t sizes[] = { 0, 0, RECORD_SIZE >> 8, RECORD_SIZE & 0xff, WEB_PUSH_KEY };

	memcpy(at, salt, WEB_PUSH_SALT);
	memcpy(at + WEB_PUSH_SALT, sizes, sizeof(sizes));
	memcpy(at + WEB_PUSH_SALT + sizeof(sizes), point, WEB_PUSH_KEY);
	return at + WEB_PUSH_SALT + sizeof(sizes) + WEB_PUSH_KEY;
}

#define HEAD (WEB_PUSH_SALT + 4 + 1 + WEB_PUSH_KEY)

static bool
seal(struct arena *a, const struct web_push_receiver *to, EVP_PKEY *other, EVP_PKEY *own,
    const uint8_t salt[WEB_PUSH_SALT], struct span record, struct span *out)
{
	uint8_t *body = arena_take(a, HEAD + record.size + TAG), *at, point[WEB_PUSH_KEY], shared[SHARED];
	struct content content;
	size_t size = 0;
	bool good;

	good = EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &size) == 1 &&
	    size == sizeof(point) && agree(own, other, shared) &&
	    derive_content(to, span_of(point, sizeof(point)), span_of(shared, sizeof(shared)),
	        span_of(salt, WEB_PUSH_SALT), &content);
	if (good) {
		at = put_head(body, salt, point);
		good = encrypt(&content, record, at);
	}
	OPENSSL_cleanse(shared, sizeof(shared));
	OPENSSL_cleanse(&content, sizeof(content));
	*out = span_of(body, HEAD + record.size + TAG);
	return good;
}

enum err
web_push_encrypt_with(struct arena *a, const struct web_push_receiver *to, struct span plain, size_t padded,
    EVP_PKEY *own, const uint8_t salt[WEB_PUSH_SALT], struct span *out, struct problem *why)
{
	EVP_PKEY *other = NULL;
	enum err err = OK;

	*out = (struct span){ 0 };
	assert(padded <= WEB_PUSH_PLAIN_LARGEST);
	if (plain.size > WEB_PUSH_PLAIN_LARGEST)
		return problem_set(why, ERR_LIMIT, "RFC 8030 s7.2", "expected at most %d bytes to push, found %zu",
		    WEB_PUSH_PLAIN_LARGEST, plain.size);
	if (receiver_open(to, &other, why) != OK)
		return why->code;
	if (!seal(a, to, other, own, salt, pad(a, plain, padded), out))
		err = problem_set(why, ERR_CRYPTO, clause, "the message cannot be encrypted");
	EVP_PKEY_free(other);
	return err;
}

enum err
web_push_encrypt(struct arena *a, const struct web_push_receiver *to, struct span plain, size_t padded,
    struct span *out, struct problem *why)
{
	EVP_PKEY *own = EVP_EC_gen("P-256");
	uint8_t salt[WEB_PUSH_SALT];
	enum err err;

	if (!own)
		return problem_set(why, ERR_CRYPTO, clause, "no key can be made for the message");
	random_bytes(salt, sizeof(salt));
	err = web_push_encrypt_with(a, to, plain, padded, own, salt, out, why);
	EVP_PKEY_free(own);
	return err;
}
