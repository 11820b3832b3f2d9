/* signer/openid_token.h - the tokens that an OpenID Provider signs, kind by kind: what each says, and what it never
 * says, so that no token passes for one of another kind (RFC 8725 s3.11, s3.12).
 *
 *     BASE64URL({"alg":…,"kid":…,"typ":…}) "." BASE64URL({"iss":…,"aud":…,…})
 *
 *                                    typ                       must say            never says
 *     ID token (Core s2)             JWT                       sub exp iat         events token_introspection
 *     userinfo (Core s5.3.2)         JWT                       sub                 exp nonce auth_time at_hash sid …
 *     introspection (RFC 9701 s5)    token-introspection+jwt   iat, token_intro…   anything else
 *     logout token (Back-Channel     logout+jwt                iat exp jti events, anything else
 *       Logout 1.0 s2.4)                                       sub or sid
 *
 * The key is named by its thumbprint (crypto/jwk.h).
 */
#pragma once

#include "signer/descriptor.h"
#include "signer/payload.h"

enum oidc_signed { OIDC_ID_TOKEN, OIDC_USERINFO, OIDC_INTROSPECTION, OIDC_LOGOUT_TOKEN, OIDC_SIGNED_KINDS };

#define OPENID_CLAIMS_LARGEST (32 * KIB)
#define OPENID_ID_TOKEN_LONGEST SECONDS(3600)    /* exp - iat, at most: a retired key is published so long */
#define OPENID_LOGOUT_TOKEN_LONGEST SECONDS(120) /* Back-Channel Logout 1.0 s2.4 */
#define OPENID_KEYS_SEEN SECONDS(3600)           /* after so long everybody who caches keys has seen a new one */
#define OPENID_HEADER_LARGEST 160                /* with its NUL */

/* Canonical JSON. `key_id` is the thumbprint; the key is one of P-256 or RSA. */
void openid_header_write(char out[OPENID_HEADER_LARGEST], enum oidc_signed, enum key_type, const char *key_id);
