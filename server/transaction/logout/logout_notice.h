/* transaction/logout/logout_notice.h - what a client is to be told: that a session it knows has ended (OpenID Connect
 * Back-Channel Logout 1.0).
 *
 *     committed with the session's end -> waits -> told (daemon/logout_delivery.h) -> gone
 *                                          |--> not now: tried again, later each time
 *                                          `--> given up after a day: told in the log
 *
 * The row names the client, not where it listens: that is looked up when it is told, so what its record says then
 * counts, and a session ends whether or not records can be read. Nothing of it is known to anybody but that client.
 */
#pragma once

#include "base/buffer.h"
#include "base/id.h"
#include "store/store.h"
#include "transaction/grant/grant.h"

extern const struct table logout_notice_table; /* id (16) -> struct logout_notice; noticed */

#define LOGOUT_TOLD_FOR SECONDS(86400)

struct logout_notice {
	struct id id;
	struct span client;          /* client_id */
	struct span subject;         /* sub */
	struct span session;         /* sid */
	struct instant made, until;  /* after which it is not told any more */
	/* Of its delivery. */
	unsigned tries;
	struct instant next;
};
void logout_notice_write(struct buffer *, const struct logout_notice *);
/* Borrowed. False: not ours. */
bool logout_notice_read(struct span value, struct logout_notice *out);
void logout_notice_put(struct unit *, const struct logout_notice *);

/* What a person took back (grant/given.h), with the names of its sessions: each client is told once of each session
 * that it knows, so that nobody stays logged in there by what was given. The grants are ended by who asks. */
void given_tell(struct unit *, const struct grant *, size_t count, struct instant now);

/* Grants that end: each goes with its mark, and each client is told once of each session. Those that last longer than
 * their session stay, unless `all`; their clients are told, too. Rows of `marks` that cannot be read are told to
 * nobody, and go only with `all`. */
struct grants_end {
	const struct row *marks;     /* of grant_of_account_table */
	size_t count;
	bool (*ends)(const void *arg, const struct grant_mark *); /* whether this one is concerned; NULL: each */
	const void *arg;
	bool all;
	struct instant now;
};
struct grants_ended {
	size_t gone;                 /* grants */
	size_t told;                 /* clients that are to be told */
	size_t unread;               /* rows of `marks` */
};
struct grants_ended grants_end_put(struct unit *, const struct grants_end *);
