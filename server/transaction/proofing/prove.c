/* transaction/proofing/prove.c - what came back for a challenge: verified, recorded, told. */
#include "transaction/proofing/proofing.h"

#include <assert.h>

#include "base/id.h"
#include "base/random.h"
#include "transaction/proofing/checks.h"
#include "transaction/proofing/continuity.h"
#include "transaction/proofing/entry.h"
#include "transaction/proofing/cost.h"
#include "transaction/proofing/facts.h"
#include "transaction/proofing/figures.h"
#include "transaction/proofing/log.h"
#include "transaction/proofing/party.h"

#define FACTS_KEPT (16 * KIB)

enum { ASK_CHALLENGE, ASK_PARTIES };
/* Operations of the unit that uses a challenge up. */
enum { USED_UP_EXPECTED, USED_UP_DELETED, USED_UP_END };

struct proving {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct proofing_settings *settings;
	struct proofing_prove asked;
	struct ask asks[ASK_PARTIES + PROOFING_PARTY_ASKS];
	size_t ask_count;
	struct proofing_challenge challenge;
	struct proofing_party party;
	bool verifying;              /* the challenge is used up, and a source is being asked */
	bool linking;                /* it is verified, and asked which certificates are the same person's */
	const struct jpki_verified *verified;
	struct continuing continuing;
	bool linkage_charged;        /* that was answered */
	struct proofing_outcome outcome;
	on_proofing_proved *done;
	void *arg;
};

static on_loaded on_challenge_loaded;
static on_committed on_used_up, on_recorded;
static on_jpki_verified on_verified;
static on_linkage on_linked;

static void
log_checks(const struct proving *p, struct unit *unit, const struct jpki_verified *v, enum outcome outcome)
{
	proofing_checks_log(unit, p->settings, &(struct proofing_check){
		.at = p->asked.now, .member = p->challenge.member, .relying_party = p->challenge.relying_party,
		.operator = p->party.entitlement.operator,
		.purpose = p->challenge.purpose,
		.medium = v->certificate.profile ? v->certificate.profile->medium : JPKI_NO_MEDIUM,
		.outcome = outcome, .status = v->revocation.status,
	}, &v->asked);
}

/* What was asked of who links certificates, if anybody was. */
static void
log_linkage(const struct proving *p, struct unit *unit, const struct jpki_verified *v, enum continuity continuity)
{
	struct proofing_check check;

	if (!p->linkage_charged)
		return;
	check = (struct proofing_check){
		.at = p->asked.now, .member = p->challenge.member, .relying_party = p->challenge.relying_party,
		.operator = p->party.entitlement.operator, .purpose = v->certificate.profile->purpose,
		.medium = v->certificate.profile->medium, .outcome = v->outcome,
		.source = span_text(p->settings->linkage->name), .charged = true, .further = true,
		.continuity = continuity,
	};
	cost_price(p->settings->costs, &check);
	proofing_check_log(unit, &check, p->settings->log_for);
}

/* An asker that hangs up while a source is asked has had it asked: that is in the log, and paid for. */
static void
log_abandoned(struct proving *p, const struct jpki_verified *v)
{
	struct pending *commit;
	struct unit *unit;

	if (!p->linkage_charged && (v->asked.count == 0 || !v->asked.asked[v->asked.decisive].fresh))
		return;
	unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));
	log_checks(p, unit, v, UNDETERMINED);
	log_linkage(p, unit, v, CONTINUITY_UNAVAILABLE);
	commit = store_commit(p->store, unit, on_recorded, p);
	pending_cancel(&commit);
}

static void
cancel_proving(struct pending *pending)
{
	struct proving *p = (struct proving *)pending;

	if (p->verifying)
		log_abandoned(p, jpki_verify_leave(&p->waiting));
	if (p->linking) {
		p->linkage_charged = p->settings->linkage->sent(p->waiting);
		proofing_count_linkage(p->settings->figures, CONTINUITY_UNAVAILABLE);
		pending_cancel(&p->waiting);
		log_abandoned(p, p->verified);
	}
	p->verifying = p->linking = false;
	pending_cancel(&p->waiting);
}

static void
answer(struct proving *p, enum err err, const struct problem *why)
{
	p->waiting = NULL;
	p->verifying = false;
	p->done(p->arg, err, err == OK ? &p->outcome : NULL, err == OK ? NULL : why);
}

