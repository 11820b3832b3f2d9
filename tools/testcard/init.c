/* tools/testcard/init.c - the command that makes a test world. */
#include <stdio.h>

#include "testcard/command.h"

#define ARENA (64 * MIB)

enum ending
init_command(int argc, char **argv)
{
	const char *generations = "2", *url = NULL, *directory;
	const struct option_row options[] = {
		{ "generations", "N", "authorities under one name, the eldest some years old (2)", &generations, NULL,
		    NULL },
		{ "ocsp-url", "URL", "what certificates will say of where to ask; without it they say nothing", &url,
		    NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "init DIRECTORY [OPTION …]",
		"Makes the authorities of signature and of authentication certificates in DIRECTORY.", options, 1, 1 };
	struct arena a = arena_init(ARENA);
	struct world_plan plan = { .now = clock_now() };
	enum ending ending = DONE_WELL;
	struct problem why;
	long count;

	if (!options_read(PROGRAM, &usage, argc, argv, &directory, &ending))
		goto out;
	if (!option_number(generations, 1, GENERATIONS, &count)) {
		ending = misuse(PROGRAM, "--generations: expected 1 to %d, found \"%s\"", GENERATIONS, generations);
		goto out;
	}
	plan.generations = (unsigned)count;
	plan.ocsp_url = url;
	plan.now.us -= plan.now.us % SECONDS(1);
	if (world_init(&a, directory, &plan, &why) != OK)
		ending = failed(&why);
	else
		printf("%s/sign/%ld/ca.cer\n%s/auth/%ld/ca.cer\n", directory, count, directory, count);
out:
	arena_release(&a);
	return ending;
}
