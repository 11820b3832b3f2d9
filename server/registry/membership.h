/* registry/membership.h - changing members: one, or many at once from a file.
 *
 *     parse -> load members and entities -> decide -> project -> validate -> warn -> [dry run ends]
 *       -> fragments in parts -> one unit: member rows, entity rows, findings, history, journal
 *
 * Each change of a bulk stands or falls for itself: one refused stops no other. Members are looked at a few at a time,
 * so that nobody waits long for the steward. Suspension and withdrawal take the
 * member's entities out of the registry, and with the next generation out of every publication.
 */
#pragma once

#include "net/loop.h"
#include "registry/finding.h"
#include "registry/difference.h"
#include "registry/record_look.h"
#include "registry/standing.h"
#include "registry/validation.h"
#include "store/store.h"

#define MEMBERSHIP_CHANGES 1000   /* at once */

struct membership_request {
	enum member_action action;
	struct span id;               /* of APPLY and CHANGE: the record's own when empty */
	struct span record;           /* JSON as it came; with APPLY and CHANGE */
	const char *file;             /* for messages about the record */
	struct span proposal;         /* with APPROVE: what was looked at (standing.h, member_proposal) */
};

struct membership_result {
	struct span id;
	enum err code;                /* OK: done, or waiting for operators */
	struct problem why;           /* otherwise */
	const char *event;
	enum standing before, after;
	bool waits;
	unsigned approvals_had, approvals_needed;
	const struct difference *differences;
	size_t difference_count;
	const struct rule_finding *findings; /* of the entities as they would be published; of the record */
	size_t finding_count;
};

struct membership_change {
	const struct membership_request *requests;
	size_t count;
	struct agreeing by;
	const char *reason;
	bool dry_run;
	const struct requirement_check *known; /* NULL: nobody says which frameworks there are */
	struct instant now;           /* {0}: the clock's */
};

/* The results, in the order of the requests, are borrowed until the callback returns. */
typedef void on_membership(void *arg, enum err, const struct membership_result *, size_t count,
    const struct problem *why);

/* What `change` points to stays the caller's until the callback or the cancellation. A finding of error level refuses
 * an APPLY, CHANGE, APPROVE or REINSTATE, but no CHANGE that only takes away and leaves an error that was there before.
 * ERR_CONFLICT, of a single change: somebody else changed the member meanwhile; of many, it is the result of that
 * one. */
struct pending *membership_start(struct loop *, struct store *, struct validator *, const struct membership_change *,
    on_membership *, void *arg);

/* What time changes by itself: certifications that begin or end change what entities are published with; the yearly
 * confirmation and certificates that run out are warned of, once each, in history, findings and log. */
struct renewal_settings {
	int64_t confirm_every, warn_before;
	uint64_t after; /* only members whose row is of a later generation, changed since a run before; 0: all */
	struct instant now;
};
struct renewal_report {
	uint32_t changed_entities, warnings;
	uint64_t generation;          /* the newest known when it began: the next run's `after` */
	struct instant next;          /* when to look again (at those looked at); {0}: only after a change */
};
typedef void on_renewed(void *arg, enum err, const struct renewal_report *, const struct problem *why);
struct pending *renewal_start(struct loop *, struct store *, struct validator *, const struct renewal_settings *,
    on_renewed *, void *arg);
