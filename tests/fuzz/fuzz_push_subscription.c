/* tests/fuzz/fuzz_push_subscription.c - to what passes as a subscription a message can be encrypted, and its origin is
 * the beginning of its endpoint.
 *
 *     secret 16 | key 65 | endpoint
 */
#include <assert.h>

#include "crypto/web_push.h"
#include "net/origin.h"
#include "transaction/notice/push_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect_usable(const struct push_subscription *s)
{
	const struct web_push_receiver to = { s->key, s->secret };
	struct arena a = arena_init(1 * MIB);
	struct span origin = push_origin(s->endpoint), body;

	assert(origin.size && origin.size < s->endpoint.size && s->endpoint.data[origin.size] == '/');
	assert(memcmp(origin.data, s->endpoint.data, origin.size) == 0);
	assert(origin_check(origin, "/endpoint", NULL) == OK);
	for (size_t i = 0; i < s->endpoint.size; i++)
		assert(s->endpoint.data[i] > ' ' && s->endpoint.data[i] < 0x7f && s->endpoint.data[i] != '#');
	assert(web_push_encrypt(&a, &to, span_text("{}"), 64, &body, NULL) == OK && body.size == 86 + 64 + 1 + 16);
	arena_release(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_of(data, size), rest = span_skip(input, PUSH_SECRET);
	const struct push_subscription s = { .secret = span_first(input, PUSH_SECRET),
		.key = span_first(rest, PUSH_KEY), .endpoint = span_skip(rest, PUSH_KEY) };
	struct problem why = { 0 };

	if (push_subscription_check(&s, &why) == OK)
		expect_usable(&s);
	else
		assert(why.code == ERR_INVALID && why.text[0] == '/');
	return 0;
}
