/* tools/testcard/main.c - a test world of JPKI: authorities, citizens with software cards, lists, responders, and what
 * is wrong. */
#include <stdio.h>

#include "testcard/command.h"

static const struct program_command commands[] = {
	{ "init", "make a test world: both authorities, in several generations", init_command },
	{ "citizen", "issue somebody's certificates into a software card", citizen_command },
	{ "revoke", "revoke a card's certificates", revoke_command },
	{ "crl", "write a municipality's revocation list, of any size", crl_command },
	{ "ocsp", "run OpenSSL's OCSP responder for one authority", ocsp_command },
	{ "play", "put a software card into the virtual reader", play_command },
	{ "unblock", "give a card's PINs all their tries again", unblock_command },
	{ "wrong", "make certificates that must be refused, each for one reason", wrong_command },
};

enum ending
failed(const struct problem *why)
{
	fprintf(stderr, PROGRAM ": %s\n", why->text);
	return FAILED;
}

enum err
option_time(const char *name, const char *text, struct instant *out, struct problem *why)
{
	if (!text)
		*out = clock_now();
	else if (!instant_read(span_text(text), out))
		return problem_set(why, ERR_SYNTAX, "",
		    "--%s: expected a time such as 2026-11-22T05:20:00Z, found \"%s\"", name, text);
	/* Certificates know whole seconds. */
	out->us -= out->us % SECONDS(1);
	return OK;
}

int
main(int argc, char **argv)
{
	return (int)program_run(PROGRAM,
	    "A JPKI of your own to test with. All its certificates say O=" TEST_ORGANIZATION
	    ";\nnothing makes it say anything else.",
	    commands, COUNT(commands), argc, argv);
}
