/* authn/attestation_packed.c - the format "packed" (WebAuthn L3 s8.2). */
#include "authn/attestation_format.h"

#include <openssl/evp.h>

#define CLAUSE "WebAuthn L3 s8.2"
#define CERTIFICATE "WebAuthn L3 s8.2.1"
#define PART(last) { (const uint8_t *)"\x55\x04" last, 3 }

/* The subject says what it is: country, maker, "Authenticator Attestation", and a name of its own. */
static bool
examine_certificate(struct attesting *at, const struct x509 *leaf)
{
	static const struct span country = PART("\x06"), organisation = PART("\x0a"), unit = PART("\x0b"),
	                         name = PART("\x03");

	return attesting_note(at, "attestation-certificate-version", leaf->version == 3, CERTIFICATE,
	           "expected a certificate of version 3") &&
	    attesting_note(at, "attestation-certificate-subject",
	        x509_name_part(leaf->subject, country, 0).size == 2 &&
	            x509_name_part(leaf->subject, organisation, 0).size &&
	            span_is(x509_name_part(leaf->subject, unit, 0), "Authenticator Attestation") &&
	            x509_name_part(leaf->subject, name, 0).size,
	        CERTIFICATE, "expected C, O, OU \"Authenticator Attestation\" and CN") &&
	    attesting_note(at, "attestation-certificate-authority", leaf->basic_constraints.value.size &&
	    !leaf->authority,
	        CERTIFICATE, "expected basicConstraints that deny an authority") &&
	    attesting_model(at, CERTIFICATE, leaf);
}

/* Without certificates the credential vouches for itself. */
static bool
examine_self(struct attesting *at, const struct span pieces[2])
{
	const struct cose_key *key = &at->said->data.key;
	EVP_PKEY *opened = NULL;
	bool good = false;

	at->out->type = ATTESTATION_SELF;
	if (!attesting_note(at, "attestation-algorithm", at->statement->algorithm == key->algorithm->id, CLAUSE,
	        "expected the credential's own algorithm"))
		return false;
	if (cose_key_open(key, &opened, NULL) == OK)
		cose_verify(key->algorithm, opened, pieces, 2, at->statement->signature, &good, NULL);
	EVP_PKEY_free(opened);
	return attesting_note(at, "attestation-signature", good, CLAUSE,
	    "expected a signature by the credential itself");
}

bool
attestation_packed(struct attesting *at)
{
	const struct span pieces[] = { at->said->data.bytes, at->hash };
	struct x509 leaf;

	if (!attesting_note(at, "attestation-members", at->statement->has_algorithm && at->statement->signature.size,
	        CLAUSE, "expected alg and sig"))
		return false;
	if (!at->statement->certificate_count)
		return examine_self(at, pieces);
	at->out->type = ATTESTATION_BASIC;
	return attesting_leaf(at, CLAUSE, &leaf) &&
	    attesting_signed(at, CLAUSE, leaf.spki, at->statement->algorithm, pieces, COUNT(pieces)) &&
	    examine_certificate(at, &leaf);
}
