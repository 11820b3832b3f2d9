/* tests/fuzz/fuzz_der.c - what is read of DER lies within the bytes, and another reader reads the same: OpenSSL, which
 * takes more than we do. */
#include <assert.h>

#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "codec/der.h"

#define DEEPEST 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_integer(struct span element)
{
	struct span rest = element, contents, magnitude;
	const uint8_t *at = element.data;
	ASN1_INTEGER *theirs;

	if (!der_integer(&rest, DER_INTEGER, &contents))
		return;
	theirs = d2i_ASN1_INTEGER(NULL, &at, (long)element.size);
	assert(theirs && at == rest.data);
	magnitude = der_magnitude(contents);
	assert(der_positive(contents) == (contents.data[0] < 0x80 && (magnitude.size > 1 || magnitude.data[0] != 0)));
	if (der_positive(contents))
		assert(span_equal(magnitude, span_of(ASN1_STRING_get0_data(theirs),
		    (size_t)ASN1_STRING_length(theirs))));
	assert((ASN1_STRING_type(theirs) == V_ASN1_NEG_INTEGER) == (contents.data[0] >= 0x80));
	ASN1_INTEGER_free(theirs);
}

static void
check_oid(struct span element)
{
	struct span rest = element, contents;
	const uint8_t *at = element.data;
	ASN1_OBJECT *theirs;

	if (!der_oid(&rest, DER_OID, &contents))
		return;
	theirs = d2i_ASN1_OBJECT(NULL, &at, (long)element.size);
	assert(theirs && at == rest.data);
	assert(span_equal(contents, span_of(OBJ_get0_data(theirs), OBJ_length(theirs))));
	ASN1_OBJECT_free(theirs);
}

static void
check_time(struct span element)
{
	struct span rest = element;
	const uint8_t *at = element.data;
	struct instant t;
	ASN1_TIME *theirs, *epoch;
	int days, seconds;

	if (!der_time(&rest, &t))
		return;
	theirs = d2i_ASN1_TIME(NULL, &at, (long)element.size);
	epoch = ASN1_TIME_set(NULL, 0);
	assert(theirs && epoch && at == rest.data && ASN1_TIME_diff(&days, &seconds, epoch, theirs));
	assert(t.us == SECONDS((int64_t)days * 86400 + seconds));
	ASN1_TIME_free(theirs);
	ASN1_TIME_free(epoch);
}

static void
check_bits(struct span element)
{
	struct span rest = element, bytes;
	const uint8_t *at = element.data;
	ASN1_BIT_STRING *theirs = NULL;
	uint32_t named;

	if (der_named_bits(&rest, DER_BIT_STRING, &named)) {
		theirs = d2i_ASN1_BIT_STRING(NULL, &at, (long)element.size);
		assert(theirs && at == rest.data);
		for (int bit = 0; bit < 32; bit++)
			assert(ASN1_BIT_STRING_get_bit(theirs, bit) == (int)(named >> bit & 1));
	}
	ASN1_BIT_STRING_free(theirs);
	rest = element;
	if (der_bits(&rest, DER_BIT_STRING, &bytes))
		assert(bytes.size + 1 < element.size && bytes.data + bytes.size == rest.data);
}

static void
walk(struct span bytes, unsigned deep)
{
	struct span rest = bytes, contents, whole;
	uint8_t tag;

	while (rest.size) {
		struct span before = rest, again = rest;
		bool flag;

		if (!der_any(&rest, &tag, &contents)) {
			assert(span_equal(rest, before) && !der_null(&rest) && !der_boolean(&rest, tag, &flag));
			return;
		}
		assert(tag == der_peek(before) && contents.data >= before.data + 2 &&
		    contents.data + contents.size == before.data + (before.size - rest.size));
		assert(der_whole(&again, tag, &whole) && again.size == rest.size && whole.data == before.data);
		check_integer(whole);
		check_oid(whole);
		check_time(whole);
		check_bits(whole);
		if ((tag & 0x20) && deep < DEEPEST) {
			(void)der_sorted(contents);
			walk(contents, deep + 1);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	walk(span_of(data, size), 0);
	return 0;
}
