/* jpki/verification.h - the whole of it: what a person signed, with which certificate, and whether it counts now
 * (jpki.md 1.13).
 *
 *     submission -> signature read -> certificate judged -> signature checked -> attributes -> revocation -> verified
 */
#pragma once

#include "jpki/attributes.h"
#include "jpki/revocation.h"

enum jpki_form {
	JPKI_NOTHING,
	JPKI_CHALLENGE,             /* PKCS#1 v1.5 over the content: as the card signs a DigestInfo */
	JPKI_CMS,
	JPKI_XML,
	JPKI_CERTIFICATE,           /* only a certificate, for explaining: proves nothing of its holder */
};

struct jpki_submission {
	enum jpki_form form;
	enum jpki_purpose purpose;  /* what it was asked for */
	struct span certificate;    /* DER; empty with CMS and XML, which bring their own */
	struct span signature;      /* the signature, the SignedData, the document */
	struct span content;        /* what must have been signed: the challenge's text. Empty with CMS and XML: whatever it holds */
	const char *algorithm;      /* of a CHALLENGE: "RS256" "RS384" "RS512" "ES384" */
};

struct jpki_verified {
	enum outcome outcome;
	struct examination examination; /* "form", "signer", certificate.h's, "signed-content", "document-signature", "attributes", "revocation" */
	struct jpki_certificate certificate;
	struct jpki_attributes attributes;
	struct revocation_answer revocation;
	struct span signed_content; /* what the signature covers: only from here is anything read on */
	struct instant at;
};

struct jpki_verifier {
	struct jpki_trust trust;
	struct revocation_source *sources[REVOCATION_SOURCES];
	size_t source_count;
};

/* Everything but revocation, at once; true when all of it is established. For those who are offline, and for benches. */
bool jpki_examine(const struct jpki_verifier *, struct arena *, const struct jpki_submission *, struct instant at,
    struct jpki_verified *out);

/* And revocation. The submission's bytes stay until then; `out` and what it holds live in the arena. Refuted is no
 * failure: there is always an answer. */
typedef void on_jpki_verified(void *arg, const struct jpki_verified *);
struct pending *jpki_verify(const struct jpki_verifier *, struct arena *, const struct jpki_submission *,
    struct instant now, on_jpki_verified *, void *arg);
/* The same at once, by the sources that can. */
void jpki_verify_now(const struct jpki_verifier *, struct arena *, const struct jpki_submission *, struct instant now,
    struct jpki_verified *out);
