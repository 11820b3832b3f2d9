/* tests/ledger/test_keeper.c - the log is kept: all that is recorded is under a checkpoint, whoever dies in between,
 * and nothing is signed that does not continue what was signed.
 */
#include "ledger/stage.h"

#include "signer/ledger_head.h"

static struct stage stage;

static int
raise_stage(void **state)
{
	stage_open(&stage, 3);
	*state = &stage;
	return 0;
}

static int
strike_stage(void **state)
{
	stage_close(*state);
	return 0;
}

static void
append_journal(struct stage *s, const char *entry)
{
	struct unit *unit = unit_new(&s->arena, stage_tables, id_new(stage_now));

	unit_append(unit, &stage_journal, span_text(entry));
	stage_commit(s, unit);
}

static void
expect_root(const char *title, struct stage *s, const struct checkpoint *checkpoint)
{
	struct naive_tree tree = stage_tree(s);
	struct hash root = naive_hash(&tree, 0, checkpoint->size);

	expect_true(title, checkpoint->size <= tree.count && hash_equal(&root, &checkpoint->root));
	naive_tree_free(&tree);
}

static void
the_journal_is_the_logs_first_leaves(void **state)
{
	static const char *const entries[] = { "{\"event\":\"first\"}", "{\"event\":\"second\"}",
	    "{\"event\":\"third\"}" };
	struct stage *s = *state;
	struct stage_look leaves;
	struct ledger_state kept;
	struct checkpoint checkpoint;

	for (size_t i = 0; i < 2; i++)
		append_journal(s, entries[i]);
	kept = stage_await(s, 2);
	stage_append(s, 0, 3);
	kept = stage_await(s, 5);
	append_journal(s, entries[2]);
	kept = stage_await(s, 6);
	expect_number("all of it is taken over", kept.journal, 3);
	expect_number("and in tiles", kept.tiled, 6);
	checkpoint = stage_verify(s, kept.note, "first");
	expect_number("what is signed is what is kept", checkpoint.size, 6);
	expect_root("the root is the tree's", s, &checkpoint);
	leaves = stage_load(s, (struct ask){ .table = &ledger_leaf_table, .limit = 100 });
	for (size_t i = 0, n = 0; i < leaves.count; i++) {
		struct hash commitment, own;
		struct ledger_entry entry;
		struct stage_look look;
		struct id id;

		if (i >= 2 && i < 5)
			continue;
		expect_true("a leaf", ledger_leaf_read(leaves.rows[i].value, &commitment, &id));
		look = stage_load(s, (struct ask){ .table = &ledger_entry_table, .from = span_of(id.bytes,
		    sizeof(id.bytes)) });
		expect_true("with its entry", look.count == 1 && ledger_entry_read(look.rows[0].value, &entry));
		expect_number("of a change", entry.kind, LEDGER_CHANGE);
		expect_span("word for word", entry.content, entries[n++]);
		own = ledger_commitment(entry.salt, entry.content);
		expect_true("to which the leaf commits", hash_equal(&commitment, &own));
		expect_number("salted", entry.salt[0] || entry.salt[1] || entry.salt[2] || entry.salt[3], 1);
	}
}

/* The same leaves and more, in a store that has none of the rest. */
static void
restock(struct stage *s, uint64_t leaves)
{
	stage_stop_keeper(s);
	store_free(s->store);
	s->store = store_memory_new(stage_tables, ROLE_STEWARD, leaves);
	stage_append(s, 0, leaves);
	stage_start_keeper(s);
}

