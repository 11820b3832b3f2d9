/* daemon/daemon.c - watashid's command line. */
#include "daemon/daemon.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/supervisor.h"
#include "daemon/tables.h"

#define EXIT_CONFIGURATION 78 /* sysexits.h: EX_CONFIG */
#define EXIT_USAGE 2
#define DEFAULT_FILE WATASHI_SYSCONFDIR "/watashid.json"

static const char help[] =
    "usage: watashid [-t] [-c FILE]\n"
    "\n"
    "The Watashi trust framework server. Runs in the foreground and logs to standard error.\n"
    "\n"
    "  -c, --config FILE   the configuration (" DEFAULT_FILE ")\n"
    "  -t, --test          check the configuration and exit: 0 good, 78 not\n"
    "  -h, --help          this text\n"
    "  -V, --version       the version\n"
    "\n"
    "Signals: HUP reads the configuration anew, TERM and INT finish what has begun and end.\n";

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "test", no_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

int
daemon_main(int argc, char **argv, const struct daemon_addition *addition)
{
	const char *file = DEFAULT_FILE;
	struct settings *settings;
	struct problem why;
	bool test = false;
	int option;

	while ((option = getopt_long(argc, argv, "c:thV", options, NULL)) != -1) {
		if (option == 'c') {
			file = optarg;
		} else if (option == 't') {
			test = true;
		} else if (option == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		} else if (option == 'V') {
			puts("watashid " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		} else {
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "watashid: expected options only, found \"%s\"\n", argv[optind]);
		return EXIT_USAGE;
	}
	if (settings_read(file, &settings, &why) != OK) {
		fprintf(stderr, "watashid: %s%s%s%s\n", why.text, why.clause[0] ? " (" : "", why.clause,
		    why.clause[0] ? ")" : "");
		return EXIT_CONFIGURATION;
	}
	if (test) {
		struct identity identity;

		if (identity_find(settings->config.user, settings->config.group, &identity, &why) != OK) {
			fprintf(stderr, "watashid: %s: %s\n", file, why.text);
			settings_free(settings);
			return EXIT_CONFIGURATION;
		}
		printf("watashid: %s is good\n", file);
		settings_free(settings);
		return EXIT_SUCCESS;
	}
	return supervisor_run(settings, tables_with(addition ? addition->tables : NULL), addition);
}
