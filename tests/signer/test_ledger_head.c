/* tests/signer/test_ledger_head.c - what the signer remembers of the log: nothing else is signed, whatever happened. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "crypto/naive_tree.h"
#include "crypto/scratch.h"

#include "base/log.h"
#include "signer/ledger_head.h"

#define LEAVES 700
#define FILE_NAME "ledger.head"

static struct naive_tree tree, other; /* of the same leaves but the hundredth */

static int
grow_trees(void **state)
{
	static struct hash leaves[LEAVES];

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	for (size_t i = 0; i < LEAVES; i++)
		leaves[i] = merkle_leaf(span_of(&i, sizeof(i)));
	tree = naive_tree_new(leaves, LEAVES);
	leaves[99] = merkle_leaf(span_text("another"));
	other = naive_tree_new(leaves, LEAVES);
	return 0;
}

static int
fell_trees(void **state)
{
	(void)state;
	naive_tree_free(&tree);
	naive_tree_free(&other);
	return 0;
}

static struct ledger_head *
open_head(const struct scratch *dir)
{
	struct ledger_head *h = NULL;
	struct problem why;

	expect_ok("opened", ledger_head_open(dir->path, &h, &why), &why);
	return h;
}

static enum err
advance(struct ledger_head *h, const struct naive_tree *t, uint64_t from, uint64_t size, struct problem *why)
{
	struct merkle_proof proof = { .count = 0 };
	struct hash root = naive_hash(t, 0, size);

	if (from > 0 && from < size)
		naive_consistency(t, from, 0, size, true, &proof);
	return ledger_head_advance(h, size, &root, &proof, why);
}

static void
expect_last(const char *title, struct ledger_head *h, const struct naive_tree *t, uint64_t size)
{
	struct problem why;
	struct hash root;
	uint64_t found;

	expect_ok(title, ledger_head_last(h, &found, &root, &why), &why);
	expect_number(title, found, size);
	if (size) {
		struct hash expected = naive_hash(t, 0, size);

		expect_true(title, hash_equal(&root, &expected));
	}
}

static void
only_what_continues_the_last_is_signed(void **state)
{
	static const struct {
		const char *title;
		bool other;          /* of the other tree */
		uint64_t from, size; /* the proof's; from 0: no proof */
		enum err code;
		const char *part;
	} steps[] = {
		{ "an empty log", false, 0, 0, ERR_INVALID, "a log without leaves has no checkpoint" },
		{ "the first may be any", false, 0, 5, OK, "" },
		{ "the same once more", false, 0, 5, OK, "" },
		{ "larger, with a proof", false, 5, 8, OK, "" },
		{ "smaller", false, 0, 5, ERR_CONFLICT, "has 5 leaves, but a checkpoint of 8 has been signed" },
		{ "larger, without a proof", false, 0, 9, ERR_CONFLICT, "of 9 leaves does not continue the one of 8" },
		{ "with the proof from another size", false, 7, 9, ERR_CONFLICT, "does not continue" },
		{ "much larger", false, 8, 300, OK, "" },
		{ "the same size, another root", true, 0, 300, ERR_CONFLICT,
		    "300 leaves with another root has been signed" },
		{ "another log, with its own proof", true, 300, 301, ERR_CONFLICT, "does not continue" },
		{ "one more", false, 300, 301, OK, "" },
	};
	struct scratch dir = scratch_new();
	struct ledger_head *h = open_head(&dir);
	uint64_t last = 0;

	(void)state;
	expect_last("nothing is signed at first", h, &tree, 0);
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct problem why;

		expect_problem(steps[i].title, advance(h, steps[i].other ? &other : &tree, steps[i].from,
		    steps[i].size, &why), &why, steps[i].code, steps[i].part);
		if (steps[i].code == OK)
			last = steps[i].size;
		expect_last(steps[i].title, h, &tree, last);
		if (i % 3 == 0) {
			ledger_head_free(h);
			h = open_head(&dir);
			expect_last("a successor knows the same", h, &tree, last);
		}
	}
	ledger_head_free(h);
	scratch_free(&dir);
}

/* Turns every byte of the file from `at` on, as a crash in the middle of a write may leave them. */
static void
spoil(const struct scratch *dir, off_t at, size_t size)
{
	int fd = open(scratch_path(dir, FILE_NAME), O_RDWR | O_CLOEXEC);
	uint8_t bytes[128];

	assert_true(fd >= 0 && size <= sizeof(bytes) && pread(fd, bytes, size, at) == (ssize_t)size);
	for (size_t i = 0; i < size; i++)
		bytes[i] ^= 0x5a;
	assert_int_equal(pwrite(fd, bytes, size, at), size);
	close(fd);
}

static void
a_write_cut_short_leaves_the_one_before(void **state)
{
	struct scratch dir = scratch_new();
	struct ledger_head *h = open_head(&dir);
	struct problem why;
	struct hash root;
	uint64_t size;

	(void)state;
	expect_ok("first", advance(h, &tree, 0, 5, &why), &why);
	expect_ok("second", advance(h, &tree, 5, 8, &why), &why);
	expect_ok("third", advance(h, &tree, 8, 9, &why), &why);
	spoil(&dir, 40, 20); /* the third stands where the first stood */
	expect_last("the second counts", h, &tree, 8);
	expect_ok("and is continued", advance(h, &tree, 8, 10, &why), &why);
	expect_last("in the place that was spoilt", h, &tree, 10);
	spoil(&dir, 127, 1);
	spoil(&dir, 512 + 16, 1);
	expect_problem("of two that are broken none is believed", ledger_head_last(h, &size, &root, &why), &why,
	    ERR_INVALID,
	    "neither of its two records is whole");
	expect_problem("and nothing is signed", advance(h, &tree, 8, 11, &why), &why, ERR_INVALID, "neither");
	expect_problem("nor released", ledger_head_release(h, &why), &why, ERR_INVALID, "neither");
	ledger_head_free(h);
	scratch_free(&dir);
}

