/* transaction/enrolment/look.c - an enrolment looked at, for its page. */
#include "transaction/enrolment/view.h"

struct looking {
	struct pending pending;
	struct pending *waiting;
	on_enrolment_view *done;
	void *arg;
};

static void
cancel_looking(struct pending *pending)
{
	pending_cancel(&((struct looking *)pending)->waiting);
}

static void
on_all_loaded(void *arg, enum err err, struct enrolment_loaded_all *all, const struct problem *why)
{
	struct looking *p = arg;

	p->waiting = NULL;
	p->done(p->arg, err, err == OK ? &all->view : NULL, why);
}

struct pending *
enrolment_look(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct enrolment_asked *asked, on_enrolment_view *done, void *arg)
{
	struct looking *p = arena_new(arena, struct looking);

	*p = (struct looking){ .pending = { cancel_looking }, .done = done, .arg = arg };
	p->waiting = enrolment_load(store, arena, settings, asked, NULL, on_all_loaded, p);
	return &p->pending;
}
