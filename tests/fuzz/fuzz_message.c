/* tests/fuzz/fuzz_message.c - a head is read the same however it is cut; what is read lies inside; written again in its
 * plainest form it is read as the same. */
#include <assert.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "http/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct message_limits limits = { .target = 256, .head = 2048, .headers = 16 };

struct reading {
	enum message_state state;
	struct message message;
	struct refusal refused;
	size_t used;
};

static struct reading
read_whole(struct span bytes)
{
	struct reading r = { .used = 0 };
	size_t scanned = 0;

	r.state = message_read(bytes, &limits, &scanned, &r.message, &r.used, &r.refused);
	return r;
}

static struct reading
read_in_two(struct span bytes, size_t cut)
{
	struct reading r = { .used = 0 };
	size_t scanned = 0;

	r.state = message_read(span_first(bytes, cut), &limits, &scanned, &r.message, &r.used, &r.refused);
	if (r.state == MESSAGE_PARTIAL)
		r.state = message_read(bytes, &limits, &scanned, &r.message, &r.used, &r.refused);
	return r;
}

static bool
inside(struct span part, struct span whole)
{
	return part.data >= whole.data && part.size <= whole.size &&
	    (size_t)(part.data - whole.data) <= whole.size - part.size;
}

static void
check_places(const struct message *m, struct span head)
{
	assert(inside(m->target, head) && inside(m->host, head) && inside(m->method_text, head) && m->target.size);
	assert(m->path.size && (m->path.data[0] == '/' || (m->method == OPTIONS && span_is(m->path, "*"))));
	/* An absolute target may leave its path out; it is then ours. */
	assert(inside(m->path, m->target) || span_is(m->path, "/"));
	assert(m->query.size == 0 || inside(m->query, m->target));
	assert(m->header_count && m->header_count <= limits.headers && !(m->chunked && m->length));
	for (size_t i = 0; i < m->header_count; i++) {
		assert(inside(m->headers[i].name, head) && m->headers[i].name.size);
		assert(m->headers[i].value.size == 0 || inside(m->headers[i].value, head));
		for (size_t j = 0; j < m->headers[i].value.size; j++)
			assert(m->headers[i].value.data[j] >= 0x20 || m->headers[i].value.data[j] == '\t');
	}
}

static void
check_same(const struct message *a, const struct message *b)
{
	assert(a->method == b->method && span_equal(a->method_text, b->method_text) &&
	    span_equal(a->target, b->target));
	assert(span_equal(a->path, b->path) && span_equal(a->query, b->query) && span_equal(a->host, b->host));
	assert(a->keep_alive == b->keep_alive && a->chunked == b->chunked && a->length == b->length);
	assert(a->expects_continue == b->expects_continue && a->header_count == b->header_count);
	for (size_t i = 0; i < a->header_count; i++)
		assert(span_equal(a->headers[i].name, b->headers[i].name) &&
		    span_equal(a->headers[i].value, b->headers[i].value));
}

static void
check_rewritten(const struct message *m)
{
	struct buffer b = buffer_init(64 * KIB);
	struct reading again;

	buffer_add(&b, m->method_text);
	buffer_byte(&b, ' ');
	buffer_add(&b, m->target);
	buffer_text(&b, " HTTP/1.1\r\n");
	for (size_t i = 0; i < m->header_count; i++) {
		buffer_add(&b, m->headers[i].name);
		buffer_byte(&b, ':');
		buffer_add(&b, m->headers[i].value);
		buffer_text(&b, "\r\n");
	}
	buffer_text(&b, "\r\n");
	again = read_whole(buffer_span(&b));
	assert(again.state == MESSAGE_WHOLE && again.used == buffer_span(&b).size);
	check_same(m, &again.message);
	buffer_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { data, size };
	struct reading whole = read_whole(bytes);

	assert(whole.state != MESSAGE_REFUSED || (whole.refused.status >= 400 && whole.refused.reason &&
	    whole.refused.clause));
	if (whole.state == MESSAGE_WHOLE) {
		assert(whole.used <= size && whole.used <= limits.head);
		check_places(&whole.message, span_first(bytes, whole.used));
		check_rewritten(&whole.message);
	}
	for (size_t cut = 0; cut <= size && size <= 4096; cut += 1 + size / 64) {
		struct reading two = read_in_two(bytes, cut);

		assert(two.state == whole.state);
		assert(two.state != MESSAGE_REFUSED || two.refused.reason == whole.refused.reason);
		if (two.state != MESSAGE_WHOLE)
			continue;
		assert(two.used == whole.used);
		check_same(&two.message, &whole.message);
	}
	return 0;
}
