/* transaction/phone/pairing_code.c - whose code it is that a phone comes with. */
#include "transaction/phone/pairing_code.h"

#include <openssl/crypto.h>

struct looking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct pairing_looking asked;
	uint8_t code[32];
	bool is_code;                /* it has the form of one */
	struct ask ask;
	struct id owner;
	struct pairing_found found;
	struct problem why;
	on_pairing_found *done;
	void *arg;
};

static void
cancel_looking(struct pending *pending)
{
	pending_cancel(&((struct looking *)pending)->waiting);
}

static void
answer(struct looking *l, enum err err, const struct problem *why)
{
	l->waiting = NULL;
	l->done(l->arg, err, &l->found, err == OK ? NULL : why);
}

enum err
pairing_none(struct problem *why)
{
	return problem_set(why, ERR_NOT_FOUND, "",
	    "no such pairing code waits: it may have been used, replaced by a newer one, or its time is over");
}

struct app_message
pairing_message(struct arena *arena, const struct person_settings *settings, struct span code, struct span key_text)
{
	struct app_message m = { .word = "pair", .count = 3 };
	uint8_t *lower = arena_take(arena, code.size + 1);

	for (size_t i = 0; i < code.size; i++)
		lower[i] = code.data[i] >= 'A' && code.data[i] <= 'Z' ? (uint8_t)(code.data[i] + ('a' - 'A'))
		                                                      : code.data[i];
	m.parts[0] = settings->origin;
	m.parts[1] = span_of(lower, code.size);
	m.parts[2] = key_text;
	return m;
}

static on_loaded on_code_loaded, on_pairing_loaded;
static on_session on_session_found;

struct pending *
pairing_find(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct pairing_looking *asked, on_pairing_found *done, void *arg)
{
	struct looking *l = arena_new(arena, struct looking);

	*l = (struct looking){ .pending = { cancel_looking }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	l->is_code = card_code_digest(asked->code, l->code);
	l->ask = (struct ask){ .table = &pairing_code_table, .from = span_of(l->code, sizeof(l->code)) };
	l->waiting = store_load(store, &l->ask, 1, on_code_loaded, l);
	return &l->pending;
}

static enum err
look_at_code(struct looking *l)
{
	const struct ask *asked = &l->ask;

	if (!l->is_code || !asked->count)
		return pairing_none(&l->why);
	if (asked->rows[0].value.size != sizeof(l->owner.bytes))
		return problem_set(&l->why, ERR_UNAVAILABLE, "",
		    "a pairing code's row in the store is of a form this build does not know");
	memcpy(l->owner.bytes, asked->rows[0].value.data, sizeof(l->owner.bytes));
	return OK;
}

static void
on_code_loaded(void *arg, enum err err, const struct problem *why)
{
	struct looking *l = arg;

	if (err == OK)
		err = (why = &l->why, look_at_code(l));
	if (err != OK) {
		answer(l, err, why);
		return;
	}
	l->ask = pairing_ask(&l->owner);
	l->waiting = store_load(l->store, &l->ask, 1, on_pairing_loaded, l);
}

static void
on_pairing_loaded(void *arg, enum err err, const struct problem *why)
{
	struct looking *l = arg;
	struct pairing_found *found = &l->found;

	if (err == OK)
		err = (why = &l->why, pairing_loaded(l->arena, &l->ask, &found->pairing, &l->why));
	if (err == ERR_NOT_FOUND || (err == OK && (found->pairing.state != PAIRING_WAITING ||
	    CRYPTO_memcmp(found->pairing.code, l->code, sizeof(l->code)) != 0 ||
	    !instant_before(l->asked.now, found->pairing.until))))
		err = (why = &l->why, pairing_none(&l->why));
	if (err != OK) {
		answer(l, err, why);
		return;
	}
	l->waiting = session_find(l->store, l->arena, &l->settings->session, found->pairing.session, l->asked.now,
	    on_session_found, l);
}

/* Who logged out, everywhere perhaps because something was lost, or stopped what that session rests on, did not mean
 * this code to go on waiting. */
static void
on_session_found(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct looking *l = arg;

	if (err == ERR_DENIED)
		err = (why = &l->why, pairing_none(&l->why));
	if (err == OK) {
		l->found.session = *session;
		l->found.account = *account;
	}
	answer(l, err, why);
}
