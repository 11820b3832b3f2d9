/* daemon/process.c - one child as its supervisor sees it. */
#include "daemon/process.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/child.h"
#include "daemon/links.h"
#include "daemon/restart.h"
#include "daemon/supervisor.h"

#define LINKS_LOST_MOST 10           /* by one process: it is not the links */
#define STAGED_PATIENCE SECONDS(60)  /* for a new set of processes to become ready */

static int (*const mains[ROLE_COUNT])(struct child *) = {
	[ROLE_WORKER] = worker_main,
	[ROLE_RECORDER] = recorder_main,
	[ROLE_STEWARD] = steward_main,
	[ROLE_SIGNER] = signer_main,
};

static void on_timer(void *arg);

void
process_init(struct process *p, struct supervisor *owner, size_t seat)
{
	*p = (struct process){ .owner = owner, .seat = seat, .role = (enum role)owner->roster->seats[seat].role };
	seat_name(&owner->roster->seats[seat], p->name);
	timer_init(&p->timer, owner->loop, on_timer, p);
}

void
process_release(struct process *p)
{
	channel_free(p->channel);
	timer_release(&p->timer);
}

static void
set_state(struct process *p, enum seat_state state)
{
	struct seat *seat = &p->owner->roster->seats[p->seat];

	p->state = state;
	seat->state = state;
	seat->pid = p->pid;
	seat->since = p->started.us;
}

bool
process_lives(const struct process *p)
{
	return p->pid > 0;
}

static void
on_order(void *arg, struct span message, int fd)
{
	struct process *p = arg;
	struct order order;

	if (fd >= 0)
		close(fd);
	if (!order_read(message, &order)) {
		log_error("order.unknown", "process=%s", p->name);
	} else if (order.kind == ORDER_FAILED) {
		snprintf(p->failed, sizeof(p->failed), "%.*s", SPAN_ARGS(order.text));
	} else if (order.kind == ORDER_READY && p->state == SEAT_STARTING) {
		p->served = true;
		set_state(p, SEAT_READY);
		timer_stop(&p->timer);
		supervisor_on_ready(p->owner, p);
	} else {
		supervisor_on_asked(p->owner, p, &order);
	}
}

static void
on_channel_gone(void *arg)
{
	struct process *p = arg;

	channel_free(p->channel);
	p->channel = NULL;
	if (p->ended)
		supervisor_on_died(p->owner, p);
}

/* The child, from its first moment: what it needs of the supervisor's memory it has by the fork. */
static _Noreturn void
become_child(struct process *p, const struct settings *settings, const struct listeners *listeners, int fd)
{
	struct supervisor *s = p->owner;
	struct child child = {
		.role = p->role,
		.seat = p->seat,
		.name = p->name,
		.born = p->started,
		.config = &settings->config,
		.identity = &s->identity,
		.listeners = listeners->fds,
		.control = listeners->fds[listeners->count - 1],
		.ticket_key = s->ticket_key,
		.census = s->census,
		.rates = s->rates,
		.address_rates = s->address_rates,
		.figures = s->figures,
		.faults = s->faults,
		.roster = s->roster,
		.seats = s->seats,
		.tables = s->tables,
		.addition = s->addition,
		.fd = fd,
	};
	int *keep;
	size_t count = 0;

	/* Whoever has it can read every session that is resumed. */
	if (p->role != ROLE_WORKER)
		explicit_bzero(s->ticket_key, sizeof(s->ticket_key));
	keep = calloc(listeners->count + 1, sizeof(*keep));
	if (!keep)
		abort();
	keep[count++] = fd;
	if (p->role == ROLE_WORKER)
		for (size_t i = 0; i + 1 < listeners->count; i++)
			keep[count++] = listeners->fds[i];
	if (p->role == ROLE_STEWARD)
		keep[count++] = child.control;
	child_born(&child, keep, count);
	free(keep);
	exit(mains[p->role](&child));
}

/* `role`: ROLE_NONE for all it talks to. */
static unsigned
link_with_others(struct process *p, enum role role)
{
	struct supervisor *s = p->owner;
	unsigned made = 0;

	for (size_t i = 0; i < s->seats; i++) {
		struct process *other = &s->processes[i];

		if (other->state == SEAT_READY && !other->staged && roles_linked(p->role, other->role) &&
		    (role == ROLE_NONE || role == other->role)) {
			process_link(p, other);
			made++;
		}
	}
	return made;
}

/* Nobody is there yet, so nobody dies: whoever stages must hear of it now. */
static enum err
not_started(struct process *p, struct problem *why)
{
	if (p->staged) {
		p->staged = false;
		return problem_within(why, "%s", p->name);
	}
	log_error("process.not-started", "process=%s problem=%s", p->name, LOG_TEXT(why->text));
	process_start_again(p);
	return OK;
}

