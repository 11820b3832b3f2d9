/* store/recorder.h - the only writer: takes units of work from the other processes and commits many of them at once.
 *
 *     take ... take -> commit -> answers, notices
 *
 * The caller brings messages and carries answers; between them one durable LMDB transaction per turn. A unit is
 * whole or absent, happens once (by its id, remembered for UNIT_REMEMBERED even across a restart), and touches only
 * tables its sender's role may write. A message that is not a unit ends its sender's link.
 */
#pragma once

#include "store/unit.h"

#define UNIT_REMEMBERED SECONDS(60)
#define STORE_FORMAT 1

/* The exit status of a recorder that waited for LMDB's write lock longer than `watchdog_seconds`: a process that
 * died or was taken over holds it. The supervisor then ends every process that has the store open, so that the
 * (robust) lock becomes free, and starts them and the recorder anew. The watchdog is SIGALRM and setitimer(). */
#define RECORDER_STUCK 75

struct recorder;

struct recorder_settings {
	const char *directory;     /* made when missing, with an empty store in it */
	table_list tables;
	size_t map_bytes;          /* the largest the store may grow; sparse. Deleting may go a sixteenth beyond */
	unsigned watchdog_seconds; /* 0: none */
};

/* What leaves; `peer` is the number given to recorder_take(). */
struct recorder_outlets {
	void (*answer)(void *arg, unsigned peer, struct span message);
	void (*notice)(void *arg, struct span message); /* to every process */
	void *arg;
};

/* ERR_UNSUPPORTED for a store of a newer format, ERR_UNAVAILABLE when another recorder holds it. Older formats are
 * migrated. `directory` and `tables` stay the caller's and must outlive the recorder. */
enum err recorder_open(const struct recorder_settings *, const struct recorder_outlets *, struct recorder **out,
    struct problem *why);
void recorder_free(struct recorder *);

/* ERR_SYNTAX and ERR_LIMIT: not a unit; cut the sender off. ERR_DENIED is answered to the sender and is no failure
 * here; nor is ERR_UNAVAILABLE, which is answered at once while too much waits. */
enum err recorder_take(struct recorder *, unsigned peer, enum role, struct span message, struct problem *why);

/* Commits what was taken since the last time and answers it; also removes some rows that have expired. A full store
 * or disk is answered to the senders (ERR_FULL). Anything but OK means that the store cannot be trusted by this
 * process any more, and stays so: end it. */
enum err recorder_commit(struct recorder *, struct instant now, struct problem *why);

/* Whether recorder_commit() has something to do. */
bool recorder_waiting(const struct recorder *);

/* Removes what has expired and forgets what need not be remembered, when there is little to commit: once a second
 * or so. Bounded; fails as recorder_commit() does. */
enum err recorder_expire(struct recorder *, struct instant now, struct problem *why);

/* Frees what dead readers keep; once a second and when a process died. */
void recorder_sweep_readers(struct recorder *);

struct recorder_figures {
	uint64_t commits, units, refused, expired, generation;
};
struct recorder_figures recorder_figures(const struct recorder *);
