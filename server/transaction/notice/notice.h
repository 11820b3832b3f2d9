/* transaction/notice/notice.h - what a person must be told: an outbox that survives restarts.
 *
 *     committed with what it tells of -> waits -> sent: mail (SMTP) or push (RFC 8030) -> gone
 *                                          |--> to the account's phones: one to each that there is by then
 *                                          |--> not now: tried again, later each time
 *                                          `--> given up: told in the log
 *
 * The steward sends them (daemon/delivery.h), each in the person's language. Addresses and codes stand in the row
 * alone, which goes when it has been sent.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "base/id.h"
#include "store/store.h"

struct account;

extern const struct table notice_table; /* id (16) -> struct notice; until nobody could want it any more; noticed */

/* What is told; each has a template in both languages (transaction/notice/text.h). */
enum notice_kind {
	NOTICE_NOTHING,
	NOTICE_CONTACT_CODE,         /* `code` confirms this address */
	NOTICE_CREDENTIAL_ADDED,     /* `name`: of the authenticator, here and below */
	NOTICE_CREDENTIAL_SUSPENDED,
	NOTICE_CREDENTIAL_RESUMED,
	NOTICE_CREDENTIAL_LOCKED,
	NOTICE_CREDENTIAL_REVOKED,
	NOTICE_CREDENTIAL_REPLACED,  /* a new one in the place of a lost one */
	NOTICE_MODEL_WITHDRAWN,      /* suspended, for its model is not trusted any more */
	NOTICE_PARENT_LAPSED,        /* the certificate it was bound by is no longer in force */
	NOTICE_NOT_ME,               /* somebody said so of a login request */
	NOTICE_PROOFED,              /* the account has a new proofing */
	NOTICE_ACCOUNT_ERASED,
	NOTICE_CONTACT_CHANGED,      /* an address was added or taken away: told to the others */
	NOTICE_APP_REQUEST,          /* push: a login waits for this phone; `request` says which */
	NOTICE_MODEL_RESTORED,       /* its model is trusted again: it may be taken back */
	NOTICE_ACCOUNT_ERASED_IN_PART, /* rows of it could not be read, and what they led to may be left */
	NOTICE_MUTE_ENDED,           /* the phones are asked again; `name`: on which that was said, or empty */
	NOTICE_KINDS
};
const char *notice_kind_name(enum notice_kind); /* "credential-added" … */

struct push_subscription {           /* RFC 8291 s2, as browsers give it */
	struct span endpoint;        /* https URL */
	struct span key;             /* p256dh: PUSH_KEY bytes */
	struct span secret;          /* auth: PUSH_SECRET bytes */
};
#define PUSH_ENDPOINT_LARGEST 1024
#define PUSH_KEY 65
#define PUSH_SECRET 16

#define NOTICE_ADDRESS_LARGEST 254   /* bytes (RFC 5321 s4.5.3.1.3) */
#define NOTICE_NAME_LARGEST 256
struct notice {
	struct id id;
	enum notice_kind kind;
	bool english;                /* else Japanese */
	/* Where to: mail; or a subscription; or, where both are empty, whatever phones `account` has
	 * (notice_to_phones()). */
	struct span address;
	struct push_subscription push;
	struct id account, credential; /* push: whose subscription it is, to forget one that is gone; zero: nobody's */
	struct span name, code;      /* may be empty */
	struct id request;
	struct instant made, until;  /* after which it is not sent any more */
	/* Of its delivery. */
	unsigned tries;
	struct instant next;
};
void notice_write(struct buffer *, const struct notice *);
/* Borrowed from the row. False: not ours. */
bool notice_read(struct span value, struct notice *out);

/* Whether it waits to become one to each phone of its account. */
bool notice_to_phones(const struct notice *);
/* Whether a person is to know that at once, wherever there is a phone of theirs. */
bool notice_kind_rings(enum notice_kind);

/* Into the unit of what it tells of. It goes one way, and has an end. */
void notice_put(struct unit *, const struct notice *);
/* One to every confirmed address of the account but `except` (may be empty), for a week; and of a kind that rings one
 * to its phones, for a day. */
void account_tell(struct unit *, const struct account *, enum notice_kind, struct span name, struct span except,
    struct instant now);
