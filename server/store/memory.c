/* store/memory.c - the backend in memory: everything asked waits until a step, drawn from the seed, answers it.
 *
 * A commit may happen in one step and be answered in a later one, as it is with a recorder: others see the change
 * first.
 */
#include "store/memory.h"

#include <assert.h>
#include <stdlib.h>

#include "store/answered.h"

struct cell {
	struct row row; /* its key and value are one allocation, at row.key.data */
};

struct memory_table {
	struct cell *cells; /* in order of keys */
	size_t count, room;
	uint64_t next; /* number of an append-only table */
};

struct watcher {
	struct watcher *next;
	size_t table;
	on_changed *changed;
	void *arg;
};

enum question_kind { TO_LOAD, TO_COMMIT, TO_NOTICE };

struct question {
	struct pending pending;
	struct memory_store *store;
	struct question *next;
	enum question_kind kind;
	/* Load. */
	struct ask *asks;
	size_t count;
	on_loaded *loaded;
	/* Commit. */
	struct arena arena; /* of the unit, also of a notice */
	struct id id;
	struct operation *operations;
	bool applied;
	struct committed committed;
	on_committed *done;
	/* Notice. */
	size_t table;
	struct span key;
	uint64_t generation;
	void *arg;
};

struct memory_store {
	struct store store;
	table_list tables;
	size_t table_count;
	enum role role;
	uint64_t random;
	struct memory_table *contents;
	struct watcher *watchers, **last_watcher;
	struct span number; /* what the unit at hand appended last got it */
	struct question *first;
	uint64_t generation;
	struct answered answered;
	size_t failures;
	enum err failure;
};

static struct memory_store *
memory_of(struct store *s)
{
	return (struct memory_store *)s;
}

