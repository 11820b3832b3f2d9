/* front/control/account_erasure.c - an account erased by operators, over the control socket, on the person's request.
 *
 *     account_erase -> number -> erasure_order … on_account_erased -> waits for others, or what went
 */
#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "ledger/entry.h"
#include "transaction/account/erasure_order.h"

struct leaving {
	struct exchange *exchange;
	struct erasure_order order;
};

/* Whose account it was is in no line of the log: by its number the person could be told from then on. */
static void
on_account_erased(void *arg, enum err err, const struct erasure_ordered *o, const struct problem *why)
{
	struct leaving *l = arg;
	char entry[LEDGER_ID_TEXT];
	const char *outcome;
	struct buffer b;

	exchange_hold(l->exchange, NULL);
	if (err != OK) {
		exchange_refuse(l->exchange, status_of(err), why);
		return;
	}
	outcome = o->waits ? "waits" : o->erased.unread ? "erased-in-part" : "erased";
	log_info("person.erasure", "uid=%d outcome=%s had=%u needed=%u", l->exchange->peer_uid, outcome, o->had,
	    o->needed);
	b = buffer_init(4 * KIB);
	buffer_print(&b, "{\"outcome\":\"%s\",\"approvals\":{\"had\":%u,\"needed\":%u}", outcome, o->had, o->needed);
	buffer_print(&b, ",\"rows\":%zu,\"decisions\":%zu,\"unread\":%zu,\"entry\":", o->erased.rows,
	    o->erased.decisions, o->erased.unread);
	if (o->waits)
		buffer_text(&b, "null");
	else
		buffer_print(&b, "\"%s\"", ledger_id_text(&o->erased.entry, entry));
	buffer_byte(&b, '}');
	request_answer(l->exchange, &b);
}

void
account_erase(struct exchange *e, void *front)
{
	struct leaving *l = arena_new(e->arena, struct leaving);
	struct control *c = front;
	struct problem why;

	if (!request_allowed(e, c))
		return;
	l->exchange = e;
	if (!percent_read(e->arena, e->segment, &l->order.number)) {
		problem_set(&why, ERR_SYNTAX, "", "the number in the path is badly escaped");
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	l->order.by = request_agreeing(e, c);
	l->order.now = clock_now();
	exchange_hold(e, erasure_order(c->store, e->arena, &l->order, on_account_erased, l));
}
