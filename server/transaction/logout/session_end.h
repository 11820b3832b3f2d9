/* transaction/logout/session_end.h - a session ends because somebody ends it: the one way, whoever asks.
 *
 *     grants of the account -> [session's row, its grants, word to their clients, history] in one unit -> looked again
 *        ^                                                                                                     |
 *        '---------------------- what was granted in that moment: no more can come ----------------------------'
 *
 * A sign-on expects the session as it was judged (session_expect()), so none is granted once the session is gone; what
 * came between looking and ending is found by looking again. What is meant to last longer (offline_access) stays, and
 * its client is told like the others (OpenID Connect Back-Channel Logout 1.0 s2.7). Nobody waits for a client here.
 *
 * Sessions that end by themselves are told to nobody. What relying parties hold lasts until the session's latest end,
 * not until it was idle: whoever is active there need not be seen here.
 */
#pragma once

#include "transaction/logout/logout_notice.h"
#include "transaction/session/session.h"

/* All that is pointed to stays the caller's until the callback. */
struct session_end {
	const struct session *session;
	const struct account *account;   /* whose it is, as it was loaded with it */
	bool everywhere;                 /* all of the account's sessions, and that is written into the account */
	struct span by;                  /* name of the relying party that asked for it; empty: the person, here */
	struct instant now;
};
/* OK: the session has ended; what of the grants of that very moment could not be ended stands in the log
 * (session.ended-in-part) and ends by itself. ERR_CONFLICT: the session or the account changed meanwhile: ask again;
 * ERR_UNAVAILABLE, ERR_FULL, ERR_IO: nothing has changed, as far as is known. */
typedef void on_session_end(void *arg, enum err, const struct problem *why);
struct pending *session_end(struct store *, struct arena *, const struct session_end *, on_session_end *, void *arg);
