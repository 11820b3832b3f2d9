/* transaction/account/person_order.c - what operators do with one person's account. */
#include "transaction/account/person_order.h"

#include "registry/journal.h"
#include "transaction/account/numbered.h"
#include "transaction/account/person_agreement.h"
#include "transaction/authenticator/credential_change.h"

enum { ASK_ACCOUNT, ASK_RECORDS, ASK_CREDENTIALS, ASK_ONE, ASK_AGREEMENT, ASKS };

struct ordering {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct person_order asked;
	struct ask asks[ASKS];
	size_t name_count;
	struct id of;
	struct credential one;
	struct credential_change change;
	struct agreement agreement;
	struct person_report report;
	struct problem why;
	on_person_order *done;
	void *arg;
};

static on_loaded on_name_loaded, on_account_loaded;
static on_committed on_ordered;

static void
cancel_ordering(struct pending *pending)
{
	pending_cancel(&((struct ordering *)pending)->waiting);
}

static void
answer(struct ordering *o, enum err err, const struct problem *why)
{
	o->waiting = NULL;
	o->done(o->arg, err, err == OK ? &o->report : NULL, err == OK ? NULL : why);
}

enum person_action
person_action_read(struct span word)
{
	static const char *const words[] = {
		[PERSON_GRANT] = "grant",
		[PERSON_WITHDRAW_STAFF] = "withdraw",
		[PERSON_SUSPEND] = "suspend",
		[PERSON_REVOKE] = "revoke",
	};

	for (size_t i = PERSON_GRANT; i < COUNT(words); i++)
		if (span_is(word, words[i]))
			return (enum person_action)i;
	return PERSON_NO_ACTION;
}

/* Load */

struct pending *
person_order(struct store *store, struct arena *arena, const struct person_order *asked, on_person_order *done,
    void *arg)
{
	struct ordering *o = arena_new(arena, struct ordering);

	*o = (struct ordering){ .pending = { cancel_ordering }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	o->name_count = numbered_ask(arena, asked->number, &o->asks[0]);
	o->waiting = store_load(store, o->asks, o->name_count, on_name_loaded, o);
	return &o->pending;
}

static void
on_name_loaded(void *arg, enum err err, const struct problem *why)
{
	struct ordering *o = arg;

	if (err == OK)
		err = (why = &o->why, numbered_loaded(&o->asks[0], o->name_count, &o->of, &o->why));
	if (err != OK) {
		answer(o, err, why);
		return;
	}
	o->asks[ASK_ACCOUNT] = account_ask(&o->of);
	o->asks[ASK_RECORDS] = proofing_record_ask(o->arena, &o->of);
	o->asks[ASK_CREDENTIALS] = credentials_ask(o->arena, &o->of, PERSON_CREDENTIALS);
	o->asks[ASK_ONE] = credential_ask(o->arena, &o->of, &o->asked.credential);
	o->asks[ASK_AGREEMENT] = person_agreement_ask(person_agreement_key(o->arena, &o->of, o->asked.role));
	o->waiting = store_load(o->store, o->asks, ASKS, on_account_loaded, o);
}

static enum err
take_loaded(struct ordering *o, struct problem *why)
{
	struct person_report *r = &o->report;
	const struct ask *credentials = &o->asks[ASK_CREDENTIALS];

	if (account_loaded(o->arena, &o->asks[ASK_ACCOUNT], &r->account, why) == ERR_NOT_FOUND)
		return numbered_gone(why);
	if (why->code != OK || proofing_records_loaded(o->arena, &o->asks[ASK_RECORDS], &r->records, &r->record_count,
	    why) != OK)
		return why->code;
	r->credentials = arena_array(o->arena, struct credential, credentials->count);
	for (size_t i = 0; i < credentials->count; i++)
		if (credential_loaded(o->arena, &credentials->rows[i], &r->credentials[i], why) != OK)
			return why->code;
	r->credential_count = credentials->count;
	r->more = credentials->more;
	return OK;
}

/* Decide: each leaves what it changed in the unit. */

static void
put_staff(struct ordering *o, struct unit *unit, const char *step)
{
	account_put(unit, o->arena, &o->report.account);
	unit_delete(unit, &person_agreement_table, o->asks[ASK_AGREEMENT].from);
	journal_staff(unit, &(struct staff_news){ .actor = o->asked.by.actor, .approvers = o->agreement.approvers,
		.account = span_text(o->report.account.number), .role = span_text(staff_role_name(o->asked.role)),
		.step = step }, o->asked.now);
	o->report.changed = true;
}

/* Each operator says the same; nobody proposed it, so each counts. */
static enum err
grant(struct ordering *o, struct unit *unit, struct problem *why)
{
	const struct quorum *quorum = &o->asked.by.quorum;
	const struct ask *ask = &o->asks[ASK_AGREEMENT];
	struct account *a = &o->report.account;

	o->report.needed = quorum_needed(quorum);
	if (a->staff & o->asked.role)
		return OK;
	if (a->standing != ACCOUNT_FULL)
		return problem_set(why, ERR_CONFLICT, "", "the account is %s: nobody has proofed whose it is, so it is "
		    "made no staff's", account_standing_name(a->standing));
	if (person_agreement_loaded(o->arena, ask, &o->agreement, why) != OK ||
	    person_agree(o->arena, &o->agreement, &o->asked.by, why) != OK)
		return why->code;
	o->report.had = agreement_had(&o->agreement, quorum);
	o->report.waits = !agreement_whole(&o->agreement, quorum);
	if (o->report.waits) {
		person_agreement_put(unit, ask, &o->agreement, o->asked.now);
		return OK;
	}
	unit_expect(unit, ask->table, ask->from, ask->count ? ask->rows[0].generation : 0);
	a->staff |= o->asked.role;
	put_staff(o, unit, "granted");
	return OK;
}

static enum err
withdraw(struct ordering *o, struct unit *unit, struct problem *why)
{
	(void)why;
	if (!(o->report.account.staff & o->asked.role))
		return OK;
	o->report.account.staff &= ~o->asked.role;
	put_staff(o, unit, "withdrawn");
	return OK;
}

/* As the ledger's entry has it: a word of ours (schemas/credential-entry.schema.json). */
static bool
is_reason(struct span s)
{
	if (s.size == 0 || s.size > PERSON_REASON_LARGEST || s.data[0] < 'a' || s.data[0] > 'z')
		return false;
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] != '-' && (s.data[i] < 'a' || s.data[i] > 'z'))
			return false;
	return true;
}

