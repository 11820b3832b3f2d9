/* transaction/taking/taking.h - what was proofed is taken over: by a card (enrolment/accept.c) or at the desk
 * (desk/complete.c), it becomes the same of an account.
 *
 *     account, full [, opened] -> proofing record -> attributes, the index of who looks alike -> history, notice
 *
 * All in the unit of who takes it over, which expects each row as it was loaded.
 */
#pragma once

#include "base/arena.h"
#include "person/account.h"
#include "person/history.h"
#include "person/likeness.h"
#include "person/proofing_record.h"

struct taking {
	struct unit *unit;
	struct arena *arena;
	struct account *account;     /* whose it will be */
	bool is_new;                 /* it is opened now */
	struct span actor, where;    /* of its history; `where` may be empty */
	struct instant now;
	unsigned events;             /* that have had their moment */
};

/* Events of one millisecond have no order, and these have one for who reads them: each has the next. */
struct instant taking_moment(struct taking *);
void taking_history(struct taking *, enum history_kind, struct span name, struct span detail);

/* The account is full from now on. */
void taking_account(struct taking *);
void taking_record(struct taking *, const struct proofing_record *);

struct taking_told {
	const struct attributes *known; /* before */
	struct attributes *taken;    /* with what is told */
	const struct attribute_change *changes; /* between both */
	size_t change_count;
	struct likeness *likeness;   /* of `taken`, loaded; NULL: too little is known to look like anybody */
	struct likeness *before;     /* of `known`, loaded; NULL: it stood nowhere */
};
/* Whether something that a proofing told before is told otherwise. */
bool taking_replaces(const struct taking_told *);
/* What it looked like before stands for it no longer. ERR_LIMIT: too many look so. */
enum err taking_attributes(struct taking *, const struct taking_told *, struct problem *why);

/* The person is told. */
void taking_tell(struct taking *);