/* Every proof that a reader could ask of the tiles, at a few places, under every checkpoint. */
static void
proofs_hold_at_every_size(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 255, 256, 257, 300, 65535, 65536, 65537, 70000 };
	struct stage *s = *state;
	struct checkpoint before = { .size = 0 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct checkpoint now;
		struct naive_tree tree;
		struct hash root;

		/* Much at once is more than one part, and nobody watches while it comes. */
		if (sizes[i] > before.size + 10000)
			restock(s, sizes[i]);
		else
			stage_append(s, before.size, sizes[i]);
		now = stage_verify(s, stage_await(s, sizes[i]).note, "first");
		tree = stage_tree(s);
		root = naive_hash(&tree, 0, now.size);
		expect_true("the root is the tree's", hash_equal(&root, &now.root));
		for (uint64_t index = 0; index < now.size; index += now.size / 7 + 1) {
			struct tile_set set = { .count = 0 };
			struct ask asks[TILES_LARGEST];
			struct merkle_proof proof, naive = { .count = 0 };
			struct problem why;

			tiles_for_inclusion(index, now.size, &set);
			ledger_tiles_ask(&s->arena, &set, asks);
			for (size_t n = 0; n < set.count; n++) {
				struct stage_look look = stage_load(s, asks[n]);

				asks[n].rows = look.rows;
				asks[n].count = look.count;
			}
			ledger_tiles_take(asks, &set);
			expect_ok("a proof", tiles_inclusion(&set, index, now.size, &proof, &why), &why);
			naive_inclusion(&tree, index, 0, now.size, &naive);
			expect_true("is the tree's", proof.count == naive.count &&
			    memcmp(proof.path, naive.path, proof.count * sizeof(struct hash)) == 0);
		}
		naive_tree_free(&tree);
		before = now;
	}
	expect_number("tiles: 274 and 2 and 1", stage_load(s, (struct ask){ .table = &ledger_tile_table,
	    .limit = 1000 }).count, 274 + 2 + 1);
	expect_true("every checkpoint is kept",
	    stage_load(s, (struct ask){ .table = &ledger_checkpoint_table, .limit = 1000 }).count >= 4);
	expect_number("the last size of each minute is remembered", stage_state(s).growth_count, 1);
	expect_number("as it was", stage_state(s).growth[0].size, 70000);
}

#define TABLES (COUNT(stage_tables) - 1)

struct copy {
	struct ask asks[TABLES];
	struct arena *arena;
	bool done;
};

static void
on_copied(void *arg, enum err err, const struct problem *why)
{
	struct copy *c = arg;

	expect_ok("copied", err, why);
	c->done = true;
	for (size_t i = 0; i < TABLES; i++) {
		struct row *rows = arena_array(c->arena, struct row, c->asks[i].count);

		for (size_t n = 0; n < c->asks[i].count; n++) {
			rows[n] = c->asks[i].rows[n];
			rows[n].key = arena_copy(c->arena, rows[n].key);
			rows[n].value = arena_copy(c->arena, rows[n].value);
		}
		c->asks[i].rows = rows;
	}
}

/* All that a store holds at one moment, put into another: as a recorder's successor finds it; what was on its way is
 * lost. The keeper is a new one, too. */
static void
reopen(struct stage *s, uint64_t seed)
{
	struct copy copy = { .arena = &s->arena };
	const struct ask *rows = copy.asks;
	struct store *old = s->store;

	for (size_t i = 0; i < TABLES; i++)
		copy.asks[i] = (struct ask){ .table = stage_tables[i], .limit = 1000000 };
	store_load(s->store, copy.asks, TABLES, on_copied, &copy);
	while (!copy.done)
		store_memory_step(s->store, stage_now);
	stage_stop_keeper(s);
	s->store = store_memory_new(stage_tables, ROLE_STEWARD, seed);
	for (size_t i = 0; i < TABLES; i++) {
		struct arena a = arena_init(256 * MIB);
		struct unit *unit = unit_new(&a, stage_tables, id_new(stage_now));

		for (size_t n = 0; n < rows[i].count; n++)
			if (stage_tables[i]->flags & TABLE_APPEND_ONLY)
				unit_append(unit, stage_tables[i], rows[i].rows[n].value);
			else
				unit_put(unit, stage_tables[i], rows[i].rows[n].key, rows[i].rows[n].value);
		stage_commit(s, unit);
		arena_release(&a);
	}
	store_free(old);
	stage_start_keeper(s);
}

