/* store/lmdb.c - the backend on LMDB: questions answered once a turn, units on their way to the recorder.
 *
 *     load   -> asked (queue of the turn) -> answered within one read transaction
 *     commit -> waiting -> posted -> answered
 *                  ^          |  the recorder was lost: again, under the same id
 *                  `----------'
 */
#include "store/lmdb.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/reader.h"
#include "store/wire.h"

struct load {
	struct pending pending;
	struct lmdb_store *store;
	struct load *next;
	struct ask *asks;
	size_t count;
	on_loaded *done;
	void *arg;
};

struct flight {
	struct pending pending;
	struct lmdb_store *store;
	struct flight *next, *before;
	struct flights *list;
	struct id id;
	int64_t deadline;
	enum err refused; /* with which it is answered in this turn; OK: it is on its way */
	bool posted;
	on_committed *done; /* NULL: nobody wants to know any more */
	void *arg;
	size_t size;
	uint8_t bytes[];
};

struct flights {
	struct flight *first, *last;
	size_t count;
};

struct watcher {
	struct watcher *next;
	size_t table;
	on_changed *changed;
	void *arg;
};

struct lmdb_store {
	struct store store;
	struct turn *turn;
	struct store_lmdb_settings settings;
	struct map_reader *reader;
	struct arena arena; /* of one answer */
	struct later answering, refusing;
	struct load *first, *last;
	struct load *spare; /* those answered, for the next ones: asking takes no memory from the heap */
	store_post *post;
	void *arg;
	bool ready;
	struct flights flying, refused; /* flying: in the order they came */
	struct watcher *watchers, **last_watcher;
	size_t tables;
};

static struct lmdb_store *
lmdb_of(struct store *s)
{
	return (struct lmdb_store *)s;
}

static void
unlink_load(struct lmdb_store *s, struct load *l)
{
	struct load *before = NULL;

	for (struct load *at = s->first; at != l; at = at->next)
		before = at;
	if (before)
		before->next = l->next;
	else
		s->first = l->next;
	if (s->last == l)
		s->last = before;
}

static void
give_back(struct load *l)
{
	l->next = l->store->spare;
	l->store->spare = l;
}

static void
cancel_load(struct pending *pending)
{
	struct load *l = (struct load *)pending;

	unlink_load(l->store, l);
	give_back(l);
}

static struct pending *
ask(struct store *store, struct ask *asks, size_t count, on_loaded *done, void *arg)
{
	struct lmdb_store *s = lmdb_of(store);
	struct load *l = s->spare;

	if (l)
		s->spare = l->next;
	else
		l = malloc(sizeof(*l));
	if (!l)
		abort();
	*l = (struct load){ { cancel_load }, s, NULL, asks, count, done, arg };
	if (s->last)
		s->last->next = l;
	else
		s->first = l;
	s->last = l;
	turn_later(s->turn, &s->answering);
	return &l->pending;
}

static void
answer_load(struct lmdb_store *s, struct load *l, enum err code, struct instant now, struct problem *why)
{
	s->first = l->next;
	if (!s->first)
		s->last = NULL;
	if (code == OK)
		code = map_reader_answer(s->reader, &s->arena, l->asks, l->count, now, why);
	l->done(l->arg, code, code == OK ? NULL : why);
	give_back(l);
	arena_reset(&s->arena);
}

/* Those that wait now; what callbacks ask is answered later in the turn, so the transaction has an end. */
static void
answer_loads(void *arg)
{
	struct lmdb_store *s = arg;
	/* The end of those: a callback may cancel any of the others, but not this one. */
	struct load end = { .store = s };
	struct problem why = { .code = OK };
	struct instant now;
	enum err code;

	if (!s->first)
		return;
	s->last->next = &end;
	s->last = &end;
	now = s->settings.now();
	code = map_reader_begin(s->reader, &why);
	while (s->first != &end)
		answer_load(s, s->first, code, now, &why);
	if (code == OK)
		map_reader_end(s->reader);
	unlink_load(s, &end);
}

