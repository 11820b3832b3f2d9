/* transaction/authenticator/credential_stepping.h - a person takes a step of an own authenticator's life, or gives it a
 * name.
 *
 *     load it -> [is there another that can be used?] -> step -> commit -> told
 *
 * Losing one must be quick, and nobody is to be locked out by it unawares: the last that can be used is suspended or
 * revoked only where that is said to be meant. What this server suspended because its model is not trusted, nobody
 * takes back before the model is trusted again; what was locked for guesses, another way in unlocks.
 */
#pragma once

#include "transaction/session/account_access.h"

struct credential_stepping {
	struct id credential;
	enum credential_step step;   /* none: it is named */
	struct span name;
	struct span reason;          /* a word of ours */
	bool confirmed;              /* though it is the last */
};
/* ERR_NOT_FOUND: none of this account; ERR_CONFLICT: not from its state, or it changed meanwhile; ERR_CONFLICT with
 * `last`: it is the last that can be used, and that was not confirmed; ERR_DENIED: not the person's to take back. */
typedef void on_credential_stepped(void *arg, enum err, const struct credential *, bool last,
    const struct problem *why);
struct pending *credential_stepping(struct store *, struct arena *, const struct account_access *,
    const struct credential_stepping *, on_credential_stepped *, void *arg);

/* Words a person gives: "lost" "stolen" "replaced" "unused" "other". */
bool credential_reason_known(struct span);
