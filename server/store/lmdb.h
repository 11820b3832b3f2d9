/* store/lmdb.h - the backend on LMDB: this process reads the map itself and sends its units to the recorder.
 *
 * How the units travel is the daemon's business: it hands in `post` and calls the functions named for what
 * happened. While the recorder is away (as it is at first) units wait, and are sent again to its successor under the
 * same id.
 */
#pragma once

#include "base/turn.h"
#include "store/store.h"

struct store_lmdb_settings {
	const char *directory; /* holds data.mdb and lock.mdb */
	table_list tables;     /* must outlive the store */
	int64_t commit_timeout; /* microseconds; then ERR_UNAVAILABLE */
	size_t in_flight;       /* units at most; then ERR_UNAVAILABLE at once */
	struct instant (*now)(void); /* decides what has expired; NULL: clock_now */
};

/* False when the message cannot be taken now (it is then sent again by store_lmdb_tick()). */
typedef bool store_post(void *arg, struct span message);

/* ERR_UNAVAILABLE when the recorder has not made the store yet: try again. */
enum err store_lmdb_open(struct turn *, const struct store_lmdb_settings *, store_post *, void *arg,
    struct store **out, struct problem *why);

/* Also the first time. Sends what waits; watchers are told to look at everything (generation 0). */
void store_lmdb_recorder_ready(struct store *);
void store_lmdb_recorder_lost(struct store *);
void store_lmdb_recorder_said(struct store *, struct span message);

/* Once every 100 ms or so: time-outs, and units that could not be posted. */
void store_lmdb_tick(struct store *);

/* For a program that is alone and only looks (watashictl): no recorder, commits answer ERR_UNAVAILABLE. */
bool store_no_recorder(void *arg, struct span message);
