/* authn/attestation_apple.c - the format "apple" (WebAuthn L3 s8.8): a certificate made for one credential, that names
 * nobody. */
#include "authn/attestation_format.h"

#include "codec/der.h"

#define CLAUSE "WebAuthn L3 s8.8"

/* SEQUENCE { [1] { OCTET STRING } } */
static struct span
nonce_of(const struct x509 *leaf)
{
	static const struct span oid = { (const uint8_t *)"\x2a\x86\x48\x86\xf7\x63\x64\x08\x02", 9 };
	struct x509_extension found;
	struct span rest, inside, tagged, nonce;

	if (!x509_extension_find(leaf, oid, &found))
		return (struct span){ 0 };
	rest = found.value;
	if (!der_enter(&rest, DER_SEQUENCE, &inside) || rest.size || !der_enter(&inside, DER_CONTEXT(1), &tagged) ||
	    !der_enter(&tagged, DER_OCTET_STRING, &nonce) || tagged.size)
		return (struct span){ 0 };
	return nonce;
}

bool
attestation_apple(struct attesting *at)
{
	const struct span pieces[] = { at->said->data.bytes, at->hash };
	uint8_t nonce[32];
	struct x509 leaf;

	at->out->type = ATTESTATION_ANONYMOUS_CA;
	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), nonce);
	return attesting_leaf(at, CLAUSE, &leaf) &&
	    attesting_note(at, "attestation-nonce", span_equal(nonce_of(&leaf), span_of(nonce, sizeof(nonce))), CLAUSE,
	        "expected a certificate made for this ceremony") &&
	    attesting_own_key(at, CLAUSE, leaf.spki);
}
