/* jpki/certificate.c - judging a certificate by its profile. */
#include "jpki/certificate.h"

#include <assert.h>

#include "codec/oid.h"
#include "codec/text.h"
#include "crypto/x509_signature.h"
#include "jpki/attributes.h"

#define NAME_TOLD 1024 /* bytes of a name that is put into words */

/* One certificate under judgement; a rule notes its step and returns whether it is established. */
struct judging {
	const struct jpki_trust *trust;
	enum jpki_purpose purpose;
	struct instant at;
	struct examination *examination;
	struct jpki_certificate *certificate;
};

/* What is fine is put into words only for who wants to be told. */
#define ESTABLISH(j, step, clause, ...) \
	((j)->examination->told ? examination_note((j)->examination, step, ESTABLISHED, clause, __VA_ARGS__) \
			 : examination_note((j)->examination, step, ESTABLISHED, clause, "%s", ""))
#define REFUTE(j, step, clause, ...) examination_note((j)->examination, step, REFUTED, clause, __VA_ARGS__)

/* What another room found wrong, in its words. */
static bool
refute_for(struct judging *j, const char *step, const struct problem *why)
{
	return REFUTE(j, step, arena_text(j->examination->arena, span_text(why->clause)), "%s", why->text);
}

static bool
read_form(struct judging *j, struct span der)
{
	struct problem why;

	if (x509_read(der, &j->certificate->x509, &why) != OK)
		return refute_for(j, "form", &why);
	if (j->certificate->x509.version != 3)
		return REFUTE(j, "form", "RFC 5280 s4.1.2.1", "expected a certificate of version 3, found %u",
		    j->certificate->x509.version);
	return ESTABLISH(j, "form", "RFC 5280 s4.1", "DER of a certificate of version 3, %zu bytes", der.size);
}

/* Who is named is believed only when its key fits, too. */
static bool
find_issuer(struct judging *j)
{
	const struct x509 *x = &j->certificate->x509;
	const struct jpki_anchor *named = jpki_anchor_named(j->trust->anchors, x->issuer);

	if (!named)
		return REFUTE(j, "issuer", "RFC 5280 s6.1.3", "no authority that is believed has the issuer's name %s",
		    x->issuer.size > NAME_TOLD ? "(which is long)" : x509_name_text(j->examination->arena, x->issuer));
	if (named->world == JPKI_TEST && !j->trust->test)
		return REFUTE(j, "issuer", "", "the issuer is of the test world, which is not judged here");
	if (named->purpose != j->purpose)
		return REFUTE(j, "issuer", "RFC 5280 s6.1.3",
		    "expected a certificate for %s, found one that the authority for %s issued",
		    jpki_purpose_name(j->purpose), jpki_purpose_name(named->purpose));
	return ESTABLISH(j, "issuer", "RFC 5280 s6.1.3", "the authority for %s of the %s world",
	    jpki_purpose_name(named->purpose), jpki_world_name(named->world));
}

static bool
find_generation(struct judging *j)
{
	const struct x509 *x = &j->certificate->x509;

	j->certificate->issuer = jpki_anchor_of(j->trust->anchors, x);
	if (!j->certificate->issuer && x->authority_key_id.size == 0)
		return REFUTE(j, "issuer-key", "RFC 5280 s4.2.1.1",
		    "there is no authorityKeyIdentifier: which key of its issuer signed it is not told");
	if (!j->certificate->issuer)
		return REFUTE(j, "issuer-key", "RFC 5280 s4.2.1.1",
		    "none of its issuer's generations that are believed has the key %s and the serial number it names",
		    hex_write(j->examination->arena, span_first(x->authority_key_id, 64)));
	return ESTABLISH(j, "issuer-key", "RFC 5280 s4.2.1.1", "the generation with serial number %s",
	    hex_write(j->examination->arena, j->certificate->issuer->certificate.serial));
}

static bool
check_signature(struct judging *j)
{
	const struct x509 *x = &j->certificate->x509;
	struct problem why;

	if (x509_signature_check_by(j->trust->profiles.switches, x->algorithm, j->certificate->issuer->key, x->tbs,
	    x->signature, &why) != OK)
		return refute_for(j, "signature", &why);
	return ESTABLISH(j, "signature", "RFC 5280 s6.1.3", "the issuer's key signed it");
}

