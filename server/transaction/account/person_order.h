/* transaction/account/person_order.h - what operators do with one person's account: look at it, make it staff's or not
 * any more, suspend or revoke an authenticator.
 *
 *     number -> account -> authenticators, proofings, what waits -> decided -> committed, told
 *
 * Making somebody a registrar raises trust, for others rely on whom a registrar saw: it takes as many operators as the
 * configuration asks for, each of whom says the same. Taking that away, and stopping an authenticator, takes one.
 * Operators see no attribute, no address, no name that somebody gave something.
 */
#pragma once

#include "authn/credential.h"
#include "model/agreement.h"
#include "person/account.h"
#include "person/proofing_record.h"

enum person_action {
	PERSON_NO_ACTION, PERSON_LOOK, PERSON_GRANT, PERSON_WITHDRAW_STAFF, PERSON_SUSPEND, PERSON_REVOKE,
};
/* "grant" "withdraw" "suspend" "revoke"; PERSON_NO_ACTION: another word. */
enum person_action person_action_read(struct span);

#define PERSON_REASON_LARGEST 40
struct person_order {
	enum person_action action;
	struct span number;          /* as typed */
	unsigned role;               /* GRANT, WITHDRAW_STAFF: enum staff_role */
	struct id credential;        /* SUSPEND, REVOKE */
	struct span reason;          /* of these: a word, "lost" */
	struct agreeing by;
	struct instant now;
};

#define PERSON_CREDENTIALS 100
struct person_report {
	struct account account;
	struct credential *credentials; /* the newest first */
	size_t credential_count;
	bool more;
	struct proofing_record *records;
	size_t record_count;
	/* Of an action. */
	bool changed;                /* else it was so already, or waits */
	bool waits;                  /* for other operators */
	unsigned had, needed;
};
/* All lives in the arena. ERR_NOT_FOUND: no such account or authenticator; ERR_INVALID: a reason of another form;
 * ERR_CONFLICT: an authenticator that cannot take the step, or it changed meanwhile; ERR_DENIED: this operator's word
 * does not count. */
typedef void on_person_order(void *arg, enum err, const struct person_report *, const struct problem *why);
struct pending *person_order(struct store *, struct arena *, const struct person_order *, on_person_order *, void *arg);
