/* daemon/supervisor.c - the parent of all: starts the processes, replaces those that die, stops them in order. */
#include "daemon/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "daemon/links.h"
#include "daemon/notify.h"
#include "daemon/person_service.h"
#include "daemon/proofing_service.h"
#include "jpki/source_fault.h"
#include "store/recorder.h"

#define FEWEST_SEATS 4 /* for the workers of one configuration, so that their number may grow */
#define STOP_PATIENCE SECONDS(10)
#define CALLERS_AT_ONCE 4096 /* machine callers whose questions are counted */
#define ADDRESSES_AT_ONCE 65536 /* 1 MiB */
#define LOCK_FILE "watashid.pid"

/* Settings: one reading of the configuration file. */

enum err
settings_read(const char *file, struct settings **out, struct problem *why)
{
	struct settings *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->arena = arena_init(16 * MIB);
	if (config_read(&s->arena, file, &s->config, why) != OK || proofing_service_check(&s->config, why) != OK ||
	    person_service_check(&s->config, why) != OK) {
		settings_free(s);
		return why->code;
	}
	*out = s;
	return OK;
}

void
settings_free(struct settings *s)
{
	if (!s)
		return;
	arena_release(&s->arena);
	free(s);
}

enum err
settings_prepare(const struct settings *s, const struct identity *identity, struct problem *why)
{
	const struct {
		const char *path;
		mode_t mode;
	} wanted[] = {
		{ s->config.store.directory, 0750 },
		{ s->config.generations, 0750 },
		{ s->config.jpki.settings.lists, 0750 },
		{ s->config.run, 0755 },
	};

	for (size_t i = 0; i < COUNT(wanted); i++)
		if (wanted[i].path && directory_prepare(wanted[i].path, wanted[i].mode, identity, why) != OK)
			return why->code;
	return OK;
}

/* Held while we run: a second daemon on this configuration would take our control socket away. */
static enum err
lock_take(struct supervisor *s, struct problem *why)
{
	char path[4096], text[32];
	ssize_t size;

	snprintf(path, sizeof(path), "%s/" LOCK_FILE, s->settings->config.run);
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (s->lock_fd < 0)
		return problem_errno(why, errno, "%s", path);
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		size = read(s->lock_fd, text, sizeof(text) - 1);
		text[size > 0 ? size : 0] = '\0';
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "%s: watashid runs already with this configuration, as process %.*s", path,
		    (int)strcspn(text, "\n"), text);
	}
	snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, text, strlen(text), 0) < 0)
		return problem_errno(why, errno, "%s", path);
	return OK;
}

/* Starting, in two steps: workers need a store that is there, the steward a signer that answers. */

static void
complain(const struct problem *why)
{
	fprintf(stderr, "watashid: %s%s%s%s\n", why->text, why->clause[0] ? " (" : "", why->clause,
	    why->clause[0] ? ")" : "");
}

struct process *
supervisor_process_of(struct supervisor *s, enum role role)
{
	size_t i = 0;

	while (s->processes[i].role != role)
		i++;
	return &s->processes[i];
}

struct process *
supervisor_free_process(struct supervisor *s, enum role role)
{
	for (size_t i = 0; i < s->seats; i++)
		if (s->processes[i].role == role && s->processes[i].state == SEAT_EMPTY)
			return &s->processes[i];
	return NULL;
}

enum err
supervisor_start_workers(struct supervisor *s, const struct settings *settings, const struct listeners *listeners,
    bool staged, struct problem *why)
{
	for (unsigned i = 0; i < settings->config.workers; i++) {
		struct process *worker = supervisor_free_process(s, ROLE_WORKER);

		if (!worker)
			return problem_set(why, ERR_LIMIT, "",
			    "/workers: there was no room made for %u workers at the start; that needs a restart",
			    settings->config.workers);
		if (process_start(worker, settings, listeners, staged, why) != OK)
			return why->code;
	}
	return OK;
}

static bool
role_ready(const struct supervisor *s, enum role role)
{
	for (size_t i = 0; i < s->seats; i++)
		if (s->processes[i].role == role && s->processes[i].state == SEAT_READY)
			return true;
	return false;
}

static bool
all_ready(const struct supervisor *s)
{
	for (size_t i = 0; i < s->seats; i++)
		if (s->processes[i].state != SEAT_READY && s->processes[i].state != SEAT_EMPTY)
			return false;
	return true;
}

static void
continue_start(struct supervisor *s)
{
	struct problem why;

	if (s->phase == PHASE_CORE && role_ready(s, ROLE_RECORDER) && role_ready(s, ROLE_SIGNER)) {
		s->phase = PHASE_REST;
		process_start(supervisor_process_of(s, ROLE_STEWARD), s->settings, &s->listeners, false, &why);
		/* There are seats for twice as many. */
		supervisor_start_workers(s, s->settings, &s->listeners, false, &why);
	} else if (s->phase == PHASE_REST && all_ready(s)) {
		s->phase = PHASE_RUNNING;
		fprintf(stderr, "watashid: ready %s\n", s->settings->config.federation.base_url);
		notify_manager("READY=1\n");
	}
}

