/* daemon/roster.h - who is running: the processes in shared memory, for /metrics and `watashictl status`.
 *
 * Made by the supervisor before it forks, and written by it alone: children seal it. The supervisor only writes it, and
 * decides by its own memory. Every process has a seat; its number is also its column of the census and its row of the
 * figures. A replaced process takes its predecessor's seat. Beside them stands what was refused when it was to be
 * read anew.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/role.h"

/* Two sets of workers have seats: while configuration is changed the old set finishes beside the new one. */
enum seat_state { SEAT_EMPTY, SEAT_STARTING, SEAT_READY, SEAT_DRAINING, SEAT_WAITING };

struct seat {
	_Atomic uint32_t role, number, state;
	_Atomic int32_t pid;       /* 0: nobody */
	_Atomic int64_t since;     /* when this process was started, microseconds since 1970 */
	_Atomic uint64_t restarts; /* how often one died that should not have */
};

/* What is read anew, and may be refused; a signer that cannot open new keys is another matter than
 * the configuration. */
enum reloaded { RELOADED_CONFIGURATION, RELOADED_KEYS, RELOADED_KINDS };

/* Words, so that whoever reads while it is written sees an odd turn, or another than before, and never half of it. */
#define ROSTER_REFUSAL 448     /* as a problem's */
struct roster_refusal {
	_Atomic uint32_t turn;
	_Atomic int64_t since;     /* 0: what there is, is in force */
	_Atomic uint64_t why[ROSTER_REFUSAL / sizeof(uint64_t)];
};

struct roster {
	size_t count;
	_Atomic int64_t started;   /* the supervisor */
	_Atomic int32_t supervisor;
	_Atomic uint64_t reloads_accepted, reloads_refused;
	struct roster_refusal refusals[RELOADED_KINDS];
	struct seat seats[];
};

/* Seats for one recorder, one steward, two signers and `workers` workers, in this order. */
struct roster *roster_new(unsigned workers, struct instant now);

/* From here on this process may only read it. `seats`: how many were made, in memory that is the supervisor's alone. */
void roster_seal(struct roster *, size_t seats);

/* "worker-3"; a role that has one process only goes without a number. */
#define SEAT_NAME 32
const char *seat_name(const struct seat *, char out[SEAT_NAME]);
const char *seat_state_name(enum seat_state);
const char *role_name(enum role);

/* What there is now is not in force, and why; the first of several in a row says since when. By the
 * supervisor alone. */
void roster_refuse(struct roster *, enum reloaded, struct instant now, const char *why);
void roster_accept(struct roster *, enum reloaded);

/* False: what there is, is in force. */
bool roster_refused(const struct roster *, enum reloaded, struct instant *since, char why[ROSTER_REFUSAL]);

/* `"processes":[{"process":…,"role":…,"pid":…,"state":…,"since":…,"restarts":…},…]`; no empty seats. Then
 * `"refused":{"configuration":{"since":…,"why":…},"keys":null}`. */
void roster_write(struct buffer *json, const struct roster *);
