/* tools/testcard/play.c - the commands of a software card itself: it is put into a reader, its PINs are given their
 * tries again. */
#include <stdio.h>

#include "testcard/command.h"
#include "testcard/reader.h"

#define ARENA (4 * MIB)

enum ending
play_command(int argc, char **argv)
{
	const char *host = "127.0.0.1", *port = "35963", *wait = "10", *directory;
	const struct option_row options[] = {
		{ "host", "NAME", "where the reader is (127.0.0.1)", &host, NULL, NULL },
		{ "port", "N", "vpcd's port (35963)", &port, NULL, NULL },
		{ "wait", "SECONDS", "for the reader, at most (10)", &wait, NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "play CARD [OPTION …]",
		"Puts the card in the folder CARD into vsmartcard's virtual reader, until that ends. Wrong PINs are "
		"counted, and\n"
		"stay counted.",
		options, 1, 1 };
	struct arena a = arena_init(ARENA);
	struct software_card card;
	struct applet applet = { .card = &card };
	enum ending ending;
	struct problem why;
	long seconds;

	if (!options_read(PROGRAM, &usage, argc, argv, &directory, &ending))
		goto out;
	ending = DONE_WELL;
	if (!option_number(wait, 0, 3600, &seconds)) {
		ending = misuse(PROGRAM, "--wait: expected 0 to 3600, found \"%s\"", wait);
		goto out;
	}
	if (software_card_open(&a, directory, &card, &why) != OK) {
		ending = failed(&why);
		goto out;
	}
	if (reader_serve(&applet, host, port, (unsigned)seconds, &why) != OK)
		ending = failed(&why);
	software_card_close(&card);
out:
	arena_release(&a);
	return ending;
}

enum ending
unblock_command(int argc, char **argv)
{
	const struct command_usage usage = { "unblock CARD",
		"Gives the PINs of the card in the folder CARD all their tries "
		"again, as a municipality's office does.",
		NULL, 1, 1 };
	struct arena a = arena_init(ARENA);
	struct software_card card;
	const char *directory;
	enum ending ending;
	struct problem why;

	if (options_read(PROGRAM, &usage, argc, argv, &directory, &ending)) {
		ending = DONE_WELL;
		if (software_card_open(&a, directory, &card, &why) != OK || software_card_unblock(&card, &why) != OK)
			ending = failed(&why);
		else
			software_card_close(&card);
	}
	arena_release(&a);
	return ending;
}
