/* front/control/persons.c - one person's account over the control socket: how it stands, staff's or not, an
 * authenticator suspended or revoked.
 *
 *     person_show, person_step -> parse -> person_order … on_person_done -> how the account stands now
 *
 * Nobody lists persons. What is told has no attribute, address or name that somebody gave something; that an operator
 * looked is in the log.
 */
#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "ledger/entry.h"
#include "transaction/account/person_order.h"

#define ANSWER_LARGEST (256 * KIB)

struct ordering {
	struct exchange *exchange;
	struct person_order order;
};

/* Parse */

static bool
read_number(struct ordering *g, struct problem *why)
{
	if (percent_read(g->exchange->arena, g->exchange->segment, &g->order.number))
		return true;
	problem_set(why, ERR_SYNTAX, "", "the number in the path is badly escaped");
	return false;
}

static enum err
read_order(struct ordering *g, struct problem *why)
{
	struct exchange *e = g->exchange;
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = KIB, .depth = 1 });
	bool has_credential = false, of_credential;
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "action")) {
			g->order.action = person_action_read(reader_string(&r, 1, 20));
		} else if (span_is(name, "role")) {
			g->order.role = staff_role_read(reader_string(&r, 1, 20));
			if (!g->order.role)
				reader_fail(&r, "registrar", "another word");
		} else if (span_is(name, "credential")) {
			has_credential = ledger_id_read(reader_string(&r, 1, 64), &g->order.credential);
			if (!has_credential)
				reader_fail(&r, "an authenticator's id, 32 hexadecimal digits", "another text");
		} else if (span_is(name, "reason")) {
			g->order.reason = reader_string(&r, 1, PERSON_REASON_LARGEST);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	of_credential = g->order.action == PERSON_SUSPEND || g->order.action == PERSON_REVOKE;
	if (g->order.action == PERSON_NO_ACTION)
		return problem_set(why, ERR_SYNTAX, "", "/action: expected grant, withdraw, suspend or revoke");
	if (of_credential != has_credential || of_credential != (g->order.reason.size > 0))
		return problem_set(why, ERR_SYNTAX, "", "/credential, /reason: expected %s",
		    of_credential ? "both" : "neither with a role");
	if (of_credential != !g->order.role)
		return problem_set(why, ERR_SYNTAX, "", "/role: expected %s", of_credential ? "none" : "registrar");
	return OK;
}

/* Answer */

static void
write_credentials(struct buffer *b, const struct person_report *r)
{
	json_write_name(b, "authenticators");
	buffer_byte(b, '[');
	for (size_t i = 0; i < r->credential_count; i++) {
		const struct credential *c = &r->credentials[i];

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_id(b, "id", &c->id);
		json_write_member(b, "kind", span_text(credential_kind_name(c->kind)));
		json_write_member(b, "state", span_text(credential_state_name(c->state)));
		json_write_time_or_null(b, "issued", c->issued);
		json_write_time_or_null(b, "changed", c->changed);
		json_write_time_or_null(b, "used", c->used);
		json_write_member_or_null(b, "actor", c->actor);
		json_write_member_or_null(b, "reason", c->reason);
		buffer_byte(b, '}');
	}
	buffer_print(b, "],\"more\":%s", r->more ? "true" : "false");
}

static void
write_proofings(struct buffer *b, const struct person_report *r)
{
	json_write_name(b, "proofings");
	buffer_byte(b, '[');
	for (size_t i = 0; i < r->record_count; i++) {
		const struct proofing_record *p = &r->records[i];

		json_write_element(b);
		buffer_byte(b, '{');
		json_write_id(b, "id", &p->id);
		json_write_member(b, "method", span_text(proofing_method_name(p->method)));
		json_write_time(b, "at", p->at);
		json_write_name(b, "by");
		buffer_byte(b, '[');
		for (size_t n = 0; n < COUNT(p->by); n++)
			if (p->by[n].size) {
				json_write_element(b);
				json_write_string(b, p->by[n]);
			}
		buffer_byte(b, ']');
		json_write_member(b, "evidence", p->evidence);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_report(struct buffer *b, const struct person_order *order, const struct person_report *r)
{
	size_t confirmed = 0;

	for (size_t i = 0; i < r->account.contact_count; i++)
		confirmed += r->account.contacts[i].confirmed.us != 0;
	buffer_byte(b, '{');
	json_write_member(b, "number", span_text(r->account.number));
	json_write_member(b, "standing", span_text(account_standing_name(r->account.standing)));
	json_write_time(b, "created", r->account.created);
	buffer_print(b, ",\"contacts\":%zu,\"staff\":[%s]", confirmed,
	    r->account.staff & STAFF_REGISTRAR ? "\"registrar\"" : "");
	write_proofings(b, r);
	write_credentials(b, r);
	if (order->action != PERSON_LOOK)
		json_write_member(b, "outcome", span_text(r->waits ? "waiting" : r->changed ? "changed" : "unchanged"));
	if (order->action == PERSON_GRANT)
		buffer_print(b, ",\"approvals\":{\"had\":%u,\"needed\":%u}", r->had, r->needed);
	buffer_byte(b, '}');
}

static void
on_person_done(void *arg, enum err err, const struct person_report *r, const struct problem *why)
{
	static const char *const names[] = {
		[PERSON_LOOK] = "look",
		[PERSON_GRANT] = "grant",
		[PERSON_WITHDRAW_STAFF] = "withdraw",
		[PERSON_SUSPEND] = "suspend",
		[PERSON_REVOKE] = "revoke",
	};
	struct ordering *g = arg;
	char id[LEDGER_ID_TEXT];
	struct buffer b;

	exchange_hold(g->exchange, NULL);
	if (err != OK) {
		exchange_refuse(g->exchange, status_of(err), why);
		return;
	}
	log_info("person.ordered", "uid=%d account=%s action=%s outcome=%s", g->exchange->peer_uid,
	    ledger_id_text(&r->account.id, id), names[g->order.action],
	    r->waits ? "waits" : r->changed ? "changed" : "unchanged");
	b = buffer_init(ANSWER_LARGEST);
	write_report(&b, &g->order, r);
	request_answer(g->exchange, &b);
}

static void
begin(struct ordering *g, struct control *c)
{
	g->order.by = request_agreeing(g->exchange, c);
	g->order.now = clock_now();
	exchange_hold(g->exchange, person_order(c->store, g->exchange->arena, &g->order, on_person_done, g));
}

void
person_show(struct exchange *e, void *front)
{
	struct ordering *g = arena_new(e->arena, struct ordering);
	struct control *c = front;
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*g = (struct ordering){ .exchange = e, .order.action = PERSON_LOOK };
	if (read_number(g, &why))
		begin(g, c);
	else
		exchange_refuse(e, status_of(why.code), &why);
}

void
person_step(struct exchange *e, void *front)
{
	struct ordering *g = arena_new(e->arena, struct ordering);
	struct control *c = front;
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*g = (struct ordering){ .exchange = e };
	if (read_number(g, &why) && read_order(g, &why) == OK)
		begin(g, c);
	else
		exchange_refuse(e, status_of(why.code), &why);
}
