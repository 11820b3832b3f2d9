/* tests/fuzz/fuzz_mdq.c - what a stranger asks of MDQ: the identifier names the same however it is encoded, and a
 * header field that is passed over changes nothing. */
#include <assert.h>

#include "codec/text.h"
#include "front/registry/identifier.h"
#include "http/negotiate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
identifier_is_stable(struct arena *a, struct span segment)
{
	struct identifier id = identifier_read(a, segment), again;
	struct span decoded;

	if (id.kind == IDENTIFIER_BROKEN)
		return;
	assert(percent_read(a, segment, &decoded));
	again = identifier_read(a, percent_write(a, decoded));
	assert(again.kind == id.kind && span_equal(again.name, id.name) && span_equal(again.entity_id, id.entity_id));
	if (id.kind == IDENTIFIER_ENTITY)
		assert(id.name.size == 20 && (id.entity_id.size == 0 || span_equal(id.entity_id, decoded)));
}

/* The same lists, in one line or with a line of an unknown value before: the answers are the same. */
static void
negotiation_is_stable(struct span value)
{
	static const char *const names[] = { "Accept", "Accept-Encoding", "Accept-Charset", "If-None-Match" };
	struct message one = { .header_count = COUNT(names) }, two = { .header_count = 2 * COUNT(names) };
	struct span etag = span_text("\"tag\"");
	struct instant never = { 0 };

	for (size_t i = 0; i < COUNT(names); i++) {
		one.headers[i] = (struct header){ span_text(names[i]), value };
		two.headers[2 * i] = (struct header){ span_text(names[i]), span_text("\"x/y\"") };
		two.headers[2 * i + 1] = one.headers[i];
	}
	assert(coding_choose(&one, true) == coding_choose(&two, true));
	assert(coding_choose(&one, false) == coding_choose(&two, false));
	assert(coding_choose(&one, false) != CODING_GZIP);
	assert(accepts_utf8(&one) == accepts_utf8(&two));
	assert(is_fresh(&one, etag, never) == is_fresh(&two, etag, never));
	/* Only an Accept without any element is consent, and the added line has one. */
	assert(accepts_metadata(&one) || !accepts_metadata(&two));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(1 * MIB);

	if (size <= 8 * KIB) {
		identifier_is_stable(&a, span_of(data, size));
		negotiation_is_stable(span_of(data, size));
	}
	arena_release(&a);
	return 0;
}
