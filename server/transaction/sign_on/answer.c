/* transaction/sign_on/answer.c - what the person says on the consent page: yes, as whom and to what; or no.
 *
 *     row [-> relying party, case -> looked at] -> row -> told
 */
#include "transaction/sign_on/choice.h"
#include "transaction/sign_on/look.h"

struct answering {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct sign_on_settings *settings;
	struct sign_on_request asked;
	struct sign_on_agreement agreement;
	struct ask ask;
	struct sign_on sign_on;
	on_sign_on_answered *done;
	void *arg;
};

static on_sign_on_case on_case;
static on_loaded on_row;
static on_committed on_written;

static void
cancel_answering(struct pending *pending)
{
	pending_cancel(&((struct answering *)pending)->waiting);
}

static void
tell(struct answering *a, enum err err, const struct problem *why)
{
	a->waiting = NULL;
	if (err == OK)
		a->done(a->arg, OK, sign_on_location(a->arena, a->settings, &a->sign_on), NULL);
	else
		a->done(a->arg, err, (struct span){ 0 }, why);
}

static struct answering *
answering_new(struct store *store, struct arena *arena, const struct sign_on_settings *settings,
    const struct sign_on_request *asked, on_sign_on_answered *done, void *arg)
{
	struct answering *a = arena_new(arena, struct answering);

	a->pending = (struct pending){ cancel_answering };
	a->store = store;
	a->arena = arena;
	a->settings = settings;
	a->asked = *asked;
	a->done = done;
	a->arg = arg;
	return a;
}

static void
write_row(struct answering *a)
{
	struct unit *unit = unit_new(a->arena, store_tables(a->store), id_new(a->asked.visitor.now));

	sign_on_put(unit, &a->sign_on);
	a->waiting = store_commit(a->store, unit, on_written, a);
}

static void
on_written(void *arg, const struct committed *committed)
{
	struct problem why;

	if (committed->code != OK)
		problem_set(&why, committed->code, "", "the sign-on changed meanwhile, or could not be written: %s",
		    err_name(committed->code));
	tell(arg, committed->code, &why);
}

/* Yes */

struct pending *
sign_on_agree(struct store *store, struct arena *arena, const struct sign_on_settings *settings,
    const struct sign_on_request *asked, const struct sign_on_agreement *agreement, on_sign_on_answered *done,
    void *arg)
{
	struct answering *a = answering_new(store, arena, settings, asked, done, arg);

	a->agreement = *agreement;
	a->waiting = sign_on_case_find(store, arena, settings, asked, on_case, a);
	return &a->pending;
}

/* As a persona that needs more than was shown nothing was offered: a login follows, and then the page with what there
 * is. */
static enum err
agree(struct answering *a, const struct sign_on_case *c, struct problem *why)
{
	const struct sign_on_agreement *g = &a->agreement;
	const struct sign_on_as *as;
	struct sign_on_view view;

	if (sign_on_view_of(a->arena, c, &view, why) != OK)
		return why->code;
	if (!span_equal(g->purpose, c->purpose))
		return problem_set(why, ERR_CONFLICT, "",
		    "/purpose: what the service asks for changed while the person was reading");
	as = sign_on_as(&view, g->persona);
	if (!as)
		return problem_set(why, ERR_INVALID, "", "/persona: expected one that was offered");
	if (as->offer && as->lacks)
		return problem_set(why, ERR_INVALID, "",
		    "/persona: the service does not work without something that this persona does not show");
	if (!as->offer && g->item_count)
		return problem_set(why, ERR_INVALID, "", "/items: as this persona nothing was offered yet");
	a->sign_on = *c->sign_on;
	a->sign_on.agreed_by = c->account->id;
	a->sign_on.purpose = c->purpose;
	a->sign_on.persona = g->persona;
	a->sign_on.items = (struct span){ 0 };
	return as->offer ? choice_of(a->arena, c->sign_on, as->offer, g->items, g->item_count, &a->sign_on.items, why) :
	                   OK;
}

static void
on_case(void *arg, enum err err, const struct sign_on_case *c, const struct problem *why)
{
	struct answering *a = arg;
	struct problem own;

	if (err == OK) {
		err = agree(a, c, &own);
		why = &own;
	}
	if (err == OK)
		write_row(a);
	else
		tell(a, err, why);
}

/* No: nobody need be there for that. */

struct pending *
sign_on_deny(struct store *store, struct arena *arena, const struct sign_on_settings *settings,
    const struct sign_on_request *asked, on_sign_on_answered *done, void *arg)
{
	struct answering *a = answering_new(store, arena, settings, asked, done, arg);

	a->ask = sign_on_ask(&a->asked.id);
	a->waiting = store_load(store, &a->ask, 1, on_row, a);
	return &a->pending;
}

static void
on_row(void *arg, enum err err, const struct problem *why)
{
	struct answering *a = arg;
	struct problem own;

	if (err == OK) {
		err = sign_on_loaded(a->arena, &a->ask, a->asked.visitor.browser, &a->sign_on, &own);
		why = &own;
	}
	if (err != OK) {
		tell(a, err, why);
		return;
	}
	a->sign_on.denied = true;
	write_row(a);
}
