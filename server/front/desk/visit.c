/* front/desk/visit.c - one request at the desk: by which registrar, logged in well enough. */
#include "front/desk/visit.h"

#include "http/cookie.h"
#include "ledger/entry.h"

static on_account_access on_access;

void
desk_visit_begin(struct exchange *e, struct desk_front *front, void (*go_on)(struct desk_visit *))
{
	const struct person_settings *settings = front->settings;
	struct desk_visit *v = arena_new(e->arena, struct desk_visit);

	*v = (struct desk_visit){ .exchange = e, .front = front, .now = clock_now(), .go_on = go_on };
	if (!exchange_is_ours(e, settings->origin))
		return;
	exchange_hold(e, account_access(front->store, e, settings, &settings->staff, v->now, on_access, v));
}

/* Who was let in without an authentication (just proofed, or an account of nobody proved) is no staff yet, whatever it
 * may do with the own account. */
static bool
has_shown_enough(const struct account_access *access)
{
	return access->assessed->enough && access->session->authentication_count > 0;
}

static void
on_access(void *arg, enum err err, const struct account_access *access, const struct problem *why)
{
	struct desk_visit *v = arg;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		account_access_refuse(v->exchange, err, why);
	} else if (!(access->account->staff & STAFF_REGISTRAR)) {
		problem_set(&v->why, ERR_DENIED, "", "this account is no registrar's; the operator makes it one "
		    "(watashictl person staff)");
		desk_visit_refuse(v);
	} else if (!has_shown_enough(access)) {
		problem_set(&v->why, ERR_DENIED, "", "the desk asks of staff to be authenticated again, and better");
		account_access_step_up(v->exchange, "staff", &v->why);
	} else {
		v->registrar = *access->account;
		v->go_on(v);
	}
}

void
desk_visit_refuse(struct desk_visit *v)
{
	exchange_refuse_failure(v->exchange, v->why.code, &v->why);
}

bool
desk_visit_case(struct desk_visit *v, struct id *out)
{
	if (ledger_id_read(v->exchange->segment, out))
		return true;
	problem_set(&v->why, ERR_NOT_FOUND, "", "no case has this id, or it was long ago");
	desk_visit_refuse(v);
	return false;
}
