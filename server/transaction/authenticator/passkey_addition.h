/* transaction/authenticator/passkey_addition.h - a passkey is made (WebAuthn L3 s7.1; authn-pki.md 1.2).
 *
 *     begin:  credentials that are there -> a challenge, kept -> what the browser is to create
 *     finish: what it created -> challenge used up -> examined -> its model looked up -> trusted or not -> bound -> put
 *
 * Whether an attestation is asked for is configuration's (person_settings: attestation); a model that others can break
 * into is refused whatever it is.
 */
#pragma once

#include "transaction/authenticator/addition.h"

#define PASSKEYS_EXCLUDED 64 /* told to the browser; a further one is refused by its id */

/* PublicKeyCredentialCreationOptions as JSON (WebAuthn L3 s5.4, parseCreationOptionsFromJSON()). */
typedef void on_passkey_options(void *arg, enum err, struct span json, const struct problem *why);
struct pending *passkey_addition_begin(struct store *, struct arena *, const struct person_settings *,
    const struct account_access *, bool conditional, on_passkey_options *, void *arg);

struct passkey_finish {
	struct span credential;      /* JSON of PublicKeyCredential.toJSON() */
	struct span name;            /* the person's own; empty: the model's */
};
/* ERR_DENIED with a step: what came is refused, and the step says where; without one: addition_bind()'s. ERR_NOT_FOUND:
 * no challenge waits. Whatever it is, the challenge is used up. */
typedef void on_passkey_added(void *arg, enum err, const struct credential *, const char *step,
    const struct problem *why);
struct pending *passkey_addition_finish(struct store *, struct arena *, const struct person_settings *,
    const struct account_access *, const struct passkey_finish *, on_passkey_added *, void *arg);