/* Every checkpoint that was ever kept is of the one tree. */
static void
expect_one_history(struct stage *s)
{
	struct stage_look kept = stage_load(s, (struct ask){ .table = &ledger_checkpoint_table, .limit = 100000 });
	struct naive_tree tree = stage_tree(s);
	struct checkpoint before = { .size = 0 };

	for (size_t i = 0; i < kept.count; i++) {
		struct checkpoint checkpoint = stage_verify(s, kept.rows[i].value, "first");
		struct merkle_proof proof = { .count = 0 };
		struct hash root = naive_hash(&tree, 0, checkpoint.size);

		expect_true("its root is the tree's", hash_equal(&root, &checkpoint.root));
		if (before.size && before.size < checkpoint.size) {
			naive_consistency(&tree, before.size, 0, checkpoint.size, true, &proof);
			expect_true("it continues the one before", merkle_consistency_holds(before.size,
			    checkpoint.size, &proof, &before.root, &checkpoint.root));
		}
		before = checkpoint;
	}
	naive_tree_free(&tree);
}

/* Steward, recorder and signer die at every moment there is between two answers. */
static void
whoever_dies_is_continued(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct stage s;
		uint64_t appended = 0, journal = 0;

		stage_open(&s, seed);
		for (unsigned round = 0; round < 25; round++) {
			unsigned steps = (unsigned)((seed * 7 + round * 13) % 40);

			if (round % 3 == 0) {
				append_journal(&s, "{}");
				journal++;
			}
			stage_append(&s, appended, appended + 50 + round);
			appended += 50 + round;
			while (steps--)
				stage_step(&s);
			if (round % 5 == 4)
				stage_link_signer(&s);
			if (round % 2)
				reopen(&s, seed + round);
		}
		expect_number("the journal once", stage_await(&s, appended + journal).journal, journal);
		expect_one_history(&s);
		stage_close(&s);
	}
}

/* Many leaves become tiles part by part; each part is whole, whatever else is. */
static void
who_dies_between_two_parts_of_tiles_is_continued(void **state)
{
	static const uint64_t leaves = 40000;
	struct stage *s = *state;
	uint64_t before = 0;
	unsigned parts = 0;

	stage_append(s, 0, 1);
	restock(s, leaves);
	for (unsigned steps = 0; before < leaves; steps++) {
		struct ledger_state state_now;

		/* A few steps more each time: before the leaves come, before the tiles are kept, and after. */
		for (unsigned i = 0; i < 4 + steps % 9; i++)
			stage_step(s);
		reopen(s, 100 + steps);
		state_now = stage_state(s);
		expect_true("no tile is lost", state_now.tiled >= before);
		expect_true("no checkpoint is ahead of the tiles", state_now.newest.size <= state_now.tiled);
		parts += state_now.tiled > before;
		before = state_now.tiled;
		assert_true(steps < 1000);
	}
	expect_true("it died between parts", parts >= 2);
	expect_number("the log is whole", stage_await(s, leaves).tiled, leaves);
	expect_one_history(s);
	expect_number("and its tiles: 157 and 1", stage_load(s, (struct ask){ .table = &ledger_tile_table,
	    .limit = 1000 }).count, 157 + 1);
}

static void
without_a_key_it_waits_for_one(void **state)
{
	struct stage *s = *state;
	struct buffer json = buffer_init(4 * KIB);
	struct ledger_state kept;

	s->key = NULL;
	stage_append(s, 0, 10);
	for (int i = 0; i < 100; i++)
		stage_step(s);
	kept = stage_state(s);
	expect_number("tiles are made", kept.tiled, 10);
	expect_number("nothing is signed", kept.newest.size, 0);
	expect_number("and nothing is wrong", kept.halted.size, 0);
	ledger_keeper_write(s->keeper, &json);
	expect_span("the operator is told", buffer_span(&json), "{\"size\":10,\"tiled\":10,\"signed\":0,\"at\":null,"
	    "\"origin\":\"" STAGE_ORIGIN "\",\"key\":null,\"halted\":null,\"waits_for\":\"an active key of use "
	    "ledger\"}");
	buffer_release(&json);
	s->key = "first";
	ledger_keeper_look(s->keeper);
	stage_verify(s, stage_await(s, 10).note, "first");
}

