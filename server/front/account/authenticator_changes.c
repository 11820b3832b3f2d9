/* front/account/authenticator_changes.c - an authenticator is named, suspended, taken back, given up. */
#include "codec/json_writer.h"
#include "codec/line.h"
#include "codec/reader.h"
#include "front/account/authenticator_view.h"
#include "transaction/authenticator/credential_stepping.h"

struct changing {
	struct authenticator_request request;
	struct credential_stepping asked;
};

static on_credential_stepped on_stepped;

static void
step(struct visit *visit, const struct account_access *access)
{
	struct changing *c = (struct changing *)visit;
	struct exchange *e = visit->exchange;

	c->request.access = access;
	exchange_hold(e, credential_stepping(visit->front->store, e->arena, access, &c->asked, on_stepped, c));
}

/* The page asks once more, and says what remains. */
static void
warn(struct exchange *e, const struct account_access *access, const struct problem *why)
{
	struct buffer b = buffer_init(4 * KIB);

	buffer_text(&b, "{\"status\":409,\"title\":\"Conflict\"");
	json_write_member(&b, "detail", span_text(why->text));
	json_write_member(&b, "clause", span_text(why->clause));
	buffer_print(&b, ",\"code\":\"conflict\",\"confirm\":true,\"remains\":%s}",
	    access->account->standing == ACCOUNT_FULL ? "\"card\"" : "null");
	exchange_reply(e, &(struct reply){ .status = 409, .body = buffer_span(&b),
		.fields = span_text("Content-Type: application/problem+json\r\nCache-Control: no-store\r\n") });
	buffer_release(&b);
}

static void
on_stepped(void *arg, enum err err, const struct credential *credential, bool last, const struct problem *why)
{
	struct changing *c = arg;
	struct exchange *e = c->request.visit.exchange;

	exchange_hold(e, NULL);
	if (err == OK)
		authenticator_reply(&c->request.visit, c->request.access, 200, credential);
	else if (last)
		warn(e, c->request.access, why);
	else
		exchange_refuse(e, status_of(err), why);
}

static enum err
read_reason(struct exchange *e, struct credential_stepping *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = KIB, .depth = 1 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "reason")) {
			out->reason = reader_string(&r, 1, 32);
			if (!credential_reason_known(out->reason))
				reader_fail_word(&r, "lost, stolen, replaced, unused or other", out->reason);
		} else if (span_is(name, "confirm")) {
			out->confirmed = reader_boolean(&r);
		}
	}
	if (!out->reason.size)
		out->reason = span_text("other");
	return reader_end(&r, why);
}

static void
change(struct exchange *e, void *front, enum credential_step wanted)
{
	struct changing *c = arena_new(e->arena, struct changing);
	struct visit *visit = &c->request.visit;

	visit->exchange = e;
	c->asked.step = wanted;
	if (authenticator_id(visit, &c->asked.credential) != OK || read_reason(e, &c->asked, &visit->why) != OK)
		visit_refuse(visit);
	else
		visit_begin(visit, e, front, wanted == CREDENTIAL_RESUME ? VISIT_TO_CHANGE : VISIT_TO_LOOK, step);
}

void
suspend_authenticator(struct exchange *e, void *front)
{
	change(e, front, CREDENTIAL_SUSPEND);
}

void
resume_authenticator(struct exchange *e, void *front)
{
	change(e, front, CREDENTIAL_RESUME);
}

void
revoke_authenticator(struct exchange *e, void *front)
{
	change(e, front, CREDENTIAL_REVOKE);
}

void
name_authenticator(struct exchange *e, void *front)
{
	struct changing *c = arena_new(e->arena, struct changing);
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = KIB, .depth = 1 });
	struct visit *visit = &c->request.visit;
	struct span name;

	visit->exchange = e;
	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "name"))
			c->asked.name = reader_string(&r, 1, CREDENTIAL_NAME_LARGEST);
	if (reader_end(&r, &visit->why) == OK && !c->asked.name.size)
		problem_set(&visit->why, ERR_INVALID, "", "/name: expected a name, found nothing");
	else if (visit->why.code == OK)
		label_check(c->asked.name, "/name", CREDENTIAL_NAME_CHARACTERS, &visit->why);
	if (visit->why.code != OK || authenticator_id(visit, &c->asked.credential) != OK)
		visit_refuse(visit);
	else
		visit_begin(visit, e, front, VISIT_TO_LOOK, step);
}
