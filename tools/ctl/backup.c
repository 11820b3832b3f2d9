/* tools/ctl/backup.c - `watashictl backup`: a consistent copy of the store; `restore`: a copy in its place. */
#include <stdio.h>

#include "ctl/client.h"
#include "daemon/privileges.h"
#include "store/backup.h"

/* What is said while it goes on, when it is done, and what is to be done then (NULL: nothing). */
struct words {
	const char *doing, *done, *after;
};

typedef enum err copy(const struct config *, const char *file, struct backup_report *, struct problem *why);

static enum ending
copy_run(struct ctl *ctl, int argc, char **argv, const struct usage *usage, copy *run, struct words words)
{
	struct backup_report report = { 0 };
	struct config config;
	struct problem why;
	enum ending ending;
	const char *file;
	enum err err;

	if (!arguments_read(ctl, usage, argc, argv, &file, &ending))
		return ending;
	if (ctl_config(ctl, &config, &why) != OK)
		return refused(&why);
	progress_show(words.doing, 0, 0);
	err = run(&config, file, &report, &why);
	progress_end();
	if (err != OK)
		return refused(&why);
	if (ctl->json) {
		json_t *answer = json_pack("{s:I,s:I,s:s*}", "generation", (json_int_t)report.generation, "bytes",
		    (json_int_t)report.bytes, "kept", report.kept[0] ? report.kept : NULL);

		answer_print(answer);
		json_decref(answer);
	} else {
		printf("%s %s: %llu bytes, the state of commit %llu\n", words.done, file,
		    (unsigned long long)report.bytes, (unsigned long long)report.generation);
	}
	if (!ctl->json && report.kept[0])
		printf("what was there is kept as %s\n", report.kept);
	if (!ctl->json && words.after)
		puts(words.after);
	return DONE;
}

static enum err
backup(const struct config *config, const char *file, struct backup_report *report, struct problem *why)
{
	return store_backup(config->store.directory, file, report, why);
}

enum ending
backup_run(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "backup FILE",
		.about = "Copies the store while the daemon runs: one consistent state, complete or not there.\n"
		         "The keys are not in it: keep the keys directory (and the PKCS#11 token) safe by itself.",
		.least = 1,
		.most = 1,
	};

	return copy_run(ctl, argc, argv, &usage, backup, (struct words){ "copying the store", "wrote", NULL });
}

/* On a new machine the directory is not there yet: it becomes the daemon's user's, not root's, and the files get the
 * directory's owner. */
static enum err
restore(const struct config *config, const char *file, struct backup_report *report, struct problem *why)
{
	struct identity identity;

	if (identity_find(config->user, config->group, &identity, why) != OK ||
	    directory_prepare(config->store.directory, 0750, &identity, why) != OK)
		return why->code;
	return store_restore(file, config->store.directory, report, why);
}

enum ending
restore_run(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "restore FILE",
		.about =
		    "Checks a copy made by backup, whole, and puts it in the store's place. Refused while the daemon\n"
		    "runs. What was there is kept beside it, under a name that is told. All that happened since the "
		    "copy is\nundone: members suspended or withdrawn since are trusted again, keys retired since sign "
		    "again.",
		.least = 1,
		.most = 1,
	};

	static const char *const after =
	    "What operators did since that copy is undone. Once the daemon runs, suspend and withdraw again whom you "
	    "had\n(journal and log of the time know), and look at `watashictl key list`: a key made since lies in the "
	    "keys\ndirectory and is to be adopted again, and one retired since may sign.";

	return copy_run(ctl, argc, argv, &usage, restore, (struct words){ "checking the copy", "restored", after });
}
