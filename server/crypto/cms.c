/* crypto/cms.c - CMS SignedData of others.
 *
 *     ContentInfo -> SignedData -> content, certificates, the one SignerInfo -> its attributes
 */
#include "crypto/cms.h"

#include "codec/der.h"
#include "crypto/digest.h"
#include "crypto/signature_algorithm.h"
#include "crypto/x509.h"
#include "crypto/x509_signature.h"

#define VERSION_LARGEST 5
#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define PKCS9(n) BYTES("\x2a\x86\x48\x86\xf7\x0d\x01\x09" n)

static const struct span signed_data = BYTES("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02");
static const struct span data_content = BYTES("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01");

/* What is read of a SignerInfo besides struct cms_signed. */
struct reading {
	struct arena *arena;
	struct cms_signed *out;
	struct problem *why;
	struct span stated_type;     /* the attribute contentType */
	unsigned seen;               /* attributes of the table, by row */
};

/* Says what stands there instead, as far as it is a form we know and do not read. */
static enum err
bad(const struct reading *r, struct span rest, const char *clause, const char *expected)
{
	const char *found = "";

	if (rest.size >= 2 && rest.data[1] == 0x80)
		found = "; found an indefinite length: this is BER, as streaming tools write it, and only DER is read";
	else if (rest.size >= 1 && rest.data[0] == (DER_OCTET_STRING | 0x20))
		found = "; found one in pieces: this is BER, as streaming tools write it, and only DER is read";
	return problem_set(r->why, ERR_SYNTAX, clause, "expected %s%s", expected, found);
}

/* Attributes */

static bool
read_content_type(struct reading *r, struct span value)
{
	return der_oid(&value, DER_OID, &r->stated_type) && value.size == 0;
}

static bool
read_message_digest(struct reading *r, struct span value)
{
	return der_enter(&value, DER_OCTET_STRING, &r->out->message_digest) && value.size == 0 &&
	    r->out->message_digest.size > 0;
}

static bool
read_signing_time(struct reading *r, struct span value)
{
	return der_time(&value, &r->out->signing_time) && value.size == 0;
}

static bool
read_signing_certificate(struct reading *r, struct span value)
{
	r->out->signing_certificate = value;
	return true;
}

static bool
read_signing_certificate_v2(struct reading *r, struct span value)
{
	r->out->signing_certificate_v2 = value;
	return true;
}

/* Those of which one value alone makes sense (RFC 5652 s11, RFC 5035 s3, s4); others are signed, and not read. */
static const struct attribute {
	const char *name;
	struct span oid;
	bool (*read)(struct reading *, struct span value);
} attributes[] = {
	{ "contentType", PKCS9("\x03"), read_content_type },
	{ "messageDigest", PKCS9("\x04"), read_message_digest },
	{ "signingTime", PKCS9("\x05"), read_signing_time },
	{ "signingCertificate", PKCS9("\x10\x02\x0c"), read_signing_certificate },
	{ "signingCertificateV2", PKCS9("\x10\x02\x2f"), read_signing_certificate_v2 },
};

static enum err
read_attribute(struct reading *r, struct span type, struct span values)
{
	struct span first;

	if (!der_whole(&values, der_peek(values), &first))
		return bad(r, values, "RFC 5652 s5.3", "a signed attribute with a value");
	for (size_t i = 0; i < COUNT(attributes); i++) {
		if (!span_equal(attributes[i].oid, type))
			continue;
		if (values.size || (r->seen & 1U << i))
			return problem_set(r->why, ERR_INVALID, "RFC 5652 s5.3, s11",
			    "the signed attribute %s %s", attributes[i].name,
			    values.size ? "has several values" : "stands there twice");
		r->seen |= 1U << i;
		if (!attributes[i].read(r, first))
			return problem_set(r->why, ERR_SYNTAX, "RFC 5652 s11",
			    "the signed attribute %s cannot be read", attributes[i].name);
	}
	return OK;
}