static void
flights_add(struct flights *list, struct flight *f)
{
	f->list = list;
	f->before = list->last;
	f->next = NULL;
	if (list->last)
		list->last->next = f;
	else
		list->first = f;
	list->last = f;
	list->count++;
}

static void
flights_remove(struct flight *f)
{
	struct flights *list = f->list;

	if (f->before)
		f->before->next = f->next;
	else
		list->first = f->next;
	if (f->next)
		f->next->before = f->before;
	else
		list->last = f->before;
	list->count--;
}

/* A unit on its way cannot be called back; its answer will find nobody. */
static void
silence_flight(struct pending *pending)
{
	struct flight *f = (struct flight *)pending;

	f->done = NULL;
}

static void
end_flight(struct flight *f, const struct committed *c)
{
	flights_remove(f);
	if (f->done)
		f->done(f->arg, c);
	free(f);
}

static void
answer_refused(void *arg)
{
	struct lmdb_store *s = arg;

	for (size_t n = s->refused.count; n; n--) {
		struct flight *f = s->refused.first;

		end_flight(f, &(struct committed){ .code = f->refused });
	}
	if (s->refused.count)
		turn_later(s->turn, &s->refusing);
}

/* In their order: what cannot be posted holds up what came later. */
static void
post_flights(struct lmdb_store *s, struct flight *from)
{
	for (struct flight *f = from; f && s->ready; f = f->next) {
		if (f->posted)
			continue;
		if (!s->post(s->arg, span_of(f->bytes, f->size)))
			return;
		f->posted = true;
	}
}

static struct pending *
send_unit(struct store *store, const struct unit *unit, on_committed *done, void *arg)
{
	struct lmdb_store *s = lmdb_of(store);
	struct span bytes = unit_bytes(unit);
	enum err refused = OK;
	struct flight *f;

	if (bytes.size == 0)
		refused = ERR_LIMIT;
	else if (s->flying.count >= s->settings.in_flight || s->post == store_no_recorder)
		refused = ERR_UNAVAILABLE;
	if (refused != OK)
		bytes.size = 0;
	f = malloc(sizeof(*f) + bytes.size);
	if (!f)
		abort();
	*f = (struct flight){ .pending = { silence_flight }, .store = s, .id = unit_id(unit), .refused = refused,
		.deadline = clock_monotonic() + s->settings.commit_timeout, .done = done, .arg = arg,
		    .size = bytes.size };
	if (refused != OK) {
		flights_add(&s->refused, f);
		turn_later(s->turn, &s->refusing);
		return &f->pending;
	}
	memcpy(f->bytes, bytes.data, bytes.size);
	flights_add(&s->flying, f);
	if (!f->before || f->before->posted)
		post_flights(s, f);
	return &f->pending;
}

static void
watch(struct store *store, const struct table *table, on_changed *changed, void *arg)
{
	struct lmdb_store *s = lmdb_of(store);
	struct watcher *w = calloc(1, sizeof(*w));
	size_t at = 0;

	if (!w)
		abort();
	while (at < s->tables && s->settings.tables[at] != table)
		at++;
	assert(at < s->tables);
	*w = (struct watcher){ .table = at, .changed = changed, .arg = arg };
	*s->last_watcher = w;
	s->last_watcher = &w->next;
}

static void
free_flights(struct flights *list)
{
	while (list->first) {
		struct flight *f = list->first;

		flights_remove(f);
		free(f);
	}
}

static void
free_lmdb(struct store *store)
{
	struct lmdb_store *s = lmdb_of(store);

	turn_cancel(s->turn, &s->answering);
	turn_cancel(s->turn, &s->refusing);
	while (s->first)
		cancel_load(&s->first->pending);
	while (s->spare) {
		struct load *l = s->spare;

		s->spare = l->next;
		free(l);
	}
	free_flights(&s->flying);
	free_flights(&s->refused);
	map_reader_free(s->reader);
	arena_release(&s->arena);
	while (s->watchers) {
		struct watcher *w = s->watchers;

		s->watchers = w->next;
		free(w);
	}
	free(s);
}

