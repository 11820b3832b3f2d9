/* jpki/ocsp_request.c - writing a request about one certificate (RFC 6960 s4.1). */
#include <assert.h>

#include "codec/der.h"
#include "jpki/ocsp.h"
#include "jpki/ocsp_id.h"

#define REQUEST_LARGEST (2 * KIB)

static const struct span nonce_oid = { (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x30\x01\x02", 9 };

/* Wraps all that is in the buffer so far. */
static void
wrap(struct buffer *b, uint8_t tag)
{
	struct buffer whole = buffer_init(REQUEST_LARGEST);
	struct span contents = buffer_span(b);

	buffer_byte(&whole, tag);
	if (contents.size >= 0x80)
		buffer_byte(&whole, contents.size > 0xff ? 0x82 : 0x81);
	if (contents.size > 0xff)
		buffer_byte(&whole, (uint8_t)(contents.size >> 8));
	buffer_byte(&whole, (uint8_t)contents.size);
	buffer_add(&whole, contents);
	buffer_release(b);
	*b = whole;
}

/* requestExtensions with the nonce (RFC 8954 s2.1: an OCTET STRING in the extension's own). */
static struct buffer
extensions_of(struct span nonce)
{
	struct buffer b = buffer_init(REQUEST_LARGEST), value = buffer_init(REQUEST_LARGEST);

	buffer_add(&value, nonce);
	wrap(&value, DER_OCTET_STRING);
	wrap(&value, DER_OCTET_STRING);
	buffer_add(&b, nonce_oid);
	wrap(&b, DER_OID);
	buffer_add(&b, buffer_span(&value));
	wrap(&b, DER_SEQUENCE);
	wrap(&b, DER_SEQUENCE);
	wrap(&b, DER_CONTEXT(2));
	buffer_release(&value);
	return b;
}

void
ocsp_request_write(struct buffer *out, const struct x509 *certificate, const struct x509 *issuer,
    const struct ocsp_rules *rules, struct span nonce)
{
	struct ocsp_id id = ocsp_id_of(rules->sha256 ? DIGEST_SHA256 : DIGEST_SHA1, certificate, issuer);
	struct buffer b = buffer_init(REQUEST_LARGEST), extensions;

	assert(nonce.size <= OCSP_NONCE);
	ocsp_id_write(&b, &id);
	wrap(&b, DER_SEQUENCE); /* Request */
	wrap(&b, DER_SEQUENCE); /* requestList */
	if (nonce.size) {
		extensions = extensions_of(nonce);
		buffer_add(&b, buffer_span(&extensions));
		buffer_release(&extensions);
	}
	wrap(&b, DER_SEQUENCE); /* tbsRequest */
	wrap(&b, DER_SEQUENCE);
	assert(!b.overflowed);
	buffer_add(out, buffer_span(&b));
	buffer_release(&b);
}
