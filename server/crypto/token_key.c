/* crypto/token_key.c - private keys in PKCS#11 tokens: they sign there and never leave. */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/random.h"
#include "crypto/key_kind.h"
#include "crypto/library.h"
#include "crypto/token.h"

#define ATTRIBUTE_LARGEST 1024 /* RSA-4096's modulus has 512 */

struct token_key {
	struct key key;
	struct token token;
	CK_OBJECT_HANDLE object;
};

/* SHA-256's DigestInfo up to the digest (RFC 8017 s9.2): CKM_RSA_PKCS pads and no more. */
static const uint8_t digest_info[] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	0x20,
};

/* CKA_EC_PARAMS of the curves: their object identifiers (RFC 5480 s2.1.1.1, RFC 8410 s3). Ed25519 also goes by its name
 * (PKCS#11 3.0 s2.3.5). */
static const uint8_t oid_p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const uint8_t oid_p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };
static const uint8_t oid_ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
static const uint8_t name_ed25519[] = { 0x13, 0x0c, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9' };

static const struct curve {
	CK_KEY_TYPE kind;
	struct span parameters;
	enum key_type type;
	size_t point; /* bytes; an OCTET STRING around it has two more */
} curves[] = {
	{ CKK_EC, { oid_p256, sizeof(oid_p256) }, KEY_P256, 65 },
	{ CKK_EC, { oid_p384, sizeof(oid_p384) }, KEY_P384, 97 },
	{ CKK_EC_EDWARDS, { oid_ed25519, sizeof(oid_ed25519) }, KEY_ED25519, 32 },
	{ CKK_EC_EDWARDS, { name_ed25519, sizeof(name_ed25519) }, KEY_ED25519, 32 },
};

struct attribute {
	uint8_t data[ATTRIBUTE_LARGEST];
	struct span value; /* empty: the object has none */
};

static void
attribute_read(const struct token *t, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, struct attribute *out)
{
	CK_ATTRIBUTE a = { type, out->data, sizeof(out->data) };
	bool good = t->module->C_GetAttributeValue(t->session, object, &a, 1) == CKR_OK &&
	    a.ulValueLen <= sizeof(out->data);

	out->value = span_of(out->data, good ? a.ulValueLen : 0);
}

/* The object of `class` with this id or label; both empty match nothing. `*count` may be 2 for "more than one". */
static enum err
object_find(const struct token *t, CK_OBJECT_CLASS class, struct span id, struct span label, CK_OBJECT_HANDLE *out,
    CK_ULONG *count, struct problem *why)
{
	CK_ATTRIBUTE wanted[3] = { { CKA_CLASS, &class, sizeof(class) } };
	CK_OBJECT_HANDLE found[2];
	CK_ULONG n = 1;
	CK_RV rv;

	*count = 0;
	if (id.size)
		wanted[n++] = (CK_ATTRIBUTE){ CKA_ID, (void *)(uintptr_t)id.data, id.size };
	if (label.size)
		wanted[n++] = (CK_ATTRIBUTE){ CKA_LABEL, (void *)(uintptr_t)label.data, label.size };
	if (n == 1)
		return OK;
	rv = t->module->C_FindObjectsInit(t->session, wanted, n);
	if (rv == CKR_OK) {
		rv = t->module->C_FindObjects(t->session, found, COUNT(found), count);
		t->module->C_FindObjectsFinal(t->session);
	}
	if (rv != CKR_OK)
		return token_problem(t, rv, "look for the key", why);
	if (*count)
		*out = found[0];
	return OK;
}

static struct span
uri_attribute(const struct token *t, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *a = p11_kit_uri_get_attribute(t->uri, type);

	return a ? span_of(a->pValue, a->ulValueLen) : (struct span){ 0 };
}

static enum err
private_find(const struct token *t, CK_OBJECT_HANDLE *out, struct problem *why)
{
	CK_ULONG count;
	enum err err = object_find(t, CKO_PRIVATE_KEY, uri_attribute(t, CKA_ID), uri_attribute(t, CKA_LABEL), out,
	    &count, why);

	if (err != OK)
		return err;
	if (count == 0)
		return problem_set(why, ERR_NOT_FOUND, "RFC 7512 s2.5",
		    "token \"%s\" has no private key as the URI names it", t->label);
	if (count > 1)
		return problem_set(why, ERR_INVALID, "RFC 7512 s2.5",
		    "token \"%s\" has several private keys as the URI names them; expected one", t->label);
	return OK;
}

/* The public object that goes with a private one: by its id, for want of that by its label. 0: none. */
static CK_OBJECT_HANDLE
public_find(const struct token *t, CK_OBJECT_HANDLE private)
{
	struct attribute id, label;
	CK_OBJECT_HANDLE public = 0;
	CK_ULONG count = 0;

	attribute_read(t, private, CKA_ID, &id);
	attribute_read(t, private, CKA_LABEL, &label);
	if (id.value.size)
		object_find(t, CKO_PUBLIC_KEY, id.value, (struct span){ 0 }, &public, &count, NULL);
	if (count != 1)
		object_find(t, CKO_PUBLIC_KEY, (struct span){ 0 }, label.value, &public, &count, NULL);
	return count == 1 ? public : 0;
}

static EVP_PKEY *
pkey_from(const char *algorithm, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	EVP_PKEY *pkey = NULL;

	if (!parameters || !context)
		abort();
	if (EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(parameters);
	return pkey;
}

static EVP_PKEY *
rsa_public(const struct token *t, CK_OBJECT_HANDLE private)
{
	CK_OBJECT_HANDLE from[] = { private, public_find(t, private) };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	struct attribute modulus = { 0 }, exponent = { 0 };
	EVP_PKEY *pkey = NULL;
	BIGNUM *n, *e;

	for (size_t i = 0; i < COUNT(from) && !(modulus.value.size && exponent.value.size); i++) {
		if (!from[i])
			continue;
		attribute_read(t, from[i], CKA_MODULUS, &modulus);
		attribute_read(t, from[i], CKA_PUBLIC_EXPONENT, &exponent);
	}
	n = BN_bin2bn(modulus.value.data, (int)modulus.value.size, NULL);
	e = BN_bin2bn(exponent.value.data, (int)exponent.value.size, NULL);
	if (!build || !n || !e || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1)
		abort();
	if (modulus.value.size && exponent.value.size)
		pkey = pkey_from("RSA", build);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return pkey;
}

/* Tokens give the point as an OCTET STRING (PKCS#11 2.40 s2.3.3) or, some of them, bare: the size tells. */
static struct span
point_of(const struct curve *curve, struct span s)
{
	if (s.size == curve->point + 2 && s.data[0] == 0x04 && s.data[1] == curve->point)
		return span_skip(s, 2);
	return s.size == curve->point ? s : (struct span){ 0 };
}

static EVP_PKEY *
curve_public(const struct token *t, CK_OBJECT_HANDLE private, CK_KEY_TYPE kind)
{
	CK_OBJECT_HANDLE public = public_find(t, private);
	struct attribute parameters, point;
	const struct curve *curve = NULL;
	OSSL_PARAM_BLD *build;
	struct span p;
	EVP_PKEY *pkey = NULL;
	const char *group;

	attribute_read(t, private, CKA_EC_PARAMS, &parameters);
	for (size_t i = 0; i < COUNT(curves) && !curve; i++)
		if (curves[i].kind == kind && span_equal(curves[i].parameters, parameters.value))
			curve = &curves[i];
	/* The private object should not have the point, but where there is no public one it may. */
	attribute_read(t, public ? public : private, CKA_EC_POINT, &point);
	if (!curve || (p = point_of(curve, point.value)).size == 0)
		return NULL;
	if (kind == CKK_EC_EDWARDS)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, p.data, p.size);
	build = OSSL_PARAM_BLD_new();
	group = key_facts(curve->type)->group;
	if (!build || OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, p.data, p.size) != 1)
		abort();
	pkey = pkey_from("EC", build);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

static enum err
public_read(struct token_key *k, struct problem *why)
{
	const struct token *t = &k->token;
	struct attribute kind_read;
	CK_KEY_TYPE kind = CKK_VENDOR_DEFINED;
	EVP_PKEY *pkey = NULL;
	enum err err = OK;
	char found[64];

	attribute_read(t, k->object, CKA_KEY_TYPE, &kind_read);
	if (kind_read.value.size == sizeof(kind))
		memcpy(&kind, kind_read.value.data, sizeof(kind));
	if (kind == CKK_RSA)
		pkey = rsa_public(t, k->object);
	else if (kind == CKK_EC || kind == CKK_EC_EDWARDS)
		pkey = curve_public(t, k->object, kind);
	ERR_clear_error();
	if (!pkey)
		return problem_set(why, ERR_UNSUPPORTED, "PKCS#11",
		    "token \"%s\": the key is of a kind not used here, or its public object is missing; "
		    "expected RSA, P-256, P-384 or Ed25519 with a public object of the same id or label", t->label);
	k->key.type = key_type_of(pkey, found);
	if (k->key.type == KEY_UNKNOWN)
		err = problem_set(why, ERR_UNSUPPORTED, "",
		    "token \"%s\" holds %s; expected RSA of 2048, 3072 or 4096 bits, P-256, P-384 or Ed25519", t->label,
		    found);
	else
		k->key.spki = spki_of(pkey);
	EVP_PKEY_free(pkey);
	return err;
}

static enum err
token_key_open(const char *uri, const char *directory, struct key **out, struct problem *why)
{
	struct token_key *k = calloc(1, sizeof(*k));
	enum err err;

	(void)directory;
	if (!k)
		abort();
	k->key.kind = &token_key_kind;
	if ((err = token_open(&k->token, uri, false, why)) != OK ||
	    (err = private_find(&k->token, &k->object, why)) != OK || (err = public_read(k, why)) != OK)
		key_free(&k->key);
	else
		*out = &k->key;
	return err;
}

/* Signing */

static CK_RV
sign_once(struct token_key *k, struct span input, uint8_t *out, size_t *size)
{
	CK_MECHANISM mechanism = { 0 };
	CK_ULONG made = SIGNATURE_LARGEST;
	CK_RV rv;

	if (k->key.type == KEY_ED25519)
		mechanism.mechanism = CKM_EDDSA;
	else
		mechanism.mechanism = key_facts(k->key.type)->field ? CKM_ECDSA : CKM_RSA_PKCS;
	if (!k->token.session)
		return CKR_SESSION_HANDLE_INVALID;
	rv = k->token.module->C_SignInit(k->token.session, &mechanism, k->object);
	if (rv == CKR_OK)
		rv = k->token.module->C_Sign(k->token.session, (CK_BYTE *)(uintptr_t)input.data, input.size, out,
		    &made);
	*size = made;
	return rv;
}

/* After a token was pulled and put back, or its session was closed by whoever else uses the module. */
static bool
worth_renewing(CK_RV rv)
{
	static const CK_RV gone[] = {
		CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT,
		CKR_USER_NOT_LOGGED_IN, CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID, CKR_OPERATION_ACTIVE,
	};

	for (size_t i = 0; i < COUNT(gone); i++)
		if (gone[i] == rv)
			return true;
	return false;
}

/* Finds the key again; another token may have come into the slot, so it must be the same. */
static enum err
find_again(struct token_key *k, struct problem *why)
{
	struct token_key again = { .token = k->token };
	enum err err = private_find(&k->token, &k->object, why);
	bool same;

	if (err != OK)
		return err;
	again.object = k->object;
	err = public_read(&again, why);
	same = err == OK && span_equal(again.key.spki, k->key.spki);
	OPENSSL_free((void *)(uintptr_t)again.key.spki.data);
	if (err == OK && !same)
		err = problem_set(why, ERR_INVALID, "", "token \"%s\" came back with another key", k->token.label);
	return err;
}

static enum err
renew(struct token_key *k, struct problem *why)
{
	enum err err = token_session_renew(&k->token, why);

	if (err == OK)
		err = find_again(k, why);
	/* Without a session the next signature starts here again. */
	if (err != OK)
		token_session_close(&k->token);
	return err;
}

/* Not every module bears several threads, and a session that is renewed logs the token's others out: one signature at a
 * time over all tokens. */
static enum err
token_key_sign(struct key *key, struct span input, uint8_t *out, size_t *size, struct problem *why)
{
	struct token_key *k = (struct token_key *)key;
	uint8_t info[sizeof(digest_info) + DIGEST_LARGEST];
	const struct key_facts *f = key_facts(key->type);
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	enum err err = OK;
	CK_RV rv;

	if (strcmp(f->algorithm, "RSA") == 0) {
		assert(input.size == 32);
		memcpy(info, digest_info, sizeof(digest_info));
		memcpy(info + sizeof(digest_info), input.data, input.size);
		input = span_of(info, sizeof(digest_info) + input.size);
	}
	pthread_mutex_lock(&one_at_a_time);
	rv = sign_once(k, input, out, size);
	if (worth_renewing(rv)) {
		err = renew(k, why);
		if (err == OK)
			rv = sign_once(k, input, out, size);
	}
	pthread_mutex_unlock(&one_at_a_time);
	if (err == OK && rv != CKR_OK)
		err = token_problem(&k->token, rv, "sign", why);
	return err;
}

/* Making one */

struct recipe {
	CK_MECHANISM mechanism;
	CK_ATTRIBUTE special[2]; /* of the public object: its size or its curve */
	CK_ULONG special_count;
};

static CK_RV
pair_make(const struct token *t, const struct recipe *r, struct span id, struct span label)
{
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ATTRIBUTE public[8] = { { CKA_TOKEN, &yes, sizeof(yes) }, { CKA_VERIFY, &yes, sizeof(yes) } };
	CK_ATTRIBUTE private[8] = {
		{ CKA_TOKEN, &yes, sizeof(yes) }, { CKA_PRIVATE, &yes, sizeof(yes) }, { CKA_SIGN, &yes, sizeof(yes) },
		{ CKA_SENSITIVE, &yes, sizeof(yes) }, { CKA_EXTRACTABLE, &no, sizeof(no) },
	};
	CK_ATTRIBUTE names[] = {
		{ CKA_ID, (void *)(uintptr_t)id.data, id.size },
		{ CKA_LABEL, (void *)(uintptr_t)label.data, label.size },
	};
	CK_ULONG publics = 2, privates = 5;
	CK_OBJECT_HANDLE made[2];
	CK_MECHANISM mechanism = r->mechanism;

	for (CK_ULONG i = 0; i < r->special_count; i++)
		public[publics++] = r->special[i];
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].ulValueLen)
			public[publics++] = private[privates++] = names[i];
	return t->module->C_GenerateKeyPair(t->session, &mechanism, public, publics, private, privates, &made[0],
	    &made[1]);
}