static enum err
step(struct ordering *o, struct unit *unit, enum credential_step step, struct problem *why)
{
	const struct ask *ask = &o->asks[ASK_ONE];
	const struct credential_because because = { .actor = span_text("operator"), .reason = o->asked.reason,
		.now = o->asked.now };

	if (!is_reason(o->asked.reason))
		return problem_set(why, ERR_INVALID, "", "/reason: expected a word of a-z and - such as lost, of at "
		    "most %d", PERSON_REASON_LARGEST);
	if (credential_loaded(o->arena, ask->count ? &ask->rows[0] : NULL, &o->one, why) != OK ||
	    credential_take(&o->one, step, &because, &o->report.changed, why) != OK)
		return why->code;
	if (!o->report.changed)
		return OK;
	o->change = (struct credential_change){ .account = &o->report.account, .credential = &o->one,
		.event = CREDENTIAL_STEPPED, .now = o->asked.now };
	credential_change_put(unit, o->arena, &o->change);
	for (size_t i = 0; i < o->report.credential_count; i++)
		if (id_equal(&o->report.credentials[i].id, &o->one.id))
			o->report.credentials[i] = o->one;
	return OK;
}

static enum err
decide(struct ordering *o, struct unit *unit, struct problem *why)
{
	switch (o->asked.action) {
	case PERSON_GRANT:
		return grant(o, unit, why);
	case PERSON_WITHDRAW_STAFF:
		return withdraw(o, unit, why);
	case PERSON_SUSPEND:
		return step(o, unit, CREDENTIAL_SUSPEND, why);
	case PERSON_REVOKE:
		return step(o, unit, CREDENTIAL_REVOKE, why);
	default:
		return OK;
	}
}

static void
on_account_loaded(void *arg, enum err err, const struct problem *why)
{
	struct ordering *o = arg;
	struct unit *unit = unit_new(o->arena, store_tables(o->store), id_new(o->asked.now));

	if (err == OK)
		err = (why = &o->why, take_loaded(o, &o->why));
	if (err == OK)
		err = decide(o, unit, &o->why);
	if (err != OK || (!o->report.changed && !o->report.waits))
		answer(o, err, why);
	else
		o->waiting = store_commit(o->store, unit, on_ordered, o);
}

static void
on_ordered(void *arg, const struct committed *committed)
{
	struct ordering *o = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&o->why, ERR_CONFLICT, "", "the account changed meanwhile: look at it again");
	else if (committed->code != OK)
		problem_set(&o->why, committed->code, "", "it could not be recorded, so nothing was done: %s",
		    err_name(committed->code));
	else if (o->change.credential)
		credential_change_log(&o->change);
	answer(o, committed->code, &o->why);
}