static bool
find_profile(struct judging *j)
{
	const struct x509 *x = &j->certificate->x509;
	const struct jpki_profile *profile;
	struct span policy;

	profile = jpki_profile_of(&j->trust->profiles, x, j->certificate->issuer->world);
	j->certificate->profile = profile;
	if (!profile && x509_policies(x, &policy) == 0)
		return REFUTE(j, "profile", "RFC 5280 s4.2.1.4", "the certificate has no certificatePolicies");
	if (!profile)
		return REFUTE(j, "profile", "RFC 5280 s4.2.1.4", "no profile of the %s world has the policy %s",
		    jpki_world_name(j->certificate->issuer->world),
		    oid_text(j->examination->arena, span_first(policy, 64)));
	if (profile->purpose != j->purpose)
		return REFUTE(j, "profile", "RFC 5280 s4.2.1.4", "expected a policy for %s, found the one for %s",
		    jpki_purpose_name(j->purpose), jpki_purpose_name(profile->purpose));
	return ESTABLISH(j, "profile", "RFC 5280 s4.2.1.4", "%s on a %s, %s world", jpki_purpose_name(profile->purpose),
	    jpki_medium_name(profile->medium), jpki_world_name(profile->world));
}

/* The rules of a profile, each a step. */

static bool
check_policy(struct judging *j)
{
	const struct x509 *x = &j->certificate->x509;
	struct span first;
	size_t count = x509_policies(x, &first);

	if (count != 1)
		return REFUTE(j, "policy", "RFC 5280 s4.2.1.4", "expected exactly one policy, found %zu", count);
	if (!x->policies.critical)
		return REFUTE(j, "policy", "RFC 5280 s4.2.1.4", "certificatePolicies is not critical");
	return ESTABLISH(j, "policy", "RFC 5280 s4.2.1.4", "%s, and critical", oid_text(j->examination->arena, first));
}

static bool
check_usage(struct judging *j)
{
	const struct x509 *x = &j->certificate->x509;

	if (!x->key_usage.critical)
		return REFUTE(j, "key-usage", "RFC 5280 s4.2.1.3", "keyUsage is not there, or not critical");
	if (x->usage != j->certificate->profile->usage)
		return REFUTE(j, "key-usage", "RFC 5280 s4.2.1.3", "expected exactly the bits %03x, found %03x",
		    j->certificate->profile->usage, x->usage);
	return ESTABLISH(j, "key-usage", "RFC 5280 s4.2.1.3", "digitalSignature%s, and critical",
	    x->usage & USAGE_NON_REPUDIATION ? " and nonRepudiation" : "");
}

static bool
check_extended_usage(struct judging *j)
{
	static const char step[] = "extended-key-usage", clause[] = "RFC 5280 s4.2.1.12";
	const struct x509 *x = &j->certificate->x509;
	struct span expected = j->certificate->profile->extended_usage;

	if (expected.size == 0 && x->extended_key_usage.value.size)
		return REFUTE(j, step, clause, "extKeyUsage is there, and must not be");
	if (expected.size == 0)
		return ESTABLISH(j, step, clause, "none, as it must be");
	if (!x509_extended_usage(x, expected))
		return REFUTE(j, step, clause, "extKeyUsage does not list %s",
		    oid_text(j->examination->arena, expected));
	return ESTABLISH(j, step, clause, "%s is listed", oid_text(j->examination->arena, expected));
}

static bool
check_key(struct judging *j)
{
	struct problem why;

	if (x509_key_check(j->trust->profiles.switches, j->certificate->x509.spki, &why) != OK)
		return refute_for(j, "key", &why);
	return ESTABLISH(j, "key", "RFC 8017 s3.1", "of a kind and a size that are taken");
}

static bool
check_no_authority(struct judging *j)
{
	if (j->certificate->x509.authority)
		return REFUTE(j, "no-authority", "RFC 5280 s4.2.1.9", "basicConstraints say that it is an authority's");
	return ESTABLISH(j, "no-authority", "RFC 5280 s4.2.1.9", "it is no authority's");
}

