/* http/haste.c - whoever asks too often from one address waits. */
#include "http/haste.h"

#include "base/buffer.h"
#include "codec/json_writer.h"
#include "net/address.h"

#define ANSWER_LARGEST (2 * KIB)

void
exchange_refuse_until(struct exchange *e, struct instant now, struct instant until, struct span detail,
    const char *clause)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);

	buffer_text(&b, "{\"status\":429,\"title\":\"Too Many Requests\"");
	json_write_member(&b, "detail", detail);
	json_write_member(&b, "clause", span_text(clause));
	buffer_text(&b, ",\"code\":\"limit\"");
	json_write_time(&b, "until", until);
	buffer_byte(&b, '}');
	exchange_reply(e, &(struct reply){ .status = 429, .body = buffer_span(&b), .fields = span_text(arena_print(
	    e->arena, "Content-Type: application/problem+json\r\nCache-Control: no-store\r\nRetry-After: %u\r\n",
	    rate_retry_after(until.us - now.us))) });
	buffer_release(&b);
}

bool
exchange_is_hasty(struct exchange *e, struct rates *rates, struct rate_limit limit, const char *what, unsigned cost)
{
	const struct instant now = clock_now();
	char network[ADDRESS_TEXT];
	int64_t wait;

	if (!rates || !limit.most || address_is_unknown(&e->peer))
		return false;
	address_network_text(&e->peer, network);
	wait = rate_take_within(rates, span_text(arena_print(e->arena, "%s %s", what, network)), limit, cost,
	    clock_monotonic());
	if (!wait)
		return false;
	exchange_refuse_until(e, now, instant_after(now, wait), span_text(arena_print(e->arena,
	    "too many %s from this address: nothing was done, and it can be tried again in %u seconds", what,
	    rate_retry_after(wait))), "RFC 6585 s4");
	return true;
}
