/* tests/ledger/test_entry.c - entries of the log: appended whole, read back, erased with their proof intact. */
#include "expect.h"

#include "base/log.h"
#include "codec/text.h"
#include "ledger/entry.h"
#include "store/memory.h"

static const struct table *const tables[] = { &ledger_leaf_table, &ledger_entry_table, NULL };
static const struct instant now = { SECONDS(1795324800) };

struct stage {
	struct arena arena;
	struct store *store;
	struct ask ask;
	struct span value;
	uint64_t generation;
	enum err code;
};

static int
raise_stage(void **state)
{
	static struct stage s;

	log_open("test", LOG_LEVEL_ERROR);
	s = (struct stage){ .arena = arena_init(16 * MIB), .store = store_memory_new(tables, ROLE_WORKER, 7) };
	*state = &s;
	return 0;
}

static int
strike_stage(void **state)
{
	struct stage *s = *state;

	store_free(s->store);
	arena_release(&s->arena);
	return 0;
}

static void
on_stage_committed(void *arg, const struct committed *c)
{
	((struct stage *)arg)->code = c->code;
}

static void
commit(struct stage *s, const struct unit *unit)
{
	s->code = ERR_IO;
	store_commit(s->store, unit, on_stage_committed, s);
	while (store_memory_step(s->store, now))
		continue;
	expect_number("committed", s->code, OK);
}

static void
on_stage_loaded(void *arg, enum err err, const struct problem *why)
{
	struct stage *s = arg;

	expect_ok("loaded", err, why);
	s->value = s->ask.count ? arena_copy(&s->arena, s->ask.rows[0].value) : (struct span){ 0 };
	s->generation = s->ask.count ? s->ask.rows[0].generation : 0;
}

static struct span
get(struct stage *s, const struct table *table, struct span key)
{
	s->ask = (struct ask){ .table = table, .from = key };
	store_load(s->store, &s->ask, 1, on_stage_loaded, s);
	while (store_memory_step(s->store, now))
		continue;
	return s->value;
}

static void
an_entry_knows_its_leaf_and_the_leaf_its_entry(void **state)
{
	static const struct ledger_entry written[] = {
		{ .kind = LEDGER_DECISION, .salt = "0123456789abcdef", .party = { (const uint8_t *)"hospital", 8 },
		    .content = { (const uint8_t *)"{\"result\":true}", 15 } },
		{ .kind = LEDGER_CHANGE, .salt = "fedcba9876543210", .content = { (const uint8_t *)"{}", 2 } },
		{ .kind = LEDGER_POLICY, .salt = "0123456789abcdef", .content = { (const uint8_t *)"{\"a\":1}", 7 } },
	};
	struct stage *s = *state;
	struct unit *unit = unit_new(&s->arena, tables, id_new(now));
	struct id ids[COUNT(written)];

	for (size_t i = 0; i < COUNT(written); i++) {
		ids[i] = id_new(now);
		ledger_append(unit, ids[i], &written[i]);
	}
	commit(s, unit);
	for (size_t i = 0; i < COUNT(written); i++) {
		struct hash commitment, own = ledger_commitment(written[i].salt, written[i].content);
		struct ledger_entry read;
		struct id id;

		expect_true("the entry is found by its id",
		    ledger_entry_read(get(s, &ledger_entry_table, id_span(&ids[i])), &read));
		expect_number("and knows its leaf's number", read.number, i + 1);
		expect_number("its kind", read.kind, written[i].kind);
		expect_true("its salt", memcmp(read.salt, written[i].salt, LEDGER_SALT) == 0);
		expect_true("its party", span_equal(read.party, written[i].party));
		expect_true("and its content", span_equal(read.content, written[i].content));
		expect_true("the leaf is found by that number", ledger_leaf_read(get(s, &ledger_leaf_table,
		    ledger_number_key(&s->arena, read.number)), &commitment, &id));
		expect_true("it commits to the entry", hash_equal(&commitment, &own));
		expect_true("and names it", memcmp(id.bytes, ids[i].bytes, sizeof(id.bytes)) == 0);
	}
}

/* SHA-256 of the 16 bytes of the salt and of the text behind them, by sha256sum(1). */
static void
a_commitment_is_the_hash_of_salt_and_content(void **state)
{
	struct stage *s = *state;
	static const uint8_t salt[LEDGER_SALT] = "0123456789abcdef";
	struct hash h = ledger_commitment(salt, span_text("{\"result\":true}"));

	expect_text("as anybody computes it", hex_write(&s->arena, span_of(h.bytes, HASH_SIZE)),
	    "2baa114a49e64694cdf2d149c2a7462686c274c31f961a8600a2508a978cd57b");
}

