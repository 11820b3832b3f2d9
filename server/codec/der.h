/* codec/der.h - walking through DER of others (X.690): into elements of a known tag, one after another. Nothing is
 * copied.
 *
 *     der_enter(&rest, DER_SEQUENCE, &inside)   `inside`: its contents; `rest`: what follows it
 *
 * Every reader takes the element at the front when it is exactly what was asked for, in the one form DER allows;
 * otherwise it returns false and nothing has moved. So a structure is read as a chain of them:
 *
 *     if (!der_enter(&in, DER_SEQUENCE, &pair) || !der_oid(&pair, &type) || !der_boolean(&pair, &flag) || pair.size)
 */
#pragma once

#include "base/clock.h"

/* Tags of one byte only. */
enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTF8_STRING = 0x0c,
	DER_NUMERIC_STRING = 0x12,
	DER_PRINTABLE_STRING = 0x13,
	DER_TELETEX_STRING = 0x14,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_UNIVERSAL_STRING = 0x1c,
	DER_BMP_STRING = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT_0 = 0xa0,
};
/* [n], constructed (EXPLICIT, or IMPLICIT of what is constructed) and primitive (IMPLICIT of what is primitive). */
#define DER_CONTEXT(n) ((uint8_t)(0xa0 | (n)))
#define DER_PRIMITIVE(n) ((uint8_t)(0x80 | (n)))

/* The element at the front, when it has that tag and a length in its shortest form (X.690 s10.1). */
bool der_enter(struct span *rest, uint8_t tag, struct span *contents);
/* The same, tag and length included: what is signed, compared or kept. */
bool der_whole(struct span *rest, uint8_t tag, struct span *element);
/* [n] EXPLICIT, with any n: tags of several bytes too. */
bool der_numbered(struct span *rest, uint32_t *number, struct span *contents);
/* Whatever stands there. */
bool der_any(struct span *rest, uint8_t *tag, struct span *contents);
/* The tag at the front; 0: nothing is left. */
uint8_t der_peek(struct span rest);

/* Those with a `tag` are also read where it is another ([n] IMPLICIT, or ENUMERATED as an INTEGER). */

/* FF or 00 (s11.1). */
bool der_boolean(struct span *rest, uint8_t tag, bool *out);
/* BOOLEAN DEFAULT FALSE: it is there when it is true, for no default is written out (s11.5). */
bool der_flag(struct span *rest, uint8_t tag, bool *out);
/* Its contents, of any sign and size, in the fewest bytes (s8.3.2). */
bool der_integer(struct span *rest, uint8_t tag, struct span *contents);
/* Whether such contents are above zero; and without the byte that keeps them so. */
bool der_positive(struct span integer);
struct span der_magnitude(struct span integer);
/* A number from 0 to `largest`. */
bool der_number(struct span *rest, uint8_t tag, uint64_t largest, uint64_t *out);
/* Whole bytes: no bit of the last is unused. */
bool der_bits(struct span *rest, uint8_t tag, struct span *bytes);
/* Named bits, the first of them the lowest; at most 32, trailing zeros left away (s11.2). */
bool der_named_bits(struct span *rest, uint8_t tag, uint32_t *out);
bool der_null(struct span *rest);
/* Its contents: each number of them whole, in the fewest bytes (s8.19). */
bool der_oid(struct span *rest, uint8_t tag, struct span *contents);
/* UTCTime or GeneralizedTime in RFC 5280's form (s4.1.2.5: to the second, Zulu; two digits of a year are 1950 to
 * 2049). Times before 1970 are negative. */
bool der_time(struct span *rest, struct instant *out);
bool der_generalized_time(struct span *rest, uint8_t tag, struct instant *out);

/* Whether contents are of seven bits, as an IA5String's are and what is made of one. */
bool der_ascii(struct span contents);
/* Whether what a SET OF contains stands in order, nothing twice (s11.6). */
bool der_sorted(struct span set);
