/* tests/fuzz/fuzz_facts.c - what is read of facts is written so that restoring it gives the same values, by the same
 * word; and what is written is a fixed point. */
#include <assert.h>
#include <stdlib.h>

#include "assurance/facts.h"
#include "base/buffer.h"

#define LARGEST 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXTS "\"title\":{\"ja\":\"題\",\"en\":\"t\"},\"text\":{\"ja\":\"文\",\"en\":\"t\"},\"asserted_by\":[\"rp\"]," \
	"\"privacy\":\"none\""
static const char dictionary_text[] =
    "{\"facts\":[{\"id\":\"b\",\"type\":\"boolean\"," TEXTS "},"
    "{\"id\":\"i\",\"type\":\"integer\",\"least\":-5,\"most\":1000," TEXTS "},"
    "{\"id\":\"age.of\",\"type\":\"duration\",\"fresh_for\":\"P1D\"," TEXTS "},"
    "{\"id\":\"d\",\"type\":\"date\",\"provenance\":\"vouched\"," TEXTS "},"
    "{\"id\":\"e\",\"type\":\"enum\",\"values\":[{\"id\":\"one\"},{\"id\":\"two\"}]," TEXTS "},"
    "{\"id\":\"l\",\"type\":\"level\",\"values\":[{\"id\":\"1\"},{\"id\":\"1+\"},{\"id\":\"2\"}]," TEXTS "},"
    "{\"id\":\"some.set\",\"type\":\"set\",\"values\":[{\"id\":\"x\"},{\"id\":\"y\"},{\"id\":\"z\"}]," TEXTS "},"
    "{\"id\":\"rp.requests\",\"type\":\"set\",\"values\":[{\"id\":\"name\"},{\"id\":\"individual-number\"}]," TEXTS
    "}]}";

static const struct limits limits = { .bytes = 4 * LARGEST, .depth = 8 };

static struct span
written(struct arena *a, const struct facts *f)
{
	struct buffer b = buffer_init(64 * KIB);
	struct span s;

	facts_write(&b, f);
	assert(!b.overflowed);
	s = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return s;
}

static bool
restored(struct arena *a, struct span text, const struct dictionary *d, struct facts *f)
{
	struct reader r = reader_json(a, text, limits);
	struct problem why;

	facts_init(f, d);
	facts_restore(&r, f);
	return reader_end(&r, &why) == OK;
}

static void
check_kept(struct arena *a, const struct dictionary *d, const struct facts *f)
{
	struct span text = written(a, f);
	struct facts again;

	if (!restored(a, text, d, &again))
		abort();
	assert(span_equal(written(a, &again), text));
	assert(memcmp(f->known, again.known, sizeof(f->known)) == 0);
	for (size_t i = 0; i < d->count; i++)
		assert(!facts_known(f, i, CLAIMED) || f->value[i] == again.value[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena shared;
	static const struct dictionary *d;
	struct arena a = arena_init(16 * MIB);
	const struct instant noon = { SECONDS(1764072000) };
	struct problem why = { 0 };
	struct facts f;
	struct reader r;

	if (!d) {
		shared = arena_init(4 * MIB);
		if (dictionary_read(&shared, "facts", span_text(dictionary_text), &d, &why) != OK)
			abort();
	}
	if (size > LARGEST) {
		arena_release(&a);
		return 0;
	}
	r = reader_json(&a, span_of(data, size), limits);
	facts_init(&f, d);
	/* Some is there before, by a better word than what is read. */
	facts_put(&f, &d->facts[1], 7, VOUCHED);
	facts_put(&f, fact_find(d, span_text("rp.requests")), 1, VOUCHED);
	facts_read(&r, &f, size % 2 ? OBSERVED : CLAIMED, noon);
	if (reader_end(&r, &why) == OK)
		check_kept(&a, d, &f);
	else
		assert(why.text[0]);
	/* The input as what was written. */
	if (restored(&a, span_of(data, size), d, &f))
		check_kept(&a, d, &f);
	arena_release(&a);
	return 0;
}