/* Load */

struct pending *
proofing_prove(struct store *store, struct arena *arena, const struct proofing_settings *settings,
    const struct proofing_prove *asked, on_proofing_proved *done, void *arg)
{
	struct proving *p = arena_new(arena, struct proving);

	*p = (struct proving){ .pending = { cancel_proving }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	p->asks[ASK_CHALLENGE] = (struct ask){ .table = &proofing_challenge_table,
		.from = id_span(&p->asked.challenge) };
	p->ask_count = ASK_PARTIES + proofing_party_ask(&p->asks[ASK_PARTIES], asked->member, settings->operator);
	p->waiting = store_load(store, p->asks, p->ask_count, on_challenge_loaded, p);
	return &p->pending;
}

/* Decide */

/* Somebody else's, used, too late: who asks is told no more than that. */
static enum err
not_waiting(struct problem *why)
{
	return problem_set(why, ERR_NOT_FOUND, "",
	    "no challenge of yours with this id and origin waits: it may have been answered, or its time is over");
}

static enum err
find_challenge(struct proving *p, struct problem *why)
{
	const struct ask *asked = &p->asks[ASK_CHALLENGE];

	if (asked->count && !proofing_challenge_read(arena_copy(p->arena, asked->rows[0].value), &p->challenge))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the challenge's row in the store is of a form this build does not know");
	if (!asked->count || !span_equal(p->challenge.caller, p->asked.caller) ||
	    !span_equal(p->challenge.member, p->asked.member) || !span_equal(p->challenge.origin, p->asked.origin))
		return not_waiting(why);
	return OK;
}

static void
on_challenge_loaded(void *arg, enum err err, const struct problem *why)
{
	struct proving *p = arg;
	struct span key = p->asks[ASK_CHALLENGE].from;
	struct problem own;
	struct unit *unit;

	if (err == OK) {
		why = &own;
		err = find_challenge(p, &own);
	}
	if (err == OK)
		err = proofing_party_loaded(p->arena, &p->asks[ASK_PARTIES], p->ask_count - ASK_PARTIES,
		    p->challenge.relying_party, p->challenge.purpose, p->asked.now, &p->party, &own);
	if (err == OK)
		err = proofing_party_links(&p->party, p->challenge.purpose, &p->challenge.continues, &own);
	/* What waited when proofing ended does not wait for its return. */
	if (err == OK && p->party.end.resumed.us && !instant_before(p->party.end.resumed, p->challenge.made))
		err = not_waiting(&own);
	if (err != OK) {
		answer(p, err, why);
		return;
	}
	unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));
	unit_expect(unit, &proofing_challenge_table, key, p->asks[ASK_CHALLENGE].rows[0].generation);
	unit_delete(unit, &proofing_challenge_table, key);
	proofing_end_expect(unit, &p->party.end);
	p->waiting = store_commit(p->store, unit, on_used_up, p);
}

/* Verify */

static void
on_used_up(void *arg, const struct committed *committed)
{
	struct proving *p = arg;
	struct jpki_submission submission = p->asked.submission;
	struct problem why;

	if (committed->code != OK) {
		if (committed->code == ERR_CONFLICT && committed->operation >= USED_UP_END)
			problem_set(&why, ERR_UNAVAILABLE, "",
			    "proofing was ended or resumed while this was on its way: the challenge waits as before");
		else if (committed->code == ERR_CONFLICT)
			not_waiting(&why);
		else
			problem_set(&why, committed->code, "", "the challenge could not be used up: %s",
			    err_name(committed->code));
		answer(p, why.code, &why);
		return;
	}
	submission.purpose = p->challenge.purpose;
	submission.content = p->challenge.text;
	submission.party = p->challenge.relying_party;
	p->verifying = true;
	p->waiting = jpki_verify(p->settings->verifier, p->arena, &submission, p->asked.now, on_verified, p);
}

/* What was promised, and is still the record's to ask for. */
static unsigned
told_attributes(const struct proving *p, const struct jpki_verified *v)
{
	return v->outcome == ESTABLISHED ? p->challenge.attributes & p->party.attributes : 0;
}

/* Commit */

