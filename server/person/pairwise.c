/* person/pairwise.c - the name by which one relying party knows a person. */
#include "person/pairwise.h"

#include <assert.h>
#include <string.h>

#include "codec/text.h"
#include "crypto/digest.h"

#define UNIQUE_ID 52 /* letters of five bits for 256 */

struct pairwise_key
pairwise_key_derive(const struct wrapping *wrapping)
{
	struct pairwise_key key;

	wrapping_derive(wrapping, "pairwise names", key.bytes);
	return key;
}

/* No piece can run into the next: a host name holds no NUL, and what follows it has one size. */
struct pairwise
pairwise_name(const struct pairwise_key *key, struct span sector, enum persona persona, const struct id *account)
{
	const uint8_t behind[] = { 0, (uint8_t)persona };
	const struct span pieces[] = { sector, span_of(behind, sizeof(behind)), span_of(account->bytes, 16) };
	struct pairwise name;

	assert(sector.size && !memchr(sector.data, 0, sector.size));
	digest_keyed(span_of(key->bytes, sizeof(key->bytes)), pieces, COUNT(pieces), name.bytes);
	return name;
}

struct span
pairwise_subject(struct arena *a, const struct pairwise *name)
{
	return base64url_write(a, span_of(name->bytes, sizeof(name->bytes)));
}

struct span
pairwise_unique_id(struct arena *a, const struct pairwise *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	char *out = arena_take(a, UNIQUE_ID);

	for (size_t i = 0; i < UNIQUE_ID; i++) {
		size_t bit = i * 5, byte = bit / 8;
		unsigned pair = (unsigned)name->bytes[byte] << 8 |
		    (byte + 1 < sizeof(name->bytes) ? name->bytes[byte + 1] : 0u);

		out[i] = letters[pair >> (11 - bit % 8) & 31];
	}
	return span_of(out, UNIQUE_ID);
}

/* Names of persons end with a whole account behind a NUL and a persona; here no host name stands before the NUL. */
struct span
pairwise_session(struct arena *a, const struct pairwise_key *key, const struct id *session, struct span client)
{
	static const uint8_t before[] = { 0, 's', 'i', 'd' };
	const struct span pieces[] = { span_of(before, sizeof(before)), span_of(session->bytes, 16), client };
	uint8_t name[32];

	digest_keyed(span_of(key->bytes, sizeof(key->bytes)), pieces, COUNT(pieces), name);
	return base64url_write(a, span_of(name, sizeof(name)));
}
