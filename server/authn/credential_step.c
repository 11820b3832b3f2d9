/* authn/credential_step.c - the steps of an authenticator's life: one table of what each needs. */
#include "authn/credential.h"

#include <assert.h>

#define CLAUSE "SP 800-63B-4 s4"
#define IN(state) (1u << CREDENTIAL_##state)

/* Whoever suspends may resume; what was locked for guesses is unlocked only where somebody showed another way in, and
 * so a suspension does not lead around it. */
static const struct {
	const char *name;
	unsigned from;
	enum credential_state to;
} steps[] = {
	[CREDENTIAL_ACTIVATE] = { "activate", IN(ISSUED), CREDENTIAL_ACTIVE },
	[CREDENTIAL_SUSPEND] = { "suspend", IN(ACTIVE), CREDENTIAL_SUSPENDED },
	[CREDENTIAL_RESUME] = { "resume", IN(SUSPENDED), CREDENTIAL_ACTIVE },
	[CREDENTIAL_LOCK] = { "lock", IN(ACTIVE), CREDENTIAL_LOCKED },
	[CREDENTIAL_UNLOCK] = { "unlock", IN(LOCKED), CREDENTIAL_ACTIVE },
	[CREDENTIAL_REVOKE] = { "revoke", IN(ISSUED) | IN(ACTIVE) | IN(SUSPENDED) | IN(LOCKED), CREDENTIAL_REVOKED },
	[CREDENTIAL_EXPIRE] = { "expire", IN(ISSUED) | IN(ACTIVE) | IN(SUSPENDED) | IN(LOCKED), CREDENTIAL_EXPIRED },
};

enum err
credential_take(struct credential *c, enum credential_step step, const struct credential_because *because,
    bool *changed, struct problem *why)
{
	assert(step > CREDENTIAL_NO_STEP && step < COUNT(steps));
	*changed = false;
	if (c->state == steps[step].to)
		return OK;
	if (!(steps[step].from & 1u << c->state))
		return problem_set(why, ERR_CONFLICT, CLAUSE, "step \"%s\" does not start from the state \"%s\"",
		    steps[step].name, credential_state_name(c->state));
	c->state = steps[step].to;
	c->changed = because->now;
	c->actor = because->actor;
	c->reason = because->reason;
	c->evidence = because->evidence;
	if (c->state == CREDENTIAL_ACTIVE)
		c->activated = because->now;
	if (step == CREDENTIAL_ACTIVATE || step == CREDENTIAL_UNLOCK)
		c->failures = 0;
	*changed = true;
	return OK;
}

enum credential_state
credential_state_at(const struct credential *c, struct instant now)
{
	const bool over = c->expires.us && !instant_before(now, c->expires);

	return over && c->state != CREDENTIAL_REVOKED ? CREDENTIAL_EXPIRED : c->state;
}

bool
credential_ended(const struct credential *c, struct instant now)
{
	const enum credential_state state = credential_state_at(c, now);

	return state == CREDENTIAL_REVOKED || state == CREDENTIAL_EXPIRED;
}

bool
credential_usable(const struct credential *c, struct instant now, const char **why)
{
	const enum credential_state state = credential_state_at(c, now);

	*why = state == CREDENTIAL_ACTIVE ? NULL : credential_state_name(state);
	return !*why;
}
