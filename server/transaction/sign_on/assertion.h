/* transaction/sign_on/assertion.h - what will be told whom, and how, as facts of the policy engine (policy/facts.json:
 * assertion.…, privacy.…, rp.requests). Pure.
 *
 * The policies judge it like any other fact: what is not stated is not known.
 */
#pragma once

#include "transaction/sign_on/sign_on.h"

/* Canonical JSON, fact -> value, in the arena. */
struct span sign_on_assertion(struct arena *, const struct sign_on_settings *, const struct sign_on *,
    const struct relying_party *);
