/* tests/fuzz/fuzz_jpki_certificate.c - an authority's certificate, and one it may have issued behind it: what is
 * established its key has signed, as OpenSSL sees it, too; what is not has a step and a sentence that say why. */
#include <assert.h>

#include <openssl/x509.h>

#include "codec/der.h"
#include "codec/text.h"
#include "jpki/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_established(const struct jpki_certificate *c, enum jpki_purpose purpose)
{
	const uint8_t *at = c->x509.der.data;
	X509 *theirs = d2i_X509(NULL, &at, (long)c->x509.der.size);

	assert(theirs && X509_verify(theirs, c->issuer->key) == 1);
	assert(c->profile && c->profile->purpose == purpose && c->issuer->purpose == purpose);
	assert(c->profile->world == c->issuer->world && !c->x509.authority && c->x509.usage == c->profile->usage);
	X509_free(theirs);
}

static void
check_judged(const struct jpki_trust *trust, struct span der, enum jpki_purpose purpose, bool told)
{
	const struct instant at = { SECONDS(1800000000) };
	struct arena a = arena_init(4 * MIB);
	struct examination e = { .arena = &a, .told = told };
	struct jpki_certificate c;
	bool good = jpki_certificate_judge(trust, der, purpose, at, &e, &c);
	const struct examined *cause = examination_cause(&e);

	assert(e.count > 0 && good == (cause == NULL));
	if (good)
		check_established(&c, purpose);
	else
		assert(cause->outcome == REFUTED && cause->step[0] && utf8_valid(span_text(cause->text)) &&
		    cause->text[0]);
	arena_release(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size), authority;
	struct jpki_anchors *anchors = jpki_anchors_new();
	struct jpki_trust trust = { .profiles = jpki_profiles_known(), .anchors = anchors, .test = true };

	if (der_whole(&rest, DER_SEQUENCE, &authority))
		for (enum jpki_purpose p = JPKI_SIGNATURE; p <= JPKI_AUTHENTICATION; p++)
			for (enum jpki_world w = JPKI_PRODUCTION; w <= JPKI_TEST; w++)
				if (jpki_anchors_add(anchors, p, w, authority, NULL) == OK)
					assert(jpki_anchor_named(anchors, jpki_anchor_at(anchors,
					    0)->certificate.subject));
	/* An authority is of one purpose and one world. */
	assert(jpki_anchor_count(anchors) <= 1);
	for (enum jpki_purpose p = JPKI_SIGNATURE; p <= JPKI_AUTHENTICATION; p++) {
		check_judged(&trust, rest, p, false);
		check_judged(&trust, rest, p, true);
	}
	jpki_anchors_free(anchors);
	return 0;
}
