/* transaction/caller/registration.c - one step of operators with a machine caller.
 *
 *     load caller, what waits -> load member -> decide -> commit -> answer
 *      ^                                                    |
 *      `------------------ conflict, once ------------------'
 */
#include "transaction/caller/registration.h"

#include <stdlib.h>

#include "registry/journal.h"
#include "registry/standing.h"

#define FLOW_LARGEST (64 * MIB) /* three rows, and the unit; reached by nobody */

enum { ASK_CALLER, ASK_PROPOSAL, ASK_COUNT };

struct registering {
	struct pending pending;      /* first */
	struct store *store;
	const struct caller_step *step;
	on_caller_registered *then;
	void *arg;
	struct arena arena;          /* of this attempt */
	struct ask asks[ASK_COUNT], member;
	struct pending *waiting;     /* for the store */
	unsigned attempt;
	struct problem why;

	/* What was loaded, and what becomes of it. */
	struct caller before;
	struct caller_proposal proposal;
	uint64_t caller_generation, proposal_generation; /* 0: there is no such row */
	struct caller_verdict verdict;
};

static on_loaded on_caller_loaded, on_member_loaded;
static on_committed on_step_committed;

static void
registering_free(struct registering *g)
{
	pending_cancel(&g->waiting);
	arena_release(&g->arena);
	free(g);
}

static void
registering_cancel(struct pending *pending)
{
	registering_free((struct registering *)pending);
}

static void
answer(struct registering *g, enum err err)
{
	g->then(g->arg, err, err == OK ? &g->verdict : NULL, &g->why);
	registering_free(g);
}

static void
load(struct registering *g)
{
	struct span name = g->step->change.name;

	arena_reset(&g->arena);
	g->asks[ASK_CALLER] = (struct ask){ .table = &caller_table, .from = name };
	g->asks[ASK_PROPOSAL] = (struct ask){ .table = &caller_proposal_table, .from = name };
	g->waiting = store_load(g->store, g->asks, ASK_COUNT, on_caller_loaded, g);
}

struct pending *
caller_registration_start(struct store *store, const struct caller_step *step, on_caller_registered *then, void *arg)
{
	struct registering *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	*g = (struct registering){ .pending.cancel = registering_cancel, .store = store, .step = step, .then = then,
		.arg = arg, .arena = arena_init(FLOW_LARGEST) };
	load(g);
	return &g->pending;
}

/* What is there but cannot be read is never taken for absent. */
static enum err
rows_read(struct registering *g)
{
	const struct ask *own = &g->asks[ASK_CALLER], *waiting = &g->asks[ASK_PROPOSAL];
	enum err err = caller_loaded(&g->arena, own, &g->before, &g->why);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	g->caller_generation = err == OK ? own->rows[0].generation : 0;
	g->proposal_generation = waiting->count ? waiting->rows[0].generation : 0;
	if (waiting->count && !caller_proposal_read(arena_copy(&g->arena, waiting->rows[0].value), &g->proposal))
		return problem_set(&g->why, ERR_UNSUPPORTED, "",
		    "what waits for the caller \"%.*s\" is of a form this build does not know",
		    SPAN_ARGS(g->step->change.name));
	return OK;
}

/* Of a caller that is there already its member is not asked. */
static struct span
member_of(const struct registering *g)
{
	if (g->step->change.action == CALLER_CREATE)
		return g->step->change.member;
	if (g->step->change.action == CALLER_APPROVE && g->proposal_generation)
		return g->proposal.change.member;
	return (struct span){ 0 };
}

static void
on_caller_loaded(void *arg, enum err err, const struct problem *why)
{
	struct registering *g = arg;
	struct span member;

	g->waiting = NULL;
	if (err != OK)
		g->why = *why;
	else
		err = rows_read(g);
	if (err != OK) {
		answer(g, err);
		return;
	}
	member = member_of(g);
	g->member = (struct ask){ .table = &member_table, .from = member };
	g->waiting = store_load(g->store, &g->member, member.size ? 1 : 0, on_member_loaded, g);
}

static void
write_journal(struct registering *g, struct unit *unit)
{
	const struct caller_verdict *v = &g->verdict;
	const struct caller *c = &v->outcome.after;
	const char *rights[CALLER_RIGHTS];

	journal_caller(unit, arena_text(&g->arena, g->step->by.actor), g->step->change.now, &(struct caller_news){
		.step = caller_action_name(v->change.action),
		.approvers = v->proposal.agreement.approvers,
		.caller = c->name,
		.member = c->member,
		.rights = rights,
		.right_count = caller_right_names(c->rights, rights),
		.expires = c->expires,
		.fingerprint = v->outcome.key_changed ? v->outcome.fingerprint : NULL,
	});
}

static void
on_member_loaded(void *arg, enum err err, const struct problem *why)
{
	struct registering *g = arg;
	const struct caller_step *s = g->step;
	struct unit *unit;

	g->waiting = NULL;
	if (err != OK)
		g->why = *why;
	else
		err = caller_step_decide(&g->arena, g->proposal_generation ? &g->proposal : NULL,
		    g->caller_generation ? &g->before : NULL, &g->member, s, &g->verdict, &g->why);
	if (err != OK) {
		answer(g, err);
		return;
	}
	unit = unit_new(&g->arena, store_tables(g->store), id_new(s->change.now));
	caller_step_write(unit, s, &g->verdict, g->proposal_generation, g->caller_generation);
	if (g->verdict.fate == CALLER_EFFECTIVE)
		write_journal(g, unit);
	g->waiting = store_commit(g->store, unit, on_step_committed, g);
}

static void
on_step_committed(void *arg, const struct committed *done)
{
	struct registering *g = arg;
	bool raced = done->code == ERR_CONFLICT && done->operation < CALLER_STEP_EXPECTATIONS;

	g->waiting = NULL;
	if (raced && g->attempt++ == 0) {
		load(g);
		return;
	}
	if (done->code == ERR_CONFLICT && !raced)
		problem_set(&g->why, ERR_CONFLICT, "", "that key is registered with another caller, or waits to be");
	else if (done->code != OK)
		problem_set(&g->why, done->code, "", "the change of caller \"%.*s\" could not be written: %s",
		    SPAN_ARGS(g->step->change.name), err_name(done->code));
	answer(g, done->code);
}
