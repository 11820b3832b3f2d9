/* transaction/desk/complete.c - a case is completed: account, proofing, attributes, index, notices, in one unit.
 *
 *     case -> account, attributes, who looks so now -> what it looked like before, who came -> decided -> committed
 */
#include "transaction/desk/desk.h"

#include <assert.h>

#include "base/log.h"
#include "transaction/desk/entry.h"
#include "transaction/desk/facts.h"
#include "transaction/desk/likeness.h"
#include "transaction/taking/taking.h"

#define WORDS_LARGEST (8 * KIB)

enum { ASK_ACCOUNT, ASK_ATTRIBUTES, ASK_LIKENESS, ASK_RECORDS, ASK_KNOWN };
enum { ASK_BEFORE, ASK_AFTER, ASK_SIMILAR };

struct completing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct desk_complete asked;
	struct ask asks[ASK_SIMILAR + LIKENESS_ACCOUNTS];
	size_t ask_count;
	struct desk_result result;
	struct desk_application application;
	struct account account;
	bool is_new;
	struct attributes known;
	enum proofing_strength strength; /* of the best evidence for what is known */
	struct proofed_attribute told[DESK_PROOFED];
	size_t told_count;
	struct attribute_change changes[ATTRIBUTES_LARGEST];
	size_t change_count;
	struct attributes taken;     /* with what is told */
	struct likeness likeness, before, after; /* of the application, of `known`, of `taken` */
	bool before_known;           /* it looked otherwise */
	struct proofing_record record;
	const char *actor;           /* "registrar:NUMBER" */
	struct span facts;
	struct unit *unit;
	struct taking taking;
	struct taking_told told_over; /* what is told, beside what is known */
	bool refused;                /* what was committed is that there is more to settle */
	struct problem why;
	on_desk *done;
	void *arg;
};

static on_loaded on_case_loaded, on_known_loaded, on_similar_loaded;
static on_committed on_completed;

static void
cancel_completing(struct pending *pending)
{
	pending_cancel(&((struct completing *)pending)->waiting);
}

static void
answer(struct completing *c, enum err err, const struct problem *why)
{
	c->waiting = NULL;
	c->done(c->arg, err, err == OK ? &c->result : NULL, err == OK ? NULL : why);
}

/* Load */

struct pending *
desk_complete(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct desk_complete *asked, on_desk *done, void *arg)
{
	struct completing *c = arena_new(arena, struct completing);

	*c = (struct completing){ .pending = { cancel_completing }, .store = store, .arena = arena,
		.settings = settings, .asked = *asked, .done = done, .arg = arg };
	c->actor = arena_print(arena, "registrar:%s", asked->registrar->number);
	c->asks[0] = desk_case_ask(&c->asked.of);
	c->waiting = store_load(store, c->asks, 1, on_case_loaded, c);
	return &c->pending;
}

static void
on_case_loaded(void *arg, enum err err, const struct problem *why)
{
	struct completing *c = arg;
	struct desk_case *at_desk = &c->result.at_desk;

	if (err == OK)
		err = (why = &c->why,
		    desk_case_loaded(c->arena, c->asks[0].count ? &c->asks[0].rows[0] : NULL, at_desk, &c->why));
	if (err == OK)
		err = desk_case_completable(at_desk, c->asked.registrar, &c->why);
	if (err == OK)
		err = desk_application_unwrap(c->arena, &c->settings->wrapping, at_desk, &c->application, &c->why);
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	c->is_new = *at_desk->number == 0;
	desk_likeness(&c->settings->wrapping, &c->application, &c->likeness);
	c->asks[ASK_ACCOUNT] = account_ask(&at_desk->account);
	c->asks[ASK_ATTRIBUTES] = attributes_ask(&at_desk->account);
	c->asks[ASK_LIKENESS] = likeness_ask(&c->likeness);
	c->asks[ASK_RECORDS] = proofing_record_ask(c->arena, &at_desk->account);
	c->waiting = store_load(c->store, c->asks, ASK_KNOWN, on_known_loaded, c);
}

/* By which proofing an attribute was told. One that is too long ago to be looked at may have been as good as any. */
static enum proofing_strength
strength_of(const struct attribute *a, const struct proofing_record *records, size_t count)
{
	if (a->source == ATTRIBUTE_SELF_STATED)
		return PROOFING_OF_NO_STRENGTH;
	for (size_t i = 0; i < count; i++)
		if (id_equal(&records[i].id, &a->record))
			return records[i].strength;
	return PROOFING_VALIDATED;
}