static struct span
facts_of(const struct proving *p, const struct jpki_verified *v)
{
	struct buffer b = buffer_init(FACTS_KEPT);
	struct span facts = { 0 };

	if (p->asked.dictionary) {
		proofing_facts_write(&b, p->asked.dictionary, v, p->party.entitlement.entitled);
		assert(!b.overflowed); /* all of them are words of ours */
		facts = arena_copy(p->arena, buffer_span(&b));
	}
	buffer_release(&b);
	return facts;
}

/* Outcome, log and ledger entry: one with another or not at all. */
static struct unit *
record(struct proving *p, const struct jpki_verified *v)
{
	struct unit *unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));
	struct ledger_entry entry = { .kind = LEDGER_PROOFING, .party = p->challenge.member };
	struct buffer content = buffer_init(LEDGER_ENTRY_LARGEST);
	struct span facts = facts_of(p, v);

	if (facts.size)
		proofing_kept_put(unit, &p->outcome.id, &(struct proofing_kept){
			.member = p->challenge.member, .at = p->asked.now, .facts = facts,
			.world = v->certificate.profile ? v->certificate.profile->world : JPKI_NO_WORLD,
		}, instant_after(p->asked.now, p->settings->outcome_for));
	log_checks(p, unit, v, v->outcome);
	log_linkage(p, unit, v, p->outcome.continuity);
	random_bytes(entry.salt, sizeof(entry.salt));
	memcpy(p->outcome.salt, entry.salt, sizeof(entry.salt));
	proofing_entry_write(&content, p->arena, &(struct proofing_entry){
		.at = p->asked.now, .challenge = &p->challenge, .entitlement = &p->party.entitlement,
		.outcome = &p->outcome, .relation = p->outcome.continuity ? continuity_relation(&p->continuing) : 0,
		.linkage = p->linkage_charged ? p->settings->linkage->name : NULL, .facts = facts,
	});
	assert(!content.overflowed); /* a cut one would be no entry: names, facts and steps are bounded */
	entry.content = buffer_span(&content);
	p->outcome.commitment = ledger_append(unit, p->outcome.id, &entry);
	buffer_release(&content);
	return unit;
}

static void
commit(struct proving *p)
{
	p->waiting = store_commit(p->store, record(p, p->verified), on_recorded, p);
}

static void
on_verified(void *arg, const struct jpki_verified *v)
{
	struct proving *p = arg;
	const struct x509 *certificate = &v->certificate.x509;
	struct linkage_question question = { &v->certificate, p->challenge.continues.kind, p->asked.now };

	p->verifying = false;
	p->verified = v;
	p->continuing = (struct continuing){ p->arena, p->settings, p->challenge.member, &p->challenge.continues,
		&v->certificate };
	p->outcome = (struct proofing_outcome){
		.id = id_new(p->asked.now), .purpose = p->challenge.purpose, .verified = v,
		.attributes = told_attributes(p, v), .reference = p->challenge.reference,
	};
	if (v->outcome == ESTABLISHED)
		p->outcome.handle = proofing_handle(&p->continuing, certificate->issuer, certificate->serial);
	if (v->outcome != ESTABLISHED || p->challenge.continues.handle.size == 0) {
		commit(p);
		return;
	}
	p->outcome.continuity = continuity_at_once(&p->continuing, p->outcome.handle);
	p->linking = p->outcome.continuity == CONTINUITY_NOT_ASKED;
	if (p->linking)
		p->waiting = p->settings->linkage->ask(p->settings->linkage, &question, on_linked, p);
	else
		commit(p);
}

static void
on_linked(void *arg, const struct linkage_answer *answer)
{
	struct proving *p = arg;

	p->linking = false;
	p->linkage_charged = answer->answered;
	p->outcome.continuity = continuity_judge(&p->continuing, answer);
	proofing_count_linkage(p->settings->figures, p->outcome.continuity);
	commit(p);
}

static void
on_recorded(void *arg, const struct committed *committed)
{
	struct proving *p = arg;
	struct problem why;

	if (committed->code != OK)
		problem_set(&why, committed->code, "", "the outcome could not be recorded, so there is none: %s",
		    err_name(committed->code));
	else
		proofing_count_proof(p->settings->figures, p->outcome.purpose, p->outcome.verified->outcome);
	answer(p, committed->code, &why);
}
