/* transaction/card/task_prove.c - what a card signed for a code: verified, and kept for the page that waits.
 *
 *     code -> task -> proved (proofing/prove.c) [-> certificate nobody's? -> its relatives] -> result kept, code gone
 */
#include <assert.h>

#include <openssl/crypto.h>

#include "codec/json_writer.h"
#include "jpki/explanation.h"
#include "person/proofing_record.h"
#include "transaction/card/code.h"
#include "transaction/card/task_row.h"
#include "transaction/proofing/facts.h"
#include "transaction/proofing/relatives.h"

#define FACTS_KEPT (16 * KIB)
#define ATTRIBUTES_LARGEST (256 * KIB) /* of a certificate of 64 KB, each of its characters escaped */

/* Kinds of which relatives are looked for: the certificates before this one, and those of the other medium. */
#define RELATIVE_KINDS 2

struct proving {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct card_task_proof asked;
	uint8_t code[32];
	struct ask ask;
	struct id id;
	struct card_task task;
	struct policy_snapshot *policies; /* whose dictionary facts are written for */
	const struct jpki_verified *verified;
	struct relatives_question questions[RELATIVE_KINDS];
	struct relatives found[RELATIVE_KINDS];
	size_t kind, question_count;
	bool relating;               /* questions[question_count - 1] is asked */
	struct problem why;
	on_card_task_proved *done;
	void *arg;
};

static void
drop_policies(struct proving *p)
{
	if (p->policies)
		policy_snapshot_unref(p->policies);
	p->policies = NULL;
}

static on_committed on_kept;

/* A source that was asked before who posted it hung up is paid for. */
static void
log_abandoned(struct proving *p)
{
	struct pending *commit;
	struct unit *unit;

	p->found[p->question_count - 1].charged = proofing_relatives_leave(p->settings->proofing, &p->waiting);
	unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));
	for (size_t i = 0; i < p->question_count; i++)
		proofing_relatives_log(unit, p->settings->proofing, &p->questions[i], &p->found[i]);
	commit = store_commit(p->store, unit, on_kept, p);
	pending_cancel(&commit);
}

static void
cancel_proving(struct pending *pending)
{
	struct proving *p = (struct proving *)pending;

	if (p->relating)
		log_abandoned(p);
	pending_cancel(&p->waiting);
	drop_policies(p);
}

static void
answer(struct proving *p, enum err err, const struct problem *why)
{
	p->waiting = NULL;
	drop_policies(p);
	p->done(p->arg, err, err == OK ? &p->task : NULL, err == OK ? NULL : why);
}

/* Load */

static on_loaded on_code_loaded, on_task_loaded, on_owner_loaded;
static on_proofing_proved on_challenge_proved;
static on_relatives on_related;

