/* transaction/proofing/facts.c - a verification as facts of the policy engine. */
#include "transaction/proofing/facts.h"

struct stated {
	const char *fact, *value; /* JSON; NULL: as the verification says */
	bool anyway;              /* of a certificate that is not good, too: it is true, and nothing is reached by it */
};

/* A card's certificate is issued face to face and used by PIN only (Arts. 19(2), 38(2); Rules 36-2, 64-4); its holder's
 * attributes are the resident register's. In alphabetical order, as canonical JSON is. */
static const struct stated by_signature[] = {
	{ "proofing.age", "0", false },
	{ "proofing.attributes_validated", "\"authoritative\"", false },
	{ "proofing.certificate", NULL, true },
	{ "proofing.certificate_status", NULL, true },
	{ "proofing.evidence_checked", "[\"signature-chain\"]", false },
	{ "proofing.evidence_in_force", "true", false },
	{ "proofing.fair_evidence", "1", false },
	{ "proofing.government_ids", "1", false },
	{ "proofing.identity_documents", "1", false },
	{ "proofing.loss_checked", "true", false },
	{ "proofing.mode", "\"remote\"", false },
	{ "proofing.name_verified", NULL, false },
	{ "proofing.nonrepudiation", "[\"electronic-signature\"]", false },
	{ "proofing.owner_verified_by", "[\"card-pin\",\"electronic-signature\"]", false },
	{ "proofing.photo_government_ids", "0", false }, /* the photograph is not in the certificate */
	{ "proofing.records_checked", "[\"resident-register\"]", false },
	{ "proofing.records_kept", "true", false },
	{ "proofing.signature_verified", "true", true },
	{ "proofing.strong_evidence", "1", false },
	{ "proofing.superior_evidence", "0", false }, /* jpki.md 4.3: no portrait */
	{ "proofing.verifier_accredited", NULL, true },
};

static const struct stated by_authentication[] = {
	{ "process.age", "0", false },
	{ "process.dynamic", "true", false },
	{ "token.attested", "true", false }, /* by its issuer's certificate */
	{ "token.certificate_status", NULL, true },
	{ "token.factors", NULL, false },
	{ "token.hardware", "true", false },
	{ "token.intent", "true", false },
	{ "token.key_exportable", "false", false },
	{ "token.kinds", NULL, false },
	{ "token.replay_resistant", "true", false },
	{ "token.user_verification", NULL, false },
};

static const struct stated not_signed[] = {
	{ "proofing.signature_verified", "false", true },
};

/* Whether all was seen and good, but for what revocation says: until that is good nothing follows from it, yet it is
 * to be told. */
static bool
signature_holds(const struct jpki_verified *v)
{
	for (size_t i = 0; i < v->examination.count; i++)
		if (v->examination.steps[i].outcome != ESTABLISHED &&
		    strcmp(v->examination.steps[i].step, "revocation") != 0)
			return false;
	return v->certificate.profile != NULL;
}

/* As the dictionary's words are; nothing was asked is nothing to state. */
static const char *
status_of(const struct jpki_verified *v)
{
	static const char *const words[] = {
		[REVOCATION_NOT_CHECKED] = NULL,
		[REVOCATION_UNAVAILABLE] = "\"unavailable\"",
		[REVOCATION_UNKNOWN] = "\"unknown\"",
		[REVOCATION_EXPIRED] = "\"expired\"",
		[REVOCATION_REVOKED] = "\"revoked\"",
		[REVOCATION_GOOD] = "\"good\"",
	};

	return words[v->revocation.status];
}

/* What depends on the verification; NULL: not to be stated. But for what is stated anyway the certificate is good. */
static const char *
value_of(const char *fact, const struct jpki_verified *v, bool entitled)
{
	bool phone = v->certificate.profile->medium == JPKI_PHONE;

	if (strcmp(fact, "proofing.certificate") == 0)
		return phone ? "\"jpki-mobile-signature\"" : "\"jpki-signature\"";
	if (strcmp(fact, "proofing.certificate_status") == 0 || strcmp(fact, "token.certificate_status") == 0)
		return status_of(v);
	if (strcmp(fact, "proofing.name_verified") == 0)
		return v->attributes.name.size ? "true" : NULL;
	if (strcmp(fact, "proofing.verifier_accredited") == 0)
		return entitled ? "true" : "false";
	/* In a phone the device's own biometric may stand for the PIN (Rule 64-4(2)): which of the two is not told. */
	if (strcmp(fact, "token.factors") == 0)
		return phone ? "[\"have\"]" : "[\"know\",\"have\"]";
	if (strcmp(fact, "token.kinds") == 0)
		return phone ? "[\"jpki-mobile-authentication\"]" : "[\"jpki-authentication\"]";
	return phone ? "\"by-platform\"" : "\"in-authenticator\"";
}

void
proofing_facts_write(struct buffer *b, const struct dictionary *dictionary, const struct jpki_verified *v,
    bool entitled)
{
	bool good = v->revocation.status == REVOCATION_GOOD;
	bool holds = signature_holds(v), signed_by = holds && v->certificate.profile->purpose == JPKI_SIGNATURE;
	const struct stated *list = signed_by ? by_signature : holds ? by_authentication : not_signed;
	size_t count = signed_by ? COUNT(by_signature) : holds ? COUNT(by_authentication) : COUNT(not_signed);
	const char *before = "";

	buffer_byte(b, '{');
	for (size_t i = 0; i < count; i++) {
		const char *value;

		/* Nothing but good permits (jpki/revocation.h). */
		if (!good && !list[i].anyway)
			continue;
		value = list[i].value ? list[i].value : value_of(list[i].fact, v, entitled);
		if (!value || !fact_find(dictionary, span_text(list[i].fact)))
			continue;
		buffer_print(b, "%s\"%s\":%s", before, list[i].fact, value);
		before = ",";
	}
	buffer_byte(b, '}');
}
