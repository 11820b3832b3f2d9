/* person/pairwise.h - the name by which one relying party knows a person: another in each sector and for each persona,
 * so that no two can find out that they know the same one (OIDC Core s8.1, SAML subject-id profile s3.4).
 *
 *     sector, persona, account -> HMAC under a key of this server's -> the same for every protocol
 *
 * It stays as long as the account does, through every re-issue; an account opened anew has others.
 */
#pragma once

#include "base/arena.h"
#include "base/id.h"
#include "crypto/wrapping.h"
#include "person/persona.h"

struct pairwise_key {
	uint8_t bytes[32];
};
struct pairwise_key pairwise_key_derive(const struct wrapping *);

struct pairwise {
	uint8_t bytes[32];
};
/* `sector` is a host name in lower case: of the relying party's redirect URIs, or what its record says (OIDC Core
 * s8.1).
 */
struct pairwise pairwise_name(const struct pairwise_key *, struct span sector, enum persona,
    const struct id *account);

/* OIDC's `sub`: base64url, 43 letters (at most 255 of ASCII, OIDC Core s2). */
struct span pairwise_subject(struct arena *, const struct pairwise *);

/* SAML's unique ID: base32 (RFC 4648 s6) in lower case without padding, 52 letters, which whoever compares without case
 * compares rightly (saml-subject-id-attr v1.0 s3.3.1: at most 127 of [a-z0-9=-]). */
struct span pairwise_unique_id(struct arena *, const struct pairwise *);

/* The name of a session at one client (OIDC Front-Channel Logout 1.0 s3, `sid`): base64url, 43 letters, another for
 * each client. `client` is its client_id, or an entity ID. */
struct span pairwise_session(struct arena *, const struct pairwise_key *, const struct id *session, struct span client);
