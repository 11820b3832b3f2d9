/* codec/oid.h - object identifiers: the contents of an OBJECT IDENTIFIER (X.690 s8.19), and numbers with dots. */
#pragma once

#include "base/arena.h"

#define OID_LARGEST 64 /* bytes of contents, of those we write */

/* "1.2.392.200149.8.5.1.3.30" as contents: how many bytes; 0: no OID (a first number over 2, a second that is too large
 * for it, leading zeros, fewer than two), or one with a number over 2^63 or of more than OID_LARGEST bytes. */
size_t oid_read(struct span text, uint8_t out[OID_LARGEST]);

/* In the arena, at most four letters a byte and a few more; one with a number over 2^63 is "#" and its bytes in
 * hexadecimal. */
const char *oid_text(struct arena *, struct span oid);
