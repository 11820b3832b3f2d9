/* transaction/authenticator/recovery_addition.h - new recovery codes, in the place of those before.
 *
 * An account has one set: it is found by the account's own id (credential_name_key()). Codes are shown once; here only
 * their digests stay.
 *
 * The session in which they are drawn goes on, even if a code of those before began it: its person holds the new ones
 * already, and could log in with one at once. It has shown no more by that and is no younger. Other sessions that such
 * a code began end with it: whoever is in one of those may be why the codes are replaced.
 */
#pragma once

#include "authn/recovery_code.h"
#include "transaction/authenticator/addition.h"

struct recovery_added {
	const struct credential *credential;
	char texts[RECOVERY_CODES][RECOVERY_CODE_TEXT]; /* wiped by whoever has shown them */
};
/* ERR_DENIED: addition_bind()'s. */
typedef void on_recovery_added(void *arg, enum err, struct recovery_added *, const struct problem *why);
struct pending *recovery_addition(struct store *, struct arena *, const struct person_settings *,
    const struct account_access *, on_recovery_added *, void *arg);
