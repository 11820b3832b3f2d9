/* front/account/attributes.c - what a person states, and which proofed attributes a persona shows. */
#include "codec/text.h"
#include "front/account/attribute_request.h"
#include "front/account/visit.h"
#include "person/history.h"

struct stating {
	struct visit visit;          /* first */
	struct span name;            /* of the attribute, from the path; of the persona */
	struct attribute_statement statement;
	struct persona_choice choice;
	unsigned seen;               /* PERSONA_BIT()s: what this session may see */
	const char *step_up;         /* what a login would have to be for */
	enum err (*change)(struct stating *, struct attributes *, struct problem *why);
	const char *detail;          /* for the history */
	struct ask ask;
};

static on_loaded on_attributes;

static void
load(struct stating *s)
{
	struct visit *v = &s->visit;

	s->ask = attributes_ask(&v->account.id);
	exchange_hold(v->exchange, store_load(v->front->store, &s->ask, 1, on_attributes, s));
}

/* What the history calls it: as its title is in the account's language. */
static struct span
titled(const struct stating *s)
{
	const struct attribute_kind *kind = attribute_kind_find(s->name);

	if (!kind)
		return s->name; /* a persona's */
	return s->visit.account.english ? kind->title.en : kind->title.ja;
}

static void
refuse(struct stating *s)
{
	if (s->step_up)
		account_access_step_up(s->visit.exchange, s->step_up, &s->visit.why);
	else
		visit_refuse(&s->visit);
}

static void
on_attributes(void *arg, enum err err, const struct problem *why)
{
	struct stating *s = arg;
	struct visit *v = &s->visit;
	struct attributes attributes;
	struct unit *unit;

	exchange_hold(v->exchange, NULL);
	if (err != OK)
		v->why = *why;
	else
		err = attributes_loaded(v->exchange->arena, &s->ask, &attributes, &v->why);
	if (err == OK)
		err = s->change(s, &attributes, &v->why);
	if (err != OK) {
		refuse(s);
		return;
	}
	unit = visit_unit(v);
	attributes_put(unit, &v->account.id, &attributes);
	history_add(unit, &v->account.id, &(struct history_event){ .kind = HISTORY_ATTRIBUTE_CHANGED, .at = v->now,
	    .actor = span_text("person"), .name = titled(s), .detail = span_text(s->detail) });
	visit_commit(v, unit, visit_done);
}

/* The path's segment, decoded: "name%23ja-Kana-JP". */
static bool
read_name(struct stating *s)
{
	if (percent_read(s->visit.exchange->arena, s->visit.exchange->segment, &s->name))
		return true;
	problem_set(&s->visit.why, ERR_NOT_FOUND, "", "there is nothing of this name");
	return false;
}

/* PUT /v1/account/attributes/{name} */

static enum err
state(struct stating *s, struct attributes *a, struct problem *why)
{
	return attribute_state(a, s->name, s->statement.value, s->statement.personas, s->visit.now, why);
}

static void
go_on_stating(struct visit *v, const struct account_access *access)
{
	struct stating *s = (struct stating *)v;

	(void)access;
	if (!read_name(s) ||
	    attribute_statement_read(v->exchange->arena, v->exchange->body, &s->statement, &v->why) != OK)
		visit_refuse(v);
	else
		load(s);
}

void
state_attribute(struct exchange *e, void *front)
{
	struct stating *s = arena_new(e->arena, struct stating);

	s->change = state;
	s->detail = "stated";
	visit_begin(&s->visit, e, front, VISIT_TO_CHANGE, go_on_stating);
}

/* DELETE /v1/account/attributes/{name} */

static enum err
unstate(struct stating *s, struct attributes *a, struct problem *why)
{
	return attribute_unstate(a, s->name, why);
}

static void
go_on_unstating(struct visit *v, const struct account_access *access)
{
	struct stating *s = (struct stating *)v;

	(void)access;
	if (!read_name(s))
		visit_refuse(v);
	else
		load(s);
}

void
unstate_attribute(struct exchange *e, void *front)
{
	struct stating *s = arena_new(e->arena, struct stating);

	s->change = unstate;
	s->detail = "removed";
	visit_begin(&s->visit, e, front, VISIT_TO_CHANGE, go_on_unstating);
}

/* PUT /v1/account/personas/{persona}: what this session may not see is not shown to it by choosing it. */

static enum err
choose(struct stating *s, struct attributes *a, struct problem *why)
{
	const enum persona persona = persona_read(s->name);

	if (persona_choice_reveals(a, persona, s->choice.names, s->choice.count, s->seen)) {
		s->step_up = "persona:administrative";
		return problem_set(why, ERR_DENIED, "",
		    "to choose what is not shown now it must be confirmed again who you are");
	}
	return persona_choose(a, persona, s->choice.names, s->choice.count, why);
}

static unsigned
personas_seen(struct visit *v, const struct account_access *access)
{
	struct assessed *assessed = arena_new(v->exchange->arena, struct assessed);
	unsigned seen = 0;

	for (int p = PERSONA_ADMINISTRATIVE; p < PERSONAS; p++)
		if (visit_sees(v, access, (enum persona)p, assessed))
			seen |= PERSONA_BIT(p);
	return seen;
}

static void
go_on_choosing(struct visit *v, const struct account_access *access)
{
	struct stating *s = (struct stating *)v;

	if (!read_name(s) || persona_choice_read(v->exchange->arena, v->exchange->body, &s->choice, &v->why) != OK) {
		visit_refuse(v);
	} else if (persona_read(s->name) == PERSONA_NONE) {
		problem_set(&v->why, ERR_NOT_FOUND, "", "there is no persona of this name");
		visit_refuse(v);
	} else {
		s->seen = personas_seen(v, access);
		load(s);
	}
}

void
choose_attributes(struct exchange *e, void *front)
{
	struct stating *s = arena_new(e->arena, struct stating);

	s->change = choose;
	s->detail = "chosen";
	visit_begin(&s->visit, e, front, VISIT_TO_CHANGE, go_on_choosing);
}