/* What is known of the account, how well, and what of it would change. */
static enum err
compare(struct completing *c, struct problem *why)
{
	struct proofing_record *records;
	size_t count;

	if (attributes_loaded(c->arena, &c->asks[ASK_ATTRIBUTES], &c->known, why) != OK ||
	    proofing_records_loaded(c->arena, &c->asks[ASK_RECORDS], &records, &count, why) != OK ||
	    desk_account_check(&c->account, &c->known, &c->application, why) != OK)
		return why->code;
	for (size_t i = 0; i < c->known.count; i++) {
		enum proofing_strength this = strength_of(&c->known.list[i], records, count);

		c->strength = this > c->strength ? this : c->strength;
	}
	return OK;
}

/* What it is known by now, and so was found by. */
static enum err
take_known(struct completing *c, struct problem *why)
{
	bool looks;

	if (c->is_new)
		c->account = account_new(c->asked.now);
	else if (account_loaded(c->arena, &c->asks[ASK_ACCOUNT], &c->account, why) == ERR_NOT_FOUND)
		return problem_set(why, ERR_CONFLICT, "", "the account %s was erased meanwhile: withdraw the case",
		    c->result.at_desk.number);
	else if (why->code != OK)
		return why->code;
	if (likeness_loaded(&c->asks[ASK_LIKENESS], &c->likeness, why) != OK)
		return why->code;
	if (!c->is_new && compare(c, why) != OK)
		return why->code;
	c->told_count = desk_told(&c->application, &c->known, c->told);
	c->change_count = attribute_changes(&c->known, c->told, c->told_count, c->changes);
	c->taken = c->known;
	c->record.id = id_new(c->asked.now);
	attributes_take(&c->taken, c->told, c->told_count, ATTRIBUTE_FROM_DESK, &c->record.id, c->asked.now);
	looks = likeness_of(&c->settings->wrapping, &c->taken, &c->after);
	assert(looks); /* the application was checked */
	(void)looks;
	c->before_known = likeness_remembered(&c->known, &c->before) &&
	    memcmp(c->before.key, c->after.key, sizeof(c->before.key)) != 0;
	return OK;
}

static void
on_known_loaded(void *arg, enum err err, const struct problem *why)
{
	struct completing *c = arg;

	if (err == OK)
		err = (why = &c->why, take_known(c, &c->why));
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	c->asks[ASK_BEFORE] = likeness_ask(c->before_known ? &c->before : &c->after);
	c->asks[ASK_AFTER] = likeness_ask(&c->after);
	c->ask_count = ASK_SIMILAR + desk_similar_ask(&c->likeness, &c->result.at_desk, &c->asks[ASK_SIMILAR]);
	c->waiting = store_load(c->store, c->asks, c->ask_count, on_similar_loaded, c);
}

/* Commit */

static void
begin_taking(struct completing *c)
{
	c->taking = (struct taking){ .unit = c->unit, .arena = c->arena, .account = &c->account, .is_new = c->is_new,
		.actor = span_text(c->actor), .now = c->asked.now };
	c->told_over = (struct taking_told){ .known = &c->known, .taken = &c->taken, .changes = c->changes,
		.change_count = c->change_count, .likeness = &c->after, .before = c->before_known ? &c->before : NULL };
}

static bool
is_reached(const struct account *a)
{
	for (size_t i = 0; i < a->contact_count; i++)
		if (a->contacts[i].confirmed.us)
			return true;
	return false;
}

static bool
is_weaker(const struct completing *c)
{
	return desk_evidence_strength(&c->result.at_desk.evidence) < c->strength;
}

static enum proofing_bearing
bearing_of(const struct completing *c)
{
	if (!taking_replaces(&c->told_over))
		return PROOFING_AGREES;
	return is_weaker(c) ? PROOFING_APART : PROOFING_REPLACES;
}

