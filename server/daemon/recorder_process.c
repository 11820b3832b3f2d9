/* daemon/recorder_process.c - the process around store/recorder.h: links in, one durable commit a turn, answers out.
 *
 *     unit … unit (one turn of the loop) -> [gather a little more] -> commit -> answers, notices
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/child.h"
#include "store/recorder.h"

#define WATCHDOG_SECONDS 5
#define MOMENT 100000         /* nanoseconds */
#define GATHERING 2000        /* microseconds at most */
#define LARGE_BATCH 16        /* units: the next one is worth waiting for */

/* A unit, and what goes with it on the wire; answers wait while a peer is slow, and then it is cut off. */
static const struct channel_limits limits = { .message = UNIT_LARGEST + 4 * KIB, .waiting = 16 * MIB };

struct recorder_process {
	struct child *child;
	struct recorder *recorder;
	struct peer *peers;
	struct later commit;
	struct timer second;
	unsigned taken, batches[2]; /* units: now, and in the last two commits */
	int64_t commit_took;        /* microseconds */
	int status;
};

/* One process that sends units. */
struct peer {
	struct peer *next;
	struct recorder_process *owner;
	struct channel *channel;
	enum role role;
	unsigned number;
};

static void
cut_off(struct peer *peer)
{
	struct peer **at = &peer->owner->peers;

	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	channel_free(peer->channel);
	free(peer);
}

static void
on_peer_gone(void *arg)
{
	cut_off(arg);
}

static void
on_unit(void *arg, struct span message, int fd)
{
	struct peer *peer = arg;
	struct recorder_process *p = peer->owner;
	struct problem why;

	if (fd >= 0)
		close(fd);
	if (recorder_take(p->recorder, peer->number, peer->role, message, &why) != OK) {
		log_error("peer.cut-off", "role=%s peer=%u problem=%s", role_name(peer->role), peer->number,
		    LOG_TEXT(why.text));
		cut_off(peer);
		return;
	}
	p->taken++;
	turn_later(loop_turn(p->child->loop), &p->commit);
}

static void
on_answer(void *arg, unsigned number, struct span message)
{
	struct recorder_process *p = arg;

	for (struct peer *peer = p->peers; peer; peer = peer->next)
		if (peer->number == number) {
			if (channel_post(peer->channel, message) == ERR_LIMIT) {
				log_error("peer.cut-off", "role=%s peer=%u problem=%s", role_name(peer->role), number,
				    "\"it does not take its answers\"");
				cut_off(peer);
			}
			return;
		}
}

static void
on_notice(void *arg, struct span message)
{
	struct recorder_process *p = arg;

	for (struct peer *peer = p->peers, *next; peer; peer = next) {
		next = peer->next;
		if (channel_post(peer->channel, message) == ERR_LIMIT) {
			log_error("peer.cut-off", "role=%s peer=%u problem=%s", role_name(peer->role), peer->number,
			    "\"it does not take notices\"");
			cut_off(peer);
		}
	}
}

/* What the store says now cannot be trusted: the next recorder opens it anew. */
static void
check(struct recorder_process *p, enum err err, const struct problem *why)
{
	if (err == OK)
		return;
	log_error("recorder.failed", "problem=%s", LOG_TEXT(why->text));
	p->status = EXIT_FAILURE;
	loop_stop(p->child->loop);
}

/* Under load units come in bursts, one a turn of a worker, and most of a commit's price is the same for one as for all
 * of them: so as many as came before are waited for, as long as a commit takes. libevent's clock is too coarse for
 * that, and whoever wanted to be served meanwhile waits for the commit anyway. */
static void
gather(struct recorder_process *p)
{
	const struct timespec moment = { .tv_nsec = MOMENT };
	const unsigned expected = p->batches[0] > p->batches[1] ? p->batches[0] : p->batches[1];
	const int64_t most = p->commit_took < GATHERING ? p->commit_took : GATHERING;
	const int64_t until = clock_monotonic() + most;

	while (expected >= LARGE_BATCH && p->taken < expected && clock_monotonic() < until) {
		nanosleep(&moment, NULL);
		event_base_loop(loop_base(p->child->loop), EVLOOP_NONBLOCK);
	}
}

static void
commit(void *arg)
{
	struct recorder_process *p = arg;
	struct problem why;
	int64_t begun;

	if (p->status != EXIT_SUCCESS || !recorder_waiting(p->recorder))
		return;
	gather(p);
	p->batches[1] = p->batches[0];
	p->batches[0] = p->taken;
	p->taken = 0;
	begun = clock_monotonic();
	check(p, recorder_commit(p->recorder, clock_now(), &why), &why);
	p->commit_took = clock_monotonic() - begun;
}

static void
on_second(void *arg)
{
	struct recorder_process *p = arg;
	struct problem why;

	recorder_sweep_readers(p->recorder);
	check(p, recorder_expire(p->recorder, clock_now(), &why), &why);
	timer_set(&p->second, SECONDS(1));
}

static void
on_link(void *arg, enum role role, unsigned number, int fd)
{
	struct recorder_process *p = arg;
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		abort();
	*peer = (struct peer){ .next = p->peers, .owner = p, .role = role, .number = number };
	peer->channel = channel_new(p->child->loop, fd, limits, on_unit, on_peer_gone, peer);
	p->peers = peer;
}

static void
on_sweep(void *arg)
{
	struct recorder_process *p = arg;

	recorder_sweep_readers(p->recorder);
}

static void
on_drain(void *arg)
{
	struct recorder_process *p = arg;

	/* What has been taken is committed and answered at the end of this turn. */
	loop_stop(p->child->loop);
}

int
recorder_main(struct child *child)
{
	static const struct child_duties duties = { .link = on_link, .drain = on_drain, .sweep = on_sweep };
	struct recorder_process p = { .child = child };
	const struct recorder_outlets outlets = { .answer = on_answer, .notice = on_notice, .arg = &p };
	const struct recorder_settings settings = {
		.directory = child->config->store.directory,
		.tables = child->tables,
		.map_bytes = child->config->store.map_bytes,
		.watchdog_seconds = WATCHDOG_SECONDS,
	};
	struct problem why;

	p.commit = (struct later){ .run = commit, .arg = &p };
	if (child_become(child, false, &why) != OK || recorder_open(&settings, &outlets, &p.recorder, &why) != OK)
		return child_failed(child, &why);
	timer_init(&p.second, child->loop, on_second, &p);
	timer_set(&p.second, SECONDS(1));
	if (child_serve(child, &duties, &p, &why) != OK)
		p.status = child_failed(child, &why);
	turn_cancel(loop_turn(child->loop), &p.commit);
	while (p.peers)
		cut_off(p.peers);
	timer_release(&p.second);
	recorder_free(p.recorder);
	return p.status;
}
