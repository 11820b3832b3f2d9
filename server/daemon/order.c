/* daemon/order.c - what the supervisor and a child say to each other. */
#include "daemon/order.h"

#include "base/record.h"

const struct channel_limits order_limits = { .message = ORDER_LARGEST, .waiting = 64 * KIB };

enum err
order_post(struct channel *channel, const struct order *order, int fd)
{
	struct buffer b = buffer_init(ORDER_LARGEST);
	enum err err;

	buffer_u8(&b, (uint8_t)order->kind);
	buffer_u8(&b, (uint8_t)order->role);
	buffer_u32(&b, order->peer);
	buffer_block(&b, span_first(order->text, ORDER_LARGEST - 16));
	err = fd >= 0 ? channel_post_fd(channel, buffer_span(&b), fd) : channel_post(channel, buffer_span(&b));
	buffer_release(&b);
	return err;
}

bool
order_read(struct span message, struct order *out)
{
	struct record r = record_of(message);
	unsigned kind = record_u8(&r), role = record_u8(&r);

	*out = (struct order){ .kind = (enum order_kind)kind, .role = (enum role)role };
	out->peer = record_u32(&r);
	out->text = record_block(&r);
	return record_whole(&r) && kind > ORDER_NONE && kind < ORDER_COUNT && role < ROLE_COUNT;
}
