/* crypto/certificate.c - X.509 around our own keys, and what others see of it. */
#include "crypto/certificate.h"

#include <stdlib.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/random.h"
#include "codec/der.h"
#include "crypto/key_kind.h"
#include "crypto/library.h"

#define SUBJECT_LARGEST (4 * KIB)
#define CERTIFICATE_LARGEST (64 * KIB)

static const int signature_nids[] = {
	[KEY_RSA_2048] = NID_sha256WithRSAEncryption,
	[KEY_RSA_3072] = NID_sha256WithRSAEncryption,
	[KEY_RSA_4096] = NID_sha256WithRSAEncryption,
	[KEY_P256] = NID_ecdsa_with_SHA256,
	[KEY_P384] = NID_ecdsa_with_SHA384,
	[KEY_ED25519] = NID_ED25519,
};

/* RFC 8017 appendix A.2.4: NULL parameters for RSA; RFC 5758 s3.2 and RFC 8410 s3: none for the others. */
static void
algorithm_set(const X509_ALGOR *algorithm, const struct key *key)
{
	int nid = signature_nids[key_type(key)];

	/* The library hands these fields out as const although it has no other way to set them for a foreign signer. */
	if (X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)algorithm, OBJ_nid2obj(nid),
	    nid == NID_sha256WithRSAEncryption ? V_ASN1_NULL : V_ASN1_UNDEF, NULL) != 1)
		abort();
}

static bool
set_serial(X509 *x)
{
	uint8_t bytes[16];
	BIGNUM *number;
	bool good;

	random_bytes(bytes, sizeof(bytes));
	/* Positive, and all 16 bytes long (RFC 5280 s4.1.2.2). */
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40);
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
	BN_free(number);
	return good;
}

/* ub-common-name, ub-organization-name (RFC 5280 appendix A), X.520 countryName. */
static enum err
check_name(const struct certificate_name *name, struct problem *why)
{
	const struct {
		const char *what, *text;
	} parts[] = { { "common name", name->common_name }, { "organization", name->organization } };
	const char *c = name->country;

	for (size_t i = 0; i < COUNT(parts); i++)
		if (parts[i].text && (!parts[i].text[0] || strlen(parts[i].text) > 64))
			return problem_set(why, ERR_INVALID, "RFC 5280 appendix A",
			    "the %s has %zu bytes, expected 1 to 64", parts[i].what, strlen(parts[i].text));
	if (c && (strlen(c) != 2 || c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z'))
		return problem_set(why, ERR_INVALID, "RFC 5280 appendix A",
		    "the country is \"%s\", expected two capital letters", c);
	return OK;
}

/* The widest first, as directories have them. */
static bool
set_names(X509 *x, const struct certificate_name *given)
{
	const struct {
		const char *attribute, *text;
	} parts[] = { { "C", given->country }, { "O", given->organization }, { "CN", given->common_name } };
	X509_NAME *name = X509_NAME_new();
	bool good = name != NULL;

	for (size_t i = 0; i < COUNT(parts) && good; i++)
		good = !parts[i].text || X509_NAME_add_entry_by_txt(name, parts[i].attribute, MBSTRING_UTF8,
		    (const uint8_t *)parts[i].text, -1, -1, 0);
	good = good && X509_set_subject_name(x, name) && X509_set_issuer_name(x, name);
	X509_NAME_free(name);
	return good;
}

/* ASN1_TIME_set() chooses the form by the year, as RFC 5280 s4.1.2.5 wants. */
static bool
set_times(X509 *x, struct instant from, struct instant until)
{
	return ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(from.us / SECONDS(1))) &&
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(until.us / SECONDS(1)));
}

static bool
set_public_key(X509 *x, struct span spki)
{
	const uint8_t *at = spki.data;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)spki.size);
	bool good = pkey && X509_set_pubkey(x, pkey);

	EVP_PKEY_free(pkey);
	return good;
}

