/* transaction/logout/session_end.c - a session ends because somebody ends it. */
#include "transaction/logout/session_end.h"

#include "base/log.h"
#include "person/history.h"

#define MILLISECONDS 6 /* bytes of an id that tell when it was made (base/id.h) */

struct ending {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct session_end *asked;
	struct ask page;
	struct marks {
		struct row *rows;
		size_t count, room;
	} marks, before;             /* of all pages; as they were looked at first */
	struct id now;               /* made now */
	struct grants_ended part;    /* of the unit */
	size_t told, unread;
	bool ended;                  /* the session: what is found now was granted in that moment */
	struct problem why;
	on_session_end *done;
	void *arg;
};

static on_loaded on_page;
static on_committed on_ended;

static void
cancel_ending(struct pending *pending)
{
	pending_cancel(&((struct ending *)pending)->waiting);
}

/* That the session has ended is so whatever comes of looking again: what was granted in that moment is left then, as
 * what is left at the end of a session that nobody ends, until its own. */
static void
answer(struct ending *e, enum err err)
{
	if (err != OK && e->ended) {
		log_warning("session.ended-in-part", "everywhere=%s told=%zu unread=%zu error=%s",
		    e->asked->everywhere ? "yes" : "no", e->told, e->unread, err_name(err));
		err = OK;
	} else if (err == OK) {
		log_info("session.ended", "everywhere=%s told=%zu unread=%zu", e->asked->everywhere ? "yes" : "no",
		    e->told, e->unread);
	}
	e->done(e->arg, err, err == OK ? NULL : &e->why);
}

/* What relying parties hold of the account */

static void
look(struct ending *e)
{
	e->marks = (struct marks){ .rows = NULL };
	e->page = grants_ask(e->arena, &e->asked->account->id);
	e->waiting = store_load(e->store, &e->page, 1, on_page, e);
}

static bool
holds(const struct marks *list, struct span key)
{
	for (size_t i = 0; i < list->count; i++)
		if (span_equal(list->rows[i].key, key))
			return true;
	return false;
}

static void
keep(struct ending *e, const struct row *row)
{
	struct marks *list = &e->marks;

	if (list->count == list->room) {
		struct row *rows = arena_array(e->arena, struct row, 2 * list->room + GRANTS_LOOKED_AT);

		if (list->count)
			memcpy(rows, list->rows, list->count * sizeof(*rows));
		list->rows = rows;
		list->room = 2 * list->room + GRANTS_LOOKED_AT;
	}
	list->rows[list->count++] = (struct row){ .key = arena_copy(e->arena, row->key),
		.value = arena_copy(e->arena, row->value) };
}

/* Everywhere: of the sessions that have begun by now. Their ids are older than what the account says from now on. */
static bool
is_concerned(const void *arg, const struct grant_mark *mark)
{
	const struct ending *e = arg;

	return e->asked->everywhere ? memcmp(mark->session.bytes, e->now.bytes, MILLISECONDS) <= 0 :
	    id_equal(&mark->session, &e->asked->session->id);
}

/* The session and what stands in the account and its history */

static void
put_session_end(const struct ending *e, struct unit *unit)
{
	const struct session_end *q = e->asked;
	struct account account = *q->account;

	/* Or what is put beneath an account outlives its erasure. */
	if (q->everywhere) {
		account.sessions_from = q->now;
		account_put(unit, e->arena, &account);
	} else {
		unit_expect(unit, &account_table, id_span(&account.id), account.generation);
	}
	/* Whoever steps it up in this moment takes it to another key: then it is that one that is to be ended. */
	unit_expect(unit, &session_table, span_of(q->session->key, sizeof(q->session->key)), q->session->generation);
	unit_delete(unit, &session_table, span_of(q->session->key, sizeof(q->session->key)));
	history_add(unit, &account.id, &(struct history_event){ .kind = HISTORY_LOGOUT, .at = q->now,
	    .actor = span_text("person"), .name = q->by, .detail = span_text(q->everywhere ? "everywhere" : ""),
	    .where = q->session->where });
}

static void
commit(struct ending *e)
{
	struct unit *unit = unit_new(e->arena, store_tables(e->store), id_new(e->asked->now));

	e->part = grants_end_put(unit, &(struct grants_end){ .marks = e->marks.rows, .count = e->marks.count,
	    .ends = is_concerned, .arg = e, .now = e->asked->now });
	if (e->ended && !e->part.gone && !e->part.told) {
		e->unread += e->part.unread;
		answer(e, OK);
		return;
	}
	if (!e->ended)
		put_session_end(e, unit);
	e->waiting = store_commit(e->store, unit, on_ended, e);
}

static void
on_page(void *arg, enum err err, const struct problem *why)
{
	struct ending *e = arg;
	const struct ask *page = &e->page;

	e->waiting = NULL;
	if (err != OK) {
		e->why = *why;
		answer(e, err);
		return;
	}
	for (size_t i = 0; i < page->count; i++)
		if (!e->ended || !holds(&e->before, page->rows[i].key))
			keep(e, &page->rows[i]);
	if (page->more) {
		const struct id last = grant_mark_of(page->rows[page->count - 1].key);

		e->page = grants_ask_before(e->arena, &e->asked->account->id, &last);
		e->waiting = store_load(e->store, &e->page, 1, on_page, e);
		return;
	}
	commit(e);
}

static void
on_ended(void *arg, const struct committed *committed)
{
	struct ending *e = arg;

	e->waiting = NULL;
	if (committed->code != OK) {
		problem_set(&e->why, committed->code, "", "%s", committed->code == ERR_CONFLICT ?
		    "the session or its account changed meanwhile: look again" :
		    "this could not be kept; nothing was changed as far as is known");
		answer(e, committed->code);
		return;
	}
	e->told += e->part.told;
	e->unread += e->part.unread;
	if (e->ended) {
		answer(e, OK);
		return;
	}
	e->ended = true;
	e->before = e->marks;
	look(e);
}

struct pending *
session_end(struct store *store, struct arena *arena, const struct session_end *asked, on_session_end *done, void *arg)
{
	struct ending *e = arena_new(arena, struct ending);

	*e = (struct ending){ .pending = { cancel_ending }, .store = store, .arena = arena, .asked = asked,
		.now = id_new(asked->now), .done = done, .arg = arg };
	look(e);
	return &e->pending;
}
