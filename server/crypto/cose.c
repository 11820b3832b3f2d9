/* crypto/cose.c - an authenticator's public key, and signatures by the algorithm it names. */
#include "crypto/cose.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "base/buffer.h"
#include "codec/cbor.h"
#include "crypto/raw_key.h"

#define RSA_LARGEST (8 * RAW_MODULUS_LARGEST)
#define SIGNED_LARGEST (128 * KIB)

/* RFC 8152 s13, RFC 9053, RFC 8812, RFC 9864; in the order we would have them. */
static const struct cose_algorithm algorithms[] = {
	{ -7, "ES256", COSE_ECDSA, DIGEST_SHA256, 1, true, false },
	{ -8, "EdDSA", COSE_EDDSA, 0, 6, true, false },
	{ -19, "Ed25519", COSE_EDDSA, 0, 6, true, false },
	{ -9, "ESP256", COSE_ECDSA, DIGEST_SHA256, 1, true, false },
	{ -35, "ES384", COSE_ECDSA, DIGEST_SHA384, 2, true, false },
	{ -51, "ESP384", COSE_ECDSA, DIGEST_SHA384, 2, true, false },
	{ -36, "ES512", COSE_ECDSA, DIGEST_SHA512, 3, true, false },
	{ -52, "ESP512", COSE_ECDSA, DIGEST_SHA512, 3, true, false },
	{ -53, "Ed448", COSE_EDDSA, 0, 7, true, false },
	{ -37, "PS256", COSE_RSA_PSS, DIGEST_SHA256, 0, true, false },
	{ -38, "PS384", COSE_RSA_PSS, DIGEST_SHA384, 0, true, false },
	{ -39, "PS512", COSE_RSA_PSS, DIGEST_SHA512, 0, true, false },
	{ -257, "RS256", COSE_RSA_PKCS1, DIGEST_SHA256, 0, true, false },
	{ -258, "RS384", COSE_RSA_PKCS1, DIGEST_SHA384, 0, true, false },
	{ -259, "RS512", COSE_RSA_PKCS1, DIGEST_SHA512, 0, true, false },
	{ -65535, "RS1", COSE_RSA_PKCS1, DIGEST_SHA1, 0, false, true },
};

/* IANA COSE Elliptic Curves. */
static const struct curve {
	int32_t id;
	int32_t key_type;   /* 1 OKP, 2 EC2 */
	size_t field;
	const char *name;   /* the library's */
} curves[] = {
	{ 1, 2, 32, "prime256v1" },
	{ 2, 2, 48, "secp384r1" },
	{ 3, 2, 66, "secp521r1" },
	{ 6, 1, 32, "ED25519" },
	{ 7, 1, 57, "ED448" },
};
#define KEY_TYPE_RSA 3

static const char *const digest_names[] = {
	[DIGEST_SHA1] = "SHA1",
	[DIGEST_SHA256] = "SHA2-256",
	[DIGEST_SHA384] = "SHA2-384",
	[DIGEST_SHA512] = "SHA2-512",
};

const struct cose_algorithm *
cose_algorithm_find(int64_t id)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (algorithms[i].id == id)
			return &algorithms[i];
	return NULL;
}

const struct cose_algorithm *
cose_algorithms(size_t *count)
{
	*count = COUNT(algorithms);
	return algorithms;
}

static const struct curve *
curve_find(int32_t id)
{
	for (size_t i = 0; i < COUNT(curves); i++)
		if (curves[i].id == id)
			return &curves[i];
	return NULL;
}

/* Labels of a COSE_Key (RFC 9052 s7.1, RFC 9053 s7.1, RFC 8230 s4); -1 to -3 mean what the key type says. */
enum label { LABEL_TYPE = 1, LABEL_ALGORITHM = 3, LABEL_FIRST = -1, LABEL_SECOND = -2, LABEL_THIRD = -3 };

