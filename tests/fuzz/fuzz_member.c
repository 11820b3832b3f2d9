/* tests/fuzz/fuzz_member.c - what is read of a member record is written so that it is read back to the same: the
 * canonical text is a fixed point; two readings of it differ in nothing; and from nothing to it, something is added. */
#include <assert.h>

#include "registry/difference.h"
#include "registry/member.h"

#define LARGEST 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span
printed(struct arena *a, const struct member_record *m)
{
	struct buffer b = buffer_init(2 * MEMBER_RECORD_LARGEST);
	struct span s;

	member_print(&b, m);
	assert(!b.overflowed);
	s = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return s;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(GIB);
	struct member_record m, again;
	struct problem why = { 0 };
	struct difference *list;
	struct span text;
	size_t count;
	bool raises;

	if (size > LARGEST)
		return 0;
	if (member_parse(&a, "f", span_of(data, size), &m, &why) != OK) {
		assert(why.code != OK && why.text[0] == 'f');
	} else {
		text = printed(&a, &m);
		assert(member_parse(&a, "canonical", text, &again, &why) == OK);
		assert(span_equal(printed(&a, &again), text));
		difference_find(&a, text, text, &list, &count, &raises);
		assert(count == 0 && !raises);
		difference_find(&a, (struct span){ 0 }, text, &list, &count, &raises);
		assert(count > 0 && raises);
	}
	arena_release(&a);
	return 0;
}
