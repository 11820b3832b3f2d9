/* transaction/proofing/submission.c - what a card's client posts: the message of a proof. */
#include "transaction/proofing/submission.h"

#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/signature_algorithm.h"
#include "transaction/proofing/challenge.h"

static struct span
read_base64(struct reader *r, size_t most)
{
	struct span text = reader_string(r, 1, most), bytes = { 0 };

	if (text.size && !base64_read(r->arena, text, &bytes))
		reader_fail(r, "base64 (RFC 4648 s4)", "another text");
	return bytes;
}

static const char *
read_algorithm(struct reader *r)
{
	struct span word = reader_string(r, 1, 16);
	const struct signature_algorithm *algorithm = signature_algorithm_jws(word);

	if (!algorithm)
		reader_fail_word(r, "one of " SIGNATURE_ALGORITHMS_JWS, word);
	return algorithm ? algorithm->jws : NULL;
}

enum err
proofing_submission_read(struct arena *arena, struct span body, struct jpki_submission *s, struct span *origin,
    struct problem *why)
{
	struct reader r = reader_json(arena, body, (struct limits){ .bytes = PROOFING_SUBMISSION_LARGEST, .depth = 2 });
	struct span name, cms = { 0 }, xml = { 0 };
	int forms;

	*s = (struct jpki_submission){ .form = JPKI_NOTHING };
	*origin = (struct span){ 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "algorithm"))
			s->algorithm = read_algorithm(&r);
		else if (span_is(name, "certificate"))
			s->certificate = read_base64(&r, 64 * KIB);
		else if (span_is(name, "signature"))
			s->signature = read_base64(&r, 4 * KIB);
		else if (span_is(name, "cms"))
			cms = read_base64(&r, 128 * KIB);
		else if (span_is(name, "xml"))
			xml = reader_string(&r, 1, 128 * KIB);
		else if (span_is(name, "origin"))
			*origin = reader_string(&r, 1, PROOFING_ORIGIN_LARGEST);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	forms = (cms.size ? 1 : 0) + (xml.size ? 1 : 0);
	forms += s->algorithm || s->certificate.size || s->signature.size ? 1 : 0;
	if (forms != 1)
		return problem_set(why, ERR_INVALID, "",
		    "expected algorithm, certificate and signature, or cms, or xml; found %s", forms
		    ? "more than one of them" : "none of them");
	s->form = cms.size ? JPKI_CMS : xml.size ? JPKI_XML : JPKI_CHALLENGE;
	if (s->form != JPKI_CHALLENGE)
		s->signature = cms.size ? cms : xml;
	else if (!s->algorithm || !s->certificate.size || !s->signature.size)
		return problem_set(why, ERR_INVALID, "", "/%s: expected with the others, found nothing",
		    !s->algorithm ? "algorithm" : !s->certificate.size ? "certificate" : "signature");
	return OK;
}
