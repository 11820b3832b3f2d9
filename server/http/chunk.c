/* http/chunk.c - the chunked transfer coding (RFC 9112 s7.1) without extensions and trailers.
 *
 *     digits CR LF data CR LF … "0" CR LF CR LF
 */
#include "http/message.h"

enum { START, DIGITS, SIZE_LF, DATA, DATA_CR, DATA_LF, ZERO, ZERO_LF, END_CR, END_LF, END };

static enum message_state
refuse(struct refusal *refused, const char *reason)
{
	*refused = (struct refusal){ .status = 400, .reason = reason, .clause = "RFC 9112 s7.1" };
	return MESSAGE_REFUSED;
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One byte of a size line. Eight digits are enough; a leading zero, a sign, a blank, an extension are not: proxies have
 * read each of them differently. */
static bool
read_digit(struct chunk_reader *r, uint8_t c, struct refusal *refused)
{
	int value = hex_value(c);

	if (r->state == DIGITS && c == '\r') {
		r->state = SIZE_LF;
		return true;
	}
	if (value < 0 || r->left >> 28) {
		refuse(refused, value < 0 ? "a chunk size is not a plain hexadecimal number" : "a chunk is too large");
		return false;
	}
	r->left = r->left << 4 | (uint64_t)value;
	r->state = r->left ? DIGITS : ZERO;
	return true;
}

/* The bytes that must stand at one place, and what follows them. */
static const struct {
	uint8_t byte, next;
	const char *otherwise;
} fixed[] = {
	[SIZE_LF] = { '\n', DATA, "a chunk size does not end with CRLF" },
	[DATA_CR] = { '\r', DATA_LF, "a chunk is longer than its size" },
	[DATA_LF] = { '\n', START, "a chunk does not end with CRLF" },
	[ZERO] = { '\r', ZERO_LF, "a chunk size has a leading zero" },
	[ZERO_LF] = { '\n', END_CR, "a chunk size does not end with CRLF" },
	[END_CR] = { '\r', END_LF, "there are trailers" },
	[END_LF] = { '\n', END, "the last chunk does not end with CRLF" },
};

enum message_state
chunk_read(struct chunk_reader *r, struct span *bytes, struct span *data, struct refusal *refused)
{
	*data = (struct span){ 0 };
	while (r->state != END && bytes->size) {
		uint8_t c = bytes->data[0];

		if (r->state == DATA) {
			*data = span_first(*bytes, r->left < bytes->size ? (size_t)r->left : bytes->size);
			*bytes = span_skip(*bytes, data->size);
			r->left -= data->size;
			if (r->left == 0)
				r->state = DATA_CR;
			return MESSAGE_PARTIAL;
		}
		if (r->state == START || r->state == DIGITS) {
			if (!read_digit(r, c, refused))
				return MESSAGE_REFUSED;
		} else {
			if (c != fixed[r->state].byte)
				return refuse(refused, fixed[r->state].otherwise);
			r->state = fixed[r->state].next;
		}
		*bytes = span_skip(*bytes, 1);
	}
	return r->state == END ? MESSAGE_WHOLE : MESSAGE_PARTIAL;
}