void
supervisor_on_ready(struct supervisor *s, struct process *p)
{
	if (p->staged) {
		reload_on_ready(s);
		return;
	}
	for (size_t i = 0; i < s->seats; i++)
		if (process_lives(&s->processes[i]) && roles_linked(s->processes[i].role, p->role))
			process_link(&s->processes[i], p);
	continue_start(s);
}

void
supervisor_on_asked(struct supervisor *s, struct process *p, const struct order *order)
{
	if (p->role == ROLE_STEWARD && order->kind == ORDER_RELOAD)
		reload_ask(s);
	else if (p->role == ROLE_STEWARD && order->kind == ORDER_RENEW_KEYS)
		reload_ask_keys(s);
	else if (order->kind == ORDER_UNLINKED)
		process_link_anew(p, order->role);
	else if (order->kind != ORDER_READY)
		log_error("order.refused", "process=%s kind=%d", p->name, (int)order->kind);
}

/* Stopping: who asks before who serves, and the recorder last, when everything has been acknowledged. */

static const enum role stop_order[] = { ROLE_WORKER, ROLE_STEWARD, ROLE_SIGNER, ROLE_RECORDER };

static void
continue_stop(struct supervisor *s)
{
	for (size_t step = 0; step < COUNT(stop_order); step++) {
		bool alive = false;

		for (size_t i = 0; i < s->seats; i++) {
			struct process *p = &s->processes[i];

			if (p->role != stop_order[step])
				continue;
			process_drain(p, s->settings->config.drain_time + STOP_PATIENCE);
			if (s->hurried && p->role != ROLE_RECORDER)
				process_kill(p);
			alive = alive || process_lives(p);
		}
		if (alive)
			return;
	}
	loop_stop(s->loop);
}

static void
stop(struct supervisor *s, int status)
{
	if (s->phase == PHASE_STOPPING) {
		s->hurried = s->hurried || status == EXIT_SUCCESS;
	} else {
		if (s->phase == PHASE_RUNNING)
			log_info("stopping", "seconds=%lld", (long long)(s->settings->config.drain_time / SECONDS(1)));
		s->phase = PHASE_STOPPING;
		s->status = status;
		notify_manager("STOPPING=1\n");
	}
	continue_stop(s);
}

/* Deaths. */

static const char *
how_it_ended(const struct process *p, int status, char *out, size_t size)
{
	if (p->failed[0])
		snprintf(out, size, "%s", p->failed);
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		snprintf(out, size,
		    "it made a system call that its sandbox does not allow (WATASHI_SANDBOX=explain names it)");
	else if (WIFSIGNALED(status))
		snprintf(out, size, "ended by signal %d, %s", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(out, size, "ended with status %d", WEXITSTATUS(status));
	return out;
}

/* Somebody who has the store open holds its write lock, dead or alive. Only when all of them are gone is it free. */
static void
free_store_lock(struct supervisor *s)
{
	log_error("store.locked", "action=%s", "replacing every process that has the store open");
	for (size_t i = 0; i < s->seats; i++)
		if (s->processes[i].role == ROLE_WORKER || s->processes[i].role == ROLE_STEWARD)
			process_kill(&s->processes[i]);
}

void
supervisor_on_died(struct supervisor *s, struct process *p)
{
	int status = p->status;
	bool told = p->state == SEAT_DRAINING, staged = p->staged;
	char how[sizeof(p->failed) + 1];
	struct problem why;

	how_it_ended(p, status, how, sizeof(how));
	if (told && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		log_info("process.ended", "process=%s pid=%d", p->name, (int)p->pid);
	else
		log_warning("process.died", "process=%s pid=%d how=%s", p->name, (int)p->pid, LOG_TEXT(how));
	process_buried(p);
	if (p->role != ROLE_RECORDER)
		process_order(supervisor_process_of(s, ROLE_RECORDER), ORDER_SWEEP);

	if (s->phase == PHASE_STOPPING) {
		continue_stop(s);
	} else if (staged) {
		reload_on_failed(s, p, how);
	} else if (told) {
		if (p->role == ROLE_STEWARD)
			process_start(p, s->settings, &s->listeners, false, &why);
		reload_on_finished(s);
	} else if (s->phase != PHASE_RUNNING) {
		problem_set(&why, ERR_UNAVAILABLE, "", "%s%s%s", p->failed[0] ? "" : p->name, p->failed[0] ? "" : ": ",
		    how);
		complain(&why);
		stop(s, EXIT_FAILURE);
	} else {
		if (p->role == ROLE_RECORDER && WIFEXITED(status) && WEXITSTATUS(status) == RECORDER_STUCK)
			free_store_lock(s);
		process_start_again(p);
	}
}

static void
bury_the_dead(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < s->seats; i++)
			if (s->processes[i].pid == pid) {
				s->processes[i].ended = true;
				s->processes[i].status = status;
				/* Else when its last words have been heard: why it failed may still be in the
				 * channel. */
				if (!s->processes[i].channel)
					supervisor_on_died(s, &s->processes[i]);
				break;
			}
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor *s = arg;
	struct signalfd_siginfo told;

	(void)what;
	while (read(fd, &told, sizeof(told)) == (ssize_t)sizeof(told)) {
		if (told.ssi_signo == SIGCHLD)
			bury_the_dead(s);
		else if (told.ssi_signo == SIGHUP)
			reload_ask(s);
		else if (told.ssi_signo == SIGTERM || told.ssi_signo == SIGINT)
			stop(s, EXIT_SUCCESS);
	}
}

/* The whole run. */

static void
signals_open(struct supervisor *s)
{
	static const int wanted[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGUSR1 };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, &s->old_signals);
	s->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	s->signals = event_new(loop_base(s->loop), s->signal_fd, EV_READ | EV_PERSIST, on_signal, s);
	if (s->signal_fd < 0 || !s->signals)
		abort();
	event_add(s->signals, NULL);
}

