/* daemon/roster.c - who is running, in shared memory. */
#include "daemon/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "codec/json_writer.h"

static const char *const role_names[] = {
	[ROLE_NONE] = "none",
	[ROLE_SUPERVISOR] = "supervisor",
	[ROLE_WORKER] = "worker",
	[ROLE_RECORDER] = "recorder",
	[ROLE_STEWARD] = "steward",
	[ROLE_SIGNER] = "signer",
};

static const char *const state_names[] = {
	[SEAT_EMPTY] = "empty",
	[SEAT_STARTING] = "starting",
	[SEAT_READY] = "ready",
	[SEAT_DRAINING] = "draining",
	[SEAT_WAITING] = "waiting",
};

const char *
role_name(enum role role)
{
	return role_names[role];
}

const char *
seat_state_name(enum seat_state state)
{
	return state_names[state];
}

static size_t
size_of(size_t seats)
{
	return sizeof(struct roster) + seats * sizeof(struct seat);
}

struct roster *
roster_new(unsigned workers, struct instant now)
{
	const struct {
		enum role role;
		unsigned seats;
	} plan[] = {
		{ ROLE_RECORDER, 1 },
		{ ROLE_STEWARD, 1 },
		{ ROLE_SIGNER, 2 }, /* the successor has opened its keys before the old one goes */
		{ ROLE_WORKER, workers },
	};
	struct roster *r;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < COUNT(plan); i++)
		count += plan[i].seats;
	r = mmap(NULL, size_of(count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == MAP_FAILED)
		abort();
	r->count = count;
	r->started = now.us;
	r->supervisor = getpid();
	for (size_t i = 0; i < COUNT(plan); i++)
		for (unsigned n = 0; n < plan[i].seats; n++, at++) {
			r->seats[at].role = plan[i].role;
			r->seats[at].number = plan[i].seats == 1 ? 0 : n + 1;
		}
	return r;
}

void
roster_seal(struct roster *r, size_t seats)
{
	if (mprotect(r, size_of(seats), PROT_READ) != 0)
		abort();
}

const char *
seat_name(const struct seat *s, char out[SEAT_NAME])
{
	if (s->number)
		snprintf(out, SEAT_NAME, "%s-%u", role_names[s->role], s->number);
	else
		snprintf(out, SEAT_NAME, "%s", role_names[s->role]);
	return out;
}

static void
refusal_write(struct roster_refusal *f, struct instant since, const char *why)
{
	uint64_t words[COUNT(f->why)] = { 0 };

	snprintf((char *)words, sizeof(words), "%s", why);
	atomic_fetch_add(&f->turn, 1);
	atomic_store(&f->since, since.us);
	for (size_t i = 0; i < COUNT(words); i++)
		atomic_store(&f->why[i], words[i]);
	atomic_fetch_add(&f->turn, 1);
}

void
roster_refuse(struct roster *r, enum reloaded what, struct instant now, const char *why)
{
	struct roster_refusal *f = &r->refusals[what];

	refusal_write(f, f->since ? (struct instant){ f->since } : now, why);
}

void
roster_accept(struct roster *r, enum reloaded what)
{
	refusal_write(&r->refusals[what], (struct instant){ 0 }, "");
}

/* A few instructions long, and seldom: who meets a writer waits for him. If he died in between, there is nobody left to
 * read for. */
bool
roster_refused(const struct roster *r, enum reloaded what, struct instant *since, char why[ROSTER_REFUSAL])
{
	const struct roster_refusal *f = &r->refusals[what];
	uint64_t words[COUNT(f->why)];
	uint32_t turn;

	do {
		turn = f->turn;
		since->us = f->since;
		for (size_t i = 0; i < COUNT(words); i++)
			words[i] = f->why[i];
	} while (turn % 2 || turn != f->turn);
	memcpy(why, words, ROSTER_REFUSAL);
	return since->us != 0;
}

static void
write_refusals(struct buffer *json, const struct roster *r)
{
	static const char *const names[] = {
		[RELOADED_CONFIGURATION] = "configuration",
		[RELOADED_KEYS] = "keys",
	};
	char at[INSTANT_TEXT], why[ROSTER_REFUSAL];
	struct instant since;

	buffer_text(json, ",\"refused\":{");
	for (enum reloaded what = 0; what < RELOADED_KINDS; what++) {
		buffer_print(json, "%s\"%s\":", what ? "," : "", names[what]);
		if (!roster_refused(r, what, &since, why)) {
			buffer_text(json, "null");
			continue;
		}
		buffer_print(json, "{\"since\":\"%s\"", instant_text(since, at));
		json_write_member(json, "why", span_text(why));
		buffer_text(json, "}");
	}
	buffer_text(json, "}");
}

void
roster_write(struct buffer *json, const struct roster *r)
{
	char since[INSTANT_TEXT], name[SEAT_NAME];

	buffer_print(json,
	    "\"processes\":[{\"process\":\"supervisor\",\"role\":\"supervisor\",\"pid\":%d,\"state\":\"ready\","
	    "\"since\":\"%s\",\"restarts\":0}",
	    r->supervisor, instant_text((struct instant){ r->started }, since));
	for (size_t i = 0; i < r->count; i++) {
		const struct seat *s = &r->seats[i];

		if (s->state == SEAT_EMPTY)
			continue;
		buffer_print(json, ",{\"process\":\"%s\",\"role\":\"%s\",\"pid\":%d,\"state\":\"%s\",\"since\":\"%s\","
		    "\"restarts\":%llu}", seat_name(s, name), role_names[s->role], s->pid, state_names[s->state],
		    instant_text((struct instant){ s->since }, since), (unsigned long long)s->restarts);
	}
	buffer_text(json, "]");
	write_refusals(json, r);
}
