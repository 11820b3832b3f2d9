/* crypto/jwk_set.h - public keys that others publish as JWKs (RFC 7517), as jwt_verify() takes them.
 *
 * What a set holds beyond keys for signatures is passed over (s5): other uses, kinds that we do not know. What is meant
 * for us and cannot be a key, or what nobody but its owner may have, is an error: the sentence begins with the JSON
 * pointer within the set.
 */
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "base/problem.h"

#define JWK_SET_LARGEST 16 /* keys */

struct jwk_set {
	struct span keys[JWK_SET_LARGEST]; /* SubjectPublicKeyInfo, in the set's order */
	size_t count;
};
/* ERR_INVALID: no set, or without one key for signatures; ERR_LIMIT: more of them; ERR_SYNTAX: a key that cannot be
 * one. */
enum err jwk_set_read(struct arena *, const json_t *set, struct jwk_set *out, struct problem *why);
