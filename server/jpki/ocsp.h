/* jpki/ocsp.h - one OCSP request and its response (RFC 6960), as pure functions.
 */
#pragma once

#include "base/buffer.h"
#include "jpki/revocation.h"

#define OCSP_RESPONSE_LARGEST (64 * KIB)
#define OCSP_NONCE 32

enum ocsp_nonce { OCSP_NONCE_TRY, OCSP_NONCE_REQUIRE, OCSP_NONCE_OFF };

typedef enum err signature_check(unsigned switches, struct span algorithm, struct span spki, struct span data,
    struct span signature, struct problem *why);

struct ocsp_rules {
	enum ocsp_nonce nonce;
	int64_t skew;               /* by which clocks may differ */
	int64_t oldest;             /* how old thisUpdate may be at most, whatever nextUpdate says; 0: not at all */
	unsigned switches;          /* enum signature_switch */
	const struct span *responders; /* certificates (DER) believed by configuration (s2.2, "trusted responder") */
	size_t responder_count;
	bool sha256;                /* CertID by SHA-256 instead of SHA-1 */
	/* A delegate without id-pkix-ocsp-nocheck is believed, too: of an authority that tells no way to check its
	 * delegates (s4.2.2.2.1 leaves it to local policy). */
	bool unchecked_delegates;
	signature_check *check;     /* NULL: x509_signature_check() */
};

/* `nonce` is empty for none. */
void ocsp_request_write(struct buffer *, const struct x509 *certificate, const struct x509 *issuer,
    const struct ocsp_rules *, struct span nonce);

/* What the response says of this certificate: signed by the issuer itself, by a responder the same key certified for it
 * (id-kp-OCSPSigning, in force, with id-pkix-ocsp-nocheck unless the rules do without), or by a configured one; for the
 * CertID asked for; within its times; with the nonce. Whatever is wrong is UNAVAILABLE with its text:
 * nothing wrong ever counts as an answer. */
void ocsp_response_judge(struct span der, const struct x509 *certificate, const struct x509 *issuer,
    const struct ocsp_rules *, struct span nonce, struct instant now, struct revocation_answer *out);
