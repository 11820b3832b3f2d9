/* jpki/verification.c - what a person signed, and whether it counts.
 *
 *     document read -> signer found -> certificate judged -> content -> signature -> attributes -> revocation
 */
#include "jpki/verification.h"

#include <assert.h>
#include <stdlib.h>

#include "base/turn.h"
#include "crypto/cms.h"
#include "crypto/signature_algorithm.h"
#include "crypto/xml_signed.h"
#include "jpki/signed_text.h"

/* id-data (RFC 5652 s4) */
static const struct span data_content = { (const uint8_t *)"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 9 };

/* One submission on its way. */
struct examining {
	const struct jpki_verifier *verifier;
	struct arena *arena;
	const struct jpki_submission *submission;
	struct jpki_verified *out;
	struct span certificate;     /* the signer's */
	struct cms_signed cms;
	struct xml_signed xml;
};

/* Notes a step; what went wrong is the problem's sentence. */
static bool
note(struct examining *e, const char *step, enum err err, const struct problem *why, const char *good)
{
	if (err != OK)
		return examination_note(&e->out->examination, step, REFUTED,
		    arena_text(e->arena, span_text(why->clause)), "%s", why->text);
	return examination_note(&e->out->examination, step, ESTABLISHED, "", "%s", good);
}

/* Whether to go on after a step that is not established: only to tell all of it. */
static bool
goes_on(const struct examining *e, bool established)
{
	return established || e->verifier->told;
}

/* The document and its signer, for each form. False: there is nothing to go on with. */

static bool
read_challenge(struct examining *e)
{
	const struct jpki_submission *s = e->submission;
	struct problem why;
	enum err err = OK;

	if (!s->algorithm || !signature_algorithm_jws(span_text(s->algorithm)))
		err = problem_set(&why, ERR_UNSUPPORTED, "RFC 7518 s3.1",
		    "expected a signature of one of " SIGNATURE_ALGORITHMS_JWS ", found \"%.40s\"",
		    s->algorithm ? s->algorithm : "");
	else if (s->signature.size == 0 || s->certificate.size == 0 || s->content.size == 0)
		err = problem_set(&why, ERR_INVALID, "", "there is no %s", s->signature.size == 0 ? "signature"
		    : s->certificate.size == 0 ? "certificate" : "challenge that must have been signed");
	e->certificate = s->certificate;
	e->out->signed_content = s->content;
	return note(e, "document", err, &why, "a signature over a challenge, with its certificate");
}

static bool
read_cms(struct examining *e)
{
	const struct jpki_submission *s = e->submission;
	struct problem why;
	enum err err = cms_read(e->arena, s->signature, &e->cms, &why);

	if (err == OK && !span_equal(e->cms.content_type, data_content))
		err = problem_set(&why, ERR_INVALID, "RFC 5652 s4", "the content of the SignedData is not plain data");
	if (!note(e, "document", err, &why,
	    e->cms.detached ? "a SignedData of one signer, detached from its content" : "a SignedData of one signer"))
		return false;
	e->out->signed_content = e->cms.detached ? s->content : e->cms.content;
	e->certificate = cms_signer_certificate(&e->cms, &s->certificate, s->certificate.size ? 1 : 0);
	if (e->certificate.size == 0)
		err = problem_set(&why, ERR_NOT_FOUND, "RFC 5652 s5.3",
		    "the certificate that the signer names is not there: neither in the SignedData nor beside it");
	else
		err = cms_names(&e->cms, e->certificate, &why);
	return note(e, "signer", err, &why, e->cms.signer_key_id.size
	    ? "the signer is named by key identifier" : "the signer is named by issuer and serial number");
}

static const char *
form_of_xml(const struct examining *e)
{
	static const char *const forms[] = {
		[XML_ENVELOPED] = "an XML signature in the element it covers",
		[XML_ENVELOPING] = "an XML signature around what it covers",
		[XML_DETACHED] = "an XML signature beside what it covers",
	};

	if (e->xml.part_count == 1)
		return forms[e->xml.parts[0].form];
	return arena_print(e->arena, "an XML signature over %zu elements", e->xml.part_count);
}

/* All that was signed, one element after another: each begins and ends by itself. */
static struct span
parts_of_xml(const struct examining *e)
{
	size_t size = 0;
	uint8_t *all;

	if (e->xml.part_count == 1)
		return e->xml.parts[0].covered;
	for (size_t i = 0; i < e->xml.part_count; i++)
		size += e->xml.parts[i].covered.size + 1;
	all = arena_space(e->arena, size);
	size = 0;
	for (size_t i = 0; i < e->xml.part_count; i++) {
		const struct span *covered = &e->xml.parts[i].covered;

		memcpy(all + size, covered->data, covered->size);
		size += covered->size;
		all[size++] = '\n';
	}
	return span_of(all, size - 1);
}

/* xmlsec1 checks while it reads. Without a signature that is right there is no signer, for any certificate may stand
 * beside it. */
static bool
read_xml(struct examining *e)
{
	struct problem why;
	enum err err = xml_signed_check(
	    e->arena, e->submission->signature, e->verifier->trust.profiles.switches, &e->xml, &why);

	if (err == ERR_CRYPTO || err == ERR_UNSUPPORTED) {
		note(e, "document", OK, NULL, "an XML signature");
		return note(e, "document-signature", err, &why, "");
	}
	if (!note(e, "document", err, &why, err == OK ? form_of_xml(e) : ""))
		return false;
	e->certificate = e->xml.certificate;
	e->out->signed_content = parts_of_xml(e);
	return note(e, "signer", OK, NULL, "the certificate beside the signature whose key it was made with");
}

static bool
read_certificate(struct examining *e)
{
	e->certificate = e->submission->certificate;
	return note(e, "document", OK, NULL, "a certificate alone: it proves nothing of its holder");
}

/* What was signed, once it is known by whose certificate */

/* Where a text is expected it is the one element that was signed, but for what software says of the signature itself:
 * that nobody reads, so it is no part of what was agreed to. */
static enum err
content_of_xml(struct examining *e, struct problem *why)
{
	struct span text, covered = { 0 };
	size_t count = 0;

	if (e->submission->content.size == 0)
		return OK;
	for (size_t i = 0; i < e->xml.part_count; i++)
		if (!e->xml.parts[i].properties) {
			covered = e->xml.parts[i].covered;
			count++;
		}
	if (count != 1)
		return problem_set(why, ERR_INVALID, "",
		    "expected one element that was signed, the text that was to be; found %zu", count);
	if (signed_text_of_xml(e->arena, covered, &text, why) != OK)
		return why->code;
	e->out->signed_content = text;
	return OK;
}

static bool
check_content(struct examining *e)
{
	const struct jpki_submission *s = e->submission;
	struct problem why;
	enum err err = s->form == JPKI_XML ? content_of_xml(e, &why) : OK;
	struct span content = e->out->signed_content;

	if (err == OK && content.size == 0)
		err = problem_set(&why, ERR_INVALID, "", s->form == JPKI_CMS && e->cms.detached
		    ? "the signature is detached, and the content it was detached from is not there"
		    : "nothing was signed");
	if (err == OK && s->content.size && !span_equal(content, s->content))
		err = problem_set(&why, ERR_INVALID, "",
		    "what was signed is not what was to be signed (%zu bytes, expected %zu)", content.size,
		    s->content.size);
	if (err == OK && s->purpose == JPKI_SIGNATURE)
		err = signed_text_check(content, &why);
	if (err != OK)
		e->out->signed_content = (struct span){ 0 };
	return note(e, "signed-content", err, &why,
	    s->form == JPKI_XML && s->content.size && e->xml.part_count > 1
	        ? "text that can be shown; beside it properties of the signature, which nobody reads here"
	        : s->purpose == JPKI_SIGNATURE ? "text that can be shown"
	        : s->content.size ? "what was to be signed" : "data");
}

static bool
check_signature(struct examining *e)
{
	const struct jpki_submission *s = e->submission;
	struct span spki = e->out->certificate.x509.spki;
	unsigned switches = e->verifier->trust.profiles.switches;
	struct problem why;
	enum err err = OK;

	if (s->form == JPKI_CHALLENGE)
		err = signature_algorithm_check(signature_algorithm_jws(span_text(s->algorithm)), switches, spki,
		    s->content, s->signature, &why);
	else if (s->form == JPKI_CMS)
		err = cms_check(&e->cms, s->content, spki, switches, &why);
	return note(e, "document-signature", err, &why, "it was made with the key of this certificate");
}

static bool
check_document(struct examining *e)
{
	bool good;

	if (e->submission->form == JPKI_CERTIFICATE)
		return examination_note(&e->out->examination, "document-signature", NOT_CHECKED, "",
		    "nothing is signed here: whoever shows a certificate need not be its holder");
	good = check_content(e);
	return goes_on(e, good) && check_signature(e) && good;
}

/* Attributes */

static bool
check_attributes(struct examining *e)
{
	const struct jpki_certificate *c = &e->out->certificate;
	struct problem why;
	enum err err;

	if (!c->profile->attributes) {
		err = !jpki_attributes_there(&c->x509) ? OK : problem_set(&why, ERR_INVALID, "JPKI certificate profile",
		    "an authentication certificate has no attributes of its holder, but this one has some");
		return note(e, "attributes", err, &why, "there are none, as it must be");
	}
	err = jpki_attributes_read(&c->x509, &e->out->attributes, &why);
	if (err == OK && e->out->attributes.name.size == 0)
		err = problem_set(&why, ERR_INVALID, "JPKI certificate profile",
		    "the certificate does not tell the holder's name");
	if (err != OK)
		e->out->attributes = (struct jpki_attributes){ 0 };
	return note(e, "attributes", err, &why, "they can be read");
}

static bool
read_document(struct examining *e)
{
	switch (e->submission->form) {
	case JPKI_CHALLENGE:
		return read_challenge(e);
	case JPKI_CMS:
		return read_cms(e);
	case JPKI_XML:
		return read_xml(e);
	case JPKI_CERTIFICATE:
		return read_certificate(e);
	case JPKI_NOTHING:
		break;
	}
	return examination_note(&e->out->examination, "document", REFUTED, "", "nothing was submitted");
}

static bool
examine(struct examining *e)
{
	const struct jpki_submission *s = e->submission;
	struct jpki_verified *out = e->out;
	bool good;

	if (!read_document(e) || e->certificate.size == 0)
		return false;
	good = jpki_certificate_judge(&e->verifier->trust, e->certificate, s->purpose, out->at, &out->examination,
	    &out->certificate);
	/* Without a key there is nothing to check with. */
	if (!goes_on(e, good) || out->certificate.x509.spki.size == 0)
		return false;
	good = (check_document(e) || s->form == JPKI_CERTIFICATE) && good;
	if (!goes_on(e, good) || !out->certificate.profile)
		return false;
	return check_attributes(e) && good;
}

/* What a signature that is not good covers is nobody's word, and whom it names is nobody. */
static void
forget(struct jpki_verified *out)
{
	out->signed_content = (struct span){ 0 };
	if (!out->examination.told)
		out->attributes = (struct jpki_attributes){ 0 };
}

bool
jpki_examine(const struct jpki_verifier *verifier, struct arena *a, const struct jpki_submission *submission,
    struct instant at, struct jpki_verified *out)
{
	struct examining e = { .verifier = verifier, .arena = a, .submission = submission, .out = out };
	bool good;

	*out = (struct jpki_verified){ .examination = { .arena = a, .told = verifier->told }, .at = at };
	good = examine(&e);
	out->outcome = examination_outcome(&out->examination);
	if (!good)
		forget(out);
	return good;
}

/* Revocation */

static void
conclude(struct jpki_verified *out, const struct revocation_answer *answer)
{
	/* As relying parties are told it: what the sources said of it, and which of them, stays with who verifies
	 * (JPKI Act Arts. 52, 53). */
	static const char *const plainly[] = {
		[REVOCATION_NOT_CHECKED] = "nobody was asked whether the certificate still counts",
		[REVOCATION_UNAVAILABLE] = "nobody could say whether the certificate still counts",
		[REVOCATION_UNKNOWN] = "the certificate is not known where it was asked about",
		[REVOCATION_EXPIRED] = "the certificate has ended",
		[REVOCATION_REVOKED] = "the certificate does not count any more",
		[REVOCATION_GOOD] = "the certificate counts",
	};
	static const char clause[] = "JPKI Act Arts. 19(1), 38(1)";
	enum outcome outcome = revocation_outcome(answer->status);

	out->revocation = *answer;
	if (out->examination.told)
		examination_note(&out->examination, "revocation", outcome, clause, "%s: %s%s%s",
		    answer->source && answer->source[0] ? answer->source : "nobody was asked",
		    revocation_status_name(answer->status), answer->text[0] ? ", " : "", answer->text);
	else
		examination_note(&out->examination, "revocation", outcome, clause, "%s", plainly[answer->status]);
	out->outcome = examination_outcome(&out->examination);
	if (out->outcome == REFUTED)
		forget(out);
}

struct verifying {
	struct pending pending; /* first: cancelling finds it by it */
	const struct jpki_verifier *verifier;
	struct jpki_verified *out;
	struct pending *asked;
	struct later refused;
	on_jpki_verified *done;
	void *arg;
};

static void
verifying_cancel(struct pending *pending)
{
	struct verifying *v = (struct verifying *)pending;

	pending_cancel(&v->asked);
	turn_cancel(v->verifier->turn, &v->refused);
	free(v);
}

static on_revocation on_asked;
static void finish(void *arg);

struct pending *
jpki_verify(const struct jpki_verifier *verifier, struct arena *a, const struct jpki_submission *submission,
    struct instant now, on_jpki_verified *done, void *arg)
{
	struct verifying *v = calloc(1, sizeof(*v));
	struct revocation_question question;

	assert(verifier->turn);
	if (!v)
		abort();
	*v = (struct verifying){ .pending = { verifying_cancel }, .verifier = verifier, .done = done, .arg = arg,
		.out = arena_new(a, struct jpki_verified), .refused = { .run = finish, .arg = v } };
	if (!jpki_examine(verifier, a, submission, now, v->out)) {
		turn_later(verifier->turn, &v->refused);
		return &v->pending;
	}
	question = (struct revocation_question){ &v->out->certificate, now, submission->party };
	v->asked = revocation_ask(
	    verifier->turn, verifier->sources, verifier->source_count, &question, &v->out->asked, on_asked, v);
	return &v->pending;
}

static void
on_asked(void *arg, const struct revocation_answer *answer)
{
	struct verifying *v = arg;

	v->asked = NULL;
	conclude(v->out, answer);
	finish(v);
}

/* The callback may do anything: nothing is touched after it. */
static void
finish(void *arg)
{
	struct verifying *v = arg;
	struct jpki_verified *out = v->out;
	on_jpki_verified *done = v->done;
	void *done_arg = v->arg;

	free(v);
	done(done_arg, out);
}

const struct jpki_verified *
jpki_verify_leave(struct pending **pending)
{
	struct verifying *v = (struct verifying *)*pending;
	const struct jpki_verified *out = v->out;

	revocation_leave(&v->asked);
	pending_cancel(pending);
	return out;
}

void
jpki_verify_now(const struct jpki_verifier *verifier, struct arena *a, const struct jpki_submission *submission,
    struct instant now, struct jpki_verified *out)
{
	struct revocation_question question = { &out->certificate, now, submission->party };
	struct revocation_answer answer;

	if (!jpki_examine(verifier, a, submission, now, out))
		return;
	revocation_answer_now(verifier->sources, verifier->source_count, &question, &answer);
	conclude(out, &answer);
}
