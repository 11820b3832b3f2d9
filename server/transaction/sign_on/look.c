/* transaction/sign_on/look.c - what the consent page shows of a sign-on that waits. */
#include "transaction/sign_on/look.h"

#include "ledger/entry.h"
#include "person/consent.h"

struct span
sign_on_location(struct arena *arena, const struct sign_on_settings *settings, const struct sign_on *s)
{
	const struct span path = settings->path[s->protocol];
	char id[LEDGER_ID_TEXT];

	return span_text(arena_print(arena, "%.*s%s", SPAN_ARGS(path), ledger_id_text(&s->id, id)));
}

/* Pure */

static enum err
look_as(struct arena *arena, const struct sign_on_case *c, enum persona persona, struct sign_on_as *out,
    struct problem *why)
{
	struct assessing assessing = sign_on_assessing(arena, c, persona);
	struct release_offer *offer = arena_space(arena, sizeof(*offer));
	struct need_assessed assessed;
	struct need least;

	*out = (struct sign_on_as){ .persona = persona };
	if (!sign_on_least(c, persona, &least))
		return OK;
	if (need_assess(arena, &least, &assessing, &assessed, why) != OK)
		return why->code;
	sign_on_offer(c, persona, offer);
	out->enough = assessed.enough;
	out->lacks = sign_on_lacks(offer);
	if (out->enough)
		out->offer = offer;
	return OK;
}

static enum err
look_as_each(struct arena *arena, const struct sign_on_case *c, struct sign_on_view *out, struct problem *why)
{
	const enum persona order[] = { out->chosen, c->rp->preferred, PERSONA_PRIVATE, PERSONA_BUSINESS,
		PERSONA_ADMINISTRATIVE };
	const unsigned allowed = sign_on_personas(arena, c);
	unsigned done = 0;

	for (size_t i = 0; i < COUNT(order); i++) {
		if (!order[i] || !(allowed & PERSONA_BIT(order[i])) || (done & PERSONA_BIT(order[i])))
			continue;
		done |= PERSONA_BIT(order[i]);
		if (look_as(arena, c, order[i], &out->personas[out->persona_count++], why) != OK)
			return why->code;
	}
	return OK;
}

enum err
sign_on_view_of(struct arena *arena, const struct sign_on_case *c, struct sign_on_view *out, struct problem *why)
{
	struct sign_on_verdict verdict;
	struct acr levels[ACR_VALUES];

	*out = (struct sign_on_view){ .of = c };
	if (sign_on_judge(arena, c, &verdict, why) != OK)
		return why->code;
	if (verdict.outcome != SIGN_ON_CONSENT && verdict.outcome != SIGN_ON_DONE)
		return problem_set(why, ERR_DENIED, "",
		    "nobody is logged in here, or not as the relying party requires: go on to where that is done");
	out->chosen = verdict.persona;
	if (c->consent && consent_in_force(c->consent))
		out->before = c->consent;
	if (acr_read(c->snapshot, verdict.acr, c->now, levels))
		out->level = levels[0];
	return look_as_each(arena, c, out, why);
}

const struct sign_on_as *
sign_on_as(const struct sign_on_view *view, enum persona persona)
{
	for (size_t i = 0; i < view->persona_count; i++)
		if (view->personas[i].persona == persona)
			return &view->personas[i];
	return NULL;
}

/* The flow */

struct looking {
	struct pending pending;
	struct pending *waiting;
	struct arena *arena;
	on_sign_on_look *done;
	void *arg;
};

static on_sign_on_case on_case;

static void
cancel_looking(struct pending *pending)
{
	pending_cancel(&((struct looking *)pending)->waiting);
}

struct pending *
sign_on_look(struct store *store, struct arena *arena, const struct sign_on_settings *settings,
    const struct sign_on_request *asked, on_sign_on_look *done, void *arg)
{
	struct looking *l = arena_new(arena, struct looking);

	*l = (struct looking){ .pending = { cancel_looking }, .arena = arena, .done = done, .arg = arg };
	l->waiting = sign_on_case_find(store, arena, settings, asked, on_case, l);
	return &l->pending;
}

static void
on_case(void *arg, enum err err, const struct sign_on_case *c, const struct problem *why)
{
	struct looking *l = arg;
	struct sign_on_view view;
	struct problem own;

	l->waiting = NULL;
	if (err == OK) {
		err = sign_on_view_of(l->arena, c, &view, &own);
		why = &own;
	}
	l->done(l->arg, err, err == OK ? &view : NULL, err == OK ? NULL : why);
}
