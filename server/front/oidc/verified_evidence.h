/* front/oidc/verified_evidence.h - one proofing as a verification element (OpenID Identity Assurance Schema
 * Definition 1.0 s5.4): all that can be told of it. Pure.
 */
#pragma once

#include <jansson.h>

#include "front/oidc/verified_claims.h"

/* The caller's, until json_decref(). */
json_t *verified_evidence_of(const struct verified_proofing *, struct span trust_framework);