static void
another_key_signs_the_same_log(void **state)
{
	struct stage *s = *state;
	struct ledger_state first, second;

	stage_append(s, 0, 10);
	first = stage_await(s, 10);
	s->key = "second";
	ledger_keeper_look(s->keeper);
	for (int i = 0; i < 200; i++)
		stage_step(s);
	second = stage_await(s, 10);
	stage_verify(s, second.note, "second");
	expect_true("the same root", hash_equal(&first.newest.root, &second.newest.root));
	expect_true("and another verifier key", !span_equal(first.key, second.key));
	stage_append(s, 10, 20);
	stage_verify(s, stage_await(s, 20).note, "second");
}

static void
expect_halted(struct stage *s, const char *part)
{
	for (int i = 0; i < 400; i++) {
		struct ledger_state state = stage_state(s);

		if (state.halted.size && memmem(state.halted.data, state.halted.size, part, strlen(part)))
			return;
		stage_step(s);
	}
	fail_msg("the log is not halted: %s", part);
}

static void
a_log_restored_from_a_backup_is_not_signed(void **state)
{
	struct stage *s = *state;
	struct ledger_head *head;
	struct ledger_state kept;
	struct problem why;
	struct store *older;

	stage_append(s, 0, 100);
	stage_await(s, 100);
	/* The backup: of 40 leaves, kept as it was then. */
	stage_stop_keeper(s);
	older = store_memory_new(stage_tables, ROLE_STEWARD, 5);
	store_free(s->store);
	s->store = older;
	stage_append(s, 0, 40);
	stage_start_keeper(s);
	expect_halted(s, "a checkpoint of 100 leaves has been signed, and the log is shorter");
	kept = stage_state(s);
	expect_number("nothing is signed", kept.newest.size, 0);
	expect_number("its tiles are made all the same", kept.tiled, 40);
	/* It grows past the head, with other leaves. */
	stage_append(s, 1000, 1080);
	ledger_keeper_look(s->keeper);
	for (int i = 0; i < 400 && stage_state(s).tiled != 120; i++)
		stage_step(s);
	/* Why, is said all the same when it could not be written at first. */
	store_memory_fail_commits(s->store, 1, ERR_FULL);
	expect_halted(s, "the log of 120 leaves does not continue the one of 100");
	stage_append(s, 2000, 2005);
	ledger_keeper_look(s->keeper);
	for (int i = 0; i < 300; i++)
		stage_step(s);
	expect_halted(s, "does not continue");
	expect_number("still nothing", stage_state(s).newest.size, 0);
	/* The operator decides. */
	expect_ok("the head", ledger_head_open_existing(s->keys.path, &head, &why), &why);
	expect_ok("is released", ledger_head_release(head, &why), &why);
	ledger_head_free(head);
	ledger_keeper_look(s->keeper);
	kept = stage_await(s, 125);
	expect_root("then it is signed as it is", s, &kept.newest);
	stage_append(s, 3000, 3001);
	stage_await(s, 126);
}

/* What the signer remembers becomes another, as of a log that went on elsewhere. */
static void
remember(struct stage *s, uint64_t size, const struct hash *root)
{
	static const struct merkle_proof none = { .count = 0 };
	struct ledger_head *head;
	struct problem why;

	expect_ok("the head", ledger_head_open_existing(s->keys.path, &head, &why), &why);
	expect_ok("is released", ledger_head_release(head, &why), &why);
	expect_ok("and is another", ledger_head_advance(head, size, root, &none, &why), &why);
	ledger_head_free(head);
}

