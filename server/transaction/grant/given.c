/* transaction/grant/given.c - what a person's account has given to relying parties, found to be ended. */
#include "transaction/grant/given.h"

/*     a part of the marks -> their grants -> … until the marks or the room is used up */
struct finding {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct given wanted;
	struct ask marks;
	struct id ids[GRANTS_LOOKED_AT];
	struct span session_names[GRANTS_LOOKED_AT];
	struct ask asks[GRANTS_LOOKED_AT]; /* of grants */
	struct id oldest;                /* of the part, if older ones come behind it; else zero */
	size_t asked;
	struct grant found[GRANTS_LOOKED_AT];
	size_t count;
	struct problem why;
	on_given *done;
	void *arg;
};

static on_loaded on_marks, on_grants;

static void
cancel_finding(struct pending *pending)
{
	pending_cancel(&((struct finding *)pending)->waiting);
}

struct pending *
given_find(struct store *store, struct arena *arena, const struct given *wanted, on_given *done, void *arg)
{
	struct finding *f = arena_new(arena, struct finding);

	f->pending.cancel = cancel_finding;
	f->store = store;
	f->arena = arena;
	f->wanted = *wanted;
	f->done = done;
	f->arg = arg;
	f->marks = grants_ask(arena, &wanted->account);
	f->waiting = store_load(store, &f->marks, 1, on_marks, f);
	return &f->pending;
}

static void
end_finding(struct finding *f, enum err err, const struct problem *why)
{
	f->done(f->arg, err, f->found, err == OK ? f->count : 0, why);
}

/* The name of its session stands in a mark alone. */
static enum err
take_mark(struct finding *f, const struct row *row)
{
	struct grant_mark mark;

	if (!grant_mark_read(row->value, &mark))
		return problem_set(&f->why, ERR_UNAVAILABLE, "",
		    "the index of what was given has a row of a form that this build does not read");
	f->ids[f->asked] = grant_mark_of(row->key);
	f->session_names[f->asked] = arena_copy(f->arena, mark.session_name);
	f->asks[f->asked] = grant_ask(&f->ids[f->asked]);
	f->asked++;
	return OK;
}

static void
on_marks(void *arg, enum err err, const struct problem *why)
{
	struct finding *f = arg;

	f->waiting = NULL;
	f->asked = 0;
	for (size_t i = 0; i < f->marks.count && err == OK; i++) {
		err = take_mark(f, &f->marks.rows[i]);
		why = &f->why;
	}
	if (err != OK) {
		end_finding(f, err, why);
		return;
	}
	f->oldest = f->marks.more ? f->ids[f->asked - 1] : (struct id){ { 0 } };
	f->waiting = store_load(f->store, f->asks, f->asked, on_grants, f);
}

/* A mark may outlive its grant by a moment. */
static enum err
take(struct finding *f, const struct ask *asked, struct span session_name)
{
	struct grant g;

	if (!asked->count)
		return OK;
	if (grant_loaded(f->arena, asked, &g, &f->why) != OK)
		return f->why.code;
	g.session_name = session_name;
	if (grant_in_force(&g, f->wanted.now) && span_equal(g.entity_id, f->wanted.entity_id))
		f->found[f->count++] = g;
	return OK;
}

static void
on_grants(void *arg, enum err err, const struct problem *why)
{
	struct finding *f = arg;

	f->waiting = NULL;
	for (size_t i = 0; i < f->asked && err == OK; i++) {
		if (f->count == GRANTS_LOOKED_AT)
			break;
		err = take(f, &f->asks[i], f->session_names[i]);
		why = &f->why;
	}
	if (err != OK || !id_given(&f->oldest) || f->count == GRANTS_LOOKED_AT) {
		end_finding(f, err, err == OK ? NULL : why);
		return;
	}
	f->marks = grants_ask_before(f->arena, &f->wanted.account, &f->oldest);
	f->waiting = store_load(f->store, &f->marks, 1, on_marks, f);
}

void
given_end(struct unit *unit, const struct grant *grants, size_t count, struct instant now)
{
	for (size_t i = 0; i < count; i++) {
		struct grant g = grants[i];

		grant_end(&g, now);
		grant_put(unit, &g);
	}
}
