/* crypto/jws.h - a compact JWS (RFC 7515 s7.1) over what we wrote ourselves: header, signing input, whole token.
 *
 *     BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature)
 */
#pragma once

#include "base/clock.h"
#include "crypto/key.h"

/* JAdES baseline B (ETSI TS 119 182-1): alg, cty, x5c, and the claimed signing time. Canonical JSON in the arena.
 * ERR_UNSUPPORTED for a key without a JWS algorithm. */
enum err jws_jades_header(enum key_type, struct span certificate, const char *content_type, struct instant signed_at,
    struct arena *, struct span *out, struct problem *why);

/* "RS256", "ES256" …; NULL: none. */
const char *jws_algorithm(enum key_type);

/* The header's members as jws_jades_header() writes them, and nothing else: for the signer, who signs no other. */
enum err jws_jades_header_read(struct span header, enum key_type *type, struct instant *signed_at, struct problem *why);
