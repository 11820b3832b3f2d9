/* tests/jpki/test_certificate.c - a certificate under its profile: right ones, and each that is wrong in one thing. */
#include "jpki/judging.h"

static void
right_ones_are_established(void **state)
{
	(void)state;
	trust.test = true;
	for (enum jpki_purpose p = JPKI_SIGNATURE; p <= JPKI_AUTHENTICATION; p++)
		for (enum jpki_world w = JPKI_PRODUCTION; w <= JPKI_TEST; w++)
			for (unsigned g = 2; g <= MADE_GENERATIONS; g++) {
				struct made_draft d = maker_draft(&maker, &authorities[p][w][g]);
				struct examination e;

				expect_text("each purpose, world and generation",
				    judged(maker_sign(&maker, &d), p, (struct instant){ MADE_NOON }), "established");
				expect_true("told of", judge(maker_sign(&maker, &d), p, (struct instant){ MADE_NOON },
				    true, &e));
				expect_number("in all its steps", e.count, 14);
				for (size_t i = 0; i < e.count; i++)
					expect_true("each in words", e.steps[i].text[0]);
			}
	trust.test = false;
}

/* What is done to a draft. */

static void
no_change(struct made_draft *d)
{
	(void)d;
}

static void
older_version(struct made_draft *d)
{
	d->part[PART_VERSION] = (struct span){ 0 };
	memset(d->extension, 0, sizeof(d->extension));
}

static void
serial_zero(struct made_draft *d)
{
	d->part[PART_SERIAL] = hex(&memory, "0201 00");
}

static void
serial_negative(struct made_draft *d)
{
	d->part[PART_SERIAL] = hex(&memory, "0204 818c0102");
}

static void
serial_long(struct made_draft *d)
{
	d->part[PART_SERIAL] = hex(&memory, "0215 01020304050607080910 1112131415161718192021");
}

static void
other_algorithm(struct made_draft *d)
{
	d->part[PART_ALGORITHM] = hex(&memory, "300d 06092a864886f70d01010c 0500");
}

static void
weak_digest(struct made_draft *d)
{
	d->digest = EVP_sha1();
	d->part[PART_ALGORITHM] = d->part[PART_INNER_ALGORITHM] = hex(&memory, "300d 06092a864886f70d010105 0500");
}

static void
no_parameters(struct made_draft *d)
{
	d->part[PART_ALGORITHM] = d->part[PART_INNER_ALGORITHM] = hex(&memory, "300b 06092a864886f70d01010b");
}

static void
twice(struct made_draft *d)
{
	d->extension[EXTENSION_MORE] = d->extension[EXTENSION_USAGE];
}

static void
nobodys_name(struct made_draft *d)
{
	d->part[PART_ISSUER] = WRAP(&memory, DER_SEQUENCE, rdn(&memory, "2.5.4.10", DER_UTF8_STRING, "JPKI"));
}

/* The same words in another string type: other bytes. */
static void
name_in_another_type(struct made_draft *d)
{
	struct arena *a = &memory;

	d->part[PART_ISSUER] = WRAP(a, DER_SEQUENCE, rdn(a, "2.5.4.6", DER_PRINTABLE_STRING, "JP"),
	    rdn(a, "2.5.4.10", DER_PRINTABLE_STRING, "JPKI"),
	    rdn(a, "2.5.4.11", DER_UTF8_STRING, made_unit(JPKI_SIGNATURE)),
	    rdn(a, "2.5.4.11", DER_UTF8_STRING, "Japan Agency for Local Authority Information Systems"));
}

static void
no_authority_key(struct made_draft *d)
{
	d->extension[EXTENSION_AUTHORITY_KEY] = (struct span){ 0 };
}

static void
another_generations_key(struct made_draft *d)
{
	const struct made_authority *other = &authorities[JPKI_SIGNATURE][JPKI_PRODUCTION][2];

	d->extension[EXTENSION_AUTHORITY_KEY] = made_authority_key(&memory, other->key_id, other->name, other->serial);
}

