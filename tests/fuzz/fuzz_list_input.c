/* tests/fuzz/fuzz_list_input.c - what the signer takes for a trusted list: with any bytes behind the dot it is
 * base64url of an object that begins and ends as it should, and whatever is JSON of it has one member, "LoTE". */
#include <assert.h>

#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/jws.h"
#include "signer/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_accepted(struct arena *a, struct span encoded)
{
	const struct payload_key key = { .type = KEY_P256,
		.certificate = span_text("no certificate is looked into") };
	struct problem why;
	struct span header;
	enum err err;

	assert(jws_jades_header(key.type, key.certificate, "json", (struct instant){ SECONDS(1) }, a, &header,
	    &why) == OK);
	err = payload_check_trusted_list(span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, header)),
	    SPAN_ARGS(encoded))), &key, &why);
	/* The header is right, so nothing else can be wrong. */
	assert(err == OK || (err == ERR_SYNTAX && why.code == ERR_SYNTAX));
	return err == OK;
}

/* Of what is JSON in the eyes of another reader. */
static void
check_members(struct arena *a, struct span list)
{
	struct reader r = reader_json(a, list, (struct limits){ .bytes = 1 * MIB, .depth = READER_DEPTH,
	    .members = 100000 });
	struct span name, only = { 0 };
	struct problem why;
	unsigned members = 0;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		members++;
		only = name;
		assert(reader_peek(&r) == READER_OBJECT || reader_peek(&r) == READER_NONE);
		reader_raw(&r);
	}
	if (reader_end(&r, &why) == OK)
		assert(members == 1 && span_is(only, "LoTE"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(16 * MIB + 64 * size);
	struct span input = span_of(data, size), list;

	if (memchr(data ? data : (const uint8_t *)"", 0, size)) {
		arena_release(&a);
		return 0;
	}
	/* The bytes as a list … */
	if (is_accepted(&a, base64url_write(&a, input))) {
		assert(span_starts(input, "{\"LoTE\":{") && input.data[size - 1] == '}' && input.data[size - 2] == '}');
		check_members(&a, input);
	}
	/* … and as what it is encoded in. */
	if (is_accepted(&a, input))
		assert(base64url_read(&a, input, &list) && is_accepted(&a, base64url_write(&a, list)));
	arena_release(&a);
	return 0;
}
