/* codec/der.h - walking through DER of others (X.690): into elements of a known tag, one after another. Nothing is
 * copied.
 *
 *     der_enter(&rest, DER_SEQUENCE, &inside)   `inside`: its contents; `rest`: what follows it
 */
#pragma once

#include "base/span.h"

enum der_tag {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OID = 0x06,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_CONTEXT_0 = 0xa0,
};

/* The element at the front, when it has that tag and a length in its shortest form (X.690 s10.1); otherwise false, and
 * nothing has moved. Tags of one byte only. */
bool der_enter(struct span *rest, uint8_t tag, struct span *contents);