/* Those of the rules above may be critical; what else demands to be understood is not. */
static bool
check_critical(struct judging *j)
{
	static const char step[] = "critical-extensions", clause[] = "RFC 5280 s4.2";
	const struct x509 *x = &j->certificate->x509;
	const struct {
		const struct x509_extension *extension;
		const char *name;
	} others[] = {
		{ &x->policy_mappings, "policyMappings" },
		{ &x->policy_constraints, "policyConstraints" },
		{ &x->inhibit_any_policy, "inhibitAnyPolicy" },
		{ &x->name_constraints, "nameConstraints" },
		{ &x->issuer_names, "issuerAltName" },
		{ &x->authority_key, "authorityKeyIdentifier" },
		{ &x->subject_key, "subjectKeyIdentifier" },
		{ &x->distribution_points, "cRLDistributionPoints" },
		{ &x->freshest_crl, "freshestCRL" },
		{ &x->authority_access, "authorityInfoAccess" },
		{ &x->no_check, "id-pkix-ocsp-nocheck" },
	};

	if (x->unknown_critical.size)
		return REFUTE(j, step, clause, "the critical extension %s is not known here",
		    oid_text(j->examination->arena, span_first(x->unknown_critical, 64)));
	for (size_t i = 0; i < COUNT(others); i++)
		if (others[i].extension->critical)
			return REFUTE(j, step, clause, "%s is critical, which no profile has", others[i].name);
	return ESTABLISH(j, step, clause, "all of them are known");
}

static bool
check_subject_names(struct judging *j)
{
	const struct x509 *x = &j->certificate->x509;

	if (j->certificate->profile->attributes && x->subject_names.value.size == 0)
		return REFUTE(j, "subject-names", "", "the holder's attributes are not there");
	if (!j->certificate->profile->attributes && jpki_attributes_there(x))
		return REFUTE(j, "subject-names", "", "attributes of the holder are there, and must not be");
	return ESTABLISH(j, "subject-names", "", "%s", j->certificate->profile->attributes ?
	    "the holder's attributes are there" : "no attributes, as it must be");
}

static bool
check_dates(struct judging *j, const char *step, const char *whose, const struct x509 *x)
{
	char at[INSTANT_TEXT], edge[INSTANT_TEXT];

	if (instant_before(j->at, x->not_before))
		return REFUTE(j, step, "RFC 5280 s4.1.2.5", "%s begins at %s, and this is judged for %s", whose,
		    instant_text(x->not_before, edge), instant_text(j->at, at));
	if (x509_has_ended(x, j->at))
		return REFUTE(j, step, "RFC 5280 s4.1.2.5", "%s ended with %s, and this is judged for %s", whose,
		    instant_text(x->not_after, edge), instant_text(j->at, at));
	return ESTABLISH(j, step, "RFC 5280 s4.1.2.5", "%s is in force until %s", whose,
	    instant_text(x->not_after, edge));
}

static bool
check_validity(struct judging *j)
{
	return check_dates(j, "validity", "the certificate", &j->certificate->x509);
}

static bool
check_issuer_validity(struct judging *j)
{
	return check_dates(j, "issuer-validity", "the issuer's certificate", &j->certificate->issuer->certificate);
}

/* Those without which the following mean nothing end the judgement; the others only when nobody is told more. */
static const struct {
	bool (*check)(struct judging *);
	bool needed;
} rules[] = {
	{ find_issuer, false },
	{ find_generation, true },
	{ check_signature, false },
	{ find_profile, false },
	{ check_policy, false },
	{ check_usage, false },
	{ check_extended_usage, false },
	{ check_key, false },
	{ check_no_authority, false },
	{ check_critical, false },
	{ check_subject_names, false },
	{ check_validity, false },
	{ check_issuer_validity, false },
};

bool
jpki_certificate_judge(const struct jpki_trust *trust, struct span der, enum jpki_purpose purpose, struct instant at,
    struct examination *told, struct jpki_certificate *out)
{
	struct judging j = { trust, purpose, at, told, out };
	bool all = true;

	memset(out, 0, sizeof(*out));
	if (!read_form(&j, der))
		return false;
	for (size_t i = 0; i < COUNT(rules); i++) {
		bool good = rules[i].check(&j);

		all = all && good;
		if (!good && (rules[i].needed || !told->told || (rules[i].check == find_profile && !out->profile)))
			return false;
	}
	return all;
}