static enum err
read_attributes(struct reading *r, struct span set)
{
	size_t count = 0;

	if (!der_sorted(set))
		return problem_set(r->why, ERR_SYNTAX, "RFC 5652 s5.3, X.690 s11.6",
		    "the signed attributes are not in DER's order: they are not the bytes that were signed");
	while (set.size) {
		struct span attribute, type, values, rest = set;

		if (++count > CMS_ATTRIBUTES)
			return problem_set(
			    r->why, ERR_LIMIT, "RFC 5652 s5.3", "more than %d signed attributes", CMS_ATTRIBUTES);
		if (!der_enter(&set, DER_SEQUENCE, &attribute) || !der_oid(&attribute, DER_OID, &type) ||
		    !der_enter(&attribute, DER_SET, &values) || attribute.size)
			return bad(r, rest, "RFC 5652 s5.3", "a signed attribute");
		if (read_attribute(r, type, values) != OK)
			return r->why->code;
	}
	return OK;
}

/* RFC 5652 s5.3: there must be some when the content is not plain data; and s11.1, s11.2. */
static enum err
check_attributes(struct reading *r)
{
	const struct cms_signed *s = r->out;

	if (s->signed_attributes.size == 0) {
		if (!span_equal(s->content_type, data_content))
			return problem_set(r->why, ERR_INVALID, "RFC 5652 s5.3",
			    "the content is not id-data: expected signed attributes, found none");
		return OK;
	}
	if (r->stated_type.size == 0 || s->message_digest.size == 0)
		return problem_set(r->why, ERR_INVALID, "RFC 5652 s5.3",
		    "there are signed attributes, but no %s among them",
		    r->stated_type.size == 0 ? "contentType" : "messageDigest");
	if (!span_equal(r->stated_type, s->content_type))
		return problem_set(r->why, ERR_INVALID, "RFC 5652 s11.1",
		    "the signed attribute contentType is not the type of the content");
	return OK;
}

/* The signer */

/* By key id is version 3, by issuer and serial version 1. */
static enum err
read_identifier(struct reading *r, struct span *info, uint64_t version)
{
	struct cms_signed *s = r->out;
	struct span pair, rest = *info;
	uint64_t expected = 3;

	if (!der_enter(info, DER_PRIMITIVE(0), &s->signer_key_id)) {
		expected = 1;
		if (!der_enter(info, DER_SEQUENCE, &pair) || !der_whole(&pair, DER_SEQUENCE, &s->signer_issuer) ||
		    !der_integer(&pair, DER_INTEGER, &s->signer_serial) || pair.size)
			return bad(r, rest, "RFC 5652 s5.3",
			    "a signer named by issuer and serial number, or by key identifier");
	} else if (s->signer_key_id.size == 0) {
		return problem_set(r->why, ERR_SYNTAX, "RFC 5652 s5.3", "the signer's key identifier is empty");
	}
	if (version != expected)
		return problem_set(r->why, ERR_INVALID, "RFC 5652 s5.3", "a SignerInfo of version %u, expected %u",
		    (unsigned)version, (unsigned)expected);
	return OK;
}

/* Signed under the tag of a SET, which stands nowhere (RFC 5652 s5.4): a copy has it. */
static enum err
read_signed_attributes(struct reading *r, struct span *info)
{
	struct span whole, inside, rest = *info;
	uint8_t *copy;

	if (der_peek(*info) != DER_CONTEXT(0))
		return OK;
	if (!der_whole(info, DER_CONTEXT(0), &whole) || !der_enter(&rest, DER_CONTEXT(0), &inside))
		return bad(r, *info, "RFC 5652 s5.3", "signed attributes");
	if (inside.size == 0)
		return problem_set(r->why, ERR_SYNTAX, "RFC 5652 s5.3", "the set of signed attributes is empty");
	copy = arena_space(r->arena, whole.size);
	memcpy(copy, whole.data, whole.size);
	copy[0] = DER_SET;
	r->out->signed_attributes = span_of(copy, whole.size);
	return read_attributes(r, inside);
}

