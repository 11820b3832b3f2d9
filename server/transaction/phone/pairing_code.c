/* transaction/phone/pairing_code.c - whose code it is that a phone comes with. */
#include "transaction/phone/pairing_code.h"

#include <openssl/crypto.h>

enum { ASK_CODE, ASK_TRIES, ASKS };

struct looking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct pairing_looking asked;
	uint8_t code[32];
	bool is_code;                /* it has the form of one */
	char address[ADDRESS_TEXT];
	struct ask asks[ASKS], ask;
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

void
pairing_count(struct unit *unit, struct arena *arena, const struct pairing_looking *asked, const struct attempts *tries)
{
	char address[ADDRESS_TEXT];

	address_text(&asked->address, address);
	attempts_failed(unit, arena, ATTEMPTS_PAIRING, span_text(address), tries, asked->now);
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
static on_committed on_counted;

struct pending *
pairing_find(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct pairing_looking *asked, on_pairing_found *done, void *arg)
{
	struct looking *l = arena_new(arena, struct looking);

	*l = (struct looking){ .pending = { cancel_looking }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	l->is_code = card_code_digest(asked->code, l->code);
	address_text(&asked->address, l->address);
	l->asks[ASK_CODE] = (struct ask){ .table = &pairing_code_table, .from = span_of(l->code, sizeof(l->code)) };
	l->asks[ASK_TRIES] = attempts_ask(arena, ATTEMPTS_PAIRING, span_text(l->address));
	l->waiting = store_load(store, l->asks, ASKS, on_code_loaded, l);
	return &l->pending;
}

/* Also of a code that was good a moment ago: guesses and leftovers look alike. */
static void
count_wrong(struct looking *l)
{
	struct unit *unit = unit_new(l->arena, store_tables(l->store), id_new(l->asked.now));

	pairing_none(&l->why);
	pairing_count(unit, l->arena, &l->asked, &l->found.tries);
	l->waiting = store_commit(l->store, unit, on_counted, l);
}

static enum err
look_at_code(struct looking *l)
{
	const struct ask *asked = &l->asks[ASK_CODE];

	if (attempts_loaded(&l->asks[ASK_TRIES], &l->found.tries, &l->why) != OK)
		return l->why.code;
	l->found.until = attempts_wait(ATTEMPTS_PAIRING, &l->found.tries, l->asked.now);
	if (l->found.until.us)
		return problem_set(&l->why, ERR_LIMIT, "",
		    "too many wrong pairing codes from this address: the next may be tried later");
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
	if (err == ERR_NOT_FOUND) {
		count_wrong(l);
		return;
	}
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
	if (err == OK && (found->pairing.state != PAIRING_WAITING ||
	    CRYPTO_memcmp(found->pairing.code, l->code, sizeof(l->code)) != 0 ||
	    !instant_before(l->asked.now, found->pairing.until)))
		err = pairing_none(&l->why);
	if (err == ERR_NOT_FOUND) {
		count_wrong(l);
		return;
	}
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

	if (err == ERR_DENIED) {
		count_wrong(l);
		return;
	}
	if (err == OK) {
		l->found.session = *session;
		l->found.account = *account;
	}
	answer(l, err, why);
}

/* Counted: what was noticed is told. Two wrong ones at one time: the other was counted. */
static void
on_counted(void *arg, const struct committed *committed)
{
	struct looking *l = arg;

	if (committed->code != OK && committed->code != ERR_CONFLICT)
		problem_set(&l->why, committed->code, "", "the try could not be counted: %s",
		    err_name(committed->code));
	answer(l, l->why.code, &l->why);
}
