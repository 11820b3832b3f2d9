/* tests/fuzz/fuzz_jws_header.c - what is read as a JAdES header is written back as the same bytes. */
#include <assert.h>
#include <string.h>

#include "codec/text.h"
#include "crypto/jws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What stands between `before` and the next quote; the header has been read, so both are there. */
static struct span
part(struct span header, const char *before)
{
	const uint8_t *at = memmem(header.data, header.size, before, strlen(before));
	struct span rest;

	assert(at);
	rest = span_skip(header, (size_t)(at - header.data) + strlen(before));
	return span_cut(&rest, '"');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(1 * MIB);
	struct span input = span_of(data, size), again, certificate;
	struct problem why;
	struct instant at;
	enum key_type type;

	if (jws_jades_header_read(input, &type, &at, &why) == OK) {
		assert(base64_read(&a, part(input, "\"x5c\":[\""), &certificate));
		assert(jws_jades_header(type, certificate, arena_text(&a, part(input, "\"cty\":\"")), at, &a, &again,
		    &why) == OK);
		assert(span_equal(again, input));
	} else {
		assert(why.code == ERR_SYNTAX && type == KEY_UNKNOWN && at.us == 0);
	}
	arena_release(&a);
	return 0;
}
