/* tests/authn/authority.h - a root of one's own, and certificates it signs for hosts and for makers of
 * authenticators. */
#pragma once

#include "expect.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "base/clock.h"

/* 2026-11-22T00:00:00Z: all certificates hold from a year before it to a year after. */
#define AUTHORITY_NOW SECONDS(1795305600)

struct authority {
	EVP_PKEY *key;
	X509 *certificate;
};

static inline void
add_extension(X509 *to, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx(&context, issuer, to, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	assert_non_null(extension);
	X509_add_ext(to, extension, -1);
	X509_EXTENSION_free(extension);
}

/* By itself where there is no issuer; the caller's to free. `host` becomes its name and its subjectAltName. */
static inline struct authority
authority_new(const struct authority *issuer, const char *name, const char *host)
{
	struct authority made = { EVP_EC_gen("P-256"), X509_new() };
	const struct authority *signer = issuer ? issuer : &made;
	static long serial = 1;
	char names[256];

	X509_set_version(made.certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial++);
	ASN1_TIME_set(X509_getm_notBefore(made.certificate), AUTHORITY_NOW / 1000000 - 365 * 86400);
	ASN1_TIME_set(X509_getm_notAfter(made.certificate), AUTHORITY_NOW / 1000000 + 365 * 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(made.certificate), "CN", MBSTRING_UTF8,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(made.certificate, X509_get_subject_name(signer->certificate));
	X509_set_pubkey(made.certificate, made.key);
	add_extension(made.certificate, signer->certificate, NID_basic_constraints, host ? "critical,CA:FALSE" :
	    "critical,CA:TRUE");
	add_extension(made.certificate, signer->certificate, NID_key_usage,
	    host ? "critical,digitalSignature" : "critical,keyCertSign,cRLSign");
	add_extension(made.certificate, signer->certificate, NID_subject_key_identifier, "hash");
	add_extension(made.certificate, signer->certificate, NID_authority_key_identifier, "keyid");
	if (host) {
		snprintf(names, sizeof(names), "DNS:%s", host);
		add_extension(made.certificate, signer->certificate, NID_subject_alt_name, names);
	}
	assert_true(X509_sign(made.certificate, signer->key, EVP_sha256()) > 0);
	return made;
}

static inline void
authority_free(struct authority *a)
{
	EVP_PKEY_free(a->key);
	X509_free(a->certificate);
}

static inline struct span
authority_der(struct arena *a, const struct authority *of)
{
	unsigned char *der = NULL;
	int size = i2d_X509(of->certificate, &der);
	struct span copy = arena_copy(a, span_of(der, (size_t)size));

	OPENSSL_free(der);
	return copy;
}
