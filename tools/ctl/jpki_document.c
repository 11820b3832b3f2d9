/* tools/ctl/jpki_document.c - what a file is: a certificate, a SignedData, an XML document. */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/file.h"
#include "codec/der.h"
#include "codec/xml.h"
#include "crypto/cms.h"
#include "crypto/xml_signed.h"
#include "ctl/jpki.h"

/* The first block of PEM; without any, the bytes themselves. */
static struct span
unwrapped(struct ctl *ctl, struct span bytes)
{
	BIO *bio = BIO_new_mem_buf(bytes.size ? (const void *)bytes.data : "", (int)bytes.size);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long size = 0;

	if (!bio)
		abort();
	if (PEM_read_bio(bio, &name, &header, &der, &size) == 1) {
		bytes = arena_copy(ctl->arena, span_of(der, (size_t)size));
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)size);
	}
	BIO_free(bio);
	ERR_clear_error();
	return bytes;
}

/* A ContentInfo begins with an OID, a certificate with a SEQUENCE. Of BER the lengths are not looked at. */
static bool
is_content_info(struct span der)
{
	size_t head = der.size < 2 ? 0 : der.data[1] <= 0x80 ? 2 : 2u + (der.data[1] & 0x7f);

	return head && der.size > head && der.data[0] == DER_SEQUENCE && der.data[head] == DER_OID;
}

static void
find_signer(struct ctl *ctl, unsigned switches, struct jpki_file *file)
{
	struct cms_signed cms;
	struct xml_signed xml;
	struct problem why;

	if (file->kind == JPKI_CMS_FILE && cms_read(ctl->arena, file->bytes, &cms, &why) == OK)
		file->certificate = cms_signer_certificate(&cms, NULL, 0);
	if (file->kind == JPKI_XML_FILE && xml_signed_check(ctl->arena, file->bytes, switches, &xml, &why) == OK)
		file->certificate = xml.certificate;
}

static void
recognise(struct jpki_file *file)
{
	struct x509 certificate;
	struct problem why;

	if (xml_trim(file->bytes).size && xml_trim(file->bytes).data[0] == '<') {
		file->kind = JPKI_XML_FILE;
		return;
	}
	if (is_content_info(file->bytes)) {
		file->kind = JPKI_CMS_FILE;
		return;
	}
	if (file->bytes.size == 0 || file->bytes.data[0] != DER_SEQUENCE)
		return;
	file->kind = JPKI_CERTIFICATE_FILE;
	file->certificate = file->bytes;
	if (x509_read(file->bytes, &certificate, &why) == OK && certificate.authority &&
	    span_equal(certificate.issuer, certificate.subject))
		file->kind = JPKI_AUTHORITY_FILE;
}

enum err
jpki_file_read(struct ctl *ctl, const char *path, unsigned switches, struct jpki_file *out, struct problem *why)
{
	struct buffer file = buffer_init(CMS_LARGEST);
	enum err err = file_read(path, &file, why);

	*out = (struct jpki_file){ .path = path };
	if (err == OK) {
		out->bytes = unwrapped(ctl, arena_copy(ctl->arena, buffer_span(&file)));
		recognise(out);
	}
	buffer_release(&file);
	if (err == OK)
		find_signer(ctl, switches, out);
	return err;
}
