/* jpki/certificate.h - whether a certificate is what a profile says, issued by one of our anchors, and in force at a
 * time (jpki.md 1.13, steps 1 to 6). Its revocation is another question (revocation.h).
 */
#pragma once

#include "jpki/anchor.h"
#include "model/examination.h"

struct jpki_certificate {
	struct x509 x509;
	const struct jpki_anchor *issuer;
	const struct jpki_profile *profile;
};

struct jpki_trust {
	struct jpki_profiles profiles;
	const struct jpki_anchors *anchors;
	const struct span *list_signers; /* DER, crl_signer_read(): whom they certified for signing their lists */
	size_t list_signer_count;    /* 0, as JPKI is today: the anchors alone sign */
	bool test;                   /* certificates of the test world are judged too */
};

/* Reads and judges it in one go, a step for each rule: "form", "issuer", "issuer-key", "signature", "profile",
 * "policy", "key-usage", "extended-key-usage", "key", "no-authority", "critical-extensions", "subject-names",
 * "validity", "issuer-validity". Stops at the first that is not established, or, where the examination is told, where
 * going on has no meaning (no certificate, no issuer's key, no profile). True: established. `out` is filled as far as
 * it came.
 *
 * The second a validity ends with belongs to it: notAfter is 23:59:59 in Japan, and the day is meant. */
bool jpki_certificate_judge(const struct jpki_trust *, struct span der, enum jpki_purpose, struct instant at,
    struct examination *, struct jpki_certificate *out);
