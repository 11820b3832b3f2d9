/* front/account/contacts.c - a person's mail addresses: added, confirmed by the code sent there, taken away.
 *
 *     POST /v1/account/contacts          -> not too many codes yet? -> code mailed: 202
 *     POST /v1/account/contacts/confirm  -> the code's? -> it says a name now, if it is nobody's else: the account
 *     DELETE /v1/account/contacts        -> 204
 */
#include "person/contact.h"

#include "front/account/contact_request.h"
#include "front/account/visit.h"
#include "http/haste.h"
#include "person/history.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/notice/contact_code.h"

enum { ASK_NAME, ASK_CODE, ASKS = ASK_CODE + CONTACT_CODE_ASKS };

struct contacting {
	struct visit visit;          /* first */
	struct contact_request request;
	bool with_code;
	void (*decide)(struct contacting *);
	struct ask asks[ASKS];
	struct span name_key;
	struct id named;             /* whose name the address is; zero: nobody's */
	uint64_t name_generation;
	struct contact_code code;
};

static on_loaded on_contact_rows;

static void
go_on_contacting(struct visit *v, const struct account_access *access)
{
	struct contacting *c = (struct contacting *)v;
	struct arena *arena = v->exchange->arena;

	(void)access;
	if (contact_request_read(arena, v->exchange->body, c->with_code, &c->request, &v->why) != OK) {
		visit_refuse(v);
		return;
	}
	c->name_key = account_name_key(arena, c->request.address);
	c->asks[ASK_NAME] = account_name_ask(arena, c->request.address);
	c->code = (struct contact_code){ .address = c->request.address, .account = v->account.id };
	contact_code_ask(arena, &c->code, &c->asks[ASK_CODE]);
	exchange_hold(v->exchange, store_load(v->front->store, c->asks, ASKS, on_contact_rows, c));
}

static enum err
rows_read(struct contacting *c, struct problem *why)
{
	enum err err = account_name_loaded(&c->asks[ASK_NAME], &c->named, &c->name_generation, why);

	if (err == ERR_NOT_FOUND)
		err = OK;
	return err == OK ? contact_code_loaded(&c->asks[ASK_CODE], &c->code, why) : err;
}

static void
on_contact_rows(void *arg, enum err err, const struct problem *why)
{
	struct contacting *c = arg;

	exchange_hold(c->visit.exchange, NULL);
	if (err != OK)
		c->visit.why = *why;
	else
		err = rows_read(c, &c->visit.why);
	if (err != OK)
		visit_refuse(&c->visit);
	else
		c->decide(c);
}

/* What everybody else of the account's addresses is told, and the person reads. */
static void
tell(struct contacting *c, struct unit *unit, const struct contact *contact, const char *detail)
{
	struct visit *v = &c->visit;

	account_tell(unit, &v->account, NOTICE_CONTACT_CHANGED, (struct span){ 0 }, contact->address, v->now);
	history_add(unit, &v->account.id, &(struct history_event){ .kind = HISTORY_CONTACT_CHANGED, .at = v->now,
	    .actor = span_text("person"), .name = contact->address, .detail = span_text(detail) });
}

/* Added */

static void
answer_sent(struct visit *v)
{
	exchange_reply(v->exchange, &(struct reply){ .status = 202,
		.fields = span_text("Cache-Control: no-store\r\n") });
}

static void
add(struct contacting *c)
{
	struct visit *v = &c->visit;
	struct arena *arena = v->exchange->arena;
	struct instant until = contact_code_wait(&c->code, v->now);
	struct unit *unit = visit_unit(v);

	if (until.us) {
		exchange_refuse_until(v->exchange, v->now, until, span_text("too often: wait a while"), "");
		return;
	}
	if (contact_code_send(unit, arena, &c->code, &v->account, v->now, &v->why) != OK) {
		visit_refuse(v);
		return;
	}
	account_put(unit, arena, &v->account);
	visit_commit(v, unit, answer_sent);
}

void
add_contact(struct exchange *e, void *front)
{
	struct contacting *c = arena_new(e->arena, struct contacting);

	c->decide = add;
	visit_begin(&c->visit, e, front, VISIT_TO_CHANGE, go_on_contacting);
}

/* Confirmed */

static void
answer_account(struct visit *v)
{
	show_account(v->exchange, v->front);
}

static void
refuse_code(struct visit *v)
{
	problem_set(&v->why, ERR_INVALID, "", "/code: it is not the code that was sent there");
	visit_refuse(v);
}

static void
confirm(struct contacting *c)
{
	struct visit *v = &c->visit;
	struct arena *arena = v->exchange->arena;
	enum contact_answer answer = contact_confirm(&v->account, c->request.address, c->request.code, v->now);
	struct unit *unit = visit_unit(v);

	if (answer == CONTACT_UNKNOWN) {
		problem_set(&v->why, ERR_NOT_FOUND, "", "no address of yours waits for this code");
		visit_refuse(v);
		return;
	}
	if (answer == CONTACT_SPENT) {
		problem_set(&v->why, ERR_CONFLICT, "",
		    "the code is too old, or there were too many tries: ask for another one");
		visit_refuse(v);
		return;
	}
	account_put(unit, arena, &v->account);
	if (answer == CONTACT_WRONG) {
		visit_commit(v, unit, refuse_code);
		return;
	}
	contact_code_typed(unit, arena, &c->code);
	if (!id_given(&c->named))
		account_name_put(unit, c->name_key, &v->account.id, c->name_generation);
	tell(c, unit, contact_find(&v->account, c->request.address), "added");
	visit_commit(v, unit, answer_account);
}

void
confirm_contact(struct exchange *e, void *front)
{
	struct contacting *c = arena_new(e->arena, struct contacting);

	c->decide = confirm;
	c->with_code = true;
	visit_begin(&c->visit, e, front, VISIT_TO_CHANGE, go_on_contacting);
}

/* Taken away */

static void
remove_address(struct contacting *c)
{
	struct visit *v = &c->visit;
	struct contact *contact = contact_find(&v->account, c->request.address);
	bool confirmed = contact && contact->confirmed.us;
	struct unit *unit = visit_unit(v);

	if (confirmed)
		tell(c, unit, contact, "removed");
	if (!contact_remove(&v->account, c->request.address)) {
		problem_set(&v->why, ERR_NOT_FOUND, "", "you have no such address");
		visit_refuse(v);
		return;
	}
	account_put(unit, v->exchange->arena, &v->account);
	if (confirmed && id_equal(&c->named, &v->account.id))
		account_name_remove(unit, c->name_key, c->name_generation);
	visit_commit(v, unit, visit_done);
}

void
remove_contact(struct exchange *e, void *front)
{
	struct contacting *c = arena_new(e->arena, struct contacting);

	c->decide = remove_address;
	visit_begin(&c->visit, e, front, VISIT_TO_CHANGE, go_on_contacting);
}
