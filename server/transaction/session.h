/* transaction/session.h - one browser logged in to Watashi: whose it is, and which authentications it has seen.
 *
 *     a login's end (transaction/login.h) -> session -> grows by step-up -> ends: logout, idle, too old, account gone
 *
 * The cookie's digest is the key. A new login gets a new cookie, so nobody plants one (session fixation). An
 * authentication counts with its age at each look: nothing is raised by time.
 */
#pragma once

#include "authn/credential.h"
#include "base/arena.h"
#include "http/cookie.h"
#include "person/account.h"

extern const struct table session_table; /* SHA-256 of the cookie (32) -> struct session; until it ends; noticed */

#define SESSION_COOKIE "__Host-watashi"
#define SESSION_AUTHENTICATIONS 8
struct authentication {
	struct id credential;
	enum credential_kind kind;
	struct instant at;
	struct span facts;           /* canonical JSON, fact -> value, observed at `at` (transaction/observation.h) */
};
struct session {
	uint8_t key[32];             /* the cookie's digest */
	struct id id, account;
	struct instant begun, seen, expires;
	struct span where;           /* "Firefox, 203.0.113.7" */
	struct authentication authentications[SESSION_AUTHENTICATIONS]; /* the newest last */
	size_t authentication_count;
	uint64_t generation;
};
struct session_settings {
	int64_t lasts, idle;         /* microseconds */
};

void session_write(struct buffer *, const struct session *);
bool session_read(struct span value, struct session *out); /* borrowed */
void session_put(struct unit *, struct arena *, const struct session *);

/* Who asks: the session of the request's cookie, and its account, loaded in one go. ERR_DENIED: nobody is logged in here
 * (any more): 401; ERR_UNAVAILABLE, ERR_IO. Both live in the arena. */
typedef void on_session(void *arg, enum err, const struct session *, const struct account *, const struct problem *why);
struct pending *session_identify(struct store *, const struct exchange *, const struct session_settings *,
    struct instant now, on_session *, void *arg);

/* "Firefox (Linux), 203.0.113.7": what a person may know a browser by, from User-Agent and the peer. In the arena. */
struct span session_where(const struct exchange *);
