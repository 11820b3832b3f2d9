/* tools/ctl/command.h - a command of watashictl: its arguments as a table, and how it ends. */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

/* What a command's process ends with. */
enum ending { DONE, REFUSED, USED_WRONGLY };

struct ctl {
	const char *config;  /* -c: the daemon's configuration file */
	const char *socket;  /* -s: the control socket; NULL: as the configuration says */
	bool json;           /* answer for programs */
	bool absent;         /* the last question found no daemon at the socket */
	struct arena *arena; /* lives as long as the process */
};

typedef enum ending command_run(struct ctl *, int argc, char **argv);

command_run init_run, member_run, source_run, finding_run, import_run, publish_run, status_run, key_run, policy_run,
    ledger_run, backup_run, person_run, decide_run, jpki_run, restore_run, token_run;

/* One option: `--name ARGUMENT`. Exactly one of the targets is set. */
struct flag {
	const char *name, *argument, *help;
	const char **text;
	bool *set;
	struct texts {
		const char **items;
		size_t count;
	} *list; /* may be given again */
};

struct usage {
	const char *synopsis; /* "import FILE", without "watashictl" */
	const char *about;
	const struct flag *flags; /* ends with a zero row; --json and --help come by themselves */
	unsigned least, most;     /* of the arguments that are no options */
};

/* Reads a command's arguments; `argv[0]` is its name. True: go on, with what is no option in `operands` (most of them).
 * False: it was --help or a mistake, and `*ending` says how to end. */
bool arguments_read(struct ctl *, const struct usage *, int argc, char **argv, const char **operands,
    enum ending *ending);

/* One of a command's actions: `watashictl member suspend`. */
struct action {
	const char *name, *help;
	command_run *run;
};

/* Runs the action that argv[1] names, as its own argv[0]; shows them all for --help, or when there is none. */
enum ending action_run(struct ctl *, const struct action *, size_t count, int argc, char **argv);

/* "watashictl: …" on standard error. */
enum ending misused(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum ending refused(const struct problem *);

/* Whether a person who is there types yes to the question. Elsewhere not: a script says --yes. `before` tells what will
 * be, `nothing` what was not done. */
bool is_confirmed(const char *before, const char *question, const char *nothing);

/* On a terminal, to say that long work goes on; nothing elsewhere. */
void progress_show(const char *what, uint64_t done, uint64_t whole);
void progress_end(void);
