/* tests/fuzz/fuzz_chunk.c - a chunked body is read the same however it is cut, and one chunk of what was read is read
 * as the same body. */
#include <assert.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "http/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
	enum message_state state;
	struct refusal refused;
	struct buffer data;
	size_t left; /* bytes behind the body */
};

static struct reading
read_in_steps(struct span bytes, size_t step)
{
	struct chunk_reader r = { 0 };
	struct reading out = { .data = buffer_init(1 * MIB) };

	while (out.state == MESSAGE_PARTIAL && bytes.size) {
		struct span piece = span_first(bytes, step), run;
		size_t had = piece.size;

		do {
			size_t before = piece.size;

			out.state = chunk_read(&r, &piece, &run, &out.refused);
			assert(piece.size <= before && run.size <= before);
			/* It always gets on, so a loop around it ends. */
			assert(out.state != MESSAGE_PARTIAL || piece.size < before);
			buffer_add(&out.data, run);
		} while (out.state == MESSAGE_PARTIAL && piece.size);
		bytes = span_skip(bytes, had - piece.size);
	}
	out.left = bytes.size;
	return out;
}

static void
check_rewritten(struct span body)
{
	struct buffer b = buffer_init(1 * MIB);
	struct reading again;

	if (body.size)
		buffer_print(&b, "%zx\r\n", body.size);
	buffer_add(&b, body);
	buffer_text(&b, body.size ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
	again = read_in_steps(buffer_span(&b), 1 * MIB);
	assert(again.state == MESSAGE_WHOLE && again.left == 0 && span_equal(buffer_span(&again.data), body));
	buffer_release(&again.data);
	buffer_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t steps[] = { 1, 2, 3, 7 };
	struct span bytes = { data, size };
	struct reading whole = read_in_steps(bytes, size + 1);

	if (whole.state == MESSAGE_WHOLE)
		check_rewritten(buffer_span(&whole.data));
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct reading cut = read_in_steps(bytes, steps[i]);

		assert(cut.state == whole.state && span_equal(buffer_span(&cut.data), buffer_span(&whole.data)));
		assert(cut.state != MESSAGE_REFUSED || cut.refused.reason == whole.refused.reason);
		assert(cut.state != MESSAGE_WHOLE || cut.left == whole.left);
		buffer_release(&cut.data);
	}
	buffer_release(&whole.data);
	return 0;
}
