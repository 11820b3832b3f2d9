/* crypto/certificate.h - X.509 around our own keys: signing certificates that carry a key to those who pin it. */
#pragma once

#include "crypto/key.h"

/* The subject: each 1 to 64 bytes of UTF-8, but the country two capital letters (ISO 3166-1). */
struct certificate_name {
	const char *common_name;
	const char *organization, *country; /* may be NULL */
};

/* Self-signed, v3, with a random serial and a subject key identifier, as stock SAML software wants its key handed over.
 * Signed through key_sign(), so a PKCS#11 key can have one. DER, in the arena. */
enum err certificate_self_signed(const struct key *, const struct certificate_name *, struct instant from,
    struct instant until, struct arena *, struct span *der, struct problem *why);

struct certificate_facts {
	const char *subject;             /* RFC 4514, in the arena */
	struct instant from, until;
	uint8_t sha256[32];              /* of the DER: the fingerprint people compare */
	struct span spki;                /* borrowed from `der` or the arena */
};
enum err certificate_read(struct span der, struct arena *, struct certificate_facts *out, struct problem *why);

/* Only its SubjectPublicKeyInfo, borrowed from `der`: of a certificate that somebody else has verified. ERR_SYNTAX. */
enum err certificate_spki(struct span der, struct span *spki, struct problem *why);

/* PEM to DER and back; the first CERTIFICATE block counts. */
enum err certificate_from_pem(struct span pem, struct arena *, struct span *der, struct problem *why);
const char *certificate_to_pem(struct span der, struct arena *);