/* The parts as they come, before it is known what they are. */
struct parts {
	bool has_type, has_algorithm, has_curve;
	int64_t type, algorithm, curve;
	struct span first, second, third;   /* those that are bytes */
};

static void
read_part(struct concise *r, int64_t label, struct parts *out)
{
	bool is_integer = concise_peek(r) == CONCISE_INTEGER;

	switch (label) {
	case LABEL_TYPE:
		out->has_type = true;
		out->type = concise_integer(r);
		break;
	case LABEL_ALGORITHM:
		out->has_algorithm = true;
		out->algorithm = concise_integer(r);
		break;
	case LABEL_FIRST:
		out->has_curve = is_integer;
		if (is_integer)
			out->curve = concise_integer(r);
		else
			out->first = concise_bytes(r);
		break;
	case LABEL_SECOND:
		out->second = concise_bytes(r);
		break;
	case LABEL_THIRD:
		out->third = concise_bytes(r);
		break;
	default: /* of no key type here: passed over */
		break;
	}
}

static enum err
refuse(struct problem *why, enum err code, const char *text)
{
	return problem_set(why, code, "WebAuthn L3 s5.8.5, RFC 9053 s7", "%s", text);
}

static enum err
take_point(const struct parts *parts, struct cose_key *out, struct problem *why)
{
	const struct curve *curve = curve_find(out->algorithm->curve);
	bool has_y = out->algorithm->family == COSE_ECDSA;

	if (!parts->has_curve || parts->curve != curve->id || parts->type != curve->key_type)
		return refuse(why, ERR_INVALID, "the key's type and curve are not those of its algorithm");
	if (parts->second.size != curve->field || parts->third.size != (has_y ? curve->field : 0))
		return refuse(why, ERR_INVALID, "the key's coordinates are not as long as its field");
	out->x = parts->second;
	out->y = parts->third;
	return OK;
}

static enum err
take_modulus(const struct parts *parts, unsigned least, struct cose_key *out, struct problem *why)
{
	size_t bits;

	out->n = raw_key_magnitude(parts->first);
	out->e = raw_key_magnitude(parts->second);
	if (parts->type != KEY_TYPE_RSA || parts->has_curve)
		return refuse(why, ERR_INVALID, "the key's type is not that of its algorithm");
	if (!out->n.size || !out->e.size || !(out->n.data[out->n.size - 1] & 1) ||
	    !(out->e.data[out->e.size - 1] & 1) ||
	    (out->e.size == 1 && out->e.data[0] < 3))
		return refuse(why, ERR_INVALID, "the modulus and the exponent are odd numbers, the exponent 3 or more");
	bits = raw_key_bits(out->n);
	if (bits < least || bits > RSA_LARGEST || out->e.size > RAW_EXPONENT_LARGEST)
		return problem_set(why, ERR_LIMIT, "NIST SP 800-131A",
		    "an RSA key has %u to %d bits and an exponent below 2^64, not %zu bits", least, RSA_LARGEST, bits);
	return OK;
}

enum err
cose_key_read(struct span bytes, unsigned rsa_least, struct cose_key *out, size_t *used, struct problem *why)
{
	struct parts parts = { 0 };
	struct concise r;

	memset(out, 0, sizeof(*out));
	concise_begin(&r, bytes);
	for (concise_map(&r); concise_member(&r);)
		if (concise_peek(&r) == CONCISE_INTEGER)
			read_part(&r, concise_integer(&r), &parts);
	if (concise_end_within(&r, used, why) != OK)
		return why ? why->code : ERR_SYNTAX;
	out->bytes = span_first(bytes, *used);
	if (!parts.has_type || !parts.has_algorithm)
		return refuse(why, ERR_INVALID, "a key without kty or alg");
	out->algorithm = cose_algorithm_find(parts.algorithm);
	if (!out->algorithm || out->algorithm->attests)
		return problem_set(why, ERR_UNSUPPORTED, "IANA COSE Algorithms", "the algorithm %lld",
		    (long long)parts.algorithm);
	if (out->algorithm->curve)
		return take_point(&parts, out, why);
	return take_modulus(&parts, rsa_least, out, why);
}

