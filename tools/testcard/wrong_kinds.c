/* testcard/wrong_kinds.c - what can be wrong with a certificate (jpki.md 1.13; RFC 5280 s4; X.690). */
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
	plan_extend(&s->plan, OID_EXTENDED_USAGE, false, ASN(s->arena, DER_SEQUENCE, asn_oid(s->arena, OID_CLIENT_AUTH)));
}

static void
become_authority(struct spoiling *s)
{
	plan_extend(&s->plan, OID_BASIC_CONSTRAINTS, true, ASN(s->arena, DER_SEQUENCE, asn_true(s->arena)));
}

/* Extensions */

static void
demand_unknown(struct spoiling *s)
{
	plan_extend(&s->plan, OTHER_PRIVATE_OID, true, asn_null(s->arena));
}

static void
add_unknown(struct spoiling *s)
{
	plan_extend(&s->plan, OTHER_PRIVATE_OID, false, asn_null(s->arena));
}

static void
constrain_names(struct spoiling *s)
{
	/* Critical, known to RFC 5280, and of no meaning in the certificate of a person (s4.2.1.10). */
	struct arena *a = s->arena;

	plan_extend(&s->plan, "2.5.29.30", true, ASN(a, DER_SEQUENCE, ASN(a, DER_CONTEXT_0, ASN(a, DER_SEQUENCE,
	    ASN(a, 0x82, span_text("example"))))));
}

static void
repeat_extension(struct spoiling *s)
{
	plan_extend_again(&s->plan, OID_KEY_USAGE, true, asn_bits(s->arena, span_of("\xc0", 1), 6));
}

static void
drop_extensions(struct spoiling *s)
{
	s->plan.extension_count = 0;
}

/* Version and serial */

static void
be_version_1(struct spoiling *s)
{
	s->plan.version = 1;
	s->plan.extension_count = 0;
}

static void
be_version_1_with_extensions(struct spoiling *s)
{
	s->plan.version = 1;
}

static void
be_version_2(struct spoiling *s)
{
	s->plan.version = 2;
}

static void
be_version_4(struct spoiling *s)
{
	s->plan.version = 4;
}

static void
serial(struct spoiling *s, const void *bytes, size_t size)
{
	s->plan.serial = ASN(s->arena, DER_INTEGER, span_of(bytes, size));
}

static void
number_zero(struct spoiling *s)
{
	serial(s, "\0", 1);
}

static void
number_negative(struct spoiling *s)
{
	serial(s, "\x8a\xc9\x1a\xf8", 4);
}

static void
number_padded(struct spoiling *s)
{
	serial(s, "\0\0\x0a\xc9\x1a\xf8", 6);
}

static void
number_empty(struct spoiling *s)
{
	serial(s, "", 0);
}

