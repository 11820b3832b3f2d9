/* transaction/session/session.h - one browser logged in to Watashi: whose it is, and which authentications it has seen.
 *
 *     a login's end (transaction/login/login.h) -> session -> grows by step-up -> ends: logout, idle, too old, account
 * gone
 *
 * The cookie's digest is the key. A new login gets a new cookie, so nobody plants one (session fixation). An
 * authentication counts with its age at each look: nothing is raised by time.
 */
#pragma once

#include "authn/credential.h"
#include "base/arena.h"
#include "base/record.h"
#include "http/cookie.h"
#include "person/account.h"

extern const struct table session_table; /* SHA-256 of the cookie (32) -> struct session; until it ends; noticed */

#define SESSION_COOKIE "__Host-watashi"
#define SESSION_AUTHENTICATIONS 8
#define SESSION_REPLACED 16
struct authentication {
	struct id credential;
	enum credential_kind kind;
	struct instant at;
	struct span facts;           /* canonical JSON, fact -> value, observed at `at` (session/observation.h) */
	/* Of the credential's row as it was looked at; not stored. */
	uint64_t generation;         /* 0: it was not */
	struct span parent;          /* handle of a certificate it is bound by that has not lapsed; empty: none */
	struct instant parent_checked;
};
struct session {
	uint8_t key[32];             /* the cookie's digest */
	struct id id, account;
	struct instant begun, seen, expires;
	struct span where;           /* "Firefox, 203.0.113.7" */
	struct authentication authentications[SESSION_AUTHENTICATIONS]; /* the newest last */
	size_t authentication_count;
	/* A proofing that the session began with, or was joined by: no authentication, but for a while authenticators
	 * may be bound in it (BINDING_IN_PROOFING; at the desk, BINDING_IN_PERSON). */
	struct session_proofed {
		struct id record;    /* zero: none */
		struct instant at;
		/* Authenticators that were revoked with it, whose places new ones take (authn-pki.md 9). */
		struct session_replaced {
			struct id credential;
			enum credential_kind kind;
		} replaced[SESSION_REPLACED];
		size_t replaced_count;
	} proofed;
	uint64_t generation;
};
#define SESSION_PROOFED_FOR SECONDS(900)
/* Levels from this one on are let in by what a certificate binds only if somebody said lately that it is in force. */
#define PARENT_LOOKED_AT_FROM 3
/* The handle of one that nobody has looked at for `age`; empty: none. */
struct span authentications_old_parent(const struct authentication *, size_t count, int64_t age, struct instant now);
/* Whether it was just proofed. */
bool session_just_proofed(const struct session *, struct instant now);
/* Which one a new authenticator replaces, preferably of its kind; zero: none. It is taken out: put the session. */
struct id session_replaced_take(struct session *, enum credential_kind);
struct session_settings {
	int64_t lasts, idle;         /* microseconds */
};
/* One that begins; not put yet. */
struct session session_begun(const struct session_settings *, const uint8_t key[32], const struct id *account,
    struct span where, struct instant now);

/* The list in a row, here and of a login. */
void authentications_write(struct buffer *, const struct authentication *, size_t count);
bool authentications_read(struct record *, struct authentication out[SESSION_AUTHENTICATIONS], size_t *count);
/* Their credentials, as they are now: as many asks as authentications name one. Those by a credential that is not in
 * force any more, or was stopped since and taken back, count no longer, and are taken out of the list; ERR_DENIED: and
 * then none is left. What the others are bound by is told as it is now: a certificate that has lapsed since is good in
 * no session. */
size_t authentications_ask(struct arena *, const struct id *account, const struct authentication *, size_t count,
    struct ask *out);
enum err authentications_loaded(struct arena *, const struct ask *, struct instant now, struct authentication *,
    size_t *count, struct problem *why);

void session_write(struct buffer *, const struct session *);
bool session_read(struct span value, struct session *out); /* borrowed */
/* Expects it as it was loaded, and puts it. */
void session_put(struct unit *, const struct session *);
/* Expects the session and what it rests on as they were found: whoever ends it, or stops an authenticator of its, in
 * this moment was the first. */
void session_expect(struct unit *, struct arena *, const struct session *);
struct ask session_ask(const uint8_t key[32]);
/* Copied. ERR_DENIED: there is none, or it is over, idle for too long; ERR_UNAVAILABLE. */
enum err session_loaded(struct arena *, const struct ask *, const struct session_settings *, struct instant now,
    struct session *out, struct problem *why);
/* In this session the person was handed an authenticator in the place of one that it rests on: it goes on by the new
 * one, with what was shown and when. True: put it. */
bool session_handed(struct session *, const struct id *before, const struct id *now);
/* Who asks: the session of the request's cookie, then its account and its credentials in one go. Whoever's
 * authenticators have all been suspended or revoked since is not logged in any more. When somebody was here is
 * written once a minute.
 * ERR_DENIED: nobody is logged in here (any more): 401; ERR_UNAVAILABLE, ERR_IO. Both live in the arena. */
typedef void on_session(void *arg, enum err, const struct session *, const struct account *, const struct problem *why);
struct pending *session_identify(struct store *, const struct exchange *, const struct session_settings *,
    struct instant now, on_session *, void *arg);

/* The same of a session that is known by its key: nobody is seen by it. */
struct pending *session_find(struct store *, struct arena *, const struct session_settings *, const uint8_t key[32],
    struct instant now, on_session *, void *arg);

/* "Firefox (Linux), 203.0.113.7": from User-Agent and the peer. In the arena. */
struct span session_where(const struct exchange *);
