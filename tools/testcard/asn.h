/* tools/testcard/asn.h - writing DER from the inside out: what an element holds is an argument, so a structure reads
 * as its ASN.1 does. Nothing is checked: what is wrong on purpose is written in the same way.
 *
 *     ASN(a, DER_SEQUENCE, asn_oid(a, "2.5.4.6"), asn_printable(a, "JP"))
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "codec/der.h"

/* Beside those of codec/der.h. */
enum {
	TAG_BOOLEAN = 0x01,
	TAG_OCTET_STRING = 0x04,
	TAG_NULL = 0x05,
	TAG_ENUMERATED = 0x0a,
	TAG_UTF8 = 0x0c,
	TAG_PRINTABLE = 0x13,
	TAG_IA5 = 0x16,
	TAG_SET = 0x31,
};

/* An element of these parts, one after another; empty ones are as if they were not there. */
struct span asn_make(struct arena *, uint8_t tag, const struct span *parts, size_t count);
#define ASN(arena, tag, ...) \
	asn_make((arena), (tag), (const struct span[]){ __VA_ARGS__ }, COUNT(((const struct span[]){ __VA_ARGS__ })))

/* The same without tag and length around it. */
struct span asn_join(struct arena *, const struct span *parts, size_t count);

struct span asn_oid(struct arena *, const char *dotted);
struct span asn_number(struct arena *, uint64_t);
struct span asn_utf8(struct arena *, const char *);
struct span asn_printable(struct arena *, const char *);
struct span asn_ia5(struct arena *, const char *);
struct span asn_true(struct arena *);
struct span asn_null(struct arena *);
struct span asn_octets(struct arena *, struct span);
/* `unused` bits of the last byte do not count. */
struct span asn_bits(struct arena *, struct span, uint8_t unused);
/* UTCTime until 2049, then GeneralizedTime (RFC 5280 s4.1.2.5). */
struct span asn_time(struct arena *, struct instant);

/* Tag and length of an element whose contents somebody else writes, into `out`; how many bytes. */
#define ASN_HEAD 6
size_t asn_head(uint8_t out[ASN_HEAD], uint8_t tag, size_t contents);

/* The contents of one whole element. */
struct span asn_contents(struct span element);
