/* authn/fido_model_reading.c - a model of authenticators, read from its entry in a BLOB. */
#include "authn/fido_model.h"

#include "codec/text.h"

#define KEY_ID 20
#define CERTIFICATE_LARGEST (16 * KIB)

/* AuthenticatorStatus (MDS 3.1.1 s3.1.4). ATTESTATION_KEY_COMPROMISE is about certificates, UPDATE_AVAILABLE about
 * nothing that is known of one authenticator. */
static const struct {
	const char *word;
	enum model_status status;
	unsigned level;
} statuses[] = {
	{ "NOT_FIDO_CERTIFIED", MODEL_UNCERTIFIED, 0 },
	{ "SELF_ASSERTION_SUBMITTED", MODEL_UNCERTIFIED, 0 },
	{ "FIDO_CERTIFIED", MODEL_CERTIFIED, 1 },
	{ "FIDO_CERTIFIED_L1", MODEL_CERTIFIED, 1 },
	{ "FIDO_CERTIFIED_L1plus", MODEL_CERTIFIED, 2 },
	{ "FIDO_CERTIFIED_L2", MODEL_CERTIFIED, 3 },
	{ "FIDO_CERTIFIED_L2plus", MODEL_CERTIFIED, 4 },
	{ "FIDO_CERTIFIED_L3", MODEL_CERTIFIED, 5 },
	{ "FIDO_CERTIFIED_L3plus", MODEL_CERTIFIED, 6 },
	{ "RETIRED", MODEL_RETIRED, 0 },
	{ "USER_VERIFICATION_BYPASS", MODEL_COMPROMISED, 0 },
	{ "USER_KEY_REMOTE_COMPROMISE", MODEL_COMPROMISED, 0 },
	{ "USER_KEY_PHYSICAL_COMPROMISE", MODEL_COMPROMISED, 0 },
	{ "REVOKED", MODEL_REVOKED, 0 },
};
#define ATTESTATION_COMPROMISE "ATTESTATION_KEY_COMPROMISE"
#define UPDATE "UPDATE_AVAILABLE"

/* Words of the FIDO Registry of Predefined Values (s3.1, s3.2, s3.6) beside ours. */
struct word {
	const char *word;
	int meaning;
};
static const struct word protections[] = {
	{ "software", PROTECTION_SOFTWARE },
	{ "hardware", PROTECTION_HARDWARE },
	{ "tee", PROTECTION_TEE },
	{ "secure_element", PROTECTION_SECURE_ELEMENT },
	{ "remote_handle", PROTECTION_REMOTE_HANDLE },
	{ NULL, 0 },
};
static const struct word types[] = {
	{ "none", 1 << ATTESTATION_NONE },
	{ "basic_surrogate", 1 << ATTESTATION_SELF },
	{ "basic_full", 1 << ATTESTATION_BASIC },
	{ "attca", 1 << ATTESTATION_CA },
	{ "anonca", 1 << ATTESTATION_ANONYMOUS_CA },
	{ NULL, 0 },
};
/* COSE's numbers; a word may stand for several. */
static const struct word algorithms[] = {
	{ "secp256r1_ecdsa_sha256_raw", -7 },
	{ "secp256r1_ecdsa_sha256_raw", -9 },
	{ "secp256r1_ecdsa_sha256_der", -7 },
	{ "secp256r1_ecdsa_sha256_der", -9 },
	{ "secp384r1_ecdsa_sha384_raw", -35 },
	{ "secp384r1_ecdsa_sha384_raw", -51 },
	{ "secp521r1_ecdsa_sha512_raw", -36 },
	{ "secp521r1_ecdsa_sha512_raw", -52 },
	{ "ed25519_eddsa_sha512_raw", -8 },
	{ "ed25519_eddsa_sha512_raw", -19 },
	{ "ed448_eddsa_sha512_raw", -53 },
	{ "rsassa_pss_sha256_raw", -37 },
	{ "rsassa_pss_sha256_der", -37 },
	{ "rsassa_pss_sha384_raw", -38 },
	{ "rsassa_pss_sha512_raw", -39 },
	{ "rsassa_pkcsv15_sha256_raw", -257 },
	{ "rsassa_pkcsv15_sha256_der", -257 },
	{ "rsassa_pkcsv15_sha384_raw", -258 },
	{ "rsassa_pkcsv15_sha512_raw", -259 },
	{ NULL, 0 },
};

/* A list of words; those nobody knows say nothing. */
static unsigned
read_words(struct reader *r, const struct word *known, bool of_cose)
{
	unsigned bits = 0;

	reader_array(r);
	while (reader_element(r)) {
		struct span word = reader_string(r, 0, 64);

		for (const struct word *w = known; w->word; w++)
			if (span_is(word, w->word))
				bits |= of_cose ? fido_algorithm_bit(w->meaning) : (unsigned)w->meaning;
	}
	return bits;
}

/* Certificates are base64 with line breaks, at times (RFC 4648 s4). */
static struct span
read_certificate(struct reader *r)
{
	struct span text = reader_string(r, 4, 2 * CERTIFICATE_LARGEST), bytes = { 0 };
	uint8_t *tidy = arena_take(r->arena, text.size + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] != '\n' && text.data[i] != '\r' && text.data[i] != ' ' && text.data[i] != '\t')
			tidy[n++] = text.data[i];
	if (!base64_read(r->arena, span_of(tidy, n), &bytes))
		reader_fail(r, "a certificate in base64", "something else");
	return bytes;
}

