/* authn/attestation_tpm.c - the format "tpm" (WebAuthn L3 s8.3): a trusted platform module certifies the
 * credential's key.
 *
 *     certInfo (TPMS_ATTEST) --names--> pubArea (TPMT_PUBLIC) --is--> the credential's key
 *         signed by the attestation identity key, whose certificate is x5c's leaf
 */
#include "authn/attestation_format.h"

#include "base/record.h"
#include "codec/der.h"
#include "crypto/raw_key.h"

#define CLAUSE "WebAuthn L3 s8.3"
#define CERTIFICATE "WebAuthn L3 s8.3.1"

/* TPM 2.0 Library, part 2: structures. */
#define GENERATED_VALUE 0xff544347u /* TPM_GENERATED_VALUE, 6.2 */
#define ATTEST_CERTIFY 0x8017       /* TPM_ST_ATTEST_CERTIFY, 6.9 */
#define CLOCK_INFO 17               /* bytes of TPMS_CLOCK_INFO, 10.11.1 */
#define FIRMWARE_VERSION 8
enum tpm_algorithm {
	TPM_RSA = 0x0001, TPM_SHA1 = 0x0004, TPM_SHA256 = 0x000b, TPM_SHA384 = 0x000c, TPM_SHA512 = 0x000d,
	TPM_NULL = 0x0010, TPM_ECC = 0x0023,
};

static const struct {
	uint16_t tpm;
	enum digest_algorithm digest;
} digests[] = {
	{ TPM_SHA1, DIGEST_SHA1 },
	{ TPM_SHA256, DIGEST_SHA256 },
	{ TPM_SHA384, DIGEST_SHA384 },
	{ TPM_SHA512, DIGEST_SHA512 },
};

/* TPMI_ECC_CURVE, 11.2.5.5: beside COSE's number. */
static const struct {
	uint16_t tpm;
	int32_t cose;
} curves[] = {
	{ 3, 1 },
	{ 4, 2 },
	{ 5, 3 },
};

static struct span
sized(struct record *r)
{
	return record_bytes(r, record_u16(r));
}

/* TPMT_PUBLIC, 12.2.4. */
struct public_area {
	uint16_t type, name_algorithm, curve;
	uint32_t exponent;       /* 0 means 65537 */
	struct span x, y, n;
};

/* Of TPMT_SYM_DEF_OBJECT and the schemes, which a key that signs does not need, only the algorithms that have
 * details. */
static void
skip_scheme(struct record *r, size_t details)
{
	if (record_u16(r) != TPM_NULL)
		record_bytes(r, details);
}

static bool
public_area_read(struct span bytes, struct public_area *out)
{
	struct record r = record_of(bytes);

	memset(out, 0, sizeof(*out));
	out->type = record_u16(&r);
	out->name_algorithm = record_u16(&r);
	record_u32(&r);      /* objectAttributes */
	sized(&r);           /* authPolicy */
	skip_scheme(&r, 4);  /* symmetric: key bits, mode */
	skip_scheme(&r, 2);  /* scheme: its hash */
	if (out->type == TPM_RSA) {
		record_u16(&r); /* key bits */
		out->exponent = record_u32(&r);
		out->n = sized(&r);
		return record_whole(&r);
	}
	out->curve = record_u16(&r);
	skip_scheme(&r, 2);  /* kdf: its hash */
	out->x = sized(&r);
	out->y = sized(&r);
	return out->type == TPM_ECC && record_whole(&r);
}

static bool
same_number(struct span a, struct span b)
{
	return span_equal(raw_key_magnitude(a), raw_key_magnitude(b));
}

/* The credential's key, in the module's words. */
static bool
is_of(const struct public_area *area, const struct cose_key *key)
{
	uint32_t e = area->exponent ? area->exponent : 65537;
	const uint8_t exponent[] = { (uint8_t)(e >> 24), (uint8_t)(e >> 16), (uint8_t)(e >> 8), (uint8_t)e };

	if (area->type == TPM_RSA)
		return key->n.size && same_number(area->n, key->n) &&
		    same_number(span_of(exponent, sizeof(exponent)), key->e);
	for (size_t i = 0; i < COUNT(curves); i++)
		if (curves[i].tpm == area->curve)
			return key->algorithm->family == COSE_ECDSA && key->algorithm->curve == curves[i].cose &&
			    same_number(area->x, key->x) && same_number(area->y, key->y);
	return false;
}

/* TPMS_ATTEST, 10.12.8, of the kind certify. */
struct cert_info {
	uint32_t magic;
	uint16_t type;
	struct span extra, name;
};

static bool
cert_info_read(struct span bytes, struct cert_info *out)
{
	struct record r = record_of(bytes);

	out->magic = record_u32(&r);
	out->type = record_u16(&r);
	sized(&r); /* qualifiedSigner */
	out->extra = sized(&r);
	record_bytes(&r, CLOCK_INFO);
	record_bytes(&r, FIRMWARE_VERSION);
	out->name = sized(&r);
	sized(&r); /* qualifiedName */
	return record_whole(&r);
}

