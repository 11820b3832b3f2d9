/* crypto/x509_extension.h - extensions of X.509: how one stands in its list, what those that are known must look like
 * in a certificate, where each is kept there.
 */
#pragma once

#include "crypto/x509.h"

/* The Extension at the front of a list of them (RFC 5280 s4.1): of a certificate, a revocation list or one of its
 * entries, an OCSP answer. */
bool x509_extension_next(struct span *list, struct span *oid, struct x509_extension *out);

/* What authorityKeyIdentifier says (s4.2.1.1); what is not there is empty. Takes the whole value. */
bool x509_authority_key_read(struct span value, struct span *key_id, struct span *issuer, struct span *serial);

struct x509_extension_kind {
	struct span oid;          /* contents */
	size_t at;                /* of its x509_extension in struct x509 */
	/* Takes the whole value, and writes what is a value of it; false: it is not of its form. */
	bool (*read)(struct span value, struct x509 *);
	const char *name, *clause;
};

/* By its OID (contents); NULL: not known. */
const struct x509_extension_kind *x509_extension_kind(struct span oid);
