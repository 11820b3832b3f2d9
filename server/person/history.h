/* person/history.h - what happened to one account, for the person to read: logins, changes of authenticators,
 * proofings, releases.
 *
 * One row an event, in the order of time; each goes into the unit of what it tells of. Erased with the account.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "base/id.h"
#include "store/store.h"

extern const struct table history_table; /* account (16), event id (16) -> struct history_event */

enum history_kind {
	HISTORY_NOTHING,
	HISTORY_OPENED,              /* the account */
	HISTORY_PROOFED,
	HISTORY_LOGIN, HISTORY_LOGIN_REFUSED, HISTORY_LOGOUT,
	HISTORY_CREDENTIAL_ADDED, HISTORY_CREDENTIAL_CHANGED, /* `detail`: the state it came to */
	HISTORY_CONTACT_CHANGED, HISTORY_ATTRIBUTE_CHANGED,
	HISTORY_CONSENT_GIVEN, HISTORY_CONSENT_WITHDRAWN,
	HISTORY_NOT_ME,
	HISTORY_MUTE_ENDED,          /* the phones are asked again, which was stopped by that */
	HISTORY_RELEASED,            /* to a relying party: who it is there, and what was chosen */
	HISTORY_KINDS
};
const char *history_kind_name(enum history_kind); /* "login" "credential-added" … */

struct history_event {
	struct id id;
	enum history_kind kind;
	struct instant at;
	struct span actor;           /* "person", "system", "operator", "registrar:NUMBER" */
	struct id credential;        /* zero: none */
	struct span name;            /* the credential's or relying party's, as it was then; may be empty */
	struct span detail;          /* one word or short text of ours: a state, a reason */
	struct span where;           /* "Firefox, 203.0.113.7": of a login; may be empty */
	struct id decision;          /* in the ledger; zero: none */
	/* Of a release. */
	struct span relying_party;   /* entity ID */
	struct span items;           /* what was told, as consent_item_next() reads it */
	struct id consent;           /* by which; zero: none */
};
#define HISTORY_NAMES_LARGEST 1024   /* of the items, and of the entity ID, bytes: neither is ever cut */
#define HISTORY_TEXT_LARGEST 200     /* of each other span, bytes; longer is cut between characters */

void history_write(struct buffer *, const struct history_event *);
bool history_read(struct span value, struct history_event *out); /* borrowed */

/* Its id is made from `at`. */
void history_add(struct unit *, const struct id *account, const struct history_event *);
/* Newest first. */
struct ask history_ask(struct arena *, const struct id *account, uint32_t limit);
/* The same of what happened before that event: the next page. */
struct ask history_ask_before(struct arena *, const struct id *account, const struct id *before, uint32_t limit);
