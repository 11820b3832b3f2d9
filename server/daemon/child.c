/* daemon/child.c - what every child of the supervisor does alike. */
#include "daemon/child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/sandbox.h"

#define LINK_PATIENCE SECONDS(2) /* a successor's link comes sooner */

static int
compare_descriptors(const void *a, const void *b)
{
	int left = *(const int *)a, right = *(const int *)b;

	return (left > right) - (left < right);
}

/* Everything from 3 on that is not kept: other children's channels must end when those end. */
static void
close_others(int *keep, size_t count)
{
	unsigned from = STDERR_FILENO + 1;

	qsort(keep, count, sizeof(*keep), compare_descriptors);
	for (size_t i = 0; i < count; i++) {
		unsigned kept = (unsigned)keep[i];

		if (kept < from)
			continue;
		if (kept > from)
			close_range(from, kept - 1, 0);
		from = kept + 1;
	}
	close_range(from, ~0U, 0);
}

/* The terminal and the service manager signal all of us; only the supervisor decides, and tells its children. */
static void
ignore_signals(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE };
	sigset_t none;

	for (size_t i = 0; i < COUNT(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
child_born(struct child *c, int *keep, size_t count)
{
	char title[16]; /* the kernel keeps no more */

	roster_seal(c->roster, c->seats);
	ignore_signals();
	close_others(keep, count);
	snprintf(title, sizeof(title), "w:%s", c->name);
	prctl(PR_SET_NAME, title);
	log_open(c->name, c->config->log.level);
	c->loop = loop_new();
}

enum err
child_become(struct child *c, bool secret, struct problem *why)
{
	return identity_assume(c->identity, secret, why);
}

static void
on_order(void *arg, struct span message, int fd)
{
	struct child *c = arg;
	struct order order;

	if (!order_read(message, &order))
		order.kind = ORDER_NONE;
	if (order.kind == ORDER_LINK && c->duties->link && fd >= 0) {
		c->duties->link(c->arg, order.role, order.peer, fd);
		fd = -1;
	} else if (order.kind == ORDER_DRAIN && c->duties->drain) {
		c->duties->drain(c->arg);
	} else if (order.kind == ORDER_SWEEP && c->duties->sweep) {
		c->duties->sweep(c->arg);
	} else if (order.kind == ORDER_LOG && order.peer <= LOG_LEVEL_DEBUG) {
		log_open(c->name, (enum log_level)order.peer);
	} else {
		log_error("order.unknown", "kind=%d", (int)order.kind);
	}
	if (fd >= 0)
		close(fd);
}

/* Nobody would replace what dies or stop what runs: an orphan ends. */
static void
on_supervisor_gone(void *arg)
{
	struct child *c = arg;

	log_error("supervisor.gone", "pid=%d", (int)getpid());
	loop_stop(c->loop);
}

static void
channel_open(struct child *c)
{
	if (!c->supervisor)
		c->supervisor = channel_new(c->loop, c->fd, order_limits, on_order, on_supervisor_gone, c);
}

enum err
child_serve(struct child *c, const struct child_duties *duties, void *arg, struct problem *why)
{
	c->duties = duties;
	c->arg = arg;
	if (sandbox_enter(c->role, why) != OK)
		return why->code;
	channel_open(c);
	child_say(c, ORDER_READY);
	log_info("process.ready", "ms=%lld", (long long)(clock_now().us - c->born.us) / 1000);
	loop_run(c->loop);
	channel_free(c->supervisor);
	c->supervisor = NULL;
	return OK;
}

int
child_failed(struct child *c, const struct problem *why)
{
	char text[ORDER_LARGEST / 2];

	snprintf(text, sizeof(text), "%s%s%s%s", why->text, why->clause[0] ? " (" : "", why->clause,
	    why->clause[0] ? ")" : "");
	channel_open(c);
	order_post(c->supervisor, &(struct order){ .kind = ORDER_FAILED, .text = span_text(text) }, -1);
	channel_free(c->supervisor);
	c->supervisor = NULL;
	return EXIT_FAILURE;
}

void
child_say(struct child *c, enum order_kind kind)
{
	if (c->supervisor)
		order_post(c->supervisor, &(struct order){ .kind = kind }, -1);
}

void
child_keep_link(struct child *c, enum role role, bool linked, int64_t *lost)
{
	int64_t now = clock_monotonic();

	if (linked) {
		*lost = 0;
	} else if (*lost == 0) {
		*lost = now;
	} else if (now - *lost > LINK_PATIENCE && c->supervisor) {
		*lost = now;
		order_post(c->supervisor, &(struct order){ .kind = ORDER_UNLINKED, .role = role }, -1);
	}
}
