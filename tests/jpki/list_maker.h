/* tests/jpki/list_maker.h - authorities, certificates and revocation lists to test with, made by OpenSSL.
 *
 * Extensions are told as sections of an OpenSSL configuration: "[x]" is the one that counts.
 */
#pragma once

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "base/clock.h"
#include "expect.h"

struct maker {
	EVP_PKEY *key;
	X509 *certificate;
	struct span der, name, spki;
};

struct made_entry {
	const char *serial;       /* hexadecimal; "-01": negative */
	const char *revoked_at;   /* NULL: the maker's midnight */
	int reason;               /* 0: none is told; keyCompromise 1 … */
	const char *invalid_from; /* GeneralizedTime */
	const char *issuer;       /* certificateIssuer: a name as in maker_name() */
	const char *unknown;      /* an extension under an OID of its own: "critical", "remark" */
};

struct made_list {
	const char *this_update, *next_update; /* NULL: its midnight, noon of the next day; "": none */
	const char *number;       /* hexadecimal; NULL: none */
	const char *extensions;   /* configuration text */
	const struct made_entry *entries;
	size_t count;
	bool first_version;
};

#define MADE_MIDNIGHT "2026-11-22T00:00:00Z"
#define MADE_NOON "2026-11-22T12:00:00Z"
#define MADE_NEXT "2026-11-23T12:00:00Z"

static inline void
maker_must(bool good, const char *what)
{
	if (!good)
		fail_msg("list_maker: %s", what);
}

static inline struct instant
made_instant(const char *text)
{
	struct instant t = { 0 };

	maker_must(instant_read(span_text(text), &t), text);
	return t;
}

/* The form RFC 5280 wants for that year. */
static inline ASN1_TIME *
maker_time(const char *text)
{
	ASN1_TIME *t = ASN1_TIME_adj(NULL, (time_t)(made_instant(text).us / SECONDS(1)), 0, 0);

	maker_must(t, text);
	return t;
}

/* "C=JP/O=公的/OU=x": as UTF-8, the country printable. */
static inline X509_NAME *
maker_name(const char *text)
{
	X509_NAME *name = X509_NAME_new();
	char part[256], *value;

	while (*text) {
		size_t size = strcspn(text, "/");

		snprintf(part, sizeof(part), "%.*s", (int)size, text);
		value = strchr(part, '=');
		maker_must(value, text);
		*value++ = '\0';
		maker_must(
		    X509_NAME_add_entry_by_txt(name, part, strcmp(part, "C") == 0 ? MBSTRING_ASC : V_ASN1_UTF8STRING,
			(const unsigned char *)value, -1, -1, 0),
		    part);
		text += size + (text[size] == '/');
	}
	return name;
}

static inline ASN1_INTEGER *
maker_number(const char *hexadecimal)
{
	BIGNUM *n = NULL;
	ASN1_INTEGER *out;

	maker_must(BN_hex2bn(&n, hexadecimal), hexadecimal);
	out = BN_to_ASN1_INTEGER(n, NULL);
	BN_free(n);
	return out;
}

static inline CONF *
maker_sections(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	CONF *conf = NCONF_new(NULL);
	long line;

	maker_must(bio && NCONF_load_bio(conf, bio, &line) == 1, text);
	BIO_free(bio);
	return conf;
}

static inline struct span
maker_bytes(struct arena *a, unsigned char *der, int size)
{
	struct span out;

	maker_must(size > 0, "it cannot be written as DER");
	out = arena_copy(a, span_of(der, (size_t)size));
	OPENSSL_free(der);
	return out;
}

/* A certificate of that key; signed by `issuer`, or by itself when NULL. */
static inline X509 *
maker_sign(const struct maker *issuer, EVP_PKEY *key, const char *subject, const char *serial, const char *extensions)
{
	X509 *x = X509_new();
	X509_NAME *name = maker_name(subject);
	ASN1_INTEGER *number = maker_number(serial);
	ASN1_TIME *from = maker_time("2020-01-01T00:00:00Z"), *until = maker_time("2035-01-01T00:00:00Z");
	CONF *conf = maker_sections(extensions);
	X509V3_CTX ctx;

	X509_set_version(x, X509_VERSION_3);
	X509_set_serialNumber(x, number);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer->certificate) : name);
	X509_set1_notBefore(x, from);
	X509_set1_notAfter(x, until);
	X509_set_pubkey(x, key);
	X509V3_set_ctx(&ctx, issuer ? issuer->certificate : x, x, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	maker_must(X509V3_EXT_add_nconf(conf, &ctx, "x", x) == 1, extensions);
	maker_must(X509_sign(x, issuer ? issuer->key : key, EVP_sha256()) > 0, "it cannot be signed");
	NCONF_free(conf);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	ASN1_INTEGER_free(number);
	X509_NAME_free(name);
	return x;
}

#define MAKER_AUTHORITY "[x]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n" \
	"subjectKeyIdentifier=hash\n"

