/* transaction/session/observation.h - an authentication as facts of the policy engine: what was seen of an
 * authenticator when it was used (policy/facts.json: token.…, credential.…, binding.…). Pure.
 *
 * What was not seen is not stated. The words are levels.md 5's: a hardware passkey with attestation, a synced one, an
 * app with a PIN on the same phone …
 */
#pragma once

#include "assurance/fact.h"
#include "authn/credential.h"

/* Whether an account has a way that resists phishing, whichever was used. */
enum resistant { RESISTANT_NOT_LOOKED, RESISTANT_NOT_OFFERED, RESISTANT_OFFERED };
/* Of its authenticators, `all` of them or some. Those are passkeys: they are for this site's name alone, which neither
 * digits nor a card's signature is, whoever asked for it (NIST SP 800-63B-4 s3.2.5). */
enum resistant resistant_offered(const struct credential *, size_t count, bool all, struct instant now);

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
	enum resistant resistant;    /* not looked at: not stated */
};
/* Canonical JSON, fact -> value; only facts this dictionary has. */
void observation_write(struct buffer *, const struct dictionary *, const struct observation *);