static void
put_record(struct completing *c, const struct dictionary *dictionary, const struct id *entry)
{
	const struct desk_case *at_desk = &c->result.at_desk;
	const char *second = at_desk->registrars[1].number;
	struct buffer facts = buffer_init(WORDS_LARGEST), words = buffer_init(WORDS_LARGEST);

	desk_facts_write(&facts, dictionary, &(struct desk_stated){ .evidence = &at_desk->evidence,
		.registrars = *second ? 2 : 1, .named = c->application.name.size > 0,
		.notice = is_reached(&c->account) });
	desk_evidence_words(&words, &at_desk->evidence);
	assert(!facts.overflowed && !words.overflowed);
	c->facts = arena_copy(c->arena, buffer_span(&facts));
	c->record = (struct proofing_record){ .id = c->record.id, .method = PROOFING_AT_DESK,
		.strength = desk_evidence_strength(&at_desk->evidence), .bearing = bearing_of(c),
		.at = c->asked.now, .by = { span_text(at_desk->registrars[0].number), span_text(second) },
		.evidence = arena_copy(c->arena, buffer_span(&words)), .ledger = *entry, .facts = c->facts };
	buffer_release(&facts);
	buffer_release(&words);
	taking_record(&c->taking, &c->record);
}

static enum err
complete(struct completing *c, const struct dictionary *dictionary, struct problem *why)
{
	struct desk_case *at_desk = &c->result.at_desk;
	struct id entry = id_new(c->asked.now);

	begin_taking(c);
	taking_account(&c->taking);
	put_record(c, dictionary, &entry);
	c->result.kept = c->record.bearing == PROOFING_APART;
	if (is_weaker(c)) {
		/* What stronger evidence showed stays as it was, agreed or not. */
		unit_expect(c->unit, &attribute_table, id_span(&c->account.id), c->known.generation);
	} else if (taking_attributes(&c->taking, &c->told_over, why) != OK) {
		return why->code;
	}
	taking_tell(&c->taking);
	desk_case_complete(at_desk, &c->account, &c->record.id, c->asked.now);
	desk_case_put(c->unit, at_desk);
	c->result.code = desk_handover_put(c->unit, &c->account.id, &c->record.id, c->asked.now);
	desk_entry_append(c->unit, &entry, &(struct desk_entry){ .at_desk = at_desk, .happened = "completed",
		.registrar = c->asked.registrar, .facts = c->facts, .now = c->asked.now });
	return OK;
}

/* Whoever came since the case was opened is a question for the registrar first. */
static void
keep_similar(struct completing *c)
{
	problem_set(&c->why, ERR_CONFLICT, "", "accounts that are similar have come since: say first whether they are "
	    "the same person's");
	c->refused = true;
	desk_case_put(c->unit, &c->result.at_desk);
}

static void
on_similar_loaded(void *arg, enum err err, const struct problem *why)
{
	struct completing *c = arg;
	struct policy_snapshot *snapshot = NULL;
	size_t similar = 0;

	if (err == OK && c->before_known)
		err = (why = &c->why, likeness_loaded(&c->asks[ASK_BEFORE], &c->before, &c->why));
	if (err == OK)
		err = (why = &c->why, likeness_loaded(&c->asks[ASK_AFTER], &c->after, &c->why));
	if (err == OK)
		err = (why = &c->why, desk_similar_loaded(c->arena, &c->asks[ASK_SIMILAR], c->ask_count - ASK_SIMILAR,
		    &c->result.at_desk, &similar, &c->why));
	if (err == OK && (!(snapshot = policy_shelf_take(c->settings->shelf)) || !snapshot->dictionary))
		err = (why = &c->why, problem_set(&c->why, ERR_UNAVAILABLE, "",
		    "no dictionary of facts is in force: nothing could be said of this proofing"));
	c->unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));
	if (err == OK && similar)
		keep_similar(c);
	else if (err == OK)
		err = (why = &c->why, complete(c, snapshot->dictionary, &c->why));
	policy_snapshot_unref(snapshot);
	if (err != OK)
		answer(c, err, why);
	else
		c->waiting = store_commit(c->store, c->unit, on_completed, c);
}

static void
on_completed(void *arg, const struct committed *committed)
{
	struct completing *c = arg;
	char id[LEDGER_ID_TEXT], record[LEDGER_ID_TEXT];

	if (committed->code == ERR_CONFLICT)
		problem_set(&c->why, ERR_CONFLICT, "", "something of it changed meanwhile: look again");
	else if (committed->code != OK)
		problem_set(&c->why, committed->code, "", "the case could not be completed: %s",
		    err_name(committed->code));
	else if (!c->refused)
		log_info("desk.completed", "case=%s record=%s registrars=%d new=%d",
		    ledger_id_text(&c->result.at_desk.id, id), ledger_id_text(&c->record.id, record),
		    *c->result.at_desk.registrars[1].number ? 2 : 1, c->is_new);
	answer(c, committed->code != OK ? committed->code : c->refused ? c->why.code : OK, &c->why);
}
