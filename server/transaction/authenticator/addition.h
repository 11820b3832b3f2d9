/* transaction/authenticator/addition.h - an authenticator that is being added: the ceremony that waits for its second
 * half.
 *
 *     begun: a challenge, or a seed -> waits, at most 10 minutes -> finished, or over
 *
 * One for each session, and nobody else's: a new one takes the place of what waited. A challenge is used once, whatever
 * comes of it; a seed may be answered ADDITION_TRIES times.
 */
#pragma once

#include "authn/webauthn.h"
#include "transaction/session/account_access.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/session/observation.h"

extern const struct table addition_table; /* session id (16) -> struct addition; until */

#define ADDITION_TRIES 5
#define ADDITION_LASTS SECONDS(600)

enum addition_kind { ADDITION_NOTHING, ADDITION_PASSKEY, ADDITION_ONE_TIME };
struct addition {
	enum addition_kind kind;
	struct instant begun, until;
	uint8_t challenge[WEBAUTHN_CHALLENGE];
	bool conditional;
	struct id credential;        /* what it will be */
	struct span name;
	struct credential_one_time one_time; /* its secret wrapped */
	unsigned tries;
	uint64_t generation;
};
struct ask addition_ask(const struct id *session);
/* Copied. ERR_NOT_FOUND: nothing of that kind waits in this session (any more); ERR_UNAVAILABLE. */
enum err addition_loaded(struct arena *, const struct ask *, enum addition_kind, struct addition *out,
    struct problem *why);
/* A new one takes the place of what waited; one that was loaded expects to be what it was. */
void addition_put(struct unit *, const struct id *session, const struct addition *);
void addition_end(struct unit *, const struct id *session, const struct addition *);

/* How a new authenticator is bound to the account, from what its session has shown: sets binding, record, parent and
 * evidence. `seen`: of its first use. ERR_DENIED: it would be of a higher level than any authentication of this session
 * (SP 800-63B-4 s4.1.2.1); a login with a better one, or with the card, comes first. ERR_UNAVAILABLE: which level that
 * is cannot be told by the policy in force, and then nothing is added but with the card. */
enum err addition_bind(struct arena *, const struct person_settings *, const struct account_access *,
    struct credential *, struct observation *seen, struct problem *why);
/* Into the unit: the new credential with all that a change brings, in the place of a revoked one where the session has
 * one; a session that rests on what the new one replaces goes on (session_handed()); the account must still be what it
 * was. `change` is for the log, once that is durable. */
void addition_commit(struct unit *, struct arena *, const struct account_access *, struct credential *,
    struct credential_change *change);
