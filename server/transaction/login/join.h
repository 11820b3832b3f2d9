/* transaction/login/join.h - somebody has authenticated: the authenticator's use and what was seen of it join the
 * login, in one unit.
 */
#pragma once

#include "transaction/login/flow.h"
#include "transaction/session/observation.h"

/* Puts credential and login. `observed->credential` is as it is now, and loaded; its use is noted. ERR_CONFLICT: the
 * login is another account's already. */
enum err login_join(struct unit *, struct arena *, const struct person_settings *, struct login *, struct credential *,
    const struct observation *observed, struct problem *why);
