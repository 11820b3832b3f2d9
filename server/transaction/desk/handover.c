/* transaction/desk/handover.c - from the desk to the person's own phone. */
#include "transaction/desk/handover.h"

#include "base/record.h"
#include "base/role.h"
#include "person/history.h"
#include "transaction/card/code.h"

#define FORM 1

_Static_assert(DESK_CODE_TEXT == CARD_CODE_TEXT, "one code is made like the other");

const struct table desk_handover_table = { "desk-handover", ROLE_BIT(ROLE_WORKER), 0 };

struct desk_code
desk_handover_put(struct unit *unit, const struct id *account, const struct id *record, struct instant now)
{
	struct desk_code code = { .until = instant_after(now, DESK_CODE_FOR) };
	uint8_t key[32], row[1 + 2 * sizeof(account->bytes)] = { FORM };

	card_code_new(code.text);
	card_code_digest(span_text(code.text), key);
	memcpy(row + 1, account->bytes, sizeof(account->bytes));
	memcpy(row + 1 + sizeof(account->bytes), record->bytes, sizeof(record->bytes));
	unit_expect(unit, &desk_handover_table, span_of(key, sizeof(key)), 0);
	unit_put_until(unit, &desk_handover_table, span_of(key, sizeof(key)), span_of(row, sizeof(row)), code.until);
	return code;
}

/* Taking */

struct taking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct session_settings *settings;
	struct desk_take asked;
	uint8_t key[32];
	struct ask ask;
	uint64_t generation;
	struct id of, record;
	struct account account;
	on_desk_taken *done;
	void *arg;
};

static on_loaded on_code_loaded, on_account_loaded;
static on_committed on_taken;

static void
cancel_taking(struct pending *pending)
{
	pending_cancel(&((struct taking *)pending)->waiting);
}

static void
answer(struct taking *t, enum err err, const struct problem *why)
{
	t->waiting = NULL;
	t->done(t->arg, err, err == OK ? &t->account : NULL, err == OK ? NULL : why);
}

static enum err
no_code(struct problem *why)
{
	return problem_set(why, ERR_NOT_FOUND, "", "no code like this waits: it may have been used, or its ten minutes "
	    "are over");
}

struct pending *
desk_handover_take(struct store *store, struct arena *arena, const struct session_settings *settings,
    const struct desk_take *asked, on_desk_taken *done, void *arg)
{
	struct taking *t = arena_new(arena, struct taking);
	bool looks_like_one;

	*t = (struct taking){ .pending = { cancel_taking }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	looks_like_one = card_code_digest(asked->code, t->key);
	t->ask = (struct ask){ .table = &desk_handover_table, .from = span_of(t->key, sizeof(t->key)) };
	t->waiting = store_load(store, &t->ask, looks_like_one ? 1 : 0, on_code_loaded, t);
	return &t->pending;
}

static enum err
read_code(struct taking *t, struct problem *why)
{
	struct record r;

	if (t->ask.count == 0)
		return no_code(why);
	r = record_of(t->ask.rows[0].value);
	if (record_u8(&r) != FORM)
		r.broken = true;
	t->of = record_id(&r);
	t->record = record_id(&r);
	if (!record_whole(&r))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the code's row in the store is of a form this build does not know");
	t->generation = t->ask.rows[0].generation;
	return OK;
}

static void
on_code_loaded(void *arg, enum err err, const struct problem *why)
{
	struct taking *t = arg;
	struct problem own;

	if (err == OK)
		err = (why = &own, read_code(t, &own));
	if (err != OK) {
		answer(t, err, why);
		return;
	}
	t->ask = account_ask(&t->of);
	t->waiting = store_load(t->store, &t->ask, 1, on_account_loaded, t);
}

static void
on_account_loaded(void *arg, enum err err, const struct problem *why)
{
	struct taking *t = arg;
	struct problem own;
	struct session session;
	struct unit *unit;

	if (err == OK)
		err = (why = &own, account_loaded(t->arena, &t->ask, &t->account, &own));
	if (err == ERR_NOT_FOUND)
		err = (why = &own, no_code(&own));
	if (err != OK) {
		answer(t, err, why);
		return;
	}
	session = session_begun(t->settings, t->asked.cookie->digest, &t->of, t->asked.where, t->asked.now);
	session.proofed.record = t->record;
	session.proofed.at = t->asked.now;
	unit = unit_new(t->arena, store_tables(t->store), id_new(t->asked.now));
	unit_expect(unit, &desk_handover_table, span_of(t->key, sizeof(t->key)), t->generation);
	unit_delete(unit, &desk_handover_table, span_of(t->key, sizeof(t->key)));
	unit_expect(unit, &account_table, id_span(&t->of), t->account.generation);
	session_put(unit, &session);
	history_add(unit, &t->of, &(struct history_event){ .kind = HISTORY_LOGIN, .at = t->asked.now,
		.actor = span_text("person"), .detail = span_text("desk"), .where = t->asked.where });
	t->waiting = store_commit(t->store, unit, on_taken, t);
}

/* What the code's row was, it is no more: somebody was quicker. */
static void
on_taken(void *arg, const struct committed *committed)
{
	struct taking *t = arg;
	struct problem why = { .code = committed->code };

	if (committed->code == ERR_CONFLICT)
		no_code(&why);
	else if (committed->code != OK)
		problem_set(&why, committed->code, "", "the session could not be begun: %s",
		    err_name(committed->code));
	answer(t, why.code, &why);
}
