/* front/account/leave.c - a person leaves: this browser, all of them, or for good. */
#include "codec/reader.h"
#include "front/account/visit.h"
#include "transaction/account/person_erasure.h"
#include "transaction/logout/session_end.h"

#define NUMBER_LARGEST 64

struct leaving {
	struct visit visit;          /* first */
	struct session_end end;
	struct person_erasure erasure;
};

static struct span
gone_fields(struct visit *v, const char *more)
{
	struct arena *arena = v->exchange->arena;
	struct span forget = cookie_forget(arena, SESSION_COOKIE);

	return span_text(arena_print(arena, "Cache-Control: no-store\r\n%s%.*s", more, SPAN_ARGS(forget)));
}

static void
answer_gone(struct visit *v)
{
	exchange_reply(v->exchange, &(struct reply){ .status = 204, .fields = gone_fields(v, "") });
}

/* POST /v1/account/logout: whoever is here may leave, whatever was shown. */

static enum err
read_all(struct exchange *e, bool *all, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 1 * KIB, .depth = 1, .members = 4 });
	struct span name;

	*all = false;
	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "all"))
			*all = reader_boolean(&r);
	return reader_end(&r, why);
}

static on_session on_leaver;
static on_session_end on_left;

void
log_out(struct exchange *e, void *front)
{
	struct leaving *l = arena_new(e->arena, struct leaving);
	struct visit *v = &l->visit;

	v->exchange = e;
	v->front = front;
	v->now = clock_now();
	if (!exchange_is_ours(e, v->front->settings->origin))
		return;
	if (read_all(e, &l->end.everywhere, &v->why) != OK) {
		visit_refuse(v);
		return;
	}
	exchange_hold(e, session_identify(v->front->store, e, &v->front->settings->session, v->now, on_leaver, l));
}

static void
on_leaver(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct leaving *l = arg;
	struct visit *v = &l->visit;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		account_access_refuse(v->exchange, err, why);
		return;
	}
	l->end.session = session;
	l->end.account = account;
	l->end.now = v->now;
	exchange_hold(v->exchange, session_end(v->front->store, v->exchange->arena, &l->end, on_left, l));
}

static void
on_left(void *arg, enum err err, const struct problem *why)
{
	struct leaving *l = arg;
	struct visit *v = &l->visit;

	exchange_hold(v->exchange, NULL);
	if (err == OK) {
		answer_gone(v);
	} else {
		v->why = *why;
		visit_refuse(v);
	}
}

/* POST /v1/account/erase: the number, typed, shows that it is meant; a recovery code alone is too little for it. */

static enum err
read_number(struct exchange *e, struct span *number, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 1 * KIB, .depth = 1, .members = 4 });
	struct span name;

	*number = (struct span){ 0 };
	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "number"))
			*number = reader_string(&r, 1, NUMBER_LARGEST);
	return reader_end(&r, why);
}

static on_person_erased on_erased_all;

static void
go_on_erasing(struct visit *v, const struct account_access *access)
{
	struct leaving *l = (struct leaving *)v;
	struct arena *arena = v->exchange->arena;
	struct span number;

	switch (account_access_beyond_recovery(arena, access, &v->why)) {
	case OK:
		break;
	case ERR_DENIED:
		account_access_step_up(v->exchange, "erase", &v->why);
		return;
	default:
		visit_refuse(v);
		return;
	}
	if (read_number(v->exchange, &number, &v->why) != OK) {
		visit_refuse(v);
		return;
	}
	if (!number.size || !span_equal(account_name_key(arena, number),
	    account_name_key(arena, span_text(v->account.number)))) {
		problem_set(&v->why, ERR_INVALID, "",
		    "/number: expected the number of this account, found another text; nothing was erased");
		visit_refuse(v);
		return;
	}
	l->erasure = (struct person_erasure){ .account = v->account.id, .actor = span_text("person"),
		.session = span_of(v->session.key, sizeof(v->session.key)), .now = v->now };
	exchange_hold(v->exchange, person_erase(v->front->store, &l->erasure, on_erased_all, l));
}

/* Nobody is told that all is gone when it is not. */
static void
answer_gone_in_part(struct visit *v, size_t unread)
{
	struct buffer b = buffer_init(KIB);

	buffer_print(&b, "{\"unread\":%zu}", unread);
	exchange_reply(v->exchange, &(struct reply){ .status = 200, .fields = gone_fields(v,
	    "Content-Type: application/json\r\n"), .body = buffer_span(&b) });
	buffer_release(&b);
}

static void
on_erased_all(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	struct leaving *l = arg;
	struct visit *v = &l->visit;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		v->why = *why;
		visit_refuse(v);
	} else if (report->unread) {
		answer_gone_in_part(v, report->unread);
	} else {
		answer_gone(v);
	}
}

void
erase_account(struct exchange *e, void *front)
{
	struct leaving *l = arena_new(e->arena, struct leaving);

	visit_begin(&l->visit, e, front, VISIT_TO_CHANGE, go_on_erasing);
}
