/* tools/testcard/wrong_issued.c - what can be wrong with how a certificate was issued: by whom, for what, with which
 * key (jpki.md 1.13). */
#include "testcard/key.h"
#include "testcard/wrong.h"

#define OTHER_PRIVATE_OID "1.2.392.200149.8.5.9.99"

/* Issuer */

static void
sign_by_elder(struct spoiling *s)
{
	s->signer = s->elder->key;
}

/* Its name is right, and nothing else. */
static void
sign_by_stranger(struct spoiling *s)
{
	s->signer = s->made = key_rsa(2048, 65537);
}

static void
name_stranger(struct spoiling *s)
{
	sign_by_stranger(s);
	plan_extend(&s->plan, OID_AUTHORITY_KEY, false,
	    authority_key(s->arena, key_identifier(s->arena, s->made), s->issuer->name, s->issuer->serial));
}

static void
name_elder(struct spoiling *s)
{
	plan_extend(&s->plan, OID_AUTHORITY_KEY, false,
	    authority_key(s->arena, key_identifier(s->arena, s->elder->key), s->issuer->name, s->elder->serial));
}

static void
name_elder_serial(struct spoiling *s)
{
	plan_extend(&s->plan, OID_AUTHORITY_KEY, false,
	    authority_key(s->arena, key_identifier(s->arena, s->issuer->key), s->issuer->name, s->elder->serial));
}

static void
name_nobody(struct spoiling *s)
{
	plan_drop(&s->plan, OID_AUTHORITY_KEY);
}

/* All that a certificate of this purpose has, by the other purpose's authority. */
static void
issue_by_other(struct spoiling *s)
{
	s->plan.issuer = s->other->name;
	s->signer = s->other->key;
	plan_extend(&s->plan, OID_AUTHORITY_KEY, false,
	    authority_key(s->arena, key_identifier(s->arena, s->other->key), s->other->name, s->other->serial));
}

static void
issue_by_no_authority(struct spoiling *s)
{
	struct arena *a = s->arena;

	s->plan.issuer = ASN(a, DER_SEQUENCE, ASN(a, TAG_SET, ASN(a, DER_SEQUENCE, asn_oid(a, "2.5.4.3"),
	    asn_utf8(a, "Some Authority"))));
}

static void
print_issuer(struct spoiling *s)
{
	uint8_t *name = arena_take(s->arena, s->plan.issuer.size);

	/* PrintableString instead of UTF8String: the same name to X.500, another one to who compares bytes. */
	memcpy(name, s->plan.issuer.data, s->plan.issuer.size);
	for (size_t i = 0; i + 1 < s->plan.issuer.size; i++)
		if (name[i] == TAG_UTF8 && name[i + 1] == strlen(TEST_ORGANIZATION))
			name[i] = TAG_PRINTABLE;
	s->plan.issuer = span_of(name, s->plan.issuer.size);
}

/* Signature */

static void
flip_signature(struct spoiling *s)
{
	uint8_t *der = arena_take(s->arena, s->certificate.size);

	memcpy(der, s->certificate.data, s->certificate.size);
	der[s->certificate.size - 1] ^= 1;
	s->certificate = span_of(der, s->certificate.size);
}

/* Another name in what was signed. */
static void
change_signed(struct spoiling *s)
{
	struct certificate_plan plan = s->plan;
	struct span old, tail;

	plan.algorithm = signature_algorithm(s->arena, s->signer, EVP_sha256());
	old = certificate_tbs(s->arena, &plan);
	tail = span_skip(asn_contents(s->certificate), old.size);
	plan.subject = authentication_subject(s->arena, "SOMEBODYELSE000000000A");
	s->certificate = ASN(s->arena, DER_SEQUENCE, certificate_tbs(s->arena, &plan), tail);
}

static void
sign_with_sha1(struct spoiling *s)
{
	s->plan.digest = EVP_sha1();
}

static void
sign_with_md5(struct spoiling *s)
{
	s->plan.digest = EVP_md5();
}

static void
differ_in_algorithm(struct spoiling *s)
{
	s->plan.algorithm = signature_algorithm(s->arena, s->signer, EVP_sha256());
	s->plan.outer_algorithm = signature_algorithm(s->arena, s->signer, EVP_sha384());
}

static void
leave_out_null(struct spoiling *s)
{
	s->plan.algorithm = ASN(s->arena, DER_SEQUENCE, asn_oid(s->arena, "1.2.840.113549.1.1.11"));
	s->plan.outer_algorithm = signature_algorithm(s->arena, s->signer, EVP_sha256());
}

/* Policy */

