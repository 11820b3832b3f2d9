/* authn/webauthn_options.h - what a browser is to create: PublicKeyCredentialCreationOptions as JSON (WebAuthn L3 s5.4,
 * parseCreationOptionsFromJSON()).
 */
#pragma once

#include "authn/webauthn.h"
#include "base/buffer.h"

struct webauthn_known {
	struct span id, transports;          /* of one that is there already; with commas */
};
struct webauthn_creation {
	struct span rp_id, rp_name;
	struct span challenge;
	struct span user_handle, user_name;  /* the name is shown by the browser where the passkey is chosen */
	int64_t lasts;                       /* microseconds */
	const struct webauthn_known *known;
	size_t known_count;
	bool attested;                       /* its maker's word is asked for */
	/* The device's own, behind its screen lock, and offered nowhere else: it verifies the user, or is not made. */
	bool screen_lock;
};
void webauthn_creation_write(struct buffer *, struct arena *, const struct webauthn_creation *);
