/* transaction/card/task_text.c - what a card client is shown for a code: the text that is to be signed. */
#include "transaction/card/code.h"
#include "transaction/card/task_row.h"

struct reading {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct instant now;
	uint8_t code[32];
	struct id task;
	struct card_task found;
	struct ask ask;
	struct proofing_challenge challenge;
	struct problem why;
	on_card_task_text *done;
	void *arg;
};

static void
cancel_reading(struct pending *pending)
{
	pending_cancel(&((struct reading *)pending)->waiting);
}

static void
answer(struct reading *r, enum err err, const struct problem *why)
{
	r->waiting = NULL;
	r->done(r->arg, err, err == OK ? &r->challenge : NULL, err == OK ? NULL : why);
}

static on_loaded on_code_loaded, on_task_loaded, on_challenge_loaded;

struct pending *
card_task_text(struct store *store, struct arena *arena, const struct person_settings *settings, struct span code,
    struct instant now, on_card_task_text *done, void *arg)
{
	struct reading *r = arena_new(arena, struct reading);
	bool readable;

	(void)settings;
	*r = (struct reading){ .pending = { cancel_reading }, .store = store, .arena = arena, .now = now, .done = done,
		.arg = arg };
	readable = card_code_digest(code, r->code);
	r->ask = (struct ask){ .table = &card_code_table, .from = span_of(r->code, sizeof(r->code)) };
	r->waiting = store_load(store, &r->ask, readable, on_code_loaded, r);
	return &r->pending;
}

static void
on_code_loaded(void *arg, enum err err, const struct problem *why)
{
	struct reading *r = arg;

	if (err == OK && (!r->ask.count || r->ask.rows[0].value.size != sizeof(r->task.bytes)))
		err = (why = &r->why, card_code_refuse(&r->why));
	if (err != OK) {
		answer(r, err, why);
		return;
	}
	memcpy(r->task.bytes, r->ask.rows[0].value.data, sizeof(r->task.bytes));
	r->ask = card_task_ask(&r->task);
	r->waiting = store_load(r->store, &r->ask, 1, on_task_loaded, r);
}

static void
on_task_loaded(void *arg, enum err err, const struct problem *why)
{
	struct reading *r = arg;

	if (err == OK)
		err = (why = &r->why, card_task_loaded(r->arena, &r->ask, NULL, &r->found, &r->why));
	if (err == ERR_NOT_FOUND || (err == OK && r->found.answered))
		err = (why = &r->why, card_code_refuse(&r->why));
	if (err != OK) {
		answer(r, err, why);
		return;
	}
	r->ask = (struct ask){ .table = &proofing_challenge_table, .from = id_span(&r->found.challenge) };
	r->waiting = store_load(r->store, &r->ask, 1, on_challenge_loaded, r);
}

static void
on_challenge_loaded(void *arg, enum err err, const struct problem *why)
{
	struct reading *r = arg;

	if (err == OK && !r->ask.count)
		err = (why = &r->why, card_code_refuse(&r->why));
	else if (err == OK && !proofing_challenge_read(arena_copy(r->arena, r->ask.rows[0].value), &r->challenge))
		err = (why = &r->why, problem_set(&r->why, ERR_UNAVAILABLE, "",
		    "the challenge's row in the store is of a form this build does not know"));
	answer(r, err, why);
}
