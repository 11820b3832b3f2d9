/* crypto/certificate_list.c - the certificates of a PEM file. */
#include "crypto/certificate_list.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define FILE_LARGEST (4 * MIB)

static enum err
read_all(struct arena *a, const char *file, struct span text, struct span *list, size_t *count, struct problem *why)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	enum err err = OK;
	long size;

	if (!bio)
		abort();
	while (err == OK && PEM_read_bio(bio, &name, &header, &der, &size) == 1) {
		if (strcmp(name, PEM_STRING_X509) != 0)
			err = problem_set(why, ERR_INVALID, "RFC 7468 s5",
			    "%s: expected certificates, found another object",
			    file);
		else if (*count == CERTIFICATE_LIST_LARGEST)
			err = problem_set(why, ERR_INVALID, "", "%s: expected at most %d certificates, found more",
			    file,
			    CERTIFICATE_LIST_LARGEST);
		else
			list[(*count)++] = arena_copy(a, span_of(der, (size_t)size));
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	ERR_clear_error();
	BIO_free(bio);
	if (err == OK && !*count)
		err = problem_set(why, ERR_INVALID, "RFC 7468 s5", "%s: expected certificates in PEM, found none",
		    file);
	return err;
}

enum err
certificate_list_read(struct arena *a, const char *file, const struct span **out, size_t *count, struct problem *why)
{
	struct span *list = arena_array(a, struct span, CERTIFICATE_LIST_LARGEST);
	struct buffer text = buffer_init(FILE_LARGEST);
	enum err err = file_read(file, &text, why);

	*count = 0;
	if (err == OK)
		err = read_all(a, file, buffer_span(&text), list, count, why);
	buffer_release(&text);
	*out = list;
	return err;
}
