/* front/desk/handover.c - POST /v1/desk/handover: the person's own phone takes over after a proofing at the desk. */
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "front/desk/visit.h"
#include "http/cookie.h"

struct phone {
	struct exchange *exchange;
	struct desk_front *front;
	struct cookie_secret cookie;
	struct problem why;
};

static void
refuse(struct phone *p)
{
	exchange_refuse_failure(p->exchange, p->why.code, &p->why);
}

static enum err
read_code(struct exchange *e, struct span *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = KIB, .depth = 1 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "code"))
			*out = reader_string(&r, 1, 64);
	if (!out->size)
		reader_fail(&r, "a code", "none");
	return reader_end(&r, why);
}

static struct span
session_cookie(const struct phone *p)
{
	return cookie_set(p->exchange->arena, SESSION_COOKIE, p->cookie.text,
	    p->front->settings->session.lasts / SECONDS(1), SAME_SITE_LAX);
}

static void
on_taken(void *arg, enum err err, const struct account *account, const struct problem *why)
{
	struct phone *p = arg;
	struct exchange *e = p->exchange;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		p->why = *why;
		refuse(p);
		return;
	}
	b = buffer_init(KIB);
	buffer_byte(&b, '{');
	json_write_member(&b, "number", span_text(account->number));
	json_write_member(&b, "location", span_text("/account/"));
	buffer_byte(&b, '}');
	exchange_reply(e, &(struct reply){ .status = 200, .body = buffer_span(&b),
		.fields = span_text(arena_print(e->arena, "Content-Type: application/json\r\n"
		    "Cache-Control: no-store\r\n%.*s", SPAN_ARGS(session_cookie(p)))) });
	buffer_release(&b);
}

void
desk_phone_take(struct exchange *e, void *arg)
{
	struct desk_front *front = arg;
	struct phone *p = arena_new(e->arena, struct phone);
	struct desk_take asked = { .where = session_where(e), .now = clock_now() };

	*p = (struct phone){ .exchange = e, .front = front };
	if (!exchange_is_ours(e, front->settings->origin))
		return;
	if (read_code(e, &asked.code, &p->why) != OK) {
		refuse(p);
		return;
	}
	p->cookie = cookie_secret_new();
	asked.cookie = &p->cookie;
	exchange_hold(e, desk_handover_take(front->store, e->arena, &front->settings->session, &asked, on_taken, p));
}