/* As the backup was: a checkpoint holds all its leaves, so nothing is to be signed, and yet not all is well. */
static void
an_older_log_is_halted_before_it_grows(void **state)
{
	const struct hash other = { { 1 } };
	struct stage *s = *state;
	struct ledger_state kept;

	stage_append(s, 0, 40);
	kept = stage_await(s, 40);
	reopen(s, 4);
	for (int i = 0; i < 200; i++)
		stage_step(s);
	expect_number("one that is not older is well", stage_state(s).halted.size, 0);
	remember(s, 100, &other);
	reopen(s, 5);
	expect_halted(s, "a checkpoint of 100 leaves has been signed, and the log is shorter");
	remember(s, 40, &kept.newest.root);
	ledger_keeper_look(s->keeper);
	stage_await(s, 40);
	remember(s, 40, &other);
	reopen(s, 6);
	expect_halted(s, "40 leaves");
	expect_number("what was signed stays", stage_state(s).newest.size, 40);
}

static void
a_log_that_lost_nothing_goes_on_after_a_restore(void **state)
{
	struct stage *s = *state;

	stage_append(s, 0, 300);
	stage_await(s, 300);
	reopen(s, 9);
	stage_append(s, 300, 310);
	stage_await(s, 310);
	expect_one_history(s);
}

static void
a_full_store_is_waited_for(void **state)
{
	struct stage *s = *state;
	struct ledger_state kept;

	stage_append(s, 0, 10);
	stage_await(s, 10);
	stage_append(s, 10, 20);
	store_memory_fail_commits(s->store, 2, ERR_FULL);
	kept = stage_await(s, 20);
	expect_root("it goes on when there is space", s, &kept.newest);
}

static void
a_signer_that_is_lost_is_waited_for(void **state)
{
	struct stage *s = *state;

	stage_append(s, 0, 10);
	stage_await(s, 10);
	stage_lose_signer(s);
	stage_append(s, 10, 20);
	for (int i = 0; i < 200; i++)
		stage_step(s);
	expect_number("nothing is signed", stage_state(s).newest.size, 10);
	stage_link_signer(s);
	stage_await(s, 20);
}

static void
a_name_that_cannot_be_signed_halts_it(void **state)
{
	struct stage *s = *state;
	char name[300];
	const struct ledger_keeper_settings settings = { .origin = name, .journal = &stage_journal,
		.key = stage_key, .spki = stage_spki, .arg = s, .now = stage_clock };

	stage_append(s, 0, 3);
	stage_stop_keeper(s);
	store_free(s->store);
	s->store = store_memory_new(stage_tables, ROLE_STEWARD, 5);
	stage_append(s, 0, 3);
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	s->keeper = ledger_keeper_new(s->loop, s->store, s->client, &settings);
	ledger_keeper_look(s->keeper);
	expect_halted(s, "has 299 bytes: at most 200 can be signed");
}

int
main(void)
{
#define SCENE(name) cmocka_unit_test_setup_teardown(name, raise_stage, strike_stage)
	const struct CMUnitTest tests[] = {
		SCENE(the_journal_is_the_logs_first_leaves),
		SCENE(proofs_hold_at_every_size),
		cmocka_unit_test(whoever_dies_is_continued),
		SCENE(who_dies_between_two_parts_of_tiles_is_continued),
		SCENE(without_a_key_it_waits_for_one),
		SCENE(another_key_signs_the_same_log),
		SCENE(a_log_restored_from_a_backup_is_not_signed),
		SCENE(an_older_log_is_halted_before_it_grows),
		SCENE(a_log_that_lost_nothing_goes_on_after_a_restore),
		SCENE(a_full_store_is_waited_for),
		SCENE(a_signer_that_is_lost_is_waited_for),
		SCENE(a_name_that_cannot_be_signed_halts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