static enum err
read_signer(struct reading *r, struct span info)
{
	struct cms_signed *s = r->out;
	struct span unsigned_attributes;
	uint64_t version;

	if (!der_number(&info, DER_INTEGER, VERSION_LARGEST, &version))
		return bad(r, info, "RFC 5652 s5.3", "the version of a SignerInfo");
	if (read_identifier(r, &info, version) != OK)
		return r->why->code;
	if (!der_whole(&info, DER_SEQUENCE, &s->digest_algorithm))
		return bad(r, info, "RFC 5652 s5.3", "the signer's digest algorithm");
	if (read_signed_attributes(r, &info) != OK)
		return r->why->code;
	if (!der_whole(&info, DER_SEQUENCE, &s->signature_algorithm) ||
	    !der_enter(&info, DER_OCTET_STRING, &s->signature) || s->signature.size == 0)
		return bad(r, info, "RFC 5652 s5.3", "the signature and its algorithm");
	/* Nobody signed these, so nobody reads them. */
	if (info.size && (!der_enter(&info, DER_CONTEXT(1), &unsigned_attributes) || info.size))
		return bad(r, info, "RFC 5652 s5.3", "the end of the SignerInfo");
	return check_attributes(r);
}

/* The structure around */

static enum err
read_content(struct reading *r, struct span *data)
{
	struct cms_signed *s = r->out;
	struct span content, wrapped;

	if (!der_enter(data, DER_SEQUENCE, &content) || !der_oid(&content, DER_OID, &s->content_type))
		return bad(r, *data, "RFC 5652 s5.2", "the content and its type");
	s->detached = content.size == 0;
	if (s->detached)
		return OK;
	if (!der_enter(&content, DER_CONTEXT(0), &wrapped) || content.size)
		return bad(r, content, "RFC 5652 s5.2", "the content");
	if (!der_enter(&wrapped, DER_OCTET_STRING, &s->content) || wrapped.size)
		return bad(r, wrapped, "RFC 5652 s5.2", "the content as one OCTET STRING");
	return OK;
}

/* Plain certificates alone: others would need another version of all around them (RFC 5652 s10.2.2). */
static enum err
read_certificates(struct reading *r, struct span *data)
{
	struct cms_signed *s = r->out;
	struct span set, ignored;

	if (der_peek(*data) == DER_CONTEXT(0)) {
		if (!der_enter(data, DER_CONTEXT(0), &set))
			return bad(r, *data, "RFC 5652 s5.1", "a set of certificates");
		while (set.size) {
			if (s->certificate_count == CMS_CERTIFICATES)
				return problem_set(r->why, ERR_LIMIT, "RFC 5652 s5.1", "more than %d certificates",
				    CMS_CERTIFICATES);
			if (!der_whole(&set, DER_SEQUENCE, &s->certificates[s->certificate_count++]))
				return bad(r, set, "RFC 5652 s10.2.2", "an X.509 certificate, and no other kind");
		}
	}
	/* Revocation lists come from where we fetch them, not from whom they are about. */
	if (der_peek(*data) == DER_CONTEXT(1) && !der_enter(data, DER_CONTEXT(1), &ignored))
		return bad(r, *data, "RFC 5652 s5.1", "a set of revocation lists");
	return OK;
}

/* Whether the set of digest algorithms has the signer's (RFC 5652 s5.1). */
static bool
has_digest(struct span set, struct span algorithm)
{
	struct span one;

	while (der_whole(&set, DER_SEQUENCE, &one))
		if (span_equal(one, algorithm))
			return true;
	return false;
}

