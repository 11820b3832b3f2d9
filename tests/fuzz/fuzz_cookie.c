/* tests/fuzz/fuzz_cookie.c - a Cookie header of anybody's: a secret is found in it only where it stands once under its
 * name, whole, whatever stands beside it.
 */
#include <assert.h>

#include "base/buffer.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "http/cookie.h"

#define NAME "__Host-watashi"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
find(struct arena *a, struct span header, uint8_t digest_[32])
{
	const struct message request = { .header_count = 1, .headers = { { span_text("Cookie"), header } } };
	const struct exchange e = { .request = &request, .arena = a };

	return cookie_digest(&e, NAME, digest_);
}

static struct span
with(struct arena *a, struct span header, const char *more)
{
	struct buffer b = buffer_init(64 * KIB);
	struct span copy;

	buffer_add(&b, header);
	buffer_text(&b, more);
	copy = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char own[] = "; " NAME "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	static const uint8_t zeros[32];
	struct arena a = arena_init(1 * MIB);
	const struct span header = span_of(data, size);
	uint8_t found[32], again[32], expected[32];
	bool there;

	if (size > 16 * KIB)
		return 0;
	there = find(&a, header, found);
	/* Beside another of its name it is nobody's. */
	if (there)
		assert(!find(&a, with(&a, header, own), again));
	/* A stranger's cookie, behind it, changes nothing. */
	assert(find(&a, with(&a, header, "; watashi=1"), again) == there);
	assert(!there || memcmp(found, again, sizeof(found)) == 0);
	/* Ours is found where there was none of its name. */
	digest(DIGEST_SHA256, span_of(zeros, sizeof(zeros)), expected);
	if (!there && find(&a, with(&a, header, own), again))
		assert(memcmp(again, expected, sizeof(expected)) == 0);
	arena_release(&a);
	return 0;
}
