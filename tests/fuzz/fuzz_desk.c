/* tests/fuzz/fuzz_desk.c - what the desk's page posts: what is taken can be true, and is told again as it was said. */
#include <assert.h>

#include "front/desk/visit.h"

static enum err
opening_read(struct arena *a, struct span body, struct desk_open *out)
{
	struct exchange e = { .arena = a, .body = body };
	struct problem why;

	*out = (struct desk_open){ .account = { 0 } };
	return desk_open_read(&e, out, &why);
}

static struct span
row_of(struct arena *a, const struct desk_evidence *e)
{
	struct buffer b = buffer_init(KIB);
	struct span row;

	desk_evidence_write(&b, e);
	row = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return row;
}

/* What is told of evidence has the members of the request: it can be posted again. */
static void
expect_same(struct arena *a, const struct desk_evidence *e)
{
	struct buffer b = buffer_init(16 * KIB);
	struct desk_open again;
	struct desk_evidence read;
	struct record r;

	desk_evidence_tell(&b, e);
	assert(!b.overflowed && opening_read(a, buffer_span(&b), &again) == OK);
	assert(span_equal(row_of(a, &again.evidence), row_of(a, e)));
	r = record_of(row_of(a, e));
	assert(desk_evidence_read(&r, &read) && record_whole(&r) && span_equal(row_of(a, &read), row_of(a, e)));
	buffer_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct instant noon = { INT64_C(1795348800) * 1000000 };
	struct arena a = arena_init(4 * MIB);
	struct desk_open opened;
	struct problem why;

	if (opening_read(&a, span_of(data, size), &opened) == OK &&
	    desk_evidence_check(&opened.evidence, &why) == OK) {
		expect_same(&a, &opened.evidence);
		if (desk_application_check(&opened.application, noon, &why) == OK)
			assert(opened.application.name.size && opened.application.address.size);
	}
	arena_release(&a);
	return 0;
}