static bool
add_extensions(X509 *x)
{
	ASN1_OCTET_STRING *identifier = ASN1_OCTET_STRING_new();
	BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
	ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	bool good;

	if (!identifier || !constraints || !usage)
		abort();
	constraints->ca = 0;
	/* RFC 5280 s4.2.1.2 method 1: SHA-1 of the public key's bits; s4.2.1.3: bit 0 is digitalSignature. */
	good = X509_pubkey_digest(x, EVP_sha1(), hash, &size) && ASN1_OCTET_STRING_set(identifier, hash, (int)size) &&
	    ASN1_BIT_STRING_set_bit(usage, 0, 1) &&
	    X509_add1_ext_i2d(x, NID_subject_key_identifier, identifier, 0, X509V3_ADD_APPEND) == 1 &&
	    X509_add1_ext_i2d(x, NID_basic_constraints, constraints, 1, X509V3_ADD_APPEND) == 1 &&
	    X509_add1_ext_i2d(x, NID_key_usage, usage, 1, X509V3_ADD_APPEND) == 1;
	ASN1_OCTET_STRING_free(identifier);
	BASIC_CONSTRAINTS_free(constraints);
	ASN1_BIT_STRING_free(usage);
	return good;
}

/* Signs the part to be signed by our own handle, for the library cannot reach a key in a token. */
static enum err
sign(X509 *x, const struct key *key, struct arena *a, struct problem *why)
{
	const ASN1_BIT_STRING *value;
	const X509_ALGOR *algorithm;
	ASN1_BIT_STRING *place;
	struct span signature, encoded = { 0 };
	uint8_t *tbs = NULL;
	int size;
	enum err err;

	X509_get0_signature(&value, &algorithm, x);
	algorithm_set(algorithm, key);
	algorithm_set(X509_get0_tbs_sigalg(x), key);
	size = i2d_re_X509_tbs(x, &tbs);
	if (size <= 0)
		return library_problem(why, "cannot encode the certificate");
	err = key_sign(key, span_of(tbs, (size_t)size), a, &signature, why);
	OPENSSL_free(tbs);
	if (err != OK)
		return err;
	if (key_facts(key_type(key))->field)
		signature = encoded = ecdsa_to_der(signature);
	place = (ASN1_BIT_STRING *)(uintptr_t)value;
	if (ASN1_BIT_STRING_set(place, (uint8_t *)(uintptr_t)signature.data, (int)signature.size) != 1)
		abort();
	/* All bits count: without this the encoder would strip trailing zero bits. */
	place->flags = (place->flags & ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07)) | ASN1_STRING_FLAG_BITS_LEFT;
	OPENSSL_free((void *)(uintptr_t)encoded.data);
	return OK;
}

enum err
certificate_self_signed(const struct key *key, const struct certificate_name *name, struct instant from,
    struct instant until, struct arena *a, struct span *der, struct problem *why)
{
	X509 *x = X509_new();
	uint8_t *encoded = NULL;
	int size;
	enum err err;

	if (!x)
		abort();
	err = check_name(name, why);
	if (err != OK)
		goto out;
	if (!X509_set_version(x, X509_VERSION_3) || !set_serial(x) || !set_names(x, name) ||
	    !set_times(x, from, until) || !set_public_key(x, key_public(key)) || !add_extensions(x)) {
		err = library_problem(why, "cannot make the certificate");
		goto out;
	}
	err = sign(x, key, a, why);
	if (err != OK)
		goto out;
	size = i2d_X509(x, &encoded);
	if (size <= 0) {
		err = library_problem(why, "cannot encode the certificate");
		goto out;
	}
	*der = arena_copy(a, span_of(encoded, (size_t)size));
	OPENSSL_free(encoded);
out:
	X509_free(x);
	return err;
}

static bool
time_of(const ASN1_TIME *t, struct instant *out)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = (struct instant){ SECONDS(timegm(&tm)) };
	return true;
}

static const char *
subject_of(const X509 *x, struct arena *a)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text = NULL;
	char *data;
	long size;

	if (!bio)
		abort();
	/* RFC 4514, but with characters as they are: everything we write is UTF-8. */
	if (X509_NAME_print_ex(bio, X509_get_subject_name(x), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0 &&
	    (size = BIO_get_mem_data(bio, &data)) >= 0 && (size_t)size <= SUBJECT_LARGEST)
		text = arena_text(a, span_of(data, (size_t)size));
	BIO_free(bio);
	return text;
}

