/* front/oidc/continue.c - GET /oidc/continue/{id}: the browser comes back from a login or from the page that asks for
 * consent, and the sign-on goes on.
 */
#include "codec/form.h"
#include "front/oidc/error_page.h"
#include "front/oidc/front.h"
#include "front/oidc/sign_on_visit.h"
#include "ledger/entry.h"

struct continuation {
	struct sign_on_visit visit;
	struct sign_on_request asked;
};

static void
go_on(struct sign_on_visit *v)
{
	struct continuation *c = (struct continuation *)v;

	c->asked.visitor = v->visitor;
	exchange_hold(v->exchange, sign_on_continue(v->front->store, v->exchange->arena, &v->front->settings->sign_on,
	    &c->asked, sign_on_visit_stepped, v));
}

void
continue_sign_on(struct exchange *e, void *arg)
{
	static const char *const cancelled = "cancelled";
	struct oidc_front *front = arg;
	struct continuation *c = arena_new(e->arena, struct continuation);
	struct problem *why = &c->visit.why;
	struct span given;

	c->visit.exchange = e;
	c->visit.front = front;
	if (form_read(e->arena, e->request->query, &cancelled, &given, 1, why) != OK ||
	    !ledger_id_read(e->segment, &c->asked.id)) {
		problem_set(why, ERR_NOT_FOUND, "", "no sign-on has such an id");
		error_page_send(e, front->settings, 400, (struct span){ 0 }, why);
		return;
	}
	c->asked.cancelled = given.data != NULL;
	sign_on_visit_open(&c->visit, go_on);
}