static void
drop_policy(struct spoiling *s)
{
	plan_drop(&s->plan, OID_POLICIES);
}

static void
soften_policy(struct spoiling *s)
{
	plan_extend(&s->plan, OID_POLICIES, false, one_policy(s->arena, purpose_shapes[s->issuer->purpose].policy));
}

static void
claim_production(struct spoiling *s)
{
	plan_extend(&s->plan, OID_POLICIES, true, one_policy(s->arena, "1.2.392.200149.8.5.1.1.20"));
}

static void
claim_other_purpose(struct spoiling *s)
{
	plan_extend(&s->plan, OID_POLICIES, true, one_policy(s->arena, purpose_shapes[s->other->purpose].policy));
}

static void
claim_unknown_policy(struct spoiling *s)
{
	plan_extend(&s->plan, OID_POLICIES, true, one_policy(s->arena, OTHER_PRIVATE_OID));
}

static void
claim_any_policy(struct spoiling *s)
{
	plan_extend(&s->plan, OID_POLICIES, true, one_policy(s->arena, "2.5.29.32.0"));
}

static void
claim_two_policies(struct spoiling *s)
{
	struct arena *a = s->arena;

	plan_extend(&s->plan, OID_POLICIES, true, ASN(a, DER_SEQUENCE,
	    asn_contents(one_policy(a, purpose_shapes[s->issuer->purpose].policy)),
	    asn_contents(one_policy(a, OTHER_PRIVATE_OID))));
}

/* Usage */

static void
usage(struct spoiling *s, uint8_t unused, uint8_t bits)
{
	plan_extend(&s->plan, OID_KEY_USAGE, true, asn_bits(s->arena, span_of(&bits, 1), unused));
}

static void
drop_usage(struct spoiling *s)
{
	plan_drop(&s->plan, OID_KEY_USAGE);
}

static void
soften_usage(struct spoiling *s)
{
	const struct purpose_shape *shape = &purpose_shapes[s->issuer->purpose];

	plan_extend(&s->plan, OID_KEY_USAGE, false, asn_bits(s->arena, span_of(&shape->usage[1], 1), shape->usage[0]));
}

static void
use_for_both(struct spoiling *s)
{
	usage(s, 6, 0xc0);
}

static void
use_for_authentication(struct spoiling *s)
{
	usage(s, 7, 0x80);
}

static void
use_for_certificates(struct spoiling *s)
{
	usage(s, 2, s->issuer->purpose == SIGNATURE ? 0xc4 : 0x84);
}

static void
use_for_encryption(struct spoiling *s)
{
	usage(s, 5, s->issuer->purpose == SIGNATURE ? 0xe0 : 0xa0);
}

static void
pad_usage(struct spoiling *s)
{
	/* A zero bit behind the last named one (X.690 s11.2.2). */
	usage(s, 0, purpose_shapes[s->issuer->purpose].usage[1]);
}

static void
drop_extended_usage(struct spoiling *s)
{
	plan_drop(&s->plan, OID_EXTENDED_USAGE);
}

static void
serve_only(struct spoiling *s)
{
	plan_extend(&s->plan, OID_EXTENDED_USAGE, false,
	    ASN(s->arena, DER_SEQUENCE, asn_oid(s->arena, "1.3.6.1.5.5.7.3.1")));
}

static void
extend_usage(struct spoiling *s)
{
	plan_extend(&s->plan, OID_EXTENDED_USAGE, false,
	    ASN(s->arena, DER_SEQUENCE, asn_oid(s->arena, OID_CLIENT_AUTH)));
}

static void
become_authority(struct spoiling *s)
{
	plan_extend(&s->plan, OID_BASIC_CONSTRAINTS, true, ASN(s->arena, DER_SEQUENCE, asn_true(s->arena)));
}

/* Key */

static void
key_take(struct spoiling *s, EVP_PKEY *key)
{
	s->made = key;
	s->plan.spki = key_spki(s->arena, key);
	plan_extend(&s->plan, OID_SUBJECT_KEY, false, asn_octets(s->arena, key_identifier(s->arena, key)));
}

static void
take_short_key(struct spoiling *s)
{
	key_take(s, key_rsa(1024, 65537));
}

static void
take_small_exponent(struct spoiling *s)
{
	key_take(s, key_rsa(2048, 3));
}

static void
take_curve(struct spoiling *s)
{
	key_take(s, key_curve("P-384"));
}

