/* jpki/name_key.h - names as keys of one size: two names that say the same have the same key (RFC 5280 s7.1).
 *
 * In a Name, texts count without regard to the case of ASCII letters, to how many blanks there are, and to which of the
 * string types they are written in; everything else counts byte by byte. So lists, distribution points and issuers
 * are found by comparing 32 bytes.
 */
#pragma once

#include "base/span.h"

struct name_key {
	uint8_t bytes[32];
};

static inline bool
name_key_equal(const struct name_key *a, const struct name_key *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Of a Name, whole: the same as that of a directoryName saying it. */
struct name_key name_key_of(struct span name);
/* Of a GeneralName: its tag and contents. */
struct name_key name_key_general(uint8_t tag, struct span contents);
/* Of the Name that `issuer` (whole) becomes with one more RelativeDistinguishedName (contents). */
struct name_key name_key_relative(struct span issuer, struct span rdn);

/* Of GeneralNames (contents): how many there are, the first `room` of them written; 0: it is none. */
size_t name_keys_of(struct span general_names, struct name_key *out, size_t room);
