/* authn/passkey.h - a passkey as it is kept, from the ceremony that made it. Pure.
 *
 * What its model says of it, and whether its attestation leads to an anchor, is not known here: that stays zero.
 */
#pragma once

#include "authn/credential.h"
#include "authn/webauthn.h"

/* Borrowed from response and arena. */
void passkey_keep(struct arena *, const struct webauthn_response *, const struct webauthn_registered *,
    struct credential_passkey *out);
