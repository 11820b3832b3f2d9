/* tools/card/signing.c - a token's certificates, and a signature by the key of one. */
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "card/smartcard.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/public_key.h"

#define CERTIFICATE_LARGEST (64 * KIB)
#define SIGNATURE_LARGEST 1024

static enum err
sign_problem(CK_RV rv, const char *doing, struct problem *why)
{
	return problem_set(why, rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED ? ERR_DENIED : ERR_CRYPTO, "PKCS#11",
	    "the card cannot %s: %s (0x%lx)", doing, p11_kit_strerror(rv), (unsigned long)rv);
}

/* Empty: the object has none, or a larger one than anybody would have. */
static struct span
attribute_read(const struct smartcard *t, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, struct arena *a)
{
	CK_ATTRIBUTE attribute = { type, NULL, 0 };

	if (t->module->C_GetAttributeValue(t->session, object, &attribute, 1) != CKR_OK ||
	    attribute.ulValueLen == 0 || attribute.ulValueLen > CERTIFICATE_LARGEST)
		return (struct span){ 0 };
	attribute.pValue = arena_take(a, attribute.ulValueLen);
	if (t->module->C_GetAttributeValue(t->session, object, &attribute, 1) != CKR_OK)
		return (struct span){ 0 };
	return span_of(attribute.pValue, attribute.ulValueLen);
}

/* False: it is nobody's, but an authority's, or nothing that can be read. */
static bool
certificate_look(struct arena *a, struct smartcard_certificate *c)
{
	const uint8_t *at = c->der.data;
	struct certificate_facts facts;
	struct problem why;
	uint32_t usage;
	X509 *x;
	bool person;

	if (!c->der.size || certificate_read(c->der, a, &facts, &why) != OK)
		return false;
	x = d2i_X509(NULL, &at, (long)c->der.size);
	if (!x)
		return false;
	usage = X509_get_key_usage(x);
	person = !(X509_get_extension_flags(x) & EXFLAG_CA);
	X509_free(x);
	c->uses = usage & KU_NON_REPUDIATION ? JPKI_SIGNATURE :
	    usage & KU_DIGITAL_SIGNATURE     ? JPKI_AUTHENTICATION :
	                                       JPKI_NO_PURPOSE;
	c->subject = facts.subject;
	instant_text(facts.until, c->until);
	return person;
}

enum err
smartcard_certificates(const struct smartcard *t, struct arena *a,
    struct smartcard_certificate out[SMARTCARD_CERTIFICATES], size_t *count, struct problem *why)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE wanted = { CKA_CLASS, &class, sizeof(class) };
	CK_OBJECT_HANDLE objects[SMARTCARD_CERTIFICATES];
	CK_ULONG found = 0;
	CK_RV rv = t->module->C_FindObjectsInit(t->session, &wanted, 1);

	*count = 0;
	if (rv == CKR_OK) {
		rv = t->module->C_FindObjects(t->session, objects, SMARTCARD_CERTIFICATES, &found);
		t->module->C_FindObjectsFinal(t->session);
	}
	if (rv != CKR_OK)
		return sign_problem(rv, "tell its certificates", why);
	for (CK_ULONG i = 0; i < found; i++) {
		struct smartcard_certificate *c = &out[*count];

		*c = (struct smartcard_certificate){ .der = attribute_read(t, objects[i], CKA_VALUE, a),
			.id = attribute_read(t, objects[i], CKA_ID, a) };
		if (certificate_look(a, c))
			++*count;
	}
	return OK;
}

enum err
smartcard_certificate(const struct smartcard *t, struct arena *a, enum jpki_purpose purpose,
    struct smartcard_certificate *out, struct problem *why)
{
	struct smartcard_certificate all[SMARTCARD_CERTIFICATES];
	size_t count, fitting = 0;
	enum err err = smartcard_certificates(t, a, all, &count, why);

	for (size_t i = 0; err == OK && i < count; i++)
		if (all[i].uses & purpose) {
			*out = all[i];
			fitting++;
		}
	if (err == OK && fitting != 1)
		err = problem_set(why, ERR_NOT_FOUND, "PKCS#11",
		    "token \"%s\" shows %zu certificates for %s; expected one", t->label, fitting,
		    jpki_purpose_name(purpose));
	return err;
}

/* Signing */

static enum err
key_find(const struct smartcard *t, struct span id, CK_OBJECT_HANDLE *out, struct problem *why)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE wanted[] = {
		{ CKA_CLASS, &class, sizeof(class) }, { CKA_ID, (void *)(uintptr_t)id.data, id.size },
	};
	CK_ULONG found = 0;
	CK_RV rv = t->module->C_FindObjectsInit(t->session, wanted, id.size ? 2 : 1);

	if (rv == CKR_OK) {
		rv = t->module->C_FindObjects(t->session, out, 1, &found);
		t->module->C_FindObjectsFinal(t->session);
	}
	if (rv != CKR_OK)
		return sign_problem(rv, "tell its keys", why);
	if (!found)
		return problem_set(why, ERR_NOT_FOUND, "PKCS#11", "token \"%s\" shows no key for its certificate",
		    t->label);
	return OK;
}

