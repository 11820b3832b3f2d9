/* front/oidc/token_signing.h - claims become a token: a compact JWS (RFC 7515 s7.1), which the signer has looked at and
 * signed.
 *
 *     JSON of claims -> header of key and kind "." base64url -> the signer -> "." base64url of its signature
 */
#pragma once

#include "base/pending.h"
#include "front/oidc/oidc.h"
#include "front/oidc/oidc_keys.h"

/* The token lives in the arena. ERR_UNAVAILABLE: no key of that algorithm is active, or the signer does not answer;
 * ERR_LIMIT: it is too large (OPENID_REQUEST_LARGEST). */
typedef void on_token(void *arg, enum err, struct span token, const struct problem *why);

/* By whom. */
struct token_signer {
	struct signer_client *signer;
	const struct oidc_keys *keys;
	struct figures *figures;         /* the process's own; may be NULL */
};
/* `claims` is one JSON object with the issuer's `iss`; it is only read before this returns. */
struct pending *token_sign(const struct token_signer *, struct arena *, enum oidc_signed, enum client_algorithm,
    struct span claims, on_token *, void *arg);
/* By those of the settings. */
struct pending *oidc_sign(const struct oidc_settings *, struct arena *, enum oidc_signed, enum client_algorithm,
    struct span claims, on_token *, void *arg);
