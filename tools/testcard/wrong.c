/* tools/testcard/wrong.c - the command that makes certificates that must be refused. */
#include <stdio.h>

#include "base/buffer.h"
#include "codec/text.h"
#include "testcard/command.h"
#include "testcard/draft.h"
#include "testcard/key.h"
#include "testcard/wrong.h"

#define ARENA (64 * MIB)
#define KINDS_MOST 64
#define INDEX_LARGEST (256 * KIB)

struct wrongs {
	const char *directory, *folder;
	struct authority newest[PURPOSES], elder[PURPOSES];
	EVP_PKEY *key;
	struct instant now;
	struct buffer index;
};

static const struct wrong_kind *
kind_find(const char *name)
{
	const struct wrong_kind *kind;

	for (size_t n = 0; (kind = wrong_kind_at(n)); n++)
		if (strcmp(kind->name, name) == 0)
			return kind;
	return NULL;
}

static enum err
kind_make(struct wrongs *w, const struct wrong_kind *kind, struct problem *why)
{
	struct arena a = arena_init(ARENA);
	const struct authority *issuer = &w->newest[kind->purpose];
	struct spoiling s = {
		.arena = &a, .issuer = issuer, .elder = &w->elder[kind->purpose], .key = w->key, .signer = issuer->key,
		.other = &w->newest[kind->purpose == SIGNATURE ? AUTHENTICATION : SIGNATURE],
		.holder = {
			.name = "試験　太郎", .born = "319800217", .sex = "1", .address = "東京都渋谷区１－１",
			.municipality = { "Tokyo-to", "Shibuya-ku", "13113" }, .from = w->now,
		},
	};
	struct span serial;
	enum err err = serial_new(&a, w->directory, kind->purpose, &serial, why);

	if (err == OK) {
		s.plan = holder_plan(&a, issuer, &s.holder, w->key, serial);
		err =
		    file_replace(arena_print(&a, "%s/%s.cer", w->folder, kind->name), 0644, wrong_make(&s, kind), why);
	}
	buffer_print(&w->index, "%s\n\t{\"kind\":\"%s\",\"file\":\"%s.cer\",\"purpose\":\"%s\",\"what\":",
	    buffer_span(&w->index).size > 1 ? "," : "", kind->name, kind->name, purpose_shapes[kind->purpose].name);
	json_write_string(&w->index, span_text(kind->what));
	if (kind->step)
		buffer_print(&w->index, ",\"refused_by\":\"%s\"", kind->step);
	buffer_byte(&w->index, '}');
	EVP_PKEY_free(s.made);
	arena_release(&a);
	return err;
}

static enum err
world_take(struct arena *a, struct wrongs *w, struct problem *why)
{
	enum err err = OK;

	for (enum purpose p = SIGNATURE; p < PURPOSES && err == OK; p++)
		if ((err = authority_open(a, w->directory, p, 0, &w->newest[p], why)) == OK)
			err = authority_open(a, w->directory, p, 1, &w->elder[p], why);
	if (err == OK && w->newest[SIGNATURE].generation < 2)
		err = problem_set(why, ERR_INVALID, "", "%s: expected two generations, for one to be the wrong one",
		    w->directory);
	if (err == OK)
		err = directory_make(a, w->folder, why);
	/* What is spoilt can still sign. */
	if (err == OK)
		err = key_write(arena_print(a, "%s/key.pem", w->folder), w->key, why);
	return err;
}

static enum ending
wrongs_make(struct arena *a, struct wrongs *w, const char *const *kinds, size_t count, bool all)
{
	enum ending ending = DONE_WELL;
	struct problem why;
	enum err err;

	for (size_t i = 0; i < count; i++)
		if (!kind_find(kinds[i]))
			return misuse(
			    PROGRAM, "wrong: there is no kind \"%s\"; see " PROGRAM " wrong --list", kinds[i]);
	w->key = key_rsa(2048, 65537);
	w->now = clock_now();
	w->now.us -= w->now.us % SECONDS(1);
	w->index = buffer_init(INDEX_LARGEST);
	buffer_byte(&w->index, '[');
	err = world_take(a, w, &why);
	for (size_t n = 0; all && wrong_kind_at(n) && err == OK; n++)
		err = kind_make(w, wrong_kind_at(n), &why);
	for (size_t i = 0; !all && i < count && err == OK; i++)
		err = kind_make(w, kind_find(kinds[i]), &why);
	buffer_text(&w->index, "\n]\n");
	if (err == OK)
		err = file_replace(arena_print(a, "%s/wrong.json", w->folder), 0644, buffer_span(&w->index), &why);
	if (err != OK)
		ending = failed(&why);
	else
		printf("%s/wrong.json\n", w->folder);
	for (size_t p = 0; p < PURPOSES; p++) {
		authority_close(&w->newest[p]);
		authority_close(&w->elder[p]);
	}
	EVP_PKEY_free(w->key);
	buffer_release(&w->index);
	return ending;
}

static enum ending
kinds_show(void)
{
	const struct wrong_kind *kind;

	for (size_t n = 0; (kind = wrong_kind_at(n)); n++)
		printf("  %-28s %-20s %s\n", kind->name, kind->step ? kind->step : "-", kind->what);
	return DONE_WELL;
}

enum ending
wrong_command(int argc, char **argv)
{
	bool all = false, list = false;
	const char *operands[1 + KINDS_MOST + 1] = { 0 }, *wanted = NULL;
	const struct option_row options[] = {
		{ "all", NULL, "every kind there is", NULL, &all, NULL },
		{ "list", NULL, "tell the kinds, what refuses each (-: it is only odd), and what is wrong",
		    NULL, &list, NULL },
		{ "out", "FOLDER", "instead of DIRECTORY/wrong", &wanted, NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "wrong DIRECTORY KIND… | wrong DIRECTORY --all | wrong --list",
		"Makes certificates that a verifier must refuse, each for one reason, and a few that look odd and must "
		"be taken.\n"
		"wrong.json beside them says which step of `watashictl jpki verify` notices; key.pem is the key of "
		"them all.",
		options, 0, 1 + KINDS_MOST };
	struct arena a = arena_init(ARENA);
	struct wrongs w = { 0 };
	enum ending ending;
	size_t count = 0;

	if (!options_read(PROGRAM, &usage, argc, argv, operands, &ending))
		goto out;
	while (count < KINDS_MOST + 1 && operands[count])
		count++;
	if (list) {
		ending = kinds_show();
	} else if (count < (all ? 1 : 2) || (all && count > 1)) {
		ending = misuse(PROGRAM, "expected %s", usage.synopsis);
	} else {
		w.directory = operands[0];
		w.folder = wanted ? wanted : arena_print(&a, "%s/wrong", operands[0]);
		ending = wrongs_make(&a, &w, operands + 1, count - 1, all);
	}
out:
	arena_release(&a);
	return ending;
}
