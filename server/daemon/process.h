/* daemon/process.h - one child as its supervisor sees it.
 *
 *     empty -> starting -> ready -> draining -> empty
 *                 |          |
 *                 `----------`--> waiting (died; started again after a while) -> starting
 */
#pragma once

#include <sys/types.h>

#include "base/log.h"
#include "base/problem.h"
#include "daemon/order.h"
#include "daemon/roster.h"
#include "net/loop.h"

struct listeners;
struct settings;
struct supervisor;

struct process {
	struct supervisor *owner;
	size_t seat;
	enum role role;
	char name[SEAT_NAME];
	enum seat_state state;
	bool staged;           /* of a configuration that is not in force yet */
	pid_t pid;
	struct channel *channel;
	bool served;           /* it has become ready */
	bool condemned;        /* killed by us */
	bool ended;            /* with `status`; its last words may still be in the channel */
	int status;            /* as of waitpid(2) */
	struct instant started;
	unsigned links_lost;
	unsigned young;        /* restart.h's count */
	struct timer timer;    /* waiting: until it is started again. Draining, staged: until patience ends */
	char failed[512];      /* why it could not start, in its own words */
};

void process_init(struct process *, struct supervisor *, size_t seat);
void process_release(struct process *);

/* Forks. The child serves `settings` with `listeners`. One that cannot be started is tried again later, and that is OK;
 * a staged one fails. */
enum err process_start(struct process *, const struct settings *, const struct listeners *, bool staged,
    struct problem *why);

/* Running: has a pid. */
bool process_lives(const struct process *);

/* Gives each end of a new channel to one of the two. */
void process_link(struct process *asking, struct process *serving);

/* It has lost its link to a `role`: makes another when such a process is ready. Who loses too many is replaced. */
void process_link_anew(struct process *, enum role);

/* Tells it to finish and end; kills it when that takes longer than `us`. One that waits to be started is given up. */
void process_drain(struct process *, int64_t us);
void process_order(struct process *, enum order_kind);
void process_order_log(struct process *, enum log_level);
void process_kill(struct process *);

/* It has ended: forgets it, and clears what it left in shared memory. */
void process_buried(struct process *);

/* Starts it again, when restart.h says. */
void process_start_again(struct process *);