enum err
cose_key_open(const struct cose_key *key, EVP_PKEY **out, struct problem *why)
{
	const struct curve *curve = curve_find(key->algorithm->curve);
	uint8_t point[RAW_POINT_LARGEST] = { 4 };

	if (!curve)
		return raw_key_rsa(key->n, key->e, out, why);
	if (key->algorithm->family == COSE_EDDSA)
		return raw_key_edwards(curve->name, key->x, out, why);
	memcpy(point + 1, key->x.data, curve->field);
	memcpy(point + 1 + curve->field, key->y.data, curve->field);
	return raw_key_ec(curve->name, span_of(point, 1 + 2 * curve->field), out, why);
}

static bool
fits(const struct cose_algorithm *algorithm, const EVP_PKEY *key)
{
	const struct curve *curve = curve_find(algorithm->curve);
	char group[32];

	if (!curve)
		return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_size(key) <= RAW_MODULUS_LARGEST;
	if (algorithm->family == COSE_EDDSA)
		return EVP_PKEY_is_a(key, curve->name);
	return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) > 0 &&
	    strcmp(group, curve->name) == 0;
}

/* The library compares what it makes itself with the whole signature: padding (RFC 8017 s8.2.2), and the one DER
 * form of r and s. */
static bool
is_signed(const struct cose_algorithm *algorithm, EVP_PKEY *key, const struct span *pieces, size_t count,
    struct span signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	int padding = algorithm->family == COSE_RSA_PSS ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
	int salt = RSA_PSS_SALTLEN_DIGEST;  /* RFC 8230 s2 */
	char *name = (char *)(uintptr_t)digest_names[algorithm->digest];
	OSSL_PARAM parameters[5], *p = parameters;
	uint8_t hash[DIGEST_LARGEST];
	bool good;

	digest_pieces(algorithm->digest, pieces, count, hash);
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, name, 0);
	if (!algorithm->curve)
		*p++ = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PAD_MODE, &padding);
	if (algorithm->family == COSE_RSA_PSS) {
		*p++ = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, name, 0);
		*p++ = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt);
	}
	*p = OSSL_PARAM_construct_end();
	good = context && EVP_PKEY_verify_init_ex(context, parameters) > 0 &&
	    EVP_PKEY_verify(context, signature.data, signature.size, hash, digest_size(algorithm->digest)) == 1;
	EVP_PKEY_CTX_free(context);
	return good;
}

/* RFC 8032 signs the message itself, so it has to lie in one piece. */
static bool
is_signed_whole(EVP_PKEY *key, const struct span *pieces, size_t count, struct span signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct buffer message = buffer_init(SIGNED_LARGEST);
	struct span whole;
	bool good;

	for (size_t i = 0; i < count; i++)
		buffer_add(&message, pieces[i]);
	whole = buffer_span(&message);
	good = context && !message.overflowed &&
	    EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, key, NULL) > 0 &&
	    EVP_DigestVerify(context, signature.data, signature.size, whole.data, whole.size) == 1;
	buffer_release(&message);
	EVP_MD_CTX_free(context);
	return good;
}

enum err
cose_verify(const struct cose_algorithm *algorithm, EVP_PKEY *key, const struct span *pieces, size_t count,
    struct span signature, bool *good, struct problem *why)
{
	*good = false;
	if (!fits(algorithm, key))
		return problem_set(why, ERR_INVALID, "RFC 9053 s2", "the key is none for %s", algorithm->name);
	*good = algorithm->family == COSE_EDDSA ? is_signed_whole(key, pieces, count, signature) :
	    is_signed(algorithm, key, pieces, count, signature);
	if (!*good)
		ERR_clear_error();
	return OK;
}