static void
what_is_erased_leaves_its_leaf(void **state)
{
	struct stage *s = *state;
	struct ledger_entry entry = { .kind = LEDGER_DECISION, .salt = "0123456789abcdef", .party = span_text("shop"),
		.content = span_text("{\"person\":\"x\"}") };
	struct unit *unit = unit_new(&s->arena, tables, id_new(now));
	struct span leaf;
	struct id id = id_new(now);

	ledger_append(unit, id_new(now), &entry);
	ledger_append(unit, id, &entry);
	commit(s, unit);
	leaf = get(s, &ledger_leaf_table, ledger_number_key(&s->arena, 2));
	expect_true("read", ledger_entry_read(get(s, &ledger_entry_table, id_span(&id)), &entry));
	unit = unit_new(&s->arena, tables, id_new(now));
	unit_expect(unit, &ledger_entry_table, id_span(&id), s->generation);
	ledger_entry_erase(unit, id, &entry);
	commit(s, unit);
	expect_true("read again", ledger_entry_read(get(s, &ledger_entry_table, id_span(&id)), &entry));
	expect_number("it keeps its number", entry.number, 2);
	expect_number("and kind", entry.kind, LEDGER_DECISION);
	expect_span("and party", entry.party, "shop");
	expect_number("its content is gone", entry.content.size, 0);
	for (size_t i = 0; i < LEDGER_SALT; i++)
		expect_number("and its salt", entry.salt[i], 0);
	expect_true("the leaf is as it was",
	    span_equal(get(s, &ledger_leaf_table, ledger_number_key(&s->arena, 2)), leaf));
}

static void
rows_that_are_not_ours_are_not_read(void **state)
{
	static const char good[] = "\0\0\0\0\0\0\0\1" "\1" "\1" "0123456789abcdef" "\0\0\0\1" "p" "\0\0\0\2" "{}";
	static const struct {
		const char *title;
		size_t at;
		char byte;
	} cases[] = {
		{ "no number", 7, 0 },
		{ "a later format", 8, 2 },
		{ "no kind", 9, 0 },
		{ "an unknown kind", 9, LEDGER_KINDS },
		{ "a party longer than the row", 29, 9 },
		{ "content shorter than the row", 34, 1 },
	};
	struct ledger_entry entry;
	struct hash commitment;
	struct id id;

	(void)state;
	expect_true("a good one is read", ledger_entry_read(span_of(good, sizeof(good) - 1), &entry));
	for (size_t i = 0; i < COUNT(cases); i++) {
		char bad[sizeof(good)];

		memcpy(bad, good, sizeof(good));
		bad[cases[i].at] = cases[i].byte;
		expect_true(cases[i].title, !ledger_entry_read(span_of(bad, sizeof(bad) - 1), &entry));
		expect_number("and nothing of it is told", entry.number, 0);
	}
	for (size_t size = 0; size < sizeof(good) - 1; size++)
		expect_true("cut short", !ledger_entry_read(span_of(good, size), &entry));
	expect_true("a leaf of another size", !ledger_leaf_read(span_of(good, 32), &commitment, &id));
}

static void
an_id_has_one_text(void **state)
{
	static const struct {
		const char *title, *text;
		bool good;
	} cases[] = {
		{ "32 digits", "0192f3a4b5c6d7e8f900112233445566", true },
		{ "capitals", "0192F3A4b5c6d7e8f900112233445566", false },
		{ "31 digits", "0192f3a4b5c6d7e8f90011223344556", false },
		{ "34 digits", "0192f3a4b5c6d7e8f90011223344556677", false },
		{ "no digit", "0192f3a4b5c6d7e8f90011223344556g", false },
		{ "nothing", "", false },
	};
	char text[LEDGER_ID_TEXT];
	struct id id;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_true(cases[i].title, ledger_id_read(span_text(cases[i].text), &id) == cases[i].good);
		if (cases[i].good)
			expect_text(cases[i].title, ledger_id_text(&id, text), cases[i].text);
	}
}

int
main(void)
{
#define SCENE(name) cmocka_unit_test_setup_teardown(name, raise_stage, strike_stage)
	const struct CMUnitTest tests[] = {
		SCENE(an_entry_knows_its_leaf_and_the_leaf_its_entry),
		SCENE(a_commitment_is_the_hash_of_salt_and_content),
		SCENE(what_is_erased_leaves_its_leaf),
		SCENE(rows_that_are_not_ours_are_not_read),
		SCENE(an_id_has_one_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
