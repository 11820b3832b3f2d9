/* authn/webauthn.c - the two ceremonies of a passkey, step by step. */
#include "authn/webauthn.h"

#include <openssl/evp.h>

#define CREATING "WebAuthn L3 s7.1"
#define GETTING "WebAuthn L3 s7.2"

static bool
note(struct examination *e, const char *step, bool good, const char *clause, const char *text)
{
	return examination_note(e, step, good ? ESTABLISHED : REFUTED, clause, "%s", text);
}

static bool
listed(struct span origin, const struct span *origins, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(origin, origins[i]))
			return true;
	return false;
}

/* R3 to R7, A5 to A9: what the browser says of where it was asked, and by whom. */
static bool
examine_client(const struct webauthn_response *response, const struct webauthn_expectation *expected,
    struct examination *e)
{
	bool create = response->ceremony == WEBAUTHN_CREATE;
	const struct webauthn_client *client = &response->client;
	const struct webauthn_site *site = expected->site;
	const char *clause = create ? CREATING : GETTING;
	bool framed = client->cross_origin || client->top_origin.size;

	return note(e, "type", span_is(client->type, create ? "webauthn.create" : "webauthn.get"), clause,
	           create ? "expected webauthn.create" : "expected webauthn.get") &&
	    note(e, "challenge", expected->challenge.size && span_equal(client->challenge, expected->challenge), clause,
	        "expected the challenge that was issued for this") &&
	    note(e, "origin", listed(client->origin, site->origins, site->origin_count), clause,
	        "expected one of this site's origins") &&
	    note(e, "cross-origin", !framed || site->top_origin_count, clause, "expected not to be asked in a frame") &&
	    note(e, "top-origin",
	        !client->top_origin.size || listed(client->top_origin, site->top_origins, site->top_origin_count),
	        clause,
	        "expected a page that may have this site in a frame");
}

/* R10 to R13, A10 to A13. */
static bool
examine_flags(const struct authenticator_data *data, const struct webauthn_expectation *expected, bool presence,
    const char *clause, struct examination *e)
{
	uint8_t hash[32], flags = data->flags;

	digest(DIGEST_SHA256, expected->site->rp_id, hash);
	return note(e, "rp-id", span_equal(data->rp_id_hash, span_of(hash, sizeof(hash))), clause,
	           "expected the hash of this site's RP ID") &&
	    note(e, "user-present", !presence || flags & AUTHENTICATOR_PRESENT, clause,
	    "expected somebody to be present") &&
	    note(e, "user-verified", !expected->user_verified || flags & AUTHENTICATOR_VERIFIED, clause,
	        "expected the user to be verified") &&
	    note(e, "backup-flags", flags & AUTHENTICATOR_ELIGIBLE || !(flags & AUTHENTICATOR_BACKED_UP), clause,
	        "expected nothing backed up that may not be");
}

/* R17: of our choice, and a point of its curve. */
static bool
examine_key(const struct cose_key *key, struct examination *e)
{
	struct problem why = { 0 };
	EVP_PKEY *opened = NULL;
	bool good;

	if (!note(e, "algorithm", key->algorithm->offered, CREATING, "expected an algorithm that was offered"))
		return false;
	good = cose_key_open(key, &opened, &why) == OK;
	EVP_PKEY_free(opened);
	return note(e, "key", good, CREATING, good ? "a key" : why.text);
}

bool
webauthn_register(struct arena *a, const struct webauthn_response *response,
    const struct webauthn_expectation *expected, const struct attestation_policy *policy, struct examination *e,
    struct webauthn_registered *out)
{
	struct attestation_unverified said;
	struct authenticator_data *data = &said.data;
	struct problem why = { 0 };
	uint8_t hash[32];
	bool good;

	memset(out, 0, sizeof(*out));
	if (!examine_client(response, expected, e))
		return false;
	good = attestation_read(response->attestation_object, expected->site->rsa_least, &said, &why) == OK;
	if (!note(e, "attestation-object", good, good ? CREATING : why.clause, why.text) ||
	    !examine_flags(data, expected, !expected->conditional, CREATING, e) ||
	    !note(e, "credential-data", data->flags & AUTHENTICATOR_CREDENTIAL, CREATING,
	        "expected attested credential data") ||
	    !examine_key(&data->key, e))
		return false;
	digest(DIGEST_SHA256, response->client_data, hash);
	if (!attestation_examine(a, &said, span_of(hash, sizeof(hash)), policy, e, &out->attestation) ||
	    !note(e, "credential-id",
	        data->credential_id.size <= CREDENTIAL_ID_LARGEST && span_equal(data->credential_id, response->id),
	        CREATING, "expected an id of at most 1023 bytes, the same everywhere"))
		return false;
	out->id = data->credential_id;
	out->key = data->key;
	out->sign_count = data->sign_count;
	out->user_verified = data->flags & AUTHENTICATOR_VERIFIED;
	out->backup_eligible = data->flags & AUTHENTICATOR_ELIGIBLE;
	out->backed_up = data->flags & AUTHENTICATOR_BACKED_UP;
	out->resident = response->resident;
	return true;
}

/* A16. A key that cannot be read any more was ours to keep well: it refutes, too. */
static bool
examine_signature(const struct webauthn_response *response, const struct cose_key *key, struct examination *e)
{
	uint8_t hash[32];
	const struct span pieces[] = { response->authenticator_data, span_of(hash, sizeof(hash)) };
	EVP_PKEY *opened = NULL;
	bool good = false;

	digest(DIGEST_SHA256, response->client_data, hash);
	if (cose_key_open(key, &opened, NULL) == OK)
		cose_verify(key->algorithm, opened, pieces, COUNT(pieces), response->signature, &good, NULL);
	EVP_PKEY_free(opened);
	return note(e, "signature", good, GETTING, "expected a signature by the credential's key over what came");
}

bool
webauthn_assert(const struct webauthn_response *response, const struct webauthn_expectation *expected,
    const struct webauthn_credential *credential, struct examination *e, struct webauthn_asserted *out)
{
	struct authenticator_data data;
	struct problem why = { 0 };
	struct cose_key key;
	size_t used;
	bool good;

	memset(out, 0, sizeof(*out));
	if (!note(e, "credential", span_equal(response->id, credential->id), GETTING, "expected this credential") ||
	    !note(e, "user-handle", !response->user_handle.size ||
	        span_equal(response->user_handle, credential->user_handle), GETTING, "expected the account's handle") ||
	    !examine_client(response, expected, e))
		return false;
	good = authenticator_data_read(response->authenticator_data, expected->site->rsa_least, &data, &why) == OK;
	if (!note(e, "authenticator-data", good, good ? GETTING : why.clause, why.text) ||
	    !examine_flags(&data, expected, true, GETTING, e) ||
	    !note(e, "backup-eligible", !(data.flags & AUTHENTICATOR_ELIGIBLE) == !credential->backup_eligible, GETTING,
	        "expected what may be backed up to stay as it was"))
		return false;
	good = cose_key_read(credential->key, 0, &key, &used, &why) == OK;
	if (!note(e, "key", good, GETTING, why.text) || !examine_signature(response, &key, e))
		return false;
	out->sign_count = data.sign_count;
	out->user_verified = data.flags & AUTHENTICATOR_VERIFIED;
	out->backed_up = data.flags & AUTHENTICATOR_BACKED_UP;
	out->counter_back = (data.sign_count || credential->sign_count) && data.sign_count <= credential->sign_count;
	return true;
}