static enum err
token_key_generate(const char *uri, const char *directory, enum key_type type, struct problem *why)
{
	static CK_BYTE exponent[] = { 1, 0, 1 };
	const struct key_facts *f = key_facts(type);
	CK_ULONG bits = (CK_ULONG)f->bits, count = 0;
	CK_RV rv = CKR_MECHANISM_INVALID;
	CK_OBJECT_HANDLE object;
	uint8_t drawn[16];
	struct token t;
	struct span id, label;
	enum err err;

	(void)directory;
	err = token_open(&t, uri, true, why);
	if (err != OK)
		return err;
	id = uri_attribute(&t, CKA_ID);
	label = uri_attribute(&t, CKA_LABEL);
	err = object_find(&t, CKO_PRIVATE_KEY, id, label, &object, &count, why);
	if (err == OK && count)
		err = problem_set(why, ERR_CONFLICT, "", "token \"%s\" has a private key of this name already",
		    t.label);
	if (err != OK)
		goto out;
	if (id.size == 0) {
		/* What ties the public object to the private one. */
		random_bytes(drawn, sizeof(drawn));
		id = span_of(drawn, sizeof(drawn));
	}
	if (strcmp(f->algorithm, "RSA") == 0) {
		struct recipe r = { { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 }, { { CKA_MODULUS_BITS, &bits, sizeof(bits) },
		    { CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent) } }, 2 };

		rv = pair_make(&t, &r, id, label);
	}
	for (size_t i = 0; i < COUNT(curves) && rv != CKR_OK; i++) {
		CK_MECHANISM_TYPE make = curves[i].kind == CKK_EC ? CKM_EC_KEY_PAIR_GEN : CKM_EC_EDWARDS_KEY_PAIR_GEN;
		struct recipe r = { { make, NULL, 0 }, { { CKA_EC_PARAMS, (void *)(uintptr_t)curves[i].parameters.data,
		    curves[i].parameters.size } }, 1 };

		if (curves[i].type == type)
			rv = pair_make(&t, &r, id, label);
	}
	if (rv != CKR_OK)
		err = token_problem(&t, rv, "make the key", why);
out:
	token_close(&t);
	return err;
}

static enum err
token_key_destroy(const char *uri, const char *directory, struct problem *why)
{
	CK_OBJECT_HANDLE private, public;
	struct token t;
	enum err err;
	CK_RV rv;

	(void)directory;
	err = token_open(&t, uri, true, why);
	if (err != OK)
		return err;
	err = private_find(&t, &private, why);
	if (err == OK) {
		public = public_find(&t, private);
		rv = t.module->C_DestroyObject(t.session, private);
		if (rv == CKR_OK && public)
			rv = t.module->C_DestroyObject(t.session, public);
		if (rv != CKR_OK)
			err = token_problem(&t, rv, "remove the key", why);
	}
	token_close(&t);
	return err;
}

static void
token_key_free(struct key *key)
{
	struct token_key *k = (struct token_key *)key;

	token_close(&k->token);
	free(k);
}

const struct key_kind token_key_kind = {
	"pkcs11:", token_key_open, token_key_generate, token_key_destroy, token_key_sign, token_key_free,
};
