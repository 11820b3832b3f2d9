/* tools/testcard/certificate.c - a certificate put together from a plan, and signed. */
#include "testcard/certificate.h"

#include <assert.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>

static struct planned_extension *
extension_find(struct certificate_plan *plan, const char *oid)
{
	for (size_t i = 0; i < plan->extension_count; i++)
		if (strcmp(plan->extensions[i].oid, oid) == 0)
			return &plan->extensions[i];
	return NULL;
}

void
plan_extend_again(struct certificate_plan *plan, const char *oid, bool critical, struct span value)
{
	assert(plan->extension_count < PLAN_EXTENSIONS);
	plan->extensions[plan->extension_count++] = (struct planned_extension){ oid, critical, value };
}

void
plan_extend(struct certificate_plan *plan, const char *oid, bool critical, struct span value)
{
	struct planned_extension *there = extension_find(plan, oid);

	if (there)
		*there = (struct planned_extension){ oid, critical, value };
	else
		plan_extend_again(plan, oid, critical, value);
}

void
plan_drop(struct certificate_plan *plan, const char *oid)
{
	struct planned_extension *there = extension_find(plan, oid);

	if (!there)
		return;
	plan->extension_count--;
	memmove(there, there + 1, sizeof(*there) * (size_t)(plan->extensions + plan->extension_count - there));
}

struct span
key_spki(struct arena *a, const EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int size = i2d_PUBKEY(key, &der);
	struct span out;

	if (size <= 0)
		abort();
	out = arena_copy(a, span_of(der, (size_t)size));
	OPENSSL_free(der);
	return out;
}

struct span
key_identifier(struct arena *a, const EVP_PKEY *key)
{
	struct span rest = asn_contents(key_spki(a, key)), algorithm, bits;
	uint8_t *digest = arena_take(a, SHA_DIGEST_LENGTH);

	if (!der_enter(&rest, DER_SEQUENCE, &algorithm) || !der_enter(&rest, DER_BIT_STRING, &bits))
		abort();
	SHA1(bits.data + 1, bits.size - 1, digest);
	return span_of(digest, SHA_DIGEST_LENGTH);
}

struct span
signature_algorithm(struct arena *a, const EVP_PKEY *key, const EVP_MD *digest)
{
	static const struct { int digest; const char *rsa, *ecdsa; } oids[] = {
		{ NID_md5, "1.2.840.113549.1.1.4", NULL },
		{ NID_sha1, "1.2.840.113549.1.1.5", "1.2.840.10045.4.1" },
		{ NID_sha256, "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2" },
		{ NID_sha384, "1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3" },
		{ NID_sha512, "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4" },
	};

	for (size_t i = 0; i < COUNT(oids); i++)
		if (oids[i].digest == EVP_MD_get_type(digest))
			return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ?
			    ASN(a, DER_SEQUENCE, asn_oid(a, oids[i].rsa), asn_null(a)) :
			    ASN(a, DER_SEQUENCE, asn_oid(a, oids[i].ecdsa));
	abort();
}

struct span
signature_make(struct arena *a, struct span data, EVP_PKEY *key, const EVP_MD *digest)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t size = (size_t)EVP_PKEY_get_size(key);
	uint8_t *out = arena_take(a, size);

	if (!context || EVP_DigestSignInit(context, NULL, digest, NULL, key) != 1 ||
	    EVP_DigestSign(context, out, &size, data.data, data.size) != 1)
		abort();
	EVP_MD_CTX_free(context);
	return span_of(out, size);
}

struct span
signed_make(struct arena *a, struct span tbs, struct span algorithm, struct span signature)
{
	return ASN(a, DER_SEQUENCE, tbs, algorithm, asn_bits(a, signature, 0));
}

static struct span
extensions_write(struct arena *a, const struct certificate_plan *plan)
{
	struct span parts[PLAN_EXTENSIONS];

	for (size_t i = 0; i < plan->extension_count; i++) {
		const struct planned_extension *e = &plan->extensions[i];

		parts[i] = ASN(a, DER_SEQUENCE, asn_oid(a, e->oid), e->critical ? asn_true(a) : (struct span){ 0 },
		    asn_octets(a, e->value));
	}
	if (plan->extension_count == 0)
		return (struct span){ 0 };
	return ASN(a, DER_CONTEXT_0 + 3, asn_make(a, DER_SEQUENCE, parts, plan->extension_count));
}

struct span
certificate_tbs(struct arena *a, const struct certificate_plan *plan)
{
	struct span version = plan->version > 1 ? ASN(a, DER_CONTEXT_0, asn_number(a, plan->version - 1)) :
	    (struct span){ 0 };

	return ASN(a, DER_SEQUENCE, version, plan->serial, plan->algorithm, plan->issuer,
	    ASN(a, DER_SEQUENCE, plan->not_before, plan->not_after), plan->subject, plan->spki,
	    extensions_write(a, plan));
}

struct span
certificate_sign(struct arena *a, const struct certificate_plan *wanted, EVP_PKEY *issuer)
{
	struct certificate_plan plan = *wanted;
	struct span tbs;

	if (!plan.digest)
		plan.digest = EVP_sha256();
	if (!plan.algorithm.size)
		plan.algorithm = signature_algorithm(a, issuer, plan.digest);
	if (!plan.outer_algorithm.size)
		plan.outer_algorithm = plan.algorithm;
	tbs = certificate_tbs(a, &plan);
	return signed_make(a, tbs, plan.outer_algorithm, signature_make(a, tbs, issuer, plan.digest));
}
