/* tests/daemon/writing.c - watashid with one front more, that writes: for the kill test and the store benchmark.
 *
 *     POST /test/notes          one unit: a record of the body, a small pointer, an entry in an append-only table
 *     POST /test/leaves         an entry of the log with the body as its content; answers its id and its commitment
 *     GET  /test/notes/{n}      entries from number n on, a line each: number, blank, first 40 bytes of the body
 */
#include "daemon/daemon.h"

#include <stdlib.h>

#include "base/random.h"
#include "codec/text.h"
#include "http/exchange.h"
#include "ledger/entry.h"

#define PAGE 1000
#define TOKEN 40

static const struct table note_table = { "test-note", ROLE_BIT(ROLE_WORKER), 0 };
static const struct table pointer_table = { "test-pointer", ROLE_BIT(ROLE_WORKER), 0 };
static const struct table entry_table = { "test-entry", ROLE_BIT(ROLE_WORKER), TABLE_APPEND_ONLY };
static const struct table *const tables[] = { &note_table, &pointer_table, &entry_table, NULL };

struct writing {
	struct store *store;
};

struct note {
	struct exchange *exchange;
	struct id id;
	struct hash commitment; /* of a leaf */
	struct ask ask;
	uint8_t from[8];
};

static void
reply_text(struct exchange *x, int status, struct span text)
{
	exchange_reply(x, &(struct reply){ .status = status, .fields = span_text("Content-Type: text/plain\r\n"),
	    .body = text });
}

static void
on_note_committed(void *arg, const struct committed *committed)
{
	struct note *note = arg;
	struct problem why;

	exchange_hold(note->exchange, NULL);
	if (committed->code == OK) {
		struct span id = id_span(&note->id);

		reply_text(note->exchange, 201, span_text(hex_write(note->exchange->arena, id)));
		return;
	}
	problem_set(&why, committed->code, "", "the note was not written");
	exchange_refuse(note->exchange, status_of(committed->code), &why);
}

static void
write_note(struct exchange *x, void *front)
{
	struct writing *writing = front;
	struct note *note = arena_new(x->arena, struct note);
	struct unit *unit;
	struct span key, token = span_first(x->body, TOKEN);

	note->exchange = x;
	note->id = id_new(clock_now());
	key = id_span(&note->id);
	unit = unit_new(x->arena, store_tables(writing->store), note->id);
	unit_expect(unit, &note_table, key, 0);
	unit_put(unit, &note_table, key, x->body);
	unit_put(unit, &pointer_table, key, token);
	unit_append(unit, &entry_table, token);
	exchange_hold(x, store_commit(writing->store, unit, on_note_committed, note));
}

static void
on_leaf_committed(void *arg, const struct committed *committed)
{
	struct note *note = arg;
	struct arena *a = note->exchange->arena;

	if (committed->code != OK) {
		on_note_committed(arg, committed);
		return;
	}
	exchange_hold(note->exchange, NULL);
	reply_text(note->exchange, 201, span_text(arena_print(a, "%s %s", hex_write(a, id_span(&note->id)),
	    hex_write(a, span_of(note->commitment.bytes, HASH_SIZE)))));
}

static void
write_leaf(struct exchange *x, void *front)
{
	struct writing *writing = front;
	struct note *note = arena_new(x->arena, struct note);
	struct ledger_entry entry = { .kind = LEDGER_DECISION, .content = x->body };
	struct unit *unit;

	random_bytes(entry.salt, sizeof(entry.salt));
	note->exchange = x;
	note->id = id_new(clock_now());
	note->commitment = ledger_commitment(entry.salt, entry.content);
	unit = unit_new(x->arena, store_tables(writing->store), note->id);
	ledger_append(unit, note->id, &entry);
	exchange_hold(x, store_commit(writing->store, unit, on_leaf_committed, note));
}

static void
on_entries_loaded(void *arg, enum err err, const struct problem *why)
{
	struct note *note = arg;
	struct buffer lines = buffer_init(1 * MIB);

	exchange_hold(note->exchange, NULL);
	if (err != OK) {
		exchange_refuse(note->exchange, status_of(err), why);
		return;
	}
	for (size_t i = 0; i < note->ask.count; i++) {
		const struct row *row = &note->ask.rows[i];
		uint64_t number = 0;

		for (size_t at = 0; at < row->key.size; at++)
			number = number << 8 | row->key.data[at];
		buffer_number(&lines, number);
		buffer_byte(&lines, ' ');
		buffer_add(&lines, row->value);
		buffer_byte(&lines, '\n');
	}
	reply_text(note->exchange, 200, buffer_span(&lines));
	buffer_release(&lines);
}

static void
list_entries(struct exchange *x, void *front)
{
	struct writing *writing = front;
	struct note *note = arena_new(x->arena, struct note);
	struct problem why;
	uint64_t from;

	if (!span_number(x->segment, &from)) {
		problem_set(&why, ERR_SYNTAX, "", "expected the number of an entry");
		exchange_refuse(x, 400, &why);
		return;
	}
	note->exchange = x;
	for (size_t i = sizeof(note->from); i-- > 0; from >>= 8)
		note->from[i] = (uint8_t)from;
	note->ask = (struct ask){
		.table = &entry_table, .from = span_of(note->from, sizeof(note->from)), .limit = PAGE,
	};
	exchange_hold(x, store_load(writing->store, &note->ask, 1, on_entries_loaded, note));
}

static const struct route routes[] = {
	{ POST, "/test/notes", write_note, ANY_BYTES, 4 * KIB },
	{ POST, "/test/leaves", write_leaf, ANY_BYTES, 4 * KIB },
	{ GET, "/test/notes/{n}", list_entries, NO_BODY, 0 },
	{ 0 },
};

static void *
writing_new(struct loop *loop, struct store *store)
{
	struct writing *writing = calloc(1, sizeof(*writing));

	(void)loop;
	if (!writing)
		abort();
	writing->store = store;
	return writing;
}

int
main(int argc, char **argv)
{
	const struct daemon_addition addition = { .routes = routes, .front_new = writing_new, .tables = tables };

	return daemon_main(argc, argv, &addition);
}
