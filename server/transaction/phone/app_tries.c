/* transaction/phone/app_tries.c - wrong tries on a phone. */
#include "transaction/phone/app_tries.h"

#include <assert.h>

void
app_tries_ask(struct arena *arena, const struct credential *phone, struct ask asks[APP_TRIES])
{
	asks[APP_TRIES_PINS] = attempts_ask(arena, ATTEMPTS_PIN, id_span(&phone->id));
	asks[APP_TRIES_NUMBERS] = attempts_ask(arena, ATTEMPTS_TRANSFER, id_span(&phone->account));
	asks[APP_TRIES_FAILURES] = attempts_ask(arena, ATTEMPTS_ACCOUNT, id_span(&phone->account));
}

enum err
app_tries_loaded(const struct ask asks[APP_TRIES], struct app_tries *out, struct problem *why)
{
	if (attempts_loaded(&asks[APP_TRIES_PINS], &out->pins, why) != OK ||
	    attempts_loaded(&asks[APP_TRIES_NUMBERS], &out->numbers, why) != OK ||
	    attempts_loaded(&asks[APP_TRIES_FAILURES], &out->failures, why) != OK)
		return why->code;
	return OK;
}

enum err
app_tries_wait(const struct app_tries *t, struct instant now, struct instant *until, struct problem *why)
{
	const struct instant waits[] = {
		attempts_wait(ATTEMPTS_PIN, &t->pins, now),
		attempts_wait(ATTEMPTS_TRANSFER, &t->numbers, now),
		attempts_wait(ATTEMPTS_ACCOUNT, &t->failures, now),
	};

	for (size_t i = 0; i < COUNT(waits); i++)
		if (instant_before(*until, waits[i]))
			*until = waits[i];
	if (until->us)
		return problem_set(why, ERR_LIMIT, "NIST SP 800-63B-4 s3.2.2",
		    "too many wrong tries: the next may be made later");
	return OK;
}

/* Of an account that is still there: what is put beneath one that has been erased in this moment stays for good. */
static void
count_failure(struct unit *unit, const struct app_failing *f)
{
	unit_expect(unit, &account_table, id_span(&f->account->id), f->account->generation);
	attempts_failed(unit, f->arena, ATTEMPTS_ACCOUNT, id_span(&f->phone->account), &f->tries->failures, f->now);
}

/* Of its life: told to the person, and in the log once it is durable. It was usable a moment ago: who is active can be
 * locked and suspended. */
static void
step_down(struct unit *unit, const struct app_failing *f, enum credential_step step, const char *reason,
    struct credential_change *change)
{
	const struct credential_because because = { .actor = span_text("system"), .reason = span_text(reason),
		.evidence = f->evidence, .now = f->now };
	struct problem why;
	bool changed = false;
	enum err err = credential_take(f->phone, step, &because, &changed, &why);

	assert(err == OK && changed);
	(void)err;
	*change = (struct credential_change){ .account = f->account, .credential = f->phone,
		.event = CREDENTIAL_STEPPED, .now = f->now };
	credential_change_put(unit, f->arena, change);
}

/* The credential itself remembers, so that no other session begins at nought; then it is locked. */
static void
pin_failed(struct unit *unit, const struct app_failing *f, struct app_answered *answered,
    struct credential_change *change)
{
	struct credential *c = f->phone;

	c->failures++;
	answered->left = c->failures < CREDENTIAL_FAILURES ? CREDENTIAL_FAILURES - c->failures : 0;
	attempts_failed(unit, f->arena, ATTEMPTS_PIN, id_span(&c->id), &f->tries->pins, f->now);
	if (answered->left)
		credential_put(unit, f->arena, c);
	else
		step_down(unit, f, CREDENTIAL_LOCK, "wrong-pin", change);
}

/* How often a finger may slip is the phone's to count. What comes here and does not fit is no slip: it is counted as
 * any failure of the account's. A counter that went back tells of a copy, and which one is the person's nobody can
 * tell. */
void
app_person_failed(struct unit *unit, const struct app_failing *f, const struct app_checked *checked,
    struct app_answered *answered, struct credential_change *change)
{
	answered->failed = checked->failed;
	answered->reason = checked->reason;
	count_failure(unit, f);
	if (checked->failed == APP_STEP_PIN)
		pin_failed(unit, f, answered, change);
	else if (checked->copied)
		step_down(unit, f, CREDENTIAL_SUSPEND, "counter-back", change);
}

void
app_number_failed(struct unit *unit, const struct app_failing *f)
{
	attempts_failed(unit, f->arena, ATTEMPTS_TRANSFER, id_span(&f->phone->account), &f->tries->numbers, f->now);
	count_failure(unit, f);
}

void
app_tries_expect(struct unit *unit, struct arena *arena, const struct credential *phone, const struct app_tries *t)
{
	attempts_expect(unit, arena, ATTEMPTS_PIN, id_span(&phone->id), &t->pins);
	attempts_expect(unit, arena, ATTEMPTS_TRANSFER, id_span(&phone->account), &t->numbers);
	attempts_expect(unit, arena, ATTEMPTS_ACCOUNT, id_span(&phone->account), &t->failures);
}

void
app_tries_forget(struct unit *unit, struct arena *arena, const struct credential *phone, const struct app_tries *t)
{
	attempts_forget(unit, arena, ATTEMPTS_PIN, id_span(&phone->id), &t->pins);
	attempts_forget(unit, arena, ATTEMPTS_TRANSFER, id_span(&phone->account), &t->numbers);
}
