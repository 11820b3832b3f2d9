/* tests/fuzz/fuzz_ocsp.c - what is read of an OCSP response lies within it, the same each time; and of bytes nobody
 * signed no answer is ever made. */
#include <assert.h>

#include "crypto/x509_signature.h"
#include "jpki/ocsp.h"
#include "jpki/ocsp_response.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_within(struct span whole, struct span part)
{
	assert(part.size == 0 || (part.data >= whole.data && part.data + part.size <= whole.data + whole.size));
}

static void
check_reading(struct span der)
{
	static struct ocsp_response first, again;
	struct problem why;

	if (ocsp_response_read(der, &first, &why) != OK || first.status != OCSP_SUCCESSFUL)
		return;
	assert(ocsp_response_read(der, &again, &why) == OK && again.single_count == first.single_count);
	check_within(der, first.tbs);
	check_within(der, first.signature);
	check_within(first.tbs, first.nonce);
	check_within(first.tbs, first.responder_name);
	check_within(first.tbs, first.responder_key);
	assert(first.responder_name.size > 0 || first.responder_key.size == 20);
	assert(first.single_count <= OCSP_ANSWERS && first.certificate_count <= OCSP_CERTIFICATES);
	for (size_t i = 0; i < first.single_count; i++) {
		const struct ocsp_single *s = &first.singles[i];

		check_within(first.tbs, s->id.serial);
		assert(s->status == OCSP_REVOKED || s->reason == -1);
	}
	for (size_t i = 0; i < first.certificate_count; i++)
		check_within(der, first.certificates[i]);
}

/* An authority whose key is nobody's: whatever the bytes say, it is not its word. */
static void
check_judging(struct span der)
{
	static const uint8_t spki[] = { 0x30, 0x0a, 0x30, 0x03, 0x06, 0x01, 0x2a, 0x03, 0x03, 0x00, 0x01, 0x02 };
	static const uint8_t serial[] = { 0x12, 0x34 };
	static struct ocsp_response r;
	struct x509 certificate = { .serial = { serial, sizeof(serial) } },
	            issuer = { .spki = { spki, sizeof(spki) } };
	struct ocsp_rules rules = { .switches = SIGNATURES_RSA | SIGNATURES_ECDSA, .oldest = INT64_MAX / 4 };
	struct revocation_answer answer;
	struct problem why;

	/* It bears the very name the response gives its signer. */
	if (ocsp_response_read(der, &r, &why) == OK)
		issuer.subject = certificate.issuer = r.responder_name;
	if (r.single_count > 0)
		certificate.serial = r.singles[0].id.serial;
	ocsp_response_judge(der, &certificate, &issuer, &rules, (struct span){ 0 }, r.produced_at, &answer);
	assert(answer.status == REVOCATION_UNAVAILABLE && answer.text[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span der = span_of(data, size);

	check_reading(der);
	check_judging(der);
	return 0;
}
