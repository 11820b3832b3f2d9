/* jpki/anchor.c - the certificates of the JPKI authorities we believe.
 *
 *     file -> DER -> read -> its own profile -> signed by itself -> one of them
 */
#include "jpki/anchor.h"

#include <assert.h>
#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/digest.h"
#include "crypto/x509_signature.h"

#define CLAUSE "RFC 5280 s4.2.1.9"
#define ANY_SIGNATURE (SIGNATURES_RSA | SIGNATURES_ECDSA)

struct jpki_anchors {
	struct jpki_anchor of[JPKI_ANCHORS];
	uint8_t *der[JPKI_ANCHORS]; /* what they borrow from */
	size_t count;
};

struct jpki_anchors *
jpki_anchors_new(void)
{
	struct jpki_anchors *anchors = calloc(1, sizeof(*anchors));

	if (!anchors)
		abort();
	return anchors;
}

void
jpki_anchors_free(struct jpki_anchors *anchors)
{
	if (!anchors)
		return;
	for (size_t i = 0; i < anchors->count; i++) {
		EVP_PKEY_free(anchors->of[i].key);
		free(anchors->der[i]);
	}
	free(anchors);
}

/* The first certificate of PEM, or the bytes themselves; the caller's until freed. */
static enum err
take_der(struct span file, uint8_t **der, size_t *size, struct problem *why)
{
	BIO *bio;
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long length = 0;
	bool good = true;

	if (file.size > JPKI_ANCHOR_FILE_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "a certificate's file has at most %zu bytes, not %zu",
		    JPKI_ANCHOR_FILE_LARGEST, file.size);
	*der = malloc(file.size + 1);
	if (!*der)
		abort();
	*size = file.size;
	if (file.size && file.data[0] == 0x30) {
		memcpy(*der, file.data, file.size);
		return OK;
	}
	bio = BIO_new_mem_buf(file.size ? (const void *)file.data : "", (int)file.size);
	good = bio && PEM_read_bio(bio, &name, &header, &data, &length) == 1 && strcmp(name, PEM_STRING_X509) == 0;
	if (good) {
		/* What base64 says is shorter than it. */
		assert((size_t)length <= file.size);
		memcpy(*der, data, (size_t)length);
		*size = (size_t)length;
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(bio);
	ERR_clear_error();
	if (good)
		return OK;
	free(*der);
	return problem_set(why, ERR_SYNTAX, "RFC 7468 s5", "expected a certificate as DER or PEM");
}

/* id-at-countryName, -organizationName, -organizationalUnitName (RFC 5280 appendix A.1) */
static const struct span country = { (const uint8_t *)"\x55\x04\x06", 3 };
static const struct span organization = { (const uint8_t *)"\x55\x04\x0a", 3 };
static const struct span unit = { (const uint8_t *)"\x55\x04\x0b", 3 };
static const char *const organizations[] = { [JPKI_PRODUCTION] = "JPKI", [JPKI_TEST] = "JPKI-TEST" };
static const char *const units[] = { [JPKI_SIGNATURE] = "JPKI for digital signature",
	[JPKI_AUTHENTICATION] = "JPKI for user authentication" };

static enum err
check_name(const struct jpki_anchor *anchor, struct problem *why)
{
	const struct {
		struct span type;
		const char *name, *expected;
	} parts[] = {
		{ country, "country", "JP" },
		{ organization, "organization", organizations[anchor->world] },
		{ unit, "first organizational unit", units[anchor->purpose] },
	};

	for (size_t i = 0; i < COUNT(parts); i++) {
		struct span found = x509_name_part(anchor->certificate.subject, parts[i].type, 0);

		if (!span_is(found, parts[i].expected))
			return problem_set(why, ERR_INVALID, "",
			    "the %s of a %s authority of the %s world is expected to be \"%s\", found \"%.*s\"",
			    parts[i].name,
			    jpki_purpose_name(anchor->purpose), jpki_world_name(anchor->world), parts[i].expected,
			    SPAN_ARGS(span_first(found, 80)));
	}
	return OK;
}

/* What the certificate of an authority must have, and the sentence when it has it not. */
static bool
is_version_3(const struct x509 *x)
{
	return x->version == 3;
}

static bool
is_its_own_issuer(const struct x509 *x)
{
	return span_equal(x->issuer, x->subject);
}

static bool
is_authority(const struct x509 *x)
{
	return x->authority && x->basic_constraints.critical;
}

static bool
may_issue(const struct x509 *x)
{
	return x->key_usage.critical && x->usage == (USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN);
}

static bool
has_key_id(const struct x509 *x)
{
	return x->subject_key_id.size != 0;
}

static bool
knows_its_extensions(const struct x509 *x)
{
	return x->unknown_critical.size == 0;
}

static const struct {
	bool (*holds)(const struct x509 *);
	const char *clause, *text;
} rules[] = {
	{ is_version_3, "RFC 5280 s4.1.2.1", "the certificate is not of version 3" },
	{ is_its_own_issuer, "RFC 5280 s3.2", "the certificate is not issued by itself: it is no root" },
	{ is_authority, CLAUSE, "the certificate has no critical basicConstraints that say it is an authority's" },
	{ may_issue, "RFC 5280 s4.2.1.3",
		"the certificate's keyUsage is not critical, or not exactly keyCertSign and cRLSign" },
	{ has_key_id, "RFC 5280 s4.2.1.2",
		"the certificate has no subjectKeyIdentifier, by which generations are told apart" },
	{ knows_its_extensions, "RFC 5280 s4.2", "the certificate has a critical extension that is not known here" },
};

static enum err
check_profile(const struct jpki_anchor *anchor, struct problem *why)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (!rules[i].holds(&anchor->certificate))
			return problem_set(why, ERR_INVALID, rules[i].clause, "%s", rules[i].text);
	return check_name(anchor, why);
}

