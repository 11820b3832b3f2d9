/* registry/standing.h - a member's standing: its row, its life cycle, and who may move it.
 *
 *                 apply            approve              suspend
 *     (unknown) ---------> applied ---------> approved ---------> suspended
 *                             |                 |  ^                 |  |
 *                             | reject          |  `--- reinstate ---'  |
 *                             v                 |                       |
 *                         withdrawn <-----------+------- withdraw ------'
 *
 * Raising trust (approve, reinstate, a change that adds anything) takes `approvals` operators; whoever proposed it is
 * one of them and, where more than one is asked for, cannot be the other. Each agrees to what he names by its digest.
 * Lowering trust takes one and happens at once. Each step is an entry in the journal, and in the member's own history
 * under its id; a change or reinstatement that waits and is overtaken by another step is an entry of its own before it.
 */
#pragma once

#include "model/agreement.h"
#include "registry/member.h"
#include "store/store.h"

/* member id -> struct member; its notices tell when time is to be looked at again (membership.h, renewal) */
extern const struct table member_table;
/* member id, 0x00, number (4 bytes, big-endian, from 1) -> the entry's JSON; the same bytes stand in the journal */
extern const struct table member_event_table;
/* entity_key -> struct member_claim: to whom an entity ID belongs, published or not: nobody takes the entities of a
 * member that is suspended or has applied. */
extern const struct table member_claim_table;

enum standing {
	STANDING_UNKNOWN,
	STANDING_APPLIED,
	STANDING_APPROVED,
	STANDING_SUSPENDED,
	STANDING_WITHDRAWN,
};
const char *standing_name(enum standing);  /* "applied" … */

enum member_action {
	MEMBER_NOTHING,
	MEMBER_APPLY,      /* a new member with its record; of one withdrawn: again */
	MEMBER_CHANGE,     /* another record */
	MEMBER_APPROVE,    /* what is proposed: an application, a change, a reinstatement */
	MEMBER_REJECT,     /* the same, refused or taken back: what was in force stays */
	MEMBER_SUSPEND,
	MEMBER_REINSTATE,  /* proposes to end a suspension */
	MEMBER_WITHDRAW,
	MEMBER_CONFIRM,    /* the yearly look: all in the record is still true */
	MEMBER_ACTIONS,
};
const char *member_action_name(enum member_action); /* "apply" … */
enum member_action member_action_read(struct span);

#define MEMBER_APPROVERS 10
#define MEMBER_REASON_LARGEST 1000
#define ACTOR_LARGEST 64

struct member {
	struct span id;
	enum standing standing;
	struct instant since;              /* of this standing */
	struct span reason;                /* of the last change of standing */
	struct span record;                /* canonical JSON in force; of an applicant: what is applied with */
	struct instant registered;         /* first approved: mdrpi:registrationInstant; {0}: never */
	struct instant confirmed;          /* last looked at as a whole */
	uint32_t events;                   /* entries in its history */
	struct instant looked;             /* certifications that began or ended up to then are noted (renewal.c) */
	struct span warned;                /* what has been warned of: marks of 8 bytes (warning.h) */

	/* What waits for more operators. */
	enum member_action proposed;       /* APPLY, CHANGE, REINSTATE; NOTHING: nothing waits */
	struct span proposal;              /* CHANGE: canonical JSON of the new record */
	struct instant proposed_at;
	struct span proposal_reason;
	struct span proposer;
	struct span approvers[MEMBER_APPROVERS]; /* whose agreement counts; the proposer first, when his does */
	size_t approver_count;
};
/* What is to be approved: "sha256:…" of the record that would be in force; empty: nothing waits. In the arena. */
struct span member_proposal(struct arena *, const struct member *);
/* Who agreed to what waits. In the arena. */
struct agreement member_agreement(struct arena *, const struct member *);
void member_write(struct buffer *, const struct member *);
/* Borrowed from `value`. False: not our record. */
bool member_read(struct span value, struct member *out);
struct span member_event_key(struct arena *, struct span id, uint32_t number);

struct member_claim {
	struct span member;                /* id */
	struct instant registered;         /* first published; {0}: not yet */
};
void member_claim_write(struct buffer *, const struct member_claim *);
bool member_claim_read(struct span value, struct member_claim *out);

struct member_change {
	enum member_action action;
	struct span id;
	struct span record;                /* APPLY, CHANGE: canonical JSON */
	struct agreeing by;
	struct span reason;                /* is demanded of REJECT, SUSPEND, REINSTATE and WITHDRAW */
	struct instant now;
	struct span proposal; /* APPROVE: member_proposal() that was looked at; demanded with more than one */
};

struct member_outcome {
	struct member after;
	bool waits;                        /* for more operators: nothing is in force yet */
	bool record_changed, standing_changed; /* what is in force */
	bool drops;                        /* what waited is dropped: an entry of its own (member_dropped) */
	/* Standing: member.applied approved rejected suspended reinstated withdrawn. Record: member.changed. Neither:
	 * member.application-changed change-proposed change-rejected reinstatement-proposed reinstatement-rejected
	 * agreed confirmed. Before any of them: member.proposal-dropped. By time (renewal.c): member.renewed
	 * certification-began certification-ended confirmation-due certificate-expires certification-expires.
	 * "member.unchanged": the record is what it is already; there is no entry, and `after` is `before`. */
	const char *event;
};

/* Pure: what becomes of a member (`before` NULL: there is none). ERR_NOT_FOUND without a member; ERR_INVALID for a step
 * the life cycle does not have; ERR_CONFLICT for an approval of another proposal than the one that waits; ERR_DENIED
 * for an operator approving what he proposed or approved already, or whose agreement does not count; then nothing has
 * changed. */
enum err member_decide(struct arena *, const struct member *before, const struct member_change *,
    struct member_outcome *out, struct problem *why);

/* Of an outcome that drops something: the outcome whose entry comes before its own. */
struct member_outcome member_dropped(const struct member *before);

/* The entry of a step, as JSON with its members in alphabetical order: action (null: time's), actor, after (SHA-256 of
 * the record in force as "sha256:…"; null: none), at, before, event, member, number, proposal (the same, of the record
 * that waits to be in force: member_proposal()), reason, standing. */
struct span member_entry(struct arena *, const struct member *before, const struct member_change *,
    const struct member_outcome *);
