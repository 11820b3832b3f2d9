/* tests/crypto/signed_data.h - SignedData as OpenSSL makes it, and as nobody should: built piece by piece, its
 * signature good but for what is wrong with it.
 */
#pragma once

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "expect.h"

#include "crypto/der_maker.h"

#define DER(text) span_of(text, sizeof(text) - 1)
#define OID_DATA DER("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define OID_SIGNED_DATA DER("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_TST_INFO DER("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")
#define OID_CONTENT_TYPE DER("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define OID_MESSAGE_DIGEST DER("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_TIME DER("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define OID_SIGNING_CERTIFICATE_V2 DER("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f")
#define A_SHA256 DER("\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00")
#define A_SHA512 DER("\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00")
#define A_SHA1 DER("\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00")
#define A_RSA_SHA256 DER("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00")
#define A_RSA_SHA512 DER("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00")
#define A_RSA DER("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")

struct cms_signer {
	EVP_PKEY *key;
	X509 *x509;
	struct span certificate, spki;
};

/* Self-signed, with a subject key identifier. */
static inline struct cms_signer
cms_signer_new(struct arena *a, EVP_PKEY *key, const char *name, long serial)
{
	struct cms_signer s = { key, X509_new(), { 0 }, { 0 } };
	ASN1_OCTET_STRING *identifier = ASN1_OCTET_STRING_new();
	X509_NAME *subject = X509_get_subject_name(s.x509);
	uint8_t *der = NULL, hash[20];
	unsigned size = 0;

	assert_non_null(key);
	X509_set_version(s.x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(s.x509), serial);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const uint8_t *)name, -1, -1, 0);
	X509_set_issuer_name(s.x509, subject);
	ASN1_TIME_set(X509_getm_notBefore(s.x509), 1790000000);
	ASN1_TIME_set(X509_getm_notAfter(s.x509), 1890000000);
	X509_set_pubkey(s.x509, key);
	X509_pubkey_digest(s.x509, EVP_sha1(), hash, &size);
	ASN1_OCTET_STRING_set(identifier, hash, (int)size);
	X509_add1_ext_i2d(s.x509, NID_subject_key_identifier, identifier, 0, X509V3_ADD_APPEND);
	ASN1_OCTET_STRING_free(identifier);
	assert_true(X509_sign(s.x509, key, EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? EVP_sha384() : EVP_sha256()) > 0);
	s.certificate.size = (size_t)i2d_X509(s.x509, &der);
	s.certificate = arena_copy(a, span_of(der, s.certificate.size));
	OPENSSL_free(der);
	der = NULL;
	s.spki.size = (size_t)i2d_PUBKEY(key, &der);
	s.spki = arena_copy(a, span_of(der, s.spki.size));
	OPENSSL_free(der);
	return s;
}

static inline void
cms_signer_free(struct cms_signer *s)
{
	EVP_PKEY_free(s->key);
	X509_free(s->x509);
}

/* As OpenSSL does it: `flags` of CMS_sign(); signed by all of `signers`. */
static inline struct span
cms_by_openssl(struct arena *a, const struct cms_signer *signers, size_t count, struct span content, unsigned flags,
    const EVP_MD *method)
{
	BIO *in = BIO_new_mem_buf(content.data, (int)content.size), *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, in, flags | CMS_BINARY | CMS_PARTIAL);
	struct span der;
	char *data;

	assert_non_null(cms);
	for (size_t i = 0; i < count; i++)
		assert_non_null(CMS_add1_signer(cms, signers[i].x509, signers[i].key, method, flags));
	if (flags & CMS_STREAM) {
		assert_int_equal(i2d_CMS_bio_stream(out, cms, in, (int)(flags | CMS_BINARY)), 1);
	} else {
		assert_int_equal(CMS_final(cms, in, NULL, flags | CMS_BINARY), 1);
		assert_int_equal(i2d_CMS_bio(out, cms), 1);
	}
	der.size = (size_t)BIO_get_mem_data(out, &data);
	der = arena_copy(a, span_of(data, der.size));
	BIO_free(in);
	BIO_free(out);
	CMS_ContentInfo_free(cms);
	return der;
}

/* Piece by piece */

#define der_of(a, tag, ...) WRAP(a, (uint8_t)(tag), __VA_ARGS__)

static inline struct span
der_number_of(struct arena *a, unsigned number)
{
	uint8_t byte = (uint8_t)number;

	return der_of(a, DER_INTEGER, arena_copy(a, span_of(&byte, 1)));
}

static inline int
der_compare(const void *x, const void *y)
{
	return span_compare(*(const struct span *)x, *(const struct span *)y);
}

/* What is to be otherwise than it should be; the zero one is a good SignedData by issuer and serial number. */
struct cms_plan {
	unsigned version, info_version; /* 0: those that fit */
	bool by_key_id, detached, no_attributes, no_certificate, unsorted;
	bool no_type, no_digest, type_twice, digest_of_two, other_content, no_signer, other_set;
	struct span type, stated_type;  /* empty: data; as the type is */
	struct span digest, signature;  /* AlgorithmIdentifiers; empty: SHA-256, and RSA with it */
	struct span signing_certificate; /* the value of signingCertificateV2 */
	struct span behind;             /* the SignerInfo: unsigned attributes */
	struct span wrapped;            /* in the content's place */
};

