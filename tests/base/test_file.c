/* tests/base/test_file.c - files are read whole, within the limit, or not at all. */
#include "expect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char directory[] = "/tmp/watashi-file-XXXXXX";

static const char *
path_of(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int
make_files(void **state)
{
	static const size_t sizes[] = { 0, 1, 65536, 65537, 200000 };
	char name[16];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(directory));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		snprintf(name, sizeof(name), "%zu", sizes[i]);
		f = fopen(path_of(name), "w");
		assert_non_null(f);
		for (size_t n = 0; n < sizes[i]; n++)
			putc((int)(n % 251), f);
		assert_int_equal(fclose(f), 0);
	}
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_int_equal(mkdir(path_of("folder"), 0700), 0);
	return 0;
}

static int
remove_files(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

static void
a_file_is_read_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *title, *name;
		size_t limit, size;
		enum err err;
		const char *why; /* behind the path */
	} cases[] = {
		{ "nothing", "0", 100, 0, OK, "" },
		{ "nothing where nothing may be", "0", 0, 0, OK, "" },
		{ "a byte", "1", 100, 1, OK, "" },
		{ "as much as there may be", "1", 1, 1, OK, "" },
		{ "more than one reading takes", "200000", MIB, 200000, OK, "" },
		{ "as much as there may be, of one reading", "65536", 65536, 65536, OK, "" },
		{ "of many", "200000", 200000, 200000, OK, "" },
		{ "a byte too many", "1", 0, 0, ERR_LIMIT, ": expected at most 0 bytes, found more" },
		{ "a byte too many behind one reading", "65537", 65536, 0, ERR_LIMIT,
		  ": expected at most 65536 bytes, found more" },
		{ "behind many", "200000", 199999, 0, ERR_LIMIT, ": expected at most 199999 bytes, found more" },
		{ "no file", "none", 100, 0, ERR_NOT_FOUND, ": No such file or directory" },
		{ "a directory", "folder", 100, 0, ERR_INVALID, ": expected a regular file" },
		{ "a pipe, which is not waited for", "fifo", 100, 0, ERR_INVALID, ": expected a regular file" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(cases[i].limit);
		struct problem why = { 0 };
		char sentence[128];
		enum err err = file_read(path_of(cases[i].name), &b, &why);

		expect_number(cases[i].title, err, cases[i].err);
		snprintf(sentence, sizeof(sentence), "%s%s", err == OK ? "" : path_of(cases[i].name), cases[i].why);
		expect_text(cases[i].title, why.text, sentence);
		if (err == OK) {
			expect_number(cases[i].title, buffer_span(&b).size, cases[i].size);
			for (size_t n = 0; n < cases[i].size; n++)
				if (b.data[n] != n % 251)
					fail_msg("%s: byte %zu is another", cases[i].title, n);
		}
		buffer_release(&b);
	}
}

/* What is open is read from where it is, be it a pipe, and stays open. */
static void
an_open_file_gives_the_rest(void **state)
{
	struct buffer b = buffer_init(10);
	struct problem why;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	close(ends[1]);
	expect_ok("a pipe", file_read_open(ends[0], "pipe", &b, &why), &why);
	expect_span("all of it", buffer_span(&b), "abc");
	assert_true(fcntl(ends[0], F_GETFD) >= 0);
	close(ends[0]);
	expect_problem("what is closed", file_read_open(ends[0], "pipe", &b, &why), &why, ERR_IO,
	    "pipe: Bad file descriptor");
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
		cmocka_unit_test(an_open_file_gives_the_rest),
	};

	return cmocka_run_group_tests_name("file", tests, make_files, remove_files);
}
