/* jpki/ocsp_id.c - what OCSP calls a certificate. */
#include "jpki/ocsp_id.h"

#include "codec/der.h"

static const struct {
	enum digest_algorithm algorithm;
	struct span oid;
} algorithms[] = {
	{ DIGEST_SHA1, { (const uint8_t *)"\x2b\x0e\x03\x02\x1a", 5 } },                          /* 1.3.14.3.2.26 */
	{ DIGEST_SHA256, { (const uint8_t *)"\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9 } }, /* 2.16.840.1.101.3.4.2.1 */
};

void
ocsp_key_hash(enum digest_algorithm algorithm, const struct x509 *certificate, uint8_t *out)
{
	struct span spki = certificate->spki, inside = { 0 }, rest, key = { 0 };

	/* The certificate's reader has seen that it is one. */
	if (der_enter(&spki, DER_SEQUENCE, &inside) && der_enter(&inside, DER_SEQUENCE, &rest))
		der_bits(&inside, DER_BIT_STRING, &key);
	digest(algorithm, key, out);
}

struct ocsp_id
ocsp_id_of(enum digest_algorithm algorithm, const struct x509 *certificate, const struct x509 *issuer)
{
	struct ocsp_id id = { .algorithm = algorithm, .serial = certificate->serial };

	digest(algorithm, certificate->issuer, id.name);
	ocsp_key_hash(algorithm, issuer, id.key);
	return id;
}

static void
write_element(struct buffer *b, uint8_t tag, struct span contents)
{
	buffer_byte(b, tag);
	/* Two hashes of at most 32 bytes and a serial of 21 stay below 128. */
	buffer_byte(b, (uint8_t)contents.size);
	buffer_add(b, contents);
}

void
ocsp_id_write(struct buffer *b, const struct ocsp_id *id)
{
	static const uint8_t null[] = { DER_NULL, 0 };
	struct buffer parts = buffer_init(KIB), algorithm = buffer_init(KIB);
	size_t size = digest_size(id->algorithm);

	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (algorithms[i].algorithm == id->algorithm)
			write_element(&algorithm, DER_OID, algorithms[i].oid);
	buffer_add(&algorithm, span_of(null, sizeof(null)));
	write_element(&parts, DER_SEQUENCE, buffer_span(&algorithm));
	write_element(&parts, DER_OCTET_STRING, span_of(id->name, size));
	write_element(&parts, DER_OCTET_STRING, span_of(id->key, size));
	write_element(&parts, DER_INTEGER, id->serial);
	write_element(b, DER_SEQUENCE, buffer_span(&parts));
	buffer_release(&algorithm);
	buffer_release(&parts);
}

bool
ocsp_id_next(struct span *rest, struct ocsp_id_read *out)
{
	struct span at = *rest, id, algorithm;

	*out = (struct ocsp_id_read){ 0 };
	if (!der_enter(&at, DER_SEQUENCE, &id) || !der_enter(&id, DER_SEQUENCE, &algorithm) ||
	    !der_oid(&algorithm, DER_OID, &out->algorithm) || (algorithm.size && !der_null(&algorithm)) ||
	    algorithm.size || !der_enter(&id, DER_OCTET_STRING, &out->name) ||
	    !der_enter(&id, DER_OCTET_STRING, &out->key) || !der_integer(&id, DER_INTEGER, &out->serial) || id.size)
		return false;
	*rest = at;
	return true;
}

bool
ocsp_id_names(const struct ocsp_id_read *read, const struct x509 *certificate, const struct x509 *issuer,
    const char **differs)
{
	*differs = "its hash algorithm";
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct ocsp_id id;
		size_t size;

		if (!span_equal(algorithms[i].oid, read->algorithm))
			continue;
		id = ocsp_id_of(algorithms[i].algorithm, certificate, issuer);
		size = digest_size(id.algorithm);
		*differs = !span_equal(read->serial, id.serial)              ? "its serial"
		    : !span_equal(read->name, span_of(id.name, size)) ? "its issuer's name"
		    : !span_equal(read->key, span_of(id.key, size))   ? "its issuer's key"
								       : NULL;
		return !*differs;
	}
	return false;
}
