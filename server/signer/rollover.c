/* signer/rollover.c - the life of a federation key. */
#include "signer/rollover.h"

#include <assert.h>

#include "base/record.h"
#include "signer/wire.h"

#define FORMAT 1
#define LIVES_LARGEST 1000 /* of one federation, retired keys too */

const struct table key_table = { "key", ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };

static const char *const state_names[] = {
	[KEY_ABSENT] = "absent",
	[KEY_CREATED] = "created",
	[KEY_ANNOUNCED] = "announced",
	[KEY_ACTIVE] = "active",
	[KEY_RETIRING] = "retiring",
	[KEY_RETIRED] = "retired",
};

static const char *const action_names[] = {
	[KEY_ADOPT] = "adopt",
	[KEY_ANNOUNCE] = "announce",
	[KEY_ACTIVATE] = "activate",
	[KEY_RETIRE] = "retire",
};

const char *
key_state_name(enum key_state state)
{
	assert(state < COUNT(state_names));
	return state_names[state];
}

const char *
key_action_name(enum key_action action)
{
	return action_names[action];
}

enum key_action
key_action_read(struct span s)
{
	for (size_t i = KEY_NO_ACTION + 1; i < COUNT(action_names); i++)
		if (span_is(s, action_names[i]))
			return (enum key_action)i;
	return KEY_NO_ACTION;
}

/* Rows */

void
key_life_write(struct buffer *b, const struct key_life *life)
{
	const struct instant *times[] = {
		&life->created, &life->announced, &life->activated, &life->retiring, &life->retired,
	};

	buffer_u8(b, FORMAT);
	buffer_block(b, life->name);
	buffer_u8(b, (uint8_t)life->use);
	buffer_u8(b, (uint8_t)life->state);
	for (size_t i = 0; i < COUNT(times); i++)
		buffer_u64(b, (uint64_t)times[i]->us);
	buffer_add(b, span_of(life->certificate, sizeof(life->certificate)));
}

bool
key_life_read(struct span value, struct key_life *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), use, state;
	struct instant *times[] = { &out->created, &out->announced, &out->activated, &out->retiring, &out->retired };
	struct span certificate;

	*out = (struct key_life){ .name = record_block(&r) };
	use = record_u8(&r);
	state = record_u8(&r);
	for (size_t i = 0; i < COUNT(times); i++)
		times[i]->us = (int64_t)record_u64(&r);
	certificate = record_bytes(&r, sizeof(out->certificate));
	if (!record_whole(&r) || format != FORMAT || use == USE_NONE || use >= USE_COUNT || state > KEY_RETIRED ||
	    out->name.size == 0 || out->name.size > KEY_NAME_LARGEST) {
		*out = (struct key_life){ 0 };
		return false;
	}
	memcpy(out->certificate, certificate.data, sizeof(out->certificate));
	out->use = (enum key_use)use;
	out->state = (enum key_state)state;
	return true;
}

struct ask
key_lives_ask(void)
{
	return (struct ask){ .table = &key_table, .limit = LIVES_LARGEST };
}

enum err
key_lives_read(const struct ask *ask, struct arena *a, struct key_life **out, struct problem *why)
{
	struct key_life *lives = arena_array(a, struct key_life, ask->count + 1);

	if (ask->more)
		return problem_set(why, ERR_LIMIT, "", "the store has more than %d keys", LIVES_LARGEST);
	for (size_t i = 0; i < ask->count; i++)
		if (!key_life_read(arena_copy(a, ask->rows[i].value), &lives[i]))
			return problem_set(why, ERR_INVALID, "", "the store's row of key \"%.*s\" cannot be read",
			    SPAN_ARGS(ask->rows[i].key));
	*out = lives;
	return OK;
}

/* Acting */

struct step {
	struct key_life *lives, *life, *active; /* active: of the same use, NULL for none */
	bool *changed;
	const struct rollover_times *times;
	struct instant now;
	bool force;
};

typedef enum err act(struct step *, struct problem *why);
static act adopt, announce, activate_first, activate, retire_unused, retire;

/* What each action does to a key in each state; elsewhere it is a conflict, and the sentence says what comes first. */
static const struct {
	enum key_action action;
	enum key_state from;
	act *run;
} acts[] = {
	{ KEY_ADOPT,    KEY_ABSENT,    adopt },
	{ KEY_ANNOUNCE, KEY_CREATED,   announce },
	{ KEY_ACTIVATE, KEY_CREATED,   activate_first },
	{ KEY_ACTIVATE, KEY_ANNOUNCED, activate },
	{ KEY_RETIRE,   KEY_CREATED,   retire_unused },
	{ KEY_RETIRE,   KEY_ANNOUNCED, retire_unused },
	{ KEY_RETIRE,   KEY_RETIRING,  retire },
};