static enum err
supervisor_open(struct supervisor *s, struct problem *why)
{
	const struct config *config = &s->settings->config;
	unsigned workers = 2 * (config->workers > FEWEST_SEATS ? config->workers : FEWEST_SEATS);
	struct identity identity;

	if (identity_find(config->user, config->group, &identity, why) != OK)
		return problem_within(why, "%s", config->file);
	s->identity = identity;
	if (geteuid() == 0 && !identity.change)
		log_warning("user.root", "problem=%s",
		    "\"no /user: every process stays root, those that answer the world too\"");
	/* The settings it came from may be replaced. */
	if (s->identity.user && !(s->identity.user = strdup(s->identity.user)))
		abort();
	if (settings_prepare(s->settings, &s->identity, why) != OK || lock_take(s, why) != OK ||
	    listeners_open(config, NULL, &s->listeners, why) != OK)
		return why->code;
	s->roster = roster_new(workers, clock_now());
	s->seats = s->roster->count; /* nobody else has it yet */
	s->census = census_new((unsigned)s->seats);
	s->rates = rates_new(CALLERS_AT_ONCE);
	s->address_rates = rates_new(ADDRESSES_AT_ONCE);
	s->figures = figures_new(s->seats);
	s->faults = source_faults_new(s->seats);
	random_bytes(s->ticket_key, sizeof(s->ticket_key));
	s->processes = calloc(s->seats, sizeof(*s->processes));
	if (!s->processes)
		abort();
	for (size_t i = 0; i < s->seats; i++)
		process_init(&s->processes[i], s, i);
	signals_open(s);
	return OK;
}

static void
supervisor_close(struct supervisor *s)
{
	for (size_t i = 0; s->processes && i < s->seats; i++)
		process_release(&s->processes[i]);
	free(s->processes);
	if (s->signals) {
		event_free(s->signals);
		close(s->signal_fd);
		sigprocmask(SIG_SETMASK, &s->old_signals, NULL);
	}
	if (s->reload.listeners.count)
		listeners_close(&s->reload.listeners, &s->listeners);
	if (s->listeners.count)
		listeners_close(&s->listeners, NULL);
	settings_free(s->reload.settings);
	settings_free(s->settings);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	census_free(s->census);
	rates_free(s->rates);
	rates_free(s->address_rates);
	free((char *)(uintptr_t)s->identity.user);
	loop_free(s->loop);
}

int
supervisor_run(struct settings *settings, table_list tables, const struct daemon_addition *addition)
{
	static struct supervisor supervisor; /* reachable in the children too */
	struct supervisor *s = &supervisor;
	struct problem why;

	*s = (struct supervisor){ .settings = settings, .tables = tables, .addition = addition, .lock_fd = -1 };
	log_open("watashid", settings->config.log.level);
	s->loop = loop_new();
	if (supervisor_open(s, &why) == OK) {
		process_start(supervisor_process_of(s, ROLE_RECORDER), s->settings, &s->listeners, false, &why);
		process_start(supervisor_process_of(s, ROLE_SIGNER), s->settings, &s->listeners, false, &why);
		loop_run(s->loop);
	} else {
		complain(&why);
		s->status = EXIT_FAILURE;
	}
	supervisor_close(s);
	return s->status;
}
