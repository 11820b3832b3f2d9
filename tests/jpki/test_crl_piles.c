/* tests/jpki/test_crl_piles.c - rows that are dealt into piles come out in order, each of them, however wrong the guess
 * was. */
#include <errno.h>
#include <fcntl.h>

#include "expect.h"

#include "crypto/scratch.h"
#include "jpki/crl_piles.h"

#define ENTRY 27             /* a serial of eight bytes, a UTCTime */
#define LONGER 8             /* bytes that a long serial has before them */
#define MANY 1800000         /* more than there is memory for before the scratch file is used */

static struct scratch scratch;
static uint64_t state_of_chance = 20261123;

static uint64_t
chance(void)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return state_of_chance;
}

static uint64_t
anywhere(uint64_t i)
{
	(void)i;
	return chance() >> 1;
}

static uint64_t
upwards(uint64_t i)
{
	return 0x0100000000000000 + i * 1000 + chance() % 1000;
}

static uint64_t
few_values(uint64_t i)
{
	return i % 3;
}

static uint64_t
one_far_away(uint64_t i)
{
	return i == 7 ? INT64_MAX : 0x01020000 + chance() % 60000;
}

/* What a place that is looked at tells changes at the end. */
static uint64_t
two_places(uint64_t i)
{
	return i < 16000 ? upwards(i) : chance() >> 33;
}

static size_t
entry_size(enum crl_rows kind)
{
	return kind == CRL_LONG ? ENTRY + LONGER : ENTRY;
}

/* Entries as a list has them. */
static struct span
entries_of(enum crl_rows kind, uint64_t (*serial)(uint64_t), size_t count)
{
	static const uint8_t date[] = { 0x17, 13, '2', '6', '1', '1', '2', '3', '0', '0', '0', '0', '0', '0', 'Z' };
	size_t size = entry_size(kind), more = size - ENTRY;
	uint8_t *entries = malloc(count * size + 1);

	for (size_t i = 0; i < count; i++) {
		uint8_t *at = entries + i * size;
		uint64_t number = htobe64(serial(i));

		memcpy(at, (uint8_t[]){ 0x30, (uint8_t)(0x19 + more), 0x02, (uint8_t)(8 + more) }, 4);
		memset(at + 4, 0x11, more);
		memcpy(at + 4 + more, &number, sizeof(number));
		memcpy(at + 12 + more, date, sizeof(date));
	}
	return span_of(entries, count * size);
}

static struct crl_file
new_file(const char *name)
{
	struct crl_file file = { .fd = open(scratch_path(&scratch, name), O_RDWR | O_CREAT | O_TRUNC, 0600) };

	expect_true("a file", file.fd >= 0);
	return file;
}

static void
fill_row(uint8_t *row, enum crl_rows kind, struct span serial)
{
	size_t key = crl_row_kinds[kind].key;
	uint64_t rest = chance();

	crl_key_of(serial, row, key);
	memcpy(row + key, &rest, sizeof(rest));
}

/* Of each row a number that does not depend on its place. */
static uint64_t
sum_of(const uint8_t *row, size_t size)
{
	uint64_t sum = 1469598103934665603u;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ row[i]) * 1099511628211u;
	return sum;
}

static void
expect_sorted(const char *title, enum crl_rows kind, struct span entries, struct span guessed)
{
	static struct crl_guess guess[CRL_LONG + 1];
	size_t size = crl_row_kinds[kind].size, count = entries.size / entry_size(kind), in_order = 1;
	struct crl_file beside = new_file("scratch"), file = new_file("rows");
	struct crl_sheet sheet = crl_sheet_of(&file, kind, CRL_BLOCK);
	uint8_t *rows = malloc(count * size + 1);
	uint64_t before = 0, after = 0;
	struct crl_piles *piles;
	struct span fences;

	crl_guess_of(guessed, guess);
	piles = crl_piles_new(&beside, kind, &guess[kind]);
	for (size_t i = 0; i < count; i++) {
		uint8_t *row = crl_piles_room(piles);

		fill_row(row, kind,
		    span_of(entries.data + i * entry_size(kind) + 4, 8 + entry_size(kind) - ENTRY));
		before += sum_of(row, size);
	}
	for (size_t n = 0; n < crl_piles_count(piles); n++)
		crl_piles_sort(piles, n, &sheet);
	fences = crl_sheet_end(&sheet);
	expect_number("nothing failed", beside.error | file.error, 0);
	crl_file_read(&file, CRL_BLOCK, rows, count * size);
	expect_number("all of them are there", file.error, 0);
	for (size_t i = 0; i < count; i++) {
		after += sum_of(rows + i * size, size);
		in_order += i && memcmp(rows + (i - 1) * size, rows + i * size, size) <= 0;
	}
	expect_number(title, (int64_t)in_order, (int64_t)(count ? count : 1));
	expect_true("each row that was dealt", before == after);
	expect_number("a fence for each block", (int64_t)fences.size,
	    (int64_t)(crl_blocks(kind, count) * CRL_FENCE));
	crl_sheet_release(&sheet);
	crl_piles_free(piles);
	close(beside.fd);
	close(file.fd);
	free(rows);
}

static void
rows_come_out_in_order(void **state)
{
	static const struct {
		const char *title;
		uint64_t (*serial)(uint64_t);
		size_t count;
		uint64_t (*guessed)(uint64_t);
	} cases[] = {
		{ "none", anywhere, 0, anywhere },
		{ "one", anywhere, 1, anywhere },
		{ "serials from anywhere", anywhere, 100000, anywhere },
		{ "more than stay in memory", anywhere, MANY, anywhere },
		{ "in order already", upwards, 50000, upwards },
		{ "few of them, many times each", few_values, 70000, few_values },
		{ "one far away from all others", one_far_away, 60000, one_far_away },
		{ "nobody was looked at", anywhere, 60000, NULL },
		{ "all lie outside of what was guessed", few_values, 60000, upwards },
		{ "all lie in one pile of what was guessed", upwards, 60000, anywhere },
		{ "elsewhere from some place on", two_places, 60000, upwards },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (enum crl_rows kind = CRL_SHORT; kind <= CRL_LONG; kind++) {
			struct span entries = entries_of(kind, cases[i].serial, cases[i].count);
			struct span guessed = { 0 };

			if (cases[i].guessed)
				guessed = entries_of(kind, cases[i].guessed, 20000);
			expect_sorted(cases[i].title, kind, entries, guessed);
			free((void *)(uintptr_t)entries.data);
			free((void *)(uintptr_t)guessed.data);
		}
}

static void
a_disk_that_is_full_is_a_failure(void **state)
{
	struct crl_file full = { .fd = open("/dev/full", O_RDWR) }, file = new_file("rows");
	struct crl_sheet sheet = crl_sheet_of(&full, CRL_SHORT, 0);
	static const uint8_t rows[20 * 4096];

	(void)state;
	expect_true("a disk that is always full", full.fd >= 0);
	crl_sheet_add(&sheet, span_of(rows, sizeof(rows)));
	crl_sheet_end(&sheet);
	expect_number("the first failure is kept", full.error, ENOSPC);
	crl_file_read(&file, 0, (uint8_t[1]){ 0 }, 1);
	expect_number("what is not there is one, too", file.error, EIO);
	crl_sheet_release(&sheet);
	close(full.fd);
	close(file.fd);
}

static int
prepare(void **state)
{
	(void)state;
	scratch = scratch_new();
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	scratch_free(&scratch);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_out_in_order),
		cmocka_unit_test(a_disk_that_is_full_is_a_failure),
	};
	return cmocka_run_group_tests(tests, prepare, clean);
}
