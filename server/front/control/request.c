/* front/control/request.c - what the control requests share. */
#include "front/control/request.h"

#include "codec/text.h"

bool
request_allowed(struct exchange *e, struct control *c)
{
	struct problem why;

	if (control_admit(c, &e->peer, e->peer_uid, &why))
		return true;
	exchange_refuse(e, status_of(why.code), &why);
	return false;
}

enum err
request_query(struct exchange *e, const char *const *names, struct span *values, size_t count, struct problem *why)
{
	struct span rest = e->request->query;

	while (rest.size > 0) {
		struct span value = span_cut(&rest, '&'), name = span_cut(&value, '=');
		size_t i = 0;

		while (i < count && !span_is(name, names[i]))
			i++;
		if (i == count)
			return problem_set(why, ERR_SYNTAX, "", "expected no query parameter \"%.*s\" here",
			    SPAN_ARGS(span_first(name, 100)));
		if (values[i].data)
			return problem_set(why, ERR_SYNTAX, "", "the query parameter \"%s\" stands twice", names[i]);
		if (!percent_read(e->arena, value, &values[i]))
			return problem_set(why, ERR_SYNTAX, "RFC 3986 s2.1",
			    "the query parameter \"%s\" is not percent-encoded", names[i]);
		if (!values[i].data)
			values[i] = span_text("");
	}
	return OK;
}

enum err
request_flag(const char *name, struct span value, bool *out, struct problem *why)
{
	*out = span_is(value, "true");
	if (*out || !value.data || span_is(value, "false"))
		return OK;
	return problem_set(why, ERR_SYNTAX, "", "%s: expected true or false, found \"%.*s\"", name,
	    SPAN_ARGS(span_first(value, 100)));
}

const char *
request_actor(const struct exchange *e)
{
	return arena_print(e->arena, "uid:%d", e->peer_uid);
}

struct agreeing
request_agreeing(const struct exchange *e, const struct control *c)
{
	return (struct agreeing){ span_text(request_actor(e)), c->quorum };
}

static void
on_room_gone(void *arg)
{
	struct request_room *room = arg;

	arena_release(&room->arena);
}

void
request_room_open(struct request_room *room, struct exchange *e, size_t most)
{
	*room = (struct request_room){ .exchange = e, .arena = arena_init(most) };
	exchange_on_gone(e, on_room_gone, room);
}

void
request_room_close(struct request_room *room)
{
	exchange_on_gone(room->exchange, NULL, NULL);
	arena_release(&room->arena);
}

void
request_answer(struct exchange *e, struct buffer *b)
{
	struct problem why;

	if (b->overflowed) {
		problem_set(&why, ERR_LIMIT, "", "the answer is larger than %zu bytes", b->limit);
		exchange_refuse(e, 500, &why);
	} else {
		exchange_reply_json(e, 200, buffer_span(b));
	}
	buffer_release(b);
}

struct listing {
	const struct control *control;
	struct exchange *exchange;
	struct ask ask;
	size_t largest;
	request_write *write;
};

static void
on_list_loaded(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	struct buffer b;

	exchange_hold(l->exchange, NULL);
	if (err != OK) {
		exchange_refuse(l->exchange, status_of(err), why);
		return;
	}
	b = buffer_init(l->largest);
	l->write(&b, l->control, &l->ask);
	request_answer(l->exchange, &b);
}

void
request_list(struct exchange *e, struct control *c, struct ask ask, size_t largest, request_write *write)
{
	struct listing *l = arena_new(e->arena, struct listing);

	if (!request_allowed(e, c))
		return;
	*l = (struct listing){ .control = c, .exchange = e, .ask = ask, .largest = largest, .write = write };
	exchange_hold(e, store_load(c->store, &l->ask, 1, on_list_loaded, l));
}