static enum err
read_signed_data(struct reading *r, struct span data)
{
	struct cms_signed *s = r->out;
	struct span digests, signers, signer, rest;
	uint64_t version, expected;

	if (!der_number(&data, DER_INTEGER, VERSION_LARGEST, &version) || !der_enter(&data, DER_SET, &digests))
		return bad(r, data, "RFC 5652 s5.1", "the version and the digest algorithms of a SignedData");
	if (read_content(r, &data) != OK || read_certificates(r, &data) != OK)
		return r->why->code;
	if (!der_enter(&data, DER_SET, &signers) || data.size)
		return bad(r, data, "RFC 5652 s5.1", "the signers, and the end of the SignedData behind them");
	rest = signers;
	if (!der_enter(&signers, DER_SEQUENCE, &signer))
		return rest.size ? bad(r, rest, "RFC 5652 s5.3", "a SignerInfo")
		    : problem_set(r->why, ERR_INVALID, "RFC 5652 s5.1", "nobody signed: there is no SignerInfo");
	if (signers.size)
		return problem_set(r->why, ERR_INVALID, "RFC 5652 s5.1",
		    "expected one signer, found several: whose signature counts would not be said");
	if (read_signer(r, signer) != OK)
		return r->why->code;
	expected = s->signer_key_id.size || !span_equal(s->content_type, data_content) ? 3 : 1;
	if (version != expected)
		return problem_set(r->why, ERR_INVALID, "RFC 5652 s5.1", "a SignedData of version %u, expected %u",
		    (unsigned)version, (unsigned)expected);
	if (!has_digest(digests, s->digest_algorithm))
		return problem_set(r->why, ERR_INVALID, "RFC 5652 s5.1",
		    "the signer's digest algorithm is not among those of the SignedData");
	return OK;
}

enum err
cms_read(struct arena *a, struct span der, struct cms_signed *out, struct problem *why)
{
	struct problem unasked;
	struct reading r = { .arena = a, .out = out, .why = why ? why : &unasked };
	struct span info, type, content, data, rest = der;

	*out = (struct cms_signed){ 0 };
	if (der.size > CMS_LARGEST)
		return problem_set(r.why, ERR_LIMIT, "", "a SignedData of %zu bytes; at most %zu are read", der.size,
		    CMS_LARGEST);
	if (!der_enter(&rest, DER_SEQUENCE, &info) || !der_oid(&info, DER_OID, &type))
		return bad(&r, rest, "RFC 5652 s3", "a ContentInfo in DER");
	if (rest.size)
		return problem_set(
		    r.why, ERR_SYNTAX, "RFC 5652 s3", "%zu bytes stand behind the ContentInfo", rest.size);
	if (!span_equal(type, signed_data))
		return problem_set(r.why, ERR_INVALID, "RFC 5652 s5.1", "the ContentInfo is not of type SignedData");
	if (!der_enter(&info, DER_CONTEXT(0), &content) || info.size)
		return bad(&r, info, "RFC 5652 s3", "the content of the ContentInfo");
	if (!der_enter(&content, DER_SEQUENCE, &data) || content.size)
		return bad(&r, content, "RFC 5652 s5.1", "a SignedData");
	return read_signed_data(&r, data);
}

/* Whose signature it is */

static bool
is_signer(const struct cms_signed *s, struct span der)
{
	struct problem why;
	struct x509 certificate;

	if (x509_read(der, &certificate, &why) != OK)
		return false;
	if (s->signer_key_id.size)
		return span_equal(certificate.subject_key_id, s->signer_key_id);
	return span_equal(certificate.serial, s->signer_serial) && span_equal(certificate.issuer, s->signer_issuer);
}

struct span
cms_signer_certificate(const struct cms_signed *s, const struct span *more, size_t more_count)
{
	for (size_t i = 0; i < s->certificate_count; i++)
		if (is_signer(s, s->certificates[i]))
			return s->certificates[i];
	for (size_t i = 0; i < more_count; i++)
		if (is_signer(s, more[i]))
			return more[i];
	return (struct span){ 0 };
}

/* SigningCertificate, SigningCertificateV2: the first ESSCertID is the signer's (RFC 5035 s5.4). In V2 a digest of
 * SHA-256 is said by saying nothing. The issuerSerial behind it says less than the digest. */
