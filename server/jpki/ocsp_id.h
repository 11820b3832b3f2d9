/* jpki/ocsp_id.h - what OCSP calls a certificate: hashes of its issuer's name and key, and its serial (CertID, RFC 6960
 * s4.1.1).
 */
#pragma once

#include "base/buffer.h"
#include "crypto/digest.h"
#include "crypto/x509.h"

struct ocsp_id {
	enum digest_algorithm algorithm; /* DIGEST_SHA1 or DIGEST_SHA256 */
	uint8_t name[DIGEST_LARGEST], key[DIGEST_LARGEST];
	struct span serial;              /* INTEGER contents, borrowed from the certificate */
};

struct ocsp_id ocsp_id_of(enum digest_algorithm, const struct x509 *certificate, const struct x509 *issuer);

/* The digest of a certificate's public key, without algorithm, tag, length and number of unused bits. */
void ocsp_key_hash(enum digest_algorithm, const struct x509 *, uint8_t *out);

void ocsp_id_write(struct buffer *, const struct ocsp_id *);

/* As it is read: borrowed. */
struct ocsp_id_read {
	struct span algorithm; /* OID contents */
	struct span name, key, serial;
};
bool ocsp_id_next(struct span *rest, struct ocsp_id_read *out);

/* Whether that names this certificate; of an algorithm that is neither of the two, never. */
bool ocsp_id_names(const struct ocsp_id_read *, const struct x509 *certificate, const struct x509 *issuer,
    const char **differs);