enum err
certificate_read(struct span der, struct arena *a, struct certificate_facts *out, struct problem *why)
{
	const uint8_t *at = der.data;
	uint8_t *spki = NULL;
	X509 *x = NULL;
	enum err err = OK;
	int size;

	*out = (struct certificate_facts){ 0 };
	if (der.size > CERTIFICATE_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "the certificate has %zu bytes, expected at most %zu", der.size,
		    CERTIFICATE_LARGEST);
	if (der.size)
		x = d2i_X509(NULL, &at, (long)der.size);
	if (!x || at != der.data + der.size) {
		err = problem_set(why, ERR_SYNTAX, "RFC 5280 s4.1", "%s", !x ? "this is no certificate in DER" :
		    "there are bytes behind the certificate");
		goto out;
	}
	out->subject = subject_of(x, a);
	if (!out->subject || !time_of(X509_get0_notBefore(x), &out->from) ||
	    !time_of(X509_get0_notAfter(x), &out->until)) {
		err = problem_set(why, ERR_SYNTAX, "RFC 5280 s4.1",
		    "the certificate's subject or validity cannot be read");
		goto out;
	}
	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	if (size <= 0) {
		err = library_problem(why, "the certificate's public key cannot be read");
		goto out;
	}
	out->spki = arena_copy(a, span_of(spki, (size_t)size));
	digest(DIGEST_SHA256, der, out->sha256);
out:
	OPENSSL_free(spki);
	X509_free(x);
	ERR_clear_error();
	return err;
}

/* RFC 5280 s4.1: [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo. */
enum err
certificate_spki(struct span der, struct span *spki, struct problem *why)
{
	struct span certificate, rest, skipped;
	bool good = der_enter(&der, DER_SEQUENCE, &certificate) && der.size == 0 &&
	    der_enter(&certificate, DER_SEQUENCE, &rest);

	if (good)
		der_enter(&rest, DER_CONTEXT_0, &skipped);
	good = good && der_enter(&rest, DER_INTEGER, &skipped);
	for (int i = 0; good && i < 4; i++)
		good = der_whole(&rest, DER_SEQUENCE, &skipped);
	if (!good || !der_whole(&rest, DER_SEQUENCE, spki))
		return problem_set(why, ERR_SYNTAX, "RFC 5280 s4.1", "this is no certificate in DER");
	return OK;
}

enum err
certificate_from_pem(struct span pem, struct arena *a, struct span *der, struct problem *why)
{
	struct certificate_facts facts;
	char *label = NULL, *header = NULL;
	uint8_t *data = NULL;
	bool found = false;
	long size = 0;
	BIO *bio;

	if (pem.size > 4 * CERTIFICATE_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "the PEM has %zu bytes, expected at most %zu", pem.size,
		    4 * CERTIFICATE_LARGEST);
	bio = BIO_new_mem_buf(pem.size ? (const void *)pem.data : "", (int)pem.size);
	if (!bio)
		abort();
	while (!found && PEM_read_bio(bio, &label, &header, &data, &size) == 1) {
		found = strcmp(label, "CERTIFICATE") == 0;
		if (found)
			*der = arena_copy(a, span_of(data, (size_t)size));
		OPENSSL_free(label);
		OPENSSL_free(header);
		/* The block before may have been a private key. */
		OPENSSL_clear_free(data, (size_t)size);
	}
	BIO_free(bio);
	ERR_clear_error();
	if (!found)
		return problem_set(why, ERR_SYNTAX, "RFC 7468 s5", "there is no \"CERTIFICATE\" block");
	return certificate_read(*der, a, &facts, why);
}

const char *
certificate_to_pem(struct span der, struct arena *a)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text;
	char *data;
	long size;

	if (!bio || PEM_write_bio(bio, "CERTIFICATE", "", der.data, (long)der.size) <= 0)
		abort();
	size = BIO_get_mem_data(bio, &data);
	text = arena_text(a, span_of(data, (size_t)size));
	BIO_free(bio);
	return text;
}
