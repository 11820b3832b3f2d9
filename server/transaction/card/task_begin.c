/* transaction/card/task_begin.c - what a card is to sign: a challenge of the operator's own, and a code to reach it. */
#include "transaction/card/code.h"
#include "transaction/card/task_row.h"

struct beginning {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct card_task_begin asked;
	struct proofing_begin challenge;
	struct card_task task;
	struct card_task_begun begun;
	struct problem why;
	on_card_task_begun *done;
	void *arg;
};

static void
cancel_beginning(struct pending *pending)
{
	pending_cancel(&((struct beginning *)pending)->waiting);
}

static void
answer(struct beginning *b, enum err err, const struct problem *why)
{
	b->waiting = NULL;
	b->done(b->arg, err, err == OK ? &b->begun : NULL, err == OK ? NULL : why);
}

static on_proofing_begun on_challenge;
static on_committed on_kept;
static on_loaded on_nothing_loaded;

static void
ask_for_challenge(struct beginning *b)
{
	b->waiting = proofing_begin(b->store, b->arena, b->settings->proofing, &b->challenge, on_challenge, b);
}

struct pending *
card_task_begin(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct card_task_begin *asked, on_card_task_begun *done, void *arg)
{
	struct beginning *b = arena_new(arena, struct beginning);

	*b = (struct beginning){
		.pending = { cancel_beginning }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .challenge = {
			.caller = span_text(CARD_TASK_CALLER), .member = settings->operator,
			.relying_party = settings->relying_party, .origin = settings->origin, .what = asked->what,
			.what_en = asked->what_en,
			.purpose = asked->purpose, .continues = asked->continues, .now = asked->now,
		},
		.task = {
			.id = id_new(asked->now), .owner = asked->owner, .purpose = asked->purpose,
			.continues = asked->continues,
		},
		.done = done, .arg = arg,
	};
	if (settings->proofing)
		ask_for_challenge(b);
	else
		b->waiting = store_load(store, NULL, 0, on_nothing_loaded, b);
	return &b->pending;
}

static void
on_nothing_loaded(void *arg, enum err err, const struct problem *why)
{
	struct beginning *b = arg;

	if (err == OK)
		err = (why = &b->why, problem_set(&b->why, ERR_UNSUPPORTED, "",
		    "cards are not verified here: the configuration says nothing of JPKI"));
	answer(b, err, why);
}

static void
forget_earlier(const struct card_task_begin *asked, struct unit *unit)
{
	if (!id_given(&asked->instead))
		return;
	unit_delete(unit, &card_task_table, id_span(&asked->instead));
	unit_delete(unit, &card_code_table, span_of(asked->instead_code, sizeof(asked->instead_code)));
}

static void
on_challenge(void *arg, enum err err, const struct proofing_challenge *challenge, const struct problem *why)
{
	struct beginning *b = arg;
	struct unit *unit;

	/* Who may not have certificates linked goes on without. */
	if (err == ERR_DENIED && b->challenge.continues.kind.purpose) {
		b->challenge.continues = b->task.continues = (struct proofing_earlier){ 0 };
		ask_for_challenge(b);
		return;
	}
	if (err != OK) {
		answer(b, err, why);
		return;
	}
	card_code_new(b->begun.code);
	card_code_digest(span_text(b->begun.code), b->begun.code_digest);
	b->begun.id = b->task.id;
	b->begun.until = b->task.until = challenge->expires;
	b->task.challenge = challenge->id;
	unit = unit_new(b->arena, store_tables(b->store), id_new(b->challenge.now));
	card_task_put(unit, &b->task, b->task.until);
	unit_put_until(unit, &card_code_table, span_of(b->begun.code_digest, sizeof(b->begun.code_digest)),
	    id_span(&b->task.id), b->task.until);
	forget_earlier(&b->asked, unit);
	if (b->asked.remember)
		b->asked.remember(b->arg, unit, &b->begun);
	b->waiting = store_commit(b->store, unit, on_kept, b);
}

static void
on_kept(void *arg, const struct committed *committed)
{
	struct beginning *b = arg;

	if (committed->code != OK)
		problem_set(&b->why, committed->code, "", "what the card is to sign could not be kept: %s",
		    committed->code == ERR_CONFLICT ? "what it is for changed meanwhile" : err_name(committed->code));
	answer(b, committed->code, &b->why);
}
