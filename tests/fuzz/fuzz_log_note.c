/* tests/fuzz/fuzz_log_note.c - a checkpoint that the signer takes is written again, from what was read of it, to the
 * same bytes; no text is both a checkpoint and a policy; and a request that is read is written again to the same
 * bytes. */
#include <assert.h>

#include "codec/text.h"
#include "signer/log_note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t spki[44] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, 9, 9, 9 };

static void
check_checkpoint(struct arena *a, const struct checkpoint_request *r)
{
	struct span rest = r->text, origin = span_cut(&rest, '\n');
	struct span root = base64_write(a, span_of(r->root.bytes, HASH_SIZE));
	const char *again = arena_print(a, "%.*s\n%llu\n%.*s\n", SPAN_ARGS(origin), (unsigned long long)r->size,
	    SPAN_ARGS(root));

	assert(span_is(r->text, again) && r->size > 0 && !memchr(origin.data, '+', origin.size));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct payload_key key = { .type = KEY_ED25519, .spki = span_of(spki, sizeof(spki)) };
	static const struct merkle_proof none;
	struct arena a = arena_init(1 * MIB);
	struct buffer b = buffer_init(64 * KIB);
	struct span input = span_of(data, size);
	struct checkpoint_request request;
	struct problem why;
	bool policy = payload_check_policy(input, &key, &why) == OK;

	if (checkpoint_request_read(input, &request, &why) == OK) {
		checkpoint_request_write(&b, request.text, &request.from_last);
		assert(span_equal(buffer_span(&b), input));
		if (payload_check_checkpoint(input, &key, &why) == OK)
			check_checkpoint(&a, &request);
	} else {
		assert(why.code == ERR_SYNTAX);
	}
	/* The bytes as a text. */
	buffer_clear(&b);
	checkpoint_request_write(&b, input, &none);
	if (!b.overflowed && payload_check_checkpoint(buffer_span(&b), &key, &why) == OK) {
		assert(!policy && checkpoint_request_read(buffer_span(&b), &request, &why) == OK);
		check_checkpoint(&a, &request);
	}
	buffer_release(&b);
	arena_release(&a);
	return 0;
}