const struct wrong_kind wrong_issued[] = {
	{ "other-generation-signed", SIGNATURE,
	    "signed by another generation than it names", "signature", sign_by_elder, NULL },
	{ "other-generation-named", SIGNATURE,
	    "names another generation than signed it", "signature", name_elder, NULL },
	{ "other-generation-serial", SIGNATURE,
	    "its key identifier and serial name two generations", "issuer-key", name_elder_serial, NULL },
	{ "generation-unnamed", SIGNATURE,
	    "has no authorityKeyIdentifier, and two authorities have the name", "issuer-key", name_nobody, NULL },
	{ "stranger-signed", SIGNATURE,
	    "signed by a stranger under the authority's name and key identifier", "signature", sign_by_stranger, NULL },
	{ "stranger-named", SIGNATURE, "issued by a stranger of the same name", "issuer-key", name_stranger, NULL },
	{ "other-purpose-issuer", SIGNATURE,
	    "a signature certificate, by the authority of authentication", "issuer", issue_by_other, NULL },
	{ "other-purpose-issuer-auth", AUTHENTICATION,
	    "an authentication certificate, by the authority of signatures", "issuer", issue_by_other, NULL },
	{ "issuer-unknown", SIGNATURE, "issued under a name nobody trusts", "issuer", issue_by_no_authority, NULL },
	{ "issuer-other-string", SIGNATURE,
	    "the issuer's name in another type of string", "issuer", print_issuer, NULL },
	{ "signature-flipped", SIGNATURE, "a bit of the signature is another", "signature", NULL, flip_signature },
	{ "signed-changed", SIGNATURE, "what was signed is changed", "signature", NULL, change_signed },
	{ "signature-sha1", SIGNATURE, "signed over SHA-1", "signature", sign_with_sha1, NULL },
	{ "signature-md5", SIGNATURE, "signed over MD5", "signature", sign_with_md5, NULL },
	{ "algorithms-differ", SIGNATURE,
	    "the algorithm inside is not the one outside", "form", differ_in_algorithm, NULL },
	{ "algorithm-parameters-differ", SIGNATURE,
	    "the algorithm inside has no parameters, outside NULL", "form", leave_out_null, NULL },
	{ "policy-missing", SIGNATURE, "has no policy", "profile", drop_policy, NULL },
	{ "policy-not-critical", SIGNATURE, "its policy is not critical", "policy", soften_policy, NULL },
	{ "policy-production", SIGNATURE,
	    "has the policy of production, in the test world", "profile", claim_production, NULL },
	{ "policy-other-purpose", SIGNATURE,
	    "has the policy of the other purpose", "profile", claim_other_purpose, NULL },
	{ "policy-unknown", AUTHENTICATION, "has a policy nobody knows", "profile", claim_unknown_policy, NULL },
	{ "policy-any", SIGNATURE, "has anyPolicy", "profile", claim_any_policy, NULL },
	{ "policy-two", SIGNATURE, "has a second policy beside the right one", "policy", claim_two_policies, NULL },
	{ "usage-missing", SIGNATURE, "has no keyUsage", "key-usage", drop_usage, NULL },
	{ "usage-not-critical", AUTHENTICATION, "its keyUsage is not critical", "key-usage", soften_usage, NULL },
	{ "usage-nonrepudiation-auth", AUTHENTICATION,
	    "an authentication certificate for nonRepudiation too", "key-usage", use_for_both, NULL },
	{ "usage-authentication-only", SIGNATURE,
	    "a signature certificate without nonRepudiation", "key-usage", use_for_authentication, NULL },
	{ "usage-certificates", AUTHENTICATION, "may sign certificates", "key-usage", use_for_certificates, NULL },
	{ "usage-encryption", SIGNATURE, "may encrypt", "key-usage", use_for_encryption, NULL },
	{ "usage-padded", SIGNATURE, "keyUsage has bits behind the last that is set", "form", pad_usage, NULL },
	{ "extended-usage-missing", AUTHENTICATION,
	    "has no extendedKeyUsage", "extended-key-usage", drop_extended_usage, NULL },
	{ "extended-usage-server", AUTHENTICATION, "is for servers", "extended-key-usage", serve_only, NULL },
	{ "extended-usage-signature", SIGNATURE,
	    "a signature certificate with extendedKeyUsage", "extended-key-usage", extend_usage, NULL },
	{ "authority", SIGNATURE, "is an authority's", "no-authority", become_authority, NULL },
	{ "key-short", SIGNATURE, "an RSA key of 1024 bits", "key", take_short_key, NULL },
	{ "key-exponent", SIGNATURE, "an RSA key with the exponent 3", "key", take_small_exponent, NULL },
	{ "key-curve", SIGNATURE, "a P-384 key, which must be allowed first", "key", take_curve, NULL },
	{ 0 },
};
