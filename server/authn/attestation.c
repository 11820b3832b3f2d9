/* authn/attestation.c - an attestation object read, its format found, its certificates followed to an anchor. */
#include "authn/attestation.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "authn/attestation_format.h"
#include "codec/cbor.h"
#include "codec/der.h"
#include "crypto/x509_path.h"

/* IANA WebAuthn Attestation Statement Format Identifiers; compared letter by letter (R18). */
static const struct format {
	const char *name;
	attestation_procedure *examine;
} formats[] = {
	{ "none", attestation_none },
	{ "packed", attestation_packed },
	{ "tpm", attestation_tpm },
	{ "android-key", attestation_android_key },
	{ "apple", attestation_apple },
	{ "fido-u2f", attestation_fido_u2f },
};

enum err
attestation_read(struct span object, unsigned rsa_least, struct attestation_unverified *out, struct problem *why)
{
	struct span data = { 0 };
	struct concise r;

	memset(out, 0, sizeof(*out));
	concise_begin(&r, object);
	for (concise_map(&r); concise_member(&r);) {
		struct span name = concise_text(&r);

		if (span_is(name, "fmt"))
			out->format = concise_text(&r);
		else if (span_is(name, "authData"))
			data = concise_bytes(&r);
		else if (span_is(name, "attStmt"))
			out->statement = concise_raw(&r);
	}
	if (concise_end(&r, why) != OK)
		return why->code;
	if (!out->format.size || !data.size || !out->statement.size)
		return problem_set(why, ERR_SYNTAX, "WebAuthn L3 s6.5.4", "expected fmt, attStmt and authData");
	return authenticator_data_read(data, rsa_least, &out->data, why);
}

bool
attesting_note(struct attesting *at, const char *step, bool good, const char *clause, const char *text)
{
	return examination_note(at->examination, step, good ? ESTABLISHED : REFUTED, clause, "%s", text);
}

bool
attestation_none(struct attesting *at)
{
	at->out->type = ATTESTATION_NONE;
	return attesting_note(at, "attestation-statement", at->statement->members == 0, "WebAuthn L3 s8.7",
	    "expected an empty statement");
}

bool
attesting_statement(struct attesting *at, struct span name, struct span bytes)
{
	struct attestation_statement statement;
	const struct format *format = NULL;
	struct problem why = { 0 };
	bool good;

	for (size_t i = 0; i < COUNT(formats); i++)
		if (span_is(name, formats[i].name))
			format = &formats[i];
	if (!attesting_note(at, "attestation-format", format, "WebAuthn L3 s7.1", "expected a format of the registry"))
		return false;
	good = attestation_statement_read(bytes, &statement, &why) == OK;
	if (!attesting_note(at, "attestation-statement", good, "WebAuthn L3 s6.5.4", why.text))
		return false;
	at->statement = &statement;
	good = format->examine(at);
	at->statement = NULL;
	memcpy(at->out->certificates, statement.certificates, sizeof(at->out->certificates));
	at->out->certificate_count = statement.certificate_count;
	return good;
}

bool
attestation_examine(struct arena *a, const struct attestation_unverified *said, struct span hash,
    const struct attestation_policy *policy, struct examination *e, struct attestation *out)
{
	struct attesting at = { .arena = a, .said = said, .hash = hash, .policy = policy, .examination = e,
		.out = out };

	*out = (struct attestation){ .aaguid = said->data.aaguid };
	if (span_is(said->format, "compound") ? !attesting_compound(&at) :
	                                        !attesting_statement(&at, said->format, said->statement))
		return false;
	out->format = said->format;
	return true;
}

bool
attesting_leaf(struct attesting *at, const char *clause, struct x509 *leaf)
{
	struct problem why = { 0 };
	bool good = at->statement->certificate_count > 0;

	if (!attesting_note(at, "attestation-certificate", good, clause, "expected a certificate"))
		return false;
	good = x509_read_loosely(at->statement->certificates[0], leaf, &why) == OK;
	return attesting_note(at, "attestation-certificate-form", good, clause, why.text);
}

bool
attesting_signed(struct attesting *at, const char *clause, struct span spki, int64_t algorithm,
    const struct span *pieces, size_t count)
{
	const struct cose_algorithm *known = cose_algorithm_find(algorithm);
	const uint8_t *from = spki.data;
	EVP_PKEY *key = NULL;
	bool good = false;

	if (!attesting_note(at, "attestation-algorithm", known, clause, "expected an algorithm that is known here"))
		return false;
	key = d2i_PUBKEY(NULL, &from, (long)spki.size);
	if (key)
		cose_verify(known, key, pieces, count, at->statement->signature, &good, NULL);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return attesting_note(at, "attestation-signature", good, clause,
	    "expected a signature by the attestation's key");
}

bool
attesting_own_key(struct attesting *at, const char *clause, struct span spki)
{
	const uint8_t *from = spki.data;
	EVP_PKEY *theirs = d2i_PUBKEY(NULL, &from, (long)spki.size), *own = NULL;
	bool good;

	cose_key_open(&at->said->data.key, &own, NULL);
	good = theirs && own && EVP_PKEY_eq(theirs, own) == 1;
	EVP_PKEY_free(theirs);
	EVP_PKEY_free(own);
	ERR_clear_error();
	return attesting_note(at, "attestation-key", good, clause,
	    "expected a certificate of the credential's own key");
}

bool
attesting_model(struct attesting *at, const char *clause, const struct x509 *leaf)
{
	static const struct span oid = { (const uint8_t *)"\x2b\x06\x01\x04\x01\x82\xe5\x1c\x01\x01\x04", 11 };
	struct x509_extension found;
	struct span rest, aaguid;

	if (!x509_extension_find(leaf, oid, &found))
		return true;
	rest = found.value;
	return attesting_note(at, "attestation-aaguid", !found.critical && der_enter(&rest, DER_OCTET_STRING,
	    &aaguid) &&
	    !rest.size && span_equal(aaguid, at->said->data.aaguid), clause,
	    "expected the certificate to name the authenticator's own model");
}

bool
attestation_trusted(struct arena *a, const struct attestation *attestation, const struct span *anchors, size_t count,
    struct instant at, struct examination *e)
{
	struct path_question question = {
		.certificate = attestation->certificates[0],
		.anchors = anchors,
		.anchor_count = count,
		.others = attestation->certificates + 1,
		.other_count = attestation->certificate_count ? attestation->certificate_count - 1 : 0,
		.at = at,
		.lenient = true, /* makers' authorities are older than RFC 5280's strictness */
	};
	struct path_answer answer = { 0 };
	struct problem why = { 0 };

	for (size_t i = 0; i < count; i++)
		if (attestation->certificate_count && span_equal(anchors[i], attestation->certificates[0]))
			return examination_note(e, "attestation-path", ESTABLISHED, "WebAuthn L3 s7.1",
			    "the certificate itself is an anchor");
	if (attestation->certificate_count && x509_path_check(a, &question, &answer, &why) != OK)
		answer.reason = why.text;
	return examination_note(e, "attestation-path", answer.valid ? ESTABLISHED : REFUTED, "WebAuthn L3 s7.1", "%s",
	    answer.valid ? "a path to an anchor" : answer.reason ? answer.reason : "expected certificates");
}
