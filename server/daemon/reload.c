/* daemon/reload.c - another configuration, or other keys, without refusing or breaking a request. */
#include "daemon/reload.h"

#include <string.h>

#include "daemon/links.h"
#include "daemon/notify.h"
#include "daemon/supervisor.h"

#define SIGNER_PATIENCE SECONDS(10)

static bool
texts_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* What only a new daemon can change: the recorder holds the store, which points to the files of the generations, and
 * everybody has become the user. */
static enum err
check_unchanged(const struct config *old, const struct config *new, struct problem *why)
{
	const struct {
		const char *pointer;
		bool equal;
	} fixed[] = {
		{ "/user", texts_equal(old->user, new->user) },
		{ "/group", texts_equal(old->group, new->group) },
		{ "/generations", texts_equal(old->generations, new->generations) },
		{ "/run", texts_equal(old->run, new->run) },
		{ "/store/directory", texts_equal(old->store.directory, new->store.directory) },
		{ "/store/map_bytes", old->store.map_bytes == new->store.map_bytes },
	};

	for (size_t i = 0; i < COUNT(fixed); i++)
		if (!fixed[i].equal)
			return problem_set(why, ERR_INVALID, "", "%s: %s has changed, which needs a restart", new->file,
			    fixed[i].pointer);
	return OK;
}

static void
refuse(struct supervisor *s, const struct problem *why)
{
	struct reload *r = &s->reload;

	const char *event = r->everything ? "config.refused" : "keys.refused";

	log_error(event, "problem=%s", LOG_TEXT(why->text));
	if (strlen(why->text) > 200) /* a logged value is at most so long */
		log_error(event, "problem_goes_on=%s", LOG_TEXT(why->text + 200));
	if (r->listeners.count)
		listeners_close(&r->listeners, &s->listeners);
	settings_free(r->settings);
	r->settings = NULL;
	r->step = RELOAD_IDLE;
	for (size_t i = 0; i < s->seats; i++)
		if (s->processes[i].staged)
			process_kill(&s->processes[i]);
	roster_refuse(s->roster, r->everything ? RELOADED_CONFIGURATION : RELOADED_KEYS, clock_now(), why->text);
	if (r->everything) {
		s->roster->reloads_refused++;
		notify_manager("READY=1\n");
	}
}

static enum err
stage(struct supervisor *s, struct problem *why)
{
	struct reload *r = &s->reload;
	const struct settings *settings = r->settings ? r->settings : s->settings;
	const struct listeners *listeners = r->settings ? &r->listeners : &s->listeners;
	struct process *signer = supervisor_free_process(s, ROLE_SIGNER);

	if (!signer)
		return problem_set(why, ERR_LIMIT, "", "no seat is free for one more %s", role_name(ROLE_SIGNER));
	if (process_start(signer, settings, listeners, true, why) != OK)
		return why->code;
	return supervisor_start_workers(s, settings, listeners, true, why);
}

static enum err
read_anew(struct supervisor *s, struct problem *why)
{
	struct reload *r = &s->reload;

	if (settings_read(s->settings->config.file, &r->settings, why) != OK ||
	    check_unchanged(&s->settings->config, &r->settings->config, why) != OK ||
	    settings_prepare(r->settings, &s->identity, why) != OK)
		return why->code;
	return listeners_open(&r->settings->config, &s->listeners, &r->listeners, why);
}

static void
begin(struct supervisor *s)
{
	struct reload *r = &s->reload;
	struct problem why;

	if (s->phase != PHASE_RUNNING || r->step != RELOAD_IDLE || (!r->wanted && !r->keys_wanted))
		return;
	/* What a refused attempt staged must be gone before its seats are taken again. */
	for (size_t i = 0; i < s->seats; i++)
		if (s->processes[i].staged)
			return;
	r->everything = r->wanted;
	r->wanted = r->keys_wanted = false;
	r->step = RELOAD_STAGED;
	if (r->everything)
		notify_manager("RELOADING=1\n");
	if ((r->everything && read_anew(s, &why) != OK) || stage(s, &why) != OK)
		refuse(s, &why);
}

void
reload_ask(struct supervisor *s)
{
	s->reload.wanted = true;
	begin(s);
}

void
reload_ask_keys(struct supervisor *s)
{
	s->reload.keys_wanted = true;
	begin(s);
}

/* Workers that were there before finish what has begun, and those that are new began beside the signer before. */
static void
link_all_to(struct supervisor *s, struct process *signer)
{
	for (size_t i = 0; i < s->seats; i++)
		if (process_lives(&s->processes[i]) && roles_linked(s->processes[i].role, ROLE_SIGNER))
			process_link(&s->processes[i], signer);
}

/* The new ones serve; those of their roles that were there before finish. */
static void
replace_processes(struct supervisor *s)
{
	int64_t patience = s->settings->config.drain_time + SECONDS(5);

	for (size_t i = 0; i < s->seats; i++) {
		struct process *p = &s->processes[i];

		if (p->staged) {
			p->staged = false;
			if (p->role == ROLE_SIGNER)
				link_all_to(s, p);
		} else if (p->role == ROLE_SIGNER) {
			process_drain(p, SIGNER_PATIENCE);
		} else if (p->role == ROLE_WORKER ||
		    (p->role == ROLE_STEWARD && s->reload.everything && process_lives(p))) {
			/* There is one steward: its successor starts when it has finished. */
			process_drain(p, patience);
		}
	}
}

static void
accept_staged(struct supervisor *s)
{
	struct reload *r = &s->reload;
	struct settings *old = s->settings;

	r->step = RELOAD_FINISHING;
	roster_accept(s->roster, RELOADED_KEYS); /* either way the signer is another one */
	replace_processes(s);
	if (r->settings) {
		listeners_close(&s->listeners, &r->listeners);
		s->listeners = r->listeners;
		s->settings = r->settings;
		r->listeners = (struct listeners){ 0 };
		r->settings = NULL;
		settings_free(old);
		roster_accept(s->roster, RELOADED_CONFIGURATION);
		s->roster->reloads_accepted++;
		log_open("watashid", s->settings->config.log.level);
		/* It alone was not replaced. */
		process_order_log(supervisor_process_of(s, ROLE_RECORDER), s->settings->config.log.level);
		log_info("config.accepted", "file=%s", LOG_TEXT(s->settings->config.file));
		notify_manager("READY=1\n");
	}
	reload_on_finished(s);
}

void
reload_on_ready(struct supervisor *s)
{
	if (s->reload.step != RELOAD_STAGED)
		return;
	for (size_t i = 0; i < s->seats; i++)
		if (s->processes[i].staged && s->processes[i].state != SEAT_READY)
			return;
	accept_staged(s);
}

void
reload_on_failed(struct supervisor *s, const struct process *p, const char *how)
{
	struct problem why;

	if (s->reload.step == RELOAD_STAGED) {
		problem_set(&why, ERR_INVALID, "", "%s: %s", p->name, how);
		refuse(s, &why);
	}
	begin(s);
}

void
reload_on_finished(struct supervisor *s)
{
	if (s->reload.step != RELOAD_FINISHING)
		return;
	for (size_t i = 0; i < s->seats; i++)
		if (s->processes[i].state == SEAT_DRAINING)
			return;
	s->reload.step = RELOAD_IDLE;
	log_info("reload.done", "workers=%u", s->settings->config.workers);
	begin(s);
}
