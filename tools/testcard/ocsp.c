/* testcard/ocsp.c - the command that becomes OpenSSL's OCSP responder for one authority. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "testcard/command.h"

#define ARENA (16 * MIB)

struct wishes {
	const char *purpose, *generation, *port, *minutes, *responder;
};

/* Returns only when it could not. */
static enum ending
responder_become(struct arena *a, const char *directory, const struct wishes *w)
{
	enum purpose purpose = purpose_read(w->purpose);
	struct authority ca = { 0 };
	const char *signer;
	struct problem why;
	long port, minutes, generation;

	if (purpose == PURPOSES)
		return misuse(PROGRAM, "--purpose: expected signature or authentication, found \"%s\"", w->purpose);
	if (!option_number(w->port, 1, 65535, &port) || !option_number(w->minutes, 0, 1000000, &minutes) ||
	    !option_number(w->generation, 0, GENERATIONS, &generation))
		return misuse(PROGRAM, "--port, --minutes and --generation: expected numbers");
	if (authority_open(a, directory, purpose, (unsigned)generation, &ca, &why) != OK)
		return failed(&why);
	authority_close(&ca);
	signer = w->responder ? w->responder : arena_print(a, "%s/responder", ca.folder);

	const char *words[] = {
		"openssl", "ocsp", "-index", arena_print(a, "%s/index.txt", ca.folder), "-CA",
		arena_print(a, "%s/ca.pem", ca.folder), "-rsigner", arena_print(a, "%s.pem", signer), "-rkey",
		arena_print(a, "%s.key", signer), "-port", w->port, "-nmin", w->minutes, NULL,
	};

	execvp(words[0], (char *const *)(uintptr_t)words);
	problem_errno(&why, errno, "openssl cannot be run");
	return failed(&why);
}

enum ending
ocsp_command(int argc, char **argv)
{
	struct wishes w = { .purpose = "authentication", .generation = "0", .port = "2560", .minutes = "15" };
	const struct option_row options[] = {
		{ "purpose", "WORD", "signature or authentication (authentication)", &w.purpose, NULL, NULL },
		{ "generation", "N", "of the authority; the newest", &w.generation, NULL, NULL },
		{ "port", "N", "where it listens (2560)", &w.port, NULL, NULL },
		{ "minutes", "N", "until an answer's nextUpdate (15)", &w.minutes, NULL, NULL },
		{ "responder", "PATH", "PATH.pem and PATH.key sign instead of the authority's responder", &w.responder, NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "ocsp DIRECTORY [OPTION …]",
		"Becomes `openssl ocsp` over what one authority has issued; it signs as a responder the authority certified.\n"
		"What is revoked meanwhile, it knows at once.", options, 1, 1 };
	struct arena a = arena_init(ARENA);
	const char *directory;
	enum ending ending;

	if (options_read(PROGRAM, &usage, argc, argv, &directory, &ending))
		ending = responder_become(&a, directory, &w);
	arena_release(&a);
	return ending;
}
