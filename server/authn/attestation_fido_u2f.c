/* authn/attestation_fido_u2f.c - the format "fido-u2f" (WebAuthn L3 s8.6): authenticators older than CTAP 2. */
#include "authn/attestation_format.h"

#define CLAUSE "WebAuthn L3 s8.6"
#define ES256 (-7)

bool
attestation_fido_u2f(struct attesting *at)
{
	const struct authenticator_data *data = &at->said->data;
	const struct span pieces[] = { { (const uint8_t *)"\x00", 1 }, data->rp_id_hash, at->hash, data->credential_id,
		{ (const uint8_t *)"\x04", 1 }, data->key.x, data->key.y };
	struct x509 leaf;

	at->out->type = ATTESTATION_BASIC;
	return attesting_note(at, "attestation-members",
	           at->statement->certificate_count == 1 && at->statement->signature.size, CLAUSE,
	           "expected one certificate and a signature") &&
	    attesting_note(at, "attestation-key", data->key.algorithm->id == ES256, CLAUSE, "expected an ES256 key") &&
	    attesting_note(at, "attestation-aaguid", !at->policy->strict || aaguid_is_none(data->aaguid), CLAUSE,
	        "expected no AAGUID") &&
	    attesting_leaf(at, CLAUSE, &leaf) && attesting_signed(at, CLAUSE, leaf.spki, ES256, pieces, COUNT(pieces));
}
