/* tests/jpki/ocsp_maker.h - an authority, certificates of its own and responders' of every kind, and OCSP responses,
 * right and wrong; all by OpenSSL, so that what we read was written by others. */
#pragma once

#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/clock.h"
#include "crypto/x509.h"

#define OCSP_NOON 1795305600 /* 2026-11-22T00:00:00Z, in seconds: when all of it takes place */
#define OCSP_DAY 86400

struct made_certificate {
	X509 *openssl;
	EVP_PKEY *key;
	uint8_t *der;
	struct x509 x509;
};

/* How a certificate is to be; 0 and NULL are what is usual. */
struct certificate_wish {
	const char *name;
	long serial;
	const struct made_certificate *issuer; /* NULL: itself */
	const struct made_certificate *name_of; /* the subject is this one's */
	EVP_PKEY *key;                          /* NULL: a new one */
	EVP_PKEY *signed_by;                    /* NULL: the issuer's */
	long from, until;                       /* seconds from noon */
	bool authority;
	const char *usage, *extended_usage, *access;
	bool no_check, unknown_critical;
	bool no_names;                          /* a subjectAltName of nobody */
};

static inline void
add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (!extension)
		abort();
	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
}

static inline void
add_bytes(X509 *certificate, const char *type, int critical, const char *two)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(type, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	ASN1_OCTET_STRING_set(value, (const uint8_t *)two, 2);
	extension = X509_EXTENSION_create_by_OBJ(NULL, oid, critical, value);
	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

static inline void
made_read(struct made_certificate *made)
{
	struct problem why;
	int size;

	made->der = NULL;
	size = i2d_X509(made->openssl, &made->der);
	if (size <= 0 || x509_read_responder(span_of(made->der, (size_t)size), &made->x509, &why) != OK)
		abort();
}

static inline struct made_certificate
certificate_make(const struct certificate_wish *wish)
{
	struct made_certificate made = { .openssl = X509_new() };
	X509_NAME *name = X509_NAME_new();

	made.key = wish->key ? wish->key : EVP_RSA_gen(2048);
	if (wish->key)
		EVP_PKEY_up_ref(wish->key);
	X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const uint8_t *)"JP", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)"JPKI-TEST", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)wish->name, -1, -1, 0);
	X509_set_version(made.openssl, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(made.openssl), wish->serial);
	X509_set_subject_name(made.openssl,
	    wish->name_of ? X509_get_subject_name(wish->name_of->openssl) : name);
	X509_set_issuer_name(made.openssl, wish->issuer ? X509_get_subject_name(wish->issuer->openssl)
	                                                : X509_get_subject_name(made.openssl));
	ASN1_TIME_set(X509_getm_notBefore(made.openssl), OCSP_NOON + (wish->from ? wish->from : -30 * OCSP_DAY));
	ASN1_TIME_set(X509_getm_notAfter(made.openssl), OCSP_NOON + (wish->until ? wish->until : 365 * OCSP_DAY));
	X509_set_pubkey(made.openssl, made.key);
	if (wish->authority)
		add_extension(made.openssl, NID_basic_constraints, "critical,CA:TRUE");
	if (wish->usage)
		add_extension(made.openssl, NID_key_usage, wish->usage);
	if (wish->extended_usage)
		add_extension(made.openssl, NID_ext_key_usage, wish->extended_usage);
	if (wish->access)
		add_extension(made.openssl, NID_info_access, wish->access);
	if (wish->no_check)
		add_extension(made.openssl, NID_id_pkix_OCSP_noCheck, "NULL");
	if (wish->unknown_critical)
		add_bytes(made.openssl, "1.2.3.4", 1, "\x05\x00");
	if (wish->no_names)
		add_bytes(made.openssl, "2.5.29.17", 0, "\x30\x00");
	add_extension(made.openssl, NID_subject_key_identifier, "hash");
	X509_sign(made.openssl, wish->signed_by ? wish->signed_by : wish->issuer ? wish->issuer->key : made.key,
	    EVP_sha256());
	X509_NAME_free(name);
	made_read(&made);
	return made;
}

static inline void
made_free(struct made_certificate *made)
{
	X509_free(made->openssl);
	EVP_PKEY_free(made->key);
	OPENSSL_free(made->der);
}

enum made_nonce { NO_NONCE, OUR_NONCE, OTHER_NONCE };

/* How a response is to be. Times are seconds from noon. */
struct response_wish {
	const struct made_certificate *signer, *shown; /* shown: the certificate that is put in; NULL: none */
	bool by_key;                       /* it names itself by its key */
	const struct made_certificate *about, *about_issuer; /* CertID */
	bool sha256;                       /* CertID by it instead of SHA-1 */
	int status;                        /* V_OCSP_CERTSTATUS_… */
	int reason;
	long revoked, this_update, next_update, produced; /* next_update 0: none */
	enum made_nonce nonce;
	bool twice, critical;
	int failure;                       /* OCSP_RESPONSE_STATUS_…, and nothing else */
};

static const uint8_t made_nonce[32] = "a nonce of thirty-two bytes ...";

static inline void
add_status(OCSP_BASICRESP *basic, const struct response_wish *w)
{
	ASN1_TIME *revoked = ASN1_TIME_set(NULL, OCSP_NOON + w->revoked),
	          *from = ASN1_TIME_set(NULL, OCSP_NOON + w->this_update),
	          *next = w->next_update ? ASN1_TIME_set(NULL, OCSP_NOON + w->next_update) : NULL;
	OCSP_CERTID *id = OCSP_cert_to_id(
	    w->sha256 ? EVP_sha256() : EVP_sha1(), w->about->openssl, w->about_issuer->openssl);

	OCSP_basic_add1_status(basic, id, w->status, w->reason, revoked, from, next);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(revoked);
	ASN1_TIME_free(from);
	ASN1_TIME_free(next);
}

static inline void
add_critical(OCSP_BASICRESP *basic)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	ASN1_OCTET_STRING_set(value, (const uint8_t *)"\x05\x00", 2);
	extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
	OCSP_BASICRESP_add_ext(basic, extension, -1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

/* DER, of OpenSSL's memory. */
static inline struct span
response_make(const struct response_wish *w)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_RESPONSE *response;
	uint8_t nonce[sizeof(made_nonce)], *der = NULL;
	int size;

	if (!w->failure) {
		add_status(basic, w);
		if (w->twice)
			add_status(basic, w);
		memcpy(nonce, made_nonce, sizeof(nonce));
		nonce[0] ^= w->nonce == OTHER_NONCE;
		if (w->nonce)
			OCSP_basic_add1_nonce(basic, nonce, sizeof(nonce));
		if (w->critical)
			add_critical(basic);
		ASN1_GENERALIZEDTIME_set(
		    (ASN1_GENERALIZEDTIME *)OCSP_resp_get0_produced_at(basic), OCSP_NOON + w->produced);
		if (w->shown)
			OCSP_basic_add1_cert(basic, w->shown->openssl);
		if (!OCSP_basic_sign(basic, w->signer->openssl, w->signer->key, EVP_sha256(), NULL,
		        OCSP_NOCERTS | OCSP_NOTIME | (w->by_key ? OCSP_RESPID_KEY : 0)))
			abort();
	}
	response = OCSP_response_create(w->failure, w->failure ? NULL : basic);
	size = i2d_OCSP_RESPONSE(response, &der);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	return span_of(der, size > 0 ? (size_t)size : 0);
}
