/* tests/ledger/test_tile.c - tiles: their names, which are needed, and that what is read off them is what RFC 6962
 * says. */
#include "crypto/naive_tree.h"
#include "expect.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "ledger/tile.h"

#define SMALL 300                    /* sizes for which every proof is tried */
#define LARGE ((uint64_t)1 << 20)
#define TRIES 4000                   /* larger ones at random */

static struct naive_tree tree;
static struct arena a;

/* The same numbers in every run (splitmix64). */
static uint64_t
random_number(void)
{
	static uint64_t state = 20261122;
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int
grow(void **state)
{
	struct hash *leaves = calloc(LARGE, sizeof(*leaves));

	(void)state;
	a = arena_init(4 * MIB);
	assert(leaves);
	for (uint64_t i = 0; i < LARGE; i++)
		leaves[i] = merkle_leaf(span_of(&i, sizeof(i)));
	tree = naive_tree_new(leaves, LARGE);
	free(leaves);
	return 0;
}

static int
fell(void **state)
{
	(void)state;
	naive_tree_free(&tree);
	arena_release(&a);
	return 0;
}

/* Names */

static void
names_have_one_form(void **state)
{
	static const struct { const char *text; struct tile_name name; } good[] = {
		{ "0/000", { .width = 256 } },
		{ "0/255", { .number = 255, .width = 256 } },
		{ "3/999.p/1", { .level = 3, .number = 999, .width = 1 } },
		{ "0/x001/000", { .number = 1000, .width = 256 } },
		{ "0/x001/x234/067.p/12", { .number = 1234067, .width = 12 } },
		{ "63/000.p/255", { .level = 63, .width = 255 } },
		{ "entries/000", { .entries = true, .width = 256 } },
		{ "entries/x001/x234/067.p/9", { .entries = true, .number = 1234067, .width = 9 } },
		{ "0/x018/x446/x744/x073/x709/x551/615", { .number = UINT64_MAX, .width = 256 } },
	};
	static const char *const bad[] = {
		"", "0", "0/", "/000", "0/0", "0/00", "0/0000", "0/1000", "0/x001", "0/x001/", "0/x000/001",
		"0/x001/x000", "0/001/000", "0/x1/000", "0/X001/000", "00/000", "01/000", "64/000", "-1/000",
		"+1/000", "0/-01", "0/ 01", "0/000/", "0/000.p", "0/000.p/", "0/000.p/0", "0/000.p/01",
		"0/000.p/256", "0/000.p/1/", "0/000.p/1/2", "0/000.q/1", "0/000/1", "0/x001.p/1", "0/000.p/-1",
		"entries", "entries/", "Entries/000", "entries/0/000", "data/000", "0/00a", "0/x001/x234/067.p",
		" 0/000", "0/000 ", "0//000", "0/x018/x446/x744/x073/x709/x551/616",
		"0/x999/x999/x999/x999/x999/x999/x999/999", "0/000%2ep/1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct tile_name name;

		expect_true(good[i].text, tile_name_read(span_text(good[i].text), &name));
		expect_true(good[i].text, name.entries == good[i].name.entries && name.level == good[i].name.level &&
		    name.number == good[i].name.number && name.width == good[i].name.width);
		expect_text("it is written as it was read", tile_name_write(&a, &name), good[i].text);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct tile_name name;

		expect_true(bad[i], !tile_name_read(span_text(bad[i]), &name));
	}
}

static void
tiles_are_where_the_log_has_grown_to(void **state)
{
	static const struct { const char *title, *name; uint64_t size; bool exists; } cases[] = {
		{ "an empty log has none", "0/000.p/1", 0, false },
		{ "the first leaf", "0/000.p/1", 1, true },
		{ "not the second", "0/000.p/2", 1, false },
		{ "a full tile", "0/000", 256, true },
		{ "not before it is full", "0/000", 255, false },
		{ "a full one still has its beginning", "0/000.p/17", 70000, true },
		{ "nothing above what is not full", "1/000.p/1", 255, false },
		{ "one above the full one", "1/000.p/1", 256, true },
		{ "the specification's example", "0/273.p/112", 70000, true },
		{ "and no more of it", "0/273.p/113", 70000, false },
		{ "nor behind it", "0/274.p/1", 70000, false },
		{ "its second level", "1/001.p/17", 70000, true },
		{ "its third", "2/000.p/1", 70000, true },
		{ "and no fourth", "3/000.p/1", 70000, false },
		{ "entries are as many as leaves", "entries/273.p/112", 70000, true },
		{ "and no more", "entries/274.p/1", 70000, false },
		{ "no log has the ninth level", "8/000.p/1", UINT64_MAX, false },
		{ "the largest log's eighth", "7/000.p/255", UINT64_MAX, true },
		{ "and no full one there", "7/000", UINT64_MAX, false },
		{ "a number far away", "0/x018/x446/x744/x073/x709/x551/615", UINT64_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tile_name name;

		expect_true(cases[i].title, tile_name_read(span_text(cases[i].name), &name));
		expect_number(cases[i].title, tile_exists(&name, cases[i].size), cases[i].exists);
	}
}

/* What is needed, and what is read off it */

/* As a log of `size` has them, each in memory of exactly its size. */
static void
load(struct tile_set *set, uint64_t size)
{
	unsigned of_level[TILE_LEVELS] = { 0 };

	for (size_t i = 0; i < set->count; i++) {
		struct tile *tile = &set->items[i];
		const struct tile_name name = {
			.level = tile->level, .number = tile->number, .width = (unsigned)tile->count
		};
		const struct tile_name wider = {
			.level = tile->level, .number = tile->number, .width = (unsigned)tile->count + 1
		};
		size_t bytes = tile->count * HASH_SIZE;
		uint8_t *copy = malloc(bytes ? bytes : 1);

		assert(copy);
		expect_true("a tile is asked for as wide as it is",
		    tile_exists(&name, size) && (tile->count == TILE_WIDTH || !tile_exists(&wider, size)));
		expect_true("two tiles of a level are enough", ++of_level[tile->level] <= 2);
		memcpy(copy, tree.whole[8 * tile->level] + tile->number * TILE_WIDTH, bytes);
		tile->hashes = copy;
	}
}

static void
unload(struct tile_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free((void *)(uintptr_t)set->items[i].hashes);
}

static bool
same_proof(const struct merkle_proof *x, const struct merkle_proof *y)
{
	return x->count == y->count && memcmp(x->path, y->path, x->count * HASH_SIZE) == 0;
}

static void
try_root(uint64_t size)
{
	struct hash expected = naive_hash(&tree, 0, size), found;
	struct problem why = { 0 };
	struct tile_set set;

	tiles_for_root(size, &set);
	load(&set, size);
	expect_ok("the root", tiles_root(&set, size, &found, &why), &why);
	expect_true("it is the tree's", hash_equal(&found, &expected));
	unload(&set);
}

static void
try_inclusion(uint64_t index, uint64_t size)
{
	struct merkle_proof expected = { 0 }, found;
	struct hash root = naive_hash(&tree, 0, size);
	struct problem why = { 0 };
	struct tile_set set;

	naive_inclusion(&tree, index, 0, size, &expected);
	tiles_for_inclusion(index, size, &set);
	load(&set, size);
	expect_ok("the proof", tiles_inclusion(&set, index, size, &found, &why), &why);
	expect_true("it is the definition's", same_proof(&found, &expected));
	expect_true("it holds", merkle_inclusion_holds(&tree.whole[0][index], index, size, &found, &root));
	unload(&set);
}

static void
try_consistency(uint64_t before, uint64_t after)
{
	struct hash from = naive_hash(&tree, 0, before), to = naive_hash(&tree, 0, after);
	struct merkle_proof expected = { 0 }, found;
	struct problem why = { 0 };
	struct tile_set set;

	naive_consistency(&tree, before, 0, after, true, &expected);
	tiles_for_consistency(before, after, &set);
	load(&set, after);
	expect_ok("the proof", tiles_consistency(&set, before, after, &found, &why), &why);
	expect_true("it is the definition's", same_proof(&found, &expected));
	expect_true("it holds", merkle_consistency_holds(before, after, &found, &from, &to));
	unload(&set);
}

static void
all_proofs_of_small_logs(void **state)
{
	(void)state;
	for (uint64_t size = 1; size <= SMALL; size++) {
		try_root(size);
		for (uint64_t i = 0; i < size; i++) {
			try_inclusion(i, size);
			try_consistency(i + 1, size);
		}
	}
	try_root(0);
}

static void
random_proofs_of_large_logs(void **state)
{
	(void)state;
	for (int i = 0; i < TRIES; i++) {
		/* All magnitudes alike, and near the places where tiles end. */
		uint64_t size = 1 + random_number() % ((uint64_t)1 << (1 + random_number() % 20));

		if (i % 4 == 0)
			size = (size / 256 + 1) * 256 - 1 + random_number() % 3;
		if (i % 16 == 1)
			size = 65536 * (1 + random_number() % 15) - 1 + random_number() % 3;
		size = size > LARGE ? LARGE : size;
		try_root(size);
		try_inclusion(random_number() % size, size);
		try_inclusion(size - 1, size);
		try_consistency(1 + random_number() % size, size);
		try_consistency(size > 1 ? size - 1 : 1, size);
	}
	try_root(LARGE);
	try_inclusion(0, LARGE);
	try_consistency(1, LARGE);
	try_consistency(65536, LARGE);
}

/* No tree is needed to know which tiles would be. */
static void
the_largest_logs_need_few_tiles(void **state)
{
	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t size = random_number() >> random_number() % 64, index;
		struct tile_set sets[3];

		size = size ? size : 1;
		index = random_number() % size;
		tiles_for_root(size, &sets[0]);
		tiles_for_inclusion(index, size, &sets[1]);
		tiles_for_consistency(index + 1, size, &sets[2]);
		for (size_t s = 0; s < COUNT(sets); s++) {
			unsigned of_level[TILE_LEVELS] = { 0 };

			for (size_t t = 0; t < sets[s].count; t++) {
				const struct tile *tile = &sets[s].items[t];
				const struct tile_name name = { .level = tile->level, .number = tile->number,
					.width = (unsigned)tile->count };

				expect_true("the log has it", tile_exists(&name, size));
				expect_true("two of a level are enough", ++of_level[tile->level] <= (s == 0 ? 1 : 2));
			}
		}
	}
	{
		struct tile_set set;

		tiles_for_root(UINT64_MAX, &set);
		expect_number("the largest log's root is in eight tiles", set.count, TILE_LEVELS);
	}
}

/* Tiles that are missing or short */

typedef enum err read_tiles(const struct tile_set *, struct problem *why);

static enum err
read_root(const struct tile_set *set, struct problem *why)
{
	struct hash h;

	return tiles_root(set, 70000, &h, why);
}

static enum err
read_inclusion(const struct tile_set *set, struct problem *why)
{
	struct merkle_proof proof;

	return tiles_inclusion(set, 12345, 70000, &proof, why);
}

static enum err
read_consistency(const struct tile_set *set, struct problem *why)
{
	struct merkle_proof proof;

	return tiles_consistency(set, 12345, 70000, &proof, why);
}

static void
no_tile_is_guessed(void **state)
{
	static read_tiles *const readers[] = { read_root, read_inclusion, read_consistency };
	struct tile_set sets[3];
	struct problem why = { 0 };

	(void)state;
	tiles_for_root(70000, &sets[0]);
	tiles_for_inclusion(12345, 70000, &sets[1]);
	tiles_for_consistency(12345, 70000, &sets[2]);
	for (size_t s = 0; s < COUNT(sets); s++) {
		struct tile_set *set = &sets[s];

		expect_problem("none is loaded", readers[s](set, &why), &why, ERR_INVALID, "found 0");
		load(set, 70000);
		expect_ok("all are loaded", readers[s](set, &why), &why);
		for (size_t i = 0; i < set->count; i++) {
			struct tile kept = set->items[i];

			set->items[i].hashes = NULL;
			expect_problem("one is missing", readers[s](set, &why), &why, ERR_INVALID, "expected at least");
			set->items[i] = kept;
			set->items[i].count = 0;
			expect_problem("one is empty", readers[s](set, &why), &why, ERR_INVALID, "expected at least");
			set->items[i] = kept;
			set->items[i].level = 7;
			expect_problem("one is another", readers[s](set, &why), &why, ERR_INVALID, "expected at least");
			set->items[i] = kept;
		}
		unload(set);
	}
}

static void
published_tile_counts_agree(void **state)
{
	const char *top = getenv("top_srcdir");
	json_t *vectors, *one, *tile;
	const char *index;
	char path[4096];
	size_t i, t;

	(void)state;
	snprintf(path, sizeof(path), "%s/../shared/data/merkle/vectors/tiles.json", top ? top : ".");
	if (access(path, R_OK) != 0) {
		print_message("skipped: ../shared/data/merkle is not here\n");
		skip();
	}
	vectors = json_load_file(path, 0, NULL);
	json_array_foreach(json_object_get(vectors, "tiles_by_size"), i, one) {
		uint64_t size = (uint64_t)json_integer_value(json_object_get(one, "size"));
		size_t partial = 0, levels = 0;
		struct tile_set set;

		json_array_foreach(json_object_get(one, "tiles"), t, tile) {
			struct tile_name name = { .level = (unsigned)json_integer_value(json_object_get(tile, "level")),
				.number = (uint64_t)json_integer_value(json_object_get(tile, "full")),
				.width = TILE_WIDTH };
			unsigned width = (unsigned)json_integer_value(json_object_get(tile, "partial_width"));

			expect_true("no more full tiles", !tile_exists(&name, size));
			name.width = width + 1;
			expect_true("the partial is no wider", !tile_exists(&name, size));
			name.width = width;
			expect_true("the partial is there", width == 0 || tile_exists(&name, size));
			name.number--;
			name.width = TILE_WIDTH;
			expect_true("the full before it too", name.number + 1 == 0 || tile_exists(&name, size));
			partial += width > 0;
			levels++;
		}
		tiles_for_root(size, &set);
		expect_number("the root is in the partial tiles", set.count, partial);
		expect_true(
		    "no level above", !tile_exists(&(struct tile_name){ .level = (unsigned)levels, .width = 1 }, size));
	}
	expect_number("so many sizes", i, 8);
	json_object_foreach(json_object_get(vectors, "index_paths"), index, one) {
		struct tile_name name = { .width = TILE_WIDTH };

		expect_true("a number", span_number(span_text(index), &name.number));
		expect_text("its name", tile_name_write(&a, &name), arena_print(&a, "0/%s", json_string_value(one)));
	}
	json_decref(vectors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_one_form),
		cmocka_unit_test(tiles_are_where_the_log_has_grown_to),
		cmocka_unit_test(all_proofs_of_small_logs),
		cmocka_unit_test(random_proofs_of_large_logs),
		cmocka_unit_test(the_largest_logs_need_few_tiles),
		cmocka_unit_test(no_tile_is_guessed),
		cmocka_unit_test(published_tile_counts_agree),
	};

	return cmocka_run_group_tests_name("tile", tests, grow, fell);
}
