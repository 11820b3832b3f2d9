/* transaction/desk/step.c - one step of a case: looked at, confirmed, a similar account settled, withdrawn. */
#include "transaction/desk/desk.h"

#include "transaction/desk/entry.h"

struct stepping {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct desk_step asked;
	struct ask ask;
	struct desk_result result;
	const struct desk_similar *settled;
	struct problem why;
	on_desk *done;
	void *arg;
};

static on_loaded on_case_loaded;
static on_committed on_stepped;

static void
cancel_stepping(struct pending *pending)
{
	pending_cancel(&((struct stepping *)pending)->waiting);
}

static void
answer(struct stepping *s, enum err err, const struct problem *why)
{
	s->waiting = NULL;
	s->done(s->arg, err, err == OK ? &s->result : NULL, err == OK ? NULL : why);
}

struct pending *
desk_step(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct desk_step *asked, on_desk *done, void *arg)
{
	struct stepping *s = arena_new(arena, struct stepping);

	*s = (struct stepping){ .pending = { cancel_stepping }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	s->ask = desk_case_ask(&s->asked.of);
	s->waiting = store_load(store, &s->ask, 1, on_case_loaded, s);
	return &s->pending;
}

/* Decide: each changes the case, or not, and leaves what it shows in the result. */

static enum err
look(struct stepping *s, struct problem *why)
{
	struct desk_case *c = &s->result.at_desk;

	if (c->application.size == 0)
		return OK;
	return desk_application_unwrap(s->arena, &s->settings->wrapping, c, &s->result.application, why);
}

static enum err
confirm(struct stepping *s, struct problem *why)
{
	return desk_case_confirm(&s->result.at_desk, s->asked.registrar, s->asked.now, why);
}

static enum err
settle(struct stepping *s, struct problem *why)
{
	struct desk_case *c = &s->result.at_desk;
	struct span key = account_name_key(s->arena, s->asked.similar);
	struct id account = { { 0 } };

	for (size_t i = 0; i < c->similar_count; i++)
		if (key.size && span_equal(key, account_name_key(s->arena, span_text(c->similar[i].number)))) {
			account = c->similar[i].account;
			s->settled = &c->similar[i];
		}
	return desk_case_settle(c, s->asked.registrar, &account, s->asked.settled, s->asked.now, why);
}

static enum err
withdraw(struct stepping *s, struct problem *why)
{
	return desk_case_withdraw(&s->result.at_desk, s->asked.registrar, s->asked.now, why);
}

static const struct {
	const char *happened;
	enum err (*decide)(struct stepping *, struct problem *why);
} actions[] = {
	[DESK_LOOK] = { "looked", look },
	[DESK_CONFIRM] = { "confirmed", confirm },
	[DESK_SETTLE] = { "settled", settle },
	[DESK_WITHDRAW] = { "withdrawn", withdraw },
};

static void
on_case_loaded(void *arg, enum err err, const struct problem *why)
{
	struct stepping *s = arg;
	struct desk_case *c = &s->result.at_desk;
	struct id entry = id_new(s->asked.now);
	struct unit *unit;

	if (err == OK)
		err = (why = &s->why,
		    desk_case_loaded(s->arena, s->ask.count ? &s->ask.rows[0] : NULL, c, &s->why));
	if (err == OK)
		err = actions[s->asked.action].decide(s, &s->why);
	if (err != OK) {
		answer(s, err, why);
		return;
	}
	unit = unit_new(s->arena, store_tables(s->store), id_new(s->asked.now));
	if (s->asked.action != DESK_LOOK)
		desk_case_put(unit, c);
	desk_entry_append(unit, &entry, &(struct desk_entry){ .at_desk = c,
		.happened = actions[s->asked.action].happened, .registrar = s->asked.registrar,
		.settled = s->settled, .now = s->asked.now });
	s->waiting = store_commit(s->store, unit, on_stepped, s);
}

/* Nothing is shown of which nobody could say later who looked at it. */
static void
on_stepped(void *arg, const struct committed *committed)
{
	struct stepping *s = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&s->why, ERR_CONFLICT, "", "the case changed meanwhile: look again");
	else if (committed->code != OK)
		problem_set(&s->why, committed->code, "", "the step could not be recorded, so it was not taken: %s",
		    err_name(committed->code));
	answer(s, committed->code, &s->why);
}
