/* net/courier_wire.c - what a courier and the desk say to each other. */
#include "net/courier_wire.h"

#include "base/record.h"

void
courier_request_write(struct buffer *b, const struct courier_request *request)
{
	const struct courier_post *post = &request->post;

	buffer_u8(b, (uint8_t)request->verb);
	buffer_u64(b, request->id);
	if (request->verb != COURIER_ASK)
		return;
	buffer_u64(b, (uint64_t)post->time);
	buffer_u32(b, (uint32_t)post->limit);
	buffer_block(b, span_text(post->url));
	buffer_block(b, span_text(post->content_type));
	buffer_block(b, span_text(post->accept));
	buffer_block(b, span_text(post->authorization));
	buffer_block(b, post->body);
}

/* What may stand in a header field or, without `blanks`, in a URL; NULL for an empty one. */
static bool
read_line(struct arena *a, struct record *r, size_t most, bool blanks, const char **out)
{
	struct span text = record_block(r);

	*out = NULL;
	if (text.size > most)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < (blanks ? ' ' : '!') || text.data[i] > '~')
			return false;
	if (text.size)
		*out = arena_text(a, text);
	return true;
}

static bool
read_post(struct arena *a, struct record *r, struct courier_post *post)
{
	uint64_t time = record_u64(r);

	post->limit = record_u32(r);
	if (time == 0 || time > COURIER_TIME || post->limit == 0 || post->limit > COURIER_ANSWER ||
	    !read_line(a, r, COURIER_URL, false, &post->url) ||
	    !read_line(a, r, COURIER_FIELD, true, &post->content_type) ||
	    !read_line(a, r, COURIER_FIELD, true, &post->accept) ||
	    !read_line(a, r, COURIER_FIELD, true, &post->authorization))
		return false;
	post->time = (int64_t)time;
	post->body = record_block(r);
	return post->url && post->body.size <= COURIER_BODY && (post->body.size == 0 || post->content_type);
}

bool
courier_request_read(struct arena *a, struct span message, struct courier_request *out)
{
	struct record r = record_of(message);
	uint8_t verb = record_u8(&r);

	*out = (struct courier_request){ 0 };
	if (verb != COURIER_ASK && verb != COURIER_CANCEL)
		return false;
	out->verb = (enum courier_verb)verb;
	out->id = record_u64(&r);
	if (out->verb == COURIER_ASK && !read_post(a, &r, &out->post))
		return false;
	return record_whole(&r);
}

void
courier_reply_write(struct buffer *b, const struct courier_reply *reply)
{
	bool delivered = reply->problem.code == OK;

	buffer_u64(b, reply->id);
	buffer_u8(b, (uint8_t)reply->problem.code);
	buffer_u16(b, (uint16_t)reply->status);
	buffer_block(b, delivered ? reply->body : span_text(reply->problem.text));
}

bool
courier_reply_read(struct span message, struct courier_reply *out)
{
	struct record r = record_of(message);
	struct span rest;
	uint8_t code;

	*out = (struct courier_reply){ .id = record_u64(&r) };
	code = record_u8(&r);
	out->status = record_u16(&r);
	rest = record_block(&r);
	if (!record_whole(&r) || code > ERR_CRYPTO)
		return false;
	if (code == OK)
		out->body = rest;
	else
		problem_set(&out->problem, (enum err)code, "", "%.*s", SPAN_ARGS(rest));
	return code == OK || rest.size < sizeof(out->problem.text);
}
