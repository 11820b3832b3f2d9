/* front/oidc/oidc_keys.h - the keys that sign what relying parties read: which one of each algorithm signs now, and all
 * that are published, followed in the store and made ready once for all tokens.
 *
 * A key is named by its thumbprint (RFC 7638). Announced keys are published before they sign, and those that have
 * signed until nothing of theirs is in force any more (signer/rollover.h).
 */
#pragma once

#include "registry/oidc_client.h"
#include "signer/openid_token.h"
#include "store/store.h"

#define OIDC_KEYS_LARGEST 16   /* published at a time */
#define OIDC_KEY_ID 44         /* 43 letters, and NUL */

struct oidc_key {
	char name[KEY_NAME_LARGEST + 1];
	char id[OIDC_KEY_ID];
	enum key_type type;
	char headers[OIDC_SIGNED_KINDS][2 * OPENID_HEADER_LARGEST]; /* of each kind: base64url, and the dot */
};

struct loop;
struct oidc_keys;
struct turn;

/* `directory` of key descriptors. */
struct oidc_keys *oidc_keys_new(struct loop *, struct store *, const char *directory);
void oidc_keys_free(struct oidc_keys *);
/* They have been read: none is another thing than not yet. */
bool oidc_keys_known(const struct oidc_keys *);
/* Of its loop. */
struct turn *oidc_keys_turn(const struct oidc_keys *);

/* Borrowed until the loop runs again. NULL: no key of that algorithm is active. CLIENT_RS256 or CLIENT_ES256. */
const struct oidc_key *oidc_keys_active(const struct oidc_keys *, enum client_algorithm);

/* The JWK Set, and its entity tag; borrowed until the loop runs again. */
struct span oidc_keys_set(const struct oidc_keys *);
struct span oidc_keys_tag(const struct oidc_keys *);

/* Public halves of all that are published, for jwt_verify() of what comes back (id_token_hint); borrowed as above. */
const struct span *oidc_keys_public(const struct oidc_keys *, size_t *count);
