/* tools/common/options.h - the options of a small program's command, read by a table that is its help too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a program ends with. */
enum ending { DONE_WELL, FAILED, MISUSED };

#define OPTION_LIST 32
struct option_list {
	const char *items[OPTION_LIST];
	size_t count;
};

/* `--name ARGUMENT`, or `--name` alone where there is no argument. Exactly one of the targets is set. */
struct option_row {
	const char *name, *argument, *help;
	const char **text;
	bool *set;
	struct option_list *list; /* may be given again */
};

struct command_usage {
	const char *synopsis;     /* "init DIRECTORY", without the program's name */
	const char *about;
	const struct option_row *options; /* ends with a zero row; --help comes by itself */
	unsigned least, most;     /* of the arguments that are no options */
};

/* argv[0] is the command's name. True: go on, with the arguments that are no options in `operands`. False: it was
 * --help or a mistake, and `*ending` says how to end. */
bool options_read(const char *program, const struct command_usage *, int argc, char **argv, const char **operands,
    enum ending *ending);

typedef enum ending command_function(int argc, char **argv);
struct program_command {
	const char *name, *help;
	command_function *run;
};

/* Runs the command argv[1] names; shows them all, below `about`, for --help or when there is none. */
enum ending program_run(const char *program, const char *about, const struct program_command *, size_t count, int argc,
    char **argv);

/* "program: …" on standard error. */
enum ending misuse(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A whole number from `least` to `most`. */
bool option_number(const char *text, long least, long most, long *out);
