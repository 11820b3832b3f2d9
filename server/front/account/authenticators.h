/* front/account/authenticators.h - a person's authenticators (/v1/account/authenticators): what there is, and what may
 * be done with it.
 *
 * To look, to name and to give up needs what looking at the account needs, for losing one must be quick; to take one
 * back or to add one needs what changing the account does, and a new one an authentication of its own level. Bodies:
 * schemas/authenticators.schema.json.
 */
#pragma once

#include "authn/credential.h"
#include "front/account/account.h"

/* For the account front's state. */
extern const struct route authenticator_routes[];
