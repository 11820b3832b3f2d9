/* transaction/session/observation.h - an authentication as facts of the policy engine: what was seen of an
 * authenticator when it was used (policy/facts.json: token.…, credential.…, binding.…). Pure.
 *
 * What was not seen is not stated. The words are levels.md 5's: a hardware passkey with attestation, a synced one, an
 * app with a PIN on the same phone …
 */
#pragma once

#include "assurance/fact.h"
#include "authn/credential.h"

struct observation {
	const struct credential *credential;
	struct instant now;
	/* Of this use. */
	bool user_verified;          /* by the authenticator itself, or a PIN that this server checked */
	bool backed_up;              /* of a passkey, an app's own one, too */
	bool separate_channel;       /* out of band: the session is on another device */
	bool app_to_app;             /* the app on the phone of the session */
	bool pin;                    /* a PIN was checked by this server */
	struct span certificate_facts; /* of a card: proofing_facts_write()'s; else empty */
	unsigned resistant_offered;  /* the account has another way that resists phishing: 0, 1 */
};
/* Canonical JSON, fact -> value; only facts this dictionary has. */
void observation_write(struct buffer *, const struct dictionary *, const struct observation *);