static enum err
check_signature(struct jpki_anchor *anchor, struct problem *why)
{
	const struct x509 *x = &anchor->certificate;
	enum err err = x509_key_open(ANY_SIGNATURE, x->spki, &anchor->key, why);

	if (err == OK)
		err = x509_signature_check_by(ANY_SIGNATURE, x->algorithm, anchor->key, x->tbs, x->signature, why);
	if (err == OK)
		return OK;
	EVP_PKEY_free(anchor->key);
	anchor->key = NULL;
	if (why) {
		problem_within(why, "the certificate is not signed by its own key as it must be");
		why->code = ERR_INVALID;
	}
	return ERR_INVALID;
}

static enum err
check_place(const struct jpki_anchors *anchors, const struct x509 *x, struct problem *why)
{
	for (size_t i = 0; i < anchors->count; i++)
		if (span_equal(anchors->of[i].certificate.subject_key_id, x->subject_key_id))
			return problem_set(why, ERR_CONFLICT, "RFC 5280 s4.2.1.2",
			    "an authority with this key identifier is there already");
	if (anchors->count == JPKI_ANCHORS)
		return problem_set(why, ERR_LIMIT, "", "there are at most %d authorities", JPKI_ANCHORS);
	return OK;
}

enum err
jpki_anchors_add(struct jpki_anchors *anchors, enum jpki_purpose purpose, enum jpki_world world, struct span file,
    struct problem *why)
{
	struct jpki_anchor anchor = { .purpose = purpose, .world = world };
	uint8_t *der = NULL;
	size_t size = 0;
	enum err err;

	assert(purpose != JPKI_NO_PURPOSE && world != JPKI_NO_WORLD);
	err = take_der(file, &der, &size, why);
	if (err != OK)
		return err;
	err = x509_read(span_of(der, size), &anchor.certificate, why);
	if (err == OK)
		err = check_profile(&anchor, why);
	if (err == OK)
		err = check_place(anchors, &anchor.certificate, why);
	if (err == OK)
		err = check_signature(&anchor, why);
	if (err != OK) {
		free(der);
		return err;
	}
	digest(DIGEST_SHA256, anchor.certificate.der, anchor.sha256);
	anchors->der[anchors->count] = der;
	anchors->of[anchors->count++] = anchor;
	return OK;
}

size_t
jpki_anchor_count(const struct jpki_anchors *anchors)
{
	return anchors->count;
}

const struct jpki_anchor *
jpki_anchor_at(const struct jpki_anchors *anchors, size_t i)
{
	assert(i < anchors->count);
	return &anchors->of[i];
}

/* Names of one authority are the same bytes in all it issues (jpki.md 1.13, step 2). */
const struct jpki_anchor *
jpki_anchor_of(const struct jpki_anchors *anchors, const struct x509 *x)
{
	if (x->authority_key_id.size == 0)
		return NULL;
	for (size_t i = 0; i < anchors->count; i++) {
		const struct x509 *authority = &anchors->of[i].certificate;

		if (span_equal(authority->subject_key_id, x->authority_key_id) &&
		    span_equal(authority->subject, x->issuer) &&
		    (x->authority_serial.size == 0 || span_equal(authority->serial, x->authority_serial)))
			return &anchors->of[i];
	}
	return NULL;
}

const struct jpki_anchor *
jpki_anchor_named(const struct jpki_anchors *anchors, struct span name)
{
	for (size_t i = 0; i < anchors->count; i++)
		if (span_equal(anchors->of[i].certificate.subject, name))
			return &anchors->of[i];
	return NULL;
}
