/* tools/common/options.c - the options of a small program's command. */
#include "common/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MOST 32

enum ending
misuse(const char *program, const char *format, ...)
{
	va_list values;

	fprintf(stderr, "%s: ", program);
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
	return MISUSED;
}

bool
option_number(const char *text, long least, long most, long *out)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (!*text || *end || number < least || number > most)
		return false;
	*out = number;
	return true;
}

static void
usage_show(const char *program, const struct command_usage *usage)
{
	char left[64];

	printf("usage: %s %s\n\n%s\n\n", program, usage->synopsis, usage->about);
	for (const struct option_row *o = usage->options; o && o->name; o++) {
		snprintf(
		    left, sizeof(left), "--%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
		printf("  %-30s %s\n", left, o->help);
	}
	printf("  %-30s %s\n", "--help", "this text");
}

static bool
option_take(const struct option_row *o, const char *value)
{
	if (o->set)
		*o->set = true;
	if (o->text)
		*o->text = value;
	if (o->list && o->list->count == OPTION_LIST)
		return false;
	if (o->list)
		o->list->items[o->list->count++] = value;
	return true;
}

bool
options_read(const char *program, const struct command_usage *usage, int argc, char **argv, const char **operands,
    enum ending *ending)
{
	struct option options[OPTIONS_MOST + 2] = { 0 };
	size_t count = 0;
	int which;

	for (const struct option_row *o = usage->options; o && o->name; o++, count++) {
		assert(count < OPTIONS_MOST);
		options[count] = (struct option){ o->name, o->argument != NULL, NULL, (int)count };
	}
	options[count] = (struct option){ "help", no_argument, NULL, (int)count };

	optind = 0;
	opterr = 0;
	while ((which = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (which == '?' || which == ':') {
			*ending = misuse(program, "%s: %s \"%s\"; see %s %s --help", argv[0],
			    which == '?' ? "unknown option" : "a value is missing after", argv[optind - 1], program,
			    argv[0]);
			return false;
		}
		if ((size_t)which == count) {
			usage_show(program, usage);
			*ending = DONE_WELL;
			return false;
		}
		if (!option_take(&usage->options[which], optarg)) {
			*ending = misuse(program, "%s: --%s is given too often", argv[0], usage->options[which].name);
			return false;
		}
	}
	count = (size_t)(argc - optind);
	if (count < usage->least || count > usage->most) {
		*ending = misuse(program, "expected %s; see %s %s --help", usage->synopsis, program, argv[0]);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		operands[i] = argv[optind + (int)i];
	return true;
}

enum ending
program_run(const char *program, const char *about, const struct program_command *commands, size_t count, int argc,
    char **argv)
{
	for (size_t i = 0; argc > 1 && i < count; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "--help") != 0)
		return misuse(program, "unknown command \"%s\"; see %s --help", argv[1], program);
	printf("usage: %s COMMAND …\n\n%s\n\n", program, about);
	for (size_t i = 0; i < count; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	printf("\n%s COMMAND --help tells more of one.\n", program);
	return argc > 1 ? DONE_WELL : MISUSED;
}