/* Part 1, 16: an object's name is its name algorithm, and the hash of its public area. */
static bool
is_named(const struct cert_info *info, const struct public_area *area, struct span pub_area)
{
	uint8_t name[2 + DIGEST_LARGEST] = { (uint8_t)(area->name_algorithm >> 8), (uint8_t)area->name_algorithm };

	for (size_t i = 0; i < COUNT(digests); i++) {
		if (digests[i].tpm != area->name_algorithm)
			continue;
		digest(digests[i].digest, pub_area, name + 2);
		return span_equal(info->name, span_of(name, 2 + digest_size(digests[i].digest)));
	}
	return false;
}

static bool
examine_info(struct attesting *at, const struct public_area *area)
{
	const struct span pieces[] = { at->said->data.bytes, at->hash };
	const struct cose_algorithm *algorithm = cose_algorithm_find(at->statement->algorithm);
	uint8_t expected[DIGEST_LARGEST];
	struct cert_info info;

	if (!attesting_note(at, "attestation-info", cert_info_read(at->statement->cert_info, &info) &&
	        info.magic == GENERATED_VALUE && info.type == ATTEST_CERTIFY, CLAUSE,
	        "expected a certification made within the module") ||
	    !attesting_note(at, "attestation-algorithm", algorithm && algorithm->family != COSE_EDDSA, CLAUSE,
	        "expected an algorithm with a digest"))
		return false;
	digest_pieces(algorithm->digest, pieces, COUNT(pieces), expected);
	return attesting_note(at, "attestation-extra",
	           span_equal(info.extra, span_of(expected, digest_size(algorithm->digest))), CLAUSE,
	           "expected the hash of what the authenticator said") &&
	    attesting_note(at, "attestation-name", is_named(&info, area, at->statement->pub_area), CLAUSE,
	        "expected the name of the public area");
}

static bool
is_empty_name(struct span name)
{
	struct span inside;

	return der_enter(&name, DER_SEQUENCE, &inside) && inside.size == 0;
}

/* The subject is in subjectAltName: maker, model and version (TPM EK Profile 3.2.9). Real ones put them in one RDN
 * or in several, so it is asked that they are there, in a directoryName. */
static bool
names_module(const struct x509 *leaf)
{
	static const char *const wanted[] = { "\x67\x81\x05\x02\x01", "\x67\x81\x05\x02\x02", "\x67\x81\x05\x02\x03" };
	struct span rest = leaf->subject_names.value, names, name, whole;
	uint8_t tag;

	if (!der_enter(&rest, DER_SEQUENCE, &names))
		return false;
	while (der_any(&names, &tag, &name)) {
		size_t found = 0;

		whole = name;
		if (tag != DER_CONTEXT(4))
			continue;
		for (size_t i = 0; i < COUNT(wanted); i++)
			found += x509_name_part(whole, span_of(wanted[i], 5), 0).size > 0;
		if (found == COUNT(wanted))
			return true;
	}
	return false;
}

static bool
examine_certificate(struct attesting *at, const struct x509 *leaf)
{
	static const struct span usage = { (const uint8_t *)"\x67\x81\x05\x08\x03", 5 }; /* tcg-kp-AIKCertificate */

	return attesting_note(at, "attestation-certificate-version", leaf->version == 3, CERTIFICATE,
	           "expected a certificate of version 3") &&
	    attesting_note(at, "attestation-certificate-subject", is_empty_name(leaf->subject) && names_module(leaf),
	        CERTIFICATE, "expected no subject, and maker, model and version of the module in subjectAltName") &&
	    attesting_note(at, "attestation-certificate-usage", x509_extended_usage(leaf, usage), CERTIFICATE,
	        "expected the usage tcg-kp-AIKCertificate") &&
	    attesting_note(at, "attestation-certificate-authority", leaf->basic_constraints.value.size &&
	    !leaf->authority,
	        CERTIFICATE, "expected basicConstraints that deny an authority") &&
	    attesting_model(at, CERTIFICATE, leaf);
}

bool
attestation_tpm(struct attesting *at)
{
	const struct attestation_statement *statement = at->statement;
	struct public_area area;
	struct x509 leaf;

	at->out->type = ATTESTATION_CA;
	return attesting_note(at, "attestation-members",
	           span_is(statement->version, "2.0") && statement->has_algorithm && statement->signature.size &&
	               statement->certificate_count, CLAUSE, "expected ver 2.0, alg, sig and x5c") &&
	    attesting_note(at, "attestation-public-area",
	        public_area_read(statement->pub_area, &area) && is_of(&area, &at->said->data.key), CLAUSE,
	        "expected a public area of the credential's key") &&
	    examine_info(at, &area) && attesting_leaf(at, CLAUSE, &leaf) &&
	    attesting_signed(at, CLAUSE, leaf.spki, statement->algorithm, &statement->cert_info, 1) &&
	    examine_certificate(at, &leaf);
}
