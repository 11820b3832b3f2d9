/* authn/attestation_android_key.c - the format "android-key" (WebAuthn L3 s8.4): Android's key store says how it keeps
 * the credential's key.
 *
 *     KeyDescription: versions and levels (4) | challenge | unique id | software's list | the secure element's list
 */
#include "authn/attestation_format.h"

#include "codec/der.h"

#define CLAUSE "WebAuthn L3 s8.4"
#define CERTIFICATE "WebAuthn L3 s8.4.1"

/* Members of an AuthorizationList, by their tags (Android key attestation). */
enum authorization { PURPOSE = 1, ALL_APPLICATIONS = 600, ORIGIN = 702 };
#define PURPOSE_SIGN 2
#define ORIGIN_GENERATED 0

struct authorizations {
	bool for_all;    /* applications */
	bool has_origin, generated;
	bool has_purpose, signs;
};
struct description {
	struct span challenge;
	struct authorizations software, hardware;
};

static bool
read_purposes(struct span set, struct authorizations *out)
{
	uint64_t purpose;

	out->has_purpose = true;
	while (set.size) {
		if (!der_number(&set, DER_INTEGER, UINT32_MAX, &purpose))
			return false;
		out->signs |= purpose == PURPOSE_SIGN;
	}
	return true;
}

static bool
read_authorizations(struct span list, struct authorizations *out)
{
	struct span inside, set;
	uint64_t origin;
	uint32_t tag;

	while (list.size) {
		if (!der_numbered(&list, &tag, &inside))
			return false;
		if (tag == ALL_APPLICATIONS) {
			out->for_all = true;
		} else if (tag == ORIGIN) {
			if (!der_number(&inside, DER_INTEGER, UINT32_MAX, &origin))
				return false;
			out->has_origin = true;
			out->generated = origin == ORIGIN_GENERATED;
		} else if (tag == PURPOSE) {
			if (!der_enter(&inside, DER_SET, &set) || !read_purposes(set, out))
				return false;
		}
	}
	return true;
}

static bool
read_description(const struct x509 *leaf, struct description *out)
{
	static const struct span oid = { (const uint8_t *)"\x2b\x06\x01\x04\x01\xd6\x79\x02\x01\x11", 10 };
	struct span rest, inside, skipped, software, hardware;
	struct x509_extension found;
	uint64_t number;

	memset(out, 0, sizeof(*out));
	if (!x509_extension_find(leaf, oid, &found))
		return false;
	rest = found.value;
	return der_enter(&rest, DER_SEQUENCE, &inside) && !rest.size &&
	    der_number(&inside, DER_INTEGER, UINT32_MAX, &number) &&    /* attestationVersion */
	    der_number(&inside, DER_ENUMERATED, UINT32_MAX, &number) && /* its security level */
	    der_number(&inside, DER_INTEGER, UINT32_MAX, &number) &&    /* keymasterVersion */
	    der_number(&inside, DER_ENUMERATED, UINT32_MAX, &number) && /* its security level */
	    der_enter(&inside, DER_OCTET_STRING, &out->challenge) && der_enter(&inside, DER_OCTET_STRING, &skipped) &&
	    der_enter(&inside, DER_SEQUENCE, &software) && der_enter(&inside, DER_SEQUENCE, &hardware) &&
	    read_authorizations(software, &out->software) && read_authorizations(hardware, &out->hardware);
}

/* Where a list says nothing of it, and we are not strict, the standard's own example passes (facts authn-pki.md
 * 1.4). */
static bool
made_to_sign(const struct description *d, bool strict)
{
	const struct authorizations *hard = &d->hardware, *soft = &d->software;

	if (strict)
		return hard->generated && hard->signs;
	return (hard->generated || soft->generated || !(hard->has_origin || soft->has_origin)) &&
	    (hard->signs || soft->signs || !(hard->has_purpose || soft->has_purpose));
}

bool
attestation_android_key(struct attesting *at)
{
	const struct span pieces[] = { at->said->data.bytes, at->hash };
	struct description description;
	struct x509 leaf;

	at->out->type = ATTESTATION_BASIC;
	return attesting_note(at, "attestation-members", at->statement->has_algorithm && at->statement->signature.size,
	           CLAUSE, "expected alg and sig") &&
	    attesting_leaf(at, CLAUSE, &leaf) &&
	    attesting_signed(at, CLAUSE, leaf.spki, at->statement->algorithm, pieces, COUNT(pieces)) &&
	    attesting_own_key(at, CLAUSE, leaf.spki) &&
	    attesting_note(at, "attestation-description", read_description(&leaf, &description), CERTIFICATE,
	        "expected the key store's description of the key") &&
	    attesting_note(at, "attestation-challenge", span_equal(description.challenge, at->hash), CERTIFICATE,
	        "expected the hash of the client data as challenge") &&
	    attesting_note(at, "attestation-scope", !description.software.for_all && !description.hardware.for_all,
	        CERTIFICATE, "expected a key that not all applications may use") &&
	    attesting_note(at, "attestation-origin", made_to_sign(&description, at->policy->strict),
	        CERTIFICATE, "expected a key made there, to sign");
}
