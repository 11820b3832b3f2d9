/* crypto/jwt.h - a compact JWS (RFC 7515, RFC 7519) that somebody else signed: form first, then the signature by a key
 * we know, then claims.
 *
 *     text -> jwt_read -> struct jwt_unverified -> jwt_verify (keys, expectation) -> struct jwt_claims
 *
 * What is not verified stays a struct jwt_unverified; only jwt_verify() gives its claims as to be believed. Keys come
 * from us alone: what a header says of its key (jwk, jku, x5c, x5u) is never looked at (RFC 8725 s3.10).
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"

#define JWT_LARGEST (16 * KIB)
#define JWT_DEPTH 16     /* of header and payload */
#define JWT_VALUES 2048

struct jwt_unverified {
	struct span algorithm, type, key_id;   /* of the header: alg, typ, kid; the last two may be empty */
	struct span payload;                   /* JSON text; not to be believed */
	struct span issuer;                    /* its iss, to find the key by: as little believed; may be empty */
	struct span signing_input, signature;
};
/* Exactly three parts, strict base64url, JSON objects without a name twice. ERR_SYNTAX, ERR_INVALID and ERR_LIMIT for
 * what is no JWT; ERR_UNSUPPORTED for `crit`, `b64`, and any algorithm that jwt_verify() does not have, "none" and
 * "HS256" among them. Part of what is given back is borrowed from the text, the rest lives in the arena. */
enum err jwt_read(struct arena *, struct span, struct jwt_unverified *out, struct problem *why);

struct jwt_expectation {
	const char *type;                      /* "assurance-facts+jwt" (RFC 8725 s3.11); NULL: none or "JWT" */
	struct span issuer, subject;           /* empty: any */
	const struct span *audiences;          /* one of them must be in aud (a text or a list) */
	size_t audience_count;
	struct instant now;
	int64_t longest;                       /* exp - iat, and exp from now on, at most; microseconds */
	int64_t skew;                          /* by which the other's clock may be wrong */
	bool undated;                          /* iat need not be there */
	bool alone;                            /* aud is a text, one of the audiences and no other (RFC 10070) */
	bool over;                             /* exp may be past: what it says was true */
};
struct jwt_claims {
	struct span issuer, subject, id;       /* iss, sub, jti; may be empty */
	struct instant issued, expires;        /* issued: {0} where it need not be there, and is not */
	struct span payload;                   /* JSON text, for further claims */
	bool signed_by_key;                    /* also where a claim does not hold: whose JWT it is, is known then */
};
/* By any of the keys (SubjectPublicKeyInfo) whose kind the algorithm names: RS256 PS256 ES256 ES384 EdDSA (Ed25519, RFC
 * 9864), RSA of 2048 bits or more. ERR_DENIED: no key, a wrong signature, or a claim that does not hold; the sentence
 * says which. Without a key of that kind it takes as long as with one: whoever asks cannot tell by the time. */
enum err jwt_verify(const struct jwt_unverified *, const struct span *keys, size_t key_count,
    const struct jwt_expectation *, struct arena *, struct jwt_claims *out, struct problem *why);

/* Whether a key (SubjectPublicKeyInfo) is of a kind that one of those algorithms takes. ERR_INVALID, ERR_SYNTAX. */
enum err jwt_key_check(struct span spki, struct problem *why);
