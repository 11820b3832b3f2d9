/* tests/store/stage.h - a store on stage: its tables, a directory, and both backends played by hand. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"

#include "base/arena.h"
#include "base/turn.h"
#include "store/lmdb.h"
#include "store/memory.h"
#include "store/recorder.h"

static const struct table logins = { "login", ROLE_BIT(ROLE_WORKER), 0 };
static const struct table members = { "member", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };
static const struct table journal = { "journal", ROLE_BIT(ROLE_WORKER), TABLE_APPEND_ONLY };
static const struct table noted = { "noted", ROLE_BIT(ROLE_WORKER), TABLE_APPEND_ONLY | TABLE_NOTICED };
static const struct table keys = { "key", ROLE_BIT(ROLE_STEWARD), 0 };
static const struct table *const stage_tables[] = { &logins, &members, &journal, &keys, &noted, NULL };

static inline int
directory_remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void
directory_remove(const char *path)
{
	nftw(path, directory_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline char *
directory_make(char room[64])
{
	snprintf(room, 64, "/tmp/watashi-store-XXXXXX");
	expect_true("a directory for the test", mkdtemp(room) != NULL);
	return room;
}

/* Messages on their way, copied. */
struct post_box {
	struct letter {
		struct letter *next;
		size_t size;
		uint8_t bytes[];
	} *first, **last;
	size_t count;
};

static inline void
post_box_add(struct post_box *box, struct span message)
{
	struct letter *l = malloc(sizeof(*l) + message.size);

	l->next = NULL;
	l->size = message.size;
	memcpy(l->bytes, message.data, message.size);
	if (!box->first)
		box->last = &box->first;
	*box->last = l;
	box->last = &l->next;
	box->count++;
}

/* NULL when there is none; the caller frees it. */
static inline struct letter *
post_box_take(struct post_box *box)
{
	struct letter *l = box->first;

	if (l) {
		box->first = l->next;
		box->count--;
	}
	return l;
}

static inline void
post_box_empty(struct post_box *box)
{
	struct letter *l;

	while ((l = post_box_take(box)))
		free(l);
}

/* What a recorder says is kept, in order. */
static inline void
stage_on_answer(void *arg, unsigned peer, struct span message)
{
	(void)peer;
	post_box_add(arg, message);
}

static inline void
stage_on_notice(void *arg, struct span message)
{
	post_box_add(arg, message);
}

static inline struct recorder_settings
stage_settings(const char *directory)
{
	return (struct recorder_settings){ .directory = directory, .tables = stage_tables, .map_bytes = 1 * GIB };
}

static inline struct recorder *
stage_recorder(const struct recorder_settings *settings, struct post_box *said)
{
	struct recorder_outlets outlets = { stage_on_answer, stage_on_notice, said };
	struct recorder *r = NULL;
	struct problem why;

	expect_ok("the recorder opens", recorder_open(settings, &outlets, &r, &why), &why);
	return r;
}
