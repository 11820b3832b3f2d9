/* daemon/store_link.c - this process's store, and the link to whichever recorder there is now. */
#include "daemon/store_link.h"

#include <unistd.h>

#include "store/lmdb.h"

#define TICK (SECONDS(1) / 10)

/* What a recorder says is small (answers, notices), what it is told are units. */
static const struct channel_limits limits = { .message = 4 * MIB, .waiting = 2 * UNIT_LARGEST };

static bool
post(void *arg, struct span message)
{
	struct store_link *l = arg;

	return l->recorder && channel_post(l->recorder, message) == OK;
}

static void
on_tick(void *arg)
{
	struct store_link *l = arg;

	store_lmdb_tick(l->store);
	child_keep_link(l->child, ROLE_RECORDER, l->recorder != NULL, &l->lost);
	timer_set(&l->tick, TICK);
}

enum err
store_link_open(struct store_link *l, struct child *child, struct problem *why)
{
	const struct store_lmdb_settings settings = {
		.directory = child->config->store.directory,
		.tables = child->tables,
		.commit_timeout = child->config->store.commit_timeout,
		.in_flight = child->config->store.in_flight,
	};

	*l = (struct store_link){ .child = child };
	if (store_lmdb_open(loop_turn(child->loop), &settings, post, l, &l->store, why) != OK)
		return why->code;
	timer_init(&l->tick, child->loop, on_tick, l);
	timer_set(&l->tick, TICK);
	return OK;
}

static void
on_said(void *arg, struct span message, int fd)
{
	struct store_link *l = arg;

	if (fd >= 0)
		close(fd);
	store_lmdb_recorder_said(l->store, message);
}

static void
lose(struct store_link *l)
{
	channel_free(l->recorder);
	l->recorder = NULL;
	store_lmdb_recorder_lost(l->store);
}

static void
on_lost(void *arg)
{
	lose(arg);
	log_warning("recorder.lost", "action=%s", "waiting for its successor");
}

void
store_link_take(struct store_link *l, int fd)
{
	/* The successor may be heard of before the end of the one before. */
	if (l->recorder)
		lose(l);
	l->recorder = channel_new(l->child->loop, fd, limits, on_said, on_lost, l);
	store_lmdb_recorder_ready(l->store);
}

void
store_link_close(struct store_link *l)
{
	if (!l->store)
		return;
	timer_release(&l->tick);
	store_free(l->store);
	channel_free(l->recorder);
	*l = (struct store_link){ 0 };
}
