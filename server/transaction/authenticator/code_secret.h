/* transaction/authenticator/code_secret.h - the seed of an account's one-time codes, wrapped while it is kept: the
 * store's file alone makes nobody's codes.
 */
#pragma once

#include "authn/credential.h"
#include "authn/one_time_code.h"
#include "crypto/wrapping.h"

/* Bound to its credential: in another row it does not open. In the arena. */
struct span code_secret_wrap(struct arena *, const struct wrapping *, const struct id *credential, struct span secret);
/* As code_check() takes it; the secret lies in the arena until code_secret_forget(). False: it does not open. */
bool code_secret_open(struct arena *, const struct wrapping *, const struct id *credential,
    const struct credential_one_time *, struct code_seed *out);
void code_secret_forget(struct code_seed *);
