/* tools/testcard/certificate.h - a certificate put together from a plan, and signed: right or wrong in whatever way
 * the plan says.
 *
 *     plan of the right one -> plan_extend(), plan_drop(), its fields -> certificate_sign()
 */
#pragma once

#include <openssl/evp.h>

#include "testcard/asn.h"

#define PLAN_EXTENSIONS 24

struct planned_extension {
	const char *oid;       /* dotted */
	bool critical;
	struct span value;     /* what its OCTET STRING holds */
};

struct certificate_plan {
	unsigned version;      /* 3; 1 writes none */
	struct span serial;    /* INTEGER, whole */
	struct span algorithm, outer_algorithm; /* AlgorithmIdentifier, whole; empty: as the signature is */
	struct span issuer, subject; /* Name, whole */
	struct span not_before, not_after; /* asn_time() */
	struct span spki;
	struct planned_extension extensions[PLAN_EXTENSIONS];
	size_t extension_count;
	const EVP_MD *digest;  /* NULL: SHA-256 */
};

/* In the place of the one with this OID, or behind the others. */
void plan_extend(struct certificate_plan *, const char *oid, bool critical, struct span value);
/* Behind the others, whatever is there. */
void plan_extend_again(struct certificate_plan *, const char *oid, bool critical, struct span value);
void plan_drop(struct certificate_plan *, const char *oid);

struct span certificate_tbs(struct arena *, const struct certificate_plan *);
/* The whole certificate; a key or a digest that does not work is a bug. */
struct span certificate_sign(struct arena *, const struct certificate_plan *, EVP_PKEY *issuer);

/* tbs + algorithm + signature: of certificates and of revocation lists. */
struct span signed_make(struct arena *, struct span tbs, struct span algorithm, struct span signature);
struct span signature_make(struct arena *, struct span data, EVP_PKEY *, const EVP_MD *);
/* AlgorithmIdentifier of a signature by this key with this digest: RSA PKCS#1 v1.5, ECDSA. */
struct span signature_algorithm(struct arena *, const EVP_PKEY *, const EVP_MD *);

/* SubjectPublicKeyInfo, and its key identifier (RFC 5280 s4.2.1.2, method 1). */
struct span key_spki(struct arena *, const EVP_PKEY *);
struct span key_identifier(struct arena *, const EVP_PKEY *);
