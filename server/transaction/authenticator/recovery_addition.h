/* transaction/authenticator/recovery_addition.h - new recovery codes, in the place of those before.
 *
 * An account has one set: it is found by the account's own id (credential_name_key()). Codes are shown once; here only
 * their digests stay.
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