static const struct {
	enum key_action action; /* KEY_NO_ACTION: any */
	enum key_state from;
	const char *sentence;
} conflicts[] = {
	{ KEY_NO_ACTION, KEY_RETIRED,  "it is retired, and a retired key does not come back" },
	{ KEY_ADOPT,     KEY_CREATED,  "it is known already" },
	{ KEY_ADOPT,     KEY_ANNOUNCED, "it is known already" },
	{ KEY_ADOPT,     KEY_ACTIVE,   "it is known already" },
	{ KEY_ADOPT,     KEY_RETIRING, "it is known already" },
	{ KEY_NO_ACTION, KEY_ABSENT,   "it is not known; adopt it first" },
	{ KEY_ANNOUNCE,  KEY_ANNOUNCED, "it is announced already" },
	{ KEY_ANNOUNCE,  KEY_ACTIVE,   "it is active already" },
	{ KEY_ACTIVATE,  KEY_ACTIVE,   "it is active already" },
	{ KEY_RETIRE,    KEY_ACTIVE,   "it is the one that signs; activate its successor first" },
	{ KEY_NO_ACTION, KEY_RETIRING, "another key has taken its place; it can only be retired" },
};

static enum err
conflict(const struct step *s, enum key_action action, struct problem *why)
{
	for (size_t i = 0; i < COUNT(conflicts); i++)
		if ((conflicts[i].action == action || conflicts[i].action == KEY_NO_ACTION) &&
		    conflicts[i].from == s->life->state)
			return problem_set(why, ERR_CONFLICT, "", "cannot %s key %.*s: %s", action_names[action],
			    SPAN_ARGS(s->life->name), conflicts[i].sentence);
	return problem_set(why, ERR_CONFLICT, "", "cannot %s key %.*s: it is %s", action_names[action],
	    SPAN_ARGS(s->life->name), key_state_name(s->life->state));
}

static enum err
too_early(const struct step *s, const char *word, const char *reason, struct instant from, struct problem *why)
{
	char at[INSTANT_TEXT];

	return problem_set(why, ERR_CONFLICT, "", "key %.*s may be %s from %s: %s", SPAN_ARGS(s->life->name), word,
	    instant_text(from, at), reason);
}

static void
enter(struct step *s, struct key_life *life, enum key_state state, struct instant *at)
{
	life->state = state;
	*at = s->now;
	s->changed[life - s->lives] = true;
}

static enum err
adopt(struct step *s, struct problem *why)
{
	struct instant made = s->life->created;

	(void)why;
	enter(s, s->life, KEY_CREATED, &s->life->created);
	/* The descriptor knows better. */
	if (made.us)
		s->life->created = made;
	return OK;
}

static enum err
announce(struct step *s, struct problem *why)
{
	(void)why;
	enter(s, s->life, KEY_ANNOUNCED, &s->life->announced);
	return OK;
}

/* Nobody relies on another key yet. */
static enum err
activate_first(struct step *s, struct problem *why)
{
	if (s->active)
		return problem_set(why, ERR_CONFLICT, "",
		    "cannot activate key %.*s: announce it first, for %.*s is active", SPAN_ARGS(s->life->name),
		    SPAN_ARGS(s->active->name));
	enter(s, s->life, KEY_ACTIVE, &s->life->activated);
	return OK;
}

static enum err
activate(struct step *s, struct problem *why)
{
	struct instant from = instant_after(s->life->announced, s->times->announce_for);

	if (s->active && !s->force && instant_before(s->now, from))
		return too_early(s, "activated", "until then not everybody has seen it announced", from, why);
	if (s->active)
		enter(s, s->active, KEY_RETIRING, &s->active->retiring);
	enter(s, s->life, KEY_ACTIVE, &s->life->activated);
	return OK;
}

/* It never signed, so nothing waits for it. */
static enum err
retire_unused(struct step *s, struct problem *why)
{
	(void)why;
	enter(s, s->life, KEY_RETIRED, &s->life->retired);
	return OK;
}

static enum err
retire(struct step *s, struct problem *why)
{
	struct instant from = instant_after(s->life->retiring, s->times->document_life);

	if (!s->force && instant_before(s->now, from))
		return too_early(s, "retired", "until then there are documents that it signed", from, why);
	enter(s, s->life, KEY_RETIRED, &s->life->retired);
	return OK;
}

enum err
key_life_act(struct key_life *lives, size_t count, bool *changed, struct span name, enum key_action action,
    const struct rollover_times *times, struct instant now, bool force, struct problem *why)
{
	struct step s = { .lives = lives, .changed = changed, .times = times, .now = now, .force = force };

	assert(action != KEY_NO_ACTION);
	for (size_t i = 0; i < count; i++) {
		changed[i] = false;
		if (span_equal(lives[i].name, name))
			s.life = &lives[i];
	}
	if (!s.life)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no key %.*s; adopt it first", SPAN_ARGS(name));
	for (size_t i = 0; i < count && !s.active; i++)
		if (lives[i].use == s.life->use && lives[i].state == KEY_ACTIVE)
			s.active = &lives[i];
	for (size_t i = 0; i < COUNT(acts); i++)
		if (acts[i].action == action && acts[i].from == s.life->state)
			return acts[i].run(&s, why);
	return conflict(&s, action, why);
}

const struct key_life *
key_life_active(const struct key_life *lives, size_t count, enum key_use use)
{
	for (size_t i = 0; i < count; i++)
		if (lives[i].use == use && lives[i].state == KEY_ACTIVE)
			return &lives[i];
	return NULL;
}
