/* crypto/jws.h - a compact JWS (RFC 7515 s7.1) over what we wrote ourselves: header, signing input, whole token.
 *
 *     BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature)
 *
 * The header is JAdES baseline B for an attached payload, after ETSI TS 119 182-1 V1.2.1 (2024-07), clauses 5.1 and
 * 6.3: alg, cty, iat (the claimed signing time; V1.1.1's sigT is not to be written any more) and x5c with the signing
 * certificate. There is no crit: V1.2.1 asks for it only with sigD, which an attached payload does not have, so every
 * JWS library reads the token.
 */
#pragma once

#include "base/clock.h"
#include "crypto/key.h"

/* "RS256", "ES256" …; NULL: none. */
const char *jws_algorithm(enum key_type);

/* Canonical JSON in the arena. `content_type` is as RFC 7515 s4.1.10 has it, without "application/": "json".
 * ERR_UNSUPPORTED for a key without a JWS algorithm. */
enum err jws_jades_header(enum key_type, struct span certificate, const char *content_type, struct instant signed_at,
    struct arena *, struct span *out, struct problem *why);

/* Reads exactly what jws_jades_header() writes, as JSON: for the signer, who signs no other. RS256 does not tell RSA's
 * sizes apart: `*type` is then KEY_RSA_2048. ERR_SYNTAX. */
enum err jws_jades_header_read(struct span header, enum key_type *type, struct instant *signed_at, struct problem *why);

/* The header of a JWT (RFC 7519 s5) that we sign: alg, kid (crypto/jwk.h's thumbprint) and typ "JWT". Canonical JSON in
 * the arena. `spki` is the key's public half. ERR_UNSUPPORTED for a key without a JWS algorithm. */
enum err jws_jwt_header(enum key_type, struct span spki, struct arena *, struct span *out, struct problem *why);