/* "01020304-0506-0708-0102-030405060708" */
static struct span
read_aaguid(struct reader *r)
{
	struct span text = reader_string(r, 36, 36);
	uint8_t *bytes = arena_take(r->arena, AAGUID_SIZE);
	char digits[2 * AAGUID_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < text.size; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen != (text.data[i] == '-')) {
			reader_fail(r, "an AAGUID", "something else");
			return (struct span){ 0 };
		}
		if (!hyphen)
			digits[n++] = (char)text.data[i];
	}
	if (text.size && !hex_read(span_of(digits, n), bytes, AAGUID_SIZE))
		reader_fail(r, "an AAGUID", "something else");
	return span_of(bytes, AAGUID_SIZE);
}

static void
read_key_ids(struct reader *r, struct fido_model *out)
{
	reader_array(r);
	while (reader_element(r)) {
		struct span text = reader_string(r, 2 * KEY_ID, 2 * KEY_ID);
		uint8_t *bytes = arena_take(r->arena, KEY_ID);

		if (text.size && !hex_read(text, bytes, KEY_ID))
			reader_fail(r, "a key identifier of 40 hexadecimal digits", "something else");
		else if (out->key_id_count == COUNT(out->key_ids))
			reader_fail(r, "at most 32 key identifiers", "more");
		else
			out->key_ids[out->key_id_count++] = span_of(bytes, KEY_ID);
	}
}

static void
read_anchors(struct reader *r, struct fido_model *out)
{
	reader_array(r);
	while (reader_element(r)) {
		struct span certificate = read_certificate(r);

		if (out->anchor_count == COUNT(out->anchors))
			reader_fail(r, "at most 64 root certificates", "more");
		else
			out->anchors[out->anchor_count++] = certificate;
	}
}

static void
read_statement(struct reader *r, struct fido_model *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "description"))
			out->description = reader_string(r, 0, 1024);
		else if (span_is(name, "attestationRootCertificates"))
			read_anchors(r, out);
		else if (span_is(name, "keyProtection"))
			out->protection = read_words(r, protections, false);
		else if (span_is(name, "attestationTypes"))
			out->attestation_types = read_words(r, types, false);
		else if (span_is(name, "authenticationAlgorithms"))
			out->algorithms = read_words(r, algorithms, true);
		else
			reader_raw(r);
	}
}

struct report {
	struct span word, certificate;
	struct instant at;
};

static struct instant
read_day(struct reader *r)
{
	struct span text = reader_string(r, 10, 10);
	struct instant day = { 0 };

	if (text.size && !instant_read(span_text(arena_print(r->arena, "%.*sT00:00:00Z", SPAN_ARGS(text))), &day))
		reader_fail(r, "a day", "something else");
	return day;
}

/* What a report adds to what the others say. */
static void
take_report(struct reader *r, const struct report *report, struct fido_model *out)
{
	enum model_status status = MODEL_UNCERTIFIED;
	unsigned level = 0;

	if (span_is(report->word, UPDATE))
		return;
	if (span_is(report->word, ATTESTATION_COMPROMISE)) {
		if (!report->certificate.size)
			out->all_compromised = true;
		else if (out->compromised_count == COUNT(out->compromised))
			reader_fail(r, "at most 32 compromised certificates", "more");
		else
			out->compromised[out->compromised_count++] = report->certificate;
		return;
	}
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (span_is(report->word, statuses[i].word)) {
			status = statuses[i].status;
			level = statuses[i].level;
		}
	if (level > out->certified_level)
		out->certified_level = level;
	if (status < out->status || (status == out->status && report->at.us < out->status_at.us))
		return;
	out->status = status;
	out->status_word = report->word;
	out->status_at = report->at;
}

static void
read_reports(struct reader *r, struct fido_model *out)
{
	struct span name;

	reader_array(r);
	while (reader_element(r)) {
		struct report report = { 0 };

		reader_object(r);
		while (reader_member(r, &name)) {
			if (span_is(name, "status"))
				report.word = reader_string(r, 1, 64);
			else if (span_is(name, "effectiveDate") && reader_peek(r) == READER_STRING)
				report.at = read_day(r);
			else if (span_is(name, "certificate") && reader_peek(r) == READER_STRING)
				report.certificate = read_certificate(r);
			else
				reader_raw(r);
		}
		take_report(r, &report, out);
	}
}

bool
fido_model_read(struct reader *r, struct fido_model *out)
{
	struct span name;

	memset(out, 0, sizeof(*out));
	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "aaguid"))
			out->aaguid = read_aaguid(r);
		else if (span_is(name, "attestationCertificateKeyIdentifiers"))
			read_key_ids(r, out);
		else if (span_is(name, "metadataStatement"))
			read_statement(r, out);
		else if (span_is(name, "statusReports"))
			read_reports(r, out);
		else
			reader_raw(r);
	}
	return out->aaguid.size || out->key_id_count;
}
