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
	JPKI_CERTIFICATE,           /* only a certificate, for explaining: its holder signed nothing, so the whole is
	                             * never established ("document-signature" is not checked) */
};

struct jpki_submission {
	enum jpki_form form;
	enum jpki_purpose purpose;  /* what it was asked for */
	struct span certificate;    /* DER; empty with CMS and XML, which bring their own */
	struct span signature;      /* the signature, the SignedData, the document */
	struct span content;        /* what must have been signed: the challenge's text. With CMS and XML empty:
	                             * whatever it holds. Of XML the one signed element (beside SignedProperties,
	                             * which nobody reads) must be that text and no more */
	const char *algorithm;      /* of a CHALLENGE: its name in JWS (crypto/signature_algorithm.h) */
	struct span party;          /* for whom revocation is asked (revocation.h); empty: for oneself */
};

struct jpki_verified {
	enum outcome outcome;
	/* "document", "signer", certificate.h's, "signed-content", "document-signature", "attributes", "revocation".
	 * Stops after the first that is not established, unless all is to be told. */
	struct examination examination;
	struct jpki_certificate certificate;
	struct jpki_attributes attributes;
	struct revocation_answer revocation;
	struct revocation_trail asked; /* for it, by jpki_verify() */
	struct span signed_content; /* what the signature covers: only from here is anything read on. Of a signature
	                             * (not an authentication) it is text that can be shown (signed_text.h). Of several
	                             * elements of an XML document: their bytes as they were digested, a line between */
	struct instant at;
};

struct jpki_verifier {
	struct turn *turn;          /* of jpki_verify(); not for the others */
	struct jpki_trust trust;
	struct revocation_source *sources[REVOCATION_SOURCES];
	size_t source_count;
	bool told;                  /* everything is looked at and every step has its text, for `jpki verify` */
};

/* Everything but revocation, at once; true when nothing stands against asking for that. For those who are offline, and
 * for benches. */
bool jpki_examine(const struct jpki_verifier *, struct arena *, const struct jpki_submission *, struct instant at,
    struct jpki_verified *out);

/* And revocation, which nobody is asked for when the rest is refuted. Verifier and the submission's bytes stay until
 * then; what is handed over lives in the arena. Refuted is no failure: there is always an answer. */
typedef void on_jpki_verified(void *arg, const struct jpki_verified *);
struct pending *jpki_verify(const struct jpki_verifier *, struct arena *, const struct jpki_submission *,
    struct instant now, on_jpki_verified *, void *arg);
/* Cancels it. What was found out until then, for whoever has to pay for it: revocation_leave() says of what `asked`
 * tells. */
const struct jpki_verified *jpki_verify_leave(struct pending **);
/* The same at once, by the sources that can. */
void jpki_verify_now(const struct jpki_verifier *, struct arena *, const struct jpki_submission *, struct instant now,
    struct jpki_verified *out);
