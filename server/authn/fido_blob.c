/* authn/fido_blob.c - the FIDO Metadata Service's BLOB, believed whole or not at all. */
#include "authn/fido_blob.h"

#include "codec/der.h"
#include "codec/text.h"
#include "crypto/signature_algorithm.h"
#include "crypto/x509.h"
#include "crypto/x509_path.h"

#define CLAUSE "MDS 3.1.1 s3.2"
#define HEADER_LARGEST (64 * KIB)
#define CHAIN 8
#define VALUES 4000000 /* of JSON: a BLOB of today has some 100,000 */

struct envelope {
	struct span algorithm, chain[CHAIN];
	size_t chain_length;
	struct span signed_text, payload, signature;
};

static bool
note(struct examination *e, const char *step, bool good, const char *text)
{
	return examination_note(e, step, good ? ESTABLISHED : REFUTED, CLAUSE, "%s", text);
}

static void
read_header(struct reader *r, struct envelope *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "alg")) {
			out->algorithm = reader_string(r, 1, 16);
		} else if (span_is(name, "x5c")) {
			reader_array(r);
			while (reader_element(r)) {
				struct span text = reader_string(r, 4, HEADER_LARGEST);

				if (out->chain_length == CHAIN || !base64_read(r->arena, text,
				    &out->chain[out->chain_length]))
					reader_fail(r, "up to 8 certificates in base64", "something else");
				else
					out->chain_length++;
			}
		} else if (span_is(name, "crit") || span_is(name, "b64")) {
			reader_fail(r, "no header that must be understood", "one");
		} else {
			reader_raw(r);
		}
	}
	if (!out->algorithm.size || !out->chain_length)
		reader_fail(r, "alg and x5c", "not both");
}

/* header "." payload "." signature (RFC 7515 s7.1). */
static bool
read_envelope(struct arena *a, struct span text, struct envelope *out, struct problem *why)
{
	struct span rest = text, header, payload, part;
	struct reader r;

	memset(out, 0, sizeof(*out));
	part = span_cut(&rest, '.');
	payload = span_cut(&rest, '.');
	out->signed_text = span_first(text, part.size + 1 + payload.size);
	if (!base64url_read(a, part, &header) || !base64url_read(a, payload, &out->payload) ||
	    !base64url_read(a, rest, &out->signature) || !out->signature.size || header.size > HEADER_LARGEST) {
		problem_set(why, ERR_SYNTAX, "RFC 7515 s7.1", "expected three parts in base64url");
		return false;
	}
	r = reader_json(a, header, (struct limits){ .bytes = HEADER_LARGEST, .depth = 4 });
	read_header(&r, out);
	return reader_end(&r, why) == OK;
}

static bool
is_of_host(const struct x509 *leaf, struct span host)
{
	struct span rest = leaf->subject_names.value, names, name;
	uint8_t tag;

	if (!der_enter(&rest, DER_SEQUENCE, &names))
		return false;
	while (der_any(&names, &tag, &name))
		if (tag == DER_PRIMITIVE(2) && host.size && span_equal_nocase(host, name))
			return true;
	return false;
}

static bool
examine_chain(struct arena *a, const struct envelope *envelope, const struct fido_settings *settings,
    struct instant now, struct examination *e)
{
	struct path_question question = {
		.certificate = envelope->chain[0],
		.anchors = settings->roots,
		.anchor_count = settings->root_count,
		.others = envelope->chain + 1,
		.other_count = envelope->chain_length - 1,
		.at = now,
	};
	struct path_answer answer = { 0 };
	struct problem why = { 0 };

	if (x509_path_check(a, &question, &answer, &why) != OK)
		answer.reason = why.text;
	return note(e, "chain", answer.valid, answer.valid ? "a path to the pinned root" : answer.reason);
}

static bool
examine_signature(struct arena *a, const struct envelope *envelope, const struct fido_settings *settings,
    struct instant now, struct examination *e)
{
	const struct signature_algorithm *algorithm = signature_algorithm_jws(envelope->algorithm);
	struct problem why = { 0 };
	struct x509 leaf;

	if (!examine_chain(a, envelope, settings, now, e) || x509_read(envelope->chain[0], &leaf, &why) != OK)
		return false;
	return note(e, "host", is_of_host(&leaf, settings->host), "expected the metadata service's name") &&
	    note(e, "algorithm", algorithm, "expected one of " SIGNATURE_ALGORITHMS_JWS) &&
	    note(e, "signature",
	        signature_algorithm_check(algorithm, SIGNATURES_RSA | SIGNATURES_ECDSA, leaf.spki,
	        envelope->signed_text,
	            envelope->signature, &why) == OK, why.text);
}

static void
read_entries(struct reader *r, struct arena *a, struct fido_blob *out)
{
	const struct fido_model **models = arena_array(a, const struct fido_model *, FIDO_BLOB_MODELS);

	reader_array(r);
	while (reader_element(r)) {
		struct fido_model *model = arena_new(a, struct fido_model);

		if (out->count == FIDO_BLOB_MODELS)
			reader_fail(r, "at most 16384 models", "more");
		else if (fido_model_read(r, model))
			models[out->count++] = model;
	}
	out->models = models;
}

static bool
read_content(struct arena *a, struct span payload, struct fido_blob *out, struct problem *why)
{
	struct reader r = reader_json(a, payload,
	    (struct limits){ .bytes = FIDO_BLOB_LARGEST, .depth = 16, .members = VALUES });
	struct span name, day = { 0 };

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "no"))
			out->number = (uint64_t)reader_integer(&r, 1, INT64_MAX);
		else if (span_is(name, "nextUpdate"))
			day = reader_string(&r, 10, 10);
		else if (span_is(name, "legalHeader"))
			out->legal_header = reader_string(&r, 0, 64 * KIB);
		else if (span_is(name, "entries"))
			read_entries(&r, a, out);
		else
			reader_raw(&r);
	}
	if (!out->number || !out->models ||
	    !instant_read(span_text(arena_print(a, "%.*sT00:00:00Z", SPAN_ARGS(day))), &out->next_update))
		reader_fail(&r, "no, nextUpdate and entries", "not all of them");
	return reader_end(&r, why) == OK;
}

static bool
accepted(struct span legal_header, struct span digest_wanted)
{
	uint8_t hash[32];

	digest(DIGEST_SHA256, legal_header, hash);
	return !digest_wanted.size || span_equal(digest_wanted, span_of(hash, sizeof(hash)));
}

bool
fido_blob_read(struct arena *a, struct span text, const struct fido_settings *settings, uint64_t number,
    struct instant now, struct examination *e, struct fido_blob *out)
{
	struct envelope envelope;
	struct problem why = { 0 };
	bool good;

	memset(out, 0, sizeof(*out));
	text = span_trim(text);
	if (!note(e, "size", text.size <= FIDO_BLOB_LARGEST, "expected at most 32 MiB"))
		return false;
	good = read_envelope(a, text, &envelope, &why);
	if (!note(e, "form", good, why.text) || !examine_signature(a, &envelope, settings, now, e))
		return false;
	good = read_content(a, envelope.payload, out, &why);
	return note(e, "content", good, why.text) &&
	    note(e, "legal-header", accepted(out->legal_header, settings->legal_header),
	        "expected the legal header that was accepted") &&
	    examination_note(e, "number", out->number > number ? ESTABLISHED : REFUTED, CLAUSE,
	        "number %llu, in force is %llu", (unsigned long long)out->number, (unsigned long long)number);
}
