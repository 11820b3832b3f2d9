/* tools/ctl/main.c - watashictl: the operator's commands. */
#include <curl/curl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl/command.h"

static const struct {
	const char *name, *help;
	command_run *run;
} commands[] = {
	{ "init", "found a federation: configuration, keys, first operator", init_run },
	{ "member", "members: apply, approve, suspend, look at them", member_run },
	{ "source", "other people's metadata that is taken in regularly", source_run },
	{ "finding", "what the rules found in what is published", finding_run },
	{ "import", "take a SAML metadata file into the registry, and publish", import_run },
	{ "publish", "sign and publish what has changed, now", publish_run },
	{ "status", "what the daemon does, serves and will do next", status_run },
	{ "key", "the federation's signing keys: new, list, adopt, announce, activate, retire", key_run },
	{ "decide", "put facts to a framework, without the daemon", decide_run },
	{ "policy", "frameworks and their versions: seal, publish, approve", policy_run },
	{ "jpki", "certificates and signatures of the public personal authentication, explained", jpki_run },
	{ "ledger", "the log of decisions and changes: verify a receipt, watch a log", ledger_run },
	{ "token", "machine callers of members: new, list, key, revoke", token_run },
	{ "person", "one person's account: show it, make it staff's, stop an authenticator", person_run },
	{ "backup", "copy the store while it is in use", backup_run },
	{ "restore", "put a copy in the store's place, with the daemon stopped", restore_run },
};

static void
help_show(FILE *to)
{
	fputs("usage: watashictl [-c FILE] [-s SOCKET] COMMAND …\n\n", to);
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(to,
	    "\n  -c FILE    the daemon's configuration (" WATASHI_SYSCONFDIR "/watashid.json)\n"
	    "  -s SOCKET  the daemon's control socket (as the configuration says)\n\n"
	    "watashictl COMMAND --help tells more. Exit status: 0 done, 1 refused or failed, 2 used wrongly.\n");
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct arena arena = arena_init(1 * GIB);
	struct ctl ctl = { .config = WATASHI_SYSCONFDIR "/watashid.json", .arena = &arena };
	int option;

	/* The leading plus: options behind the command are the command's. */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+c:s:", options, NULL)) != -1) {
		switch (option) {
		case 'c': ctl.config = optarg; break;
		case 's': ctl.socket = optarg; break;
		case 'h': help_show(stdout); return DONE;
		case 'V': puts("watashictl " PACKAGE_VERSION); return DONE;
		default:
			return (int)misused("unknown option or missing value at \"%s\"; see watashictl --help",
			    argv[optind - 1]);
		}
	}
	if (optind == argc) {
		help_show(stderr);
		return USED_WRONGLY;
	}
	for (size_t i = 0; i < COUNT(commands); i++) {
		enum ending ending;

		if (strcmp(commands[i].name, argv[optind]) != 0)
			continue;
		curl_global_init(CURL_GLOBAL_DEFAULT);
		ending = commands[i].run(&ctl, argc - optind, argv + optind);
		curl_global_cleanup();
		arena_release(&arena);
		return (int)ending;
	}
	return (int)misused("no command \"%s\"; see watashictl --help", argv[optind]);
}