enum err
process_start(struct process *p, const struct settings *settings, const struct listeners *listeners, bool staged,
    struct problem *why)
{
	int fds[2];
	pid_t pid;

	assert(!process_lives(p));
	p->started = clock_now();
	p->staged = staged;
	p->served = p->condemned = false;
	p->status = 0;
	p->failed[0] = '\0';
	p->links_lost = 0;
	if (channel_pair(fds, why) != OK)
		return not_started(p, why);
	pid = fork();
	if (pid == 0)
		become_child(p, settings, listeners, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		problem_errno(why, errno, "fork");
		close(fds[0]);
		return not_started(p, why);
	}
	p->pid = pid;
	p->channel = channel_new(p->owner->loop, fds[0], order_limits, on_order, on_channel_gone, p);
	set_state(p, SEAT_STARTING);
	if (staged)
		timer_set(&p->timer, STAGED_PATIENCE);
	log_info("process.started", "process=%s pid=%d", p->name, (int)pid);
	link_with_others(p, ROLE_NONE);
	return OK;
}

void
process_link(struct process *asking, struct process *serving)
{
	struct process *const ends[] = { asking, serving };
	uint32_t number = ++asking->owner->links;
	struct problem why;
	int fds[2];

	if (channel_pair(fds, &why) != OK) {
		log_error("link.failed", "asking=%s serving=%s problem=%s", asking->name, serving->name,
		    LOG_TEXT(why.text));
		return;
	}
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct order order = { .kind = ORDER_LINK, .role = ends[1 - i]->role, .peer = number };

		/* An end that has just died leaves the other with a channel that closes at once. */
		if (ends[i]->channel)
			order_post(ends[i]->channel, &order, fds[i]);
		close(fds[i]);
	}
}

void
process_link_anew(struct process *p, enum role role)
{
	if (role == ROLE_NONE || link_with_others(p, role) == 0)
		return;
	log_warning("link.renewed", "process=%s to=%s", p->name, role_name(role));
	if (++p->links_lost > LINKS_LOST_MOST)
		process_kill(p);
}

void
process_order(struct process *p, enum order_kind kind)
{
	if (p->channel)
		order_post(p->channel, &(struct order){ .kind = kind }, -1);
}

void
process_order_log(struct process *p, enum log_level level)
{
	if (p->channel)
		order_post(p->channel, &(struct order){ .kind = ORDER_LOG, .peer = level }, -1);
}

void
process_drain(struct process *p, int64_t us)
{
	if (p->state == SEAT_WAITING) {
		timer_stop(&p->timer);
		set_state(p, SEAT_EMPTY);
	}
	if (!process_lives(p) || p->state == SEAT_DRAINING)
		return;
	set_state(p, SEAT_DRAINING);
	process_order(p, ORDER_DRAIN);
	timer_set(&p->timer, us);
}

void
process_kill(struct process *p)
{
	if (!process_lives(p))
		return;
	p->condemned = true;
	kill(p->pid, SIGKILL);
}

void
process_buried(struct process *p)
{
	struct supervisor *s = p->owner;

	channel_free(p->channel);
	p->channel = NULL;
	timer_stop(&p->timer);
	p->pid = 0;
	p->ended = false;
	set_state(p, SEAT_EMPTY);
	p->staged = false;
	census_clear(s->census, (unsigned)p->seat);
	s->figures[p->seat].value[FIGURE_CONNECTIONS_OPEN] = 0;
	s->figures[p->seat].value[FIGURE_COURIER_WAITING] = 0;
}

void
process_start_again(struct process *p)
{
	const struct death death = {
		.served = p->served,
		.killed = WIFSIGNALED(p->status) && WTERMSIG(p->status) == SIGKILL && !p->condemned,
		.lived = clock_now().us - p->started.us,
	};
	int64_t wait = restart_wait(&p->young, &death);

	p->owner->roster->seats[p->seat].restarts++;
	set_state(p, SEAT_WAITING);
	log_info("process.replaced", "process=%s in_ms=%lld", p->name, (long long)wait / 1000);
	timer_set(&p->timer, wait);
}

static void
on_timer(void *arg)
{
	struct process *p = arg;
	struct problem why;

	if (p->state == SEAT_WAITING) {
		process_start(p, p->owner->settings, &p->owner->listeners, false, &why);
		return;
	}
	log_warning("process.too-slow", "process=%s state=%s", p->name, seat_state_name(p->state));
	process_kill(p);
}