static void
unknown_generation(struct made_draft *d)
{
	d->extension[EXTENSION_AUTHORITY_KEY] = made_authority_key(&memory, hex(&memory, "abcdef"),
	    signature_authority()->name, signature_authority()->serial);
}

static void
another_signer(struct made_draft *d)
{
	d->signer = maker.holder;
}

static void
no_policies(struct made_draft *d)
{
	d->extension[EXTENSION_POLICIES] = (struct span){ 0 };
}

static void
unknown_policy(struct made_draft *d)
{
	d->extension[EXTENSION_POLICIES] = made_policy(&memory, "1.2.392.200149.8.5.1.1.10");
}

static void
test_policy(struct made_draft *d)
{
	d->extension[EXTENSION_POLICIES] = made_policy(&memory, "1.2.392.200149.8.5.1.0.20");
}

static void
authentication_policy(struct made_draft *d)
{
	d->extension[EXTENSION_POLICIES] = made_policy(&memory, "1.2.392.200149.8.5.1.3.30");
}

static void
two_policies(struct made_draft *d)
{
	d->extension[EXTENSION_POLICIES] = extension(&memory, OID_POLICIES, true, WRAP(&memory, DER_SEQUENCE,
	    WRAP(&memory, DER_SEQUENCE, oid(&memory, "1.2.392.200149.8.5.1.1.20")),
	    WRAP(&memory, DER_SEQUENCE, oid(&memory, "1.2.3"))));
}

static void
soft_policy(struct made_draft *d)
{
	d->extension[EXTENSION_POLICIES] = extension(&memory, OID_POLICIES, false,
	    made_policies(&memory, "1.2.392.200149.8.5.1.1.20"));
}

static void
no_usage(struct made_draft *d)
{
	d->extension[EXTENSION_USAGE] = (struct span){ 0 };
}

static void
soft_usage(struct made_draft *d)
{
	d->extension[EXTENSION_USAGE] = extension(&memory, OID_KEY_USAGE, false, hex(&memory, "0302 06c0"));
}

static void
less_usage(struct made_draft *d)
{
	d->extension[EXTENSION_USAGE] = extension(&memory, OID_KEY_USAGE, true, hex(&memory, "0302 0780"));
}

static void
more_usage(struct made_draft *d)
{
	d->extension[EXTENSION_USAGE] = extension(&memory, OID_KEY_USAGE, true, hex(&memory, "0302 06c0"));
}

static void
signs_certificates(struct made_draft *d)
{
	d->extension[EXTENSION_USAGE] = extension(&memory, OID_KEY_USAGE, true, hex(&memory, "0302 02c4"));
}

static void
extended_usage(struct made_draft *d)
{
	d->extension[EXTENSION_EXTENDED_USAGE] = extension(&memory, OID_EXTENDED_USAGE, false,
	    WRAP(&memory, DER_SEQUENCE, oid(&memory, "1.3.6.1.5.5.7.3.4")));
}

static void
no_extended_usage(struct made_draft *d)
{
	d->extension[EXTENSION_EXTENDED_USAGE] = (struct span){ 0 };
}

static void
small_key(struct made_draft *d)
{
	EVP_PKEY *small = EVP_RSA_gen(1024);

	d->part[PART_KEY] = made_spki(&memory, small);
	EVP_PKEY_free(small);
}

static void
ec_key(struct made_draft *d)
{
	EVP_PKEY *ec = EVP_EC_gen("P-384");

	d->part[PART_KEY] = made_spki(&memory, ec);
	EVP_PKEY_free(ec);
}

static void
an_authority(struct made_draft *d)
{
	d->extension[EXTENSION_BASIC] = extension(&memory, OID_BASIC, true, hex(&memory, "3003 0101ff"));
}

static void
said_to_be_none(struct made_draft *d)
{
	d->extension[EXTENSION_BASIC] = extension(&memory, OID_BASIC, true, hex(&memory, "3000"));
}

static void
unknown_critical(struct made_draft *d)
{
	d->extension[EXTENSION_MORE] = extension(&memory, "1.2.3.4", true, hex(&memory, "0500"));
}

static void
unknown_soft(struct made_draft *d)
{
	d->extension[EXTENSION_MORE] = extension(&memory, "1.2.3.4", false, hex(&memory, "0500"));
}