static inline struct maker
maker_new(struct arena *a, const struct maker *issuer, const char *subject, const char *serial, const char *extensions)
{
	struct maker m = { .key = EVP_RSA_gen(2048) };
	unsigned char *der = NULL;
	int size;

	maker_must(m.key, "no key");
	m.certificate = maker_sign(issuer, m.key, subject, serial, extensions);
	size = i2d_X509(m.certificate, &der);
	m.der = maker_bytes(a, der, size);
	der = NULL;
	size = i2d_X509_NAME(X509_get_subject_name(m.certificate), &der);
	m.name = maker_bytes(a, der, size);
	der = NULL;
	size = i2d_PUBKEY(m.key, &der);
	m.spki = maker_bytes(a, der, size);
	return m;
}

static inline void
maker_free(struct maker *m)
{
	X509_free(m->certificate);
	EVP_PKEY_free(m->key);
}

/* A certificate it issued, with its own key standing in for the subject's. */
static inline struct span
maker_certificate(struct arena *a, const struct maker *m, const char *subject, const char *serial,
    const char *extensions)
{
	X509 *x = maker_sign(m, m->key, subject, serial, extensions);
	unsigned char *der = NULL;
	int size = i2d_X509(x, &der);

	X509_free(x);
	return maker_bytes(a, der, size);
}

static inline void
maker_entry(X509_CRL *crl, const struct made_entry *e)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_INTEGER *serial = maker_number(e->serial);
	ASN1_TIME *at = maker_time(e->revoked_at ? e->revoked_at : MADE_MIDNIGHT);

	X509_REVOKED_set_serialNumber(r, serial);
	X509_REVOKED_set_revocationDate(r, at);
	if (e->reason) {
		ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

		ASN1_ENUMERATED_set(reason, e->reason);
		X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, reason, 0, 0);
		ASN1_ENUMERATED_free(reason);
	}
	if (e->invalid_from) {
		ASN1_GENERALIZEDTIME *from = ASN1_GENERALIZEDTIME_new();

		maker_must(ASN1_GENERALIZEDTIME_set_string(from, e->invalid_from), e->invalid_from);
		X509_REVOKED_add1_ext_i2d(r, NID_invalidity_date, from, 0, 0);
		ASN1_GENERALIZEDTIME_free(from);
	}
	if (e->issuer) {
		GENERAL_NAMES *names = GENERAL_NAMES_new();
		GENERAL_NAME *name = GENERAL_NAME_new();

		GENERAL_NAME_set0_value(name, GEN_DIRNAME, maker_name(e->issuer));
		sk_GENERAL_NAME_push(names, name);
		X509_REVOKED_add1_ext_i2d(r, NID_certificate_issuer, names, 1, 0);
		GENERAL_NAMES_free(names);
	}
	if (e->unknown) {
		ASN1_OBJECT *oid = OBJ_txt2obj("1.2.392.200149.99.1", 1);
		ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
		X509_EXTENSION *extension;

		ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\x00", 2);
		extension = X509_EXTENSION_create_by_OBJ(NULL, oid, strcmp(e->unknown, "critical") == 0, value);
		X509_REVOKED_add_ext(r, extension, -1);
		X509_EXTENSION_free(extension);
		ASN1_OCTET_STRING_free(value);
		ASN1_OBJECT_free(oid);
	}
	X509_CRL_add0_revoked(crl, r);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(at);
}

/* In the order the entries are told in: OpenSSL's own sorting is left away. */
static inline struct span
maker_list(struct arena *a, const struct maker *m, const struct made_list *list)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *this_update = maker_time(list->this_update ? list->this_update : MADE_MIDNIGHT), *next = NULL;
	unsigned char *der = NULL;
	int size;

	if (!list->first_version)
		X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(m->certificate));
	X509_CRL_set1_lastUpdate(crl, this_update);
	if (!list->next_update || *list->next_update)
		X509_CRL_set1_nextUpdate(crl, next = maker_time(list->next_update ? list->next_update : MADE_NEXT));
	if (list->number) {
		ASN1_INTEGER *number = maker_number(list->number);

		X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0);
		ASN1_INTEGER_free(number);
	}
	if (list->extensions) {
		CONF *conf = maker_sections(list->extensions);
		X509V3_CTX ctx;

		X509V3_set_ctx(&ctx, m->certificate, NULL, NULL, crl, 0);
		X509V3_set_nconf(&ctx, conf);
		maker_must(X509V3_EXT_CRL_add_nconf(conf, &ctx, "x", crl) == 1, list->extensions);
		NCONF_free(conf);
	}
	for (size_t i = 0; i < list->count; i++)
		maker_entry(crl, &list->entries[i]);
	maker_must(X509_CRL_sign(crl, m->key, EVP_sha256()) > 0, "the list cannot be signed");
	size = i2d_X509_CRL(crl, &der);
	X509_CRL_free(crl);
	ASN1_TIME_free(this_update);
	ASN1_TIME_free(next);
	return maker_bytes(a, der, size);
}
