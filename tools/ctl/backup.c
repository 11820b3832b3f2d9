/* tools/ctl/backup.c - `watashictl backup`: a consistent copy of the store; `restore`: a copy in its place. */
#include <stdio.h>
#include <sys/stat.h>

#include "ctl/client.h"
#include "store/backup.h"

static enum ending
copied(const struct ctl *ctl, const char *said, const char *file, const struct backup_report *report)
{
	if (ctl->json)
		printf("{\"generation\":%llu,\"bytes\":%llu}\n", (unsigned long long)report->generation,
		    (unsigned long long)report->bytes);
	else
		printf("%s %s: %llu bytes, the state of commit %llu\n", said, file, (unsigned long long)report->bytes,
		    (unsigned long long)report->generation);
	return DONE;
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
	struct backup_report report;
	struct config config;
	struct problem why;
	enum ending ending;
	const char *to;
	enum err err;

	if (!arguments_read(ctl, &usage, argc, argv, &to, &ending))
		return ending;
	if (ctl_config(ctl, &config, &why) != OK)
		return refused(&why);
	progress_show("copying the store", 0, 0);
	err = store_backup(config.store.directory, to, &report, &why);
	progress_end();
	return err == OK ? copied(ctl, "wrote", to, &report) : refused(&why);
}

enum ending
restore_run(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "restore FILE",
		.about = "Checks a copy made by backup, whole, and puts it in the store's place. Refused while the daemon\n"
		         "runs. What was there is kept beside it as data.mdb.before-restore.",
		.least = 1,
		.most = 1,
	};
	struct backup_report report;
	struct config config;
	struct problem why;
	enum ending ending;
	const char *from;
	enum err err;

	if (!arguments_read(ctl, &usage, argc, argv, &from, &ending))
		return ending;
	if (ctl_config(ctl, &config, &why) != OK)
		return refused(&why);
	progress_show("checking the copy", 0, 0);
	err = store_restore(from, config.store.directory, &report, &why);
	progress_end();
	return err == OK ? copied(ctl, "restored", from, &report) : refused(&why);
}
