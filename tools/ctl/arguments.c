/* tools/ctl/arguments.c - a command's options, read by its table, which is its help too. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/command.h"

#define FLAGS_MOST 32
#define WORD_LARGEST 16 /* of an answer */

enum own_flag { OWN_JSON, OWN_HELP, OWN_FLAGS };

static size_t
flag_count(const struct flag *flags)
{
	size_t n = 0;

	while (flags && flags[n].name)
		n++;
	return n;
}

static void
flag_help(const char *name, const char *argument, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", name, argument ? " " : "", argument ? argument : "");
	printf("  %-32s %s\n", left, help);
}

static void
usage_show(const struct usage *usage)
{
	printf("usage: watashictl [-c FILE] [-s SOCKET] %s\n\n%s\n\n", usage->synopsis, usage->about);
	for (const struct flag *f = usage->flags; f && f->name; f++)
		flag_help(f->name, f->argument, f->help);
	flag_help("json", NULL, "answer in JSON, for programs");
	flag_help("help", NULL, "this text");
}

static void
flag_take(struct ctl *ctl, const struct flag *flag, const char *value)
{
	if (flag->set)
		*flag->set = true;
	if (flag->text)
		*flag->text = value;
	if (flag->list) {
		const char **items = arena_array(ctl->arena, const char *, flag->list->count + 1);

		for (size_t i = 0; i < flag->list->count; i++)
			items[i] = flag->list->items[i];
		items[flag->list->count++] = value;
		flag->list->items = items;
	}
}

/* "member approve" of "member approve ID…": how the command is called, for who is told to ask for its help. */
static int
command_size(const char *synopsis)
{
	size_t size = 0, word;

	while ((word = strspn(synopsis + size, "abcdefghijklmnopqrstuvwxyz-")) > 0 &&
	    (synopsis[size + word] == ' ' || synopsis[size + word] == 0))
		size += word + (synopsis[size + word] == ' ');
	return (int)(size && synopsis[size - 1] == ' ' ? size - 1 : size);
}

bool
arguments_read(struct ctl *ctl, const struct usage *usage, int argc, char **argv, const char **operands,
    enum ending *ending)
{
	struct option options[FLAGS_MOST + OWN_FLAGS + 1] = { 0 };
	size_t count = flag_count(usage->flags);
	int which;

	for (size_t i = 0; i < count; i++)
		options[i] = (struct option){ usage->flags[i].name, usage->flags[i].argument != NULL, NULL, (int)i };
	options[count + OWN_JSON] = (struct option){ "json", no_argument, NULL, (int)count + OWN_JSON };
	options[count + OWN_HELP] = (struct option){ "help", no_argument, NULL, (int)count + OWN_HELP };

	optind = 0;
	opterr = 0;
	while ((which = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (which == '?' || which == ':') {
			*ending = misused("%s: %s \"%s\"; see watashictl %.*s --help", argv[0],
			    which == '?' ? "unknown option" : "a value is missing after", argv[optind - 1],
			    command_size(usage->synopsis), usage->synopsis);
			return false;
		}
		if ((size_t)which == count + OWN_HELP) {
			usage_show(usage);
			*ending = DONE;
			return false;
		}
		if ((size_t)which == count + OWN_JSON)
			ctl->json = true;
		else
			flag_take(ctl, &usage->flags[which], optarg);
	}
	count = (size_t)(argc - optind);
	if (count < usage->least || count > usage->most) {
		*ending = misused("expected %s; see watashictl %.*s --help", usage->synopsis,
		    command_size(usage->synopsis), usage->synopsis);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		operands[i] = argv[optind + (int)i];
	return true;
}

static void
actions_show(FILE *to, const char *command, const struct action *actions, size_t count)
{
	fprintf(to, "usage: watashictl %s ACTION …\n\n", command);
	for (size_t i = 0; i < count; i++)
		fprintf(to, "  %-10s %s\n", actions[i].name, actions[i].help);
	fprintf(to, "\nwatashictl %s ACTION --help tells more.\n", command);
}

enum ending
action_run(struct ctl *ctl, const struct action *actions, size_t count, int argc, char **argv)
{
	if (argc < 2) {
		actions_show(stderr, argv[0], actions, count);
		return USED_WRONGLY;
	}
	if (strcmp(argv[1], "--help") == 0) {
		actions_show(stdout, argv[0], actions, count);
		return DONE;
	}
	for (size_t i = 0; i < count; i++)
		if (strcmp(actions[i].name, argv[1]) == 0)
			return actions[i].run(ctl, argc - 1, argv + 1);
	return misused("%s: no action \"%s\"; see watashictl %s --help", argv[0], argv[1], argv[0]);
}

enum ending
misused(const char *format, ...)
{
	va_list args;

	fputs("watashictl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return USED_WRONGLY;
}

enum ending
refused(const struct problem *why)
{
	fprintf(stderr, "watashictl: %s", why->text);
	if (why->clause[0])
		fprintf(stderr, " (%s)", why->clause);
	fputc('\n', stderr);
	return REFUSED;
}

bool
is_confirmed(const char *before, const char *question, const char *nothing)
{
	char word[WORD_LARGEST];

	fprintf(stderr, "%s\n", before);
	if (!isatty(STDIN_FILENO)) {
		fprintf(stderr, "%s: --yes says that it is wanted.\n", nothing);
		return false;
	}
	fprintf(stderr, "%s Type yes: ", question);
	if (fgets(word, sizeof(word), stdin) && strcmp(word, "yes\n") == 0)
		return true;
	fprintf(stderr, "%s.\n", nothing);
	return false;
}

void
progress_show(const char *what, uint64_t done, uint64_t whole)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (whole)
		fprintf(stderr, "\r%s: %llu %%\033[K", what, (unsigned long long)(done * 100 / whole));
	else
		fprintf(stderr, "\r%s …\033[K", what);
	fflush(stderr);
}

void
progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
