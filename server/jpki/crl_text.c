/* jpki/crl_text.c - a revocation list told to people. */
#include "jpki/crl_text.h"

#include <stdio.h>

#include "codec/der.h"
#include "crypto/x509.h"

const char *
crl_point_text(struct arena *a, const struct crl_list *list)
{
	struct span names = list->scope.full_name, contents;
	uint8_t tag;

	if (list->scope.relative_name.size)
		return arena_print(a, "a part of %s", x509_name_text(a, list->issuer));
	if (!der_any(&names, &tag, &contents))
		return x509_name_text(a, list->issuer);
	if (tag == DER_CONTEXT(4))
		return x509_name_text(a, contents);
	/* A URI is printable ASCII (RFC 3986); whatever else stands there is not shown. */
	for (size_t i = 0; i < contents.size; i++)
		if (contents.data[i] <= ' ' || contents.data[i] > '~')
			return "a name that cannot be shown";
	return arena_text(a, contents);
}

const char *
crl_number_text(struct arena *a, struct span number)
{
	unsigned long long value = 0;
	char *text;

	number = der_magnitude(number);
	if (number.size <= sizeof(value)) {
		for (size_t i = 0; i < number.size; i++)
			value = value << 8 | number.data[i];
		return number.size ? arena_print(a, "%llu", value) : "";
	}
	text = arena_take(a, 3 + 2 * number.size);
	snprintf(text, 3, "0x");
	for (size_t i = 0; i < number.size; i++)
		snprintf(text + 2 + 2 * i, 3, "%02X", number.data[i]);
	return text;
}
