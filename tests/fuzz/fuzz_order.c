/* tests/fuzz/fuzz_order.c - an order that is read is one of those there are, and written again it is the same bytes. */
#include <assert.h>

#include "daemon/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer b = buffer_init(64 + size);
	struct order order;

	if (order_read(span_of(data, size), &order)) {
		assert(order.kind > ORDER_NONE && order.kind < ORDER_COUNT && order.role < ROLE_COUNT);
		buffer_u8(&b, (uint8_t)order.kind);
		buffer_u8(&b, (uint8_t)order.role);
		buffer_u32(&b, order.peer);
		buffer_block(&b, order.text);
		assert(span_equal(buffer_span(&b), span_of(data, size)));
	}
	buffer_release(&b);
	return 0;
}
