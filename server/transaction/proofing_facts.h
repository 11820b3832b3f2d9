/* transaction/proofing_facts.h - a verification as facts of the policy engine: what JPKI evidence means there
 * (policy/facts.json, proofing.…, and token.… for the authentication certificate).
 */
#pragma once

#include "base/buffer.h"
#include "jpki/verification.h"

/* Canonical JSON: fact -> value, as facts_read() takes it; only facts this dictionary has. `entitled`: the verifier was
 * accredited, or entrusted to who is (proofing.verifier_accredited). */
struct dictionary;
void proofing_facts_write(struct buffer *, const struct dictionary *, const struct jpki_verified *, bool entitled);