static void
critical_name_constraints(struct made_draft *d)
{
	d->extension[EXTENSION_MORE] = extension(&memory, "2.5.29.30", true, hex(&memory, "3002 a000"));
}

static void
critical_point(struct made_draft *d)
{
	d->extension[EXTENSION_POINTS] = extension(&memory, OID_POINTS, true, hex(&memory, "3002 3000"));
}

static void
no_attributes(struct made_draft *d)
{
	d->extension[EXTENSION_SUBJECT_NAMES] = (struct span){ 0 };
}

static void
attributes(struct made_draft *d)
{
	d->extension[EXTENSION_SUBJECT_NAMES] = made_subject_names(&memory, made_attributes(&memory));
}

static void
harmless_name(struct made_draft *d)
{
	d->extension[EXTENSION_SUBJECT_NAMES] = made_subject_names(&memory, hex(&memory, "820161"));
}

static void
one_thing_wrong_is_enough(void **state)
{
	static const struct {
		const char *title;
		void (*change)(struct made_draft *);
		bool authentication;
		const char *judged;
	} cases[] = {
		{ "nothing", no_change, false, "established" },
		{ "version 1", older_version, false, "form: expected a certificate of version 3, found 1" },
		{ "a serial number of zero", serial_zero, false,
			"form: the certificate's serial number is zero or negative" },
		{ "a negative one", serial_negative, false,
			"form: the certificate's serial number is zero or negative" },
		{ "one that is too long", serial_long, false, "form: the certificate's serial number is longer" },
		{ "two algorithms", other_algorithm, false, "form: the certificate names two different" },
		{ "an extension twice", twice, false, "form: an extension stands twice" },
		{ "SHA-1", weak_digest, false, "signature: the signature's algorithm" },
		{ "an algorithm without its NULL", no_parameters, false,
			"signature: the signature's algorithm, or how it is" },
		{ "an issuer nobody knows", nobodys_name, false,
			"issuer: no authority that is believed has the issuer's name O=JPKI" },
		{ "an issuer in other bytes", name_in_another_type, false, "issuer: no authority" },
		{ "no key of the issuer", no_authority_key, false, "issuer-key: there is no authorityKeyIdentifier" },
		{ "a generation nobody knows", unknown_generation, false,
			"issuer-key: none of its issuer's generations" },
		{ "another generation than signed it", another_generations_key, false,
			"signature: the signature was not made" },
		{ "another's signature", another_signer, false, "signature: the signature was not made" },
		{ "no policy", no_policies, false, "profile: the certificate has no certificatePolicies" },
		{ "a policy nobody knows", unknown_policy, false,
			"profile: no profile of the production world has the policy 1.2.392.200149.8.5.1.1.10" },
		{ "a test card's policy", test_policy, false, "profile: no profile of the production world" },
		{ "the other purpose's policy", authentication_policy, false,
			"profile: expected a policy for signature, found the one for authentication" },
		{ "two policies", two_policies, false, "policy: expected exactly one policy, found 2" },
		{ "a policy that is not critical", soft_policy, false, "policy: certificatePolicies is not critical" },
		{ "no use", no_usage, false, "key-usage: keyUsage is not there, or not critical" },
		{ "a use that is not critical", soft_usage, false,
			"key-usage: keyUsage is not there, or not critical" },
		{ "use for authentication alone", less_usage, false,
			"key-usage: expected exactly the bits 003, found 001" },
		{ "authentication that could sign", more_usage, true,
			"key-usage: expected exactly the bits 001, found 003" },
		{ "use for certificates", signs_certificates, false,
			"key-usage: expected exactly the bits 003, found 023" },
		{ "an extended use", extended_usage, false, "extended-key-usage: extKeyUsage is there" },
		{ "another extended use", extended_usage, true,
			"extended-key-usage: extKeyUsage does not list 1.3.6.1.5.5.7.3.2" },
		{ "no extended use", no_extended_usage, true, "extended-key-usage: extKeyUsage does not list" },
		{ "a key of 1024 bits", small_key, false, "key: an RSA key has 2048 to 4096 bits, not 1024" },
		{ "a curve, while it is switched off", ec_key, false, "key: the public key is of no kind" },
		{ "an authority", an_authority, false, "no-authority: basicConstraints say" },
		{ "basicConstraints that say it is none", said_to_be_none, false, "established" },
		{ "a critical extension nobody knows", unknown_critical, false,
			"critical-extensions: the critical extension 1.2.3.4 is not known here" },
		{ "one that is not critical", unknown_soft, false, "established" },
		{ "a critical one that is known and not looked at", critical_name_constraints, false,
			"critical-extensions: nameConstraints is critical" },
		{ "another", critical_point, false, "critical-extensions: cRLDistributionPoints is critical" },
		{ "a signature certificate without attributes", no_attributes, false,
			"subject-names: the holder's attributes" },
		{ "an authentication certificate with them", attributes, true,
			"subject-names: attributes of the holder are there" },
		{ "one with another name", harmless_name, true, "established" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct made_authority *issuer = cases[i].authentication ? authentication_authority() :
		    signature_authority();
		struct made_draft d = maker_draft(&maker, issuer);

		cases[i].change(&d);
		expect_judged(cases[i].title, judged(maker_sign(&maker, &d), issuer->purpose,
		    (struct instant){ MADE_NOON }),
		    cases[i].judged);
	}
}

static void
who_is_told_sees_all_of_it(void **state)
{
	struct made_draft d = maker_draft(&maker, signature_authority());
	struct examination e;
	size_t refuted = 0;

	(void)state;
	another_signer(&d);
	soft_policy(&d);
	less_usage(&d);
	unknown_critical(&d);
	expect_true("it is refuted", !judge(maker_sign(&maker, &d), JPKI_SIGNATURE, (struct instant){ 1 }, true, &e));
	for (size_t i = 0; i < e.count; i++)
		refuted += e.steps[i].outcome == REFUTED;
	expect_number("every step is there", e.count, 14);
	expect_number("signature, policy, use, extension, both dates", refuted, 6);
	expect_text("the first counts", examination_cause(&e)->step, "signature");
}

static void
bytes_that_are_none_are_refuted(void **state)
{
	struct made_draft d = maker_draft(&maker, signature_authority());
	struct span der = maker_sign(&maker, &d), copy;
	struct instant noon = { MADE_NOON };
	uint8_t *bytes = arena_take(&memory, der.size);

	(void)state;
	expect_judged("nothing", judged((struct span){ 0 }, JPKI_SIGNATURE, noon), "form: this is not DER");
	expect_judged("something behind the end", judged(JOIN(&memory, der, hex(&memory, "00")), JPKI_SIGNATURE, noon),
	    "form: 1 bytes stand behind");
	copy = span_of(arena_take(&memory, 1 * MIB), 1 * MIB);
	expect_judged("a megabyte", judged(copy, JPKI_SIGNATURE, noon), "form: a certificate has at most 65536 bytes");
	memcpy(bytes, der.data, der.size);
	for (size_t i = 0; i < der.size; i++) {
		bytes[i] ^= 0x20;
		expect_true("any byte that is another", strcmp(judged(span_of(bytes, der.size), JPKI_SIGNATURE, noon),
		    "established") != 0);
		bytes[i] ^= 0x20;
	}
}

static void
curves_are_switched_on(void **state)
{
	const struct made_authority *issuer = signature_authority();
	struct made_draft d = maker_draft(&maker, issuer);

	(void)state;
	ec_key(&d);
	trust.profiles.switches |= 2; /* SIGNATURES_ECDSA */
	expect_text("then the next card's key is one", judged(maker_sign(&maker, &d), JPKI_SIGNATURE,
	    (struct instant){ MADE_NOON }), "established");
	trust.profiles = jpki_profiles_known();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_ones_are_established),
		cmocka_unit_test(one_thing_wrong_is_enough),
		cmocka_unit_test(who_is_told_sees_all_of_it),
		cmocka_unit_test(bytes_that_are_none_are_refuted),
		cmocka_unit_test(curves_are_switched_on),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