static const struct store_backend backend = { ask, send_unit, watch, free_lmdb };

bool
store_no_recorder(void *arg, struct span message)
{
	(void)arg;
	(void)message;
	return false;
}

enum err
store_lmdb_open(struct turn *turn, const struct store_lmdb_settings *settings, store_post *post, void *arg,
    struct store **out, struct problem *why)
{
	struct lmdb_store *s = calloc(1, sizeof(*s));
	enum err code;

	if (!s)
		abort();
	s->store = (struct store){ &backend, settings->tables };
	s->turn = turn;
	s->settings = *settings;
	if (!s->settings.now)
		s->settings.now = clock_now;
	s->arena = arena_init(SIZE_MAX / 2); /* bounded by the asks' limits */
	s->answering = (struct later){ .run = answer_loads, .arg = s };
	s->refusing = (struct later){ .run = answer_refused, .arg = s };
	s->post = post;
	s->arg = arg;
	s->tables = table_count(settings->tables);
	s->last_watcher = &s->watchers;
	code = map_reader_open(settings->directory, settings->tables, &s->reader, why);
	if (code != OK) {
		free_lmdb(&s->store);
		return code;
	}
	*out = &s->store;
	return OK;
}

void
store_lmdb_recorder_ready(struct store *store)
{
	struct lmdb_store *s = lmdb_of(store);

	s->ready = true;
	for (struct flight *f = s->flying.first; f; f = f->next)
		f->posted = false;
	post_flights(s, s->flying.first);
	for (const struct watcher *w = s->watchers; w; w = w->next)
		w->changed(w->arg, s->settings.tables[w->table], (struct span){ 0 }, 0);
}

void
store_lmdb_recorder_lost(struct store *store)
{
	lmdb_of(store)->ready = false;
}

static struct flight *
flight_find(const struct lmdb_store *s, const struct id *id)
{
	struct flight *f = s->flying.first;

	/* Answers come in the order of the units: the first is nearly always the one. */
	while (f && !id_equal(&f->id, id))
		f = f->next;
	return f;
}

static void
hear_answers(struct lmdb_store *s, struct record *r)
{
	struct answer answer;

	while (answers_next(r, &answer)) {
		struct flight *f = flight_find(s, &answer.id);

		if (f)
			end_flight(f, &answer.committed);
	}
}

static void
hear_notices(struct lmdb_store *s, struct record *r, uint64_t generation)
{
	struct notice notice;

	while (notices_next(r, &notice))
		for (const struct watcher *w = s->watchers; w; w = w->next)
			if (w->table == notice.table_number)
				w->changed(w->arg, s->settings.tables[w->table], notice.key, generation);
}

void
store_lmdb_recorder_said(struct store *store, struct span message)
{
	struct lmdb_store *s = lmdb_of(store);
	struct record r;
	uint64_t generation;

	switch (said_read(message, &r, &generation)) {
	case SAID_ANSWERS:
		hear_answers(s, &r);
		break;
	case SAID_NOTICES:
		hear_notices(s, &r, generation);
		break;
	case SAID_NOTHING:
	case SAID_UNIT:
		r.broken = true;
		break;
	}
	if (!record_whole(&r))
		log_error("store.recorder_unclear", "bytes=%zu", message.size);
}

void
store_lmdb_tick(struct store *store)
{
	struct lmdb_store *s = lmdb_of(store);
	int64_t now = clock_monotonic();

	/* The oldest stand first, and all have the same time. */
	while (s->flying.first && s->flying.first->deadline <= now)
		end_flight(s->flying.first, &(struct committed){ .code = ERR_UNAVAILABLE });
	post_flights(s, s->flying.first);
}
