/* registry/key_look.c - the few things rules want to know of a certificate. */
#include "registry/key_look.h"

#include <stdio.h>

#include "codec/der.h"

/* RFC 5280 s4.1.2.5: YYMMDDHHMMSSZ of 1950 to 2049, or YYYYMMDDHHMMSSZ. */
static struct instant
time_of(struct span text, bool short_year)
{
	struct instant none = { 0 }, t;
	char written[INSTANT_TEXT];
	struct span s = text;
	const char *century = "";

	if (short_year)
		century = s.size && s.data[0] >= '5' ? "19" : "20";
	if (s.size != (short_year ? strlen("YYMMDDHHMMSSZ") : strlen("YYYYMMDDHHMMSSZ")))
		return none;
	s = span_first(s, s.size - strlen("MMDDHHMMSSZ"));
	text = span_skip(text, s.size);
	snprintf(written, sizeof(written), "%s%.*s-%.2s-%.2sT%.2s:%.2s:%.2sZ", century, SPAN_ARGS(s), text.data,
	    text.data + 2, text.data + 4, text.data + 6, text.data + 8);
	return instant_read(span_text(written), &t) ? t : none;
}

/* SubjectPublicKeyInfo: the length of the modulus of rsaEncryption (RFC 8017 appendix A.1.1). */
static unsigned
rsa_bits_of(struct span info)
{
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
	struct span algorithm, oid, key, numbers, modulus;
	unsigned bits;

	if (!der_enter(&info, DER_SEQUENCE, &algorithm) || !der_enter(&algorithm, DER_OID, &oid) ||
	    !span_equal(oid, span_of(rsa, sizeof(rsa))) || !der_enter(&info, DER_BIT_STRING, &key))
		return 0;
	key = span_skip(key, 1); /* how many bits of the last byte are unused: none */
	if (!der_enter(&key, DER_SEQUENCE, &numbers) || !der_enter(&numbers, DER_INTEGER, &modulus))
		return 0;
	while (modulus.size && modulus.data[0] == 0)
		modulus = span_skip(modulus, 1);
	if (modulus.size == 0)
		return 1;
	bits = (unsigned)modulus.size * 8;
	for (unsigned first = modulus.data[0]; !(first & 0x80); first <<= 1)
		bits--;
	return bits;
}

struct key_look
key_look_at(struct span der)
{
	struct span certificate, tbs, ignored, validity, from, until, key, signature;
	struct key_look look = { 0 }, unreadable = { 0 };
	bool short_year;

	if (!der_enter(&der, DER_SEQUENCE, &certificate) || der.size || !der_enter(&certificate, DER_SEQUENCE, &tbs) ||
	    !der_enter(&certificate, DER_SEQUENCE, &ignored) || !der_enter(&certificate, DER_BIT_STRING, &signature))
		return unreadable;
	der_enter(&tbs, DER_CONTEXT_0, &ignored); /* the version: none is 1 */
	/* serial number, signature algorithm, issuer */
	if (!der_enter(&tbs, DER_INTEGER, &ignored) || !der_enter(&tbs, DER_SEQUENCE, &ignored) ||
	    !der_enter(&tbs, DER_SEQUENCE, &ignored) || !der_enter(&tbs, DER_SEQUENCE, &validity))
		return unreadable;
	if (!der_enter(&validity, DER_UTC_TIME, &from) && !der_enter(&validity, DER_GENERALIZED_TIME, &from))
		return unreadable;
	short_year = der_enter(&validity, DER_UTC_TIME, &until);
	if (!short_year && !der_enter(&validity, DER_GENERALIZED_TIME, &until))
		return unreadable;
	/* subject */
	if (!der_enter(&tbs, DER_SEQUENCE, &ignored) || !der_enter(&tbs, DER_SEQUENCE, &key))
		return unreadable;
	look.readable = true;
	look.until = time_of(until, short_year);
	look.rsa_bits = rsa_bits_of(key);
	return look;
}
