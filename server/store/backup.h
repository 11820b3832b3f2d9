/* store/backup.h - copying the store while it is in use, and putting a copy in its place. */
#pragma once

#include "base/problem.h"
#include "base/span.h"

struct backup_report {
	uint64_t generation; /* the state that was copied */
	uint64_t bytes;
	char kept[4096]; /* of a restore: where what was there is now, or "" when nothing was */
};

/* A consistent copy of one state, taken beside running writers and free of unused pages. `to` must not exist; it is
 * complete or not there. Only its owner may read it. */
enum err store_backup(const char *directory, const char *to, struct backup_report *, struct problem *why);

/* Checks the copy (its seal, so every byte; format; every table readable to its end), then makes it the store. Refused
 * while a recorder holds the store (ERR_UNAVAILABLE), and for a damaged copy (ERR_INVALID) or a newer one
 * (ERR_UNSUPPORTED): then nothing is changed. What was there is kept beside it as data.mdb.before-restore, or with a
 * number behind that when an earlier one is there; it can be restored like any copy. */
enum err store_restore(const char *from, const char *directory, struct backup_report *, struct problem *why);

/* What the store in `directory` is: its format and newest generation. */
enum err store_look(const char *directory, unsigned *format, uint64_t *generation, struct problem *why);