/* xorshift64: the same seed gives the same order. */
static uint64_t
draw(struct memory_store *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

static size_t
number_of(const struct memory_store *s, const struct table *table)
{
	size_t at = 0;

	while (s->tables[at] && s->tables[at] != table)
		at++;
	assert(s->tables[at]);
	return at;
}

static struct question *
question_new(struct memory_store *s, enum question_kind kind)
{
	struct question *q = calloc(1, sizeof(*q));

	if (!q)
		abort();
	q->store = s;
	q->kind = kind;
	q->arena = arena_init(SIZE_MAX / 2);
	q->next = s->first;
	s->first = q;
	return q;
}

static void
question_end(struct question *q)
{
	struct question **at = &q->store->first;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	arena_release(&q->arena);
	free(q);
}

static void
cancel_load(struct pending *pending)
{
	question_end((struct question *)pending);
}

static struct pending *
ask(struct store *store, struct ask *asks, size_t count, on_loaded *done, void *arg)
{
	struct question *q = question_new(memory_of(store), TO_LOAD);

	q->pending.cancel = cancel_load;
	q->asks = asks;
	q->count = count;
	q->loaded = done;
	q->arg = arg;
	return &q->pending;
}

static void
silence_commit(struct pending *pending)
{
	((struct question *)pending)->done = NULL;
}

static struct pending *
take_unit(struct store *store, const struct unit *unit, on_committed *done, void *arg)
{
	struct memory_store *s = memory_of(store);
	struct question *q = question_new(s, TO_COMMIT);
	struct span bytes = unit_bytes(unit);

	q->pending.cancel = silence_commit;
	q->done = done;
	q->arg = arg;
	if (bytes.size == 0) {
		q->committed.code = ERR_LIMIT;
	} else {
		/* Through the message, as to a recorder: what cannot be read there fails here too. */
		enum err code = unit_read(&q->arena, s->tables, arena_copy(&q->arena, bytes), &q->id, &q->operations,
		    &q->count,
		    NULL);

		assert(code == OK);
		(void)code;
	}
	if (s->failures) {
		s->failures--;
		q->committed.code = s->failure;
	}
	q->applied = q->committed.code != OK;
	return &q->pending;
}

static void
watch(struct store *store, const struct table *table, on_changed *changed, void *arg)
{
	struct memory_store *s = memory_of(store);
	struct watcher *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	*w = (struct watcher){ .table = number_of(s, table), .changed = changed, .arg = arg };
	*s->last_watcher = w;
	s->last_watcher = &w->next;
}

static bool
is_watched(const struct memory_store *s, size_t table)
{
	const struct watcher *w = s->watchers;

	while (w && w->table != table)
		w = w->next;
	return w;
}

static void
free_memory(struct store *store)
{
	struct memory_store *s = memory_of(store);

	while (s->first)
		question_end(s->first);
	for (size_t i = 0; i < s->table_count; i++) {
		for (size_t n = 0; n < s->contents[i].count; n++)
			free((void *)(uintptr_t)s->contents[i].cells[n].row.key.data);
		free(s->contents[i].cells);
	}
	while (s->watchers) {
		struct watcher *w = s->watchers;

		s->watchers = w->next;
		free(w);
	}
	free(s->contents);
	answered_release(&s->answered);
	free(s);
}

static const struct store_backend backend = { ask, take_unit, watch, free_memory };

struct store *
store_memory_new(table_list tables, enum role role, uint64_t seed)
{
	struct memory_store *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->store = (struct store){ &backend, tables };
	s->last_watcher = &s->watchers;
	s->tables = tables;
	s->table_count = table_count(tables);
	s->role = role;
	s->random = seed * 2 + 1;
	s->contents = calloc(s->table_count + 1, sizeof(*s->contents));
	if (!s->contents)
		abort();
	answered_init(&s->answered);
	return &s->store;
}

void
store_memory_fail_commits(struct store *store, size_t count, enum err code)
{
	struct memory_store *s = memory_of(store);

	assert(code != OK);
	s->failures = count;
	s->failure = code;
}

void
store_memory_become(struct store *store, enum role role)
{
	memory_of(store)->role = role;
}

/* The first cell whose key is not before `key`. */
static size_t
find_place(const struct memory_table *t, struct span key)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(t->cells[middle].row.key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_there(const struct memory_table *t, size_t at, struct span key)
{
	return at < t->count && span_equal(t->cells[at].row.key, key);
}

static bool
is_live(const struct row *row, struct instant now)
{
	return !row->expires.us || instant_before(now, row->expires);
}

static void
remove_cell(struct memory_table *t, size_t at)
{
	free((void *)(uintptr_t)t->cells[at].row.key.data);
	t->count--;
	memmove(t->cells + at, t->cells + at + 1, (t->count - at) * sizeof(*t->cells));
}

static void
put_cell(struct memory_table *t, struct span key, struct span value, struct instant expires, uint64_t generation)
{
	size_t at = find_place(t, key);
	uint8_t *bytes = malloc(key.size + value.size);

	if (!bytes)
		abort();
	if (is_there(t, at, key))
		remove_cell(t, at);
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 16;
		t->cells = realloc(t->cells, t->room * sizeof(*t->cells));
		if (!t->cells)
			abort();
	}
	memmove(t->cells + at + 1, t->cells + at, (t->count - at) * sizeof(*t->cells));
	memcpy(bytes, key.data, key.size);
	if (value.size)
		memcpy(bytes + key.size, value.data, value.size);
	t->cells[at].row = (struct row){ span_of(bytes, key.size), span_of(bytes + key.size, value.size), generation,
		expires };
	t->count++;
}

static bool
expectations_hold(struct memory_store *s, struct question *q, struct instant now)
{
	for (size_t i = 0; i < q->count; i++) {
		const struct operation *o = &q->operations[i];
		const struct memory_table *t = &s->contents[o->table_number];
		size_t at = find_place(t, o->key);
		uint64_t found = is_there(t, at, o->key) && is_live(&t->cells[at].row, now) ?
		    t->cells[at].row.generation : 0;

		if (o->kind == UNIT_EXPECT && found != o->generation) {
			q->committed = (struct committed){ .code = ERR_CONFLICT, .operation = i };
			return false;
		}
	}
	return true;
}

static void
change(struct memory_store *s, struct operation *o, struct arena *a)
{
	struct memory_table *t = &s->contents[o->table_number];
	size_t at;

	switch (o->kind) {
	case UNIT_EXPECT:
		return;
	case UNIT_PUT:
		put_cell(t, o->key, o->value, o->expires, s->generation);
		break;
	case UNIT_DELETE:
		at = find_place(t, o->key);
		if (is_there(t, at, o->key))
			remove_cell(t, at);
		break;
	case UNIT_APPEND: {
		uint8_t *number = arena_take(a, 8);
		uint64_t n = ++t->next;

		for (size_t i = 8; i-- > 0; n >>= 8)
			number[i] = (uint8_t)n;
		o->key = span_of(number, 8);
		s->number = o->key;
		put_cell(t, o->key, o->value, (struct instant){ 0 }, s->generation);
		break;
	}
	case UNIT_PUT_NUMBERED: {
		uint8_t *value = arena_take(a, s->number.size + o->value.size);

		memcpy(value, s->number.data, s->number.size);
		if (o->value.size)
			memcpy(value + s->number.size, o->value.data, o->value.size);
		put_cell(t, o->key, span_of(value, s->number.size + o->value.size), (struct instant){ 0 },
		    s->generation);
		break;
	}
	}
	if ((o->table->flags & TABLE_NOTICED) && is_watched(s, o->table_number)) {
		struct question *notice = question_new(s, TO_NOTICE);

		notice->table = o->table_number;
		notice->key = arena_copy(&notice->arena, o->key);
		notice->generation = s->generation;
	}
}

static void
apply(struct memory_store *s, struct question *q, struct instant now)
{
	uint64_t before = answered_find(&s->answered, &q->id);

	q->applied = true;
	if (before) {
		q->committed = (struct committed){ .code = OK, .generation = before };
		return;
	}
	if (!unit_allowed(s->role, q->operations, q->count, &q->committed.operation)) {
		q->committed.code = ERR_DENIED;
		return;
	}
	if (!expectations_hold(s, q, now))
		return;
	s->generation++;
	for (size_t i = 0; i < q->count; i++)
		change(s, &q->operations[i], &q->arena);
	q->committed = (struct committed){ .code = OK, .generation = s->generation };
	answered_add(&s->answered, &q->id, s->generation);
}

static void
step_commit(struct memory_store *s, struct question *q, struct instant now)
{
	if (!q->applied) {
		apply(s, q, now);
		if (draw(s) & 1)
			return;
	}
	if (q->done)
		q->done(q->arg, &q->committed);
	question_end(q);
}

static void
step_notice(struct memory_store *s, struct question *q)
{
	for (const struct watcher *w = s->watchers; w; w = w->next)
		if (w->table == q->table)
			w->changed(w->arg, s->tables[w->table], q->key, q->generation);
	question_end(q);
}

/* Copied, so that who keeps a row longer than it may is found by a sanitizer. */
static void
copy_row(struct arena *a, struct row *to, const struct row *from)
{
	*to = *from;
	to->key = arena_copy(a, from->key);
	to->value = arena_copy(a, from->value);
}

static void
answer_get(const struct memory_table *t, struct arena *a, struct ask *ask, struct instant now)
{
	size_t at = find_place(t, ask->from);
	struct row *row;

	if (!is_there(t, at, ask->from) || !is_live(&t->cells[at].row, now))
		return;
	row = arena_new(a, struct row);
	copy_row(a, row, &t->cells[at].row);
	ask->rows = row;
	ask->count = 1;
}

static void
answer_range(const struct memory_table *t, struct arena *a, struct ask *ask, struct instant now)
{
	size_t from = find_place(t, ask->from), until = ask->until.size ? find_place(t, ask->until) : t->count;
	struct row *rows;

	if (until <= from)
		return;
	rows = arena_array(a, struct row, until - from < ask->limit ? until - from : ask->limit);
	for (size_t n = 0; n < until - from; n++) {
		const struct row *row = &t->cells[ask->backwards ? until - 1 - n : from + n].row;

		if (!is_live(row, now))
			continue;
		ask->more = ask->count == ask->limit;
		if (ask->more)
			break;
		copy_row(a, &rows[ask->count++], row);
	}
	ask->rows = rows;
}

static void
step_load(struct memory_store *s, struct question *q, struct instant now)
{
	struct arena a = arena_init(SIZE_MAX / 2);
	struct question asked = *q;

	question_end(q);
	for (size_t i = 0; i < asked.count; i++) {
		const struct memory_table *t = &s->contents[number_of(s, asked.asks[i].table)];

		if (asked.asks[i].limit)
			answer_range(t, &a, &asked.asks[i], now);
		else
			answer_get(t, &a, &asked.asks[i], now);
	}
	asked.loaded(asked.arg, OK, NULL);
	arena_release(&a);
}

bool
store_memory_step(struct store *store, struct instant now)
{
	struct memory_store *s = memory_of(store);
	struct question *q;
	size_t open = 0;

	for (q = s->first; q; q = q->next)
		open++;
	if (!open)
		return false;
	q = s->first;
	for (uint64_t n = draw(s) % open; n; n--)
		q = q->next;
	if (q->kind == TO_LOAD)
		step_load(s, q, now);
	else if (q->kind == TO_COMMIT)
		step_commit(s, q, now);
	else
		step_notice(s, q);
	return true;
}