struct pending *
card_task_prove(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct card_task_proof *asked, on_card_task_proved *done, void *arg)
{
	struct proving *p = arena_new(arena, struct proving);
	bool readable;

	*p = (struct proving){ .pending = { cancel_proving }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	readable = settings->proofing && card_code_digest(asked->code, p->code);
	p->ask = (struct ask){ .table = &card_code_table, .from = span_of(p->code, sizeof(p->code)) };
	p->waiting = store_load(store, &p->ask, readable, on_code_loaded, p);
	return &p->pending;
}

static void
on_code_loaded(void *arg, enum err err, const struct problem *why)
{
	struct proving *p = arg;

	if (err == OK && (!p->ask.count || p->ask.rows[0].value.size != sizeof(p->id.bytes)))
		err = (why = &p->why, card_code_refuse(&p->why));
	if (err != OK) {
		answer(p, err, why);
		return;
	}
	memcpy(p->id.bytes, p->ask.rows[0].value.data, sizeof(p->id.bytes));
	p->ask = card_task_ask(&p->id);
	p->waiting = store_load(p->store, &p->ask, 1, on_task_loaded, p);
}

/* Prove */

static void
on_task_loaded(void *arg, enum err err, const struct problem *why)
{
	struct proving *p = arg;
	struct proofing_prove prove;

	if (err == OK)
		err = (why = &p->why, card_task_loaded(p->arena, &p->ask, NULL, &p->task, &p->why));
	if (err == ERR_NOT_FOUND || (err == OK && p->task.answered))
		err = (why = &p->why, card_code_refuse(&p->why));
	if (err != OK) {
		answer(p, err, why);
		return;
	}
	p->policies = policy_shelf_take(p->settings->shelf);
	prove = (struct proofing_prove){
		.challenge = p->task.challenge, .caller = span_text(CARD_TASK_CALLER), .member = p->settings->operator,
		.origin = p->settings->origin, .submission = p->asked.submission,
		.dictionary = p->policies ? p->policies->dictionary : NULL, .now = p->asked.now,
	};
	p->waiting = proofing_prove(p->store, p->arena, p->settings->proofing, &prove, on_challenge_proved, p);
}

/* Only what the text promised. What the certificate does not say is empty: who lives abroad has no address any more. */
static struct span
attributes_of(const struct proving *p, const struct proofing_outcome *o)
{
	static const char *const sexes[] = { [SEX_MALE] = "male", [SEX_FEMALE] = "female" };
	const struct jpki_attributes *a = &o->verified->attributes;
	struct buffer b = buffer_init(ATTRIBUTES_LARGEST);
	struct span wrapped = { 0 };
	char born[11];

	buffer_byte(&b, '{');
	if (o->attributes & PROOFING_NAME)
		json_write_member(&b, "name", a->name);
	if (o->attributes & PROOFING_BIRTHDATE)
		json_write_member(&b, "birthdate", span_text(jpki_birth_text(&a->born, born)));
	if (o->attributes & PROOFING_SEX)
		json_write_member(&b, "gender", span_text(sexes[a->sex]));
	if (o->attributes & PROOFING_ADDRESS)
		json_write_member(&b, "address", a->address);
	buffer_byte(&b, '}');
	assert(!b.overflowed);
	if (b.end - b.start > 2)
		wrapped = card_task_wrap(p->arena, p->settings, &p->id, buffer_span(&b));
	OPENSSL_cleanse(b.data, b.room);
	buffer_release(&b);
	return wrapped;
}

static struct span
facts_of(const struct proving *p, const struct jpki_verified *v)
{
	struct buffer b = buffer_init(FACTS_KEPT);
	struct span facts = { 0 };

	if (p->policies && p->policies->dictionary) {
		/* Who is not entitled gets no outcome at all. */
		proofing_facts_write(&b, p->policies->dictionary, v, true);
		assert(!b.overflowed); /* all of them are words of ours */
		facts = arena_copy(p->arena, buffer_span(&b));
	}
	buffer_release(&b);
	return facts;
}

static void
tell_failure(struct card_task *t, const struct jpki_verified *v)
{
	const struct examined *cause = examination_cause(&v->examination);
	struct jpki_words meaning;

	if (!cause)
		return;
	meaning = jpki_step_meaning(cause->step, cause->outcome);
	t->failed_step = span_text(cause->step);
	t->why_ja = span_text(meaning.ja);
	t->why_en = span_text(meaning.en);
}

static void relate(struct proving *);
static void keep(struct proving *);

static void
on_challenge_proved(void *arg, enum err err, const struct proofing_outcome *o, const struct problem *why)
{
	struct proving *p = arg;
	struct card_task *t = &p->task;
	const struct jpki_verified *v;

	if (err == ERR_NOT_FOUND)
		why = (card_code_refuse(&p->why), &p->why);
	if (err != OK) {
		answer(p, err, why);
		return;
	}
	p->verified = v = o->verified;
	t->answered = true;
	t->outcome = v->outcome;
	t->at = p->asked.now;
	t->ledger = o->id;
	t->terminal = p->asked.terminal;
	t->facts = facts_of(p, v);
	if (v->outcome != ESTABLISHED) {
		tell_failure(t, v);
		keep(p);
		return;
	}
	t->handle = o->handle;
	t->continuity = o->continuity;
	t->mobile = v->certificate.profile->medium == JPKI_PHONE;
	t->attributes = attributes_of(p, o);
	t->certificate = card_task_wrap(p->arena, p->settings, &p->id, v->certificate.x509.der);
	if (!t->continues.kind.purpose || t->continues.handle.size) {
		keep(p);
		return;
	}
	p->ask = account_certificate_ask(p->arena, t->handle);
	p->waiting = store_load(p->store, &p->ask, 1, on_owner_loaded, p);
}

/* Relatives */

static void
on_owner_loaded(void *arg, enum err err, const struct problem *why)
{
	struct proving *p = arg;

	if (err != OK)
		answer(p, err, why);
	else if (p->ask.count)
		keep(p);
	else
		relate(p);
}

static void
relate(struct proving *p)
{
	const enum jpki_medium own = p->verified->certificate.profile->medium;
	const struct linkage_kind kinds[RELATIVE_KINDS] = {
		{ p->task.purpose, own }, { p->task.purpose, own == JPKI_CARD ? JPKI_PHONE : JPKI_CARD },
	};

	p->relating = false;
	while (p->kind < RELATIVE_KINDS) {
		struct relatives_question *q = &p->questions[p->question_count];

		*q = (struct relatives_question){ .member = p->settings->operator,
			.relying_party = p->settings->relying_party, .operator = p->settings->operator,
			.verified = p->verified, .wanted = kinds[p->kind++], .now = p->asked.now };
		p->waiting = proofing_relatives(p->arena, p->settings->proofing, q, on_related, p);
		if (p->waiting) {
			p->question_count++;
			p->relating = true;
			return;
		}
	}
	keep(p);
}

static void
on_related(void *arg, const struct relatives *found)
{
	struct proving *p = arg;

	p->waiting = NULL;
	p->found[p->question_count - 1] = *found;
	relate(p);
}

/* Commit */

static struct span
handles_of(const struct proving *p)
{
	char *text = arena_take(p->arena, RELATIVE_KINDS * LINKED_LARGEST * PROOFING_HANDLE);
	size_t count = 0;

	for (size_t i = 0; i < p->question_count; i++)
		for (size_t n = 0; n < p->found[i].count; n++)
			memcpy(text + PROOFING_HANDLE * count++, p->found[i].handles[n].data, PROOFING_HANDLE);
	return span_of(text, count * PROOFING_HANDLE);
}

static void
keep(struct proving *p)
{
	struct unit *unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));

	p->relating = false;
	p->task.relatives = handles_of(p);
	p->task.until = instant_after(p->asked.now, p->settings->login_for);
	card_task_put(unit, &p->task, p->task.until);
	unit_delete(unit, &card_code_table, span_of(p->code, sizeof(p->code)));
	for (size_t i = 0; i < p->question_count; i++)
		proofing_relatives_log(unit, p->settings->proofing, &p->questions[i], &p->found[i]);
	p->waiting = store_commit(p->store, unit, on_kept, p);
}

static void
on_kept(void *arg, const struct committed *committed)
{
	struct proving *p = arg;

	if (committed->code == ERR_CONFLICT)
		card_code_refuse(&p->why);
	else if (committed->code != OK)
		problem_set(&p->why, committed->code, "", "what the card signed could not be kept: %s",
		    err_name(committed->code));
	answer(p, committed->code == ERR_CONFLICT ? ERR_NOT_FOUND : committed->code, &p->why);
}
