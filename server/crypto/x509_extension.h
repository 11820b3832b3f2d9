/* crypto/x509_extension.h - the extensions of a certificate that are known: where each is kept, and what it must look
 * like. For x509.c.
 */
#pragma once

#include "crypto/x509.h"

struct x509_extension_kind {
	struct span oid;          /* contents */
	size_t at;                /* of its x509_extension in struct x509 */
	/* Takes the whole value, and writes what is a value of it; false: it is not of its form. */
	bool (*read)(struct span value, struct x509 *);
	const char *name, *clause;
};

/* By its OID (contents); NULL: not known. */
const struct x509_extension_kind *x509_extension_kind(struct span oid);
