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

struct recorder;

struct recorder_settings {
	const char *directory; /* made when missing, with an empty store in it */
	table_list tables;
	size_t map_bytes;      /* the largest the store may grow; sparse */
};

/* What leaves; `peer` is the number given to recorder_take(). */
struct recorder_outlets {
	void (*answer)(void *arg, unsigned peer, struct span message);
	void (*notice)(void *arg, struct span message); /* to every process */
	void *arg;
};

/* ERR_UNSUPPORTED for a store of a newer format, ERR_UNAVAILABLE when another recorder holds it. Older formats are migrated. */
enum err recorder_open(const struct recorder_settings *, const struct recorder_outlets *, struct recorder **out,
    struct problem *why);
void recorder_free(struct recorder *);

/* ERR_SYNTAX: not a unit; cut the sender off. ERR_DENIED is answered to the sender and is no failure here. */
enum err recorder_take(struct recorder *, unsigned peer, enum role, struct span message, struct problem *why);

/* Commits what was taken since the last time and answers it; also removes some rows that have expired. Anything but OK
 * means that the store cannot be trusted by this process any more: end it. */
enum err recorder_commit(struct recorder *, struct instant now, struct problem *why);

/* Whether recorder_commit() has something to do. */
bool recorder_waiting(const struct recorder *);

/* Frees what dead readers keep; once a second and when a process died. */
void recorder_sweep_readers(struct recorder *);

struct recorder_figures {
	uint64_t commits, units, refused, generation;
};
struct recorder_figures recorder_figures(const struct recorder *);