static void
two_signers_see_each_other(void **state)
{
	struct scratch dir = scratch_new();
	struct ledger_head *old = open_head(&dir), *new = open_head(&dir);
	struct problem why;

	(void)state;
	expect_ok("the old one signs", advance(old, &tree, 0, 5, &why), &why);
	expect_last("and the new one knows", new, &tree, 5);
	expect_ok("the new one signs", advance(new, &tree, 5, 200, &why), &why);
	expect_problem("which the old one does not sign again otherwise", advance(old, &other, 5, 200, &why), &why,
	    ERR_CONFLICT, "with another root");
	expect_problem("nor", advance(old, &tree, 0, 5, &why), &why, ERR_CONFLICT,
	    "a checkpoint of 200 has been signed");
	ledger_head_free(old);
	ledger_head_free(new);
	scratch_free(&dir);
}

static void
an_operator_may_release_it_and_the_evidence_stays(void **state)
{
	struct scratch dir = scratch_new();
	struct ledger_head *h = NULL;
	struct problem why;
	char before[2048], after[4096];
	struct span kept;

	(void)state;
	expect_problem("no signer has ever been here", ledger_head_open_existing(dir.path, &h, &why), &why,
	    ERR_NOT_FOUND, FILE_NAME);
	h = open_head(&dir);
	expect_ok("nothing to release", ledger_head_release(h, &why), &why);
	expect_ok("signed", advance(h, &other, 0, 300, &why), &why);
	kept = scratch_read(&dir, FILE_NAME, before, sizeof(before));
	expect_problem("a restored log", advance(h, &tree, 0, 200, &why), &why, ERR_CONFLICT, "restored from a backup");
	expect_ok("released", ledger_head_release(h, &why), &why);
	expect_ok("twice is once", ledger_head_release(h, &why), &why);
	expect_last("any may follow", h, &tree, 0);
	ledger_head_free(h);
	h = open_head(&dir);
	expect_last("also after a restart", h, &tree, 0);
	expect_ok("so it is signed", advance(h, &tree, 0, 200, &why), &why);
	expect_problem("and counts from then on", advance(h, &other, 200, 201, &why), &why, ERR_CONFLICT,
	    "does not continue");
	expect_ok("released again", ledger_head_release(h, &why), &why);
	expect_number("both releases are kept", scratch_read(&dir, FILE_NAME, after, sizeof(after)).size,
	    1024 + 2 * 128);
	expect_true("as they stood", memcmp(after + 1024, kept.data, 128) == 0);
	ledger_head_free(h);
	scratch_free(&dir);
}

static void
a_file_that_others_can_touch_is_refused(void **state)
{
	struct scratch dir = scratch_new();
	struct ledger_head *h = NULL;
	struct problem why;

	(void)state;
	scratch_write(&dir, FILE_NAME, span_text(""), 0644);
	expect_problem("readable", ledger_head_open(dir.path, &h, &why), &why, ERR_INVALID, "only its owner");
	expect_number("removed", unlink(scratch_path(&dir, FILE_NAME)), 0);
	expect_number("a link", symlink("/dev/null", scratch_path(&dir, FILE_NAME)), 0);
	expect_problem("elsewhere", ledger_head_open(dir.path, &h, &why), &why, ERR_IO, FILE_NAME);
	scratch_free(&dir);
}

/* Advances as fast as it can, and says each step that was said to be durable. */
static void
advance_for_ever(const struct scratch *dir, int to)
{
	struct ledger_head *h = NULL;
	struct hash root;
	uint64_t size;

	if (ledger_head_open(dir->path, &h, NULL) != OK || ledger_head_last(h, &size, &root, NULL) != OK)
		_exit(1);
	for (; size < LEAVES; size++)
		if (advance(h, &tree, size, size + 1, NULL) != OK || write(to, &(uint64_t){ size + 1 }, 8) != 8)
			_exit(1);
	_exit(0);
}

static void
killed_at_any_moment_it_knows_what_left(void **state)
{
	struct scratch dir = scratch_new();
	uint64_t said = 0;

	(void)state;
	for (int round = 0; round < 12; round++) {
		struct timespec wait = { .tv_nsec = 300000 * (round * 7 % 12 + 1) };
		struct ledger_head *h;
		struct problem why;
		struct hash root;
		uint64_t size, word;
		int pipes[2], status;
		pid_t child;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		if (child == 0)
			advance_for_ever(&dir, pipes[1]);
		close(pipes[1]);
		nanosleep(&wait, NULL);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		while (read(pipes[0], &word, sizeof(word)) == sizeof(word))
			said = word;
		close(pipes[0]);
		h = open_head(&dir);
		expect_ok("whole", ledger_head_last(h, &size, &root, &why), &why);
		expect_true("at least what was said", size >= said);
		expect_last("with its root", h, &tree, size);
		if (size >= 100)
			expect_problem("another log is refused", advance(h, &other, 0, size, &why), &why, ERR_CONFLICT,
			    "another root");
		ledger_head_free(h);
	}
	scratch_free(&dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_continues_the_last_is_signed),
		cmocka_unit_test(a_write_cut_short_leaves_the_one_before),
		cmocka_unit_test(two_signers_see_each_other),
		cmocka_unit_test(an_operator_may_release_it_and_the_evidence_stays),
		cmocka_unit_test(a_file_that_others_can_touch_is_refused),
		cmocka_unit_test(killed_at_any_moment_it_knows_what_left),
	};

	return cmocka_run_group_tests(tests, grow_trees, fell_trees);
}