/* What a key makes, by a token that digests itself and by one that is given the digest. */
static const struct algorithm {
	const char *name, *kind;
	int bits;                     /* of the curve; 0: any, RSA */
	CK_MECHANISM_TYPE whole, given;
	enum digest_algorithm digest;
} algorithms[] = {
	{ "RS256", "RSA", 0, CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS, DIGEST_SHA256 },
	{ "ES256", "EC", 256, CKM_ECDSA_SHA256, CKM_ECDSA, DIGEST_SHA256 },
	{ "ES384", "EC", 384, CKM_ECDSA_SHA384, CKM_ECDSA, DIGEST_SHA384 },
};

static enum err
algorithm_find(struct span spki, const struct algorithm **out, struct problem *why)
{
	EVP_PKEY *key;
	enum err err = public_key_open(spki, &key, why);

	*out = NULL;
	for (size_t i = 0; err == OK && i < COUNT(algorithms) && !*out; i++)
		if (EVP_PKEY_is_a(key, algorithms[i].kind) &&
		    (algorithms[i].bits == 0 || EVP_PKEY_get_bits(key) == algorithms[i].bits))
			*out = &algorithms[i];
	EVP_PKEY_free(key);
	if (err == OK && !*out)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 7518 s3.1",
		    "the certificate's key is none to sign with here: expected RSA, or EC on P-256 or P-384");
	return err;
}

/* Some cards only sign what is digested for them. */
static bool
digests_itself(const struct smartcard *t, const struct algorithm *algorithm)
{
	CK_MECHANISM_INFO info;

	return t->module->C_GetMechanismInfo(t->slot, algorithm->whole, &info) == CKR_OK && info.flags & CKF_SIGN;
}

/* What is signed then: for RSA a DigestInfo, SEQUENCE { SEQUENCE { id-sha256, NULL }, OCTET STRING of 32 bytes }
 * (RFC 8017 s9.2, note 1); for ECDSA the digest alone. */
static struct span
digested(struct arena *a, const struct algorithm *algorithm, struct span data)
{
	static const uint8_t info[] = {
		0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
		0x04, 0x20,
	};
	size_t before = algorithm->bits == 0 ? sizeof(info) : 0;
	uint8_t *out = arena_take(a, sizeof(info) + DIGEST_LARGEST);

	memcpy(out, info, before);
	digest(algorithm->digest, data, out + before);
	return span_of(out, before + digest_size(algorithm->digest));
}

/* A token may leave the zeros away that both numbers begin with (PKCS#11 2.20 s12.3.1). */
static struct span
numbers_padded(struct arena *a, const struct algorithm *algorithm, struct span signature)
{
	size_t field = (size_t)algorithm->bits / 8, half = signature.size / 2;
	uint8_t *out;

	if (field == 0 || signature.size % 2 || half >= field)
		return signature;
	out = arena_take(a, 2 * field);
	memcpy(out + field - half, signature.data, half);
	memcpy(out + 2 * field - half, signature.data + half, half);
	return span_of(out, 2 * field);
}

/* A key that is used for signatures wants the PIN for each. */
static bool
asks_always(const struct smartcard *t, CK_OBJECT_HANDLE key)
{
	CK_BBOOL always = CK_FALSE;
	CK_ATTRIBUTE attribute = { CKA_ALWAYS_AUTHENTICATE, &always, sizeof(always) };

	return t->module->C_GetAttributeValue(t->session, key, &attribute, 1) == CKR_OK && always;
}

static enum err
signature_check(struct span spki, struct span data, struct span signature, struct problem *why)
{
	bool good;

	if (public_key_verify(spki, data, signature, &good, why) != OK)
		return why->code;
	if (!good)
		return problem_set(why, ERR_CRYPTO, "",
		    "what the card signed is no signature by its certificate's key");
	return OK;
}

static enum err
data_sign_by(const struct smartcard *t, CK_OBJECT_HANDLE key, CK_MECHANISM mechanism, struct span input,
    struct span pin, struct span *out, struct problem *why)
{
	CK_ULONG size = out->size;
	CK_RV rv = t->module->C_SignInit(t->session, &mechanism, key);

	if (rv == CKR_OK && asks_always(t, key))
		rv = t->module->C_Login(t->session, CKU_CONTEXT_SPECIFIC, (CK_UTF8CHAR *)(uintptr_t)pin.data, pin.size);
	if (rv == CKR_OK)
		rv = t->module->C_Sign(t->session, (CK_BYTE *)(uintptr_t)input.data, input.size,
		    (CK_BYTE *)(uintptr_t)out->data, &size);
	if (rv != CKR_OK)
		return sign_problem(rv, "sign", why);
	out->size = size;
	return OK;
}

enum err
smartcard_sign(const struct smartcard *t, struct arena *a, const struct smartcard_certificate *c, struct span data,
    struct span pin, struct smartcard_signature *out, struct problem *why)
{
	struct span made = span_of(arena_take(a, SIGNATURE_LARGEST), SIGNATURE_LARGEST), spki;
	CK_MECHANISM mechanism = { 0, NULL, 0 };
	const struct algorithm *algorithm;
	CK_OBJECT_HANDLE key;
	bool whole;

	if (certificate_spki(c->der, &spki, why) != OK || algorithm_find(spki, &algorithm, why) != OK ||
	    key_find(t, c->id, &key, why) != OK)
		return why->code;
	whole = digests_itself(t, algorithm);
	mechanism.mechanism = whole ? algorithm->whole : algorithm->given;
	if (data_sign_by(t, key, mechanism, whole ? data : digested(a, algorithm, data), pin, &made, why) != OK)
		return why->code;
	out->algorithm = algorithm->name;
	out->bytes = numbers_padded(a, algorithm, made);
	return signature_check(spki, data, out->bytes, why);
}