static enum err
names(struct span value, struct span certificate, enum digest_algorithm algorithm, bool v2, struct problem *why)
{
	struct span inside, list, first, hash, identifier;
	uint8_t found[DIGEST_LARGEST];

	if (!der_enter(&value, DER_SEQUENCE, &inside) || !der_enter(&inside, DER_SEQUENCE, &list) ||
	    !der_enter(&list, DER_SEQUENCE, &first))
		return problem_set(why, ERR_SYNTAX, "RFC 5035 s3, s4",
		    "the attribute signingCertificate%s cannot be read",
		    v2 ? "V2" : "");
	if (v2 && der_whole(&first, DER_SEQUENCE, &identifier) && !digest_algorithm_identified(identifier, &algorithm))
		return problem_set(why, ERR_UNSUPPORTED, "RFC 5035 s4",
		    "the attribute signingCertificateV2 uses a digest that is not of SHA-2");
	if (!der_enter(&first, DER_OCTET_STRING, &hash))
		return problem_set(why, ERR_SYNTAX, "RFC 5035 s3, s4",
		    "the attribute signingCertificate%s cannot be read",
		    v2 ? "V2" : "");
	digest(algorithm, certificate, found);
	if (!span_equal(hash, span_of(found, digest_size(algorithm))))
		return problem_set(why, ERR_INVALID, "RFC 5035 s5.4",
		    "the attribute signingCertificate%s means another certificate than the one the signer is named by",
		    v2 ? "V2" : "");
	return OK;
}

enum err
cms_names(const struct cms_signed *s, struct span certificate, struct problem *why)
{
	struct problem unasked;

	why = why ? why : &unasked;
	if (s->signing_certificate.size && names(s->signing_certificate, certificate, DIGEST_SHA1, false, why) != OK)
		return why->code;
	if (s->signing_certificate_v2.size)
		return names(s->signing_certificate_v2, certificate, DIGEST_SHA256, true, why);
	return OK;
}

/* The signature */

/* A signature over attributes, with the attributes put in the content's place and taken away where they were, would
 * verify too: so no content without attributes may look like some (RFC 5652 s5.4 signs a SET either way). */
static bool
is_attributes(struct span content)
{
	struct span set, attribute, type, values;

	return der_enter(&content, DER_SET, &set) && content.size == 0 && der_enter(&set, DER_SEQUENCE, &attribute) &&
	    der_oid(&attribute, DER_OID, &type) && der_enter(&attribute, DER_SET, &values) && attribute.size == 0;
}

static enum err
content_of(const struct cms_signed *s, struct span detached, struct span *out, struct problem *why)
{
	*out = s->detached ? detached : s->content;
	if (s->detached && detached.size == 0)
		return problem_set(why, ERR_INVALID, "RFC 5652 s5.2",
		    "the signature is detached: expected the content it was detached from, found none");
	if (!s->detached && detached.size && !span_equal(detached, s->content))
		return problem_set(
		    why, ERR_INVALID, "RFC 5652 s5.2", "the content inside is not the content it is said to be over");
	if (s->signed_attributes.size == 0 && is_attributes(*out))
		return problem_set(why, ERR_INVALID, "RFC 5652 s5.4",
		    "without signed attributes, the content must not look like some");
	return OK;
}

enum err
cms_check(const struct cms_signed *s, struct span detached, struct span spki, unsigned switches, struct problem *why)
{
	const struct signature_algorithm *algorithm =
	    signature_algorithm_cms(s->digest_algorithm, s->signature_algorithm);
	struct problem unasked;
	uint8_t found[DIGEST_LARGEST];
	struct span content;
	enum digest_algorithm with;

	why = why ? why : &unasked;
	if (!digest_algorithm_identified(s->digest_algorithm, &with))
		return problem_set(why, ERR_UNSUPPORTED, "RFC 5754 s2",
		    "expected a digest of SHA-256, SHA-384 or SHA-512, found another");
	if (!algorithm)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 5754 s3",
		    "the signature's algorithm is none that is taken here, or not one over the signer's digest");
	if (content_of(s, detached, &content, why) != OK)
		return why->code;
	if (s->signed_attributes.size == 0)
		return x509_signature_check(switches, algorithm->identifier, spki, content, s->signature, why);
	digest(with, content, found);
	if (!span_equal(s->message_digest, span_of(found, digest_size(with))))
		return problem_set(why, ERR_CRYPTO, "RFC 5652 s5.6",
		    "the content is not what was signed: its digest is not that in the signed attributes");
	return x509_signature_check(switches, algorithm->identifier, spki, s->signed_attributes, s->signature, why);
}