static inline struct span
cms_attribute(struct arena *a, struct span oid, struct span value, struct span second)
{
	return der_of(a, DER_SEQUENCE, der_of(a, DER_OID, oid),
	    second.size ? der_of(a, DER_SET, value, second) : der_of(a, DER_SET, value));
}

/* The SET that is signed. */
static inline struct span
cms_attributes(struct arena *a, const struct cms_plan *p, struct span type, struct span content)
{
	struct span list[8] = { { 0 } }, digest_value;
	uint8_t hash[32];
	size_t count = 0;

	EVP_Digest(content.data, content.size, hash, NULL, EVP_sha256(), NULL);
	digest_value = der_of(a, DER_OCTET_STRING, arena_copy(a, span_of(hash, sizeof(hash))));
	if (!p->no_type)
		list[count++] = cms_attribute(a, OID_CONTENT_TYPE,
		    der_of(a, DER_OID, p->stated_type.size ? p->stated_type : type), (struct span){ 0 });
	if (p->type_twice)
		list[count++] = cms_attribute(a, OID_CONTENT_TYPE, der_of(a, DER_OID, OID_TST_INFO),
		    (struct span){ 0 });
	if (!p->no_digest)
		list[count++] = cms_attribute(a, OID_MESSAGE_DIGEST, digest_value,
		    p->digest_of_two ? der_of(a, DER_OCTET_STRING, DER("other")) : (struct span){ 0 });
	list[count++] = cms_attribute(a, OID_SIGNING_TIME, der_of(a, DER_UTC_TIME, DER("261123050000Z")),
	    (struct span){ 0 });
	if (p->signing_certificate.size)
		list[count++] = cms_attribute(a, OID_SIGNING_CERTIFICATE_V2, p->signing_certificate,
		    (struct span){ 0 });
	qsort(list, count, sizeof(list[0]), der_compare);
	if (p->unsorted) {
		struct span first = list[0];

		list[0] = list[1];
		list[1] = first;
	}
	return wrap(a, DER_SET, join(a, list, count));
}

static inline struct span
cms_sign_bytes(struct arena *a, const struct cms_signer *signer, struct span bytes)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t value[512];
	size_t size = sizeof(value);

	assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, signer->key), 1);
	assert_int_equal(EVP_DigestSign(context, value, &size, bytes.data, bytes.size), 1);
	EVP_MD_CTX_free(context);
	return arena_copy(a, span_of(value, size));
}

static inline struct span
cms_signer_info(struct arena *a, const struct cms_plan *p, const struct cms_signer *signer, struct span type,
    struct span content)
{
	struct span set = cms_attributes(a, p, type, content), tagged = arena_copy(a, set), issuer, serial, identifier;
	const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(signer->x509);
	uint8_t *name = NULL;

	((uint8_t *)(uintptr_t)tagged.data)[0] = DER_CONTEXT_0;
	issuer.size = (size_t)i2d_X509_NAME(X509_get_issuer_name(signer->x509), &name);
	issuer = arena_copy(a, span_of(name, issuer.size));
	OPENSSL_free(name);
	serial = der_number_of(a, (unsigned)ASN1_INTEGER_get(X509_get_serialNumber(signer->x509)));
	identifier = p->by_key_id
	    ? der_of(a, DER_PRIMITIVE(0), span_of(ASN1_STRING_get0_data(key_id), (size_t)ASN1_STRING_length(key_id)))
	    : der_of(a, DER_SEQUENCE, issuer, serial);
	return der_of(a, DER_SEQUENCE, der_number_of(a, p->info_version ? p->info_version : p->by_key_id ? 3 : 1),
	    identifier, p->digest.size ? p->digest : A_SHA256, p->no_attributes ? DER("") : tagged,
	    p->signature.size ? p->signature : A_RSA_SHA256,
	    der_of(a, DER_OCTET_STRING, cms_sign_bytes(a, signer, p->no_attributes ? content : set)),
	    p->behind.size ? p->behind : DER(""));
}

static inline struct span
cms_built(struct arena *a, const struct cms_plan *p, const struct cms_signer *signer, struct span content)
{
	struct span type = p->type.size ? p->type : OID_DATA, inside = p->other_content ? DER("another") : content;
	bool plain = type.size == OID_DATA.size && !p->by_key_id;

	inside = der_of(a, DER_CONTEXT_0, p->wrapped.size ? p->wrapped : der_of(a, DER_OCTET_STRING, inside));
	return der_of(a, DER_SEQUENCE, der_of(a, DER_OID, OID_SIGNED_DATA),
	    der_of(a, DER_CONTEXT_0,
	        der_of(a, DER_SEQUENCE, der_number_of(a, p->version ? p->version : plain ? 1 : 3),
	            der_of(a, DER_SET, p->other_set ? A_SHA512 : p->digest.size ? p->digest : A_SHA256),
	            der_of(a, DER_SEQUENCE, der_of(a, DER_OID, type), p->detached ? DER("") : inside),
	            p->no_certificate ? DER("") : der_of(a, DER_CONTEXT_0, signer->certificate),
	            p->no_signer ? der_of(a, DER_SET, DER(""))
	                         : der_of(a, DER_SET, cms_signer_info(a, p, signer, type, content)))));
}
