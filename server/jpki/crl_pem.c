/* jpki/crl_pem.c - a revocation list that somebody wrapped as text. */
#include "jpki/crl_pem.h"

#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "codec/der.h"

bool
crl_is_pem(struct span bytes)
{
	return bytes.size && bytes.data[0] != DER_SEQUENCE;
}

enum err
crl_from_pem(struct span pem, struct arena *a, struct span *der, struct problem *why)
{
	char *label = NULL, *header = NULL;
	uint8_t *data = NULL;
	bool found = false;
	long size = 0;
	BIO *bio;

	if (pem.size > CRL_PEM_LARGEST)
		return problem_set(why, ERR_LIMIT, "",
		    "expected at most %zu bytes of PEM, found %zu; larger lists come as DER", CRL_PEM_LARGEST,
		    pem.size);
	bio = BIO_new_mem_buf(pem.size ? (const void *)pem.data : "", (int)pem.size);
	if (!bio)
		abort();
	while (!found && PEM_read_bio(bio, &label, &header, &data, &size) == 1) {
		found = strcmp(label, PEM_STRING_X509_CRL) == 0;
		if (found)
			*der = arena_copy(a, span_of(data, (size_t)size));
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_clear_free(data, (size_t)size);
	}
	BIO_free(bio);
	ERR_clear_error();
	return found ? OK : problem_set(why, ERR_SYNTAX, "RFC 7468 s6", "expected a revocation list as DER or PEM");
}