static void
number_long(struct spoiling *s)
{
	serial(s, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15", 21);
}

static void
number_longest(struct spoiling *s)
{
	serial(s, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14", 20);
}

/* Time */

#define DAY (INT64_C(86400) * 1000000)

static void
expire(struct spoiling *s)
{
	s->plan.not_before = asn_time(s->arena, instant_after(s->holder.from, -400 * DAY));
	s->plan.not_after = asn_time(s->arena, instant_after(s->holder.from, -DAY));
}

static void
begin_later(struct spoiling *s)
{
	s->plan.not_before = asn_time(s->arena, instant_after(s->holder.from, 300 * DAY));
}

static void
end_before_beginning(struct spoiling *s)
{
	s->plan.not_before = asn_time(s->arena, instant_after(s->holder.from, 300 * DAY));
	s->plan.not_after = asn_time(s->arena, instant_after(s->holder.from, -300 * DAY));
}

static void
tell_time_long(struct spoiling *s)
{
	s->plan.not_after = ASN(s->arena, DER_GENERALIZED_TIME, span_text("20310217145959Z"));
}

static void
tell_no_seconds(struct spoiling *s)
{
	s->plan.not_after = ASN(s->arena, DER_UTC_TIME, span_text("3102171459Z"));
}

static void
tell_local_time(struct spoiling *s)
{
	s->plan.not_after = ASN(s->arena, DER_UTC_TIME, span_text("310217235959+0900"));
}

static void
tell_impossible_day(struct spoiling *s)
{
	s->plan.not_after = ASN(s->arena, DER_UTC_TIME, span_text("310230145959Z"));
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

/* Attributes */

static void
names_anew(struct spoiling *s)
{
	plan_extend(&s->plan, OID_SUBJECT_NAMES, false, holder_names(s->arena, &s->holder));
}

static void
drop_names(struct spoiling *s)
{
	plan_drop(&s->plan, OID_SUBJECT_NAMES);
}

static void
add_names(struct spoiling *s)
{
	names_anew(s);
}

static void
be_born_unknown(struct spoiling *s)
{
	s->holder.born = "400000000";
	names_anew(s);
}

static void
be_born_never(struct spoiling *s)
{
	s->holder.born = "319800231";
	names_anew(s);
}

static void
be_born_in_letters(struct spoiling *s)
{
	s->holder.born = "S55021700";
	names_anew(s);
}

static void
be_of_sex_9(struct spoiling *s)
{
	s->holder.sex = "9";
	names_anew(s);
}

static void
flag_too_much(struct spoiling *s)
{
	s->holder.address_substituted = "00000000000000000000000000";
	names_anew(s);
}

static void
know_more(struct spoiling *s)
{
	s->holder.others[s->holder.other_count].oid = OID_ATTRIBUTE ".99";
	s->holder.others[s->holder.other_count++].text = "これまでにない項目";
	names_anew(s);
}

static void
live_abroad(struct spoiling *s)
{
	s->holder.address = NULL;
	names_anew(s);
}

static void
be_born_twice(struct spoiling *s)
{
	s->holder.others[s->holder.other_count].oid = OID_ATTRIBUTE ".4";
	s->holder.others[s->holder.other_count++].text = "319800218";
	names_anew(s);
}

/* The name, in a string of another type. */
static void
name_in(struct spoiling *s, uint8_t tag, const void *bytes, size_t size)
{
	struct arena *a = s->arena;
	struct span other = ASN(a, DER_CONTEXT_0, asn_oid(a, OID_ATTRIBUTE ".1"),
	    ASN(a, DER_CONTEXT_0, ASN(a, tag, span_of(bytes, size))));

	s->holder.name = NULL;
	s->holder.name_substituted = "00000";
	plan_extend(&s->plan, OID_SUBJECT_NAMES, false,
	    ASN(a, DER_SEQUENCE, other, asn_contents(holder_names(a, &s->holder))));
}

static void
name_in_latin(struct spoiling *s)
{
	name_in(s, TAG_PRINTABLE, "SHIKEN TARO", 11);
}

static void
name_in_utf16(struct spoiling *s)
{
	name_in(s, 0x1e, "\x8a\x66\x9a\x13\x30\x00\x59\x2a\x90\xce", 10);
}

static void
name_in_no_utf8(struct spoiling *s)
{
	name_in(s, TAG_UTF8, "\x8e\x8e\x8c\xb1\x81\x40\x91\xbe\x98\x59", 10);
}

/* Form */

static void
cut_short(struct spoiling *s)
{
	s->certificate = span_first(s->certificate, s->certificate.size - 7);
}

static void
cut_to_head(struct spoiling *s)
{
	s->certificate = span_first(s->certificate, 3);
}

static void
add_behind(struct spoiling *s)
{
	s->certificate = asn_join(s->arena, (struct span[]){ s->certificate, asn_null(s->arena) }, 2);
}

static void
be_indefinite(struct spoiling *s)
{
	s->certificate = asn_join(s->arena, (struct span[]){ span_of("\x30\x80", 2), asn_contents(s->certificate),
	    span_of("\0\0", 2) }, 3);
}

static void
lengthen_length(struct spoiling *s)
{
	struct span inside = asn_contents(s->certificate);
	uint8_t head[] = { 0x30, 0x83, 0, (uint8_t)(inside.size >> 8), (uint8_t)inside.size };

	s->certificate = asn_join(s->arena, (struct span[]){ span_of(head, sizeof(head)), inside }, 2);
}

static void
claim_length(struct spoiling *s)
{
	s->certificate = asn_join(s->arena, (struct span[]){ span_of("\x30\x84\xff\xff\xff\xff", 6),
	    asn_contents(s->certificate) }, 2);
}

static void
be_huge(struct spoiling *s)
{
	size_t size = 80 * KIB;

	plan_extend(&s->plan, OTHER_PRIVATE_OID, false, asn_octets(s->arena, span_of(arena_take(s->arena, size), size)));
}

/* TRUE as 01: BER, no DER (X.690 s11.1). */
static void
be_true_otherwise(struct spoiling *s)
{
	static const uint8_t right[] = { TAG_BOOLEAN, 1, 0xff };
	uint8_t *der = arena_take(s->arena, s->certificate.size);
	struct span tbs, rest, changed;

	memcpy(der, s->certificate.data, s->certificate.size);
	for (size_t i = 0; i + sizeof(right) <= s->certificate.size; i++)
		if (memcmp(der + i, right, sizeof(right)) == 0) {
			der[i + 2] = 1;
			break;
		}
	/* Signed anew, so that only its form is wrong. */
	changed = rest = asn_contents(span_of(der, s->certificate.size));
	if (der_enter(&rest, DER_SEQUENCE, &tbs))
		changed = span_first(changed, changed.size - rest.size);
	s->certificate = signed_make(s->arena, changed, signature_algorithm(s->arena, s->signer, EVP_sha256()),
	    signature_make(s->arena, changed, s->signer, EVP_sha256()));
}

static void
empty_file(struct spoiling *s)
{
	s->certificate = (struct span){ 0 };
}

#define S SIGNATURE
#define A AUTHENTICATION

const struct wrong_kind wrong_kinds[] = {
	{ "other-generation-signed", S, "signed by another generation than it names", "signature", sign_by_elder, NULL },
	{ "other-generation-named", S, "names another generation than signed it", "signature", name_elder, NULL },
	{ "other-generation-serial", S, "its key identifier and serial name two generations", "issuer-key", name_elder_serial, NULL },
	{ "generation-unnamed", S, "has no authorityKeyIdentifier, and two authorities have the name", "issuer-key", name_nobody, NULL },
	{ "stranger-signed", S, "signed by a stranger under the authority's name and key identifier", "signature", sign_by_stranger, NULL },
	{ "stranger-named", S, "issued by a stranger of the same name", "issuer-key", name_stranger, NULL },
	{ "other-purpose-issuer", S, "a signature certificate, by the authority of authentication", "issuer", issue_by_other, NULL },
	{ "other-purpose-issuer-auth", A, "an authentication certificate, by the authority of signatures", "issuer", issue_by_other, NULL },
	{ "issuer-unknown", S, "issued under a name nobody trusts", "issuer", issue_by_no_authority, NULL },
	{ "issuer-other-string", S, "the issuer's name in another type of string", "issuer", print_issuer, NULL },
	{ "signature-flipped", S, "a bit of the signature is another", "signature", NULL, flip_signature },
	{ "signed-changed", S, "what was signed is changed", "signature", NULL, change_signed },
	{ "signature-sha1", S, "signed over SHA-1", "signature", sign_with_sha1, NULL },
	{ "signature-md5", S, "signed over MD5", "signature", sign_with_md5, NULL },
	{ "algorithms-differ", S, "the algorithm inside is not the one outside", "form", differ_in_algorithm, NULL },
	{ "algorithm-parameters-differ", S, "the algorithm inside has no parameters, outside NULL", "form", leave_out_null, NULL },
	{ "policy-missing", S, "has no policy", "profile", drop_policy, NULL },
	{ "policy-not-critical", S, "its policy is not critical", "policy", soften_policy, NULL },
	{ "policy-production", S, "has the policy of production, in the test world", "profile", claim_production, NULL },
	{ "policy-other-purpose", S, "has the policy of the other purpose", "profile", claim_other_purpose, NULL },
	{ "policy-unknown", A, "has a policy nobody knows", "profile", claim_unknown_policy, NULL },
	{ "policy-any", S, "has anyPolicy", "profile", claim_any_policy, NULL },
	{ "policy-two", S, "has a second policy beside the right one", "policy", claim_two_policies, NULL },
	{ "usage-missing", S, "has no keyUsage", "key-usage", drop_usage, NULL },
	{ "usage-not-critical", A, "its keyUsage is not critical", "key-usage", soften_usage, NULL },
	{ "usage-nonrepudiation-auth", A, "an authentication certificate for nonRepudiation too", "key-usage", use_for_both, NULL },
	{ "usage-authentication-only", S, "a signature certificate without nonRepudiation", "key-usage", use_for_authentication, NULL },
	{ "usage-certificates", A, "may sign certificates", "key-usage", use_for_certificates, NULL },
	{ "usage-encryption", S, "may encrypt", "key-usage", use_for_encryption, NULL },
	{ "usage-padded", S, "keyUsage has bits behind the last that is set", "form", pad_usage, NULL },
	{ "extended-usage-missing", A, "has no extendedKeyUsage", "extended-key-usage", drop_extended_usage, NULL },
	{ "extended-usage-server", A, "is for servers", "extended-key-usage", serve_only, NULL },
	{ "extended-usage-signature", S, "a signature certificate with extendedKeyUsage", "extended-key-usage", extend_usage, NULL },
	{ "authority", S, "is an authority's", "no-authority", become_authority, NULL },
	{ "extension-unknown-critical", S, "has a critical extension nobody knows", "critical-extensions", demand_unknown, NULL },
	{ "extension-unknown", S, "has an extension nobody knows, not critical", NULL, add_unknown, NULL },
	{ "name-constraints", S, "has critical nameConstraints, without being an authority's", "critical-extensions", constrain_names, NULL },
	{ "extension-twice", S, "has keyUsage twice", "form", repeat_extension, NULL },
	{ "extensions-missing", S, "has no extensions", "issuer-key", drop_extensions, NULL },
	{ "version-1", A, "is of version 1", "form", be_version_1, NULL },
	{ "version-1-extensions", A, "is of version 1, with extensions", "form", be_version_1_with_extensions, NULL },
	{ "version-2", A, "is of version 2, with extensions", "form", be_version_2, NULL },
	{ "version-4", A, "is of a version there is not", "form", be_version_4, NULL },
	{ "serial-zero", S, "its serial is 0", "form", number_zero, NULL },
	{ "serial-negative", S, "its serial is negative", "form", number_negative, NULL },
	{ "serial-padded", S, "its serial begins with zeros", "form", number_padded, NULL },
	{ "serial-empty", S, "its serial has no bytes", "form", number_empty, NULL },
	{ "serial-long", S, "its serial has 21 bytes", "form", number_long, NULL },
	{ "serial-longest", S, "its serial has 20 bytes, the most there may be", NULL, number_longest, NULL },
	{ "expired", S, "has ended", "validity", expire, NULL },
	{ "not-yet", A, "has not begun", "validity", begin_later, NULL },
	{ "ends-before-beginning", S, "ends before it begins", "validity", end_before_beginning, NULL },
	{ "time-generalized", S, "GeneralizedTime before 2050, which PKITS 4.2.4 has taken", NULL, tell_time_long, NULL },
	{ "time-no-seconds", S, "a time without seconds", "form", tell_no_seconds, NULL },
	{ "time-local", S, "a time of Japan instead of UTC", "form", tell_local_time, NULL },
	{ "time-impossible", S, "the 30th of February", "form", tell_impossible_day, NULL },
	{ "key-short", S, "an RSA key of 1024 bits", "key", take_short_key, NULL },
	{ "key-exponent", S, "an RSA key with the exponent 3", "key", take_small_exponent, NULL },
	{ "key-curve", S, "a P-384 key, which must be allowed first", "key", take_curve, NULL },
	{ "attributes-missing", S, "a signature certificate without subjectAltName", "subject-names", drop_names, NULL },
	{ "attributes-auth", A, "an authentication certificate with the holder's attributes", "subject-names", add_names, NULL },
	{ "born-unknown", S, "the day of birth is unknown", NULL, be_born_unknown, NULL },
	{ "born-never", S, "born on the 31st of February", "attributes", be_born_never, NULL },
	{ "born-in-letters", S, "the date of birth is written with letters", "attributes", be_born_in_letters, NULL },
	{ "born-twice", S, "has two dates of birth", "attributes", be_born_twice, NULL },
	{ "sex-other", S, "another digit for the sex", NULL, be_of_sex_9, NULL },
	{ "flags-too-long", S, "more flags of substitution than the address has characters", NULL, flag_too_much, NULL },
	{ "attribute-unknown", S, "an attribute nobody knows, beneath the same OID", NULL, know_more, NULL },
	{ "address-missing", S, "without address, of somebody abroad", NULL, live_abroad, NULL },
	{ "name-printable", S, "the name is a PrintableString", "attributes", name_in_latin, NULL },
	{ "name-bmp", S, "the name is a BMPString", "attributes", name_in_utf16, NULL },
	{ "name-shift-jis", S, "the name is no UTF-8", "attributes", name_in_no_utf8, NULL },
	{ "truncated", S, "its last bytes are missing", "form", NULL, cut_short },
	{ "truncated-head", S, "only its first three bytes are there", "form", NULL, cut_to_head },
	{ "trailing-data", S, "something follows it", "form", NULL, add_behind },
	{ "length-indefinite", S, "its length is indefinite", "form", NULL, be_indefinite },
	{ "length-not-shortest", S, "its length is not in its shortest form", "form", NULL, lengthen_length },
	{ "length-huge", S, "says that it has 4 GiB", "form", NULL, claim_length },
	{ "huge", S, "is larger than 64 KiB", "form", be_huge, NULL },
	{ "boolean-ber", S, "a TRUE that is not FF", "form", NULL, be_true_otherwise },
	{ "empty", S, "has no bytes at all", "form", NULL, empty_file },
	{ NULL, S, NULL, NULL, NULL, NULL },
};

struct span
wrong_make(struct spoiling *s, const struct wrong_kind *kind)
{
	if (kind->spoil)
		kind->spoil(s);
	s->certificate = certificate_sign(s->arena, &s->plan, s->signer);
	if (kind->damage)
		kind->damage(s);
	return s->certificate;
}
