/* codec/der.c - walking through DER of others. */
#include "codec/der.h"

#define LENGTH_BYTES 4 /* as long as anything we read */

bool
der_enter(struct span *rest, uint8_t tag, struct span *contents)
{
	struct span s = *rest;
	size_t length, bytes;

	if (s.size < 2 || s.data[0] != tag)
		return false;
	length = s.data[1];
	s = span_skip(s, 2);
	if (length >= 0x80) {
		bytes = length & 0x7f;
		/* Neither the indefinite length nor leading zeros. */
		if (bytes == 0 || bytes > LENGTH_BYTES || s.size < bytes || s.data[0] == 0)
			return false;
		for (length = 0; bytes; bytes--, s = span_skip(s, 1))
			length = length << 8 | s.data[0];
		if (length < 0x80)
			return false;
	}
	if (length > s.size)
		return false;
	*contents = span_first(s, length);
	*rest = span_skip(s, length);
	return true;
}
