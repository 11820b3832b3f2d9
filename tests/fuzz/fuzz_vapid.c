/* tests/fuzz/fuzz_vapid.c - what the signer takes for a token for a push service is its three members as they are
 * written here, for a service's origin, with an end within twelve hours; and nothing else that a key of ours signs. */
#include <assert.h>

#include "codec/text.h"
#include "signer/vapid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1795320000

static struct span
with_header(struct arena *a, struct span payload)
{
	static const char header[] = "{\"alg\":\"ES256\",\"typ\":\"JWT\"}";

	return span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, span_text(header))),
	    SPAN_ARGS(base64url_write(a, payload))));
}

static void
expect_token(struct span payload)
{
	static const char begins[] = "{\"aud\":\"http";
	const char *exp = memmem(payload.data, payload.size, "\",\"exp\":", 8);
	struct span end, number;
	uint64_t at = 0;

	assert(span_starts(payload, begins) && exp);
	end = span_skip(payload, (size_t)(exp - (const char *)payload.data) + 8);
	number = span_cut(&end, ',');
	assert(span_number(number, &at) && at > NOW && at <= NOW + 12 * 3600);
	assert(span_starts(end, "\"sub\":\"mailto:") || span_starts(end, "\"sub\":\"https:"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct payload_key key = { .type = KEY_P256, .now = { SECONDS((int64_t)NOW) } };
	struct arena a = arena_init(4 * MIB + 64 * size);
	struct span input = span_of(data, size), whole = with_header(&a, input);
	struct problem why;
	enum err err;

	/* Any bytes at all, and the same behind the right header. */
	err = payload_check_vapid(input, &key, &why);
	assert(err == OK || err == ERR_SYNTAX);
	err = payload_check_vapid(whole, &key, &why);
	assert(err == OK || (err == ERR_SYNTAX && why.code == ERR_SYNTAX));
	if (err == OK) {
		expect_token(input);
		assert(payload_check_point_metadata(whole, &key, &why) != OK);
		assert(payload_check_trusted_list(whole, &key, &why) != OK);
		assert(payload_check_signed_info(whole, &key, &why) != OK);
	}
	arena_release(&a);
	return 0;
}
